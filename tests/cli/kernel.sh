#!/bin/sh
# Kernels: what --dtb, --initrd and --append give them, on the model, in lockstep and on QEMU, by a kernel that tells what it
# has found (software/examples/kernel). TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
QEMU=${QEMU_RISCV32:-qemu-system-riscv32}
TOP=$PWD
IMAGE=$TOP/build/software/kernel.img
ELF=$TOP/build/software/kernel.elf
. tests/support/tap.sh

dtc -q -I dts -O dtb -o tree.dtb "$TOP/software/linux/nestor.dts"
# Two nodes of memory, none of /chosen, no timebase, addresses of two cells; and memory that is not there.
cat >odd.dts <<'END'
/dts-v1/;
/ {
	#address-cells = <2>;
	#size-cells = <1>;
	model = "odd";
	memory@0 { device_type = "memory"; reg = <0 0 0x1000>; };
	memory@90000000 { device_type = "memory"; reg = <0 0x90000000 0x4000000>; };
};
END
dtc -q -I dts -O dtb -o odd.dtb odd.dts
# It comes with an initial RAM disk of its own, which is not in our memory.
sed 's/bootargs = .*/&\n\t\tlinux,initrd-start = <0x88000000>;\n\t\tlinux,initrd-end = <0x88001000>;/' "$TOP/software/linux/nestor.dts" >disk.dts
dtc -q -I dts -O dtb -o disk.dtb disk.dts
head -c 5000 "$TOP/README.md" >disk
: >empty

nestor() {
    "$NESTOR" "$@" >out 2>err </dev/null
    status=$?
}

ended() {
    [ "$status" -eq "$1" ]
}

# said LINE...: all of the output.
said() {
    printf '%s\n' "$@" | cmp -s - out && ended 0
}

# The sum that software/lib/program.h's digest makes of the disk.
sum=$(od -An -v -tu1 disk | awk '
    function low(x) { return x - int(x / 4294967296) * 4294967296 }
    { for (i = 1; i <= NF; i++) {
        turned = low(sum * 32) + int(sum / 134217728)
        sum = low(low(turned * 31153) + low(low(turned * 40503) * 65536) + $i) } }
    END { printf "%04x%04x", int(sum / 65536), sum % 65536 }')

for depth in 0 2; do
    nestor run --depth $depth --dtb tree.dtb --initrd disk --append 'one  two="3"' "$IMAGE"
    report "an Image at depth $depth finds tree, memory, arguments and disk" said 'kernel: model Nestor' \
        'kernel: memory from 80000000, bytes 000f0000' 'kernel: timebase 10000000' 'kernel: arguments one  two="3"' \
        "kernel: initial RAM disk, sum $sum, bytes 00001388"
    cp out model.out
    nestor run --json --depth $depth --dtb tree.dtb --initrd disk --append 'one  two="3"' "$IMAGE"
    cp out run.json
    nestor measure --json --depth $depth --dtb tree.dtb --initrd disk --append 'one  two="3"' "$IMAGE"
    report "measure counts the same at depth $depth" [ "$(jq -S '[.instructions, .associator, .translation.waits]' out)" = \
        "$(jq -S '[.instructions, .associator, .translation.waits]' run.json)" ]
    nestor cosim --depth $depth --dtb tree.dtb --initrd disk --append 'one  two="3"' "$IMAGE"
    report "the same in lockstep at depth $depth" cmp -s out model.out
    nestor run --depth $depth --dtb tree.dtb "$ELF"
    report "the ELF file at depth $depth, with the tree's own arguments and no disk" said 'kernel: model Nestor' \
        'kernel: memory from 80000000, bytes 000f0000' 'kernel: timebase 10000000' 'kernel: arguments console=ttyS0 initramfs_async=0'
done

# 960 KiB at depth 4; 456 KiB for each of two.
nestor run --depth 4 --guests 2 --emulate-devices --quantum 1000000 --dtb tree.dtb --append x "$IMAGE"
for i in 1 2; do
    printf "[$i] %s\n" 'kernel: model Nestor' 'kernel: memory from 80000000, bytes 00072000' 'kernel: timebase 10000000' 'kernel: arguments x'
done >expected
report "each of two guests has a tree of its own, with its own memory" cmp -s out expected

nestor run --dtb disk.dtb "$IMAGE"
report "a disk of which only the tree tells is none" said 'kernel: model Nestor' \
    'kernel: memory from 80000000, bytes 000f0000' 'kernel: timebase 10000000' 'kernel: arguments console=ttyS0 initramfs_async=0'
nestor run --dtb disk.dtb --initrd empty "$IMAGE"
report "nor is an empty file one" said 'kernel: model Nestor' \
    'kernel: memory from 80000000, bytes 000f0000' 'kernel: timebase 10000000' 'kernel: arguments console=ttyS0 initramfs_async=0'

# The program reads memory's first cell as its address: high half 0 and the base.
nestor run --dtb odd.dtb "$IMAGE"
report "addresses of two cells: told as they are" grep -q '^kernel: memory from 00000000, bytes 80000000$' out

# QEMU takes the tree as it is, but for arguments and disk.
timeout 60 "$QEMU" -M virt -m 16M -bios none -nographic -dtb tree.dtb -initrd disk -append 'one  two="3"' -kernel "$IMAGE" \
    >out 2>err </dev/null
status=$?
tr -d '\r' <out | sed 's/bytes 01000000/bytes 000f0000/' >qemu.out
report "the same Image on QEMU finds the same" cmp -s qemu.out model.out

# ---- errors ----

# refused TEXT: status 125, one line with the text, nothing on stdout.
refused() {
    ended 125 && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -qF -- "$1" err
}

nestor run "$IMAGE"
report "an Image without --dtb" refused "kernel.img: a flat Linux Image, expected --dtb with its device tree"
nestor run --initrd disk "$ELF"
report "--initrd without --dtb" refused "--initrd: found without a device tree, expected --dtb"
nestor run --append x "$ELF"
report "--append without --dtb" refused "--append: found without a device tree, expected --dtb"
nestor run --dtb nothere.dtb "$IMAGE"
report "a tree that is not there" refused "nothere.dtb: cannot"
nestor run --dtb disk "$IMAGE"
report "a tree that is none" refused "disk: not a device tree as dtc makes them (-O dtb): FDT_ERR_BADMAGIC"
head -c 500 tree.dtb >short.dtb
nestor run --dtb short.dtb "$IMAGE"
report "a tree that is cut off" refused "short.dtb: not a device tree as dtc makes them (-O dtb): FDT_ERR_TRUNCATED"
nestor run --dtb tree.dtb --initrd nothere "$IMAGE"
report "a disk that is not there" refused "nothere: cannot"
head -c 1000000 /dev/zero >large
nestor run --dtb tree.dtb --initrd large "$IMAGE"
report "a disk that is too large" refused "large: does not fit: 1000000 bytes, expected at most"
cp "$IMAGE" long.img && head -c 20000 /dev/zero >>long.img
nestor run --dtb tree.dtb long.img
report "an Image longer than its header says" refused "long.img: damaged:"
nestor run --set machine.ram_bytes=0x12000 --dtb tree.dtb "$IMAGE"
report "too little RAM for tree and program" refused "tree.dtb: does not fit"

tap_end
