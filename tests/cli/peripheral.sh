#!/bin/sh
# A peripheral of the user's, from its Verilog to a driver three virtual machines deep: in lockstep, where the model that Verilator makes
# of it answers; its board is generated (tests/cli/board_load.sh has it at the pins). And what is wrong with one. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
TOP=$(pwd)
. tests/support/tap.sh
mkdir -p software/examples && cp -r "$TOP/software/examples/crc32" software/examples/
example=software/examples/crc32
cat "$TOP/boards/ulx3s-85f.ini" $example/board.ini >mine.ini

# ---- In lockstep ----

verilator --cc --exe --build -CFLAGS "-fPIC -I$TOP/sim" -LDFLAGS -shared --top-module crc32 --Mdir obj \
    $example/crc32.v $example/crc32_device.cpp -o ../crc32.so >out 2>err
status=$?
report "Verilator makes a device of the peripheral" [ -f crc32.so ]
for command in "run --depth 0" "cosim --wait 30 --depth 3"; do
    # shellcheck disable=SC2086 # words
    "$NESTOR" $command --config ./$example/crc32.ini --device crc32=./crc32.so "$PROGRAMS/crc32.elf" >out 2>err
    status=$?
    report "$command passes" sh -c "[ $status -eq 0 ] && grep -q '^crc32: pass\$' out"
done
report "each access is one of the Verilog's" grep -q 'device windows accessed in 66 records' err

# ---- On a board ----

"$NESTOR" gen --board ./mine.ini -o mine >out 2>err
status=$?
report "a board with the peripheral is generated" [ "$status" -eq 0 ]
report "its Verilog is in the folder, unchanged" cmp $example/crc32.v mine/crc32.v
report "and in each list" sh -c 'grep -q "^crc32.v$" mine/nestor.f && grep -q "^read_verilog crc32.v$" mine/synth.ys'
report "its pins have their sites" grep -q '^LOCATE COMP "crc32_o\[7\]" SITE "C10";$' mine/mine.lpf
report "Yosys joins it with the SoC" sh -c \
    "cd mine && yosys -q -p 'read_verilog -lib +/ecp5/cells_sim.v +/ecp5/cells_bb.v; read_verilog *.v; hierarchy -check -top nestor_top' >../out 2>../err"
# ---- What may be wrong ----

# refuses TEXT: gen of bad.ini says so, and writes nothing.
refuses() {
    "$NESTOR" gen --board ./bad.ini -o bad >out 2>err
    status=$?
    report "refused: $1" sh -c "[ $status -eq 125 ] && [ ! -e bad ]"
    report "and told so" [ "$(cat err)" = "nestor: $1" ]
}
line=$(grep -n '^\[peripheral' mine.ini | cut -d : -f 1)
sed 's/^file = .*/file = none.v/' mine.ini >bad.ini
refuses "./bad.ini:$((line + 1)): ./none.v: No such file or directory"
sed "s,^file = .*,file = $example/crc32.c," mine.ini >bad.ini
refuses "./bad.ini:$((line + 1)): ./$example/crc32.c: found no module crc32, expected it: it is called as its window"
sed '/^file = /d' mine.ini >bad.ini
refuses "./bad.ini:$((line + 1)): peripheral.crc32: found no file, expected its Verilog"
sed 's/^\[device.crc32\]/[device.other]/' mine.ini >bad.ini
refuses "./bad.ini:$((line + 1)): peripheral.crc32: found no window, expected [device.crc32] with base and bytes"
sed 's/^out = B11/out = M1/' mine.ini >bad.ini
refuses "./bad.ini:$((line + 2)): found site 'M1' for crc32, expected another: line $(grep -n '^rx = M1$' mine.ini | cut -d : -f 1) has it for the line in"
sed 's/^out = B11/outs = B11/' mine.ini >bad.ini
refuses "./bad.ini:$((line + 2)): found key 'outs' in section [peripheral.crc32], expected file, in or out"

tap_end
