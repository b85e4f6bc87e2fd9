#!/bin/sh
# What `make test` runs of the planted bugs: two of the model and three of the generator are found, and the edits of all others
# apply, to what the source says today. `make campaign-planted` finds all.
here=$(dirname "$0")
set -- model-rights model-skip rtl-pin rtl-receiver rtl-reservation
"$here/planted.sh" build "$@" >build/planted.slice
status=$?
grep -v '^1\.\.' build/planted.slice
lost=
for bug in "$here"/*.bug; do
    for file in $(sed -n 's/^edit //p' "$bug"); do
        awk -f "$here/plant.awk" "$bug" "$file" >/dev/null || lost="$lost $(basename "$bug")"
    done
done
[ -z "$lost" ] || printf 'not '
echo "ok $(($# + 1)) - each planted bug has its place in the source${lost:+, but$lost}"
# They are built side by side: what all of them look at is written by none. In the way of one that would write is a folder.
commit=build/include/nestor_commit.h side=
make -s "$commit" && mkdir "$commit.new" && make -s "$commit" 2>build/planted.side || side="but $(head -n 1 build/planted.side)"
rm -rf "$commit.new"
[ -z "$side" ] || printf 'not '
echo "ok $(($# + 2)) - a build writes nothing that another one reads${side:+, $side}"
echo "1..$(($# + 2))"
[ -z "$lost$side" ] && [ $status -eq 0 ]
