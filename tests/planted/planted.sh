#!/bin/sh
# planted.sh BUILD [BUG...]: the test of the tests. Each tests/planted/*.bug is an edit of the model's or the generator's source, or
# of both, where lockstep cannot see it;
# `nestor fuzz` of the program built with it must find it within so many worlds, and shrink it to at most fifteen
# instructions. TAP on stdout. Without BUG, all of them. A bug on each processor, side by side.
set -u
build=$1
shift
here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here"/*.bug
limit=20000 most=15 status=0

# find_bug NUMBER BUG: its line of TAP.
find_bug() {
    number=$1 bug=$2
    name=$(basename "$bug" .bug)
    title=$(sed -n 1p "$bug")
    files=$(sed -n 's/^edit //p' "$bug" | tr '\n' ' ')
    config=$(sed -n 's/^config //p' "$bug")
    dir=$build/planted/$name
    for file in $files; do
        mkdir -p "$dir/$(dirname "$file")"
        awk -f "$here/plant.awk" "$bug" "$file" >"$dir/$file" && continue
        not_ok "the edit does not apply to $file"
        return
    done
    if ! make -s PLANTED="$name" PLANTED_FILES="$files" "$dir/nestor" >"$dir/log" 2>&1; then
        not_ok "it does not compile: $(head -n 1 "$dir/log")"
        return
    fi
    "$dir/nestor" fuzz --config "$config" --worlds "$limit" --jobs 1 --output "$dir" >"$dir/result" 2>"$dir/errors"
    if [ $? -ne 1 ]; then
        not_ok "not found in $limit worlds; $(tail -n 1 "$dir/result") $(tail -n 1 "$dir/errors")"
        return
    fi
    size=$(sed -n 's/.* to \([0-9]*\) instructions.*/\1/p' "$dir/result")
    told=$(sed -n 's/^ *\(found after.*\)/\1/p' "$dir/result")
    if [ "${size:-99}" -gt "$most" ]; then
        not_ok "$told"
        return
    fi
    # what was saved must fail again, and must not fail without the bug
    "$dir/nestor" replay --no-wave "$dir"/nestor-*.world 2>"$dir/replay"
    if [ $? -ne 1 ]; then
        not_ok "its file does not fail again: $(tail -n 1 "$dir/replay")"
    elif ! "$build/nestor" replay --no-wave "$dir"/nestor-*.world 2>"$dir/replay"; then
        not_ok "its file fails without the bug: $(tail -n 1 "$dir/replay")"
    else
        echo "ok $number - $title: $told"
    fi
}

# not_ok REASON: the bug in hand was not found as it should.
not_ok() {
    echo "not ok $number - $title: $1"
}

# find_some FIRST BUG...: every so many-th of them, from that one on; a line in each one's directory.
find_some() {
    wanted=$1 count=0
    shift
    for each in "$@"; do
        count=$((count + 1))
        [ $((count % parts)) -eq $((wanted % parts)) ] || continue
        find_bug $count "$each" >"$(place_of "$each")/tap"
    done
}

# place_of BUG: the directory in which it is built.
place_of() {
    echo "$build/planted/$(basename "$1" .bug)"
}

count=0
for bug in "$@"; do
    shift
    [ -f "$bug" ] || bug=$here/$bug.bug
    set -- "$@" "$bug"
    rm -rf "$(place_of "$bug")"
    mkdir -p "$(place_of "$bug")"
done
parts=$(nproc) part=0
while [ $part -lt "$parts" ]; do
    find_some $part "$@" &
    part=$((part + 1))
done
wait
for bug in "$@"; do
    count=$((count + 1))
    tap=$(place_of "$bug")/tap
    grep -q "^ok" "$tap" 2>/dev/null || status=1
    [ -s "$tap" ] || echo "not ok $count - $(sed -n 1p "$bug"): it was not run to its end" >"$tap"
    cat "$tap"
done
echo "1..$count"
exit $status
