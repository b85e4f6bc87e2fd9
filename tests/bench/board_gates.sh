#!/bin/sh
# board_gates.sh NESTOR DIR BOARD PROGRAM: the netlist of an iCE40 board with the loader, as sh DIR/build.sh has synthesized it, at its pins
# under Verilator with Yosys's models of the cells: the loader must greet, take the program and run it. Prints what the
# program prints; its exit status.
set -eu
nestor=$1 dir=$2 board=$3 program=$4
here=$(realpath "$(dirname "$0")")
top=$(realpath "$here/../..")
cells=$(yosys -p 'read_verilog -lib +/ice40/cells_sim.v' | sed -n "s/^Parsing Verilog input from .\(.*cells_sim.v\). to AST.*/\1/p")
simulator=
trap '[ -z "$simulator" ] || kill "$simulator"' EXIT
level() { sed -n "/^\[$1\]/,/^\[/s/^$2 = //p" "$top/boards/$board.ini"; }

mkdir -p "$dir/gates"
yosys -q -p "read_json $dir/nestor_top.json; write_verilog -noattr $dir/gates/gates.v"
# Yosys's models of the PLLs are empty: tests/bench/pll.v stands in for them.
awk '/^module SB_PLL40_/ { skip = 1 } !skip; /^endmodule/ { skip = 0 }' "$cells" >"$dir/gates/cells.v"
verilator -Wno-fatal -Wno-lint --cc --exe --build -O3 -CFLAGS -O1 -DNO_ICE40_DEFAULT_ASSIGNMENTS --top-module nestor_top \
    --Mdir "$dir/gates/obj" "$dir/gates/gates.v" "$top/sim/lut.v" -v "$dir/gates/cells.v" "$here/pll.v" "$here/board_pins.cpp" \
    -o ../pins >"$dir/gates/log" 2>&1 || { tail -n 3 "$dir/gates/log" >&2; exit 1; }
divider=$(sed -n 's/.*8N1, \([0-9]*\) clocks for each bit.*/\1/p' "$dir/nestor_uart_serial.v")
greeting=$("$dir/gates/pins" "$divider" "$(level led lit)" "$(level button pressed)" 400000 || true)
[ "$greeting" = "Nestor loader" ] || { echo "board_gates: found '$greeting', expected 'Nestor loader'" >&2; exit 1; }
"$dir/gates/pins" "$divider" "$(level led lit)" "$(level button pressed)" 0 pty >"$dir/gates/port" &
simulator=$!
for _ in $(seq 100); do
    [ ! -s "$dir/gates/port" ] || break
    sleep 0.2
done
"$nestor" board run --board "$board" --port "$(cat "$dir/gates/port")" --wait 30 "$program" </dev/null
