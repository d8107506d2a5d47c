#!/usr/bin/env bash
# The text of article pages beside the extractors that others use: tests/bench/peers/pages.sh [PAGES_DIR]
# PAGES_DIR holds html/NAME.html and txt/NAME.txt, what an editor would keep of it. Without one, the pages come from
# newspaper4k's source package, which are real pages in ten scripts with the texts its own tests ask for.
# Needs Rust, Python 3 with venv, and Python's package index.
set -euo pipefail
pages=${1:+$(realpath "$1")}
cd "$(dirname "$0")/../../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
# One after the other: together their wishes for lxml stop older resolvers.
"$here/venv/bin/pip" install -q trafilatura==2.3.1
"$here/venv/bin/pip" install -q readability-lxml==0.9 lxml_html_clean 2>/dev/null ||
  "$here/venv/bin/pip" install -q --no-deps readability-lxml==0.9 lxml_html_clean cssselect chardet
if [ -z "$pages" ]; then
  "$here/venv/bin/pip" download -q --no-deps --no-binary newspaper4k -d "$here" newspaper4k==0.9.6
  tar xzf "$here"/newspaper4k-0.9.6.tar.gz -C "$here"
  pages=$here/newspaper4k-0.9.6/tests/data
fi
cargo build -q --release --bin copytaster
"$here/venv/bin/python" tests/bench/peers/pages_peer.py "$pages" "${CARGO_TARGET_DIR:-target}/release/copytaster"
