#!/bin/sh
# The command's exit statuses and errors: TAP. Bad input is one line on stderr, exit status 125, and
# nothing half written. Run from the top of the tree; NESTOR and PROGRAMS say what is tested.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
. tests/support/tap.sh
version=$(sed 's/[.]/[.]/g' "$OLDPWD/VERSION")
NESTOR_CACHE=$dir/cache
export NESTOR_CACHE

call() {
    "$NESTOR" "$@" >out 2>err
    status=$?
}

# works STATUS ARGUMENTS...: that exit status.
works() {
    wanted=$1
    shift
    call "$@"
    report "$* ends with $wanted" [ "$status" -eq "$wanted" ]
}

# One line on stderr, beside the one that a simulator is built.
one_error() {
    [ "$status" -eq 125 ] && [ "$(grep -vc '^nestor: building ' err)" -eq 1 ] && grep -q "^nestor.*$1" err && [ ! -s out ]
}

# fails PATTERN ARGUMENTS...: one line of error that has the pattern.
fails() {
    pattern=$1
    shift
    call "$@"
    report "$* says $pattern" one_error "$pattern"
}

hello=$PROGRAMS/hello.elf

# Help and versions.
commands=$("$NESTOR" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p')
for word in --help -h help; do
    works 0 $word
    report "it lists the commands" grep -q '^  fuzz ' out
done
is_version() {
    [ "$(wc -l <out)" -eq 1 ] && grep -q "^nestor $version\( ([^ ]*)\)*\$" out
}
works 0 --version
report "it is that of VERSION" is_version
for command in $commands; do
    for words in "$command --help" "$command -h" "help $command"; do
        works 0 $words
        report "it names the command" grep -q "^Usage: nestor $command" out
    done
    works 0 $command --version
    report "it is that of VERSION" is_version
done
fails "found command 'walk', expected one of: gen, run, " help walk
fails "help: found a second command 'gen'" help run gen
fails "version: found argument 'x'" --version x

# Every option of every command that takes a value, without one, and numbers that are none.
for command in $commands; do
    "$NESTOR" $command --help | grep -o -e '--[a-z-]*\[*=[A-Z]*' | sort -u >options
    while IFS='=[' read -r option value; do
        fails "$option: found nothing behind it" $command $option=
        case $value in
        N | *=N | L | *=L | SECONDS | PERCENT | RECORD) ;;
        *) continue ;;
        esac
        for number in x -1 0x 1e3 ' 1' 18446744073709551616; do
            call $command $option="$number"
            report "$command $option=$number: an error" one_error "${option#--}: found '$number', expected a number from"
        done
    done <options
done
report "there were options" [ "$count" -gt 150 ]
fails 'run: found an empty argument' run ''
fails 'gen: found an empty argument' gen -o ''

# A program's own status.
works 0 run "$hello"
report "its output" grep -qx 'hello from Nestor' out
works 42 run "$PROGRAMS/exit42.elf"
works 99 run "$PROGRAMS/trap99.elf"

# Exit code 125 of its own: exit42.elf with another number in its li a0, 42.
own_125() {
    call run own.elf
    [ "$status" -eq 125 ] && grep -q '^nestor: own.elf: ended by itself, with exit code 125' err || return 1
    call run --json own.elf
    [ "$status" -eq 125 ] && grep -q '"exit_code": 125' out && grep -q '"stopped": "finished"' out
}
make_own() {
    # 0x02a00513 is li a0, 42; 0x07d00513 is li a0, 125
    at=$(LC_ALL=C grep -obUaP '\x13\x05\xa0\x02' "$PROGRAMS/exit42.elf" | head -n 1 | cut -d: -f1)
    cp "$PROGRAMS/exit42.elf" own.elf
    printf '\023\005\320\007' | dd of=own.elf bs=1 seek="$at" conv=notrunc 2>/dev/null
}
make_own
report "an exit code 125 of the program is told from an error of Nestor" own_125
for depth in 1 2 3 4; do
    works 42 run --depth $depth "$PROGRAMS/exit42.elf"
done
works 42 run --depth 2 --on-demand --emulate-devices "$PROGRAMS/exit42.elf"
call run --max-instructions 100 "$hello"
report "--max-instructions ends with 125 and a message" \
    sh -c "[ $status -eq 125 ] && grep -q 'stopped after 100 records by --max-instructions' err"

# Options.
fails 'found no command' # no argument at all
fails "found command 'walk'" walk
fails 'found no program' run
fails 'second program' run "$hello" "$hello"
fails "max-instructions: found 'x'" run --max-instructions x "$hello"
fails "depth: found '9'" run --depth 9 "$hello"
fails 'depth: found 5, expected at most 4' run --depth 5 "$hello"
fails 'depth: found 1, expected at most 0' run --config plain --depth 1 "$hello"
fails "guests: found '5'" run --guests 5 "$hello"
fails "guests: found '0', expected a number from 1 to 4" run --guests 0 "$hello"
fails "quantum: found '0', expected a number from 1 to" run --depth 1 --guests 2 --quantum 0 "$hello"
fails 'quantum: found with one guest, expected --guests' run --depth 1 --quantum 5 "$hello"
fails "max-instructions: found '0', expected a number from 1 to" run --max-instructions 0 "$hello"
fails "depth: found '011'" run --depth 011 "$hello" # eleven, not nine
works 42 run --depth 0x2 "$PROGRAMS/exit42.elf"
fails 'guests: found 2 at depth 0, expected' run --guests 2 "$hello"
fails 'switch-level: found 1 with one guest, expected --guests' run --depth 2 --switch-level 1 "$hello"
fails 'switch-level: found 2 with one guest, expected --guests' run --depth 3 --guests 1 --switch-level 2 "$hello"
works 0 run --depth 2 --guests 2 --switch-level 1 "$hello"
fails "seed: found '-1'" run --seed -1 "$hello"
fails "sim: found 'spice'" cosim --sim spice "$hello"
fails "wait: found '91'" cosim --wait 91 "$hello"
fails 'no output directory' gen
fails 'expected only options' gen -o x y
fails 'found .burst., expected pipelined or classic' gen --core --wishbone burst -o x
fails 'found without --core' gen --wishbone classic -o x
fails 'bus-errors: found without --core' gen --bus-errors -o x
fails 'which has no RAM' gen --core --program "$hello" -o x
fails "found action 'show'" config show
fails "set: found 'depth', expected SECTION.KEY=VALUE" gen --set depth -o x
fails "set machine.depth=x: depth: found 'x'" run --set machine.depth=x "$hello"
fails "set machine.depth=x: depth: found 'x'" cosim --set machine.depth=x "$hello"
fails "set machine.depth=x: depth: found 'x'" world --set machine.depth=x "$hello"
fails "set machine.depth=x: depth: found 'x'" demo --set machine.depth=x "$hello"
fails "set machine.depth=x: depth: found 'x'" config print small --set machine.depth=x
fails "set machine.depth=x: depth: found 'x'" fuzz --config small --set machine.depth=x
fails "set: found no --config, expected" fuzz --set machine.depth=1
fails 'depth: found 2, expected at most 1, the depth of configuration default+' \
    run --set machine.depth=1 --depth 2 "$hello"
works 0 config print small --set machine.timebase=clock
report "--set changes one key" sh -c \
    "'$NESTOR' config print small | sed 's/^timebase = commit/timebase = clock/' | cmp -s - out"
call run --no-such-option "$hello"
report "an unknown option ends with 125" [ "$status" -eq 125 ]

# Configurations.
works 0 config
works 0 config list
report "every preset is described" sh -c "[ \$(grep -c '^[a-z][a-z]*  *[A-Z].*[.]\$' out) -eq \$(wc -l <out) ]"
fails 'config list: found a configuration or --set, expected none' config list x
fails 'config list: found a configuration or --set, expected none' config list --set depth=2
for preset in $("$NESTOR" config list | awk '{ print $1 }'); do
    works 0 config validate "$preset"
    "$NESTOR" config print "$preset" >"$preset.ini"
    call config print "./$preset.ini"
    report "$preset: what is printed can be read again" cmp -s out "$preset.ini"
    works 0 config explain "$preset"
done
fails "configuration 'nix'" run --config nix "$hello"
fails './nix.ini' run --config ./nix.ini "$hello"
printf '[machine]\ndepth = 4\ncolour = red\n' >bad.ini
fails 'bad.ini:3.*colour' config validate ./bad.ini
printf '[machine]\ndepth = 40\n' >bad.ini
fails 'bad.ini:2.*depth' gen --config ./bad.ini -o x
printf '[associator]\nentries = 10\nways = 4\n' >bad.ini
fails 'entries' cosim --config ./bad.ini "$hello"
report "nothing was written" [ ! -e x ]

# ELF files.
fails 'nofile.elf' run nofile.elf
head -c 100 "$hello" >truncated.elf
fails 'truncated.elf' run truncated.elf
head -c 3000 "$hello" >truncated.elf
fails 'truncated.elf' run truncated.elf
head -c 10000 "$PROGRAMS/sort.elf" >truncated.elf # all that is loaded, but not what it says of the RAM it needs
fails 'truncated.elf: truncated' run truncated.elf
cp "$hello" wide.elf && printf '\002' | dd of=wide.elf bs=1 seek=4 conv=notrunc 2>/dev/null
fails 'wide.elf' run wide.elf
cp "$hello" arm.elf && printf '\050' | dd of=arm.elf bs=1 seek=18 conv=notrunc 2>/dev/null
fails 'arm.elf' run arm.elf
: >empty.elf
fails 'empty.elf' run empty.elf
printf '[machine]\nram_bytes = 0x1000\n' >tiny.ini
fails 'fit' run --config ./tiny.ini "$hello"
mkdir folder.elf
fails 'folder.elf' run folder.elf

# Files that cannot be read or written.
fails 'nofile' run --input nofile "$hello"
fails 'no/trace' run --trace no/trace "$hello"
fails 'no/such' gen -o no/such
fails 'bad.ini' gen -o bad.ini
call run --trace /dev/full "$hello"
report "a trace on a full disk is an error" grep -q '^nestor: /dev/full: cannot write' err
"$NESTOR" config print >/dev/full 2>err
status=$?
report "results on a full disk are an error" grep -q '^nestor: standard output: cannot write' err
(
    trap '' XFSZ
    ulimit -f 8
    call run --trace t.jsonl "$hello"
    exit $status
)
status=$?
report "a trace that does not fit leaves nothing" sh -c "[ $status -eq 125 ] && ! ls t.jsonl* >/dev/null 2>&1"
(
    trap '' XFSZ
    ulimit -f 8
    call gen -o full
    exit $status
)
status=$?
report "Verilog that does not fit is an error that says why" one_error 'full/.*\.v: cannot write: File too large'
report "and leaves nothing" [ ! -e full ]

# Simulators: missing tools, and a cache that cannot be made.
mkdir bin
call_without_tools() {
    PATH=$dir/bin "$NESTOR" "$@" >out 2>err
    status=$?
}
call_without_tools cosim "$hello"
report "cosim without Verilator says so" one_error 'verilator: program not found'
call_without_tools cosim --sim icarus "$hello"
report "cosim without Icarus says so" one_error 'iverilog: program not found'
call_without_tools cosim --sim gates "$hello"
report "cosim of gates without Yosys says so" one_error 'yosys: program not found'
printf '#!/bin/sh\necho "ERROR: no cells here"; exit 1\n' >bin/yosys && chmod +x bin/yosys
call_without_tools cosim --sim gates "$hello"
report "cosim of gates without cells says so" one_error 'yosys: failed: ERROR: no cells here'
rm bin/yosys
(
    trap '' XFSZ
    ulimit -f 160
    call cosim --sim icarus --config plain "$hello"
    exit $status
)
status=$?
report "a simulator that does not fit is an error" [ "$status" -eq 125 ]
report "nothing half built stays in the cache" sh -c '! ls cache | grep -v "^$"'
cure='; no place for the cache of simulators (NESTOR_CACHE names another)$'
NESTOR_CACHE=$dir/bad.ini/cache fails "bad.ini.*$cure" cosim "$hello"
NESTOR_CACHE='' XDG_CACHE_HOME='' HOME=$dir/bad.ini fails "bad.ini/.cache: cannot create directory: .*$cure" cosim "$hello"
fails 'bin: found no file' cosim --rtl bin "$hello"

# Verilog that no simulator can take, or that is of another configuration.
"$NESTOR" gen --config plain -o verilog
"$NESTOR" gen --config plain --core -o core
"$NESTOR" gen --config plain --no-rvfi -o bare
fails 'core/nestor_soc.v: found no such file, expected' cosim --config plain --rtl core "$hello"
fails 'bare/nestor_soc.v: found no port rvfi_valid, expected' cosim --config plain --rtl bare "$hello"
fails 'verilog/nestor_soc.v: found configuration plain, hash [0-9a-f]*, expected default, hash [0-9a-f]*$' \
    cosim --rtl verilog "$hello"
fails 'verilog/nestor_soc.v: found configuration plain' fuzz --config small --rtl verilog
"$NESTOR" config print plain | sed 's/^timebase = .*/timebase = clock/' >plain.ini
fails 'verilog/nestor_soc.v: found configuration plain' cosim --config ./plain.ini --rtl verilog "$hello"
sed 's/\([^.]\)rvfi_trap/\1other/' verilog/nestor_soc.v >bare/nestor_soc.v
fails 'bare/nestor_soc.v: found no port rvfi_trap, expected' cosim --config plain --rtl bare "$hello"

# Waveforms: what cannot be written is known before the run, and nothing special is replaced.
wave() {
    call cosim --sim icarus --config plain --wave "$@" "$hello"
}
wave no/w.fst
report "a waveform in no directory is an error" one_error 'no/w.fst: cannot create'
wave folder.elf
report "a waveform in the place of a directory is an error" one_error 'folder.elf: found a directory, expected'
mkdir w.gtkw
wave w.fst
report "a directory in the place of the save file is an error" one_error 'w.gtkw: found a directory, expected'
rmdir w.gtkw
mkfifo w.fst
wave w.fst
report "a waveform in the place of a pipe is an error" one_error 'w.fst: found a device or pipe, expected'
report "the pipe is still there" [ -p w.fst ]
rm w.fst
wave w.gtkw
report "a waveform in the place of its save file is an error" one_error 'w.gtkw: found the name of a save file'
(
    trap '' XFSZ
    ulimit -f 8
    wave w.fst
    exit $status
)
status=$?
report "a waveform that does not fit is an error" one_error 'w.fst: cannot write: File too large'
report "none of this leaves anything" sh -c '! ls | grep "^w[.]"'

# Waveforms, with a simulator that does something else too: $dir/fake/vvp.
mkdir fake
fake_vvp() {
    printf '#!/bin/sh\n%s\n' "$1" >fake/vvp && chmod +x fake/vvp
}
fake_wave() {
    PATH=$dir/fake:$PATH wave "$@"
}
is_old() {
    [ "$(ls)" = "$before" ] && [ "$(cat w.fst)" = old ]
}
vvp=$(command -v vvp)
echo old >w.fst
fake_vvp "mkdir -p '$dir/w.gtkw'; exec '$vvp' \"\$@\""
mkdir w.gtkw
before=$(ls)
rmdir w.gtkw
fake_wave w.fst
report "a save file that cannot be renamed is an error" grep -qx 'nestor: w.gtkw: cannot write: Is a directory' err
report "and leaves the waveform of before" is_old
rmdir w.gtkw
fake_vvp "case \"\$*\" in *-fst*) '$vvp' \"\$@\"; truncate -s 5000 wave.fst ;; *) exec '$vvp' \"\$@\" ;; esac"
before=$(ls)
fake_wave w.fst
report "a waveform that is cut off is an error" grep -q '^nestor: w.fst: found an incomplete file of the simulator' err
report "and leaves that of before" is_old
wave w.fst
report "a whole waveform replaces it" \
    sh -c "[ $status -eq 0 ] && [ -f w.gtkw ] && ! grep -qx old w.fst && ! ls | grep '^w[.].*[.]'"

tap_end
