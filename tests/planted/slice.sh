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
echo "1..$(($# + 1))"
[ -z "$lost" ] && [ $status -eq 0 ]
