#!/bin/sh
# The cache of simulators: one that is for reading only, builds that are interrupted, entries that are damaged. TAP. Run from
# the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
. tests/support/tap.sh

# What a user who is not root may read and run.
chmod 755 "$dir"
cp "$NESTOR" nestor
cp "$PROGRAMS/exit42.elf" "$PROGRAMS/hello.elf" .
mkdir -m 1777 tmp
NESTOR_CACHE=$dir/cache TMPDIR=$dir/tmp
export NESTOR_CACHE TMPDIR
unprivileged() {
    if [ "$(id -u)" -eq 0 ]; then setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; else "$@"; fi
}

# cosim SIMULATOR [COMMAND...]: the status of lockstep, run by the command.
cosim() {
    simulator=$1
    shift
    "$@" ./nestor cosim --config plain --sim "$simulator" exit42.elf >out 2>err
    status=$?
}
agrees() {
    [ "$status" -eq 3 ] && grep -q 'records agree' err # 3: the program's own failure
}
leaves_nothing() {
    [ -z "$(ls tmp)" ] && ! ls cache | grep -e '^tmp-' -e '[.]lock$'
}

# ---- For reading only ----
for simulator in verilator icarus; do
    cosim $simulator
    report "$simulator: built" agrees
    report "$simulator: cosim says so" \
        [ "$(grep -c "^nestor: building the $simulator simulator of plain, which is kept: " err)" -eq 1 ]
done
report "a build leaves its entries and nothing else" leaves_nothing
chmod -R a-w cache
for simulator in verilator icarus; do
    cosim $simulator unprivileged
    report "$simulator: used from a cache that is for reading only" agrees
    report "$simulator: cosim does not say so again" sh -c '! grep -q building err'
done
unprivileged ./nestor cosim --config small exit42.elf >out 2>err
status=$?
report "what is not there is an error that says why" sh -c "[ $status -eq 125 ] &&
    grep -q '^nestor: $dir/cache: cannot write the cache of simulators (NESTOR_CACHE names another): ' err"
chmod -R u+w cache

# ---- Damage ----
# damage FILE COMMAND...: done to a file of an entry, which is then built again.
damage() {
    file=$(echo cache/$1)
    shift
    [ -f "$file" ] || echo "# no file $file"
    "$@" "$file"
    before=$(stat -c %.9Z "$file")
    cosim verilator
    report "$(basename "$file") after $*: used" agrees
    report "and built again" sh -c "[ '$before' != \$(stat -c %.9Z '$file') ]"
}
one_bit() {
    printf '\377' | dd of="$1" bs=1 seek=9000 conv=notrunc 2>/dev/null
}
damage '*-verilator-*/libdut.so' truncate -s 1000
damage '*-verilator-*/libdut.so' one_bit
damage '*-verilator-*/manifest' truncate -s 100
rm cache/*-verilator-*/libdut.so
cosim verilator
report "an entry without a file is built again" agrees
# What Verilator's simulators share is looked at when one is built.
truncate -s 100 cache/runtime-*/verilated.o
rm -r cache/*-verilator-*
cosim verilator
report "a damaged runtime is built again" agrees
cosim verilator
before=$(stat -c %i:%Y cache/*/libdut.so)
cosim verilator
report "what is whole is not built again" [ "$before" = "$(stat -c %i:%Y cache/*/libdut.so)" ]
truncate -s 1000 cache/*-verilator-*/libdut.so
chmod -R a-w cache
cosim verilator unprivileged
report "damage that cannot be mended is an error that names the file" sh -c "[ $status -eq 125 ] &&
    grep -q '^nestor: $dir/cache/.*-verilator-.*/libdut.so: found 1000 bytes, expected [0-9]*; cannot be built again: ' err"
chmod -R u+w cache
rm -rf cache

# ---- Interrupted at each program that a build runs: it sends the signal itself, so this does not depend on time ----
mkdir bin
# break_in TOOL WORDS: at the first call of the tool whose arguments have the words, SIGNAL goes to nestor, and the tool goes
# on for long.
break_in() {
    rm -f bin/* child
    cat >"bin/$1" <<SCRIPT
#!/bin/sh
case "\$*" in
*"$2"*)
    [ -e '$dir/child' ] || {
        sleep 1000 &
        echo \$! >'$dir/child'
        touch half-built
        kill -s "\$SIGNAL" "\$(cat '$dir/nestor.pid')"
        wait
        exit 1
    } ;;
esac
PATH='$PATH' # without this script: a compiler that is itself a script looks for the next one there
exec $(command -v "$1") "\$@"
SCRIPT
    chmod +x "bin/$1"
}
# interrupted SIGNAL NUMBER SIMULATOR: nestor ends by the signal, and so does what it has started.
interrupted() {
    SIGNAL=$1 PATH=$dir/bin:$PATH sh -c 'echo $$ >nestor.pid; exec "$@"' sh \
        ./nestor cosim --config plain --sim "$3" exit42.elf >out 2>err
    status=$?
    [ -s child ] && [ "$status" -eq $((128 + $2)) ] && ! grep -q '^State:[[:space:]]*[^Z]' "/proc/$(cat child)/status" 2>/dev/null
}
while read -r signal number simulator tool words; do
    break_in "$tool" "$words"
    report "$simulator, $tool $words: ended by SIG$signal" interrupted "$signal" "$number" "$simulator"
    report "and leaves nothing" leaves_nothing
done <<'END'
INT 2 verilator verilator --getenv
TERM 15 verilator verilator --cc
HUP 1 verilator g++ verilated.cpp
INT 2 verilator g++ -shared
TERM 15 icarus iverilog -g2005
INT 2 icarus iverilog-vpi vpi.c
QUIT 3 gates yosys -V
INT 2 gates yosys cells_sim
TERM 15 gates yosys synth.ys
END

# A process that is killed cannot clean up: the next build does.
break_in g++ -shared
interrupted KILL 9 verilator
kill "$(cat child)"
report "killed: leaves a folder and a lock" sh -c 'ls cache | grep -q ^tmp- && ls cache | grep -q "[.]lock$"'
rm -rf bin tmp/*
cosim icarus
report "what a killed process has left does not matter to others" agrees
report "and is removed" leaves_nothing
cosim verilator
report "and is built" agrees
mkdir cache/tmp-abcdef
touch -d '2 hours ago' cache/tmp-abcdef
rm -rf cache/*-icarus-*
cosim icarus
report "an old folder without a lock is removed" leaves_nothing

# Ignored signals stay ignored.
mkdir bin
rm -rf cache
break_in iverilog -g2005
sed -i 's/^        wait$//' bin/iverilog
(
    trap '' INT
    SIGNAL=INT PATH=$dir/bin:$PATH sh -c 'echo $$ >nestor.pid; exec "$@"' sh \
        ./nestor cosim --config plain --sim icarus exit42.elf >out 2>err
    echo $? >status
)
kill "$(cat child)"
report "an ignored signal does not interrupt" sh -c '[ "$(cat status)" -eq 125 ] && grep -q "iverilog: failed" err'

tap_end
