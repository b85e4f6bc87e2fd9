#!/bin/sh
# planted.sh BUILD [BUG...]: the test of the tests. Each tests/planted/*.bug is an edit of the model's or the generator's source, or
# of both, where lockstep cannot see it;
# `nestor fuzz` of the program built with it must find it within so many worlds, and shrink it to at most fifteen
# instructions. TAP on stdout. Without BUG, all of them.
set -u
build=$1
shift
here=$(dirname "$0")
[ $# -gt 0 ] || set -- "$here"/*.bug
limit=20000 most=15 number=0 status=0

# not_ok REASON: the bug in hand was not found as it should.
not_ok() {
    echo "not ok $number - $title: $1"
    status=1
}

for bug in "$@"; do
    [ -f "$bug" ] || bug=$here/$bug.bug
    number=$((number + 1))
    name=$(basename "$bug" .bug)
    title=$(sed -n 1p "$bug")
    files=$(sed -n 's/^edit //p' "$bug" | tr '\n' ' ')
    config=$(sed -n 's/^config //p' "$bug")
    dir=$build/planted/$name
    rm -rf "$dir"
    mkdir -p "$dir"
    for file in $files; do
        mkdir -p "$dir/$(dirname "$file")"
        awk -f "$here/plant.awk" "$bug" "$file" >"$dir/$file" && continue
        not_ok "the edit does not apply to $file"
        continue 2
    done
    if ! make -s PLANTED="$name" PLANTED_FILES="$files" "$dir/nestor" >"$dir/log" 2>&1; then
        not_ok "it does not compile: $(head -n 1 "$dir/log")"
        continue
    fi
    "$dir/nestor" fuzz --config "$config" --worlds "$limit" --jobs 2 --output "$dir" >"$dir/result" 2>"$dir/errors"
    if [ $? -ne 1 ]; then
        not_ok "not found in $limit worlds; $(tail -n 1 "$dir/result") $(tail -n 1 "$dir/errors")"
        continue
    fi
    size=$(sed -n 's/.* to \([0-9]*\) instructions.*/\1/p' "$dir/result")
    told=$(sed -n 's/^ *\(found after.*\)/\1/p' "$dir/result")
    if [ "${size:-99}" -gt "$most" ]; then
        not_ok "$told"
        continue
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
done
echo "1..$number"
exit $status
