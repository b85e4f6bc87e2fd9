#!/bin/sh
# What run, cosim and replay tell of a program: --explain, --trace and which records. TAP. Run from the top of the tree;
# NESTOR and PROGRAMS say what is tested.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
WORLDS=$(realpath tests/fuzz/corpus/world)
EXAMPLE=$(realpath software/table2)
INCLUDE=$(realpath build/include)
. tests/support/tap.sh

call() {
    "$NESTOR" "$@" >out 2>err
    status=$?
}

# says NAME LINE...: the lines are in the output, one behind the other.
says() {
    name=$1
    shift
    printf '%s\n' "$@" >wanted
    report "$name" awk 'NR == FNR { want[++n] = $0; next } $0 == want[at + 1] { if (++at == n) exit } $0 != want[at] { at = $0 == want[1] }
                        END { exit at != n }' wanted out
}

refuses() {
    pattern=$1
    shift
    call "$@"
    report "$* says $pattern" sh -c "[ $status -eq 125 ] && [ ! -s out ] && grep -q -- \"$pattern\" err"
}

sort=$PROGRAMS/sort.elf hello=$PROGRAMS/hello.elf table2=$PROGRAMS/table2.elf

# The paper's Table II: its sequences, in byte addresses (page p, word o is p * 0x1000 + o * 4).
call run --config goldberg --explain "$table2"
report "the example succeeds" [ "$status" -eq 0 ]
sequence() {
    report "line $1 of Table II: $2" grep -qE "^    (fetch|load ) $2( |;|\$)" out
}
sequence 1 'phi\(2000\)=2000'
sequence 1 'phi\(2c80\)=2c80'
sequence 2 'phi\(2190\)=3190 f1\(3190\)=4190'
sequence 2 'phi\(200\)=1200 f1\(1200\)=6200'
sequence 3 'phi\(2194\)=3194 f1\(3194\)=4194'
sequence 3 'phi\(37d0\)=e'
sequence 4 'phi\(1190\)=3190 f2\(3190\)=9190'
sequence 4 'phi\(190\)=2190 f2\(2190\)=t,'
sequence 5 'phi\(3320\)=3320 f1\(3320\)=4320'
sequence 5 'phi\(14b0\)=14b0 f1\(14b0\)=64b0'
sequence 6 'phi\(1190\)=3190 f1.1\(3190\)=2190 f1\(2190\)=5190'
sequence 6 'phi\(7d0\)=27d0 f1.1\(27d0\)=t,'
report "line 2 loads 999" grep -q 'f1(1200)=6200.*; loads 000003e7$' out
says "line 6 faults to VM 1" '    VM-fault MISSING to VMID 1 at level 1: f1.1(27d0)=t, entry [00007608]=00000000 ------- (out of both windows, or V=0)'
report "line 3 traps" grep -q '^    trap LOAD_FAULT (load access fault), mtval 000037d0, to pc 00000800' out
report "line 5 appends" grep -qx '    LVMID appends 1: VMID 1.1, level 2' out
report "a VM is resumed" sh -c "grep -q '^#.* VMID NULL .*<level0_second.*lvmid 0(a0)' out"
report "devices have names" grep -q '^    store phi(100000)=100000 <finisher+0x0>; stores 00005555$' out

# Symbols and lines: of the program, and of the monitor that is inside the command.
call run --depth 3 --set associator.entries=16 --set associator.prefix_entries=4 --explain "$sort"
report "its status and the program's own" [ "$status" -eq 0 ]
report "symbol and line of the program" \
    grep -qE '^#[0-9]+ +VMID 1\.1\.1 M 8000[0-9a-f]+ <quicksort\+0x[0-9a-f]+ sort\.c:[0-9]+>  lw ' out
report "symbol and line of a monitor" grep -qE '^#[0-9]+ +VMID 1 +M 80000044 <root\+0x4 entry\.S:[0-9]+>  j 8000[0-9a-f]+ <vm_fault_entry ' out
report "symbol of data" grep -qE 'f1\(8000[0-9a-f]+\)=8000[0-9a-f]+ <records\+0x[0-9a-f]+>  rwx, (hit|last)' out
report "hits have an entry" grep -qE '^    load .* rwx, hit in entry [0-9]+ \(set [0-3], way [0-3]\); loads ' out
report "walks have their reads" \
    grep -qE '^    fetch .* walk of 3 reads \[[0-9a-f]{8}\]=[0-9a-f]{8} \[[0-9a-f]{8}\]=[0-9a-f]{8} \[[0-9a-f]{8}\]=[0-9a-f]{8}, fills entry' out
report "prefix hits have one read" \
    grep -qE ' walk of 1 read \[[0-9a-f]{8}\]=[0-9a-f]{8}, prefix hit in entry [0-9]+, fills entry' out
records=$(grep -c '^#' out)
call run --depth 3 --set associator.entries=16 --json "$sort"
report "every record is there" grep -q "\"commits\": $records," out
riscv64-unknown-elf-strip -o stripped.elf "$sort"
call run --explain --count 200 stripped.elf
report "a program without symbols" sh -c "[ $status -eq 0 ] && ! grep -q '<[^>]*sort' out && [ \$(grep -c '^#' out) -eq 200 ]"

# Which records.
call run --depth 2 --explain --from 2000 --count 3 "$hello"
report "--from and --count" [ "$(sed -n 's/^#\([0-9]*\) .*/\1/p' out | tr '\n' ' ')" = "2000 2001 2002 " ]
report "the program's output goes to stderr" grep -qx 'hello from Nestor' err
call run --depth 2 --explain --only-level 1 "$hello"
report "--only-level" sh -c "grep -q '^#' out && ! grep '^#' out | grep -qv ' VMID 1     M'"
call run --depth 2 --explain --only-vmid 1.1 --count 5 "$hello"
report "--only-vmid" [ "$(grep -c '^#[0-9]*  *VMID 1.1 ' out)" -eq 5 ]
report "its records only" [ "$(grep -c '^#' out)" -eq 5 ]
call run --depth 2 --trace part --only-vmid NULL --from 10 --count 7 "$hello"
report "the same of a trace" sh -c "[ \$(wc -l <part) -eq 7 ] && [ \$(grep -c '\"vmid\":\[\]' part) -eq 7 ] && grep -q '^{\"order\":16,' part"
refuses "--only-vmid: found '1.16', expected NULL or 1 to 4 syllables of 1 to 15" run --trace t --only-vmid 1.16 "$hello"
refuses "--only-vmid: found '1.1.1.1.1'" run --trace t --only-vmid 1.1.1.1.1 "$hello"
refuses "--count: found 0" run --explain --count 0 "$hello"
refuses "--from: found neither --explain nor --trace" run --from 5 "$hello"
refuses "--trace-format: found 'xml', expected json or hex" run --trace t --trace-format xml "$hello"
refuses "standard output: found two of" run --explain --json "$hello"
refuses "standard output: found two of" run --explain --trace - "$hello"
report "nothing is left" [ ! -e t ]

# A choice that no record meets is told, and is no error.
nothing() {
    asked=$1
    shift
    call run --depth 1 "$@" "$hello"
    report "$* says that nothing is written" \
        sh -c "[ $status -eq 0 ] && [ \$(grep -c '^nestor: no record' err) -eq 1 ] && grep -q -- '^nestor: no record of this run is one of $asked: nothing' err"
}
nothing '--from 999999999' --explain --from 999999999
nothing '--only-level 7' --trace none --only-level 7
nothing '--from 3 --only-level 1 --only-vmid 1.9.1' --trace none --from 3 --only-vmid 1.9.1 --only-level 1 --count 2
call run --explain=none --only-level 0 "$hello"
report "and nothing when one does" sh -c "[ $status -eq 0 ] && ! grep -q 'no record' err && [ -s none ]"
rm none
refuses "found a second program '.*', expected one; a file for --explain is written --explain=FILE" run --explain x.txt "$hello"
refuses "found a second program 'b', expected one\$" run a b
refuses "found a second file 'b', expected one; a file for --explain is written --explain=FILE" replay --explain a b
refuses "sort.elf: does not fit: .* (it is taken for the program of Table II, which is the first)" demo "$sort"

# Where to.
call run --depth 1 --trace whole "$hello"
call run --depth 1 --trace - "$hello"
report "--trace - is standard output" cmp -s whole out
call run --depth 1 --json --explain=text "$hello"
report "--explain=FILE leaves standard output to the result" sh -c "[ -s text ] && grep -q '\"stopped\": \"finished\"' out"
call run --depth 1 --trace - --trace-format hex --only-level 0 "$hello"
report "hexadecimal text" grep -qxE '#[0-9]+ vmid=NULL pc_rdata=[0-9a-f]{8} pc_wdata=80000000 insn=[0-9a-f]{8} mode=3 .*event=1 target_level=1.*' out
call run --depth 1 --trace - --trace-format hex --from 1000 --count 40 "$hello"
report "a line each" [ "$(wc -l <out)" -eq 40 ]
ln -s to link && echo old >to
call run --trace link "$hello"
report "a symbolic link stays, its file is replaced" sh -c "[ $status -eq 0 ] && [ -L link ] && head -c 9 to | grep -q '{\"order\":'"
mkdir folder && ln -s ../new folder/far && ln -s folder/far link2
call run --trace link2 "$hello"
report "links to links to a file that is not there" sh -c "[ $status -eq 0 ] && [ -L link2 ] && [ -L folder/far ] && [ -f new ]"
ln -s round1 round2 && ln -s round2 round1
refuses "round1: cannot create: Too many levels of symbolic links" run --trace round1 "$hello"
ln -s nowhere/file link3
refuses "link3: cannot create: No such file or directory" run --trace link3 "$hello"
report "nothing else is left" [ "$(ls)" = "err
folder
link
link2
link3
new
out
part
round1
round2
stripped.elf
text
to
wanted
whole" ]

# Where it ended.
call run --depth 1 --max-instructions 6000 "$sort"
report "a stopped run says where it was" \
    grep -qE 'stopped after 6000 records by --max-instructions, at pc 0x8000[0-9a-f]{4} <[a-z_]+(\+0x[0-9a-f]+)? [a-z]+\.[cSh]:[0-9]+>, VMID 1$' err

# In lockstep it is the same text.
call run --config goldberg --explain "$table2"
mv out model
call cosim --config goldberg --explain "$table2"
report "cosim --explain" sh -c "[ $status -eq 0 ] && cmp -s model out"

# And of a world that fuzz has saved.
call replay --no-wave --explain --from 2 --count 2 "$WORLDS/next"
says "replay --explain" '    LVMID appends 13 and resumes 12: VMID 13.12, level 2' \
    '#3      VMID 13.12 U 800030fc  (not fetched)' '    fetch phi(800030fc)=800030fc f13.12(800030fc)=t, walk of 0 reads' \
    '    VM-fault MISSING to VMID 13 at level 1: f13.12(800030fc)=t (out of both windows, or V=0)'

# The paper's example with one thing changed.
changed() {
    sed "$2" "$EXAMPLE/table2.S" >changed.S
    ! cmp -s "$EXAMPLE/table2.S" changed.S && riscv64-unknown-elf-gcc -march=rv32im -mabi=ilp32 -misa-spec=2.2 -nostdlib -static \
        -I"$INCLUDE" -T "$EXAMPLE/table2.ld" changed.S -o changed.elf 2>err && call demo changed.elf
    report "$1 ends with 1" [ "$status" -eq 1 ]
}
call demo "$table2"
report "the example alone: no means of nothing" sh -c "[ $status -eq 0 ] && ! grep -q nan out && tail -n 1 out | grep -qx 'demo: 6 passed, 0 failed'"
changed "a page more of VM 1.1" 's/0, 0, 0, PTE(2)/0, 0, PTE(1), PTE(2)/'
says "what the paper has, and what was found" \
    'line 6  VMID 1.1   R-B 2-2   IC 1100  VMID after 1.1   recursive execution, VM-fault' \
    '  model phi(1100)=3100, f1.1(3100)=2100, f1(2100)=5100; LOAD 500; phi(500)=2500, f1.1(2500)=1500, f1(1500)=6500; loads 0' \
    '  RTL   phi(1100)=3100, f1.1(3100)=2100, f1(2100)=5100; LOAD 500; phi(500)=2500, f1.1(2500)=1500, f1(1500)=6500; loads 0' \
    '  paper phi(1100)=3100, f1.1(3100)=2100, f1(2100)=5100; LOAD 500; phi(500)=2500, f1.1(2500)=t' \
    "  NOT the paper's; expected f1.1(2500)=t, found f1.1(2500)=1500; expected VMID after 1, found 1.1" \
    "line -  VMID 1.1   R-B 2-2   IC 1101  VMID after 1.1   not in the paper's table" \
    '  model phi(1101)=3101, f1.1(3101)=2101, f1(2101)=5101; .word 0x00000000; trap ILLEGAL' \
    '  RTL   phi(1101)=3101, f1.1(3101)=2101, f1(2101)=5101; .word 0x00000000; trap ILLEGAL' \
    "The end is NOT the paper's: expected exit code 0, found exit code 1" 'demo: 5 passed, 2 failed'
changed "a page less of VM 1" 's/PTE(7), PTE(6), PTE(5)/PTE(7), 0, PTE(5)/'
says "a VM-fault where the paper has none" \
    "  NOT the paper's; expected f1(1128)=6128, found f1(1128)=t; expected VMID after 1, found NULL"
says "lines that were not performed" \
    'line 6  VMID 1.1   R-B 2-2   IC 1100  VMID after 1     recursive execution, VM-fault' \
    '  paper phi(1100)=3100, f1.1(3100)=2100, f1(2100)=5100; LOAD 500; phi(500)=2500, f1.1(2500)=t' '  NOT performed' \
    "The end is NOT the paper's: expected exit code 0, found exit code 1" 'demo: 1 passed, 6 failed'
changed "another R-B" 's/WORD(2, 100), 1, 3/WORD(2, 100), 1, 2/'
says "R-B as it is" 'line 2  VMID 1     R-B 1-2   IC 2100  VMID after 1     execution in a virtual machine' '  model phi(2100)=e' '  RTL   phi(2100)=e' \
    '  paper phi(2100)=3100, f1(3100)=4100; LOAD 128; phi(128)=1128, f1(1128)=6128; loads 999' \
    "  NOT the paper's; expected phi(2100)=3100, found phi(2100)=e; expected R-B 1-3, found 1-2"
changed "a page that is nowhere" 's/PTE(7), PTE(6), PTE(5), PTE(4)/PTE(7), PTE(6), PTE(5), PTE(20)/'
says "a page that is nowhere" '  model phi(2100)=3100, f1(3100)=20100; VM-fault INVALID' '  RTL   phi(2100)=3100, f1(3100)=20100; VM-fault INVALID'
changed "a VMCB that LVMID refuses" 's/WORD(0, 128), WORD(0, 256)/WORD(0, 129), WORD(0, 256)/'
says "its trap" '  model phi(2000)=2000; LVMID 2800; phi(2800)=2800; trap VMCB' '  RTL   phi(2000)=2000; LVMID 2800; phi(2800)=2800; trap VMCB'
changed "a program without end" 's/li      a0, WORD(2, 800)        .* line 1.*/j ./'
says "where it was" "The end is NOT the paper's: expected exit code 0, found no end in 100000 records, at pc 0x0000101c, VMID NULL"

tap_end
