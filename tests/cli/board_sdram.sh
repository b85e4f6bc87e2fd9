#!/bin/sh
# A board whose RAM is an SDRAM, at its pins under Icarus: the chip tells what JEDEC forbids. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath build/software)
tree=$(pwd)
. tests/support/tap.sh

# run "[-DTIED]" BOARD.ini PROGRAM [OPTION...]: what its serial line says, in `out`.
run() {
    wired=$1 board=$2 program=$3
    shift 3
    rm -rf top
    "$NESTOR" gen --board "./$board" --program "$PROGRAMS/$program.elf" "$@" -o top >gen.out 2>err || return 1
    divider=$(sed -n 's/.*8N1, \([0-9]*\) clocks for each bit.*/\1/p' top/nestor_uart_serial.v)
    # shellcheck disable=SC2086 # a word, or none
    iverilog -g2005 $wired -Psdram_board.DIVIDER="$divider" -s sdram_board -o top.vvp "$tree/tests/bench/sdram_board.v" \
        "$tree/tests/support/sdram_chip.v" "$tree/tests/bench/pll.v" top/nestor_*.v >err 2>&1 || return 1
    (cd top && vvp -n ../top.vvp) >out 2>err
}

# short BOARD RX-SITE: its description in board.ini, with a short cache and a fast line: more happens in less time.
short() {
    sed "s/^cache_bytes = .*/cache_bytes = 0x400/; s/^boot_bytes = .*/boot_bytes = 0x10000/; s/^rx = $2/baud = 2500000\nrx = $2/" \
        "$tree/boards/$1.ini" >board.ini
}
# Without masks a store of a byte is a word of the cache's line; hello and Table II have such stores.
"$NESTOR" run --config goldberg "$PROGRAMS/table2_board.elf" >table2 2>/dev/null
echo "hello from Nestor" >hello
for kind in "colorlight-i5-sdram H18 -DTIED" "ulx3s-12f-sdram M1"; do
    # shellcheck disable=SC2086 # words
    set -- $kind
    short "$1" "$2"
    run "${3:-}" board.ini hello
    status=$?
    report "$1: hello runs from an SDRAM that boot has filled" sh -c "[ $status -eq 0 ] && cmp out hello"
    run "${3:-}" board.ini table2_board --config goldberg
    status=$?
    report "$1: Table II, by virtual machines in the SDRAM, as the model tells it" sh -c "[ $status -eq 0 ] && [ -s table2 ] && cmp out table2"
done

report "there is no bench for what wants a chip, and its README says how the program comes there" sh -c \
    '[ ! -e top/nestor_tb.sv ] && ! grep -q nestor_tb top/README.md top/nestor.core && grep -q "nestor_boot. copies" top/README.md'

# bad EXPRESSION MESSAGE: the description edited so is refused with that message.
bad() {
    sed "$1" board.ini >bad.ini
    "$NESTOR" gen --board ./bad.ini -o none >out 2>err
    status=$?
    report "told: $2" sh -c '[ "$1" -ne 0 ] && grep -qF "$2" err && [ ! -e none ]' sh "$status" "$2"
}
# line KEY: its line in the description.
line() {
    grep -n "^$1 = " board.ini | cut -d : -f 1
}
bad 's/^cache_bytes = .*/cache_bytes = 0x3000/' "cache_bytes: found 0x3000, expected a power of two"
bad 's/ J17$//' "found 15 sites of data, 13 of the address, 2 of the bank, expected 16 or 32, 11 to 13, and 2"
bad 's/^mask = .*/mask = U19/' "bad.ini:$(line mask): mask: found 1 sites, expected 2, or none where they are tied low"
bad 's/^ras = .*//' "found no clk, ras, cas or we, expected all four"
bad 's/^bytes = .*/bytes = 0x4000000/' "found 0x4000000, expected at most 0x2000000, which the SDRAM has"
bad 's/^kind = .*/kind = block/; s/^boot_bytes = .*//' "found an SDRAM, expected kind = sdram"
bad 's/^kind = .*/kind = block/; s/^boot_bytes = .*//; s/^cache_bytes = .*//; /^data = /d; /^address = /d' "clk: found an SDRAM"
bad 's/^family = .*/family = ice40/' "bad.ini:$(line kind): kind: found sdram, expected it with family = ecp5"
bad 's/^run_mhz = .*/run_mhz = 70/; s/baud = .*//' "found a clock of 70000000 Hz with an SDRAM, expected at most 66000000 Hz"
bad 's/^we = .*/we = R20/' "found site 'R20' for the SDRAM, expected another"
tap_end
