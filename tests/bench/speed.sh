#!/bin/sh
# speed.sh NESTOR LONG_ELF QEMU: MIPS of the model at depth 0 and 4 and of QEMU on the same program, and
# cycles a second of lockstep against the same Verilated RTL alone, each as a Markdown table.
set -eu
nestor=$1 long=$2 qemu=$3 dir=$(dirname "$2")

# field FILE NAME: a number of a result object
field() {
    sed -n "s/.*\"$2\": *\([0-9.]*\).*/\1/p" "$1" | head -n 1
}
now() {
    date +%s.%N
}
ratio() {
    awk "BEGIN { printf \"%.2f\", $1 / $2 }"
}

begin=$(now)
"$qemu" -M virt -m 16M -bios none -nographic -kernel "$long" </dev/null
end=$(now)
qemu_seconds=$(awk "BEGIN { print $end - $begin }")

echo "| simulator | depth | instructions | seconds | MIPS | against QEMU |"
echo "|---|---|---|---|---|---|"
for depth in 0 1 4; do
    "$nestor" run --depth $depth --json "$long" >"$dir/run$depth.json"
    count=$(field "$dir/run$depth.json" instructions)
    seconds=$(field "$dir/run$depth.json" seconds)
    [ $depth -ne 0 ] || base=$count
    if [ $depth -eq 0 ]; then
        qemu_mips=$(awk "BEGIN { printf \"%.0f\", $base / $qemu_seconds / 1e6 }")
        echo "| QEMU | 0 | $base | $qemu_seconds | $qemu_mips | 1.00 |"
    fi
    mips=$(awk "BEGIN { printf \"%.0f\", $count / $seconds / 1e6 }")
    echo "| model | $depth | $count | $seconds | $mips | $(ratio "$mips" "$qemu_mips") |"
done
