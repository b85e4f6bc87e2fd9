#!/bin/sh
# --save and --resume of run: what goes on elsewhere is what would have gone on here, and a save is whole or not there. TAP.
# Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
RISCV=${RISCV_PREFIX:-riscv64-unknown-elf-}
. tests/support/tap.sh

call() {
    "$NESTOR" "$@" >out 2>err </dev/null
    status=$?
}

# saved FILE: the last run was stopped, said so, and left the file and nothing else.
saved() {
    [ "$status" -eq 0 ] && grep -q "^nestor: $1: saved after [0-9]* records\$" err && [ -s "$1" ] &&
        [ "$(find . -name "$1.*" | wc -l)" -eq 0 ]
}

# refused PATTERN: one line, the status for it, nothing on stdout.
refused() {
    [ "$status" -eq 124 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "^nestor: .*$1" err && [ ! -s out ]
}

failed_with() {
    [ "$status" -eq 125 ] && grep -q "^nestor.*$1" err
}

facts() {
    jq -S 'del(.seconds, .depth, .program_ram_bytes)' "$1"
}

same_facts() {
    facts "$1" >facts.1 && facts "$2" >facts.2 && cmp -s facts.1 facts.2
}

# At each depth: a run in one piece, and one in three.
for depth in 0 1 2 3 4; do
    program=$PROGRAMS/vmswitch.elf
    "$NESTOR" run --json --depth $depth "$program" >whole 2>console
    call run --depth $depth --save one --save-at 50001 "$program"
    report "depth $depth: saved" saved one
    call run --resume one --save two --max-instructions 100003
    report "depth $depth: a save of a save" saved two
    "$NESTOR" run --json --resume two >resumed 2>console
    report "depth $depth: the result is that of the run in one piece" same_facts whole resumed
done
call run --depth 2 --json --save one --save-at 50001 "$program"
report "it is said how it stopped" [ "$(jq -r .stopped out)" = saved ]
call run --resume one "$program" --depth 2 --explain --from 50001 --count 3
report "with the program, names are symbols" grep -q 'vmswitch\.[cS]:' out

# The console: what was sent before and after is all of it, and what the UART is yet to receive is in the save.
printf 'typed before, and typed after\004' >typed
"$NESTOR" run --depth 1 --input typed "$PROGRAMS/tty.elf" >whole 2>err
records=$("$NESTOR" run --depth 1 --json --input typed "$PROGRAMS/tty.elf" 2>err | jq .commits)
"$NESTOR" run --depth 1 --input typed --save one --save-at $((records / 2)) "$PROGRAMS/tty.elf" >first 2>err
"$NESTOR" run --resume one >second 2>err
console_goes_on() {
    cat first second >both && [ -s first ] && [ -s second ] && cmp -s whole both
}
report "the console goes on" console_goes_on
printf 'typed before' >typed.1
printf ', and typed after\004' >typed.2
"$NESTOR" run --depth 1 --input typed.1 --save one --save-at 100 "$PROGRAMS/tty.elf" >first 2>err
"$NESTOR" run --resume one --input typed.2 >second 2>err
cat first second >both
report "--input goes behind the save's" cmp -s whole both

# A program that goes on for ever: SIGUSR1 saves, and it goes on; Ctrl-C saves, and ends it.
printf ' lui x2, 0x10000\n sb x2, 0(x2)\n1: addi x1, x1, 1\n j 1b\n' >loop.S
"${RISCV}gcc" -march=rv32im -mabi=ilp32 -misa-spec=2.2 -nostdlib -Wl,-n -Wl,-Ttext=0x80000000 loop.S -o loop.elf 2>err
rm -f one
background run --save one loop.elf
until_printed out
kill -USR1 $child
went_on() {
    kill -0 $child && grep -q '^nestor: one: saved after' err
}
until_printed err
report "SIGUSR1 saves, and the run goes on" went_on
kill -INT $child
wait $child
status=$?
interrupted() {
    [ "$status" -eq 130 ] && [ "$(grep -c 'saved after' err)" -ge 2 ] && grep -q 'interrupted after' err
}
report "Ctrl-C saves, and ends it" interrupted
records=$(sed -n 's/.*saved after \([0-9]*\) records/\1/p' err | tail -n 1)
call run --resume one --save two --save-at $((records + 1))
report "it is where it was" grep -q "saved after $((records + 1)) records" err

# The RTL's side: the same bytes as the model's, and either goes on from the other's.
"$NESTOR" run --json --depth 2 "$PROGRAMS/vmswitch.elf" >whole 2>console
call run --depth 2 --save model --save-at 3001 "$PROGRAMS/vmswitch.elf"
call cosim --depth 2 --save rtl --save-at 3001 "$PROGRAMS/vmswitch.elf"
report "cosim saves" saved rtl
same_bytes() {
    zstd -dcq model >model.plain && zstd -dcq rtl | cmp -s - model.plain
}
report "of the RTL what the model saves" same_bytes
call cosim --resume model --save rtl --max-instructions 9001
report "the RTL goes on from the model's" saved rtl
"$NESTOR" run --json --resume rtl >resumed 2>console
report "the model from the RTL's" same_facts whole resumed
call cosim --resume rtl
report "both in lockstep, to the end" [ "$status" -eq 0 ]
call cosim --sim icarus --save rtl --save-at 5 "$PROGRAMS/hello.elf"
report "another simulator" failed_with 'found icarus with --save or --resume, expected verilator'

# What cannot be.
call run --resume none
report "no file" failed_with 'none: '
call run --save one --save-at 999999999 "$PROGRAMS/hello.elf"
report "the program ends before" failed_with 'ended after [0-9]* records, and nothing is saved'
call run --save-at 5 "$PROGRAMS/hello.elf"
report "--save-at alone" failed_with 'found without --save'
call run --save . --save-at 5 "$PROGRAMS/hello.elf"
report "a folder" failed_with 'found a directory'
call run --save none/one --save-at 5 "$PROGRAMS/hello.elf"
report "no folder" failed_with 'cannot create'
call run --resume one --save-at 5 --save two
report "a save of what is over" failed_with 'expected more than the'
call run --resume one --depth 2
report "monitors without a program" failed_with 'found options of a program'
cc -shared -fPIC -I"$OLDPWD/sim" -o gpio.so "$OLDPWD/software/examples/gpio/gpio_device.c"
call run --config "$OLDPWD/software/examples/gpio/gpio.ini" --device gpio=gpio.so --save two --save-at 5 \
    "$PROGRAMS/gpio.elf"
report "a device whose state nobody can tell" failed_with '--save: found --device'
call run --resume "$PROGRAMS/hello.elf"
report "a program is no save" refused 'found no save'
printf '' >empty
call run --resume empty
report "nothing is no save" refused 'found no save'
call run --resume one --config small
report "another configuration" refused 'found a save of configuration'
call run --resume one --config default --max-instructions 1
report "the same configuration, said" [ "$status" -eq 125 ]
head -c 100 one >short
call run --resume short
report "cut short" refused 'cut short\|damaged'
call cosim --resume short
report "cosim refuses it, too" refused 'cut short\|damaged'
zstd -dcq one >plain
printf '\002' | dd of=plain bs=1 seek=8 conv=notrunc 2>dd.err
zstd -qf plain -o other
call run --resume other
report "another version" refused 'found a save of version 2, expected 1'
printf '\001' | dd of=plain bs=1 seek=8 conv=notrunc 2>dd.err
zstd -qf --no-check plain -o other
call run --resume other --max-instructions 1
report "packed by another hand" [ "$status" -eq 125 ]

# Whole or not at all: a file that is there stays as it was when the disk is full.
cp one before
(
    ulimit -f 2
    trap '' XFSZ
    exec "$NESTOR" run --depth 1 --save one --save-at 1000 "$PROGRAMS/hello.elf" >out 2>err
)
status=$?
whole_or_not() {
    [ "$status" -eq 125 ] && cmp -s one before && [ "$(find . -name 'one.*' | wc -l)" -eq 0 ] &&
        grep -q '^nestor: one: cannot write: ' err
}
report "no half of a save" whole_or_not

tap_end
