#!/bin/sh
# Linux (make linux), four machines down, is stopped in the middle of its boot and finishes elsewhere: model, RTL, model. TAP.
# Run from the top of the tree, by `make test-linux`.
set -u
NESTOR=$(realpath "${NESTOR:-build/nestor}")
LINUX=$PWD/build/linux
. tests/support/tap.sh

nestor() {
    "$NESTOR" "$@" >out 2>err </dev/null
    status=$?
}

boot() {
    nestor run --config linux --depth 4 --dtb "$LINUX/nestor.dtb" --initrd "$LINUX/initrd.cpio" "$@" "$LINUX/Image"
}

facts() {
    jq -S 'del(.seconds, .depth, .program_ram_bytes)' "$1"
}

boot
cp out whole
boot --json
facts out >whole.facts
middle=$(($(jq .commits out) / 2))
boot --save half.save --save-at $middle
cp out console
report "the model stops in the middle" [ "$status" -eq 0 ]
nestor cosim --resume half.save --save later.save --save-at $((middle + 50000))
cat out >>console
report "model and RTL go on from there" [ "$status" -eq 0 ]
nestor run --resume later.save
cat out >>console
report "the model goes on from the RTL, to the power-off" [ "$status" -eq 0 ]
report "the console is that of a boot in one piece" cmp -s whole console
nestor run --json --resume later.save
facts out >facts
report "and so is every counter" cmp -s whole.facts facts

tap_end
