#!/bin/sh
# make install below a DESTDIR: what is there works without the clone, and make uninstall leaves nothing. TAP. Run from the
# top of the tree.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
top=$PWD
count=0 failed=0

# report NAME CONDITION...: one line of TAP.
report() {
    name=$1
    shift
    count=$((count + 1))
    if "$@" >"$dir/out" 2>"$dir/err"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        tail -n 5 "$dir/out" "$dir/err"
    fi
}

make_in_top() {
    MAKEFLAGS='' make -s -C "$top" "$@" DESTDIR="$dir/root" PREFIX=/usr
}
report "make install" make_in_top install
usr=$dir/root/usr
share=$usr/share/nestor
cd "$dir" || exit 1

# In a folder of its own, with nothing of the clone in the environment.
installed() {
    env -i PATH="$usr/bin:/usr/bin:/bin" HOME="$dir" nestor "$@"
}
is_version() {
    installed --version | grep -q "^nestor $(cat "$top/VERSION")"
}
report "its version" is_version
report "a program runs" installed run --depth 2 "$share/programs/hello.elf"
report "cosim finds its sources, the monitor and the presets" \
    installed cosim --config plain --sim icarus "$share/programs/hello.elf"
report "gen writes Verilog" installed gen --config small -o verilog
report "Verilog has the version" grep -q "Nestor $(cat "$top/VERSION")" verilog/nestor_core.v
names_no_clone() {
    cp "$usr/bin/nestor" stripped && strip stripped && ! grep -qF "$top/" stripped
}
report "the command names no file of the clone" names_no_clone

# The template, copied and built from what is installed.
cp -r "$share/software/template" program
template() {
    env -i PATH="$usr/bin:/usr/bin:/bin" HOME="$dir" make -C program NESTOR="$share" run
}
report "the template builds and runs" template
report "its Makefile knows where it was installed" grep -qx 'NESTOR       ?= /usr/share/nestor' program/Makefile

# Each file that a document names lies beside it.
links_hold() {
    (cd "$usr/share/doc/nestor" && for page in README.md guide.md results.md; do
        grep -o '](pictures/[a-z0-9-]*.svg)\|]([a-z]*\.md[)#]' "$page" | sed 's/^](//; s/[)#].*//; s/)$//'
    done | sort -u | while read -r file; do [ -f "$file" ] || exit 1; done)
}
report "the documents' links and pictures are there" links_hold

# Manual pages and completion have every command and option.
commands=$(installed --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
for command in $commands; do
    page=$usr/share/man/man1/nestor-$command.1
    report "nestor-$command.1 has its options" sh -c '"$1" "$2" --help | grep -o -e "--[a-z-]*" | sort -u | while read -r option; do
        sed "s/[\\\\]//g" "$3" | grep -qF -e "$option" || exit 1; done' sh "$usr/bin/nestor" "$command" "$page"
done
report "nestor.1" grep -q '^nestor .- Goldberg' "$usr/share/man/man1/nestor.1"
completes() {
    bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _nestor; printf "%s\n" "${COMPREPLY[@]}"' bash \
        "$usr/share/bash-completion/completions/nestor" "$@"
}
completes_to() {
    wanted=$1
    shift
    [ "$(completes "$@" | tr '\n' ' ')" = "$wanted " ]
}
report "a command is completed" completes_to replay nestor repl
report "an option is completed" completes_to --no-wave nestor replay --no
report "a simulator is completed" completes_to icarus nestor cosim --sim ic

report "make uninstall" make_in_top uninstall
left=$(find root -type f -o -type l)
report "leaves nothing" [ -z "$left" ]
echo "1..$count"
[ "$failed" -eq 0 ]
