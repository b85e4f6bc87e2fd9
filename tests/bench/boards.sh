#!/bin/sh
# boards.sh NESTOR OUT PROGRAM BOARD...: makes the boards' bit streams below OUT, with the loader, or with the program where the
# board has no room for the loader, and writes what they take and how fast they are into docs/boards.tsv and docs/results.md.
# Boards that are not named keep their figures; one that fails keeps its old ones, and the reason is on stderr. REBUILD=no:
# what make bitstream has left below OUT is taken as it is. With --tables FILE it only prints the table.
set -u
results=docs/results.md kept=docs/boards.tsv

# row DIR BOARD: the row of a board: name, configuration, RAM, MHz, MHz reached, logic, of, block RAM, of, commit.
row() {
    dir=$1
    ini=$dir/nestor_top.v
    awk -v name="$2" -v commit="$(git describe --always --dirty 2>/dev/null)" \
        -v depth="$(sed -n 's,^// depth = ,,p' "$ini")" -v ram="$(sed -n 's,^// ram_bytes = ,,p' "$ini")" \
        -v preset="$(sed -n 's/^preset = //p' "boards/$2.ini")" '
        $1 == "mhz" { mhz = $2 + 0 }
        $1 == "reached" { reached = $2 }
        $1 ~ /^(ICESTORM_LC|TRELLIS_COMB|LUT4)$/ { logic = $2; logic_of = $3 }
        $1 ~ /^(ICESTORM_RAM|DP16KD|BSRAM)$/ { block = $2; block_of = $3 }
        END { printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
              name, preset, depth, ram, mhz, reached, logic, logic_of, block, block_of, commit }' "$dir/report.txt"
}

tables() {
    echo "| board | configuration | levels | RAM | MHz | reached | logic | of | block RAM | of |"
    echo "|---|---|---|---|---|---|---|---|---|---|"
    grep -v '^#' "$1" | while IFS="$(printf '\t')" read -r name preset depth ram mhz reached logic of block block_of commit; do
        echo "| $name | \`$preset\` | $depth | $(($ram / 1024)) KiB | $mhz | $reached | $logic | $of | $block | $block_of |"
    done
}

if [ "$1" = --tables ]; then
    tables "$2"
    exit
fi
nestor=$1 out=$2 program=$3
shift 3
mkdir -p "$out"
failed=0
make_board() {
    grep -q '^loader = no' "boards/$1.ini" && option="--program $program" || option=
    # shellcheck disable=SC2086 # words
    "$nestor" gen --board "$1" $option -o "$dir" && PATH="$(tools/board-tools.sh "$dir" build/yowasp)" sh "$dir/build.sh"
}

for board in "$@"; do
    dir=$out/$board
    grep -q '^family = xilinx' "boards/$board.ini" && continue # placed by the vendor's tools only
    if [ "${REBUILD:-yes}" = no ]; then
        [ -f "$dir/report.txt" ] || { echo "boards: $board: found no $dir/report.txt" >&2; failed=1; continue; }
    else
        make_board "$board" || { failed=1; continue; }
    fi
    row "$dir" "$board" >"$dir/row"
    {
        echo "# Written by make boards: board, preset, levels, RAM, MHz, MHz reached, logic cells, of, block RAMs, of, commit."
        for name in $(sed -n 's/^BOARD(.*"\(.*\)")$/\1/p' boards/list.def); do
            if [ "$name" = "$board" ]; then cat "$dir/row"; else grep "^$name	" "$kept"; fi
        done
    } >"$kept.new"
    mv "$kept.new" "$kept"
done
{
    sed '/^<!-- boards: begin/q' "$results"
    tables "$kept"
    sed -n '/^<!-- boards: end/,$p' "$results"
} >"$results.new" && mv "$results.new" "$results"
exit $failed
