#!/bin/sh
# run-tests.sh PROGRAM...: run test programs that speak TAP; print each failure's output and,
# last, one line: "N passed, M failed". A program that dies or tests nothing is a failure.
set -u
passed=0 failed=0
log=$(mktemp) || exit 1
trap 'rm -f "$log" "$log.err"' EXIT
for program in "$@"; do
    begin=$(date +%s)
    CMOCKA_MESSAGE_OUTPUT=TAP "$program" >"$log" 2>"$log.err"
    status=$?
    ok=$(grep -c '^ok ' "$log")
    bad=$(grep -c '^not ok ' "$log")
    if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$ok" -eq 0 ]; }; then
        bad=1
        echo "not ok - $program ended with status $status after $ok tests" >>"$log"
    fi
    passed=$((passed + ok)) failed=$((failed + bad))
    echo "$(basename "$program"): $ok passed, $bad failed ($(($(date +%s) - begin)) s)"
    if [ "$bad" -ne 0 ]; then
        grep -v '^ok ' "$log" | head -n 200
        head -n 200 "$log.err"
    fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
