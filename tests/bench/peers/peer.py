"""The same work by what a Python script would be made of: feedparser, datasketch, json.

peer.py FEEDS OUT: reads every feed in the folder FEEDS in order of name; for each article strips its markup, looks for an
earlier text like it (MinHash with LSH, Jaccard one half, 3-word shingles), gives it that text's group or its own, and
writes a line of JSON to the file OUT, synced once a feed. Prints one figure.

It does less: no mending, no story, no credits, no revisions, nothing kept for the next start.
"""

import html
import json
import os
import pathlib
import re
import sys
import time

import feedparser
from datasketch import MinHash, MinHashLSH

TAG = re.compile(r"<[^>]+>")
WORD = re.compile(r"\w+")


def text_of(entry):
    content = entry.get("content")
    markup = content[0].value if content else entry.get("summary", "")
    return html.unescape(TAG.sub(" ", markup))


def signature(text):
    words = WORD.findall(text.lower())
    minhash = MinHash(num_perm=128)
    minhash.update_batch([" ".join(words[i : i + 3]).encode() for i in range(max(1, len(words) - 2))])
    return minhash


def main(feeds, out):
    paths = sorted(pathlib.Path(feeds).iterdir())
    index, groups, seen = MinHashLSH(threshold=0.5, num_perm=128), {}, set()
    articles = joined = 0
    begun = time.process_time()
    with open(out, "w") as file:
        for path in paths:
            for entry in feedparser.parse(path.read_bytes()).entries:
                if entry.id in seen:
                    continue
                seen.add(entry.id)
                text = text_of(entry)
                minhash = signature(text)
                near = min(index.query(minhash), default=None)
                groups[articles] = articles if near is None else groups[near]
                joined += near is not None
                index.insert(articles, minhash)
                record = {
                    "id": entry.id,
                    "url": entry.get("link"),
                    "title": entry.get("title"),
                    "published": entry.get("published"),
                    "text": text,
                    "group": groups[articles],
                }
                file.write(json.dumps(record) + "\n")
                articles += 1
            file.flush()
            os.fsync(file.fileno())
    spent = time.process_time() - begun
    name = pathlib.Path(feeds).name
    print(json.dumps({"figure": f"peer.{name}", "value": round(articles / spent, 3), "unit": "articles/s"}))
    print(json.dumps({"figure": f"peer.{name}.joined", "value": round(100 * joined / articles, 3), "unit": "%"}))


if __name__ == "__main__":
    main(*sys.argv[1:3])
