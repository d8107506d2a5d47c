"""Compares the texts that extractors find in pages with the texts that should be found: pages_peer.py DIR COPYTASTER

Words are counted, in scripts without spaces characters; precision is the share of what was kept that belongs, recall the share
of what belongs that was kept. Prints a table by page, then means and medians, then one JSON line a figure.
"""

import collections
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import warnings

import lxml.html
import readability
import trafilatura

SPACELESS = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")


def words(text):
    found = collections.Counter()
    for word in re.findall(r"[^\W_]+", text.lower()):
        found.update(word if SPACELESS.search(word) else [word])
    return found


def score(text, expected):
    got, want = words(text), words(expected)
    shared = sum((got & want).values())
    if shared == 0:
        return 0.0, 0.0, 0.0
    precision, recall = shared / got.total(), shared / want.total()
    return precision, recall, 2 * precision * recall / (precision + recall)


def by_copytaster(binary, page):
    environment = dict(os.environ, COPYTASTER__OUTPUT__INCLUDE_BODY="true")
    run = subprocess.run([binary, "taste", page, "--json"], capture_output=True, text=True, env=environment)
    return json.loads(run.stdout.splitlines()[0])["text"].get("body", "") if run.stdout else ""


def by_readability(body):
    try:
        return lxml.html.fromstring(readability.Document(body.decode(errors="replace")).summary()).text_content()
    except Exception:
        return ""


def main(folder, binary):
    warnings.simplefilter("ignore")
    scores = collections.defaultdict(list)
    print(f"{'page':28} {'precision, recall, F1 of':>17} copytaster   trafilatura      readability-lxml")
    for page in sorted(pathlib.Path(folder, "html").glob("*.html")):
        text = pathlib.Path(folder, "txt", page.stem + ".txt")
        if not text.exists():
            continue
        expected, body = text.read_text(), page.read_bytes()
        texts = {
            "copytaster": by_copytaster(binary, page),
            "trafilatura": trafilatura.extract(body, include_comments=False) or "",
            "readability": by_readability(body),
        }
        row = {name: score(found, expected) for name, found in texts.items()}
        for name, values in row.items():
            scores[name].append(values)
        print(f"{page.stem:46}", "  ".join(" ".join(f"{value:.2f}" for value in values) for values in row.values()))
    print()
    for name, values in scores.items():
        precision, recall, f1 = (statistics.mean(column) for column in zip(*values))
        middle = statistics.median(f1 for _, _, f1 in values)
        print(f"{name:12} {len(values)} pages: precision {precision:.3f} recall {recall:.3f} F1 {f1:.3f}, median F1 {middle:.3f}")
        print(json.dumps({"figure": f"pages.{name}.f1", "value": round(f1, 4), "unit": ""}), file=sys.stderr)


main(*sys.argv[1:])
