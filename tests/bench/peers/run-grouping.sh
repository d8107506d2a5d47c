#!/usr/bin/env bash
# Grouping beside the ways that others group, on the same lines: tests/bench/peers/run-grouping.sh [COPYTASTER] [SEED] [ARTICLES]
# The labelled sets stand in $COPYTASTER_EVAL_DATA; copies of their texts and template siblings are generated. COPYTASTER is
# the program, built before (target/release/copytaster without one). Needs Python 3 with venv and Python's package index.
# Peers have their thresholds swept and picked on the very lines that are scored; copytaster runs as shipped. Prints a
# table a set; all figures, by kind of edit too, and the generated lines are left in the folder $KEEP where that is set.
set -euo pipefail
data=$(realpath "${COPYTASTER_EVAL_DATA:?names the folder with the labelled sets}")
program=$(realpath "${1:-$(dirname "$0")/../../../target/release/copytaster}")
seed=${2:-1} articles=${3:-20000}
kept=$(realpath -m "${KEEP:-/nowhere}")
cd "$(dirname "$0")/../../.."
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
[ -n "${KEEP:-}" ] || kept=$here/kept
mkdir -p "$kept"
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install -q datasketch==2.0.0 rensa==0.5.0 simhash==2.1.2 scikit-learn==1.9.1 numpy==2.4.6 scipy==1.17.1
python=$here/venv/bin/python
peers=tests/bench/peers
export PYTHONDONTWRITEBYTECODE=1

"$python" tests/bench/copies.py --out "$here" --seed "$seed" --articles "$articles" \
  "$data"/{allsides-fulltext,background,allsides}-dev.jsonl >&2
cp "$here"/{copies,siblings,siblings-pairs}.jsonl "$kept"
"$python" - "$data" "$here" <<'PYTHON'
import json, sys
data, here = sys.argv[1:]
lines = lambda name: list(map(json.loads, open(f"{data}/{name}", encoding="utf-8")))
dated = [line for line in lines("allsides-dev.jsonl") if line["published"]]
behind = [line for line in lines("background-dev.jsonl") if line["published"]]
for name, some in (("allsides-dated", dated), ("allsides-dated-and-background", dated + behind)):
    with open(f"{here}/{name}.jsonl", "w", encoding="utf-8") as file:
        file.writelines(json.dumps(line) + "\n" for line in some)
PYTHON
cp "$data"/{allsides-fulltext,ecbplus,uci-titles}-dev.jsonl "$here"
cp "$data/copies-hand62-docs.jsonl" "$here/copies-hand62.jsonl"
cp "$data/copies-hand62-pairs.jsonl" "$here"
printf '[desk]\nstory_window = "3650d"\n' >"$here/years.toml"

# ours SET LEVEL [OPTIONS of replay]: one line of scores.
ours() {
  local set=$1 level=$2 spent pairs=()
  shift 2
  [ -e "$here/$set-pairs.jsonl" ] && pairs=(--pairs "$here/$set-pairs.jsonl")
  rm -rf "$here/out"
  TIMEFORMAT='%U %S'
  { time "$program" replay --out "$here/out" "$@" "$here/$set.jsonl" 2>"$here/errors" || true; } 2>"$here/spent"
  spent=$(awk '{ print $1 + $2 }' "$here/spent")
  "$python" "$peers/grouping_scores.py" "$here/$set.jsonl" "$here/out" "$level" --seconds "$spent" "${pairs[@]}"
}

# theirs SET [OPTIONS of grouping_peer.py] SYSTEM...: one line of scores a setting.
theirs() {
  local set=$1 pairs=()
  shift
  [ -e "$here/$set-pairs.jsonl" ] && pairs=(--pairs "$here/$set-pairs.jsonl")
  "$python" "$peers/grouping_peer.py" "$here/$set.jsonl" "$@" "${pairs[@]}"
}

{
  for set in copies copies-hand62; do
    ours "$set" dispatch
    theirs "$set" datasketch rensa simhash tfidf
  done
  ours siblings dispatch
  theirs siblings --jaccard 0.5,0.7,0.8,0.9 --cosine 0.7,0.8,0.9,0.95 datasketch rensa simhash tfidf
} >"$kept/dispatch.jsonl"
for set in allsides-dated allsides-dated-and-background allsides-fulltext-dev uci-titles-dev; do
  ours "$set" story
  theirs "$set" --days 3 tfidf
done >"$kept/story.jsonl"
{
  ours ecbplus-dev story --config "$here/years.toml"
  theirs ecbplus-dev --days 3650 tfidf
} >>"$kept/story.jsonl"

"$python" "$peers/grouping_table.py" "$kept/dispatch.jsonl" "$kept/story.jsonl"
