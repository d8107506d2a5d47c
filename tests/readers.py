"""Reads an output directory with DuckDB and Polars, as a data team would, and counts every story again in SQL.

    pip install duckdb polars
    python tests/readers.py OUT target/debug/copytaster

Prints what was checked; exits 1 at the first thing that is not as the record format says.
"""

import glob
import json
import os
import subprocess
import sys

import duckdb
import polars as pl

STREAMS = ["articles", "stories", "quarantine", "health", "watch"]

# The queries of the README.
QUERIES = {
    "copies an hour, by wire": """
        SELECT date_trunc('hour', timing.fetched_at) AS hour, w AS wire, count(*) AS copies
        FROM articles, unnest(provenance.wire) AS t(w)
        WHERE type = 'article.new' AND match.relation IN ('copy', 'truncation', 'edited') GROUP BY ALL ORDER BY hour, copies DESC""",
    "how late each outlet reaches us": """
        SELECT outlet.id AS outlet, count(*) AS articles, round(quantile_cont(timing.publish_to_emit_s, 0.95), 1) AS p95_s
        FROM articles WHERE type = 'article.new' AND timing.publish_to_emit_s IS NOT NULL GROUP BY ALL ORDER BY p95_s DESC""",
    "who says what": """
        SELECT q.speaker, q.text, count(DISTINCT outlet.id) AS outlets
        FROM articles_now, unnest(quotes) AS t(q) WHERE q.kind <> 'reported' GROUP BY ALL ORDER BY outlets DESC""",
    "many papers, one source": """
        SELECT story_id, title, article_count, outlet_count, independent_source_count, wire_origins
        FROM stories_now WHERE status = 'active' AND outlet_count >= 5 AND independent_source_count = 1 ORDER BY outlet_count DESC""",
    "first to carry each quote": """
        SELECT said, arg_min(outlet.id, timing.fetched_at) AS first_outlet, min(timing.fetched_at) AS first_seen, count(DISTINCT outlet.id) AS outlets
        FROM (SELECT *, rtrim(lower(replace(q.text, '’', '''')), ' ,.') AS said FROM articles, unnest(quotes) AS t(q) WHERE q.kind = 'full')
        GROUP BY said HAVING count(DISTINCT outlet.id) > 1 ORDER BY outlets DESC""",
}

# Counts each living story again from the latest record of each article, merges followed. An article counts unless it
# was withdrawn or is a note to editors about another one.
RECOUNT = """
    WITH withdrawn AS (
        SELECT article_id, arg_max(change, revision) = 'withdrawn' AS is_withdrawn
        FROM articles WHERE change IN ('new', 'material', 'cosmetic', 'withdrawn') GROUP BY article_id
    ), counted AS (
        SELECT home.home_id, a.article_id, a.dispatch_id, a.outlet.id AS outlet_id
        FROM articles_now AS a
        JOIN story_home AS home ON home.story_id = a.story_id
        JOIN withdrawn ON withdrawn.article_id = a.article_id
        WHERE NOT is_withdrawn
          AND NOT (a.notice.kind IN ('advisory', 'hold', 'kill', 'withdrawal') AND a.notice.target_article_id <> '')
    ), recount AS (
        SELECT home_id, count(*) AS articles, count(DISTINCT dispatch_id) AS dispatches, count(DISTINCT outlet_id) AS outlets
        FROM counted GROUP BY home_id
    )
    SELECT s.story_id, s.article_count, s.dispatch_count, s.outlet_count,
           coalesce(r.articles, 0), coalesce(r.dispatches, 0), coalesce(r.outlets, 0)
    FROM stories_now AS s LEFT JOIN recount AS r ON r.home_id = s.story_id
    WHERE s.status <> 'merged'
"""


def fail(message):
    sys.exit(f"readers: {message}")


def schema(binary, form, directory):
    command = [binary, "schema", "--as", form, "--dir", directory]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def lines_of(directory, stream):
    for name in sorted(glob.glob(os.path.join(directory, f"{stream}-*.jsonl"))):
        with open(name, "rb") as file:
            yield from file.read().split(b"\n")[:-1]


def as_written(value):
    """A value that a reader returned, in the shape of the JSON it was read from."""
    if isinstance(value, dict):
        return {key: as_written(of) for key, of in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_written(of) for of in value]
    if hasattr(value, "hour"):
        return value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def agrees(read, written):
    """Whether every written key came back as it was, and every other one as null."""
    if isinstance(read, dict) and isinstance(written, dict):
        return written.keys() <= read.keys() and all(
            agrees(of, written[key]) if key in written else of is None for key, of in read.items()
        )
    if isinstance(read, list) and isinstance(written, list):
        return len(read) == len(written) and all(map(agrees, read, written))
    return type(read) is type(written) and read == written


def compare(reader, stream, rows, written):
    rows = {row["seq"]: row for row in map(as_written, rows)}
    if len(rows) != len(written):
        fail(f"{reader}: {len(rows)} rows in {stream}, {len(written)} lines")
    for record in written:
        if not agrees(rows[record["seq"]], record):
            fail(f"{reader}: {stream} seq {record['seq']} came back as {rows[record['seq']]}")
    print(f"{reader}: {len(written)} records of {stream}, every value as written")


def with_duckdb(binary, directory, written):
    base = duckdb.connect()
    base.execute(schema(binary, "duckdb", directory))
    for stream in STREAMS:
        cursor = base.execute(f"SELECT * FROM {stream}")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row)) for row in cursor.fetchall()]
        compare("duckdb", stream, rows, written[stream])
    for name, query in QUERIES.items():
        print(f"duckdb: {name}: {len(base.execute(query).fetchall())} rows")
    stories = base.execute(RECOUNT).fetchall()
    for story, *counts in stories:
        if counts[:3] != counts[3:]:
            fail(f"duckdb: {story}: articles, dispatches, outlets {counts[:3]}, recounted {counts[3:]}")
    living = base.execute("SELECT count(*) FROM stories_now WHERE merged_into = ''").fetchone()[0]
    homes = base.execute("SELECT count(DISTINCT home_id), count(*) FROM story_home").fetchone()
    if homes != (living, base.execute("SELECT count(*) FROM stories_now").fetchone()[0]):
        fail(f"duckdb: story_home leads {homes[1]} stories to {homes[0]} homes, {living} are living")
    print(f"duckdb: {len(stories)} stories recounted")


def with_polars(binary, directory, written):
    names = {}
    exec(schema(binary, "polars", directory), names)
    for stream in STREAMS:
        if not written[stream]:
            continue
        pattern = os.path.join(directory, f"{stream}-*.jsonl")
        frame = pl.scan_ndjson(pattern, schema=names[stream.upper()]).collect()
        compare("polars", stream, frame.to_dicts(), written[stream])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    directory, binary = sys.argv[1].rstrip("/"), os.path.abspath(sys.argv[2])
    written = {stream: [json.loads(line) for line in lines_of(directory, stream)] for stream in STREAMS}
    if not written["articles"]:
        fail(f"there are no articles in {directory}")
    with_duckdb(binary, directory, written)
    with_polars(binary, directory, written)
    for form in ["jsonschema", "elastic"]:
        json.loads(schema(binary, form, directory))
    print("readers: ok")


main()
