#!/bin/sh
# fusesoc.sh: what `gen` writes for FuseSoC, with FuseSoC of PyPI in build/fusesoc: lint and simulation of a configuration and of a board
# run; the bit stream's target is synthesized by Yosys for one board, and of another its commands are looked at. TAP. Run from
# the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
venv=$(realpath build)/fusesoc
[ -x "$venv/bin/fusesoc" ] || { python3 -m venv "$venv" && "$venv/bin/pip" install -q --disable-pip-version-check fusesoc; } >&2 || exit 1
. tests/support/tap.sh

# fusesoc NAME TARGET OPTION... -- ARGUMENT...: a target of package NAME in the folder NAME.
fusesoc() {
    package=$1 target=$2
    shift 2
    HOME=$dir "$venv/bin/fusesoc" --cores-root "$package" run --target "$target" --work-root "work/$package-$target" "$@" >out 2>err
    status=$?
}

"$NESTOR" gen --config small --set machine.timebase=clock --no-rvfi --program "$PROGRAMS/hello.elf" -o nestor_small_ >out 2>err
"$NESTOR" gen --board icebreaker --program "$PROGRAMS/hello.elf" -o nestor_icebreaker >out 2>err
"$NESTOR" gen --board ulx3s-25f -o nestor_ulx3s_25f >out 2>err
for package in nestor_small_ nestor_icebreaker nestor_ulx3s_25f; do
    fusesoc $package lint $package
    report "$package: lint" [ "$status" -eq 0 ]
done
for package in nestor_small_ nestor_icebreaker; do
    fusesoc $package sim $package
    report "$package: sim says what the program says" sh -c "[ $status -eq 0 ] && cat out err | grep -q 'hello from Nestor'"
done
report "a board with the loader has no program to simulate" sh -c '! grep -q "^  sim:" nestor_ulx3s_25f/nestor.core'

fusesoc nestor_ulx3s_25f bitstream --setup nestor_ulx3s_25f
report "ulx3s-25f: bitstream is set up" [ "$status" -eq 0 ]
work=work/nestor_ulx3s_25f-bitstream
report "nextpnr gets the part, the pins and the clock" grep -q \
    'nextpnr-ecp5 .* --25k --package CABGA381 --speed 6 --freq 35.714285 .*/ulx3s-25f.lpf ' $work/Makefile
report "Yosys gets the memories' styles" grep -q '^source {.*/fusesoc.tcl}$' $work/edalize_yosys_procs.tcl
report "and the command that synth.ys has" grep -q '^synth_ecp5  *-abc9 ' $work/edalize_yosys_procs.tcl

fusesoc nestor_icebreaker bitstream nestor_icebreaker --pnr none
report "icebreaker: Yosys synthesizes it" [ "$status" -eq 0 ]
netlist=$(ls work/nestor_icebreaker-bitstream/*.json 2>/dev/null | head -n 1)
cells() { yosys -p "read_json $netlist; select -count nestor_top/t:$1" | sed -n 's/^\([0-9]*\) objects\..*/\1/p'; }
report "RAM is the four single-port RAMs" [ "$(cells SB_SPRAM256KA)" -eq 4 ]
report "small memories and the program are in block RAM" [ "$(cells SB_RAM40_4K)" -ge 6 ]
report "each memory was found that gets a style" sh -c '! grep -q "did not match any" work/nestor_icebreaker-bitstream/yosys.log'

tap_end
