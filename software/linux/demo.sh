#!/bin/sh
# demo.sh: the boot of build/linux at depth 0 to 4, model and Verilog in lockstep: a table, and the console of the deepest boot.
# Exit status 0 if all of them agreed and came to the power-off.
set -eu
build=${BUILD:-build}
linux=$build/linux
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
# What the table's lines are made of, from nestor's JSON.
cells='[.depth, .instructions, .cycles, .associator.hit_rate // -1, .associator.walk_reads, .vm.vm_faults.total,
    .vm.vm_faults.missing, .vm.vm_faults.interrupt, .seconds] | @tsv'
heads='depth instructions cycles CPI slowdown hit_rate walk_reads VM-faults missing interrupt other seconds'
widths='%5s %12s %12s %5s %8s %9s %10s %9s %9s %9s %9s %8s\n'

# line CYCLES: of the JSON on standard input, CYCLES being those at depth 0.
line() {
    jq -r "$cells" | awk -v first="$1" -v widths="$widths" '{
        printf widths, $1, $2, $3, sprintf("%.2f", $3 / $2), sprintf("%.3f", $3 / first),
            $4 < 0 ? "-" : sprintf("%.3f %%", 100 * $4), $5, $6, $7, $8, $6 - $7 - $8, sprintf("%.1f", $9) }'
}

first=
failed=0
echo "$heads" | awk -v widths="$widths" '{ sub("_", " ", $6); sub("_", " ", $7)
    printf widths, $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 }'
for depth in 0 1 2 3 4; do
    status=0
    "$build/nestor" cosim --config linux --depth $depth --json --dtb "$linux/nestor.dtb" --initrd "$linux/initrd.cpio" \
        "$linux/Image" >"$dir/json" 2>"$dir/err" || status=$?
    grep -v '^nestor: ' "$dir/err" | tr -d '\r' >"$dir/console" || true
    if [ $status -ne 0 ] || ! grep -q '^init: [0-9]* checks passed, 0 failed$' "$dir/console"; then
        failed=$((failed + 1))
        echo "depth $depth: failed with status $status" >&2
        tail -n 20 "$dir/err" >&2
        continue
    fi
    [ -n "$first" ] || first=$(jq .cycles "$dir/json")
    line "$first" <"$dir/json"
done
[ ! -s "$dir/console" ] || { echo; echo "The console at depth $depth:"; sed 's/^/    /' "$dir/console"; }
echo
echo "linux-demo: $((5 - failed)) passed, $failed failed"
[ $failed -eq 0 ]
