#!/bin/sh
# nestor board against a board at its pins: the Verilog of a ULX3S under Verilator, its serial line at a pseudo-terminal. Loading,
# running at depth 3, a line that loses and changes bytes, and what may go wrong. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath build/software)
tree=$(pwd)
. tests/support/tap.sh
simulator=
trap '[ -z "$simulator" ] || kill "$simulator"; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT

# The line of the test is as fast as the loader can take bytes: a simulator is slow.
# It has a peripheral of the user's, too.
{
    sed 's/^tx = .*/&\nbaud = 1000000/' "$tree/boards/ulx3s-85f.ini"
    sed "s,^file = ,&$tree/," "$tree/software/examples/crc32/board.ini"
} >fast.ini
"$NESTOR" gen --board ./fast.ini -o ulx3s >out 2>err
status=$?
report "a board without a program has the loader" grep -q 'nestor_boot' ulx3s/nestor_soc.v
verilator -Wno-fatal -Wno-lint --cc --exe --build -O3 -CFLAGS "-O2 -DPINS=crc32_o" --top-module nestor_top --Mdir obj \
    -F ulx3s/nestor.f "$tree/tests/bench/pll.v" "$tree/tests/bench/board_pins.cpp" -o ../pins >log 2>&1
report "its top compiles" [ -x pins ]
divider=$(sed -n 's/.*8N1, \([0-9]*\) clocks for each bit.*/\1/p' ulx3s/nestor_uart_serial.v)

# power_on [PRESSED NOISE]: a board at a new pseudo-terminal, $port. PRESSED: level of the button when pressed.
power_on() {
    [ -z "$simulator" ] || kill "$simulator"
    rm -f port
    ./pins "$divider" 1 "${1:-1}" 0 pty "${2:-0}" >port 2>pins.err &
    simulator=$!
    while [ ! -s port ] && kill -0 "$simulator" 2>/dev/null; do
        sleep 0.1
    done
    port=$(head -n 1 port)
}

# board STATUS ARGUMENT...
board() {
    wanted=$1
    shift
    timeout 1800 "$NESTOR" board "$@" --port "$port" </dev/null >out 2>err
    status=$?
    report "board $* ends with $wanted" [ "$status" -eq "$wanted" ]
}

power_on
echo "hello from Nestor" >expected
board 0 run --board ./fast.ini --wait 10 "$PROGRAMS/hello.elf"
report "and the console is the program's" cmp out expected
report "what was loaded is told" grep -q "^nestor: $port: [0-9]* bytes in [0-9.]* s, 0 requests repeated$" err
board 42 run --board ./fast.ini --wait 10 "$PROGRAMS/exit42.elf"
"$NESTOR" run --depth 3 --set machine.ram_bytes=0x40000 "$PROGRAMS/two_vms.elf" >model 2>/dev/null
board 0 run --board ./fast.ini --wait 10 --depth 3 --counters "$PROGRAMS/two_vms.elf"
report "three virtual machines deep it says what it says on the model" sh -c '[ -s out ] && cmp out model'
# The board's counters are the model's, but for the accesses that wait for the serial line, and for the end, which level 0's
# monitor does itself here.
"$NESTOR" run --depth 3 --set machine.ram_bytes=0x40000 --set machine.timebase=clock --json "$PROGRAMS/two_vms.elf" >model.json 2>/dev/null
# told NAME, expected NAME: of the board, of the model.
told() { sed -n "s/.*counters:.* $1 \([0-9]*\),.*/\1/p" err; }
expected() { sed -n "s/^ *\"$1\": *\([0-9]*\),*\$/\1/p" model.json | head -n 1; }
report "its counters are told: $(told hits) hits, of the model $(expected hits), the finisher's at level 0 among them" \
    [ "$(($(expected hits) - $(told hits)))" -ge 0 -a "$(($(expected hits) - $(told hits)))" -le 1 ]
report "the misses of the finisher's map at level 0 are not there" \
    [ "$(($(expected misses) - $(told misses)))" -ge 0 -a "$(($(expected misses) - $(told misses)))" -le 4 ]
report "more accesses than the model's, whose line is always ready" [ "$(told accesses)" -gt "$(expected accesses)" ]
report "with a hit rate" grep -q ' hit rate [0-9.]* %$' err

board 0 run --board ./fast.ini --wait 10 --depth 3 "$PROGRAMS/crc32.elf"
report "a driver three virtual machines deep finds the user's peripheral" grep -q '^crc32: pass$' out
report "whose pins have shown the CRC of nine digits" grep -q '^pins 26$' pins.err

# ---- Counters and the bench, with the shortest of programs ----

board 0 counters --board ./fast.ini --wait 10 "$PROGRAMS/hello.elf"
report "counters has the program's console on stderr" grep -q '^hello from Nestor$' err
report "and each counter on a line, with the hit rate" sh -c \
    "[ \$(wc -l <out) -eq 11 ] && grep -q '^hit rate  *[0-9.]* %  of accesses$' out"
# counted NAME: of the text in out.
counted() { awk -v name="$1" '$1 == name { print $2 }' out; }
cycles=$(counted cycles) instructions=$(counted instructions) accesses=$(counted accesses)
report "$cycles cycles, of this run alone, for $instructions instructions" \
    [ "$instructions" -gt 1500 -a "$cycles" -gt "$instructions" -a "$cycles" -lt 50000 ]
board 0 counters --board ./fast.ini --wait 10 --depth 1 --json "$PROGRAMS/hello.elf"
report "--json has the same" sh -c "jq -e '.depth == 1 and .exit_code == 0 and .associator.accesses > 200
    and .associator.hit_rate > 0.9 and .cycles > .instructions' out >jq.out"
board 1 bench --board ./fast.ini --wait 10 --depth 0-1 --json "$PROGRAMS/hello.elf" "$PROGRAMS/exit42.elf"
report "bench has a row for each program and depth" [ "$(wc -l <out)" -eq 4 ]
# holds FILTER: of the rows.
holds() { jq -s -e "$1" out >jq.out; }
report "a program that fails does not pass" holds 'map(.passed) == [true, true, false, false]'
report "at depth 0 the CLINT tells the clocks of this run alone" holds '.[0].board.cycles > 1000 and .[0].board.cycles < 20000'
report "the first level costs" holds '.[1].slowdown > 1 and .[1].slowdown < 2 and .[0].slowdown == 1'
report "the model's misses and walk reads are the board's" holds \
    'all(.[]; .board.misses == .model.misses and .board.walk_reads == .model.walk_reads)'
report "exit42 waits for no line: it is the model's, after the loader's last few instructions" holds \
    '.[3] | .board.accesses == .model.accesses and (.board.instructions - .model.instructions | . >= 0 and . <= 8)'
report "failures are told" grep -q 'exit42.elf at depth 1: found exit status 42, expected 0 and what the model prints$' err

cat >wait.S <<'END'
        .globl  _start
_start: csrw    mie, zero
        wfi
        j       _start
END
"${RISCV_PREFIX:-riscv64-unknown-elf-}gcc" -nostdlib -march=rv32im -misa-spec=2.2 -mabi=ilp32 -Wl,-Ttext=0x80000000 -o wait.elf wait.S >out 2>err
board 125 run --board ./fast.ini --wait 10 wait.elf
report "a program that waits for ever is told" grep -q '^nestor: wait.elf: waits for ever: a WFI at level 0' err

power_on 1 499
board 0 run --board ./fast.ini --wait 10 "$PROGRAMS/sieve.elf"
"$NESTOR" run "$PROGRAMS/sieve.elf" >model 2>/dev/null
report "a line that loses and changes bytes: requests are repeated" grep -q ' s, [1-9][0-9]* requests repeated$' err

# ---- What may go wrong ----

# says TEXT: on stderr, in its last line.
says() {
    report "and says: $1" [ "$(tail -n 1 err)" = "nestor: $1" ]
}

# A board that falls silent in the middle of a load: so much is to come that the middle is not missed.
power_on
printf '        .globl _start\n_start: j _start\n        .fill 40000, 4, 0x12345678\n' >large.S
"${RISCV_PREFIX:-riscv64-unknown-elf-}gcc" -nostdlib -march=rv32im -misa-spec=2.2 -mabi=ilp32 -Wl,-Ttext=0x80000000 -o large.elf large.S >out 2>err
"$NESTOR" board load --board ./fast.ini --wait 10 --port "$port" "$PROGRAMS/exit42.elf" >out 2>err # it listens
{
    sleep 1
    kill -STOP "$simulator"
} &
board 125 load --board ./fast.ini --wait 0.3 large.elf
says "$port: found no answer in 12 tries, expected the board's loader: press its button"
kill -CONT "$simulator"

sed 's/^bytes = 0x40000/bytes = 0x20000/' fast.ini >less.ini
board 125 run --board ./less.ini --wait 10 "$PROGRAMS/hello.elf"
says "$port: found a machine with RAM from 0x80000000 to 0x80040000, expected 0x80000000 to 0x80020000, that of configuration less"
power_on 0 # pressed
board 125 run --board ./fast.ini --counters "$PROGRAMS/hello.elf"
says "--counters: found depth 0, expected --depth of 1 or more: level 0's monitor reads them"
board 125 counters --board ./fast.ini --depth 0 "$PROGRAMS/hello.elf"
says "counters: found depth 0, expected --depth of 1 or more: level 0's monitor reads them"
board 125 bench --board ./fast.ini --set machine.timebase=commit "$PROGRAMS/hello.elf"
says "bench: found timebase = commit, expected clock: mcycle and mtime are to count clocks"
board 125 load --board ./fast.ini --wait 0.1 "$PROGRAMS/hello.elf"
says "$port: found no answer in 12 tries, expected the board's loader: press its button"
kill "$simulator"
wait "$simulator" 2>/dev/null
simulator=
board 125 load --board ulx3s-85f "$PROGRAMS/hello.elf"
report "a port that is gone is told in a line" [ "$(wc -l <err)" -eq 1 ]
port=/dev/null
board 125 load --board ulx3s-85f "$PROGRAMS/hello.elf"
says "/dev/null: found no serial port there, expected one"
port=$dir/nonesuch
board 125 load --board ulx3s-85f "$PROGRAMS/hello.elf"
says "$port: No such file or directory"
board 125 load --board hx8k-breakout "$PROGRAMS/sort.elf"
report "an ELF file too large for the board is refused before the port is opened" grep -q 'sort.elf' err
board 125 load --board ulx3s-85f --depth 5 "$PROGRAMS/hello.elf"
board 125 load --board ulx3s-85f --wait 0 "$PROGRAMS/hello.elf"
board 125 dance --board ulx3s-85f "$PROGRAMS/hello.elf"
board 125 load "$PROGRAMS/hello.elf"

tap_end
