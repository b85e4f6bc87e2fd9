#!/bin/sh
# Linux (make linux): one kernel on QEMU, on the model at every depth and in lockstep, its console the same everywhere but for
# times; how it ends. TAP. Run from the top of the tree, by `make test-linux`.
set -u
NESTOR=$(realpath "${NESTOR:-build/nestor}")
QEMU=${QEMU_RISCV32:-qemu-system-riscv32}
LINUX=$PWD/build/linux
. tests/support/tap.sh

# nestor COMMAND OPTIONS...: with the kernel's own files.
nestor() {
    "$NESTOR" "$@" --config linux --dtb "$LINUX/nestor.dtb" --initrd "$LINUX/initrd.cpio" >out 2>err </dev/null
    status=$?
}

# qemu TREE OPTIONS...
qemu() {
    tree=$1
    shift
    timeout 120 "$QEMU" -M virt -m 16M -bios none -nographic -no-reboot -dtb "$tree" -initrd "$LINUX/initrd.cpio" \
        -cpu rv32,g=false,i=true,m=true,a=true,c=false,f=false,d=false,mmu=false -kernel "$LINUX/Image" "$@" >out 2>err </dev/null
    status=$?
}

# The console without what may differ: init's times, behind a ~; that QEMU puts a seed into the tree, and so has less memory.
console() {
    tr -d '\r' <out | sed 's/~[0-9]*/~/; s/^Memory: [0-9]*K/Memory: K/; s/[0-9]*K reserved,/K reserved,/; /^random: crng init done$/d'
}

ended() {
    [ "$status" -eq "$1" ]
}

# It came to init's end and to the power-off, and every word was as on QEMU.
booted() {
    ended 0 && grep -q '^init: [0-9]* checks passed, 0 failed' out && [ "$(wc -l <qemu)" -gt 40 ] && console | diff qemu - >err
}

arguments=$(fdtget "$LINUX/nestor.dtb" /chosen bootargs)
# on_qemu OPTION...: the console of QEMU, which is given the memory that the program has on Nestor with these options.
on_qemu() {
    "$NESTOR" run --json --config linux "$@" --dtb "$LINUX/nestor.dtb" --append "$arguments init=/none" "$LINUX/Image" >json 2>err
    ram=$(jq .program_ram_bytes json)
    cp "$LINUX/nestor.dtb" tree.dtb
    fdtput -t i tree.dtb /memory@80000000 reg 2147483648 "$ram"
    qemu tree.dtb -append "$arguments"
    console >qemu
}
on_qemu
report "QEMU boots it, and switches off" booted

for depth in 0 1 2 3 4; do
    nestor run --depth $depth "$LINUX/Image"
    report "depth $depth: the same console" booted
done
nestor run --depth 1 "$LINUX/vmlinux"
report "the ELF file" booted
for option in --on-demand --emulate-devices --deny-counters; do
    nestor run --depth 2 $option "$LINUX/Image"
    report "depth 2, $option" booted
done
mv qemu qemu.linear
on_qemu --depth 2 --relocation # its monitors take less memory
nestor run --depth 2 --relocation "$LINUX/Image"
report "depth 2, --relocation" booted
mv qemu.linear qemu
for depth in 0 4; do
    nestor cosim --depth $depth "$LINUX/Image"
    report "in lockstep at depth $depth" booted
done

# Without an init it panics, which is a restart, which the device tree makes a status of 1.
qemu tree.dtb -append "$arguments init=/none rdinit=/none"
report "QEMU: a panic ends with status 1" ended 1
console | tail -n 1 >panic
for depth in 0 3; do
    nestor run --depth $depth --append "$arguments init=/none rdinit=/none" "$LINUX/Image"
    report "depth $depth: so it does" ended 1
    console | tail -n 1 | cmp -s - panic
    report "and its last words are the same" [ $? -eq 0 ]
done
nestor run --depth 2 --append "$arguments quiet" "$LINUX/Image"
grep -v -e '^init: ' -e '^of_serial.*error' -e '^reboot: Power down' out >more
quiet() {
    ended 0 && [ ! -s more ] && [ -s out ]
}
report "quiet: init's lines, and hardly another" quiet

tap_end
