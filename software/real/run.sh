#!/bin/sh
# run.sh NESTOR DIR RAM PROGRAM...: runs DIR/PROGRAM.elf on a machine with so much RAM, at each depth, on the model and in
# lockstep with the Verilog; what it prints must be what DIR/PROGRAM.host prints on this machine. Ends with a table, and
# "N passed, M failed"; the same is in DIR/results.json, an object a line.
# The environment: DEPTHS ("0 1 2 3 4"); LOCKSTEP, those of them that are run in lockstep, too (all), without which there are
# no cycles; OPTIONS of nestor (--config default); JOBS, how many at a time (all processors).
set -u
[ $# -ge 4 ] || { echo "run.sh: found $# arguments, expected NESTOR DIR RAM PROGRAM..." >&2; exit 2; }

# run.sh --one NESTOR DIR RAM PROGRAM KIND DEPTH: one of the runs, KIND run or cosim.
if [ "$1" = --one ]; then
    nestor=$2 dir=$3 ram=$4 program=$5 kind=$6 depth=$7
    job=$dir/results/$program-$kind-$depth
    # shellcheck disable=SC2086 # a list of options
    "$nestor" "$kind" --json --depth "$depth" ${OPTIONS:-} --set machine.ram_bytes="$ram" "$dir/$program.elf" \
        >"$job.json" 2>"$job.err" </dev/null
    status=$?
    grep -v '^nestor: ' "$job.err" >"$job.out"
    if [ $status -ne 0 ]; then
        verdict="exit status $status: $(grep '^nestor: ' "$job.err" | tail -n 1) $(tail -n 1 "$job.out")"
    elif ! cmp -s "$job.out" "$dir/results/$program.host"; then
        verdict="other output than on this machine: $(diff "$dir/results/$program.host" "$job.out" | sed -n 2p)"
    else
        verdict=equal
    fi
    echo "$verdict" >"$job.verdict"
    [ "$verdict" = equal ] || echo "$program, depth $depth, $kind: $verdict" >&2
    exit 0
fi

nestor=$1 dir=$2 ram=$3
shift 3
depths=${DEPTHS:-0 1 2 3 4}
lockstep=${LOCKSTEP-$depths}
rm -rf "$dir/results"
mkdir -p "$dir/results"

for program in "$@"; do
    "$dir/$program.host" >"$dir/results/$program.host" || { echo "run.sh: $program on this machine: exit status $?" >&2; exit 1; }
done
for depth in $depths; do
    for program in "$@"; do echo "$program run $depth"; done
done >"$dir/results/jobs"
# The simulator is built once, before those that share it.
first=${lockstep%% *}
for depth in $lockstep; do
    for program in "$@"; do echo "$program cosim $depth"; done
done >"$dir/results/jobs.lockstep"
[ -z "$first" ] || "$nestor" cosim --no-wave --max-instructions 1 ${OPTIONS:-} --set machine.ram_bytes="$ram" "$dir/$1.elf" >/dev/null 2>&1
cat "$dir/results/jobs" "$dir/results/jobs.lockstep" |
    xargs -L 1 -P "${JOBS:-$(nproc)}" "$0" --one "$nestor" "$dir" "$ram"

# ---- One object for each program and depth: of the model's counters and the Verilog's cycles ----
for program in "$@"; do
    for depth in $depths; do
        cosim=$dir/results/$program-cosim-$depth.json
        [ -s "$cosim" ] || cosim=/dev/null
        jq -c -n --arg program "$program" --slurpfile run "$dir/results/$program-run-$depth.json" --slurpfile cosim "$cosim" '
            ($run[0] // {}) as $r | ($cosim[0] // {}) as $c |
            { program: $program, depth: $r.depth, config_hash: $r.config_hash, instructions: $r.instructions,
              cycles: $c.cycles, cpi: (if $c.cycles then $c.cycles / $r.instructions else null end),
              accesses: $r.associator.accesses, lookups: $r.associator.lookups, misses: $r.associator.misses,
              hit_rate: $r.associator.hit_rate, walk_reads: $r.associator.walk_reads, cycles_lost: $r.translation.waits,
              cycles_lost_by: ($r.translation | {fetch_lookups, data_lookups, walks}), vm_faults: $r.vm.vm_faults.total }'
    done
done | jq -c -s '
    (map(select(.depth == 0 and .cycles) | {key: .program, value: .cycles}) | from_entries) as $bare |
    .[] | . + {slowdown: (if .cycles and $bare[.program] then .cycles / $bare[.program] else null end)}' >"$dir/results.json"

# ---- The table ----
jq -r '[.program, .depth, .instructions, (.cycles // "-"), (.cpi // "-"), (.lookups // 0), (.hit_rate // "-"),
        (.misses // 0), (.walk_reads // 0), (.cycles_lost // 0), (.vm_faults // 0), (.slowdown // "-")] | @tsv' "$dir/results.json" |
    awk -F '\t' '
        function digits(x, form) { return x == "-" ? x : sprintf(form, x) }
        function mean(depth) { return count[depth] ? sprintf("%.3f", exp(sum[depth] / count[depth])) : "-" }
        BEGIN {
            form = "%-8s %5s %12s %12s %5s %9s %10s %9s %10s %11s %9s %9s\n"
            printf form, "program", "depth", "instructions", "cycles", "CPI", "lookups", "hit rate", "misses", "walk reads",
                "cycles lost", "VM-faults", "slowdown"
        }
        {
            printf form, $1, $2, $3, $4, digits($5, "%.2f"), $6, $7 == "-" ? "-" : sprintf("%.3f %%", 100 * $7), $8, $9, $10, $11,
                digits($12, "%.3f")
            if ($12 != "-") { sum[$2] += log($12); count[$2]++ }
            if ($2 > deepest) deepest = $2
        }
        END {
            printf "\n%-8s", "depth"
            for (d = 0; d <= deepest; d++) printf " %9d", d
            printf "\n%-8s", "slowdown"
            for (d = 0; d <= deepest; d++) printf " %9s", mean(d)
            print "   (geometric means over the programs)"
        }'
cat "$dir"/results/*.verdict | awk '{ $0 == "equal" ? passed++ : failed++ }
    END { printf "\nworkloads-real: %d passed, %d failed\n", passed, failed; exit failed || !passed }'
