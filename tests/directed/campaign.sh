#!/bin/sh
# campaign.sh BUILD: every directed case under Icarus, and those of the usual configuration at gate level, a part on each
# processor. Prints what failed, and a line for each simulator.
set -u
program=$1/tests/directed/test_lockstep_cases
parts=$(nproc) status=0
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
export CMOCKA_MESSAGE_OUTPUT=TAP

# run SIMULATOR PART: its TAP and messages in $dir.
run() {
    "$program" "$1" "$2" "$parts" >"$dir/$1-$2.tap" 2>"$dir/$1-$2.err" ||
        grep -q '^not ok' "$dir/$1-$2.tap" || echo "not ok - part $2 ended with status $?" >>"$dir/$1-$2.tap"
}

for simulator in icarus gates; do
    part=0
    while [ "$part" -lt "$parts" ]; do
        run $simulator $part &
        part=$((part + 1))
    done
    wait
    failed=$(cat "$dir/$simulator"-*.tap | grep -c '^not ok')
    passed=$(cat "$dir/$simulator"-*.tap | grep -c '^ok')
    if [ "$failed" -ne 0 ] || [ "$passed" -eq 0 ]; then
        status=1
        cat "$dir/$simulator"-*.tap | grep -v '^ok'
        cat "$dir/$simulator"-*.err
    fi
    echo "directed cases, $simulator: $passed passed, $failed failed"
done
exit $status
