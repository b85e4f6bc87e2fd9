#!/bin/sh
# nestor fuzz and nestor replay: errors, and a slice of a campaign on each simulator. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/nestor}")
CHECKED=$(realpath "${CHECKED:-build/san/nestor}") # the same under sanitizers
corpus=$(realpath tests/fuzz/corpus/world)
worlds=${FUZZ_SLICE:-3000} # of each slice: a number, so that no result depends on how fast the machine is
. tests/support/tap.sh

call() {
    "$@" >out 2>err
    status=$?
}

# works STATUS COMMAND...: that exit status.
works() {
    wanted=$1
    shift
    call "$@"
    shift
    report "$* ends with $wanted" [ "$status" -eq "$wanted" ]
}

one_error() {
    [ "$status" -eq 125 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "^nestor.*$1" err && [ ! -s out ]
}

# fails PATTERN ARGUMENTS...: one line of error that has the pattern, and nothing else.
fails() {
    pattern=$1
    shift
    call "$CHECKED" "$@"
    report "$* says $pattern" one_error "$pattern"
}

# Bad input.
"$NESTOR" config print small | sed 's/^ram_bytes = .*/ram_bytes = 0x2000/' >least.ini
fails "found 'quick'" fuzz --sim quick
fails "jobs: found '0', expected a number from 1 to 64" fuzz --jobs 0
fails "time: found 'soon'" fuzz --time soon
fails "nowhere: found no directory" fuzz --output nowhere
fails "rtl: found no --config" fuzz --rtl .
fails "found argument 'x', expected none" fuzz x
fails "nodir/c.json" fuzz --worlds 1 --coverage nodir/c.json
fails "ram_bytes: found" fuzz --config ./least.ini
fails "none.ini: No such file" fuzz --config ./none.ini
printf '{"format": 1' >bad.json
fails "bad.json:1: " fuzz --worlds 1 --coverage bad.json
fails "merge: found no --coverage" fuzz --merge bad.json
fails "merge: found no files" fuzz --merge --coverage sum.json
fails "bad.json:1: " fuzz --merge --coverage sum.json bad.json
fails "nowhere.json" fuzz --merge --coverage sum.json nowhere.json
fails "found no file" replay
fails "found a second file" replay a b
fails "missing.world: cannot open" replay missing.world
head -n 3 "$corpus/next" >short.world
fails "short.world:3: found the end of the file, expected 'config'" replay short.world
for number in 18446744073709551616 99999999999999999999 -1 0x 1x; do
    sed "s/^seed .*/seed $number/" "$corpus/next" >odd.world
    fails "odd.world:[0-9]*: found 'seed $number'" replay odd.world
done
sed 's/^vmcb .*/vmcb ?/' "$corpus/next" >odd.world
fails "odd.world:[0-9]*: found 'vmcb ?', expected" replay odd.world
fails "nodir/w.fst: cannot create" replay --wave nodir/w.fst "$corpus/next"
mkfifo pipe.fst
fails "pipe.fst: found a device or pipe, expected" replay --wave pipe.fst "$corpus/next"

# Worlds that showed a difference when there was a bug.
for world in $(grep -l '^limit ' "$corpus"/*); do # the others are for the reader
    works 0 "$CHECKED" replay --no-wave "$world"
    works 0 "$NESTOR" replay --no-wave --sim icarus "$world"
done

# The simulator of the file is taken, unless another is asked for.
sed 's/^limit .*/&\nsim icarus/' "$corpus/next" >icarus.world
call "$NESTOR" replay --no-wave icarus.world
report "replay takes the file's simulator" grep -q '^nestor: icarus: 6 records agree' err
call "$NESTOR" replay --no-wave --sim verilator icarus.world
report "replay takes the simulator that is asked for" grep -q '^nestor: verilator: 6 records agree' err

# The same worlds, the same counts; and nothing that the sanitizers mind.
call "$CHECKED" fuzz --config small --worlds 40 --jobs 1 --seed 7 --json
cp out first
report "40 worlds under sanitizers" [ "$status" -eq 0 ]
call "$CHECKED" fuzz --config small --worlds 40 --jobs 1 --seed 7 --json
report "the same seed gives the same coverage" \
    sh -c "grep -v seconds first >a; grep -v seconds out >b; cmp -s a b && grep -q '\"worlds\": 40' a"

# Two campaigns as one: every count is the sum of both.
points() {
    awk -F '": ' '/"meaning"/ { table = $2 } /^ *"[^"]*\/[^"]*": [0-9]/ { sub(/,$/, "", $2); n[table $1] += $2 } END { for (p in n) print p, n[p] }' "$@" | sort
}
"$NESTOR" fuzz --config small --worlds 30 --seed 7 --coverage part1.json >out 2>err
"$NESTOR" fuzz --config small --worlds 30 --seed 70 --coverage part2.json >out 2>err
call "$CHECKED" fuzz --merge --coverage sum.json part1.json part2.json
points part1.json part2.json >expected
points sum.json >found
report "coverage of two campaigns is added up" \
    sh -c "[ $status -eq 0 ] && [ \$(wc -l <found) -gt 100 ] && cmp expected found && grep -q '^fuzz: 2 files; .* reachable points covered' out"

# A simulator that is not in the cache.
call env NESTOR_CACHE="$dir/new" "$NESTOR" fuzz --config plain --sim icarus --worlds 1 --jobs 1
report "fuzz says that it builds" \
    sh -c "grep -q '^nestor: building simulators, which are kept' err && grep -q '^  1 simulators built, [0-9]* s in all' out"
call env NESTOR_CACHE="$dir/new" "$NESTOR" fuzz --config plain --sim icarus --worlds 1 --jobs 1
report "and the second time it does not" sh -c "! grep -q building err && ! grep -q built out"

# The time begins when the first simulator is there, however long it takes to build: here two seconds at least.
mkdir bin
printf '#!/bin/sh\nsleep 2\nexec %s "$@"\n' "$(command -v iverilog)" >bin/iverilog
chmod +x bin/iverilog
call env PATH="$dir/bin:$PATH" NESTOR_CACHE="$dir/slow" "$NESTOR" fuzz --config plain --sim icarus --time 3 --jobs 1 --json
report "the time does not go into building" awk '$1 == "\"seconds\":" { exit !($2 >= 5) }' out

# The text is short, whatever is not covered; all of it is to be asked for.
call "$NESTOR" fuzz --config small --worlds 2 --jobs 1
report "a line for each table and a few more" \
    sh -c '[ $(wc -l <out) -lt 30 ] && [ $(sed -n "/^table /,/^all /p" out | wc -l) = 16 ] && ! grep -q "not met\|unreachable" out'
call "$NESTOR" fuzz --config small --worlds 2 --jobs 1 -v
report "all of it with -v" \
    sh -c 'grep -q "^reachable, but not met: " out && grep -q "^unreachable, by the first reason" out && grep -q "^chain: .* (rows) x " out'

# A fault in the Verilog: what failed comes first, and where it is saved comes last, too.
"$NESTOR" gen --config plain -o faulty 2>err
sed 's/a & b_or_complement :/a | b_or_complement :/' faulty/nestor_execute.v >edited && ! cmp -s edited faulty/nestor_execute.v && cp edited faulty/nestor_execute.v
works 1 "$NESTOR" fuzz --config plain --rtl faulty --worlds 1000 --jobs 1
world=$(echo nestor-plain-*.world)
again="nestor replay --sim verilator --rtl faulty ./$world"
report "the failure is the first line" sh -c 'head -n 1 out | grep -q "^failure: plain on verilator, seed "'
report "with its command" sh -c 'sed -n 4p out | grep -Fqx "  $1"' sh "$again"
report "the last line has its file and its command" sh -c 'tail -n 1 out | grep -Fqx "saved as ./$1; again: $2"' sh "$world" "$again"
works 1 "$NESTOR" replay --no-wave --rtl faulty "$world"

# Two worlds of the list of configurations: not all is covered.
works 1 "$NESTOR" fuzz --worlds 2 --jobs 1 --seed 21 --until-covered

# A slice of the campaign.
"$NESTOR" config print small | sed 's/^key = .*/key = none/; s/^split = .*/split = split/' >none.ini
"$NESTOR" config print default | sed 's/^prefix_entries = .*/prefix_entries = 4/' >prefix.ini
report "a prefix memory behind the associator's sets" grep -qx 'prefix_entries = 4' prefix.ini
works 0 "$NESTOR" fuzz --config small --worlds 25 --sim icarus --seed 11 --coverage coverage.json
works 0 "$NESTOR" fuzz --config small --worlds 60 --sim gates --seed 12 --coverage coverage.json
works 0 "$NESTOR" fuzz --config small --worlds 40 --jobs 1 --sim all --seed 14
awk '$2 ~ /^[0-9]+$/ && $1 ~ /:$/ { print $1, $2 }' out >shares
report "each simulator has its share, and worlds of the slow ones run on the others too" \
    awk '{ n[$1] = $2 } END { exit !(n["verilator:"] == 40 && n["icarus:"] >= 20 && n["gates:"] >= 20) }' shares
report "the time is over" sh -c '"$1" fuzz --config small --time 1 --jobs 1 >out 2>err; grep -q "^fuzz: .* 0 failed" out' sh "$NESTOR"
for config in small ./none.ini default ./prefix.ini; do
    works 0 "$NESTOR" fuzz --config $config --worlds "$worlds" --seed "${FUZZ_SEED:-13}" --coverage coverage.json
done
report "the coverage of all four is in one file" \
    sh -c 'grep -q "fuzz: .* 0 failed; .* of 5460 reachable points covered" out && [ -s coverage.json ]'
report "nothing unreachable was met" sh -c '! grep -qi surprise out'
echo "# $(tail -n 1 out)"
tap_end
