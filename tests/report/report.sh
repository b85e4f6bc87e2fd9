#!/bin/sh
# A report in a headless Chromium, with Vega-Lite and without. TAP. Run from the top of the tree after `make report-assets`; CHROMIUM names
# another browser of the kind, BUILD another folder. Pictures of the screen are left in $BUILD/report.
set -eu
build=${BUILD:-build}
nestor=$build/nestor
work=$build/report
browser=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$browser" ] || { echo "1..0 # SKIP found no chromium (Debian's package chromium)"; exit 1; }
driver="playwright-core 1.65.1 6f5a60be62a4fddfbe7d10c448d8fbd54547da3358f2f8a04211440471ee863e"
# shellcheck disable=SC2086 # three words
set -- $driver
mkdir -p "$work"
if [ ! -e "$work/$1-$2/package/index.mjs" ]; then
    npm pack --silent --pack-destination "$work" "$1@$2" >/dev/null
    echo "$3  $work/$1-$2.tgz" | sha256sum --quiet -c -
    mkdir -p "$work/$1-$2"
    tar -xzf "$work/$1-$2.tgz" -C "$work/$1-$2"
fi

# What was measured, and one result with everything, whose program has a hostile name.
rm -f "$work"/*.jsonl
"$nestor" sweep --depth 0-3 --entries 1,2,4..64 --curve --grid --locality --interval 4000 "$build/software/tree_list.elf" -o "$work/measured.jsonl" 2>"$work/err"
awk 'BEGIN {
    printf "{\"schema\":\"nestor-lab-1\",\"version\":\"1\",\"command\":\"c\",\"program\":\"<script>hostile&\\\"name.elf\",\"depth\":2,\"instructions\":1000,"
    printf "\"curve_of\":{\"accesses\":1000},\"curve\":["
    for (i = 1; i <= 200; i++) printf "%s{\"entries\":%d,\"misses\":%d}", (i > 1 ? "," : ""), i, 800 / i
    printf "],\"grid\":["
    for (s = 1; s <= 64; s *= 2) for (w = 1; w <= 16; w++) printf "%s{\"sets\":%d,\"ways\":%d,\"misses\":%d}", (s + w > 2 ? "," : ""), s, w, 8000 / (s * w)
    printf "],\"locality\":{\"temporal\":[{\"distance\":-1,\"count\":9}"
    for (d = 1; d <= 512; d *= 2) printf ",{\"distance\":%d,\"count\":%d}", d, 1000 / d
    printf "],\"spatial\":["
    for (d = 4; d <= 65536; d *= 2) printf "%s{\"delta\":%d,\"probability\":%g}", (d > 4 ? "," : ""), d, 1 - 2 / d
    printf "],\"process\":[{\"length\":8,\"count\":3},{\"length\":64,\"count\":5}],\"vm\":[{\"length\":8,\"count\":3},{\"length\":64,\"count\":5}]}}\n"
}' >"$work/made.jsonl"
"$nestor" report "$work/measured.jsonl" "$work/made.jsonl" -o "$work/vega.html"
"$nestor" report "$work/measured.jsonl" "$work/made.jsonl" -o "$work/plain.html" --plain
"$nestor" sweep --depth 1-4 --entries 1,2,4..64 --curve --grid --locality --interval 4000 "$build/software/tree_list.elf" -o "$work/shown.jsonl" -o "$work/shown.html" 2>"$work/err"
exec node tests/report/browser.mjs "$browser" "$(realpath "$work/$1-$2/package/index.mjs")" "$(realpath "$work")"
