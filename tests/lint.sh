#!/bin/sh
# The sources are formatted, and cppcheck finds nothing in them. TAP. Run from the top of the tree.
set -u
rooms="isa config model rtlgen sim fuzz cli"
count=0 failed=0

# report NAME COMMAND...: what it prints is shown if it fails.
report() {
    name=$1
    shift
    count=$((count + 1))
    if output=$("$@" 2>&1); then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        echo "$output" | head -n 40
    fi
}

formatted() {
    find $rooms tests software -name '*.[ch]' -exec clang-format-14 --dry-run --Werror {} +
}

# ctuuninitvar takes a parameter that a function fills, an error above all, for one that it reads.
checked() {
    cppcheck -q -j "$(nproc)" --enable=warning,performance,portability --suppress=ctuuninitvar --error-exitcode=1 --std=c11 -I. $rooms
}

report "make format would change nothing" formatted
report "cppcheck" checked
echo "1..$count"
[ "$failed" -eq 0 ]
