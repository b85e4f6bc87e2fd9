#!/bin/sh
# A board at its pins, under Verilator: nestor_top with a stand-in for the PLL, its serial line decoded bit by bit. TAP. Run
# from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath build/software)
tree=$(pwd)
. tests/support/tap.sh

# compile BOARD: the simulator of what is in the folder BOARD, BOARD/pins. The program is read when it runs.
compile() {
    verilator -Wno-fatal -Wno-lint --cc --exe --build -O3 -CFLAGS -O1 --top-module nestor_top --Mdir "$1.obj" \
        -F "$1/nestor.f" "$tree/tests/bench/pll.v" "$tree/tests/bench/board_pins.cpp" -o ../"$1.pins" >"$1.log" 2>&1
}

# divider BOARD: clocks of a bit, as the serial line says.
divider() {
    sed -n 's/.*8N1, \([0-9]*\) clocks for each bit.*/\1/p' "$1/nestor_uart_serial.v"
}

"$NESTOR" gen --board icebreaker --program "$PROGRAMS/hello.elf" -o icebreaker >out 2>err
status=$?
compile icebreaker
report "icebreaker's top compiles" [ -x icebreaker.pins ]
./icebreaker.pins "$(divider icebreaker)" 0 0 2000000 >out 2>err
status=$?
echo "hello from Nestor" >expected
report "hello comes over the line, from single-port RAM that boot has filled; then the LED goes off" \
    sh -c "[ $status -eq 0 ] && cmp out expected"
./icebreaker.pins "$(divider icebreaker)" 0 1 200000 >out 2>err
status=$?
report "while the button is pressed nothing runs" sh -c "[ $status -eq 2 ] && [ ! -s out ]"
./icebreaker.pins "$(($(divider icebreaker) * 4 / 5))" 0 0 2000000 >out 2>err
status=$?
report "at another baud rate it is not understood" sh -c '! cmp -s out expected'

# The paper's Table II from an ECP5's SoC, told by the program itself: as the model performs it in the demo.
"$NESTOR" gen --board ulx3s-25f --config goldberg --program "$PROGRAMS/table2_board.elf" -o ulx3s >out 2>err
status=$?
compile ulx3s
report "the ULX3S's top compiles" [ -x ulx3s.pins ]
./ulx3s.pins "$(divider ulx3s)" 1 1 8000000 >out 2>err
status=$?
"$NESTOR" run --config goldberg "$PROGRAMS/table2_board.elf" >model 2>/dev/null
report "Table II comes over the line as from the model" sh -c "[ $status -eq 0 ] && [ -s out ] && cmp out model"
(cd "$tree" && build/nestor demo build/software/table2.elf) 2>err | sed -n '/^line /p; s/^  RTL  /  board/p' >demo
report "and is what the demo shows of the Verilog, all six lines" sh -c '[ $(wc -l <demo) -eq 12 ] && cmp out demo'
report "no line is other than the machine has recorded" sh -c '! grep -q NOT out'

tap_end
