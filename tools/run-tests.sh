#!/bin/sh
# run-tests.sh PROGRAM...: run test programs that speak TAP, one on each processor; print a line for each, why it skipped
# what it skipped, and a failure's output; and last, one line: "N passed, M failed". A program that dies or tests nothing is
# a failure. What was skipped ("# SKIP", also as cmocka writes it, "not ok N # SKIP") is neither passed nor failed.
set -u

# run-tests.sh --one DIRECTORY PROGRAM: one of them; its numbers go to a file in the directory.
if [ "${1:-}" = --one ]; then
    program=$3
    log=$(mktemp "$2/log.XXXXXX") || exit 1
    begin=$(date +%s)
    # Signals as a terminal has them: in the background, or under nohup, some are ignored, and tests of Ctrl-C would wait.
    CMOCKA_MESSAGE_OUTPUT=TAP env --default-signal "$program" >"$log" 2>"$log.err" </dev/null
    status=$?
    skipped=$(grep -c '^\(not \)*ok .*# SKIP' "$log")
    ok=$(grep '^ok ' "$log" | grep -vc '# SKIP')
    bad=$(grep '^not ok ' "$log" | grep -vc '# SKIP')
    if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$((ok + skipped))" -eq 0 ]; }; then
        bad=1
        echo "not ok - $program ended with status $status after $ok tests" >>"$log"
    fi
    {
        if [ "$skipped" -gt 0 ]; then told=", $skipped skipped"; else told=; fi
        echo "$(basename "$program"): $ok passed, $bad failed$told ($(($(date +%s) - begin)) s)"
        grep '# SKIP' "$log" | sed 's/^\(not \)*ok/ /'
        if [ "$bad" -ne 0 ]; then
            grep -v -e '^ok ' -e '# SKIP' "$log" | head -n 200
            head -n 200 "$log.err"
        fi
    } >"$log.text"
    cat "$log.text"
    echo "$ok $bad $skipped" >"$log.numbers"
    exit 0
fi

dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
printf '%s\n' "$@" | xargs -P "$(nproc)" -n 1 "$0" --one "$dir"
passed=0 failed=0 skipped=0 count=0
for numbers in "$dir"/*.numbers; do
    [ -e "$numbers" ] || continue
    read -r ok bad none <"$numbers"
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + none)) count=$((count + 1))
done
if [ "$count" -ne $# ]; then
    echo "not ok - $count of $# programs came to their end"
    failed=$((failed + $# - count))
fi
[ "$skipped" -eq 0 ] || echo "$skipped skipped, for the reasons above"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
