#!/bin/sh
# Boards: nestor gen --board. The descriptions' list, what is written, what tools say of it, build.sh with tools that fail;
# no placement. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath build/software)
tree=$(pwd)
. tests/support/tap.sh

# gen STATUS ARGUMENT...
gen() {
    wanted=$1
    shift
    "$NESTOR" gen "$@" >out 2>err
    status=$?
    report "gen $* ends with $wanted" [ "$status" -eq "$wanted" ]
}

# says TEXT: the last command's only line on stderr.
says() {
    report "and says: $1" [ "$(cat err)" = "nestor: $1" ]
}

# ---- The known boards ----

(cd "$tree" && tests/bench/boards.sh --tables docs/boards.tsv) >tables 2>err
sed '1,/^<!-- boards: begin/d; /^<!-- boards: end/,$d' "$tree/docs/results.md" >section
report "docs/results.md has the table of docs/boards.tsv" cmp tables section

gen 0 --board list
sed 1d out | cut -d ' ' -f 1 | sort >listed
report "the list tells what fits: the iCEBreaker has plain in 128 KiB" grep -q '^icebreaker  *plain  *0  *128 KiB  *21 MHz  *[0-9]* %  ' out
report "every description is in the list" sh -c "(cd '$tree/boards' && ls *.ini | sed 's/\.ini$//' | sort) | cmp - listed"
for board in $(cat listed); do
    "$NESTOR" gen --board "$board" --program "$PROGRAMS/hello.elf" -o "$board" >out 2>err && "$NESTOR" gen --board "$board" --constraints "$board.pins" 2>>err
    status=$?
    report "$board: is generated" [ "$status" -eq 0 ]
    file=$(ls "$board" | grep '\.pcf$\|\.lpf$\|\.xdc$\|\.cst$')
    report "$board: constraints/$file is fresh" cmp "$board/$file" "$tree/constraints/$file"
    report "$board: and is what --constraints writes" cmp "$board/$file" "$board.pins"
    report "$board: every port has a site" sh -c \
        "for port in \$(sed -n 's/^    \(input\|output\|inout\) *\(wire\|reg\) *\(\[[0-9:]*\] \)*\([a-z_]*\).*/\4/p' '$board/nestor_top.v'); do
            grep -q \"[ {\\\"]\$port\\b\" '$board/$file' || { echo \$port >err; exit 1; }; done"
    report "$board: sh takes build.sh" sh -n "$board/build.sh"
done
report "constraints/ has no others" [ "$(ls "$tree/constraints" | wc -l)" -eq "$(wc -l <listed)" ]
report "no top has a latch or a width that Verilator warns of" sh -c \
    "verilator --lint-only -Wall --top-module nestor_top -F icebreaker/nestor.f '$tree/tests/bench/pll.v' >out 2>err &&
     verilator --lint-only -Wall --top-module nestor_top -F ulx3s-25f/nestor.f '$tree/tests/bench/pll.v' >out 2>err"

# Yosys knows the primitives, their ports and parameters.
# primitives BOARD CELLS...
primitives() {
    board=$1
    shift
    report "$board: Yosys finds the PLL's ports and parameters" sh -c \
        "cd '$board' && yosys -q -p 'read_verilog -lib $*; read_verilog *.v; hierarchy -check -top nestor_top' >../out 2>../err"
}
primitives icebreaker +/ice40/cells_sim.v
primitives hx8k-breakout +/ice40/cells_sim.v
primitives ulx3s-85f +/ecp5/cells_sim.v +/ecp5/cells_bb.v
primitives arty-a7-35t +/xilinx/cells_sim.v +/xilinx/cells_xtra.v

# ---- A program ----

gen 0 --board icebreaker --program "$PROGRAMS/hello.elf" -o ice
report "boot has as many words as the program" [ "$(wc -l <ice/program.hex)" -eq \
    "$(sed -n 's/.*reg \[31:0\] rom \[0:\([0-9]*\)\].*/\1/p' ice/nestor_boot.v | awk '{ print $1 + 1 }')" ]
"$NESTOR" gen --config plain --program "$PROGRAMS/hello.elf" -o soc 2>err
report "which are those of RAM" sh -c 'head -n "$(wc -l <ice/program.hex)" soc/program.hex | cmp - ice/program.hex'
report "and all behind them are 0" sh -c '! tail -n "+$(($(wc -l <ice/program.hex) + 1))" soc/program.hex | grep -qvx 00000000'
gen 125 --board icebreaker --program "$PROGRAMS/table2.elf" --config goldberg --set machine.ram_bytes=57344 -o large
report "a program that boot does not hold is refused" grep -q '^nestor: icebreaker: the program has contents up to byte 0x' err
report "and nothing is written" [ ! -e large ]
gen 0 --board icebreaker --config small --set machine.ram_bytes=0x10000 -o small
report "--config and --set count" sh -c 'grep -q "^// ram_bytes = 0x00010000$" small/nestor_top.v && grep -q "^// depth = 4$" small/nestor_top.v'

# ---- No program: the loader ----

gen 0 --board icebreaker -o loader
report "RAM's end is in the loader" [ "$(sed -n 3p loader/program.hex)" = 80020000 ]
report "and the clocks of a byte" [ "$((0x$(sed -n 4p loader/program.hex)))" -eq \
    "$((10 * $(sed -n 's/.*8N1, \([0-9]*\) clocks for each bit.*/\1/p' loader/nestor_uart_serial.v)))" ]
gen 125 --board hx8k-breakout -o none
says "hx8k-breakout: found no program, expected --program: beside its RAM the board has no block RAM for a loader"

# ---- Bad input ----

sed 's/^pin = 11$/pin = 35/' "$tree/boards/icebreaker.ini" >twice.ini
line() { grep -n "^pin = $1\$" "$tree/boards/icebreaker.ini" | cut -d : -f 1; }
gen 125 --board ./twice.ini -o bad
says "./twice.ini:$(line 11): found site '35' for the LED, expected another: line $(line 35) has it for the clock"
sed 's/^preset = .*/preset = defualt/' "$tree/boards/icebreaker.ini" >preset.ini
gen 125 --board ./preset.ini -o bad
says "./preset.ini:$(grep -n '^preset' preset.ini | cut -d : -f 1): preset: found configuration 'defualt', expected a preset (\`nestor config list\`) or an INI file's path"
gen 125 --board nonesuch -o bad
says "found board 'nonesuch', expected one that \`nestor gen --board list\` has, or a file's path"
gen 125 --board icebreaker --core -o bad
gen 125 --board icebreaker
gen 125 --constraints x -o bad
echo '[machine]
depth = 99' | cat "$tree/boards/ulx3s-85f.ini" - >deep.ini
gen 125 --board ./deep.ini -o bad
says "./deep.ini:$(wc -l <deep.ini): depth: found '99', expected a number from 0 to 8"
report "nothing is written of them" [ ! -e bad ]
report "a description of one's own has its file's name" sh -c \
    "cp '$tree/boards/ulx3s-85f.ini' mine.ini && '$NESTOR' gen --board ./mine.ini -o mine && [ -f mine/mine.lpf ]"

# ---- build.sh: what it makes of the tools' ends. The tools are stand-ins, their logs nextpnr's. ----

mkdir tools
for tool in yosys icepack; do
    printf '#!/bin/sh\n[ %s = yosys ] || cp "$1" "$2"\n' "$tool" >"tools/$tool"
done
cat >tools/nextpnr-ice40 <<'END'
#!/bin/sh
while [ $# -gt 0 ]; do
    case $1 in
    --log) log=$2 ;;
    --asc) asc=$2 ;;
    --seed) seed=$2 ;;
    esac
    shift
done
[ "$MODE" != silent ] || { echo "ERROR: cannot read the netlist" >&2; exit 1; }
cells=3000 mhz=11.50
[ "$MODE" != full ] || cells=6162
[ "$MODE" != second ] || [ "$seed" != 2 ] || mhz=21.25
[ "$MODE" != fast ] || mhz=22.50
{
    echo "Info: 	         ICESTORM_LC:  $cells/ 5280    56%"
    echo "Info: 	        ICESTORM_RAM:    10/   30    33%"
    [ "$MODE" != full ] || { echo "ERROR: Unable to place cell 'x'"; exit 1; }
    echo "Info: Max frequency for clock 'clock': 9.99 MHz (FAIL at 18.00 MHz)"
    echo "Info: Critical path report for clock 'clock' (posedge -> posedge):"
    echo "Info: curr total"
    echo "Info:  0.5  0.5  Source u_soc.u_core.first.O"
    echo "Info:  2.2  2.8    Net first[1] budget 0.9 ns (17,9) -> (5,13)"
    echo "Info:                Sink u_soc.u_core.second.I0"
    echo "Info:  0.1 80.9  Setup u_soc.u_core.second.I0"
    echo
    echo "Info: Max frequency for clock 'clock': $mhz MHz (x at 18.00 MHz)"
} >"$log" || exit 1
[ "${mhz%.*}" -ge 18 ] || exit 1
echo seed "$seed" >"$asc"
END
chmod +x tools/*
# build MODE STATUS TEXT: build.sh with the stand-ins; TEXT is in what it says.
build() {
    echo old >ice/nestor_top.bin
    MODE=$1 PATH="$dir/tools:$PATH" SEEDS="1 2" sh ice/build.sh >out 2>err
    status=$?
    report "build.sh, $1: ends with $2" [ "$status" -eq "$2" ]
    report "and says: $3" sh -c "cat out err | grep -qF -- '$3'"
    report "nothing half done is there" sh -c '! ls ice/*.new 2>/dev/null'
}
build fast 0 'icebreaker: nestor_top.bin, 22.50 MHz of 21.000000; ICESTORM_LC 3000 of 5280, ICESTORM_RAM 10 of 30'
report "the bit stream is there" grep -qx 'seed 1' ice/nestor_top.bin
build second 0 'nestor_top.bin, 21.25 MHz'
report "from the placement that was fast enough" grep -qx 'seed 2' ice/nestor_top.bin
build slow 1 'timing is not met: 11.50 MHz of 21.000000'
report "with the path" grep -q 'Source u_soc.u_core.first.O' err
report "and no bit stream, not an old one either" [ ! -e ice/nestor_top.bin ]
build full 1 'does not fit into the up5k: ICESTORM_LC: 6162 of 5280'
report "and no bit stream" [ ! -e ice/nestor_top.bin ]
build silent 1 'nextpnr has failed: ERROR: cannot read the netlist'
PATH="$dir/tools:/usr/bin:/bin" sh ice/build.sh load >out 2>err
status=$?
report "load without a bit stream fails" grep -q 'found no nestor_top.bin' err
printf '#!/bin/sh\necho "$0" "$@"\n' >tools/iceprog && chmod +x tools/iceprog
echo bits >ice/nestor_top.bin
PATH="$dir/tools:$PATH" sh ice/build.sh load >out 2>err
status=$?
report "load calls the board's command" grep -q 'tools/iceprog nestor_top.bin$' out

tap_end
