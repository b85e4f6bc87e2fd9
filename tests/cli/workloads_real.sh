#!/bin/sh
# make workloads-real: what compares a program with itself on this machine notices every difference; sources that are not
# Debian's own are refused; and, where they can be fetched, the short forms of the real programs. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
tree=$(pwd)
RISCV=${RISCV_PREFIX:-riscv64-unknown-elf-}
. tests/support/tap.sh
real=$tree/software/real

# call COMMAND...: its exit status in $status, what it printed in out and err.
call() {
    "$@" >out 2>err </dev/null
    status=$?
}

# --- what runs and compares, with a program of our own ---

cat >own.c <<'END'
#include "real.h"

int main(void)
{
    double sum = 0;
    char *copy = malloc(embedded_length() + 1);
    expect(copy, "memory");
    memcpy(copy, embedded, embedded_length() + 1);
    for (int i = 1; i < 100; i++)
        sum += 1.0 / i;
    printf("%s%.15g %08lx\n", copy, sum, (unsigned long)checksum(embedded, embedded_length()));
#ifdef WRONG
    WRONG;
#endif
    return 0;
}
END
printf 'a text,\nin its image\n' >text
mkdir dir
flags="-march=rv32im -mabi=ilp32 -misa-spec=2.2 -mstrict-align --specs=picolibc.specs -std=gnu11 -O2 -nostartfiles
    -Wl,--gc-sections -Wl,--wrap=main -T $tree/software/program.ld -Wl,--defsym=__ram_size=0x20000"
# guest NAME FLAG...: the program as dir/NAME.elf
guest() {
    name=$1
    shift
    # shellcheck disable=SC2086 # a list of options
    "${RISCV}gcc" $flags -I"$tree/software/lib" -I"$real" -DEMBED='"text"' "$@" own.c "$real/embed.S" \
        "$tree/software/start.S" "$tree"/software/lib/console.c "$tree"/software/lib/exit.c "$tree"/software/lib/libc.c \
        "$tree"/software/lib/timer.c "$tree"/software/lib/trap.S -o "dir/$name.elf"
}
call "${CC:-cc}" -std=gnu11 -O2 -DHOST -Wall -Wextra -Werror -I"$tree/software/lib" -I"$real" -DEMBED='"text"' own.c \
    "$real/embed.S" -o dir/own.host
report "a program of our own compiles for this machine" [ "$status" -eq 0 ]
guest program >out 2>err
status=$?
mv dir/program.elf dir/own.elf
report "and for Nestor" [ "$status" -eq 0 ]
run="$real/run.sh $NESTOR dir 0x100000"

LOCKSTEP=1 DEPTHS="0 1 3" call $run own
report "it is the same at depth 0, 1 and 3, and in lockstep at 1" sh -c "[ $status -eq 0 ] && grep -qx 'workloads-real: 4 passed, 0 failed' out"
report "what it prints is what is compared" grep -q '^in its image$' dir/results/own-run-3.out
report "the table has its three depths, cycles where there was lockstep" \
    [ "$(sed -n 's/^own  *\([0-9]\) .*/\1/p' out | tr '\n' ' ')$(grep -c '^own  *[0-9]  *[0-9]*  *- ' out)" = "0 1 3 2" ]
"$NESTOR" run --json --depth 3 dir/own.elf >run.json 2>err
report "results.json has the counters of nestor run" \
    [ "$(jq -c 'select(.depth == 3) | [.program, .instructions, .lookups, .cycles_lost, .cycles]' dir/results.json)" = \
    "$(jq -c '["own", .instructions, .associator.lookups, .translation.waits, null]' run.json)" ]
"$NESTOR" cosim --json --depth 1 dir/own.elf >cosim.json 2>err
report "and the cycles of nestor cosim" \
    [ "$(jq 'select(.depth == 1) | .cycles' dir/results.json)" = "$(jq .cycles cosim.json)" ]

for wrong in letter status trap; do cp dir/own.host dir/$wrong.host; done
guest letter -DWRONG='putchar(46)'
guest status -DWRONG='exit(7)'
guest trap -DWRONG='__asm__("unimp")'
LOCKSTEP='' DEPTHS="0 2" call $run letter own status trap
report "a letter more, another exit status and a trap are failures; what is right is not" \
    sh -c "[ $status -eq 1 ] && grep -qx 'workloads-real: 2 passed, 6 failed' out && [ \$(grep -c '^own' err) = 0 ]"
report "of the letter its line is told" grep -q '^letter, depth 2, run: other output than on this machine: > \.' err
report "of the status its number" grep -q '^status, depth 0, run: exit status 7' err
report "of the trap what it was" grep -q '^trap, depth 2, run: exit status 99: .* mcause 00000002' err
printf '#!/bin/sh\nexit 4\n' >dir/own.host
DEPTHS=0 LOCKSTEP='' call $run own
report "a program that fails on this machine is no yardstick" \
    sh -c "[ $status -eq 1 ] && grep -q 'own on this machine: exit status 4' err"

# --- where the sources come from ---

call "$real/fetch.sh" src
report "fetch.sh wants a folder and packages" [ "$status" -eq 2 ]
if [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] && command -v dpkg-source >/dev/null; then
    release=$(. /etc/os-release && echo "$VERSION_CODENAME")
    mkdir -p "mirror/dists/$release/main/source"
    : >"mirror/dists/$release/main/source/Sources"
    echo "Codename: $release" >"mirror/dists/$release/Release"
    MIRROR=file://$dir/mirror call "$real/fetch.sh" unsigned zlib
    report "a mirror without Debian's signature is refused" sh -c "[ $status -ne 0 ] && [ ! -e unsigned/zlib ] && grep -q 'not signed' err"
    MIRROR=http://127.0.0.1:9/debian call "$real/fetch.sh" nobody zlib
    report "one that does not answer is told" sh -c "[ $status -ne 0 ] && [ ! -e nobody/zlib ] && grep -q '127.0.0.1' err"
fi

# --- the short forms of the real programs ---

cd "$tree" || exit 1
if ! timeout 300 make -s build/workloads-real/src/fetched >"$dir/out" 2>"$dir/err"; then
    count=$((count + 1))
    echo "ok $count - the real programs # SKIP no sources: $(tail -n 1 "$dir/err")"
else
    make -s programs-real-short >"$dir/out" 2>"$dir/err"
    status=$?
    report "zlib, bzip2, Lua and SQLite build" [ "$status" -eq 0 ]
    cd "$dir" || exit 1
    mkdir short
    for program in zlib bzip2 lua sqlite; do
        cp "$tree/build/workloads-real/${program}_short.elf" "short/$program.elf"
        cp "$tree/build/workloads-real/${program}_short.host" "short/$program.host"
    done
    DEPTHS="0 4" LOCKSTEP='' call "$real/run.sh" "$NESTOR" short 0x400000 zlib bzip2 lua sqlite
    report "they print at depth 0 and 4 what they print here" \
        sh -c "[ $status -eq 0 ] && grep -qx 'workloads-real: 8 passed, 0 failed' out"
    report "SQLite's integrity_check says ok" grep -qx ok short/results/sqlite-run-4.out
fi
tap_end
