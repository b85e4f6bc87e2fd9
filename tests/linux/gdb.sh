#!/bin/sh
# GDB in Linux (make linux), two machines down: TAP. Run from the top of the tree, by `make test-linux`; LINUX is the folder of the
# kernel's files.
set -u
NESTOR=$(realpath "${NESTOR:-build/nestor}")
LINUX=$(realpath "${LINUX:-build/linux}")
TOP=$(pwd)
. tests/support/tap.sh
. "$TOP/tests/support/gdb.sh"

linux() {
    begin "$@" --config linux --dtb "$LINUX/nestor.dtb" --initrd "$LINUX/initrd.cpio" "$LINUX/Image"
}

linux --depth 2
gdb "$LINUX/vmlinux" 'break start_kernel' 'continue' 'backtrace' 'print $level' 'print/x $vmid' 'monitor vmid' 'monitor maps' \
    'monitor read real 0x80010000' 'x/wx 0x80000000' 'stepi 500' 'print $level' 'info registers pc mstatus' 'break kernel_init' 'continue' \
    'backtrace' 'delete' 'continue' 'print $_exitcode'
report "start_kernel, two machines down" has 'hit Breakpoint 1, .*start_kernel' '^#0 .*start_kernel' '^#1 .*_start_kernel' '^.1 = 2$' '^.2 = 0x11$' \
    'VMID 1.1 runs, level 2 of [0-9]*, after' 'thread 2: level 1, VMID 1, M, pc .*in LVMID' '^  f1.1, of level 2'
word=$(sed -n 's/^80010000: \([0-9a-f]*\)$/\1/p' out)
report "the kernel's first word by real and by process name" has "^80010000: $word" "^0x80000000 <_start>:.*0x$word"
report "500 instructions of the kernel" has '^.3 = 2$' '^pc .*<' '^mstatus '
report "kernel_init, in its own thread of the kernel" has 'hit Breakpoint 2, .*kernel_init' '^#0 .*kernel_init' '^#1 .*ret_from_fork'
report "the boot goes on to its end" has 'exited normally' '^.4 = 0$'
report "init was content" grep -q '^init: [0-9]* checks passed, 0 failed' nestor.out

# What Linux does not know of: its VM-faults, and the timer's interrupt that its monitors give it.
linux --depth 2
gdb "$LINUX/vmlinux" 'break start_kernel' 'continue' 'delete' 'monitor catch vmfault 1.1' 'continue' 'monitor vmid' 'monitor catch none' \
    'monitor catch trap 1.1' 'continue' 'print $level' 'print/x $mcause' 'monitor catch none' 'break kernel_power_off' 'continue' 'backtrace' 'kill'
report "a VM-fault of Linux" has 'hit Breakpoint 1' 'VM-fault [A-Z]* [A-Z]* of VMID 1.1, to VMID [1N]' '^VMID (1|NULL) runs, level [01] of'
report "an interrupt or a trap in Linux" has '(Interrupt|Exception) [A-Z_]* of VMID 1.1' '^.1 = 2$' '^.2 = 0x'
report "kernel_power_off, by init's system call" has 'hit Breakpoint 2, .*kernel_power_off' '^#[0-9]* .*reboot' '^#[0-9]* .*do_trap_ecall_u'
report "killed there" ends 130

tap_end
