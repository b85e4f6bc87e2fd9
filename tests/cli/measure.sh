#!/bin/sh
# nestor measure: its options and errors, its tables and its JSON Lines, and that its totals are run's and the RTL's. TAP.
# Run from the top of the tree; NESTOR and PROGRAMS say what is tested.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
. tests/support/tap.sh

call() {
    "$NESTOR" "$@" >out 2>err
    status=$?
}

# works NAME CONDITION...: the last call ended with 0, and that holds.
works() {
    name=$1
    shift
    if [ "$status" -eq 0 ]; then report "$name" "$@"; else report "$name: exit status" false; fi
}

# fails PATTERN ARGUMENTS...: one line of error that has the pattern, and nothing on stdout.
fails() {
    pattern=$1
    shift
    call measure "$@"
    report "measure $* says $pattern" one_error "$pattern"
}
one_error() {
    [ "$status" -eq 125 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "^nestor.*$1" err && [ ! -s out ]
}

# same FILTER FILE: that of the file equals that of out.
same() {
    [ -n "$(jq -S "$1" "$2")" ] && [ "$(jq -S "$1" out)" = "$(jq -S "$1" "$2")" ]
}
holds() {
    filter=$1
    shift
    jq -es "$@" "$filter" out >/dev/null
}
has_lines() {
    [ "$(wc -l <out)" -eq "$1" ]
}

tree_list=$PROGRAMS/tree_list.elf vmswitch=$PROGRAMS/vmswitch.elf hello=$PROGRAMS/hello.elf

# --- totals: model, RTL ---

"$NESTOR" run --depth 2 --json "$tree_list" >run.json 2>/dev/null
"$NESTOR" cosim --depth 2 --json "$tree_list" >cosim.json 2>/dev/null
call measure --depth 2 --json "$tree_list"
works "the line is run's associator" same .associator run.json
report "and run's translation" same .translation run.json
report "and the RTL's associator, in lockstep" same .associator cosim.json
report "and the RTL's lookups and walks in cycles" same '.translation | [.waits, .fetch_lookups, .data_lookups, .walks]' cosim.json
report "instructions are run's" same .instructions run.json

# --- parts sum up ---

sums='def total(f): map(f) | add;
    all(.[]; . as $r | .associator as $a |
        all("accesses", "lookups", "misses", "walk_reads"; . as $k |
            ($r.by_vm | total(.[$k])) == $a[$k] and ($r.series | total(.[$k])) == $a[$k] and
            ([$a.by_port[]] | total(.[$k])) == $a[$k] and ($a.by_level | total(.[$k])) == $a[$k]) and
        ($r.by_vm | total(.cycles_lost)) == $r.translation.waits and ($r.series | total(.cycles_lost)) == $r.translation.waits and
        ($r.by_vm | total(.instructions)) == $r.instructions and $r.series[-1].at == $r.instructions and
        ($r.by_flush | total(.entries)) == $a.flushed)'
call measure --depth 0..3 --set associator.key=none,level,vmid --interval 20000 --json "$vmswitch" "$hello"
works "24 results" has_lines 24
report "by VM, port, level, cause of flush and time, all parts sum to the totals" holds "$sums"
report "programs change slowest, then depths, then keys" holds \
    'map([(.program | split("/")[-1]), .depth, .config.key]) | .[:4] + .[-1:] ==
     [["vmswitch.elf", 0, "none"], ["vmswitch.elf", 0, "level"], ["vmswitch.elf", 0, "vmid"], ["vmswitch.elf", 1, "none"], ["hello.elf", 3, "vmid"]]'
report "schema, version and command are in each" holds \
    'all(.[]; .schema == "nestor-lab-1" and (.version | type) == "string" and (.command | startswith("nestor measure --depth 0..3 --set ")))'
report "for 1,000 instructions" holds 'all(.[]; (.per_thousand.cycles_lost - 1000 * .translation.waits / .instructions | fabs) < 0.001)'
report "the VMs of a monitor with two guests, in order" holds \
    'map(select(.depth == 1 and (.program | endswith("vmswitch.elf"))))[0].by_vm | map(.vmid) == ["NULL", "1", "1.1", "1.2"]'

# --- lists of values ---

call measure --depth 1 --set associator.entries=1,2,4..64 --set associator.ways=entries --set associator.last_pages=1 --curve --json "$tree_list"
works "a list that doubles" holds 'map(.config.entries) == [1, 2, 4, 8, 16, 32, 64]'
report "more entries are fewer misses, from all lookups to a few" holds \
    'map(.associator.misses) as $m | $m == ($m | sort | reverse) and $m[0] == .[0].associator.lookups and $m[0] > 1000 * $m[-1]'
cp out sizes
report "fully associative" holds 'all(.[]; .config.sets == 1 and .config.ways == .config.entries)'
call measure --depth 2,0 --set associator.entries=4-6 --set associator.ways=entries "$hello"
works "a table: a common line, a head, 6 rows" has_lines 8
report "in the order given" [ "$(awk 'NR > 2 { printf "%s:%s ", $2, $3 }' out)" = "2:4 2:5 2:6 0:4 0:5 0:6 " ]
call measure --depth 1 --set machine.f_maps=rb,linear "$hello"
works "a key that is a list has one value" has_lines 3
call measure --config plain "$hello"
works "without --depth: all that the configuration has" has_lines 3
call measure --depth 1 --set associator.entries=4 --set associator.entries=8,16 --json "$hello"
works "the last --set of a key counts" holds 'map(.config.entries) == [8, 16]'

# --- every geometry in one pass: the model's own counts, and each other's ---

cp sizes out
report "the one curve of tree_list has the misses of all these sizes" holds \
    'all(.[]; .curve == $first[0].curve)' --slurpfile first sizes
report "at each size what the model counted" holds \
    'all(.[]; .config.entries as $e | .associator.misses == (if $e > (.curve | length) then .curve[-1] else .curve[$e - 1] end).misses)'
report "of so many lookups" holds 'all(.[]; .curve_of.lookups == .associator.lookups and .curve_of.accesses == .associator.accesses)'
call measure --depth 2 --curve --set associator.key=none,level,vmid --set associator.split=unified,split \
    --set associator.entries=3,8 --set associator.ways=entries --json "$vmswitch"
works "the curve has the model's misses, with each key, unified and split" holds \
    'length == 12 and all(.[]; .curve[.config.entries - 1].misses == .associator.misses)'
report "and no warning" [ ! -s err ]
call measure --depth 2 --guests 2 --on-demand --switch-level 1 --quantum 2000 --grid --set associator.key=none,level,vmid \
    --set associator.split=unified,split --set associator.entries=12,48 --set associator.ways=3,6 --json "$hello"
works "so has the grid, with guests in turns and pages on demand" holds \
    'length == 24 and all(.[]; . as $r | [.grid[] | select(.sets == $r.config.sets and .ways == $r.config.ways).misses] == [$r.associator.misses])'
report "112 geometries of it" holds '.[0].grid | length == 112 and .[0] == {"sets": 1, "ways": 1, "misses": .[0].misses}'
call measure --depth 1 --curve --grid "$tree_list"
works "as tables" grep -q '^  more entries than ' out

call measure --depth 1 --sample 1 --set associator.last_pages=1 --json "$tree_list"
cp out whole
works "a sample of everything is exact" holds \
    '$exact[0].curve as $c | .[0] | .sampled.rate == 1 and .sampled.bound == 0 and
     all(.curve[]; .entries > ($c | length) or .misses == $c[.entries - 1].misses)' --slurpfile exact sizes
call measure --depth 1 --sample 0.5,64 --set associator.last_pages=1 --json "$tree_list"
works "a part of it has so much of the pages" holds '.[0] | .sampled.rate <= 0.5 and .sampled.kept < $all[0].sampled.kept and .sampled.taken < $all[0].sampled.taken' --slurpfile all whole
call measure --depth 1 --sample 0.001 "$tree_list"
works "and says when it is too little" grep -q "too few pages to say anything" out

# --- localities ---

# invariant KEYS...: those keys of the localities are equal at all depths.
invariant() {
    holds "map(.locality | {$1}) | unique | length == 1"
}
call measure --depth 0-4 --locality=program --json "$tree_list"
works "localities of the program, by its own names" has_lines 5
report "all four are the same at depth 0 to 4" invariant "temporal, spatial, spatial_fetch, spatial_data, process, vm, references"
jq -c .locality.temporal out >temporal
call measure --depth 0-4 --locality=real --json "$tree_list"
works "by real names, composed of 0 to 4 maps: temporal locality is the same" invariant temporal
report "and that of its own names" [ "$(jq -c .locality.temporal out)" = "$(cat temporal)" ]
report "spatial locality, within a page and, as these maps leave neighbours neighbours, across" invariant "spatial, spatial_fetch, spatial_data"
report "processes and VMs are no matter of real names" holds 'all(.[].locality; has("process") | not)'
call measure --depth 2 --locality --interval 50000 --json "$vmswitch"
works "of all references: so many runs as VMs are entered" holds \
    '.[0] | ([.by_flush[] | select(.cause != "fence").count] | add) as $changes | ([.locality.vm[].count] | add) <= $changes + 1 and
     ([.locality.vm[].count] | add) > $changes / 2'
report "every reference has a distance" holds '.[0].locality | .references == ([.temporal[].count] | add)'
report "the parts are as without" holds "$sums"
call measure --depth 1 --locality --previous 8 "$hello"
works "as tables" grep -q '^  virtual machine: ' out

# --- traces ---

"$NESTOR" trace --depth 2 --json -o own.trace "$vmswitch" >trace.json 2>/dev/null
"$NESTOR" run --depth 2 --json --set associator.key=level --set associator.entries=12 --set associator.ways=3 --set associator.prefix_entries=4 "$vmswitch" >run.json 2>/dev/null
call measure --set associator.key=level --set associator.entries=12 --set associator.ways=3 --set associator.prefix_entries=4 --json own.trace
works "a trace of our own, replayed with another associator: all of run's counters" \
    holds '.[0].associator | .misses > 400 and .prefix_hits > 0 and .flushed > 100'
report "to the last one" [ "$(jq -S '.associator | .by_level |= .[:4]' out)" = "$(jq -S '.associator | .by_level |= .[:4]' run.json)" ]
report "and its cycles" same .translation run.json
"$NESTOR" measure --depth 2 --interval 20000 --curve --grid --json "$vmswitch" 2>/dev/null >live
call measure --curve --grid --json own.trace
works "by VM, by cause of flush and for every geometry it is what the model gives live" \
    same '[.curve, .grid, .by_flush, (.by_vm | map(del(.instructions, .references)))]' live
report "instructions as the trace has them, and references" holds '.[0] | .instructions == $t[0].instructions and .references == $t[0].references' --slurpfile t trace.json
call measure --interval 50000 --locality --json own.trace
works "a series of references" holds '.[0] | . as $r | .series | map(.at) | .[:4] == [50000, 100000, 150000, 200000] and .[-1] == $r.references'
report "parts sum up" holds '.[0] | ([.by_vm[].cycles_lost] | add) == .translation.waits and ([.series[].misses] | add) == .associator.misses'
"$NESTOR" measure --depth 2 --locality --json "$vmswitch" 2>/dev/null >live
report "its localities are those of the run" same .locality live

"$NESTOR" trace --to lackey --json -o list.lackey "$tree_list" >trace.json 2>/dev/null
call measure --depth 0,1,3 --set associator.entries=16 --set associator.last_pages=1 --set associator.prefix_entries=0 --json list.lackey
works "a trace from elsewhere, put 0, 1 and 3 levels deep" has_lines 3
report "nothing is translated at level 0" holds '.[0].associator.accesses == 0 and .[0].references == $t[0].references' --slurpfile t trace.json
report "deeper its misses stay, and walks read a table for each level" holds \
    '.[1].associator as $one | .[2].associator as $three | $one.misses > 1000 and $three.misses == $one.misses and
     $one.walk_reads == $one.misses and $three.walk_reads == 3 * $one.misses'
call measure --json list.lackey
works "level 1 without --depth; for 1,000 references" holds \
    '.[0] | .depth == 1 and (has("instructions") | not) and (.per_thousand.misses - 1000 * .associator.misses / .references | fabs) < 0.001'
awk 'BEGIN { for (i = 0; i < 6000; i++) printf " L %x,4\n", i % 3000 * 4096 }' >round.lackey
call measure --curve --json round.lackey
works "3,000 pages, round and round: with one entry less nothing hits" holds \
    '.[0].curve | .[-1] == {"entries": 3000, "misses": 3000} and all(.[:-1][]; .misses == 6000)'
report "all sizes up to 1,024, then 64 for each doubling" holds \
    '.[0].curve | map(.entries) | .[:1024] == [range(1; 1025)] and .[1024:1088] == [range(1040; 2049; 16)] and (. | length) == 1118'
gzip -c list.lackey >list.gz
"$NESTOR" measure --json - <list.gz >out 2>err
status=$?
works "compressed, from standard input" same '.associator.misses' out
"$NESTOR" measure --curve --json list.lackey >pages 2>/dev/null
call measure --curve --page-bytes 65536 --json list.lackey
works "larger pages are fewer" holds '.[0] | .config.page_bytes == 65536 and .curve[-1].misses < $p[0].curve[-1].misses / 2' --slurpfile p pages
call measure --max-instructions 1000 --json list.lackey own.trace
works "the first references only" holds 'map([.references, .stopped]) == [[1000, "limit"], [1000, "limit"]]'
call measure --depth 1 "$tree_list" list.lackey
works "programs and traces side by side" has_lines 4
head -c 20000 own.trace >short.trace
fails "short.trace: " short.trace
fails "list.lackey: line 1: " --format din list.lackey
fails "found pages of 4096 bytes, expected 8192" --page-bytes 8192 own.trace
fails "found 8192 with a program" --page-bytes 8192 "$hello"
fails "found VM 1.1.1, expected none deeper than 8 levels" --depth 6 own.trace
fails "found 'program' with a trace" --locality=program list.lackey
fails "standard input for 2 cases" --depth 1,2 -

# --- several VMs on one associator ---

call measure --vm "$tree_list" --vm list.lackey --quantum 1000 --set associator.key=none,level,vmid \
    --set associator.entries=64 --set associator.ways=4 --json
works "two VMs in turns: a program and its trace" has_lines 3
report "are alike" holds 'all(.[]; (.by_vm | map(.vmid)) == ["NULL", "1", "2"] and .by_vm[1].accesses == $t[0].references and .by_vm[1].accesses == .by_vm[2].accesses)' --slurpfile t trace.json
report "files, turns, changes of the VMID" holds \
    '(2 * ($t[0].references / 1000 | ceil)) as $turns | all(.[]; (.program | length) == 2 and .quantum == 1000 and
     [.by_flush[] | select(.cause != "fence").count] == [$turns, $turns - 1])' --slurpfile t trace.json
report "tags save what flushes cost" holds 'map(.associator.misses) | .[0] == .[1] and .[2] < .[0] / 50'
call measure --vm "$tree_list" --vm list.lackey --quantum 100,1000..1002 --set associator.key=none --json
works "turns of several lengths" holds 'map(.quantum) == [100, 1000, 1001, 1002] and .[0].associator.misses > 2 * .[3].associator.misses'
call sweep --jobs 2 --vm "$tree_list" --vm "$hello" --quantum 100,1000 -o turns.jsonl
report "a sweep has a job for each" [ "$(jq -sc 'map(.quantum) | sort' turns.jsonl)" = "[100,1000]" ]
call measure --depth 1-3 --vm "$hello" --vm "$hello" --vm "$hello" --quantum 100 --json
works "VMs of the same monitor, 1 to 3 levels deep" holds 'map([.by_vm[].vmid] | .[-1]) == ["3", "1.3", "1.1.3"]'
report "whose misses do not depend on the depth" holds 'map(.associator.misses) | unique | length == 1'
fails "found 1, expected 2 to 255" --vm "$hello"
fails "beside --vm" --vm "$hello" --vm "$hello" "$hello"
fails "found '0', expected a number from 1" --vm "$hello" --vm "$hello" --quantum 5,0
fails "found '5,6', expected a number from 1" --guests 2 --quantum 5,6 "$hello"
fails "found 0 with --vm" --vm "$hello" --vm "$hello" --depth 0
fails "exit42.elf: ended with exit code 42" --vm "$hello" --vm "$PROGRAMS/exit42.elf"

# --- tables ---

call measure --depth 1 --by port,level,vm,flush --interval 50000 "$vmswitch"
for row in 'fetch ' 'data ' 'NULL ' '1[.]2 ' 'fence ' 'cut ' '50000 '; do
    works "--by and --interval have a row $row" grep -q "^  $row" out
done

# --- programs that do not end well, and limits ---

call measure --depth 1 "$PROGRAMS/exit42.elf" "$hello"
report "a program that fails: status 3, a line, and the others are measured" [ "$status" -eq 3 ]
report "its line" grep -q '^nestor: .*exit42.elf at depth 1: ended with exit code 42$' err
report "the others" grep -q '^hello.elf' out
call measure --depth 1 --max-instructions 5000 --json "$tree_list"
works "a limit is no error" holds '.[0].stopped == "limit" and .[0].exit_code == null and .[0].instructions < 5001'
printf 'ab' >input
call measure --depth 1 --input input --json "$PROGRAMS/tty.elf"
report "a program that asks for input that does not come ends with 3" [ "$status" -eq 3 ]
report "and with a result" holds '.[0].stopped | . == "round" or . == "halted"'

# --- the guide ---

# Its commands work, and the tables have the columns that it shows.
tree=$OLDPWD
mkdir build && ln -s "$PROGRAMS" build/software && ln -s "$NESTOR" build/nestor
sed -n '/^## How the associator/,/^## Traces/p' "$tree/docs/guide.md" |
    awk '/^    [$] / { line = substr($0, 7); while (line ~ /\\$/) { getline; line = substr(line, 1, length(line) - 1) $0 } print "C " line }
         /^    program / { print "H " substr($0, 5) }' >guide
while read -r kind line; do
    case $kind in
    C)
        sh -c "$line" >out 2>err
        status=$?
        works "the guide: $line" [ -s out ]
        ;;
    H) report "its columns" grep -qFx "$line" out ;;
    esac
done <guide
report "the guide has such commands" [ "$(grep -c '^C' guide)" -ge 5 ]

# --- errors ---

fails "found no program" --depth 1
fails "found 'x'" --depth x "$hello"
fails "found '3-1', whose range 3 to 1 runs downwards" --depth 3-1 "$hello"
fails "found '1,,2' with an empty value" --depth 1,,2 "$hello"
fails "found 1 twice" --depth 1,0-2 "$hello"
fails "expected a number from 0 to 8" --depth 0-9 "$hello"
fails "more than 4096 values" --set associator.entries=1-65536 "$hello"
call measure --depth 1 --set associator.entries=4,8..32,6..7,1,2..4 --set associator.ways=entries --json "$hello"
works "a list doubles behind a value and its double, and goes by one elsewhere" holds \
    '[.[].config.entries] == [4, 8, 16, 32, 6, 7, 1, 2, 3, 4]'
fails "at most 4096" --set associator.entries=1-4096 --set associator.ways=1-16 "$hello"
fails "found 5, expected at most 4" --depth 5 "$hello"
fails "entries: found 'many'" --depth 1 --set associator.entries=8,many "$hello"
fails "ways" --depth 1 --set associator.entries=16,6 "$hello"
fails "associator" --set associator=4 "$hello"
fails "found '0'" --interval 0 "$hello"
fails "found 'color'" --by port,color "$hello"
fails "found with --json" --by port --json "$hello"
fails "found 'own', expected one of: all, program, real" --locality=own "$hello"
fails "found '0', expected RATE" --sample 0 "$hello"
fails "found '2'" --sample 2 "$hello"
fails "found '7', expected a number from 64" --sample 0.1,7 "$hello"
fails "found without --locality" --previous 3 "$hello"
fails "none.elf" --depth 1 none.elf
fails "expected a multiple of ways (4), or ways = 6 (fully associative)" --depth 1 --set associator.entries=6 "$hello"
fails "or ways = 24 (fully associative)" --depth 1 --set associator.entries=24 "$hello"
fails "guests: found with --vm, expected one of them" --vm "$hello" --vm "$hello" --guests 2
printf '==1== Lackey, an example Valgrind tool\n==1== Command: true\n' >head.lackey
fails "head.lackey: found no reference, expected one at least" head.lackey

# What cannot be read is told, and the rest is measured, each thing once.
call measure --depth 1 --set associator.replacement=lru,fifo list.lackey none.elf short.trace "$hello"
goes_on() {
    [ "$status" -eq 125 ] && [ "$(grep -c '^list.lackey' out)" -eq 2 ] && [ "$(grep -c '^hello.elf' out)" -eq 2 ] &&
        [ "$(wc -l <err)" -eq 2 ] && grep -q '^nestor: none.elf: ' err && grep -q '^nestor: short.trace: ' err
}
report "after an input that is bad the others are measured" goes_on
report "instructions of programs and references of traces have a heading of both" sh -c \
    "sed -n 2p out | grep -q 'instr. or refs' && [ \"\$(sed -n 2,3p out | sed 's/|.*//' | awk '{ print length }' | sort -u | wc -l)\" -eq 1 ]"

# Ctrl-C while a pipe has nothing: what came is a result.
interrupted() {
    [ "$status" -eq 130 ] && grep -q "^nestor: $1" err && grep -q '^- ' out
}
mkfifo slow
(trap - INT; exec env --default-signal=INT "$NESTOR" measure - >out 2>err <slow) &
child=$!
exec 9>slow
cat list.lackey >&9
until [ "$(awk '/^State/ { print $2 }' /proc/$child/status)" = S ]; do
    sleep 0.1
done
kill -INT $child
wait $child
status=$?
exec 9>&-
report "Ctrl-C while a pipe has nothing ends it at once" interrupted "- at depth 1: interrupted after [0-9]* references"

tap_end
