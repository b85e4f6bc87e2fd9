#!/bin/sh
# nestor gen: what its README.md says works word by word, in the folder and above it; a folder that holds an earlier
# generation; the program in RAM. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
RISCV=${RISCV_PREFIX:-riscv64-unknown-elf-}
EXAMPLE=$(realpath software/examples/gpio/gpio.ini)
. tests/support/tap.sh

# gen STATUS ARGUMENTS...: that exit status.
gen() {
    wanted=$1
    shift
    status=$("$NESTOR" gen "$@" >out 2>err; echo $?)
    report "gen $* ends with $wanted" [ "$status" = "$wanted" ]
}

# says PATTERN: the one line of error.
says() {
    report "and says $1" sh -c "[ \$(wc -l <err) = 1 ] && grep -q '^nestor: $1' err"
}

# same FOLDER FOLDER
same() {
    report "$1 and $2 are the same" diff -r "$1" "$2"
}

# commands FROM TO: those of README.md between two of its lines.
commands() {
    sed -n "/$1/,/$2/s/^    //p" rtl/README.md
}

# What README.md says, word by word; of synthesis only the reading, since test_synthesis does it. Newer versions of
# Verilator report what they have done, in lines that begin with "- V".
run_all() {
    while read -r line; do
        short=$(echo "$line" | sed 's/yosys synth.ys/grep ^read_verilog synth.ys | yosys -q -s -/')
        report "$2: $line" sh -c "cd $1 && { $short; } >$dir/out 2>&1 && ! grep -qv '^- V' $dir/out"
    done <lines
}

gen 0 --config plain -o rtl
cp err told
commands 'In this folder:' 'In the folder above' >lines
report "README.md has three commands for its folder" [ "$(wc -l <lines)" = 3 ]
run_all "$dir/rtl" "in the folder"
mkdir above && cp -r rtl above/out
commands 'In the folder above' 'is for iCE40' >lines
report "README.md has three commands for the folder above" [ "$(wc -l <lines)" = 3 ]
run_all "$dir/above" "above it"
report "nestor.f lists all Verilog" sh -c 'test "$(grep -v "^//" rtl/nestor.f | sort)" = "$(cd rtl && ls *.v)"'

# What a board needs is said where nobody overlooks it.
report "gen tells of the time base" grep -q '^nestor: timebase = commit: .*--set machine.timebase=clock$' told
report "so does its README.md" grep -q '^`timebase = commit`: mtime' rtl/README.md
gen 0 --config plain --set machine.timebase=clock -o clock
report "and is silent when it is set" sh -c "! grep -q timebase err"
report "the Verilog has it, and the name says so" grep -q '^// Nestor .*, configuration plain+, ' clock/nestor_csr.v
report "and its text" grep -q '^// timebase = clock$' clock/nestor_soc.v

# A script that takes only the core is told, with what it would hold; who asked for the core is not told.
tells_core() {
    report "$1" sh -c "[ \$(wc -l <err) = 1 ] && grep -q '^nestor: $2; for nestor_soc give --set machine.ram_bytes=BYTES$3, or a part' err"
    report "and only those take it" [ "$(cd core && grep -l -- '-top nestor_core ' ./*.ys | sort | tr '\n' ' ')" = "$4" ]
}
clock=machine.timebase=clock
gen 0 --config small --set $clock --program "$PROGRAMS/hello.elf" -o core
tells_core "a program that iCE40 cannot hold" \
    '0x20000 bytes of RAM with a program are too many for synth.ys (up to 0x3000), synth_up5k.ys (up to 0x3000): there -top is nestor_core, without RAM and program' \
    ', or leave --program out and load RAM yourself' './synth.ys ./synth_up5k.ys '
gen 0 --config wide --set $clock --set machine.ram_bytes=0x80000 -o core
tells_core "RAM that is too large" \
    '0x80000 bytes of RAM are too many for synth.ys (up to 0x3000), synth_up5k.ys (up to 0x3000), synth_ecp5.ys (up to 0x40000): there -top is nestor_core, without RAM' \
    '' './synth.ys ./synth_ecp5.ys ./synth_up5k.ys '
gen 0 --config default --set $clock --set machine.ram_bytes=0x20000 -o core
tells_core "RAM that single-port memories hold" \
    '0x20000 bytes of RAM are too many for synth.ys (up to 0x3000), synth_up5k.ys (up to 0x3000): there -top is nestor_core, without RAM' \
    ' or machine.ram_ports=1' './synth.ys ./synth_up5k.ys '
gen 0 --config small --set $clock -o core
report "nothing is told of a machine that fits" [ ! -s err ]
gen 0 --config default --set $clock --core --no-rvfi -o core
report "nor of the core alone" [ ! -s err ]
report "the README of a core tells what lies where" sh -c 'grep -q "RAM from 0x80000000, 0x[0-9a-f]* bytes, where it begins at 0x80000000; CLINT from" core/README.md && grep -q "^0x02000000, UART from 0x10000000, finisher from 0x00100000" core/README.md'
report "on ECP5 a way of the associator is LUT RAM" grep -q '^setattr -set ram_style "distributed" nestor_associator/m:way0$' core/synth_ecp5.ys
gen 0 --config default --set $clock --set associator.entries=256 --core --no-rvfi -o core
report "and a deeper one a block" grep -q '^setattr -set ram_style "block" nestor_associator/m:way0$' core/synth_ecp5.ys
gen 0 --config default --set $clock --core --no-rvfi -o core
report "its addresses have a unit" sh -c '[ $(grep -c "^| [id]bus_adr_o | out | 32 | .*: byte address, bits 1:0 zero |" core/README.md) = 2 ]'

# Values of enumerations are names: no signal that has such values is compared with, or set to, a number.
typed='state|word|shown|opcode|code|access|kind|[a-z_]*_(word|kind|cause|code)|number'
for config in default wide goldberg; do
    gen 0 --config $config -o names
    grep -nE "(^|[ (!{])($typed) (==|!=|<|<=|>|>=) [0-9]+'[dh]" names/*.v >out 2>err
    report "$config has names of values" [ ! -s out ]
done

# Another configuration takes the place of the first, and leaves what is the user's.
gen 0 --config plain -o plain
gen 0 --config default -o re
echo 'module mine; endmodule' >re/mine.v
cp re/nestor_ram.v re/other.v # with the head of a unit of another name
gen 0 --config plain -o re
report "the user's files stay" [ -e re/mine.v -a -e re/other.v ]
rm re/mine.v re/other.v
same re plain
gen 0 --config plain --core -o re
report "the core alone leaves no SoC" sh -c '! ls re | grep -q "soc\|ram"'
gen 0 --config plain -o re
same re plain

# What the user has changed is not lost, and nothing is written beside it.
changed() {
    file=$1
    echo "// changed" >>"re/$file"
    cp -r re was
    shift
    gen 125 "$@" -o re
    says "re/$file: found it changed since nestor gen wrote it"
    same re was
    gen 0 "$@" --force -o re
    report "--force replaces $file" sh -c "! grep -q '^// changed' re/$file 2>/dev/null"
    rm -rf was
}
changed nestor_ram.v --config plain
changed README.md --config plain
changed nestor_uart.v --config plain --core
gen 0 --config plain -o re
same re plain
mkdir theirs
echo 'Ours' >theirs/README.md
gen 125 --config plain -o theirs
says 'theirs/README.md: found a file that nestor gen did not write'
report "nothing is written there" [ "$(ls -A theirs)" = README.md ]
rm theirs/README.md && mkdir -p theirs/nestor_csr.v/x
gen 125 --config plain --force -o theirs
says 'theirs/nestor_csr.v: found a folder'
rm -r theirs/nestor_csr.v && ln -s ../plain/nestor_csr.v theirs/nestor_csr.v
gen 125 --config plain -o theirs
report "a link stays one" [ -L theirs/nestor_csr.v ]

# Without its manifest a folder's files are as good as anybody's; the same bytes are no loss.
rm re/.nestor
gen 0 --config plain -o re
same re plain
rm re/.nestor
gen 125 --config plain --core -o re
says 're/[^:]*: found .*, expected it moved away, or --force'
printf '%016x ../victim\n' 0 >>re/.nestor
echo 'keep' >victim
gen 0 --config plain --core --force -o re
report "a manifest names no file elsewhere" [ "$(cat victim)" = keep ]

# The program is found from every folder, and has all of RAM.
cat >tb.v <<'END'
`timescale 1ns / 1ps
module tb;
    reg clk = 0, rst = 1;
    always #5 clk = ~clk;
    wire valid, finished, halted;
    wire [7:0] data, code;
    nestor_soc soc (.clk(clk), .rst(rst), .uart_tx_ready_i(1'b1), .uart_rx_valid_i(1'b0), .uart_rx_data_i(8'd0),
        .uart_tx_valid_o(valid), .uart_tx_data_o(data), .finished_o(finished), .exit_code_o(code), .halted_o(halted));
    initial begin
        #100 rst = 0;
        #2000000 $display("timeout");
        $finish(0);
    end
    always @(posedge clk) begin
        if (valid && !rst) $write("%c", data);
        if (finished) begin
            $display("exit %0d", code);
            $finish(0);
        end
    end
endmodule
END
hello() {
    report "$1: the program runs" sh -c "cd $2 && iverilog -g2005 -o $dir/soc $dir/tb.v $3 2>$dir/err && \
        vvp -n $dir/soc >$dir/out && [ \"\$(tr '\\n' ' ' <$dir/out)\" = 'hello from Nestor exit 0 ' ]"
}
gen 0 --config small --no-rvfi --program "$PROGRAMS/hello.elf" -o prog
hello "above the folder" . 'prog/*.v'
hello "in the folder" prog '-f nestor.f'
mkdir elsewhere
hello "elsewhere" elsewhere '../prog/*.v'
report "Yosys finds it" sh -c 'cd elsewhere && yosys -q -p "read_verilog ../prog/*.v; hierarchy -top nestor_soc" >../out 2>&1'

# The bench that comes with a program: it prints, and ends as the program does.
# bench STATUS TEXT FOLDER PLUSARG
bench() {
    report "the bench of $3 $4 ends with $1" sh -c "iverilog -g2009 -s nestor_tb -o soc $3/*.v $3/nestor_tb.sv 2>err && \
        { vvp -n soc $4 >out 2>&1; [ \$? -eq $1 ] && grep -q '$2' out; }"
}
bench 0 '^hello from Nestor$' prog +cycles=100000
bench 1 'the program has not ended in 100 clocks' prog +cycles=100
gen 0 --config small --no-rvfi --program "$PROGRAMS/exit42.elf" -o exits
bench 1 'the program has ended with 42' exits +cycles=100000
gen 0 --config "$EXAMPLE" --no-rvfi --program "$PROGRAMS/hello.elf" -o windows
bench 0 '^hello from Nestor$' windows +cycles=100000

# The package of FuseSoC has all files, by a name that FuseSoC takes.
report "nestor.core lists all Verilog" sh -c 'test "$(sed -n "s/^      - \(.*\.v\)$/\1/p" prog/nestor.core | sort)" = "$(cd prog && ls *.v)"'
report "and without a program, no bench" sh -c '! grep -q "sim:\|nestor_tb" rtl/nestor.core && [ ! -e rtl/nestor_tb.sv ]'
report "its name is one of FuseSoC's" grep -qx 'name: ::nestor_plain_:[0-9.]*' clock/nestor.core
if command -v fusesoc >fusesoc.path; then
    report "FuseSoC lints it" fusesoc --cores-root prog run --target lint nestor_small
    report "and simulates it" sh -c 'fusesoc --cores-root prog run --target sim nestor_small >out 2>&1 && grep -qx "hello from Nestor" out'
fi
mv prog moved
sed 's/nestor_soc soc/nestor_soc #(.PROGRAM("moved\/program.hex")) soc/' tb.v >tb2.v && mv tb2.v tb.v
hello "moved, with the parameter" . 'moved/*.v'
report "Verilator takes the parameter" sh -c \
    "verilator --lint-only -Wall --top-module nestor_soc '-GPROGRAM=\"moved/program.hex\"' -F moved/nestor.f >out 2>&1"
mkdir 'a "b'
gen 0 --config small --no-rvfi --program "$PROGRAMS/hello.elf" -o 'a "b'
report "a path that tools cannot read is not in the Verilog" grep -q 'PROGRAM = "./program.hex"' 'a "b/nestor_soc.v'
cat >large.S <<'END'
        .globl  _start
_start: j       _start
        .space  0x1fff8
last:   .word   0x600d600d
END
"${RISCV}gcc" -nostdlib -march=rv32im -mabi=ilp32 -Wl,-n,-Ttext=0x80000000 -o large.elf large.S >out 2>err
gen 0 --config small --program large.elf -o large
report "a program may have all of RAM" [ "$(tail -n 1 large/program.hex)" = 600d600d ]
sed 's/0x1fff8/0x1fffc/' large.S >larger.S
"${RISCV}gcc" -nostdlib -march=rv32im -mabi=ilp32 -Wl,-n,-Ttext=0x80000000 -o larger.elf larger.S >out 2>err
gen 125 --config small --program larger.elf -o larger
report "and no more" grep -q 'larger.elf: does not fit' err
report "nothing is written then" [ ! -e larger ]

tap_end
