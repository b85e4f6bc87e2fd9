#!/bin/sh
# nestor trace: traces of programs, conversions, pipes and compression, guesses and errors. TAP. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
. tests/support/tap.sh

call() {
    "$NESTOR" "$@" >out 2>err </dev/null
    status=$?
}

refused() {
    [ "$status" -eq 125 ] && [ "$(wc -l <err)" -eq 1 ] && grep -qE "^nestor: $1" err
}

# key NAME: a number of the summary's JSON.
key() {
    sed -n "s/^  \"$1\": \"\{0,1\}\([^\",]*\).*/\1/p" out
}

same() {
    [ "$status" -eq 0 ] && cmp -s "$1" "$2"
}

# ---- a program ----

call run --json --depth 2 "$PROGRAMS/mix.elf"
accesses=$(sed -n 's/^    "accesses": \([0-9]*\).*/\1/p' out | head -n 1)
instructions=$(sed -n 's/^  "instructions": \([0-9]*\).*/\1/p' out)
call trace --json --depth 2 "$PROGRAMS/mix.elf" -o mix.nestor
recorded() {
    [ "$status" -eq 0 ] && [ "$(key stopped)" = finished ] && [ "$(key instructions)" = "$instructions" ] &&
        [ "$(key vms)" = 3 ] && [ "$(key references)" -ge "$accesses" ] && [ "$accesses" -gt 100000 ] &&
        [ "$(key references)" = $(($(key fetches) + $(key loads) + $(key stores))) ] &&
        [ "$(key bytes)" = "$(wc -c <mix.nestor)" ]
}
report "a trace of a run" recorded
cp out recorded.json

call trace --json mix.nestor
read_again() {
    [ "$status" -eq 0 ] && [ "$(key format)" = nestor ] &&
        for k in instructions fetches loads stores flushes entries references vms; do
            [ "$(key $k)" = "$(sed -n "s/^  \"$k\": \([0-9]*\).*/\1/p" recorded.json)" ] || return 1
        done
}
report "is read as it was written" read_again

call trace mix.nestor -o again.nestor
report "and written again it is the same file" same mix.nestor again.nestor

call trace --max-instructions 1000 --set associator.key=none "$PROGRAMS/mix.elf" --depth 1 --json -o short.nestor
limited() {
    [ "$status" -eq 0 ] && [ "$(key stopped)" = limit ] && grep -q '"exit_code": null' out && [ "$(key references)" -ge 1000 ]
}
report "--max-instructions ends a trace that is whole" limited
call trace short.nestor
report "which can be read" [ "$status" -eq 0 ]

call trace "$PROGRAMS/hello.elf" -o hello.nestor
report "the guest's output goes to stdout" grep -q 'hello from Nestor' out
"$NESTOR" trace "$PROGRAMS/hello.elf" -o - >hello.piped 2>err
status=$?
report "and to stderr when the trace does not leave it" same hello.nestor hello.piped
call trace "$PROGRAMS/exit42.elf" -o failed.nestor --json
failed_program() {
    [ "$status" -eq 0 ] && [ "$(key exit_code)" = 42 ]
}
report "a program that fails leaves a trace too" failed_program

# ---- conversions ----

# round FORMAT: what the format holds survives.
round() {
    call trace short.nestor --to "$1" -o "there.$1"
    [ "$status" -eq 0 ] || return 1
    call trace --format "$1" "there.$1" --to "$1" -o "back.$1"
    same "there.$1" "back.$1" || return 1
    call trace --format "$1" "there.$1" -o there.nestor
    call trace there.nestor --to "$1" -o "back.$1"
    same "there.$1" "back.$1" && [ "$(wc -c <"there.$1")" -gt 4000 ]
}
for format in lackey din addr32 addr64 page32 page64; do
    report "there and back: $format" round $format
done
call trace short.nestor --to din -o there.din
report "what a format has no word for is told" grep -q 'without the [0-9]* changes of the VM' err

printf 'I  04000000,4\n L 1ffeff7e0,8\n S 100,1\n M 200,2\n' >small.lackey
call trace small.lackey --to din -o small.din
printf '2 4000000 4\n0 1ffeff7e0 8\n1 100 1\n0 200 2\n1 200 2\n' >expected
report "lackey to din" same expected small.din
call trace small.lackey --to page32 -o small.page
printf '\000\100\000\000\377\376\037\000\000\000\000\000\000\000\000\000\000\000\000\000' >expected
report "lackey to page32" same expected small.page
call trace small.lackey --to page32 --page-bytes 8192 -o small.page
printf '\000\040\000\000\177\377\017\000\000\000\000\000\000\000\000\000\000\000\000\000' >expected
report "--page-bytes" same expected small.page
call trace small.lackey --to addr32 -o small.addr
report "an address that does not fit" refused 'small.addr: reference 2: found address 0x1ffeff7e0, expected one of 32 bits$'
report "leaves no file" [ ! -e small.addr ]
report "nor a temporary one" [ -z "$(ls small.addr* 2>/dev/null)" ]

# ---- pipes and compression ----

for program in "gzip" "xz" "zstd -q" "bzip2"; do
    $program -c <there.din >packed
    call trace packed --to din -o back.din
    report "$program" same there.din back.din
    "$NESTOR" trace - --to din -o back.din <packed 2>err
    status=$?
    report "$program on standard input" same there.din back.din
    head -c 700 packed >cut
    rm -f back.din
    call trace cut --to din -o back.din
    report "$program, cut short" refused 'cut: cannot read: .*([Tt]runcated|No progress)'
    report "$program, cut short, leaves no file" [ ! -e back.din ]
done
for program in "gzip" "xz" "zstd -q" "bzip2"; do
    { $program -c <there.din; echo garbage; } >packed
    rm -f back.din
    call trace packed --to din -o back.din
    report "$program, with something behind it" sh -c "[ $status -eq 125 ] && [ ! -e back.din ]"
    { $program -c <there.din; $program -c <there.din; } >packed
    call trace packed --to din -o back.din
    report "$program, twice" sh -c "[ $status -eq 0 ] && cat there.din there.din | cmp -s - back.din"
done
gzip -c <there.din | cat - there.din >packed
call trace packed
report "what it is" refused 'packed: cannot read behind line [0-9]+: found bytes behind the end of what is compressed'
for name in own.gz own.xz own.bz2; do
    call trace there.din -o $name
    report "no $name that is zstd" refused "$name: found a name in .*, expected another: format nestor is compressed by zstd"
done
call trace there.din -o own.zst
report "but own.zst" [ "$status" -eq 0 ]
call trace there.din --to lackey -o text.zst
report "no text.zst that is text" refused 'text.zst: found a name in .zst, expected another: format lackey is written as it is'
# Long enough to be read in parts: the error tells how far it was good.
seq 1000000 | sed 's/^/2 /' >long.din
gzip -1 -c long.din | head -c 1000000 >cut
call trace cut
report "where it is cut" refused 'cut: cannot read behind line [0-9]{6}: truncated gzip input'
cat there.din | "$NESTOR" trace - --to din -o - 2>err | cat >back.din
status=0
report "from a pipe to a pipe" same there.din back.din
mkfifo pipe
cat there.din >pipe &
call trace pipe --to din -o back.din
report "a named pipe" same there.din back.din
{ printf '2 40'; sleep 0.2; printf '0\n2 404\n'; } | "$NESTOR" trace - >out 2>err
status=$?
report "a pipe that gives little at once" grep -q '^2 references: 2 fetches' out
gzip -c <mix.nestor >mix.gz
call trace mix.gz -o again.nestor
report "our own format, in gzip" same mix.nestor again.nestor

# ---- errors ----

printf '2 400\n2 40x4\n' >bad.din
call trace bad.din -o bad.nestor
report "a bad line" refused "bad.din: line 2: found '2 40x4', expected \"LABEL ADDRESS"
report "leaves no file" [ ! -e bad.nestor ]
printf 'old\n' >kept.nestor
call trace bad.din -o kept.nestor
report "and keeps the one that is there" [ "$(cat kept.nestor)" = old ]
printf '==1== Lackey, an example Valgrind tool\nI  400,3\nusage: ls\n' >mixed
call trace mixed
report "what a program prints among its trace" refused "mixed: line 3: found 'usage: ls', .*log-file"
printf '==1== Lackey, an example Valgrind tool\nusage: ls\n' >mixed
call trace mixed
report "even before it" refused "mixed: line 2: found 'usage: ls', .*log-file"
call trace there.page64
report "raw numbers are not guessed" refused 'there.page64: found a format that its content does not tell, expected text of din'
head -c 1001 there.addr64 >cut
call trace --format addr64 cut
report "a record that is cut" refused 'cut: record 126: found the end of the file behind 1 bytes of it'
size=$(wc -c <mix.nestor)
for cut in 0 5 100 $((size / 2)) $((size - 4)) $((size - 1)); do
    head -c "$cut" mix.nestor >cut
    call trace cut --to din -o cut.din
    report "our own format, $cut of $size bytes" refused 'cut: '
    report "leaves no file" [ ! -e cut.din ]
done
zstd -qdc mix.nestor | head -c 2000 >cut
call trace cut
report "our own format, uncompressed and cut" refused 'cut: record [0-9]+: found the end of the file.*, expected .*cut short'
call trace /nowhere
report "a file that is not there" refused '/nowhere: cannot open: No such file'
call trace .
report "a folder" refused '\.: .*Is a directory'
call trace small.lackey -o nowhere/out
report "a folder that is not there" refused 'nowhere/out: cannot create'
: >empty
call trace empty
report "an empty file" refused 'empty: found an empty file'

# options TEXT ARGUMENTS...: refused by the options' parser.
option_refused() {
    [ "$status" -eq 125 ] && grep -qE "^nestor trace: $1" err
}
call trace small.lackey --format nothing
report "--format that is none" option_refused "--format: found 'nothing', expected one of nestor, lackey, din, addr32"
call trace small.lackey --to champsim -o out2
report "--to that is not written" option_refused "--to: found 'champsim', expected one of nestor, lackey, din"
call trace small.lackey --to din
report "--to without a file" option_refused "--to: found without --output"
call trace small.lackey --page-bytes 5000
report "--page-bytes that is no power of two" option_refused "--page-bytes: found '5000', expected a power of two"
call trace small.lackey --json -o -
report "--json and the trace on stdout" option_refused "--json: found with --output -"
call trace small.lackey --trace x
report "options of the other trace" option_refused "--trace, --explain: found"
"$NESTOR" trace "$PROGRAMS/mix.elf" -o /dev/full >out 2>err
status=$?
report "a disk that is full" refused '/dev/full: cannot write: No space left'

# ---- Ctrl-C: a program that does not end.. ----

cat >endless.S <<'END'
        .globl  _start
_start: li      t0, 0x10000000
        li      t1, '.'
        sb      t1, 0(t0)
1:      addi    t0, t0, 1
        j       1b
END
"${RISCV_PREFIX:-riscv64-unknown-elf-}gcc" -march=rv32im -mabi=ilp32 -misa-spec=2.2 -nostdlib -Wl,-n -Wl,-Ttext=0x80000000 endless.S \
    -o endless.elf
background trace endless.elf -o endless.nestor
until_printed out
kill -INT $child
wait $child
status=$?
interrupted() {
    [ "$status" -eq 130 ] && grep -qE '^nestor: endless.elf: interrupted after [0-9]+ records, at pc 0x800000' err
}
report "Ctrl-C ends it" interrupted
report "and leaves no file" [ -z "$(ls endless.nestor* 2>/dev/null)" ]

printf ' L 1000,4\n' >own.lackey
"$NESTOR" trace own.lackey -o own.lackey >out 2>err
status=$?
report "a trace does not take its own place" sh -c "[ $status -eq 125 ] && grep -q '^nestor: own.lackey: found what is read' err && [ \"\$(cat own.lackey)\" = ' L 1000,4' ]"

for option in --depth=2 --guests=2 --max-instructions=10 --input=own.lackey; do
    "$NESTOR" trace $option own.lackey >out 2>err
    status=$?
    report "$option has no meaning for a trace" sh -c "[ $status -eq 125 ] && grep -q '^nestor: own.lackey: found a trace beside' err && [ ! -s out ]"
done
"$NESTOR" measure --guests 4 own.lackey >out 2>err
status=$?
report "nor has a world for measuring one" sh -c "[ $status -eq 125 ] && grep -q '^nestor: own.lackey: found a trace beside options of a world' err"

tap_end
