#!/bin/sh
# A debugger at `nestor run --gdb`: TAP. Real sessions of gdb-multiarch in batch mode, and what is wrong with options. Run from
# the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
TOP=$(pwd)
. tests/support/tap.sh
. "$TOP/tests/support/gdb.sh"

call() {
    "$NESTOR" "$@" >out 2>err
    status=$?
}

sort=$PROGRAMS/sort.elf

# --- A program two virtual machines deep, by its symbols, as if there were no monitors.
begin --depth 2 "$sort"
gdb "$sort" 'info threads' 'break main' 'continue' 'print $level' 'print/x $vmid' 'step' 'info line' 'next' \
    'print $sp > 0x80000000' 'print $mstatus' 'print $priv' 'info registers csr' 'delete' 'continue' 'print $_exitcode'
report "the program at depth 2: threads are levels" has '^  1 .*VMID NULL, level 0, in LVMID at pc [0-9a-f]* <' \
    '^  2 .*VMID 1, level 1, in LVMID' '^[*] 3 .*VMID 1.1, level 2.*_start'
report "the program at depth 2: a breakpoint, registers, steps" has '^Thread 3 hit Breakpoint 1, main' '^.1 = 2$' '^.2 = 0x11$' \
    '^134' '^76|^13[0-9]' '^.3 = 1$'
report "the program at depth 2: CSRs of the table" has '^mstatus ' '^mscratch ' '^mcycle ' '^mhpmcounter31h ' '^mphi '
report "the program at depth 2: its exit status" has 'exited normally' '^.[0-9]* = 0$'
report "the program at depth 2: Nestor's" ends 0

# --- The monitors have the same addresses: a breakpoint in the program does not stop in them, unless it is asked for.
begin --depth 2 --on-demand "$sort"
gdb "$sort" 'break *0x80000044' 'monitor scope' 'continue'
report "a breakpoint of the program does not stop in monitors" has 'hold for level 2$' 'exited normally'
begin --depth 2 --on-demand "$sort"
gdb "$sort" 'break *0x80000044' 'monitor scope any' 'continue' 'monitor vmid' 'continue' 'monitor scope NULL' 'continue' \
    'monitor vmid' 'kill'
report "with scope any it does" has 'hold for any VM' '^Thread [12] .*hit Breakpoint' '^VMID (1|NULL) runs, level [01] of 4' 'hit Breakpoint' \
    'hold for VMID NULL' '^Thread 1 .*hit Breakpoint' '^VMID NULL runs, level 0 of 4'
report "a kill ends the run" ends 130
report "a kill is told" grep -q 'killed by the debugger after [0-9]* records' nestor.err

# --- Breakpoints for one VMID: two copies of the program under the monitor of level 1.
begin --depth 2 --guests 2 --switch-level 1 --quantum 2000 "$sort"
gdb "$sort" 'break quicksort' 'monitor break-vmid 1.2' 'continue' 'print/x $vmid' 'continue' 'print/x $vmid' 'delete' \
    'break heapsort' 'monitor break-vmid level 2' 'monitor break-vmid 1.1 0x80000000' "monitor break-vmid 1.77" 'continue' 'print/x $vmid' 'delete' 'continue'
report "a breakpoint for one VMID" has 'hold for VMID 1.2' 'hit Breakpoint' '^.1 = 0x21$' 'hit Breakpoint' '^.2 = 0x21$' 'hold for level 2' \
    'breakpoints at 80000000 hold for VMID 1.1' 'hit Breakpoint' '= 0x11$|= 0x21$' 'exited normally'
address=$("$GDB" -q -nx -batch -ex 'info address quicksort' "$sort" 2>/dev/null | sed -n 's/.*\(0x[0-9a-f]*\)\.$/\1/p')
begin --depth 2 --guests 2 --switch-level 1 --quantum 2000 "$sort"
gdb "$sort" "break *$address" "monitor break-vmid 1.2 $address" 'continue' 'print/x $vmid' "monitor break-vmid 1.1 $address" 'continue' \
    'print/x $vmid' "monitor break-vmid none $address" 'delete' 'continue'
report "an address for one VMID" has "breakpoints at ${address#0x} hold for VMID 1.2" '^.1 = 0x21$' 'hold for VMID 1.1' '^.2 = 0x11$' 'exited normally'

# --- Watchpoints.
begin --depth 2 "$sort"
gdb "$sort" 'watch by_quicksort[3]' 'continue' 'delete' 'rwatch records[5].key' 'continue' 'print $level' 'delete' 'awatch by_quicksort[9]' \
    'continue' 'delete' 'continue'
report "watch, rwatch and awatch" has 'Hardware watchpoint 1: by_quicksort' 'hit Hardware watchpoint 1' '^New value = ' 'hit Hardware read watchpoint 2' \
    '^.1 = 2$' 'hit Hardware access .read/write. watchpoint 3' 'exited normally'

# --- Memory: by process, by resource and by real name; written, and refused.
begin --depth 2 "$sort"
gdb "$sort" 'x/wx 0x80000000' 'monitor space real' 'x/wx 0x80008000' 'monitor space resource 1' 'x/wx 0x80004000' 'monitor space process' \
    'monitor read real 0x80008000 2' 'monitor read resource 2 0x80000000' 'break main' 'continue' 'set var records[7].key = 0x77' \
    'monitor read real &records' 'x/wx &records[7].key' 'x/wx 0x10000000' 'set var *(int *)0x10000000 = 1' 'set var $t6 = 0x1234' 'print/x $t6' \
    'set var $mscratch = 0xabc' 'print/x $mscratch' 'set var $misa = 0' 'delete' 'continue'
same='0x1000006f'
report "memory by three kinds of name" has "^0x80000000.*$same" 'by real name' "^0x80008000.*$same" 'by resource name of level 1' "^0x80004000.*$same" \
    'by process name' '^80008000: 1000006f 00000000' '^80000000: 1000006f' 'expected read process' '0x00000077' 'Cannot access memory at address 0x10000000' \
    '^.[0-9]* = 0x1234$' '^.[0-9]* = 0xabc$' 'exited normally'

# --- The maps, and the way of a name, as Table II writes it.
begin --depth 2 "$sort"
gdb "$sort" 'monitor maps' 'monitor walk 0x80000100 fetch' 'monitor walk 0x80000100' 'monitor walk 0x30000000' 'monitor walk 0x80000100 sideways' 'monitor vmid' 'monitor world' \
    'monitor help' 'monitor nonsense' 'monitor catch nonsense' 'monitor scope 1.77' 'monitor read resource 3 0' 'monitor 1 2 3 4 5 6 7 8 9' 'kill'
report "maps" has '^  f1.1, of level 2; caps VM COUNTERS WFI EXIT' 'memory  linear: 80000000 [+] 960 KiB, by the table at real 80007000, grain 0' \
    'reaches 80000000 [+] 960 KiB: real 80008000 rwx' 'I/O     linear: ' '^  f1, of level 1' 'reaches 80000000 [+] 976 KiB: real 80004000 rwx'
report "the way of a name" has 'fetch phi.80000100.=80000100 f1.1.80000100.=80004100 f1.80004100.=80008100  rwx' 'load  phi.*=80008100 <startup>  rwx' \
    'level 2: entry .80007000.=200010cf VRWXAD' 'level 1: entry .80003010.=200020cf VRWXAD' 'associator: ' 'f1.1.30000000.=t' 'expected walk'
report "the levels, the world, help and errors" has 'VMID 1.1 runs, level 2 of 4, after [0-9]* records' 'thread 2: level 1, VMID 1, M, pc [0-9a-f]* <.*in LVMID' \
    'VM 1.1: level 2, runs' 'break-vmid any' "found 'nonsense', expected a command" 'expected catch vmfault' "found '1.77', expected any" \
    'expected read process' 'found more than 8 words'

# --- Events: a VM-fault goes from the program to the monitor; LVMID comes back; exceptions.
begin --depth 2 --on-demand "$sort"
gdb "$sort" 'monitor catch vmfault 1.1' 'monitor catch lvmid 1' 'continue' 'monitor vmid' 'continue' 'monitor vmid' 'monitor catch none' 'continue'
report "VM-faults and LVMIDs are caught" has 'catches vmfault of VMID 1.1' 'catches lvmid of VMID 1$' 'VM-fault MISSING [A-Z]* of VMID 1.1, to VMID 1, level 1; address 8[0-9a-f]*' \
    '^VMID 1 runs, level 1' 'LVMID of VMID 1: VMID 1.1 runs, level 2' '^VMID 1.1 runs, level 2' 'catches nothing' 'exited normally'
begin --depth 1 "$PROGRAMS/trap99.elf"
gdb "$PROGRAMS/trap99.elf" 'monitor catch trap level 1' 'continue' 'print $mcause' 'print $level' 'monitor catch none' 'continue' 'print $_exitcode'
report "an exception is caught" has 'Exception [A-Z_]* of VMID 1, mtval' '^.1 = [0-9]' '^.2 = 1$' '^.3 = 99$'
report "the exit status of a program that fails" ends 99

# --- A step does an instruction of the program, and what its monitors do for it in between.
begin --depth 2 --on-demand --emulate-devices "$PROGRAMS/hello.elf"
gdb "$PROGRAMS/hello.elf" 'break main' 'continue' 'print $minstret' 'stepi 60' 'print $level' 'print $vmid' 'delete' 'continue'
report "steps stay in the program" has 'hit Breakpoint 1, main' '^.2 = 2$' '^.3 = 17$' 'exited normally'
report "the guest's output is Nestor's" grep -q 'hello from Nestor' nestor.out

# --- The debugger changes nothing that it does not write: the counters are those of a run without it.
call run --json --depth 2 --on-demand "$sort"
jq 'del(.seconds, .mips, .seconds_per_instruction)' out >alone 2>/dev/null
begin --json --depth 2 --on-demand "$sort"
gdb "$sort" 'break less' 'continue' 'continue' 'stepi' 'delete' 'watch by_heapsort[1]' 'continue' 'delete' 'break heapsort' 'ignore 2 100' 'continue' 'delete' 'continue'
jq 'del(.seconds, .mips, .seconds_per_instruction)' nestor.out >debugged 2>/dev/null
report "a debugged run is the same to the last counter" cmp alone debugged
report "there is something to compare" [ -s alone ]

# --- Detach, a lost connection, Ctrl-C, exit status, limits.
begin --depth 1 "$sort"
gdb "$sort" 'break main' 'continue' 'detach'
report "detached, the program goes on to its end" ends 0
begin --depth 1 "$sort"
bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$1"; printf "garbage\003\000$?#00\$Z0,zz#12$\$?#3f" >&3; head -c 4 <&3' - "$port" >out
wait $nestor
status=$?
report "a packet among garbage is answered" grep -q '^-*+' out
report "a connection that breaks ends the run" ends 125
report "and Nestor tells" grep -q "^nestor: --gdb: the debugger's connection has ended" nestor.err
begin --max-instructions 100000 --depth 1 "$sort"
gdb "$sort" 'continue'
report "--max-instructions ends a debugged run" ends 125
report "and the debugger knows" has 'SIGXCPU'
begin --depth 1 "$PROGRAMS/../san/none" 2>/dev/null
wait $nestor
report "a program that is not there" grep -q '^nestor: .*none' nestor.err

fails() {
    pattern=$1
    shift
    call "$@"
    report "$* says $pattern" [ "$status" -eq 125 -a "$(grep -c "^nestor.*$pattern" err)" -eq 1 -a ! -s out ]
}
fails "found '65536', expected a number from 0 to 65535" run --gdb 65536 "$sort"
fails "found no --gdb" run --gdb-level 1 "$sort"
fails "found --explain, --trace or --save too" run --gdb 0 --explain "$sort"
fails "found --explain, --trace or --save too" run --gdb 0 --save saved "$sort"
fails "found 5, expected at most 4" run --gdb 0 --gdb-level 5 "$sort"
fails "ended before there was an instruction at level 3" run --gdb 0 --gdb-level 3 --depth 2 "$sort"

# A run that was saved, in its program, goes on under a debugger.
call run --depth 2 --save saved --save-at 60000 "$sort"
begin --resume saved
gdb "$sort" 'monitor vmid' 'break heapsort' 'continue' 'print $level' 'delete' 'continue'
report "a run that was saved" has 'VMID 1.1 runs, level 2 of 4, after 6000[0-9] records' 'hit Breakpoint 1, heapsort' '^.1 = 2$' 'exited normally'

# A VM of the program's own: level 1 at depth 0.
begin --gdb-level 1 "$PROGRAMS/two_vms.elf"
gdb "$PROGRAMS/two_vms.elf" 'monitor vmid' 'kill'
report "--gdb-level begins in a VM of the program" has 'VMID 1 runs, level 1 of 4'

tap_end
