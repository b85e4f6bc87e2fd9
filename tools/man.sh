#!/bin/sh
# man.sh NESTOR DIRECTORY: man pages of the command and its subcommands, from their --help, by help2man.
set -eu
nestor=$1 directory=$2
if ! command -v help2man >/dev/null 2>&1; then
    echo "install: no help2man, so no man pages" >&2
    exit 0
fi
# One page: man.sh makes the words of the subcommand one name, as git does.
page() {
    name=$1 what=$2
    shift 2
    help2man --no-info --section=1 --name="$what" --output="$directory/$name.1" "$*"
    # help2man takes the last word for the name
    sed -i "s/^\(\.TH\) [^ ]*/\1 $(echo "$name" | tr a-z A-Z)/; s/^[^ ]* \\\\- /$name \\\\- /" "$directory/$name.1"
}
page nestor "Goldberg's Hardware Virtualizer for RISC-V" "$nestor"
"$nestor" --help | sed -n 's/^  \([a-z]*\)   *\([^ ].*\)/\1 \2/p' | while read -r command what; do
    page "nestor-$command" "$what" "$nestor $command"
done
