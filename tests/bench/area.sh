#!/bin/sh
# area.sh NESTOR DIR: logic cells, block RAMs and Fmax of the presets' cores on iCE40, by yosys and
# nextpnr-ice40 (three seeds, median), as a Markdown table. DIR is for intermediate files.
set -eu
nestor=$1 dir=$2
mkdir -p "$dir"
harness_cells=$((136 + 108)) # INPUTS + OUTPUTS of harness.v, one cell a bit

# route FAMILY PACKAGE CONFIG: the median frequency of three seeds in MHz, or "does not fit".
route() {
    for seed in 1 2 3; do
        nextpnr-ice40 --"$1" --package "$2" --json "$dir/$3.json" --seed "$seed" --pcf-allow-unconstrained \
            --freq 50 --timing-allow-fail --log "$dir/$3-$1-$seed.log" -q >/dev/null 2>&1 || break
        sed -n "s/.*Max frequency for clock '[^']*': \([0-9.]*\) MHz.*/\1/p" "$dir/$3-$1-$seed.log" | tail -n 1
    done | sort -n | sed -n 2p | grep . || echo "does not fit"
}

echo "| preset | logic cells | block RAMs | hx8k MHz | up5k MHz |"
echo "|---|---|---|---|---|"
for config in plain small default; do
    rm -rf "${dir:?}/$config"
    "$nestor" gen --config "$config" --core --no-rvfi -o "$dir/$config"
    yosys -q -l "$dir/$config.yosys.log" -p "read_verilog $dir/$config/*.v tests/bench/harness.v
        synth_ice40 -abc9 -device hx -top harness -json $dir/$config.json; tee -o $dir/$config.stat stat"
    rams=$(awk '/SB_RAM40_4K/ { n += $2 } END { print n + 0 }' "$dir/$config.stat")
    hx=$(route hx8k ct256 "$config")
    up=$(route up5k sg48 "$config")
    cells=$(sed -n 's/.*ICESTORM_LC: *\([0-9]*\)\/.*/\1/p' "$dir/$config-hx8k-1.log" | tail -n 1)
    echo "| $config | $((cells - harness_cells)) | $rams | $hx | $up |"
done
