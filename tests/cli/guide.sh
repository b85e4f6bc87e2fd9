#!/bin/sh
# The guide's chapter on the associator and its example of --explain: each line of a block of output is printed by the command
# above it. Command and block are taken from docs/guide.md; what the guide leaves out is not asked for. The numbers are those of
# programs that Debian 12's compiler makes; with another the blocks are skipped. TAP. Run from the top of the tree; NESTOR and
# PROGRAMS say what is tested.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
GUIDE=$(realpath docs/guide.md)
. tests/support/tap.sh

# Files 1.command, 1.wanted and so on: of the two chapters each indented block that begins with a command of nestor, with or
# without a $, and has output below it.
awk '
    /^## / { inside = 0; wanted = /^## How the associator serves your program/ || /^## See what my program does/; next }
    !wanted { next }
    !/^    / { inside = 0; next }
    {
        text = substr($0, 5)
        if (more) {
            more = text ~ /\\$/; print text > (number ".command")
        } else if (!inside && text ~ /^(\$ )?build\/nestor /) {
            inside = 1; number++; more = text ~ /\\$/
            sub(/^\$ /, "", text); print text > (number ".command")
        } else if (inside && text !~ /^ *\.\.\.$/) {
            print text > (number ".wanted")
        }
    }' "$GUIDE"

# printed: each line of the block is one of out; those that are not go to the file missing.
printed() {
    [ "$status" -eq 0 ] && ! grep -Fvx -f out "$number.wanted" >missing
}

blocks=0 number=0
compiler=$(riscv64-unknown-elf-gcc -dumpversion 2>/dev/null)
while number=$((number + 1)) && [ -f "$number.command" ]; do
    [ -f "$number.wanted" ] || continue
    blocks=$((blocks + 1))
    name=$(sed 's/ *\\$//; q' "$number.command")
    if [ "$compiler" != 12.2.0 ]; then
        count=$((count + 1))
        echo "ok $count - $name # SKIP the guide has the numbers of gcc 12.2.0"
        continue
    fi
    sed "s|build/nestor|'$NESTOR'|; s|build/software|$PROGRAMS|g" "$number.command" >run.sh
    sh run.sh >out 2>err
    status=$?
    : >missing
    report "$name" printed
    sed 's/^/  not printed: /' missing
done
report "the guide has such blocks" [ "$blocks" -ge 2 ]

tap_end
