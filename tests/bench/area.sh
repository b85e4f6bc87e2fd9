#!/bin/sh
# area.sh NESTOR DIR [PRESET...]: logic cells, block RAMs and Fmax of the presets' cores on iCE40, by yosys and
# nextpnr-ice40 (three seeds, median), as a Markdown table. DIR is for intermediate files. Synthesis is that of the
# scripts that come with the Verilog, synth.ys for the HX8K and synth_up5k.ys, with the harness as their top.
set -eu
nestor=$1 dir=$2
mkdir -p "$dir"
shift 2
[ $# -gt 0 ] || set -- plain small default
harness_cells=$((40 + 37)) # taps and parity of harness.v, one cell a bit

# synthesize CONFIG SCRIPT: DIR/CONFIG-SCRIPT.json and .stat.
synthesize() {
    name=$dir/$1-$2
    {
        echo "read_verilog tests/bench/harness.v"
        sed "s|^read_verilog |&$dir/$1/|; s|-top .*|-top harness -json $name.json|" "$dir/$1/$2.ys"
        echo "tee -o $name.stat stat"
    } >"$name.ys"
    yosys -q -l "$name.yosys.log" -s "$name.ys"
}

# route FAMILY PACKAGE CONFIG SCRIPT: "CELLS | MHZ", the median frequency of three seeds or "does not fit".
route() {
    name=$dir/$3-$4
    mhz=$(for seed in 1 2 3; do
        nextpnr-ice40 --"$1" --package "$2" --json "$name.json" --seed "$seed" --pcf-allow-unconstrained \
            --freq 50 --timing-allow-fail --log "$name-$seed.log" -q >/dev/null 2>&1 || break
        sed -n "s/.*Max frequency for clock '[^']*': \([0-9.]*\) MHz.*/\1/p" "$name-$seed.log" | tail -n 1
    done | sort -n | sed -n 2p | grep . || echo "does not fit")
    cells=$(sed -n 's/.*ICESTORM_LC: *\([0-9]*\)\/.*/\1/p' "$name-1.log" | tail -n 1)
    echo "$((cells - harness_cells)) | $mhz"
}

echo "| preset | block RAMs | hx8k: logic cells | MHz | up5k: logic cells | MHz |"
echo "|---|---|---|---|---|---|"
for config in "$@"; do
    rm -rf "${dir:?}/$config"
    "$nestor" gen --config "$config" --core --no-rvfi -o "$dir/$config"
    synthesize "$config" synth
    synthesize "$config" synth_up5k
    rams=$(awk '/SB_RAM40_4K/ { n += $2 } END { print n + 0 }' "$dir/$config-synth.stat")
    hx=$(route hx8k ct256 "$config" synth)
    up=$(route up5k sg48 "$config" synth_up5k)
    echo "| $config | $rams | $hx | $up |"
done
