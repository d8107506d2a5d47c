#!/usr/bin/env bash
# Reading feeds beside the readers that others use, on the very same files: tests/bench/peers/parse.sh FEEDS_DIR [ROUNDS]
# Needs Rust, Python 3 with venv, Node with npm, and their package indexes. One core, in turns, medians; all rates are
# by processor time. What a reader refuses, or reads without a single item, counts as read and is told.
set -euo pipefail
feeds=$(realpath "$1")
rounds=${2:-3}
cd "$(dirname "$0")/../../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q feedparser==6.0.14
npm install --silent --no-fund --no-audit --prefix "$here" rss-parser@3.13.0 >/dev/null
cargo bench -q --bench parse --no-run
core=()
command -v taskset >/dev/null && core=(taskset -c 0)
for _ in $(seq "$rounds"); do
  "${core[@]}" cargo bench -q --bench parse -- "$feeds" 2>/dev/null | grep '^{'
  "${core[@]}" "$here/venv/bin/python" tests/bench/peers/parse_peer.py "$feeds"
  NODE_PATH="$here/node_modules" "${core[@]}" node tests/bench/peers/parse_peer.js "$feeds"
done >"$here/figures"
python3 - "$here/figures" <<'PYTHON'
import collections, json, statistics, sys
samples = collections.defaultdict(list)
for figure in map(json.loads, open(sys.argv[1])):
    samples[figure["figure"]].append(figure["value"])
middle = {name: statistics.median(values) for name, values in samples.items()}
files, size = middle["parse.real.files"], middle["parse.real.bytes_a_file"]
print(f"{files:.0f} feeds of {size / 1e3:.0f} KB\n\n| reader | feeds/s a core | MB/s | copytaster is | no item read |\n|---|---:|---:|---:|---:|")
ours = middle["parse.real.ours.by_processor"]
for name, key in [("copytaster, whole reader", "parse.real.ours"), ("feed-rs alone", "parse.real.feed_rs_alone"),
                  ("rss-parser (npm)", "parse.rss_parser"), ("feedparser (PyPI)", "parse.feedparser")]:
    rate = middle[f"{key}.by_processor"]
    print(f"| {name} | {rate:.0f} | {rate * size / 1e6:.1f} | {ours / rate:.1f}x | {middle[f'{key}.without_items']:.0f} |")
    print(json.dumps({"figure": f"{key}.of_it", "value": round(ours / rate, 2), "unit": "x"}), file=sys.stderr)
PYTHON
