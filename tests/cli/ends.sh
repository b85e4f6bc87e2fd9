#!/bin/sh
# How runs end that a program does not end itself: rounds that are for ever, Ctrl-C; and the line that every run ends with. TAP.
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

# assembled NAME: a program from standard input.
assembled() {
    cat >"$1.S"
    "${RISCV}gcc" -march=rv32im -mabi=ilp32 -misa-spec=2.2 -nostdlib -Wl,-n -Wl,-Ttext=0x80000000 "$1.S" -o "$1.elf"
}

ended() {
    [ "$status" -eq "$1" ] && tail -n 1 err | grep -qE "$2"
}

# goes_round NAME PATTERN: at depth 0, 1 and 3, with a line that has the pattern at depth 0.
goes_round() {
    call run "$1.elf"
    report "$1: $2" ended 125 "^nestor: $1.elf: .*$2"
    for depth in 1 3; do
        call run --depth $depth "$1.elf"
        report "$1 at depth $depth" ended 125 "^nestor: $1.elf: .*for ever: "
    done
}

# goes_on NAME: nothing says that it would not end, and after a while it does, by itself, with 7.
goes_on() {
    call run "$1.elf"
    report "$1 ends" [ "$status" -eq 7 ]
    call run --depth 2 "$1.elf"
    report "$1 ends at depth 2" [ "$status" -eq 7 ]
}

seven='        li t0, 0x100000
        li t1, 7 << 16 | 0x3333
        sw t1, 0(t0)'

assembled vector <<'END'
        .globl  _start
_start: ecall                   # mtvec is 0, where nothing is
END
goes_round vector 'traps at its own trap vector for ever: pc 0x00000000, VMID NULL, cause 1, instruction access fault'
assembled own <<'END'
        .globl  _start
_start: la      t0, handler
        csrw    mtvec, t0
        .align  2
handler: lw     t1, 1(zero)
END
goes_round own 'traps at its own trap vector for ever: pc 0x8000000c <handler.*>, VMID NULL, cause 4, load address misaligned'
assembled halt <<'END'
        .globl  _start
_start: j       .
END
goes_round halt 'goes round for ever: 1 instruction at pc 0x80000000 .*nothing changes, and no interrupt can come$'
assembled receive <<'END'
        .globl  _start
_start: li      t0, 0x10000000
1:      lbu     t1, 5(t0)
        andi    t1, t1, 1
        beqz    t1, 1b
        lbu     t1, 0(t0)
        j       1b
END
goes_round receive 'goes round for ever: 3 instructions .*; it asks the UART, which gets no more input$'
printf 'some input' >input
call run --input input receive.elf
report "with input, when it has got all" ended 125 'it asks the UART, which gets no more input$'

# A jump to itself that an interrupt ends, long after the first look.
assembled timer <<END
        .globl  _start
_start: la      t0, handler
        csrw    mtvec, t0
        li      t0, 0x02004000
        sw      zero, 4(t0)
        li      t1, 1000000
        sw      t1, 0(t0)
        li      t0, 0x80
        csrw    mie, t0
        csrsi   mstatus, 8
        j       .
        .align  2
handler:
$seven
END
goes_on timer
# A loop that looks like one that waits, but reads time.
assembled clock <<END
        .globl  _start
_start: li      t2, 600000
1:      csrr    t0, time
        bltu    t0, t2, 1b
$seven
END
goes_on clock
# A handler that traps at its own first instruction, 300000 times.
assembled counter <<END
        .globl  _start
_start: la      t0, handler
        csrw    mtvec, t0
        li      t2, 300000
        ecall
        .align  2
handler: addi   t2, t2, -1
        beqz    t2, 1f
        ecall
1:
$seven
END
goes_on counter

# The line at the end, and the RAM that the program sees.
call run --depth 2 "$PROGRAMS/sort.elf"
report "run ends with a summary" ended 0 \
    '^nestor: model: [0-9]+ instructions in [0-9.e-]+ s, [0-9.e+]+ MIPS, hit rate 99\.[0-9]{3} %, [0-9]+ cycles waited for translation, 960 KiB of RAM for the program$'
call run --depth 1 --guests 2 --json "$PROGRAMS/hello.elf"
report "which is smaller with guests" ended 0 ', 456 KiB of RAM for the program$'
report "and in the JSON object" grep -q '"program_ram_bytes": 466944' out
call run --config small "$PROGRAMS/hello.elf"
report "at depth 0 nothing is translated, and the RAM is that of all depths" \
    ended 0 '^nestor: model: [0-9]+ instructions in [0-9.e-]+ s, [0-9.e+]+ MIPS, 64 KiB of RAM for the program$'
call run --json vector.elf
report "the JSON object of a round" grep -q '"stopped": "round"' out

# Ctrl-C: a counter that ends after hours.
assembled endless <<'END'
        .globl  _start
_start: li      t0, 0x10000000
        li      t1, '.'
        sb      t1, 0(t0)
1:      addi    t0, t0, 1
        bnez    t0, 1b
        addi    t1, t1, 1
        j       1b
END
# interrupted ARGUMENTS...: started, and sent SIGINT when the program has printed its dot.
interrupted() {
    background "$@"
    until_printed err
    kill -INT $child
    wait $child
    status=$?
}
interrupted run --depth 2 --json endless.elf
report "Ctrl-C tells where the program was" ended 130 \
    '^nestor: endless.elf: interrupted after [0-9]+ records, at pc 0x800000(0c|10|14|18) <.*>, VMID 1\.1$'
report "and gives the result" grep -q '"stopped": "interrupted"' out
report "and the summary" grep -q 'nestor: model: [0-9]* instructions' err

tap_end
