#!/bin/sh
# fetch.sh DIR PACKAGE...: Debian's source packages, those of the release that this machine has, unpacked and patched as
# Debian does it into DIR/PACKAGE. apt-get verifies them, from the release's signature down to each file. The list of
# sources that it works with is in DIR, and so is what it keeps: the machine's own lists are neither used nor changed.
# What is there already is not fetched again. Needs a network and dpkg-dev, not root.
# MIRROR: where Debian comes from; otherwise the first Debian of the machine's own lists.
set -eu
[ $# -ge 2 ] || { echo "fetch: found $# arguments, expected DIR PACKAGE..." >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift

missing=
for package in "$@"; do
    [ -e "$dir/$package/debian/control" ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
release=$(. /etc/os-release && [ "$ID" = debian ] && echo "$VERSION_CODENAME") || release=
if [ -z "$release" ] || ! [ -e "$keyring" ]; then
    echo "fetch: found no Debian of a known release on this machine; expected one (bookworm, trixie), for its sources" >&2
    exit 1
fi
command -v dpkg-source >/dev/null || { echo "fetch: no dpkg-source; install the package dpkg-dev, or make setup" >&2; exit 1; }
if [ -z "${MIRROR:-}" ]; then
    MIRROR=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(SITE)' 'Created-By: Packages' |
        sed -n 's/^Debian main //p' | grep -v security | head -n 1)
fi
if [ -z "$MIRROR" ]; then
    echo "fetch: found no Debian in this machine's lists of packages; expected one (apt-get update), or its address in MIRROR" >&2
    exit 1
fi

mkdir -p "$dir/apt/lists/partial" "$dir/apt/cache/archives/partial" "$dir/unpacked"
apt() {
    apt-get -q -o Dir::Etc::sourcelist="$dir/apt/sources.list" -o Dir::Etc::sourceparts=- -o Dir::State::lists="$dir/apt/lists" \
        -o Dir::Cache="$dir/apt/cache" -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=3 -o Acquire::http::Timeout=30 \
        -o Acquire::Languages=none "$@" >"$dir/apt/log" 2>&1
}
# update RELEASE: what there is. Where nothing answers, apt-get warns and ends with 0.
update() {
    echo "deb-src [signed-by=$keyring] $MIRROR $1 main" >"$dir/apt/sources.list"
    apt update && ! grep -q '^W: Failed to fetch' "$dir/apt/log"
}
failed() {
    cat "$dir/apt/log" >&2
    exit 1
}

echo "fetch: Debian's sources ($release) of:$missing" >&2
update "$release" || failed
cd "$dir/unpacked"
for package in $missing; do
    rm -rf "$package"[-_]* "../$package"
    if ! apt source "$package"; then
        # Not all mirrors have what their own list says; the release before has a version that does as well here.
        grep -q '404 ' "$dir/apt/log" && [ "$release" != bookworm ] || failed
        echo "fetch: the mirror lacks $package of $release; that of bookworm in its place" >&2
        update bookworm && apt source "$package" || failed
        update "$release" || failed
    fi
    # The one folder that it has made; the name to use is there when all is whole.
    mv "$package"-*/ "../$package"
    rm -f "$package"_*
done
