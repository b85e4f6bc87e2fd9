#!/bin/sh
# The sources are formatted, no compiler warns of them and cppcheck finds nothing in them. TAP. Run from the top of the tree
# after `make all tests`.
set -u
rooms="isa config model view gdb rtlgen sim fuzz lab cli"
build=${BUILD:-build}
count=0 failed=0

# report NAME COMMAND...: what it prints is shown if it fails. 3: it cannot be tested here, for the reason that it prints.
report() {
    name=$1
    shift
    count=$((count + 1))
    output=$("$@" 2>&1)
    case $? in
    0) echo "ok $count - $name" ;;
    3) echo "ok $count - $name # SKIP $(echo "$output" | tail -n 1)" ;;
    *)
        failed=$((failed + 1))
        echo "not ok $count - $name"
        echo "$output" | head -n 40
        ;;
    esac
}

formatted() {
    tools/formatter.sh --version >/dev/null || return 3
    find $rooms tests software -name '*.[ch]' -exec tools/formatter.sh --dry-run --Werror {} +
}

# What the compilers said is kept by the Makefile: gcc's for the command and the tests, clang's for libFuzzer, the cross
# compiler's for the programs.
silent() {
    kept=$(find "$build" -name '*.o.warnings' | wc -l)
    said=$(find "$build" -path "$build/fresh" -prune -o -name '*.warnings' -size +0 -print)
    [ "$kept" -gt 300 ] || { echo "found what the compilers said of $kept objects, expected more"; return 1; }
    [ -z "$said" ] || { echo "$said" | while read -r file; do echo "$file:"; cat "$file"; done; return 1; }
}

# ctuuninitvar takes a parameter that a function fills, an error above all, for one that it reads; normalCheckLevel... is a
# remark of newer versions on how they look; assignBoolToPointer takes the addresses of the loop's labels for a logical and;
# __cppcheck__ leaves out the tables of such addresses.
checked() {
    cppcheck -q -j "$(nproc)" --enable=warning,performance,portability --suppress=ctuuninitvar \
        --suppress=normalCheckLevelMaxBranches --suppress=assignBoolToPointer --error-exitcode=1 --std=c11 -I. \
        -D__cppcheck__ -DNESTOR_VERSION='"0.0.0"' -DNESTOR_COMMIT='""' $rooms
}

# A unit of the core names the bundles of nets that its ports are in: those, and no others.
rooms_used() {
    used=0
    for file in rtlgen/*.c; do
        for bundle in $(sed -n 's/^USE(\(.*\));$/\1/p' "$file"); do
            used=$((used + 1))
            grep -q "[ (]$bundle\.[a-z]" "$file" || { echo "$file: USE($bundle), but no net of it"; return 1; }
        done
    done
    [ "$used" -gt 50 ] || { echo "found $used bundles used, expected more"; return 1; }
}

report "make format would change nothing" formatted
report "the compilers warn of nothing" silent
report "cppcheck" checked
report "every bundle of nets that a unit names is used there" rooms_used
echo "1..$count"
[ "$failed" -eq 0 ]
