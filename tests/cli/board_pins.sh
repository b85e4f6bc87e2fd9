#!/bin/sh
# A board at its pins, under Verilator: nestor_top with a stand-in for the PLL, its serial line decoded bit by bit. TAP. Run
# from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath build/software)
tree=$(pwd)
. tests/support/tap.sh

# compile BOARD [FLAGS]: the simulator of what is in the folder BOARD, BOARD.pins. The program is read when it runs.
compile() {
    verilator -Wno-fatal -Wno-lint --cc --exe --build -O3 -CFLAGS "-O1 ${2:-}" --top-module nestor_top --Mdir "$1.obj" \
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

# LEDs, buttons and flash, in the windows gpio and flash. The flash is one that 30 us at 18 MHz wake up.
"$NESTOR" gen --board icebreaker --program "$PROGRAMS/leds.elf" --set device.gpio.base=0x20000000 --set device.gpio.bytes=0x1000 \
    --set device.flash.base=0x30000000 --set device.flash.bytes=0x100000 -o leds >out 2>err
status=$?
report "their sites are in the constraints" sh -c 'grep -qx "set_io leds\[4\] 21" leds/icebreaker.pcf && grep -qx "set_io flash_in 17" leds/icebreaker.pcf'
compile leds "-DBUTTONS=5 -DPINS=leds -DFLASH=540"
report "the iCEBreaker's top with them compiles" [ -x leds.pins ]
./leds.pins "$(divider leds)" 0 0 2000000 >out 2>err
status=$?
printf 'buttons 00000005\nflash 23222120 27262524 2b2a2928 2f2e2d2c\n' >expected
report "a program reads the buttons, and words of the flash from byte 0x200000 on" sh -c "[ $status -eq 0 ] && cmp out expected"
printf 'pins %02x\n' 1 2 4 8 16 0 5 >expected
report "and has lit one LED after the other, then those of the buttons" cmp err expected
"$NESTOR" gen --board colorlight-i5 --set device.gpio.base=0x20000000 --set device.gpio.bytes=0x1000 -o none >out 2>err
status=$?
report "a board without them is told" [ "$(cat err)" = "nestor: colorlight-i5: found window gpio, expected a board that has one: section [gpio] of boards/colorlight-i5.ini" ]
"$NESTOR" gen --board colorlight-i5 --set device.lamp.base=0x20000000 --set device.lamp.bytes=0x1000 -o none >out 2>err
status=$?
report "a window with nothing in it is told" [ "$status $(cat err)" = "0 nestor: window lamp: board colorlight-i5 has nothing for it: each access ends with err, an access fault" ]

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
