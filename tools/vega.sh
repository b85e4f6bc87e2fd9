#!/bin/sh
# Fetches Vega-Lite from npm into FOLDER/vega.js, one script with the licences at its head, for the reports of nestor report. What comes must
# be what is named here, to the last bit; a FOLDER that has it is left alone.
#   vega.sh FOLDER
set -eu
folder=$1
packages="vega 6.4.0 3521fb6ff68a94a40323954f0ba4484ba4014b157bfd37f89a3b063082320c42
vega-lite 6.4.3 24260f85e6f5bfe1069505f7c5c2b9863181ac413ef1030746f0a80c93991ce5
vega-embed 7.3.0 d9a958ced3240f0418df7d5e12e97dba6e63cecda15b8403e47a0db7eb6ea859"

[ ! -e "$folder/vega.js" ] || [ -n "$(find "$0" -newer "$folder/vega.js")" ] || exit 0
command -v npm >/dev/null || { echo "vega: found no npm (Debian's package npm); reports have their own pictures without it" >&2; exit 1; }
mkdir -p "$folder"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo "$packages" | while read -r name version sum; do
    npm pack --silent --pack-destination "$work" "$name@$version" >/dev/null
    echo "$sum  $work/$name-$version.tgz" | sha256sum --quiet -c - >&2
    mkdir "$work/$name"
    tar -xzf "$work/$name-$version.tgz" -C "$work/$name" package/LICENSE "package/build/$name.min.js"
    { printf '/*! %s %s\n' "$name" "$version"; cat "$work/$name/package/LICENSE"; echo '*/'; } >>"$work/vega.js"
    # The source map would be asked for, and the end of a script in a text would be its end in a page.
    sed -e '/^\/\/# sourceMappingURL=/d' -e 's,</script,<\\/script,g' "$work/$name/package/build/$name.min.js" >>"$work/vega.js"
    echo >>"$work/vega.js"
done
[ "$(grep -c '^/\*! vega' "$work/vega.js")" -eq 3 ] || { echo "vega: not all of it came" >&2; exit 1; }
mv "$work/vega.js" "$folder/vega.js"
