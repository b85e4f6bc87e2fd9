#!/bin/sh
# make qor: what it reads out of the logs of tools, means, aims and comparison, and that docs/results.md has the tables
# of docs/qor.tsv. Nothing is measured. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
tree=$(pwd)
. tests/support/tap.sh
. "$tree/tests/bench/qor_read.sh"

# gives VALUE COMMAND...: the command prints that.
gives() {
    wanted=$1
    shift
    found=$("$@" 2>err)
    echo "$found" >out
    status=$?
    report "$1 gives $(echo "$wanted" | tr '\n' ' ')" [ "$found" = "$wanted" ]
}

# ---- nextpnr-ice40: before routing the clock is slower, and other paths follow that of the clock ----

cat >ice40.log <<'END'
Info: Device utilisation:
Info: 	         ICESTORM_LC:  3203/ 7680    41%
Info: 	        ICESTORM_RAM:     8/   32    25%
Info: 	               SB_IO:     3/  256     1%
Info: Max frequency for clock 'clk$SB_IO_IN_$glb_clk': 51.30 MHz (PASS at 50.00 MHz)
Info: Critical path report for clock 'clk$SB_IO_IN_$glb_clk' (posedge -> posedge):
Info: curr total
Info:  0.5  0.5  Source u_core.u_first.early_SB_DFFE_Q_DFFLC.O
Info:  0.1  9.4  Setup u_core.u_first.early_SB_DFFE_Q_1_DFFLC.CEN
Info: Critical path report for clock 'clk$SB_IO_IN_$glb_clk' (posedge -> posedge):
Info: curr total
Info:  0.5  0.5  Source u_core.u_commit.w_insn_SB_DFFE_Q_17_DFFLC.O
Info:  2.2  2.8    Net first_SB_DFF_Q_24_D_SB_LUT4_O_I2[1] budget 0.992000 ns (17,9) -> (5,13)
Info:                Sink u_core.u_csr.illegal_SB_LUT4_I1_I2_SB_LUT4_O_LC.I3
Info:  0.3  3.1  Source u_core.u_csr.illegal_SB_LUT4_I1_I2_SB_LUT4_O_LC.O
Info:                Sink u_core.u_registers.copy_a.0.0_RAM.WADDR_3
Info:  0.1  8.4  Setup u_core.u_registers.copy_a.0.0_RAM.WADDR_3
Info: 1.9 ns logic, 6.5 ns routing
Info: Critical path report for cross-domain path '<async>' -> 'posedge clk$SB_IO_IN_$glb_clk':
Info:  0.0  0.0  Source in$sb_io.D_IN_0
Info:  0.1  1.4  Setup taps_SB_DFF_Q_DFFLC.I0
Info: Max frequency for clock 'clk$SB_IO_IN_$glb_clk': 51.51 MHz (PASS at 50.00 MHz)
END
gives 51.51 log_mhz ice40.log
gives 3203 log_used ice40.log ICESTORM_LC
gives 8 log_used ice40.log ICESTORM_RAM
gives 7680 log_there ice40.log ICESTORM_LC
gives 'commit.w_insn -> registers.copy_a.0.0_RAM' log_path ice40.log
echo "ERROR: Unable to find a placement location for cell 'x'" >full.log
gives '' log_mhz full.log
gives '' log_path full.log

cat >ecp5.log <<'END'
Info: 	        TRELLIS_COMB:  9147/24288    37%
Info: Max frequency for clock '$glbnet$clk': 44.31 MHz (FAIL at 80.00 MHz)
END
gives 44.31 log_mhz ecp5.log
gives 9147 log_used ecp5.log TRELLIS_COMB

# ---- stat of Yosys, with and without hierarchy, the number behind the name or before it ----

cat >units.stat <<'END'
=== nestor_access ===
   Number of cells:                 92
     SB_LUT4                        92
=== $paramod\nestor_ram\PROGRAM=1'0 ===
     SB_DFFE                         3
     SB_LUT4                         7
=== nestor_registers ===
     SB_RAM40_4K                     4
=== nestor_core ===
     SB_LUT4                         5
     nestor_access                   1
=== design hierarchy ===
   nestor_core                       1
     SB_DFF                         20
     SB_DFFE                       346
     SB_LUT4                       104
     SB_RAM40_4K                     4
END
gives "access 92
ram 7" stat_units units.stat SB_LUT4
gives 104 stat_count units.stat SB_LUT4
gives 366 stat_count units.stat 'SB_DFF.*'
gives 0 stat_count units.stat SB_MAC16
printf '=== top ===\n       31 SB_LUT4\n' >newer.stat
gives 31 stat_count newer.stat SB_LUT4

# ---- A result of nestor; means ----

cat >result.json <<'END'
{
  "cycles": 348222,
  "region": {
    "cycles": 334812,
    "translation": {
      "waits": 8
    },
    "instructions": 137167
  },
  "instructions": 188733
}
END
gives 348222 result_top result.json cycles
gives 188733 result_top result.json instructions
gives 334812 result_region result.json cycles
report "a result of nestor run has these numbers" sh -c ". '$tree/tests/bench/qor_read.sh'
    '$NESTOR' run --json '$tree/build/software/mix.elf' >mix.json 2>err
    [ \"\$(result_top mix.json instructions)\" -gt \"\$(result_region mix.json instructions)\" ]"
gives 2 sh -c ". '$tree/tests/bench/qor_read.sh'; printf '10\n2\n1\n' | median"
gives 2.000 sh -c ". '$tree/tests/bench/qor_read.sh'; printf '1\n4\n' | geometric_mean"

# ---- Comparison and tables ----

cd "$tree" || exit 1
printf 'plain.hx8k.cells\t3000\tabc\nplain.hx8k.mhz\t50\tabc\n' >"$dir/before.tsv"
printf 'plain.hx8k.cells\t2700\tabc\nplain.hx8k.mhz\t61\tabc\n' >"$dir/now.tsv"
tests/bench/qor.sh --compare "$dir/before.tsv" "$dir/now.tsv" >"$dir/out" 2>"$dir/err"
status=$?
report "an aim is reached by a figure that is equal" \
    grep -q '^plain.hx8k.cells *3000 *2700 *-10.0 %  <= 2700 reached$' "$dir/out"
report "and missed" grep -q '^plain.hx8k.mhz *50 *61 *+22.0 %  >= 62 MISSED$' "$dir/out"
report "all aims are counted" grep -q "^aims: 1 of $(grep -vc '^#' tests/bench/qor.aims) reached" "$dir/out"

tests/bench/qor.sh --tables docs/qor.tsv >"$dir/tables" 2>"$dir/err"
sed '1,/^<!-- qor: begin/d; /^<!-- qor: end/,$d' docs/results.md >"$dir/section"
report "docs/results.md has the tables of docs/qor.tsv" cmp "$dir/tables" "$dir/section"
grep -v '^#' tests/bench/qor.aims | cut -f 4 >"$dir/aims"
report "and every aim" sh -c "while read -r aim; do grep -qF \"| \$aim |\" '$dir/section' || exit 1; done <'$dir/aims'"
# NAME, if its options are no configuration, or docs/results.md has no row of it
wrong_key() {
    "$NESTOR" config validate $3 >"$dir/out" 2>&1 && grep -qF "| $4 |" "$dir/section" || echo "$1"
}
bad=$(each_key tests/bench/qor.keys wrong_key)
report "every choice of qor.keys is one, and has its row${bad:+: not $bad}" [ -z "$bad" ]
report "every figure has a value and a commit" \
    awk -F '\t' '!/^#/ && (NF != 3 || $2 == "" || $3 == "") { bad = 1 } END { exit bad }' docs/qor.tsv
cd "$dir" || exit 1
tap_end
