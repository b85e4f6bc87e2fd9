#!/bin/sh
# model.sh BENCH_MODEL PROGRAM.elf...: the model's speed at depth 0 and 4, with 4 to 64 entries, as a Markdown table. With
# BEFORE=PATH, another build's bench_model: each program is run by both in turn, and the table has the ratio of the two.
set -eu
bench=$1
shift
echo "| program | depth | entries | lookups for 1,000 | misses for 1,000 | MIPS | against depth 0 | against before |"
echo "|---|---|---|---|---|---|---|---|"
for program in "$@"; do
    before=$(mktemp)
    trap 'rm -f "$before"' EXIT
    [ -z "${BEFORE:-}" ] || "$BEFORE" "$program" >"$before" 2>/dev/null || true # an older build may not know it
    "$bench" "$program" | awk -F '\t' -v before="$before" '{
        split((getline line < before) > 0 ? line : "", old)
        printf "| %s | %s | %s | %s | %s | %s | %s | %s |\n", $1, $2, $3, $6, $7, $4, $5, old[4] ? sprintf("%.2f", $4 / old[4]) : "-"
    }'
    rm -f "$before"
done
