#!/usr/bin/env bash
# The whole way beside its Python peer on the very same feeds: tests/bench/peers/run.sh [FEEDS]
# Needs Rust, Python 3 with venv, and a package index. Both figures are articles a second of processor time.
set -euo pipefail
cd "$(dirname "$0")/../../.."
feeds=${1:-80}
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q feedparser datasketch
cargo bench -q --bench whole -- --write "$here/feeds" --feeds "$feeds"
for words in 60_words 500_words; do
  "$here/venv/bin/python" tests/bench/peers/peer.py "$here/feeds/$words" "$here/$words.jsonl"
done | tee "$here/peer"
cargo bench -q --bench whole -- --feeds "$feeds" | grep '^{' | tee "$here/ours" >/dev/null
python3 - "$here/ours" "$here/peer" <<'PYTHON'
import json, sys
ours, peer = ({f["figure"]: f["value"] for f in map(json.loads, open(path))} for path in sys.argv[1:])
print(f"\n{'the whole way':<16}{'ratio':>8}{'copytaster':>14}{'peer':>10}   articles/s")
for words in ("60_words", "500_words"):
    mine, theirs = ours[f"whole.{words}.synced.by_processor"], peer[f"peer.{words}"]
    print(f"{words:<16}{mine / theirs:>7.0f}x{mine:>14.0f}{theirs:>10.0f}")
    print(json.dumps({"figure": f"whole.{words}.of_peer", "value": round(mine / theirs, 1), "unit": "x"}))
PYTHON
