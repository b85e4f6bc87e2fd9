#!/bin/sh
# Pictures, nestor world and nestor gen --diagram: TAP. Run from the top of the tree; NESTOR and PROGRAMS say what is tested.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
corpus=$(realpath tests/fuzz/corpus/world)
. tests/support/tap.sh

# world STATUS ARGUMENTS...
world() {
    wanted=$1
    shift
    "$NESTOR" world "$@" >out 2>err
    status=$?
    report "world $* ends with $wanted" [ "$status" -eq "$wanted" ]
}

# fails PATTERN ARGUMENTS...: one line of error that has the pattern, and no file but these.
fails() {
    pattern=$1
    shift
    world 125 "$@"
    report "and says $pattern" sh -c "[ \$(wc -l <err) -eq 1 ] && grep -q '$pattern' err && [ ! -s out ] && ! ls | grep -q pic"
}

hello=$PROGRAMS/hello.elf

world 0 --depth 3 "$hello"
report "it names the running VM" grep -qx ' *VM 1.1.1: level 3, runs' out
report "and those it runs in" grep -qx 'VM NULL: level 0, a VM of it runs' out
report "the program's output is left out" sh -c "! grep -q 'hello from' out"
report "the last fault has its cause's name" grep -q 'fault *MISSING STORE at 0x00100000' out
world 0 --at 0 "$hello"
report "nothing is there before the first record" grep -q 'after 0 records: VMID NULL' out
world 0 --guests 3 --depth 2 --switch-level 1 --relocation "$hello"
report "guests of one monitor" grep -qx ' *VM 1.3: level 2.*' out

world 0 --depth 2 --json "$hello"
report "the object has the VMs" sh -c "grep -q '\"vmid\": \"1.1\"' out && [ \$(grep -c '\"probe\": \"done\"' out) -ge 3 ]"

world 0 --depth 2 --svg "$hello"
report "the picture is one element" sh -c "head -n 1 out | grep -q '^<svg .*xmlns=' && [ \"\$(tail -n 1 out)\" = '</svg>' ]"
report "its text is text" grep -q '<text [^>]*>VM 1.1</text>' out
report "it needs nothing beside it" sh -c "! grep -qE 'href|url\(|@import|<script' out"
mv out first
world 0 --depth 2 --svg -o pic.svg "$hello"
report "-o writes the same" sh -c 'cmp -s first pic.svg && [ ! -s out ]'
rm -f pic.svg

for file in "$corpus"/*; do
    grep -q '^limit ' "$file" || continue
    "$NESTOR" world --svg -o pic.svg "$file" >out 2>err
    status=$?
    [ "$status" -eq 0 ] || break
    rm -f pic.svg
done
report "every kept world of fuzz has a picture (last: $(basename "$file"))" [ "$status" -eq 0 ]

fails 'ends after [0-9]* records, expected 999999999, given by --at' --at 999999999 -o pic.svg --svg "$hello"
fails '^nestor: none.elf: cannot open' --svg -o pic.svg none.elf
fails '\-\-svg: found with --json' --svg --json "$hello"
fails '\-\-trace' --trace t "$hello"
fails 'found a saved world with options of a program' --depth 2 "$file"
fails 'cannot create' -o nowhere/pic.svg "$hello"

# The block diagram, as text.
gen() {
    wanted=$1
    shift
    "$NESTOR" gen "$@" >out 2>err
    status=$?
    report "gen $* ends with $wanted" [ "$status" -eq "$wanted" ]
}
gen 0 --config small --diagram units.dot
report "a unit is a box" grep -q '^ *composer \[class=part3' units.dot
report "what is between two units is an edge that names each net" grep -q '^ *commit -> sequencer .*commit to sequencer: .*start_lvmid\[1\]' units.dot
report "and the other way" grep -q 'sequencer to commit: .*sequence_end\[1\]' units.dot
report "the nets to the bus go through the core" grep -q '^ *fetch -> bus .*ibus_adr_o\[32\]' units.dot
if command -v dot >/dev/null; then
    dot -Tsvg units.dot >out 2>err
    status=$?
    report "Graphviz draws it" sh -c "[ $status -eq 0 ] && grep -q '<svg' out"
fi
gen 0 --config plain --core --diagram core.dot
report "a core alone, without virtualizer" sh -c "grep -q '^ *commit ' core.dot && ! grep -qE '^ *(bus|composer) ' core.dot"
gen 125 --diagram none/units.dot
report "and says so" grep -q '^nestor: none/units.dot: cannot create' err
gen 125 --diagram pic.dot --program "$hello"
report "and says why" sh -c "grep -q 'found without an output directory' err && [ ! -e pic.dot ]"

tap_end
