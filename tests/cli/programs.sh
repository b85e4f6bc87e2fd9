#!/bin/sh
# Programs of a user's own: the guest header hv.h in C and in assembly. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
tree=$(pwd)
RISCV=${RISCV_PREFIX:-riscv64-unknown-elf-}
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
count=0 failed=0

# report NAME CONDITION...: one line of TAP.
report() {
    name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        head -n 20 out err 2>/dev/null | sed 's/^/  /'
    fi
}

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

echo "1..$count"
[ "$failed" -eq 0 ]
