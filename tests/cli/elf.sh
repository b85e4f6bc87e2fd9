#!/bin/sh
# ELF files as linkers make them: what QEMU's virt board runs, Nestor runs; what it does not, Nestor runs too or says what
# to change. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
RISCV=${RISCV_PREFIX:-riscv64-unknown-elf-}
QEMU=${QEMU_RISCV32:-qemu-system-riscv32}
. tests/support/tap.sh

# Ends with status 7. Wherever QEMU begins instead, it finds no program and so does not end with 7.
cat >seven.S <<'END'
        .globl  _start
_start: li      t0, 0x100000
        li      t1, 7 << 16 | 0x3333
        sw      t1, 0(t0)
1:      j       1b
END
cat >physical.ld <<'END'
ENTRY(_start)
SECTIONS { . = VIRTUAL; .text : AT(PHYSICAL) { *(.text*) } }
END

# link FILE OPTIONS...: from seven.S.
link() {
    file=$1
    shift
    "${RISCV}gcc" -march=rv32im -mabi=ilp32 -misa-spec=2.2 -nostdlib "$@" seven.S -o "$file" 2>link.err || cat link.err >&2
}

# linked_at FILE VIRTUAL PHYSICAL
linked_at() {
    sed "s/VIRTUAL/$2/; s/PHYSICAL/$3/" physical.ld >at.ld
    link "$1" -Wl,-n -T at.ld
}

# patch FILE OFFSET BYTE: one byte, in octal.
patch() {
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

link headers.elf -Wl,-Ttext=0x80000000
link notes.elf -Wl,-Ttext=0x80000000 -Wl,--build-id=sha1
link aligned.elf -Wl,-n -Wl,-Ttext=0x80000000
link writable.elf -Wl,-N -Wl,-Ttext=0x80000000
cp aligned.elf movable.elf && patch movable.elf 16 3
cp aligned.elf compressed.elf && patch compressed.elf 36 1
cp aligned.elf float.elf && patch float.elf 36 4
cp aligned.elf reduced.elf && patch reduced.elf 36 10
linked_at kernel.elf 0xc0000000 0x80000000
linked_at zero.elf 0x80000000 0
linked_at low.elf 0x10000 0x10000
cp low.elf movable_low.elf && patch movable_low.elf 16 3
link front.elf -Wl,-Ttext-segment=0x80000000
cp headers.elf stripped.elf && "${RISCV}strip" stripped.elf
"${RISCV}gcc" -march=rv32im -mabi=ilp32 -c seven.S -o object.elf

# On QEMU: 7 when the program ran; there is no other way for it to end by itself.
qemu() {
    timeout 60 "$QEMU" -M virt -m 16M -bios none -nographic -kernel "$1" </dev/null >out 2>err
    echo $?
}

# both FILE: ends with 7 on QEMU and here, without a word.
both() {
    status=$("$NESTOR" run "$1" >out 2>err; echo $?)
    report "$1 runs, as on QEMU" [ "$status $(qemu "$1")" = "7 7" ]
}

# warned FILE PATTERN: the same with a warning.
warned() {
    status=$("$NESTOR" run "$1" >out 2>err; echo $?)
    report "$1 runs with a warning: $2" grep -q "^nestor: warning: $1: .*$2" err
    report "$1 runs, as on QEMU" [ "$status $(qemu "$1")" = "7 7" ]
}

# here FILE: runs here; QEMU does not find it.
here() {
    status=$("$NESTOR" run "$1" >out 2>err; echo $?)
    report "$1 runs" [ "$status" = 7 ]
}

# refused FILE PATTERN: an error that says what to change.
refused() {
    status=$("$NESTOR" run "$1" >out 2>err; echo $?)
    report "$1 is refused: $2" [ "$status" = 125 ]
    report "$1: the message" grep -q "^nestor: $1: .*$2" err
}

both headers.elf # ELF headers in front of .text, in its segment: GNU ld's habit
both notes.elf
both stripped.elf
both aligned.elf
both writable.elf
both movable.elf # ET_DYN
both reduced.elf # RV32E
both kernel.elf # virtual and physical addresses differ
warned compressed.elf 'compressed instructions.*-march=rv32ima'
warned float.elf 'floating-point registers.*-mabi=ilp32'
here zero.elf # physical address 0, as some kernels have it: the virtual one is RAM
refused low.elf 'link it for that place, as software/program.ld does'
refused movable_low.elf 'position-independent: link it for that place'
refused front.elf 'the ELF headers are there, link with -Wl,-n'
refused object.elf 'an object file.*link it'
# QEMU runs these for ever, without a word: no program is where it begins.
for file in zero low movable_low front object; do
    (timeout 2 "$QEMU" -M virt -m 16M -bios none -nographic -kernel $file.elf </dev/null >$file.out 2>&1; echo $? >$file.status) &
done
wait
for file in zero low movable_low front object; do
    report "$file.elf does not run on QEMU" [ "$(cat $file.status)" -ne 7 ]
done

# At every depth, and for the Verilog's RAM.
for depth in 1 4; do
    status=$("$NESTOR" run --depth $depth headers.elf >out 2>err; echo $?)
    report "headers.elf at depth $depth" [ "$status" = 7 ]
done
status=$("$NESTOR" gen --config small --program headers.elf -o out.gen >out 2>err; echo $?)
report "gen takes headers.elf" [ "$status" = 0 ]
report "and its RAM begins with the program" grep -q '^@*0*[[:space:]]*001002b7' out.gen/program.hex

tap_end
