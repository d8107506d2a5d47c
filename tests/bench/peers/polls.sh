#!/usr/bin/env bash
# Polls a second beside wrk, on the same server: `tests/bench/peers/polls.sh [SECONDS]`
#
# wrk sends and counts and does nothing else, so it is the ceiling. It comes with the package `wrk` of most systems. Its
# rate a core is by its own processor time, as ours is.
set -eu
cd "$(dirname "$0")/../../.."
seconds=${1:-8}
if ! command -v wrk >/dev/null 2>&1; then
    echo "polls.sh: wrk is missing, so there is no peer; install it (apt-get install wrk) and run this again" >&2
    exit 69
fi
target=$(cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
cargo bench --bench polls --no-run
bench=$(ls -t "$target"/release/deps/polls-* | grep -v '\.d$' | head -n 1)

scratch=$(mktemp -d)
mkfifo "$scratch/until"
"$bench" serve <"$scratch/until" >"$scratch/addresses" &
exec 3>"$scratch/until"
trap 'exec 3>&-; rm -r "$scratch"' EXIT
while [ "$(wc -l <"$scratch/addresses")" -lt 3 ]; do sleep 0.1; done
plain=$(sed -n 1p "$scratch/addresses")
tls=$(sed -n 2p "$scratch/addresses")

printf '%-14s %14s %14s\n' wrk requests/s 'requests/s/core'
for way in plain_304 tls_304 plain_200 tls_200; do
    case $way in plain_*) url=$plain ;; *) url=$tls ;; esac
    TIMEFORMAT='%U %S'
    { time wrk -t 1 -c 64 -d "$seconds" -H 'If-None-Match: "one"' "$url/${way#*_}/1" >"$scratch/wrk"; } 2>"$scratch/spent"
    requests=$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$scratch/wrk")
    echo "$way $requests $seconds $(cat "$scratch/spent")" |
        awk '{ printf "%-14s %14.0f %14.0f\n", $1, $2 / $3, $2 / ($4 + $5) }'
done
exec 3>&-
echo
cargo bench --bench polls -- --seconds "$seconds"
