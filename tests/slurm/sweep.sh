#!/bin/sh
# A sweep and a fuzz campaign as Slurm job arrays, on a real slurmctld and three slurmd on this machine, one of which is killed in the middle.
# TAP. Run from the top of the tree as root; NESTOR and PROGRAMS say what is run, KEEP=1 leaves the cluster's logs in build/slurm.
set -u
top=$(pwd)
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
export NESTOR
for tool in slurmctld slurmd munged sbatch squeue; do
    command -v $tool >/dev/null || { echo "1..0 # SKIP found no $tool (Debian: slurmctld slurmd slurm-client munge)"; exit 1; }
done
[ "$(id -u)" -eq 0 ] || { echo "1..0 # SKIP a cluster of its own needs root"; exit 1; }

cluster=$(mktemp -d)
. tests/slurm/cluster.sh
count=0 failed=0
report() {
    name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
    fi
}
finish() {
    cluster_stop
    if [ -n "${KEEP:-}" ]; then
        rm -rf "$top/build/slurm"
        cp -r "$cluster" "$top/build/slurm"
    fi
    rm -rf "$cluster"
}
trap finish EXIT
trap 'exit 1' INT TERM

report "slurmctld and $nodes slurmd" cluster_start
[ $failed -eq 0 ] || { cat "$cluster"/*.log; exit 1; }

what="--depth 0-4 --entries 1,2,4..32 $PROGRAMS/petri.elf $PROGRAMS/merge.elf $PROGRAMS/records.elf $PROGRAMS/tree_list.elf" # 120 jobs
parts=$cluster/parts
merged=$cluster/merged.jsonl

figures() {
    sed 's/,"seconds":[^,}]*//' "$@" | sort
}
lines() {
    cat "$parts"/part-*.jsonl 2>/dev/null | wc -l
}
ended() {
    [ -z "$(squeue -h -o %i)" ]
}
# The task of the array on a node, and whether it has done something and not all: a part has 20 jobs.
task_on() {
    squeue -h -w "node$1" -t running -o %K | head -n 1
}
in_the_middle() {
    task=$(task_on 2)
    [ -n "$task" ] && done=$(cat "$parts/part-$task.jsonl" 2>/dev/null | wc -l) && [ "$done" -ge 2 ] && [ "$done" -le 15 ]
}
# shellcheck disable=SC2086 # a list of words
array=$(sbatch --parsable --array=1-6 --output="$cluster/sweep-%a.log" tools/slurm/sweep.sbatch "$parts" $what)
report "an array of six parts is taken" [ -n "$array" ]
report "node2 is in the middle of a part" wait_for 120 in_the_middle
task=$(task_on 2)
node_kill 2
before=$(lines)
report "when node2 is killed much is left to do: $before of 120 jobs are done" [ "$before" -lt 110 ]
down() {
    sinfo -h -N -n node2 -o %T | grep -q '^down'
}
report "slurmctld takes it for down" wait_for 60 down
report "all parts end on the nodes that are left" wait_for 600 ended
restarts=$(scontrol show job "${array}_$task" | sed -n 's/.*Restarts=\([0-9]*\).*/\1/p')
report "part $task was started again (restarts: $restarts)" [ "${restarts:-0}" -ge 1 ]
report "elsewhere" sh -c "scontrol show job ${array}_$task | grep -q 'JobState=COMPLETED' && ! scontrol show job ${array}_$task | grep -q ' NodeList=node2'"
report "and went on where it was" grep -Eq '120 jobs: ([2-9]|1[0-9]) were done before, ([2-9]|1[0-9]) now, 0 failed' "$cluster/sweep-$task.log"
report "120 results, each once" [ "$(cut -c 1-26 "$parts"/part-*.jsonl | sort -u | wc -l) $(lines)" = "120 120" ]

"$NESTOR" sweep --merge "$parts"/part-*.jsonl -o "$merged" -o "$cluster/report.html" 2>"$cluster/merge.err"
report "they are merged" grep -q '120 results of 6 files' "$cluster/merge.err"
# shellcheck disable=SC2086
"$NESTOR" sweep $what -o "$cluster/alone.jsonl" 2>"$cluster/alone.err"
figures "$merged" >"$cluster/one"
figures "$cluster/alone.jsonl" >"$cluster/two"
report "the same as on one machine" cmp "$cluster/one" "$cluster/two"

node_start 2
report "node2 comes back" wait_for 60 nodes_idle
# shellcheck disable=SC2086
sbatch --parsable --array=1-6 --output="$cluster/again-%a.log" tools/slurm/sweep.sbatch "$parts" $what >"$cluster/id"
report "the array again" wait_for 120 ended
report "does nothing twice" sh -c "[ \$(cat '$cluster'/again-*.log | grep -c '0 now, 0 failed') -eq 6 ] && [ $(lines) -eq 120 ]"

# A campaign: three tasks, each with worlds of its own.
fuzz=$cluster/fuzz
sbatch --parsable --array=1-3 --output="$cluster/fuzz-%a.log" tools/slurm/fuzz.sbatch "$fuzz" --config small --worlds 40 >"$cluster/id"
sbatch --dependency=singleton --job-name=nestor-fuzz --output="$cluster/all.txt" \
    --wrap "'$NESTOR' fuzz --merge --coverage '$cluster/all.json' '$fuzz'/coverage-*.json" >"$cluster/id"
report "a fuzz campaign, and what adds it up behind it" wait_for 300 ended
report "of three tasks, none of which failed" [ "$(grep -c '^fuzz: 40 worlds, 0 failed' "$cluster"/fuzz-*.log | grep -c ':1$')" -eq 3 ]
report "with other worlds in each" sh -c "! cmp -s '$fuzz/coverage-1.json' '$fuzz/coverage-2.json'"
report "is one" grep -q '^fuzz: 3 files; [0-9]* of [0-9]* reachable points covered$' "$cluster/all.txt"

echo "1..$count"
[ $failed -eq 0 ]
