#!/bin/sh
# cosim --cpi-stack: the clock cycles by cause sum up, in the table and in JSON, and are the same in each simulator. TAP. Run from
# the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
. tests/support/tap.sh

# call OUT ARGUMENTS...
call() {
    file=$1
    shift
    "$NESTOR" "$@" >"$file" 2>err
    status=$?
    [ "$file" = out ] || cp "$file" out
}

# At depth 2 there is all: instructions, loads, jumps, LVMID, VM-faults, translation.
call json cosim --json --depth 2 "$PROGRAMS/mix.elf"
report "in JSON all cycles have a cause" [ "$(jq '(.cycle_stack | add) - .cycles' json)" = 0 ]
report "of the region, too" [ "$(jq '(.region.cycle_stack | add) - .region.cycles' json)" = 0 ]
for key in instructions loads load_uses multiplications divisions branches_taken_forward lvmid vm_faults fetch_translation data_translation; do
    report "$key have cycles" [ "$(jq ".cycle_stack.$key" json)" -gt 0 ]
done
report "LVMID and VM-faults have what translation tells of them, but for waits and what comes behind" [ "$(jq '
    .vm.vm_faults.total + .vm.lvmid > 0 and (.cycle_stack.lvmid + .cycle_stack.vm_faults - .translation.lvmid - .translation.vm_faults | fabs)
    <= 12 * (.vm.lvmid + .vm.vm_faults.total)' json)" = true ]

call table cosim --cpi-stack --depth 2 "$PROGRAMS/mix.elf"
sums() {
    awk '/^where the cycles went/ { inside = 1; next }
        inside && /^in all/ { found = 1; exit sum != $3 }
        inside && match($0, /  +[0-9]+ /) { sum += substr($0, RSTART, RLENGTH) }
        END { if (!found) exit 1 }' table
}
report "the table's lines sum up" sums
report "and are the cycles of JSON" grep -q "^in all *$(jq .cycles json) " table
report "the console comes first, and the summary is on stderr" sh -c "grep -q 'records agree' err && ! grep -q 'records agree' table"

call json.verilator cosim --json --depth 1 "$PROGRAMS/hello.elf"
call json.icarus cosim --json --sim icarus --depth 1 "$PROGRAMS/hello.elf"
report "another simulator tells the same" [ "$(jq -c .cycle_stack json.verilator)" = "$(jq -c .cycle_stack json.icarus)" ]
call out run --json "$PROGRAMS/hello.elf"
report "the model has no cycles" [ "$(jq .cycle_stack out)" = null ]

tap_end
