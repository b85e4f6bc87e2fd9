#!/bin/bash
# measure.sh NESTOR PROGRAM...: the speed of nestor measure as a ratio to nestor run's of the same program, at depth 2, and of its replay of
# the run's trace, as a Markdown table. Seconds of the processor, loading included, best of nine, all of one program in turns.
set -eu
nestor=$1
shift
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
TIMEFORMAT=%U

# best NAME COMMAND...: the least seconds so far, kept in the file NAME.
best() {
    local name=$1 seconds
    shift
    seconds=$({ time "$@" >/dev/null 2>&1; } 2>&1)
    if [ ! -s "$dir/$name" ] || awk "BEGIN { exit !($seconds < $(cat "$dir/$name")) }"; then echo "$seconds" >"$dir/$name"; fi
}
# ratio NAME: of run's seconds
ratio() {
    awk "BEGIN { printf \"%.2f\", $(cat "$dir/run") / $(cat "$dir/$1") }"
}

echo "| program | instructions | lookups for 1,000 | measure | with --curve --grid | with --locality | replay of its trace |"
echo "|---|---|---|---|---|---|---|"
for program in "$@"; do
    rm -f "$dir"/*
    "$nestor" trace --depth 2 -o "$dir/trace" "$program" >/dev/null 2>&1
    for turn in 1 2 3 4 5 6 7 8 9; do
        best run "$nestor" run --depth 2 "$program"
        best measure "$nestor" measure --depth 2 "$program"
        best curve "$nestor" measure --depth 2 --curve --grid "$program"
        [ "$turn" -gt 2 ] || best locality "$nestor" measure --depth 2 --locality "$program"
        best replay "$nestor" measure "$dir/trace"
    done
    facts=$("$nestor" measure --json "$dir/trace" | jq -r '"\(.instructions) | \(.per_thousand.lookups * 10 | round / 10)"')
    echo "| $(basename "$program" .elf) | $facts | $(ratio measure) | $(ratio curve) | $(ratio locality) | $(ratio replay) |"
done
