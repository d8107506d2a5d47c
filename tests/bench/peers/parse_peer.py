"""feedparser on every file of a folder, once: parse_peer.py FEEDS. Prints its rate by processor time."""

import json
import pathlib
import sys
import time

import feedparser

bodies = [path.read_bytes() for path in sorted(pathlib.Path(sys.argv[1]).iterdir())]
feedparser.parse(bodies[0])
begun = time.process_time()
empty = sum(not feedparser.parse(body).entries for body in bodies)
rate = len(bodies) / (time.process_time() - begun)
print(json.dumps({"figure": "parse.feedparser.by_processor", "value": round(rate, 3), "unit": "feeds/s"}))
print(json.dumps({"figure": "parse.feedparser.without_items", "value": empty, "unit": "feeds"}))
