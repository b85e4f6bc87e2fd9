#!/bin/sh
# The command under valgrind: no error, no leak, and the exit status that it has without. TAP. Run from the top of the
# tree; VALGRIND_ALL=1 runs every preset and depth too.
set -u
nestor=$(realpath "${NESTOR:-build/nestor}")
programs=$(realpath "${PROGRAMS:-build/software}")
corpus=$(realpath tests/fuzz/corpus/world)
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1
count=0 failed=0

kinds=all
under_valgrind() {
    valgrind -q --leak-check=full --show-leak-kinds=$kinds --errors-for-leak-kinds=$kinds --error-exitcode=97 "$@" >out 2>err
    status=$?
}

# report NAME CONDITION...
report() {
    name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name: status $status"
        head -n 60 err >&2
    fi
}

is_clean() {
    [ "$status" -eq "$1" ] && ! grep -q '^==' err
}

# clean STATUS ARGUMENTS...: 97 would be valgrind's.
clean() {
    wanted=$1
    shift
    under_valgrind "$nestor" "$@"
    report "$*" is_clean "$wanted"
}

# A program that leaks, and one that reads what it has not written.
echo 'int main(int count, char **words) { char *p = __builtin_malloc(1); return count > 1 ? *p == words[1][0] : 0; }' |
    gcc -x c -O0 -o wrong - || exit 1
under_valgrind ./wrong
report "a leak is noticed" [ "$status" -eq 97 ]
under_valgrind ./wrong x
report "an error is noticed" grep -q uninitialised err

printf '[machine]\ndepth = 40\n' >bad.ini
head -c 100 "$programs/hello.elf" >truncated.elf
clean 0 config print default
clean 125 config validate ./bad.ini
clean 0 run --depth 1 --on-demand "$programs/hello.elf"
clean 42 run --depth 2 --emulate-devices "$programs/exit42.elf"
clean 125 run truncated.elf
clean 0 gen --config plain -o plain
clean 125 gen --config ./bad.ini -o bad
# what a process of fuzz does wrong ends the command with 125
leaks=definite,indirect,possible # the C library's loader keeps a few words for a library that dlclose unloads
kinds=$leaks
clean 0 fuzz --config small --worlds 6 --jobs 1 --seed 5
clean 0 replay --no-wave "$corpus/next"
kinds=all
if [ -n "${VALGRIND_ALL:-}" ]; then
    for preset in $("$nestor" config list | awk '{ print $1 }'); do
        clean 0 config explain "$preset"
        clean 0 config validate "$preset"
        clean 0 gen --config "$preset" -o "$preset"
    done
    for depth in 0 1 2 3 4; do
        clean 99 run --depth $depth "$programs/trap99.elf"
        clean 0 run --depth $depth --json --trace trace "$programs/hello.elf"
    done
    clean 0 run --depth 3 --guests 2 --quantum 2000 "$programs/hello.elf"
    clean 0 cosim --config small --depth 1 --sim icarus "$programs/hello.elf"
    clean 125 run --trace /dev/full "$programs/hello.elf"
    clean 125 run nofile
    clean 125 nonsense
    kinds=$leaks
    clean 0 fuzz --config small --worlds 60 --jobs 2 --seed 6 --coverage coverage.json
    clean 0 fuzz --config small --worlds 60 --jobs 2 --seed 7 --coverage coverage.json --json
    clean 0 replay --wave wave.fst "$corpus/flush-none"
    clean 0 cosim --config small --depth 1 "$programs/hello.elf"
fi
echo "1..$count"
[ "$failed" -eq 0 ]
