# The tables of docs/results.md out of docs/qor.tsv (-F '\t'); -v aims=FILE has the aims, -v keys=FILE the choices. Nothing is in awk's own order.

/^#/ { next }
{
    value[$1] = $2
    commit[$1] = $3
    if (!($3 in seen) && $1 !~ /^tool\./) { seen[$3] = 1; commits[++commit_count] = $3 }
    order[++count] = $1
}

function get(metric) { return metric in value ? value[metric] : "-" }

function good(x, op, aim) { return op == "<=" ? x + 0 <= aim + 0 : op == ">=" ? x + 0 >= aim + 0 : x == aim }

function print_aims(    line, f) {
    print "\n| aim | | measured | |"
    print "|---|---|---|---|"
    while ((getline line < aims) > 0) {
        if (line ~ /^#/ || split(line, f, "\t") < 4) continue
        printf "| %s | %s %s | %s | %s |\n", f[4], f[2], f[3], get(f[1]),
            get(f[1]) == "-" ? "not measured" : good(get(f[1]), f[2], f[3]) ? "reached" : "missed"
    }
}

function area_row(name, metric) {
    if (!((metric ".cells") in value)) return
    printf "| %s | %s | %s | %s | %s | %s |\n", name, get(metric ".cells"), get(metric ".rams"), get(metric ".mhz"),
        get(metric ".seeds"), get(metric ".path")
}

function print_area(    i, p) {
    print "\nOn iCE40, by the scripts that come with the Verilog (`synth_up5k.ys`, which maps for area, for the"
    print "up5k) and nextpnr: logic cells, block RAMs, median frequency, that of each seed, and where the longest"
    print "path of the first one begins and ends. An hx8k has 7,680 cells and 32 block RAMs, an up5k 5,280 and 30."
    print "A core is measured in a harness, whose cells are subtracted; the SoC as it is, its RAM reduced to 8 KiB"
    print "(`plain`), 4 KiB (`small`) or outside, on the pins (`default`); the board is a whole up5k: 128 KiB of"
    print "RAM, pins, serial line and loader (`tests/bench/board_up5k.v`). `-`: it does not fit."
    print "\n| | cells | block RAMs | MHz | by seed | longest path |"
    print "|---|---|---|---|---|---|"
    for (i = 1; i <= 3; i++) {
        p = preset[i]
        area_row(p ", hx8k", p ".hx8k")
        area_row(p ", up5k", p ".up5k")
        area_row(p ", SoC, hx8k", p ".soc")
        area_row(p ", board, up5k", p ".board")
    }
    print "\nOn ECP5 (`synth_ecp5.ys`): cells as nextpnr counts them, of the 24,288 of an LFE5U-25F (an adder cell"
    print "is two, 16 words of 4 bits of distributed RAM are six); the cores in the harness, of `default` the SoC"
    print "with 64 KiB."
    print "\n| | cells | percent | block RAMs | MHz | by seed |"
    print "|---|---|---|---|---|---|"
    for (i = 1; i <= 3; i++) {
        p = preset[i]
        if ((p ".ecp5.cells") in value)
            printf "| %s | %s | %s | %s | %s | %s |\n", p (p == "default" ? ", SoC" : ""), get(p ".ecp5.cells"),
                get(p ".ecp5.percent"), get(p ".ecp5.rams"), get(p ".ecp5.mhz"), get(p ".ecp5.seeds")
    }
}

function print_units(    i, j, name, metric, done, row) {
    print "\nLUT4 by unit (`synth.ys` with `-noflatten`, so that nothing is shared between units):"
    print "\n| unit | plain | small | default |"
    print "|---|---|---|---|"
    for (i = 1; i <= count; i++) {
        name = order[i]
        if (!sub(/^[a-z]+\.unit\./, "", name) || name in done) continue
        done[name] = 1
        row = "| " name
        for (j = 1; j <= 3; j++) {
            metric = preset[j] ".unit." name
            row = row " | " (metric in value ? value[metric] : "")
        }
        print row " |"
    }
}

# by how much a figure is above that of its preset: "+12", "-0.3 %"; nothing where one is missing
function above(metric, base, percent) {
    if (get(metric) == "-" || get(base) == "-") return ""
    return percent ? sprintf("%+.1f %%", 100 * (get(metric) / get(base) - 1)) : sprintf("%+d", get(metric) - get(base))
}

function print_keys(    line, f, m, base) {
    print "\nWhat each choice costs (`QOR_PARTS=keys make qor`): logic cells and block RAMs of the core on an hx8k,"
    print "packed, the harness subtracted, and cycles an instruction, the geometric mean over the 13 small"
    print "workloads in the region of interest, at depth 0 (`plain`) and in a virtual machine (`default`)."
    print "\n| | cells | | block RAMs | CPI | |"
    print "|---|---|---|---|---|---|"
    while ((getline line < keys) > 0) {
        if (line ~ /^#/ || split(line, f, "\t") < 4) continue
        m = "keys." f[1]
        base = "keys." f[2]
        printf "| %s | %s | %s | %s | %s | %s |\n", f[4], get(m ".cells"), m == base ? "" : above(m ".cells", base ".cells", 0),
            get(m ".rams"), get(m ".cpi"), m == base ? "" : above(m ".cpi", base ".cpi", 1)
    }
}

function print_cpi(    i, name) {
    print "\nCycles an instruction, preset plain, depth 0, in the region of interest. The mean is the geometric one"
    print "over the 13 small workloads. `kernels` (lists, matrices, a state machine, CRC) is of CoreMark's kind,"
    print "`records` (records, strings, calls) of Dhrystone's; both are our own, so that their figures compare with"
    print "each other's only. The score is rounds of `kernels` in a second at 1 MHz."
    print "\n| program | sequential | `multiplier = fast` |"
    print "|---|---|---|"
    for (i = 1; i <= count; i++) {
        name = order[i]
        if (name ~ /^cpi\.fast\./ && sub(/^cpi\.fast\./, "", name) && name != "mean")
            printf "| %s | %s | %s |\n", name, get("cpi.sequential." name), get("cpi.fast." name)
    }
    printf "| **mean** | %s | %s |\n", get("cpi.sequential.mean"), get("cpi.fast.mean")
    for (i = 1; i <= count; i++) {
        name = order[i]
        if (sub(/^score\.fast\./, "", name))
            printf "| %s, score | %s | %s |\n", name, get("score.sequential." name), get("score.fast." name)
    }
}

function print_slowdown(kind, title,    i, name, prefix) {
    print "\n| " title " | depth 1 | depth 4 |"
    print "|---|---|---|"
    prefix = "slowdown." kind ".depth1."
    for (i = 1; i <= count; i++) {
        name = order[i]
        if (index(name, prefix) != 1) continue
        name = substr(name, length(prefix) + 1)
        if (name != "mean")
            printf "| %s | %s | %s |\n", name, get(prefix name), get("slowdown." kind ".depth4." name)
    }
    printf "| **mean** | %s | %s |\n", get(prefix "mean"), get("slowdown." kind ".depth4.mean")
}

function print_cycles(    i, f) {
    print "\nCycles of an LVMID that appends one level, by the level that executes it, and of a VM-fault, by the"
    print "level of the VM and the receiver: preset small and default, depth 1 to 4, linear maps at every level,"
    print "pages on demand, two guests (small: one), timer. Most cycles seen from the record before, so that an"
    print "instruction's fetch and a mapping fault's walk are included."
    print "\n| | from | to | small | default |"
    print "|---|---|---|---|---|"
    for (i = 1; i <= count; i++)
        if (order[i] ~ /^cycles\.default\.(lvmid|fault)\.[0-9]+-[0-9]+$/) {
            split(order[i], f, /[.-]/)
            printf "| %s | %s | %s | %s | %s |\n", f[3] == "lvmid" ? "LVMID" : "VM-fault", f[4], f[5],
                get("cycles.small." f[3] "." f[4] "-" f[5]), get(order[i])
        }
}

END {
    split("plain small default", preset, " ")
    printf "\nMeasured at %s", commits[1]
    for (i = 2; i <= commit_count; i++) printf ", %s", commits[i]
    print " (docs/qor.tsv has the commit of each figure). Tools:"
    for (i = 1; i <= count; i++)
        if (order[i] ~ /^tool\./) print "- " substr(order[i], 6) ": " value[order[i]]
    print_aims()
    print_area()
    print_units()
    print_keys()
    print_cpi()
    print "\nCycles against depth 0, preset default, the monitors' start included. Small workloads:"
    print_slowdown("small", "program")
    print "\nOf ten million instructions and more:"
    print_slowdown("large", "program")
    print "\nThe real programs (`make workloads-real`), 4 MiB of RAM:"
    print_slowdown("real", "program")
    print_cycles()
    print ""
}
