#!/bin/sh
# nestor sweep: TAP. Run from the top of the tree; NESTOR and PROGRAMS say what is tested.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
. tests/support/tap.sh
hello=$PROGRAMS/hello.elf crc=$PROGRAMS/crc.elf

call() {
    "$NESTOR" sweep "$@" >out 2>err
    status=$?
}

# fails PATTERN ARGUMENTS...: an error that has the pattern, and nothing written.
fails() {
    pattern=$1
    shift
    call "$@"
    report "sweep $* says $pattern" sh -c "[ $status -eq 125 ] && grep -q -- \"$pattern\" err && ! ls | grep -q bad"
}

# What results tell, whatever order they were made in.
figures() {
    sed 's/,"seconds":[^,}]*//' "$1" | sort
}

# same FILE FILE
same() {
    figures "$1" >figures.1
    figures "$2" >figures.2
    cmp figures.1 figures.2
}

jobs="--depth 0-2 --entries 1,2,4 $hello $crc" # 18

# shellcheck disable=SC2086 # a list of words
call $jobs -o all.jsonl -o all.html -o all.csv
report "a sweep" sh -c "[ $status -eq 0 ] && grep -q '^nestor: 18 jobs: 0 were done before, 18 now, 0 failed' err && [ ! -s out ]"
report "a line for each job, each another" [ "$(cut -c 1-26 all.jsonl | sort -u | wc -l)" -eq 18 ]
report "the figures are those of measure" sh -c "
    grep -o '\"depth\":2,.*\"entries\":2,.*' all.jsonl | grep -o '\"instructions\":.*\"by_vm\"' | sort >one
    '$NESTOR' measure --json --depth 2 --set associator.entries=2 --set associator.ways=2 $hello $crc |
        grep -o '\"instructions\":.*\"by_vm\"' | sort >two
    [ \$(wc -l <one) -eq 2 ] && cmp one two"
report "the command of a line makes it again" sh -c "
    line=\$(sed -n 7p all.jsonl); command=\$(echo \"\$line\" | sed 's/.*\"command\":\"nestor \([^\"]*\)\".*/\1/')
    '$NESTOR' \$command | grep -o '\"program\".*\"by_vm\"' >one; echo \"\$line\" | grep -o '\"program\".*\"by_vm\"' >two; [ -s one ] && cmp one two"
report "the page has them" sh -c 'grep -q "id=\"entries\"" all.html && grep -q "id=\"run-18\"" all.html'
report "the table has them" sh -c '[ "$(wc -l <all.csv)" -eq 19 ] && [ "$(awk -F, "{ print NF }" all.csv | sort -u | wc -l)" -eq 1 ]'

cp all.jsonl before.jsonl
# shellcheck disable=SC2086
call $jobs -o all.jsonl
report "again: nothing is done twice" sh -c "grep -q '18 were done before, 0 now' err && cmp all.jsonl before.jsonl"
call --depth 0-2 --entries 2,1,8 "$hello" -o all.jsonl
report "more of it: what is new" sh -c "grep -q '^nestor: 9 jobs: 6 were done before, 3 now' err && [ \$(wc -l <all.jsonl) -eq 21 ]"
cp "$hello" other.elf
call --depth 0-2 --entries 1,2,4 other.elf -o all.jsonl
report "the same program by another name is the same" grep -q '9 were done before, 0 now' err
printf '\0' >>other.elf
call --depth 0 --entries 1 other.elf -o all.jsonl
report "another program by the same name is another" grep -q '0 were done before, 1 now' err
call --depth 0 --entries 1 --interval 100 "$hello" -o all.jsonl
report "so are other options" grep -q '0 were done before, 1 now' err

# Killed when so many lines are there, again and again.
: >killed.jsonl
for lines in 1 3 4 7 8 12 15; do
    # shellcheck disable=SC2086
    "$NESTOR" sweep $jobs --jobs 3 -o killed.jsonl >out 2>err &
    while [ "$(wc -l <killed.jsonl)" -lt "$lines" ] && kill -0 $!; do :; done 2>kill.err
    kill -9 $! 2>kill.err
    wait $! 2>kill.err
done
report "a killed sweep has not done all" [ "$(wc -l <killed.jsonl)" -ge 1 ]
# shellcheck disable=SC2086
call $jobs -o killed.jsonl
report "killed seven times and started again: the same results, each once" same before.jsonl killed.jsonl

# A last line torn anywhere is found, and its job done again.
length=$(tail -n 1 before.jsonl | wc -c) size=$(wc -c <before.jsonl) torn=yes
for cut in 1 2 100 $((length - 1)); do
    head -c $((size - cut)) before.jsonl >torn.jsonl
    # shellcheck disable=SC2086
    call $jobs -o torn.jsonl
    { grep -q 'the last line has no end' err && grep -q '17 were done before, 1 now' err && same torn.jsonl before.jsonl; } || torn=no
done
report "a torn last line is made again" [ $torn = yes ]
printf '{"job' >torn.jsonl
call --depth 0 --entries 1 "$hello" -o torn.jsonl
report "even if it is the first" sh -c "[ $status -eq 0 ] && [ \$(wc -l <torn.jsonl) -eq 1 ]"

# What fails takes nothing along.
head -c 100 "$hello" >broken.elf
call --depth 0-1 --entries 1 "$hello" broken.elf "$PROGRAMS/exit42.elf" -o failed.jsonl
report "jobs that fail are told, and the others done" sh -c "[ $status -eq 3 ] && grep -q '2 now, 4 failed' err && grep -q 'broken.elf, depth 1, .*exit status 125: ' err &&
    grep -q 'exit42.elf, depth 0, .*exit status 3: .*exit code 42' err && [ \$(wc -l <failed.jsonl) -eq 2 ]"
"$NESTOR" sweep --depth 4 --entries 1 --guests 4 --jobs 1 "$PROGRAMS/petri.elf" "$hello" -o crashed.jsonl >out 2>err &
sweep=$! child=
until [ -n "$child" ] || ! kill -0 $sweep; do child=$(cat /proc/$sweep/task/$sweep/children); done 2>kill.err
kill -SEGV $child
wait $sweep
status=$?
report "a process that dies is told, and the others go on" sh -c "[ $status -eq 3 ] && grep -q 'petri.elf, depth 4, .*: \(ended by signal\|exit status\)' err && grep -q '1 now, 1 failed' err &&
    grep -q hello.elf crashed.jsonl"

# Parts, and one of them.
for i in 1 2 3; do
    # shellcheck disable=SC2086
    call $jobs --shard $i/3 -o shard$i.jsonl
done
report "a third of the jobs" [ "$(wc -l <shard2.jsonl)" -eq 6 ]
call --merge shard1.jsonl shard2.jsonl shard3.jsonl shard1.jsonl -o merged.jsonl -o merged.html
report "three thirds are one, and one twice is once" sh -c "[ $status -eq 0 ] && grep -q '18 results of 4 files' err && grep -q '</html>' merged.html"
report "the same results" same merged.jsonl before.jsonl
# shellcheck disable=SC2086
call $jobs -o merged.jsonl
report "a sweep goes on from there" grep -q '18 were done before, 0 now' err
sed 's/"misses":[0-9]*/"misses":1/' shard1.jsonl >changed.jsonl
fails 'changed.jsonl:.*job: found .* with other numbers than in shard1.jsonl' --merge shard1.jsonl changed.jsonl -o bad.jsonl

# A plan.
cat >plan.ini <<EOF
# what is to be known
[sweep]
program = $hello
program = $crc
depth = 1-2
interval = 1000
on-demand = yes
[config lru]
associator.entries = 1,2
associator.ways = entries
[config other]
config = wide
associator.replacement = fifo,random
EOF
call plan.ini -o plan.jsonl --list
report "a plan's commands" sh -c "[ \$(wc -l <out) -eq 16 ] && [ ! -e plan.jsonl ] &&
    grep -qx 'nestor measure --json --depth=2 --config=wide --set=associator.replacement=random --interval=1000 --on-demand $hello' out"
call plan.ini -o plan.jsonl
report "a plan's jobs" sh -c "[ $status -eq 0 ] && [ \$(wc -l <plan.jsonl) -eq 16 ] && grep -q '\"series\"' plan.jsonl"
call plan.ini --depth 1 -o bad.jsonl
report "no option beside a plan" grep -q 'found a plan with options' err

# Traces, several VMs, and all that measure can count.
"$NESTOR" trace --depth 1 "$crc" -o crc.trace >out 2>err
call --entries 1,4 --curve --grid --locality crc.trace -o traces.jsonl
report "a trace as it was recorded" sh -c "[ $status -eq 0 ] && grep -q '2 now' err && ! grep -q -- '--depth' traces.jsonl && [ \$(grep -c '\"curve\".*\"grid\".*\"locality\"' traces.jsonl) -eq 2 ]"
report "the command of its line makes it again" sh -c "
    line=\$(head -n 1 traces.jsonl); command=\$(echo \"\$line\" | sed 's/.*\"command\":\"nestor \([^\"]*\)\".*/\1/')
    '$NESTOR' \$command | grep -o '\"program\".*\"grid\"' >one; echo \"\$line\" | grep -o '\"program\".*\"grid\"' >two; [ -s one ] && cmp one two"
call --depth 1 --entries 1,4 crc.trace -o traces.jsonl
report "and at a depth: that is another job" grep -q '0 were done before, 2 now' err
call --entries 4 --vm crc.trace --vm "$hello" --quantum 100 -o traces.jsonl -o traces.html
report "several VMs in turns" sh -c "[ $status -eq 0 ] && tail -n 1 traces.jsonl | grep -q '\"program\":\[\"crc.trace\",\"$hello\"\]' && grep -q 'crc.trace + hello.elf' traces.html"
call --entries 4 --vm crc.trace --vm "$hello" --quantum 200 -o traces.jsonl
report "another quantum is another job" grep -q '0 were done before, 1 now' err
printf '[sweep]\nvm = crc.trace\nvm = %s\ncurve = yes\nlocality = yes\n' "$hello" >vms.ini
call vms.ini -o vms.jsonl --list
report "the same in a plan" sh -c "[ $status -eq 0 ] && grep -q -- '--depth=1 --config=default --vm=crc.trace --vm=$hello --curve --locality\$' out"

# plan_fails PATTERN LINE...
plan_fails() {
    pattern=$1
    shift
    printf '%s\n' "$@" >wrong.ini
    fails "$pattern" wrong.ini -o bad.jsonl
}
plan_fails 'wrong.ini:2: found key .x., expected program, depth' '[sweep]' 'x = 1'
plan_fails 'wrong.ini:2: found section .other., expected .sweep. or' '[other]' 'x = 1'
plan_fails 'wrong.ini:2: found on-demand = 3, expected yes' '[sweep]' 'on-demand = 3'
plan_fails 'wrong.ini:3: found depth a second time' '[sweep]' 'depth = 1' 'depth = 2'
plan_fails 'wrong.ini:2: found a line that is neither' '[sweep]' 'depth'
plan_fails 'wrong.ini: found no program' '[sweep]' 'depth = 1'
plan_fails '.config a.: .*--set associator.none=1: found key' '[sweep]' "program = $hello" '[config a]' 'associator.none = 1'
plan_fails 'found 9, expected a number from 0 to 8\|found .9., expected' '[sweep]' "program = $hello" 'depth = 9'

fails 'found no program' -o bad.jsonl
fails 'found no -o' "$hello"
fails "found 'bad.txt', expected a name that ends in" -o bad.txt "$hello"
fails "shard: found '4', expected a number from 1 to 3" --shard 4/3 -o bad.jsonl "$hello"
fails "shard: found '4', expected I/N" --shard 4 -o bad.jsonl "$hello"
fails 'none.elf: cannot open' none.elf -o bad.jsonl
fails 'depth: found 5, expected at most 4' --depth 5 "$hello" -o bad.jsonl
echo 'not a result' >notes.jsonl
fails 'notes.jsonl:1: column' "$hello" -o notes.jsonl
printf 'not a result' >notes.jsonl
fails 'found a last line that is no result' "$hello" -o notes.jsonl
fails 'entries: found with --set associator.ways=2, expected one of them' --entries 4 --set associator.ways=2 "$hello" -o notes.jsonl
fails 'entries: found with --set associator.entries=2,4, expected one of them' --set associator.entries=2,4 --entries 4 "$hello" -o notes.jsonl
report "and the file is as it was" [ "$(cat notes.jsonl)" = 'not a result' ]
: >nothing.jsonl
fails 'nothing.jsonl: found no result, expected one at least' --merge nothing.jsonl -o notes.jsonl
report "and what was there stays" [ "$(cat notes.jsonl)" = 'not a result' ]
ln -s /dev/full full.jsonl
fails 'full.jsonl: found no regular file' "$hello" -o full.jsonl
if command -v flock >/dev/null; then
    call --depth 0 --entries 1 "$hello" -o locked.jsonl
    flock locked.jsonl "$NESTOR" sweep --depth 1 "$hello" -o locked.jsonl >out 2>err
    status=$?
    report "two sweeps do not write to one file" sh -c "[ $status -eq 125 ] && grep -q 'found another sweep' err"
fi

tap_end
