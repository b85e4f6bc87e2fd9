#!/bin/sh
# fuzz.sh [TARGET...]: every libFuzzer target, or these: first its corpus, then 1000 new inputs, or FUZZ_SECONDS of them. TAP.
# Run from the top of the tree. What an input did that fails is on stderr; the input itself is kept in build/libfuzzer.
set -u
dir=${FUZZ_DIR:-build/libfuzzer}
seconds=${FUZZ_SECONDS:-0} inputs=1000
count=0 failed=0
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
log=$work/log
found=$work
[ "$seconds" -le 60 ] || found=$dir/found # what a campaign finds, the next one uses

report() {
    name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        tail -n 40 "$log" >&2
    fi
}

# fuzz TARGET CORPUS ARGUMENTS...
fuzz() {
    target=$1 corpus=$2
    shift 2
    mkdir -p "$found/$target" && "$dir/$target" -seed=1 -max_len=16384 -artifact_prefix="$dir/$target-" \
        -print_final_stats=1 "$@" "$found/$target" "tests/fuzz/corpus/$corpus" >"$log" 2>&1
}

executed() {
    sed -n 's/^stat::number_of_executed_units: *//p' "$log"
}

# All of the corpus is run, and there is one.
replays() {
    files=$(find "tests/fuzz/corpus/$1" -type f | wc -l)
    "$dir/$1" -runs=0 -artifact_prefix="$dir/$1-" -print_final_stats=1 "tests/fuzz/corpus/$1" >"$log" 2>&1 &&
        [ "$files" -gt 0 ] && [ "$(executed)" -ge "$files" ]
}

# -runs counts the corpus too.
bears() {
    if [ "$seconds" -gt 0 ]; then
        fuzz "$1" "$1" -max_total_time="$seconds" && [ "$(executed)" -gt 20 ]
    else
        wanted=$(($(find "tests/fuzz/corpus/$1" -type f | wc -l) + inputs))
        fuzz "$1" "$1" -runs="$wanted" && [ "$(executed)" -ge "$wanted" ]
    fi
}

# A mistake that was planted is found, the input kept, and the next run fails by it at once.
finds() {
    rm -rf "$found/planted" "$dir"/planted-crash-*
    if fuzz planted config -runs=5000000; then
        return 1
    fi
    grep -q 'config.depth != 7 does not hold' "$log" && ls "$dir"/planted-crash-* >/dev/null 2>&1 || return 1
    ! "$dir/planted" "$dir"/planted-crash-* >>"$log" 2>&1
}

[ $# -gt 0 ] || set -- $(basename -s .c tests/fuzz/fuzz_*.c | sed 's/^fuzz_//')
for target in "$@"; do
    if [ "$target" = planted ]; then
        report "a planted mistake is found" finds
        continue
    fi
    report "$target: corpus" replays "$target"
    if [ "$seconds" -gt 0 ]; then what="$seconds seconds"; else what="$inputs new inputs"; fi
    report "$target: $what" bears "$target"
    [ "$seconds" -le 60 ] || echo "# $target: $(executed) inputs"
done
echo "1..$count"
[ "$failed" -eq 0 ]
