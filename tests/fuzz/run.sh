#!/usr/bin/env bash
# Runs the fuzz targets: tests/fuzz/run.sh SECONDS [TARGET…], each for so long; fails if one of them crashed.
#
#   decode   bytes become text, and any text is read back from each charset that can write it
#   guard    what is refused is not mended, what was mended is not refused
#   mend     mending twice is mending once, and feed-rs reads all of it
#   parse    a whole body: no panic, no item lost, every bound kept
#   json     the same for JSON Feed
#   date     a date that is read is the moment that strict readers read
#   url      canonical links, and which addresses may be reached
#   html     HTML to blocks of text, to a title, and to what is safe to show
#   page     an article page: no panic, every bound kept, nothing but plain blocks
#   opml     lists of feeds: what was read is read again from what is written
#   inflate  content codings: whole or not at all, however cut
#   work     half a megabyte of anything repeated is read and enriched in linear time
#
# What they assert stands in src/*/properties.rs, and `cargo test` runs it over the seeds and mutants of them.
# Needs Rust and a C++ compiler; libFuzzer comes with its crate, so cargo-fuzz is not needed (it works as well).
# RUNS=5000 ends each after so many executions, drawn from a fixed seed, for a gate that must not depend on chance.
# JOBS=2 runs two targets at a time. CORPUS is where libFuzzer keeps what it finds, outside the repository; an input that
# crashed lies in its folder `crashes`, and belongs into `seeds` once it is understood.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:?usage: tests/fuzz/run.sh SECONDS [TARGET…]}
shift
[ $# -gt 0 ] || set -- decode guard mend parse json date url html page opml inflate work
corpus=${CORPUS:-${CARGO_TARGET_DIR:-target}/fuzz-corpus}
host=$(rustc -vV | sed -n 's/^host: //p')

# What cargo-fuzz passes: every edge counted, comparisons traced, addresses checked. The sanitizer is an unstable flag,
# hence the bootstrap. The host is named so that build scripts stay as they are.
export RUSTC_BOOTSTRAP=1
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares -Cllvm-args=-simplifycfg-branch-fold-threshold=0 \
-Ccodegen-units=1 -Zsanitizer=address"
cargo build -q --locked --release --target "$host" "${@/#/--bin=}"
bin=${CARGO_TARGET_DIR:-target}/$host/release

fuzz() {
  local target=$1 log=$corpus/$1.log code=0 seeds bound=(-max_total_time="$seconds")
  [ -z "${RUNS:-}" ] || bound+=(-runs="$RUNS" -seed=2025)
  case $target in guard | mend) seeds=(seeds/feed) ;; parse) seeds=(seeds/feed seeds/json) ;; *) seeds=("seeds/$target") ;; esac
  mkdir -p "$corpus/$target" "$corpus/crashes"
  "$bin/$target" "$corpus/$target" "${seeds[@]}" -dict=markup.dict -max_len=4096 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$corpus/crashes/$target-" -print_final_stats=1 "${bound[@]}" >"$log" 2>&1 || code=$?
  local runs edges
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  edges=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1)
  echo "$target: ${runs:-0} executions in ${seconds}s, ${edges:-cov: ?}, $([ "$code" = 0 ] && echo no crash || echo crashed)"
  [ "$code" = 0 ] || tail -n 40 "$log"
  return "$code"
}
export -f fuzz
export bin corpus seconds
export RUNS=${RUNS:-}
printf '%s\n' "$@" | xargs -P "${JOBS:-1}" -I{} bash -c 'fuzz {}'
