"""Reads an output directory with DuckDB and Polars, as a data team would, and counts every story again in SQL.

    pip install duckdb polars
    python tests/readers.py OUT target/debug/copytaster [READER…]

Readers: duckdb and polars, if none is named; jsonschema, clickhouse (package chdb), spark (package pyspark).
Prints what was checked; exits 1 at the first thing that is not as the record format says.
"""

import glob
import json
import os
import subprocess
import sys

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

# The latest record of each article that counts, with the home of its story and its order of arrival. An article counts
# unless it was withdrawn or is a note to editors about another one.
COUNTED = """
    CREATE TEMP TABLE counted AS
    WITH first AS (SELECT article_id, min(seq) AS arrival FROM articles GROUP BY article_id),
    withdrawn AS (
        SELECT article_id, arg_max(change, revision) = 'withdrawn' AS is_withdrawn
        FROM articles WHERE change IN ('new', 'material', 'cosmetic', 'withdrawn') GROUP BY article_id
    )
    SELECT home.home_id, a.dispatch_id, first.arrival, a.outlet, a.provenance.wire AS wire, a.provenance.role AS role,
           list_transform(a.provenance.chains, lambda chain: regexp_extract(chain.path[2], '^org_(.*)$', 1)) AS cited
    FROM articles_now AS a
    JOIN story_home AS home ON home.story_id = a.story_id
    JOIN first ON first.article_id = a.article_id
    JOIN withdrawn ON withdrawn.article_id = a.article_id
    WHERE NOT is_withdrawn
      AND NOT (a.notice.kind IN ('advisory', 'hold', 'kill', 'withdrawal') AND a.notice.target_article_id <> '')
"""

# The origin of each text by the counting rule: the wire's own article, else the wire most members credit (the first one
# on a tie), else the official body, else the one outlet a retold root leads through, else the root's family.
ORIGINS = """
    CREATE TEMP TABLE origins AS
    WITH own AS (
        SELECT home_id, dispatch_id, arg_min(wire[1], arrival) AS origin
        FROM counted WHERE outlet.kind = 'wire' AND len(wire) > 0 GROUP BY ALL
    ), credits AS (
        SELECT home_id, dispatch_id, w, count(*) AS times, min((arrival, place)) AS first
        FROM (SELECT *, unnest(wire) AS w, generate_subscripts(wire, 1) AS place FROM counted) GROUP BY ALL
    ), credited AS (
        SELECT home_id, dispatch_id, w AS origin FROM credits
        QUALIFY row_number() OVER (PARTITION BY home_id, dispatch_id ORDER BY times DESC, first) = 1
    ), official AS (
        SELECT home_id, dispatch_id, arg_min(outlet.family, arrival) AS origin
        FROM counted WHERE outlet.kind = 'official' GROUP BY ALL
    ), root AS (
        SELECT home_id, dispatch_id,
               CASE WHEN role IN ('rewrite', 'aggregation') AND len(wire) = 0 AND len(list_distinct(cited)) = 1 AND cited[1] <> ''
                    THEN cited[1] ELSE outlet.family END AS origin
        FROM counted WHERE outlet.kind <> 'transport'
        QUALIFY row_number() OVER (PARTITION BY home_id, dispatch_id ORDER BY arrival) = 1
    )
    SELECT home_id, dispatch_id, coalesce(own.origin, credited.origin, official.origin, root.origin) AS origin
    FROM (SELECT DISTINCT home_id, dispatch_id FROM counted)
    LEFT JOIN own USING (home_id, dispatch_id) LEFT JOIN credited USING (home_id, dispatch_id)
    LEFT JOIN official USING (home_id, dispatch_id) LEFT JOIN root USING (home_id, dispatch_id)
"""

# What each living story says of itself beside what its articles say. A text that only transports carried has no origin
# of its own; a story of such texts alone has one.
RECOUNT = """
    WITH recount AS (
        SELECT home_id, count(*) AS articles, count(DISTINCT dispatch_id) AS dispatches, count(DISTINCT outlet.id) AS outlets
        FROM counted GROUP BY home_id
    ), sources AS (
        SELECT home_id, greatest(count(DISTINCT origin), 1) AS sources, list_sort(list_distinct(list(origin))) AS names
        FROM origins GROUP BY home_id
    )
    SELECT s.story_id,
           [s.article_count, s.dispatch_count, s.outlet_count, s.independent_source_count] AS told,
           [coalesce(articles, 0), coalesce(dispatches, 0), coalesce(outlets, 0), coalesce(sources, 0)] AS recounted,
           list_sort(list_transform(s.independence, lambda o: o.origin)) AS told_names, coalesce(names, []) AS names
    FROM stories_now AS s
    LEFT JOIN recount ON recount.home_id = s.story_id LEFT JOIN sources ON sources.home_id = s.story_id
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
    """Whether every written key came back as it was, and every other one as null (ClickHouse: empty)."""
    if isinstance(read, dict) and isinstance(written, dict):
        return written.keys() <= read.keys() and all(
            agrees(of, written[key]) if key in written else not of for key, of in read.items()
        )
    if isinstance(read, list) and isinstance(written, list):
        return len(read) == len(written) and all(map(agrees, read, written))
    is_number = {type(read), type(written)} <= {int, float}
    return read == written and (is_number or type(read) is type(written))


def compare(reader, stream, rows, written):
    rows = {row["seq"]: row for row in map(as_written, rows)}
    if len(rows) != len(written):
        fail(f"{reader}: {len(rows)} rows in {stream}, {len(written)} lines")
    for record in written:
        if not agrees(rows[record["seq"]], record):
            fail(f"{reader}: {stream} seq {record['seq']} came back as {rows[record['seq']]}")
    print(f"{reader}: {len(written)} records of {stream}, every value as written")


def with_duckdb(binary, directory, written):
    import duckdb

    base = duckdb.connect()
    base.execute(schema(binary, "duckdb", directory))
    for stream in STREAMS:
        cursor = base.execute(f"SELECT * FROM {stream}")
        names = [column[0] for column in cursor.description]
        rows = [dict(zip(names, row)) for row in cursor.fetchall()]
        compare("duckdb", stream, rows, written[stream])
    for name, query in QUERIES.items():
        print(f"duckdb: {name}: {len(base.execute(query).fetchall())} rows")
    base.execute(COUNTED)
    base.execute(ORIGINS)
    stories = base.execute(RECOUNT).fetchall()
    for story, told, recounted, told_names, names in stories:
        if told != recounted:
            fail(f"duckdb: {story}: articles, dispatches, outlets, sources {told}, recounted {recounted}")
        # A very large story lists only the beginning of its origins.
        if len(told_names) == told[3] and names and told_names != names:
            fail(f"duckdb: {story}: origins {told_names}, recounted {names}")
    living = base.execute("SELECT count(*) FROM stories_now WHERE merged_into = ''").fetchone()[0]
    homes = base.execute("SELECT count(DISTINCT home_id), count(*) FROM story_home").fetchone()
    if homes != (living, base.execute("SELECT count(*) FROM stories_now").fetchone()[0]):
        fail(f"duckdb: story_home leads {homes[1]} stories to {homes[0]} homes, {living} are living")
    print(f"duckdb: {len(stories)} stories recounted")


def with_polars(binary, directory, written):
    import polars as pl

    names = {}
    exec(schema(binary, "polars", directory), names)
    for stream in STREAMS:
        if not written[stream]:
            continue
        pattern = os.path.join(directory, f"{stream}-*.jsonl")
        frame = pl.scan_ndjson(pattern, schema=names[stream.upper()]).collect()
        compare("polars", stream, frame.to_dicts(), written[stream])


def with_jsonschema(binary, directory, written):
    import jsonschema

    validator = jsonschema.Draft202012Validator(json.loads(schema(binary, "jsonschema", directory)))
    for stream in STREAMS:
        for record in written[stream]:
            for error in validator.iter_errors(record):
                fail(f"jsonschema: {stream} seq {record['seq']}: {error.message[:200]}")
        print(f"jsonschema: {len(written[stream])} records of {stream} are valid")


def with_clickhouse(binary, directory, written):
    from chdb import session

    base = session.Session()
    base.query("CREATE DATABASE desk ENGINE = Atomic")
    base.query("USE desk")
    script = schema(binary, "clickhouse", directory)
    for statement in script.split(";\n"):
        # The commented statement that loads a table stands before the next table.
        for part in statement.split("\n\n"):
            part = part.removeprefix("-- ").strip()
            stream = part.split("FROM INFILE")[0].removeprefix("INSERT INTO ").strip()
            if part.startswith("CREATE") or written.get(stream):
                base.query(part)
    shown = "date_time_output_format = 'iso', output_format_json_quote_64bit_integers = 0"
    for stream in STREAMS:
        rows = base.query(f"SELECT * FROM {stream} SETTINGS {shown} FORMAT JSONEachRow").bytes().splitlines()
        compare("clickhouse", stream, map(json.loads, rows), written[stream])


def with_spark(binary, directory, written):
    from pyspark.sql import SparkSession

    os.environ["TZ"] = "UTC"
    base = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    for statement in schema(binary, "spark", os.path.abspath(directory)).split(";\n"):
        stream = statement.split("TEMPORARY VIEW ")[-1].split(" (")[0]
        if written.get(stream):
            base.sql(statement)
            rows = [row.asDict(recursive=True) for row in base.sql(f"SELECT * FROM {stream}").collect()]
            compare("spark", stream, rows, written[stream])


READERS = {
    "duckdb": with_duckdb,
    "polars": with_polars,
    "jsonschema": with_jsonschema,
    "clickhouse": with_clickhouse,
    "spark": with_spark,
}


def main():
    if len(sys.argv) < 3 or not set(sys.argv[3:]) <= READERS.keys():
        sys.exit(__doc__)
    directory, binary = sys.argv[1].rstrip("/"), os.path.abspath(sys.argv[2])
    written = {stream: [json.loads(line) for line in lines_of(directory, stream)] for stream in STREAMS}
    if not written["articles"]:
        fail(f"there are no articles in {directory}")
    for reader in sys.argv[3:] or ["duckdb", "polars"]:
        READERS[reader](binary, directory, written)
    json.loads(schema(binary, "elastic", directory))
    print("readers: ok")


main()
