#!/bin/sh
# setup.sh [linux]: installs what Nestor needs, from Debian or Ubuntu, and what `make linux` needs; does nothing when all is
# there.
# Elsewhere, or without root and sudo, it prints the list and stops.
set -eu

# Names without a version, which every release has for what it comes with; behind a slash, what does as well if it is there.
packages="gcc g++ make pkg-config
verilator iverilog yosys nextpnr-ice40 fpga-icestorm
qemu-system-misc gcc-riscv64-unknown-elf picolibc-riscv64-unknown-elf
libfdt-dev device-tree-compiler libinih-dev libelf-dev libdw-dev libjansson-dev libcmocka-dev zlib1g-dev libarchive-dev libzstd-dev xz-utils zstd bzip2
clang/clang-14 libclang-rt-dev/libclang-rt-14-dev valgrind gdb-multiarch
clang-format/clang-format-14 cppcheck help2man graphviz jq dpkg-dev tcl"

case ${1:-} in
'') ;;
linux) packages="$packages linux-source-6.12 flex bison bc" ;;
*) echo "setup: found '$1', expected nothing or linux" >&2; exit 2 ;;
esac

installed() {
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

missing=""
if command -v dpkg-query >/dev/null 2>&1; then
    for package in $packages; do
        installed "${package%/*}" || installed "${package#*/}" || missing="$missing ${package%/*}"
    done
    [ -n "$missing" ] || exit 0
fi

if ! command -v apt-get >/dev/null 2>&1; then
    echo "setup: found no apt-get; Nestor needs these (Debian's names), from your own packages:" >&2
    echo "$packages" | sed 's,/[^ ]*,,g' >&2
    # A system that has the tools under other package names can go on.
    for tool in gcc g++ verilator iverilog yosys nextpnr-ice40 icetime qemu-system-riscv32 riscv64-unknown-elf-gcc clang valgrind cppcheck; do
        command -v "$tool" >/dev/null 2>&1 || { echo "setup: missing: $tool" >&2; exit 1; }
    done
    exit 0
fi

run=""
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "setup: neither root nor sudo; install these and try again:$missing" >&2
        exit 1
    fi
    run=sudo
fi
echo "setup: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
$run apt-get update -q >&2
case $missing in *linux-source*)
    apt-cache show linux-source-6.12 >/dev/null 2>&1 || {
        echo "setup: apt has no linux-source-6.12; Debian 13 has it, and Debian 12 in its suite bookworm-security" >&2
        exit 1
    } ;;
esac
# shellcheck disable=SC2086 # a list of words
$run apt-get install -y -q --no-install-recommends $missing >&2
