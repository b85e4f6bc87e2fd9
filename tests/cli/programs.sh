#!/bin/sh
# Programs of a user's own: the guest header hv.h in C and in assembly; a copy of the template with picolibc;
# the example of a monitor. TAP. Run from the top of the tree.
set -u
unset MAKEFLAGS # of `make -j2 test`, whose jobs are not for the make of a program
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
tree=$(pwd)
RISCV=${RISCV_PREFIX:-riscv64-unknown-elf-}
. tests/support/tap.sh

# call COMMAND...: its exit status in $status, what it printed in out and err.
call() {
    "$@" >out 2>err </dev/null
    status=$?
}

# ended STATUS TEXT: the last call ended with the status and printed exactly that.
ended() {
    [ "$status" -eq "$1" ] && [ "$(cat out)" = "$2" ]
}

arch="-march=rv32im -mabi=ilp32 -misa-spec=2.2"
strict="-std=c11 -Wall -Wextra -Wconversion -Werror -O2 -ffreestanding --specs=picolibc.specs"

# --- hv.h ---

cat >words.S <<'END'
#include "hv.h"
        .equ    OFFSET, 12
        lvmid   a0
        lvmid   0(a0)
        lvmid   x31
        lvmid   OFFSET+4(x31)
        lvmid   -4(a0)
        hv.fence
        hv.fence a0
        hv.exit
END
words="0005000b 0005000b 000f800b 010f800b ffc5000b 0000100b 0005100b 0000200b"
# shellcheck disable=SC2086 # lists of options
call "${RISCV}gcc" $arch -I"$tree/build/include" -c words.S -o words.o
"${RISCV}objcopy" -O binary -j .text words.o words.bin 2>>err
found=$(od -An -v -tx4 words.bin | tr -s ' \n' ' ' | sed 's/^ //; s/ $//')
report "the assembly macros give the encodings of the instruction table: $found" [ "$found" = "$words" ]

# The header alone, twice, under all warnings: its assertions compare the structures with the table of offsets.
cat >header.c <<'END'
#include "hv.h"
#include "hv.h"
_Static_assert(sizeof(struct vmcb) == 512 && _Alignof(struct vmcb) == 512, "a VMCB as docs/spec.md, 4, has it");
_Static_assert(offsetof(struct vmcb, io.base) == 0x28 && offsetof(struct vmcb, mbound) == 0x70 &&
               offsetof(struct vmcb, x) == 0x100 && offsetof(struct vmcb, software) == 0x180, "docs/spec.md, 4");
_Static_assert(offsetof(struct hv_root, length) == 8, "docs/spec.md, 4");
END
# shellcheck disable=SC2086
call "${RISCV}gcc" $arch $strict -I"$tree/build/include" -c header.c
report "hv.h compiles by itself, and its structures are the specification's" [ "$status" -eq 0 ]

# A guest of software/monitor/ calls it as the header says.
cat >call.c <<'END'
#include "hv.h"
int main(void)
{
    for (const char *c = "called\n"; *c; c++)
        if (hv_exit(HV_CALL_PUTCHAR, (uint32_t)*c) != 0)
            return 1;
    if (hv_exit(77, 0) != UINT32_MAX)
        return 2;
    hv_exit(HV_CALL_EXIT, 17);
    return 3;
}
END
library="$tree/software/start.S $tree/software/lib/exit.c $tree/software/lib/console.c"
# shellcheck disable=SC2086
call "${RISCV}gcc" $arch $strict -I"$tree/build/include" -I"$tree/software/lib" -nostartfiles -T "$tree/software/program.ld" \
    call.c $library -o call.elf
report "a program with hypercalls compiles" [ "$status" -eq 0 ]
for depth in 1 3; do
    call "$NESTOR" run --depth $depth --emulate-devices --hypercalls call.elf
    report "hypercalls at depth $depth" ended 17 called
done

# --- a copy of the template, elsewhere, with the C library in full ---

cp -r "$tree/software/template" copy
# shellcheck disable=SC2086
call make -C copy NESTOR="$tree"
report "a copy of the template builds" [ "$status" -eq 0 ]
call "$NESTOR" run --depth 3 copy/program.elf
report "and runs" ended 0 '1 + 4 + 9 + ... + 10000 = 338350'

cat >copy/main.c <<'END'
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static _Thread_local int counted = 40;
static int constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed = ++counted;
}

static void at_exit(void)
{
    printf("at exit: %d\n", counted);
}

static int by_value(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* All that malloc gives: blocks of a page, with marks at both ends; then it must all be there again. */
static unsigned fill(void)
{
    unsigned blocks = 0;
    unsigned char *first = NULL;
    for (unsigned char *block; (block = malloc(4096)); blocks++) {
        block[4095] = (unsigned char)blocks;
        memcpy(block, &first, sizeof first);
        first = block;
    }
    for (unsigned i = blocks; first; i--) {
        unsigned char *next;
        memcpy(&next, first, sizeof next);
        if (first[4095] != ((i - 1) & 255))
            exit(100);
        free(first);
        first = next;
    }
    return blocks;
}

int main(void)
{
    int values[] = {42, -7, 1000, 0};
    char line[16];
    struct stat status;
    struct timeval now;
    jmp_buf back;
    atexit(at_exit);
    printf("constructed %d\n", constructed);
    qsort(values, 4, sizeof *values, by_value);
    printf("%d %d %d %d|%5.2f|%s|%08x\n", values[0], values[1], values[2], values[3], sqrt(2.0), "text", 0xbeefu);
    unsigned blocks = fill();
    printf("the heap again: %s, errno %d\n", blocks > 30 && fill() == blocks ? "all" : "lost", errno == ENOMEM);
    printf("%u pages\n", blocks);
    char *copy = strdup("duplicate");
    copy = realloc(copy, 1000);
    printf("%s %ld %.3f\n", copy, strtol("0x7f", NULL, 0), strtod("2.5e-1", NULL));
    free(copy);
    if (fgets(line, sizeof line, stdin))
        printf("read %s", line);
    int first, second;
    if (scanf("%d %d", &first, &second) == 2)
        fprintf(stderr, "sum %d\n", first + second);
    printf("no file: %d %d, a terminal: %d %d\n", fopen("file", "r") == NULL, errno == ENOENT, isatty(1),
           fstat(0, &status) == 0 && S_ISCHR(status.st_mode));
    if (gettimeofday(&now, NULL) || clock() == (clock_t)-1 || time(NULL) == (time_t)-1)
        return 101;
    if (setjmp(back) == 0)
        longjmp(back, 1);
    snprintf(line, sizeof line, "%lld", 1234567890123LL);
    puts(line);
    counted++;
    return 5;
}
END
cat >expected <<'END'
constructed 41
-7 0 42 1000| 1.41|text|0000beef
the heap again: all, errno 1
END
cat >expected_after <<'END'
duplicate 127 0.250
read a line
sum 42
no file: 1 1, a terminal: 1 1
1234567890123
at exit: 42
END
printf 'a line\n40 2\n' >input
call make -C copy NESTOR="$tree"
report "a program with all of picolibc builds, without a warning" sh -c "[ $status -eq 0 ] && [ ! -s err ]"

# as_expected STATUS: what the program prints, but for how many pages there are.
as_expected() {
    grep -v 'pages$' out >found
    [ "$status" -eq "$1" ] && cat expected expected_after | cmp -s - found
}

for depth in 0 3; do
    call "$NESTOR" run --depth $depth --input input copy/program.elf
    report "it runs at depth $depth" as_expected 5
done
pages=$(grep 'pages$' out)
call "$NESTOR" run --depth 2 --on-demand --emulate-devices --input input copy/program.elf
report "with pages on demand and emulated devices" as_expected 5
call "$NESTOR" cosim --depth 3 --input input copy/program.elf
report "in lockstep" as_expected 3
report "the heap is the same everywhere: $pages" grep -qx "$pages" out
timeout 60 "${QEMU_RISCV32:-qemu-system-riscv32}" -M virt -m 16M -bios none -nographic -kernel copy/program.elf \
    >out 2>err <input
status=$?
report "and on QEMU" as_expected 5

# The heap ends with the RAM that the program was linked for, and no program gets more than there is at every depth.
call make -C copy NESTOR="$tree" RAM_SIZE=0xf0000
call "$NESTOR" run --depth 4 --input input copy/program.elf
report "linked for all of P" as_expected 5
report "its heap is larger than $pages" [ "$(sed -n 's/ pages$//p' out)" -gt 200 ]
linked=$(stat -c %y copy/program.elf)
call make -C copy NESTOR="$tree" RAM_SIZE=0xf0000
report "with the same sizes it is not linked again" [ "$linked" = "$(stat -c %y copy/program.elf)" ]
call make -C copy NESTOR="$tree" RAM_SIZE=0xf0000 STACK_SIZE=0x8000
report "with another stack it is" [ "$linked" != "$(stat -c %y copy/program.elf)" ]
call make -C copy NESTOR="$tree" RAM_SIZE=0xf1000
call "$NESTOR" run --input input copy/program.elf
refused='linked for 0xf1000 bytes of RAM (symbol __ram_size), expected at most 0xf0000, .*; link it with RAM_SIZE=0xf0000 '
report "a page more is refused at depth 0 too, and the cure is told" grep -q "$refused" err

# --- one of several files, with more RAM than the preset has, and what happens when its stack is too small ---

cat >copy/list.h <<'END'
struct node { double value; struct node *next; };
struct node *push(struct node *list, double value);
END
cat >copy/list.c <<'END'
#include <stdlib.h>
#include "list.h"

struct node *push(struct node *list, double value)
{
    struct node *node = malloc(sizeof *node);
    *node = (struct node){value, list};
    return node;
}
END
cat >copy/main.c <<'END'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "list.h"

__attribute__((noipa)) static int deep(int n)
{
    volatile char used[300];
    for (int i = 0; i < 300; i++)
        used[i] = 1;
    return n ? deep(n - 1) + used[n] : 0; /* used after the call */
}

int main(int count, char **arguments)
{
    struct node *list = NULL;
    double sum = 0;
    printf("%d argument, %s, %s\n", count, arguments[0], arguments[count] ? "and more" : "and no more");
    for (int i = 0; i < 1000; i++)
        list = push(list, i * 0.5);
    for (; list; list = list->next)
        sum += list->value;
    char *large = calloc(MEGABYTES, 1 << 20);
    printf("%.2f %s %d\n", sum, large ? "enough" : "too little", deep(LEVELS));
    return !large;
}
END
make_list() {
    sed -i "1i #define MEGABYTES $1\n#define LEVELS $2" copy/main.c
    shift 2
    call make -s -C copy NESTOR="$tree" DEPTH=2 "$@" run
    sed -i 1,2d copy/main.c
    grep -v '^make' out >console
    mv console out
}
first='1 argument, program, and no more'
make_list 0 3
report "a program of two files and a header" ended 0 "$first
249750.00 enough 3"
make_list 2 3
report "2 MiB are not there" ended 2 "$first
249750.00 too little 3"
make_list 2 3 RAM_SIZE=0x280000
more=$(sed -n 's/.*, or give the machine more: \(--set machine.ram_bytes=0x[0-9a-f]*\)$/\1/p' err)
report "with RAM_SIZE the machine is too small, and what to give it is told: $more" [ "$more" = "--set machine.ram_bytes=0x400000" ]
make_list 2 3 RAM_SIZE=0x280000 OPTIONS="$more"
report "which helps" ended 0 "$first
249750.00 enough 3"
make_list 0 60
report "too small a stack is told" sh -c "grep -q '^249750.00 enough 60$' out && grep -q '^stack overflow: ' out && grep -q 'Error 99$' err"
make_list 0 60 STACK_SIZE=0x8000
report "and a larger one helps" ended 0 "$first
249750.00 enough 60"
rm copy/list.*

# errno is thread-local and zero in the beginning: it has a place of its own, which no variable of .bss has, too.
cat >copy/main.c <<'END'
#include <errno.h>
#include <stdio.h>

extern char bss[] __asm__("__bss_start"), bss_end[] __asm__("__bss_end");

int main(void)
{
    char *where = (char *)&errno;
    errno = 5;
    printf("%s %d\n", where >= bss && where < bss_end ? "in .bss" : "apart", errno);
    return 0;
}
END
call make -C copy NESTOR="$tree"
report "a program with errno builds without a warning" sh -c "[ $status -eq 0 ] && [ ! -s err ]"
call "$NESTOR" run --depth 1 copy/program.elf
report "and it is not in the place of another variable" ended 0 'apart 5'

# The small machine: refused, and what the message tells to do helps.
cp "$tree/software/template/main.c" copy/main.c
call make -C copy NESTOR="$tree"
call "$NESTOR" run --config small --depth 2 copy/program.elf
size=$(sed -n 's/.*; link it with RAM_SIZE=\(0x[0-9a-f]*\) .*/\1/p' err)
report "on small, linked for $size" [ "$status" -eq 125 ]
for bytes in "$size" 0x10000; do
    call make -C copy NESTOR="$tree" RAM_SIZE="$bytes"
    call "$NESTOR" run --config small --depth 4 copy/program.elf
    report "RAM_SIZE=$bytes fits small" ended 0 '1 + 4 + 9 + ... + 10000 = 338350'
done

call make -C copy NESTOR="$dir/nowhere"
report "without Nestor the Makefile tells how to say where it is" sh -c "[ $status -eq 2 ] &&
    grep -q \"No Nestor in '$dir/nowhere' .*: say where it is, make NESTOR=/path/to/nestor\" err"
call make -C copy NESTOR="$dir/nowhere" clean
report "and cleans nevertheless" sh -c "[ $status -eq 0 ] && [ \"\$(ls copy | tr '\n' ' ')\" = 'Makefile README.md main.c ' ]"

# --- an unexpected trap ---

cat >copy/main.c <<'END'
extern const char here[];

int main(void)
{
    __asm__ volatile(".globl here\nhere: lw zero, 0(%0)" : : "r"(0x2654321c)); /* no such memory */
    return 0;
}
END
call make -C copy NESTOR="$tree"
here=$("${RISCV}nm" copy/program.elf | sed -n 's/ T here$//p')
told="unexpected trap: mcause 00000005, mepc $here, mtval 2654321c"
for depth in 0 2; do
    call "$NESTOR" run --depth $depth copy/program.elf
    report "an unexpected trap is told in a line, depth $depth" ended 99 "$told"
done
call "$NESTOR" cosim --depth 1 copy/program.elf
report "in lockstep" ended 3 "$told"
call timeout 60 "${QEMU_RISCV32:-qemu-system-riscv32}" -M virt -m 16M -bios none -nographic -kernel copy/program.elf
report "and on QEMU" ended 99 "$told"
call "$NESTOR" run --depth 0 --set machine.uart_base=0x30000000 copy/program.elf
report "without a UART where it is looked for, the status tells" ended 99 ''

# --- the example of a monitor, and a copy of it in the template ---

cat >two_vms.expected <<'END'
VM 1: counts to 1
VM 2: counts to 2
VM 1: counts to 2
VM 2: counts to 4
VM 1: counts to 3
VM 2: counts to 6
VM-faults: 2 pages missing, 6 exits; stopped by 0
END

# two_vms STATUS: what it prints, but for where its pages are.
two_vms() {
    [ "$status" -eq "$1" ] && [ "$(grep -c '^VM [12]: 90000000 is missing, mapped to 80' out)" -eq 2 ] &&
        grep -v missing, out >found && grep 'pages missing' out >>found && cmp -s found two_vms.expected
}

example="$tree/build/software/two_vms.elf"
for depth in 0 3; do
    call "$NESTOR" run --depth $depth "$example"
    report "the monitor of two VMs at depth $depth" two_vms 0
done
call "$NESTOR" run --depth 4 "$example"
report "at the deepest level LVMID is refused" ended 1 'VM-faults: 0 pages missing, 0 exits; stopped by 2'
for config in small wide; do
    call "$NESTOR" run --config $config --depth 1 "$example"
    report "the monitor of two VMs on $config" two_vms 0
done
call "$NESTOR" cosim --depth 1 "$example"
report "the monitor of two VMs in lockstep" two_vms 0
cp "$tree/software/examples/two_vms/two_vms.c" copy/main.c
call make -C copy NESTOR="$tree"
report "in a copy of the template it builds, without a warning" sh -c "[ $status -eq 0 ] && [ ! -s err ]"
call "$NESTOR" run --depth 2 copy/program.elf
report "and runs" two_vms 0
sed '/vmcb\[i\].mode = 3;/d' "$tree/software/examples/two_vms/two_vms.c" >copy/main.c
call make -C copy NESTOR="$tree"
call "$NESTOR" run --explain=explained copy/program.elf
report "without a mode it is stopped by 101" grep -q 'stopped by 101$' out
report "and --explain shows the VM-fault at name 0" grep -q 'VM-fault MISSING .*f1(0)=t' explained
cp "$tree/software/examples/two_vms/two_vms.c" copy/main.c
# As the guide has it; make prints its commands too.
call make -s -C copy NESTOR="$tree" DEPTH=0 run
grep -v '^make' out >console && mv console out
report "make DEPTH=0 run" two_vms 0
call make -s -C copy NESTOR="$tree" run
report "make run is deeper than a monitor may go" grep -qx 'VM-faults: 0 pages missing, 0 exits; stopped by 2' out

tap_end
