# What is read out of the logs of the tools, as functions for the shell; tests/cli/qor.sh feeds them with kept ones.
# Each prints nothing if the log does not have it.

# The last frequency of a log of nextpnr: that after routing.
log_mhz() {
    sed -n "s/.*Max frequency for clock *'[^']*': \([0-9.]*\) MHz.*/\1/p" "$1" | tail -n 1
}

# log_used LOG NAME: how many of these cells; log_there: of how many.
log_used() {
    sed -n "s/.*[^A-Z_]$2: *\([0-9]*\)\/ *[0-9]*.*/\1/p" "$1" | tail -n 1
}
log_there() {
    sed -n "s/.*[^A-Z_]$2: *[0-9]*\/ *\([0-9]*\).*/\1/p" "$1" | tail -n 1
}

# Where the longest path from clock to clock begins and ends after routing, by the names of the Verilog.
log_path() {
    awk '
        function short(name) {
            sub(/\.[A-Z0-9_]+$/, "", name)      # the pin
            sub(/_(SB|TRELLIS|CCU2C|LUT4|PFUMX|L6MUX)_.*/, "", name)
            sub(/(_DFFLC|_LC)$/, "", name)
            sub(/^u_core\./, "", name)
            gsub(/u_/, "", name)
            sub(/\$(nextpnr|abc|auto).*/, "", name)
            return name
        }
        /Critical path report for/ { inside = /for clock/; if (inside) from = to = "" }
        inside && / Source / && from == "" { from = $NF }
        inside && (/ Setup / || / Sink /) { to = $NF }
        END { if (from != "") print short(from) " -> " short(to) }' "$1"
}

# stat_count STAT PATTERN: cells of the last design in what `stat` of Yosys prints, whose type matches as a whole.
stat_count() {
    awk -v pattern="^($2)$" '
        /^===/ { sum = 0 }
        $1 ~ pattern && NF == 2 { sum += $2 }
        $2 ~ pattern && NF == 2 && $1 ~ /^[0-9]+$/ { sum += $1 }
        END { print sum + 0 }' "$1"
}

# stat_units STAT PATTERN: the same for each module nestor_NAME, as "NAME COUNT"; those that have none are left out.
stat_units() {
    awk -v pattern="^($2)$" '
        function told() {
            if (name ~ /^nestor_/ && name != "nestor_core" && sum) print substr(name, 8), sum
            sum = 0
        }
        /^===/ { told(); name = $2; sub(/^\$paramod\\/, "", name); sub(/\\.*/, "", name) }
        $1 ~ pattern && NF == 2 { sum += $2 }
        $2 ~ pattern && NF == 2 && $1 ~ /^[0-9]+$/ { sum += $1 }
        END { told() }' "$1"
}

# result_top JSON NAME: a number of a result of nestor; result_region: of its region of interest.
result_top() {
    sed -n "s/^  \"$2\": \([0-9.]*\),*$/\1/p" "$1"
}
result_region() {
    sed -n "/^  \"region\": {/,/^  }/s/^    \"$2\": \([0-9.]*\),*$/\1/p" "$1"
}

# The middle one of the numbers on standard input.
median() {
    sort -n | awk '{ x[NR] = $1 } END { if (NR) print x[int((NR + 1) / 2)] }'
}

geometric_mean() {
    awk '{ sum += log($1) } END { if (NR) printf "%.3f\n", exp(sum / NR) }'
}

# each_key FILE COMMAND: COMMAND with name, preset, options and meaning of each row of a file like qor.keys.
each_key() {
    tab=$(printf '\t')
    grep -v '^#' "$1" | while IFS=$tab read -r name preset settings meaning; do
        options="--config $preset"
        [ "$settings" = - ] || options="$options$(printf ' --set %s' $settings)"
        "$2" "$name" "$preset" "$options" "$meaning"
    done
}
