#!/bin/sh
# qor_job.sh NESTOR DIR KIND ARGUMENT...: one of the jobs of qor.sh, which run beside each other. What it makes goes to
# DIR/NAME.*; a failure is told on stderr, and the figures that need it are then missing.
#
#   synth NAME SCRIPT TOP OPTION...   Verilog by `nestor gen OPTION...`, then its script SCRIPT.ys with this top:
#                                     harness, nestor_soc, soc_outside (RAM taken out), board, core, or units
#   route NAME FAMILY PACKAGE SEED    nextpnr-ice40 of DIR/NAME.json
#   pack NAME FAMILY PACKAGE          the same, only until it knows what the design takes
#   ecp5 NAME SEED                    nextpnr-ecp5 of DIR/NAME.json for an LFE5U-25F
#   run NAME PROGRAM DEPTH OPTION...  lockstep
set -u
nestor=$1 dir=$2 kind=$3 name=$4
here=$(dirname "$0")
job=$dir/$name
shift 4

# port NAME: bits of a port of nestor_ram.
port() {
    sed -n "s/.*input  wire \[\([0-9]*\):0\] $1,* .*/\1/p" "$job.v/nestor_ram.v" | awk '{ print $1 + 1 }'
}

# What comes before the script's last line, the synthesis.
prepare() {
    outside='hierarchy -top nestor_soc; expose -evert -sep _ nestor_soc/u_ram'
    case $1 in
    harness) echo "read_verilog $here/harness.v" ;;
    soc_outside) echo "$outside" | tr ';' '\n' ;;
    board)
        echo "$outside" | tr ';' '\n'
        echo "read_verilog -DRAM_ADDRESS=$(port address_i) -DRAM_DATA=$(port data_i) $here/board_up5k.v"
        ;;
    esac
}

synth() {
    script=$1 top=$2
    shift 2
    rm -rf "${job:?}.v"
    "$nestor" gen --no-rvfi "$@" -o "$job.v" 2>"$job.gen.log" || { cat "$job.gen.log" >&2; return 1; }
    case $top in
    soc_outside) option="-top nestor_soc -json $job.json" ;;
    core) option="-top nestor_core -json $job.json" ;;
    units) option="-top nestor_core -noflatten" ;;
    *) option="-top $top -json $job.json" ;;
    esac
    case $top in # an hx8k has no single-port RAM
    nestor_soc) spram=-spram ;;
    *) spram=-nothing ;;
    esac
    {
        sed "\$d; s|^read_verilog |&$job.v/|" "$job.v/$script.ys"
        prepare "$top"
        sed -n "\$ { s| $spram||; s|-top .*|$option|p }" "$job.v/$script.ys"
        echo "tee -o $job.stat stat"
    } >"$job.ys"
    yosys -q -l "$job.yosys.log" -s "$job.ys" >/dev/null 2>&1 || { tail -n 3 "$job.yosys.log" >&2; return 1; }
}

# One that does not fit ends with an error, which is a result, too.
route() {
    [ -f "$job.json" ] || return 1
    nextpnr-ice40 --"$1" --package "$2" --json "$job.json" --seed "$3" --pcf-allow-unconstrained --freq 50 \
        --timing-allow-fail --log "$job-$1-$3.log" -q >/dev/null 2>&1
    [ -s "$job-$1-$3.log" ]
}

pack() {
    [ -f "$job.json" ] || return 1
    nextpnr-ice40 --"$1" --package "$2" --json "$job.json" --pcf-allow-unconstrained --pack-only --log "$job-$1-pack.log" \
        -q >/dev/null 2>&1
}

ecp5() {
    [ -f "$job.json" ] || return 1
    nextpnr-ecp5 --25k --package CABGA381 --json "$job.json" --seed "$1" --freq 80 --lpf-allow-unconstrained \
        --timing-allow-fail --log "$job-ecp5-$1.log" -q >/dev/null 2>&1
    [ -s "$job-ecp5-$1.log" ]
}

run() {
    program=$1 depth=$2
    shift 2
    "$nestor" cosim --json --no-wave --depth "$depth" "$@" "$program" >"$job.json.new" 2>"$job.log" ||
        { tail -n 1 "$job.log" >&2; return 1; }
    mv "$job.json.new" "$job.json"
}

begin=$(date +%s)
if "$kind" "$@"; then end=done; else end=FAILED; fi
echo "$end" >>"$dir/ended"
count="$(wc -l <"$dir/ended" | tr -d ' ') of $(cat "$dir/planned")"
echo "qor: $count: $kind $name $*: $end, $(($(date +%s) - begin)) s" >&2
