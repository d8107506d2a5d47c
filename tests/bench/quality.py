"""How well feeds are read, field by field: copytaster beside feed-rs alone and feedparser, as Markdown tables.

quality.py SUITE COPYTASTER RAW [--misses]

SUITE is a folder with `cases.json`, a list of {"file", "path", "category", "headers", "expected": {"entries[0].title": …}}
with the values that a test suite asserts, and `real.json`, a list of {"file", "path", "reference": {"feed", "entries"}}
with the answers that feedparser gives for feeds as found; paths are relative to SUITE. COPYTASTER is the program, RAW the
example `raw`, which is feed-rs with nothing before it. feedparser's column is there where Python can import it.
With --misses every value of copytaster's that differs is listed instead, one JSON line each.

Two values are the same where they are equal, equal up to white space, or equal as text: without tags, comments and
scripts, references resolved. A summary may stand in the content and a content in the summary. Links may differ in the
last slash. Ids and dates must be equal; so must numbers of entries.
"""

import collections
import html
import json
import os
import re
import subprocess
import sys
import time

try:
    import feedparser
except ImportError:
    feedparser = None

HIDDEN = re.compile(r"(?is)<(script|style|iframe|object|embed|noscript)\b.*?</\1\s*>|<!--.*?-->")
REAL_FIELDS = ["title", "link", "id", "published", "summary", "content", "author"]
EXACT = {"id", "published", "updated"}


def spaced(text):
    return " ".join(text.split())


def bare(text):
    text = re.sub(r"<[^>]*>", "", HIDDEN.sub("", text))
    return spaced(html.unescape(html.unescape(text)))


def same(field, wanted, given):
    if wanted == given:
        return True
    if field in EXACT or not isinstance(wanted, str) or not isinstance(given, str):
        return False
    if field == "link":
        return wanted.rstrip("/") == given.rstrip("/")
    if field == "author" and re.sub(r"\s*\(.*?\)\s*$", "", wanted).strip() == given.strip():
        return True
    return spaced(wanted) == spaced(given) or bare(wanted) == bare(given)


def either(field, wanted, source):
    """Whether the field, or the one that may stand for it, has the value."""
    twin = {"summary": "content", "content": "summary"}.get(field)
    first = lambda value: value[0] if isinstance(value, list) and value and not isinstance(wanted, list) else value
    return any(same(field, wanted, first(source.get(name))) for name in (field, twin) if name)


def parsed_by(program):
    def read(path, headers):
        command = list(program) + [path]
        for name, value in headers.items():
            if name.lower() == "content-location":
                command[1:1] = ["--url", value] if len(program) == 1 else []
                command += ["--url", value] if len(program) > 1 else []
            elif len(program) > 1:
                command += ["--header", f"{name}: {value}"]
        done = subprocess.run(command, capture_output=True, timeout=60)
        lines = done.stdout.decode("utf-8", "replace").splitlines()
        answer = json.loads(lines[0]) if lines else {}
        return answer if answer.get("ok") else {}

    return read


def moment(parts):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", parts) if parts else None


def by_feedparser(path, headers):
    with open(path, "rb") as file:
        answer = feedparser.parse(file.read(), response_headers=dict(headers))
    return {"feed": in_words(answer.feed), "entries": [in_words(entry) for entry in answer.entries]}


def in_words(source):
    """feedparser's answer in the words of `copytaster parse`; `dict.get` keeps it from lending one date to another."""
    get = lambda name: dict.get(source, name)
    person = get("author_detail") or {}
    contents = get("content") or [{}]
    return {
        "title": get("title"),
        "link": get("link"),
        "id": get("id"),
        "description": get("subtitle"),
        "summary": get("summary"),
        "content": contents[0].get("value"),
        "rights": get("rights"),
        "language": get("language"),
        "author": person.get("name") or get("author"),
        "author_email": person.get("email"),
        "published": moment(get("published_parsed")),
        "updated": moment(get("updated_parsed")),
        "tags": [tag.get("term") for tag in get("tags") or []],
        "enclosures": [link.get("href") for link in get("links") or [] if link.get("rel") == "enclosure"],
    }


def asserted(case):
    """Each asserted value: (scope, index, field, place in a list, value)."""
    for key, value in case["expected"].items():
        if key == "len(entries)":
            yield key, ("count", 0, key, None, value)
            continue
        scope, field = key.rsplit(".", 1)
        place = re.search(r"\[(\d+)\]$", field)
        index = int(re.search(r"\d+", scope).group()) if scope != "feed" else 0
        name = re.sub(r"\[\d+\]$", "", field)
        yield key, ("feed" if scope == "feed" else "entry", index, name, place and int(place.group(1)), value)


def holds(answer, claim):
    scope, index, field, place, wanted = claim
    entries = answer.get("entries") or []
    if scope == "count":
        return bool(answer) and len(entries) == wanted
    source = answer.get("feed") if scope == "feed" else entries[index] if index < len(entries) else None
    if source is None:
        return False
    if place is not None:
        listed = source.get(field) or []
        listed = listed if isinstance(listed, list) else [listed]
        return place < len(listed) and same(field, wanted, listed[place])
    return either(field, wanted, source)


def suite(root, cases, readers):
    fields, categories, total = (collections.defaultdict(collections.Counter) for _ in range(3))
    misses = []
    for case in cases:
        path = os.path.join(root, case["path"])
        answers = {name: read(path, case.get("headers") or {}) for name, read in readers.items()}
        for key, claim in asserted(case):
            scope, _, field, _, wanted = claim
            rows = (fields[f"{scope} {field}" if scope != "count" else "number of entries"],)
            rows += (categories[case["category"].removeprefix("wellformed/")], total["all"])
            for row in rows:
                row["values"] += 1
            for name, answer in answers.items():
                held = holds(answer, claim)
                for row in rows:
                    row[name] += held
                if not held and name == "copytaster":
                    misses.append({"file": case["file"], "key": key, "wanted": wanted, "answer": answer})
    return total, fields, categories, misses


def real(root, cases, readers):
    rows, misses = collections.defaultdict(collections.Counter), []
    for case in cases:
        path = os.path.join(root, case["path"])
        answers = {name: read(path, {}) for name, read in readers.items()}
        wanted_entries = case["reference"]["entries"]
        rows["number of entries"]["values"] += 1
        for name, answer in answers.items():
            rows["number of entries"][name] += bool(answer) and len(answer["entries"]) == len(wanted_entries)
        for index, wanted in enumerate(wanted_entries):
            for field in REAL_FIELDS:
                if wanted.get(field) is None:
                    continue
                rows[field]["values"] += 1
                for name, answer in answers.items():
                    entries = answer.get("entries") or []
                    held = index < len(entries) and either(field, wanted[field], entries[index])
                    rows[field][name] += held
                    if not held and name == "copytaster":
                        given = entries[index].get(field) if index < len(entries) else None
                        misses.append({"file": case["file"], "entry": index, "field": field, "wanted": wanted[field], "given": given})
    return rows, misses


def table(head, rows, names):
    print(f"| {head} | values | " + " | ".join(names) + " |")
    print("|---|---:|" + "---:|" * len(names))
    for title, row in rows:
        shares = " | ".join(f"{100 * row[name] / row['values']:.1f}" for name in names)
        title = f"`{title}`" if "_" in title else title
        print(f"| {title} | {row['values']} | {shares} |")
    print()


def version(program, *args):
    done = subprocess.run([program, *args], capture_output=True, text=True)
    return done.stdout.strip()


def main(root, copytaster, raw, *options):
    readers = {"copytaster": parsed_by([copytaster, "parse"]), "feed-rs alone": parsed_by([raw])}
    cases, feeds = (json.load(open(os.path.join(root, name))) for name in ("cases.json", "real.json"))
    found, missed = real(root, feeds, readers)
    if feedparser:
        readers["feedparser"] = by_feedparser
    total, fields, categories, failed = suite(root, cases, readers)
    if "--misses" in options:
        for miss in failed + missed:
            print(json.dumps(miss, ensure_ascii=False))
        return
    by_number = lambda rows: sorted(rows.items(), key=lambda row: (-row[1]["values"], row[0]))
    names = list(readers)
    peers = f", feedparser {feedparser.__version__}" if feedparser else ""
    print(f"{version(copytaster, '--version')}{peers}; {len(cases)} documents of the suite, {len(feeds)} feeds as found.\n")
    table("asserted values, per cent", by_number(total), names)
    table("by field", by_number(fields), names)
    table("by category", by_number(categories), names)
    fours = ("title", "link", "id", "published")
    four = sum((found[name] for name in fours), collections.Counter())
    order = [("title, link, id, published together", four)] + [(name, found[name]) for name in REAL_FIELDS]
    order.append(("number of entries", found["number of entries"]))
    table("feeds as found: agreement with feedparser, per cent", order, names[:2])


if __name__ == "__main__":
    main(*sys.argv[1:])
