#!/bin/sh
# cpi_stack.sh BUILD: the CPI stack of every workload as a table in Markdown: cycles for each retired instruction, by cause.
# From the top of the tree, after `make all`. The environment: STACK_OPTIONS ("--config plain"), those of nestor cosim.
set -eu
nestor=$1/nestor options=${STACK_OPTIONS:---config plain}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
programs=$NESTOR_WORKLOADS
for program in $NESTOR_BENCHMARKS; do
    programs="$programs ${program}_short"
done
# shellcheck disable=SC2086
"$nestor" cosim --no-wave $options "$1/software/hello.elf" >/dev/null 2>&1 # builds the simulator once
for program in $programs; do
    echo "$nestor cosim --no-wave --json $options $1/software/$program.elf >$dir/$program.json 2>$dir/$program.err"
done | xargs -P "$(nproc)" -I '{}' sh -c '{} || cat '"$dir"'/*.err >&2'

echo "| program | CPI | loads | load uses | stores | late words | multiplications | divisions | branches taken forward | not taken | backward | jumps | traps, CSRs | LVMID, VM-faults | translation | others |"
echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"
for program in $programs; do
    jq -r --arg name "$program" '
        .instructions as $n
        | def share(x): x / $n * 1000 | round | if . == 0 then "" else tostring | if length < 4 then "0." + ("000" + .)[-3:] else .[:-3] + "." + .[-3:] end end;
        .cycle_stack as $s
        | [$name, share(.cycles), share($s.loads), share($s.load_uses), share($s.stores), share($s.late_words), share($s.multiplications),
           share($s.divisions), share($s.branches_taken_forward), share($s.branches_not_taken), share($s.branches_taken_backward),
           share($s.jumps), share($s.traps + $s.csr_instructions), share($s.lvmid + $s.vm_faults),
           share($s.fetch_translation + $s.data_translation), share($s.others + $s.atomics)]
        | "| " + join(" | ") + " |"' "$dir/$program.json"
done
