# What the tests with a debugger share, to be read with `.` behind tap.sh: NESTOR and GDB are the commands; without a GDB the test
# ends here. A session is begun by `begin`, and `gdb` does the rest of it; what was printed is asked for by `has`.
GDB=${GDB:-gdb-multiarch}
command -v "$GDB" >/dev/null || { echo "1..0 # SKIP found no $GDB"; exit 0; }

# begin ARGUMENTS...: run it in the background, waiting for a debugger at $port.
begin() {
    : >nestor.err
    timeout 600 "$NESTOR" run --gdb 0 "$@" >nestor.out 2>nestor.err & # should GDB fail to connect
    nestor=$!
    port=
    while [ -z "$port" ] && kill -0 $nestor 2>/dev/null; do
        port=$(sed -n 's/.*target remote :\([0-9]*\)$/\1/p' nestor.err)
        [ -n "$port" ] || sleep 0.05
    done
}

# gdb ELF COMMAND...: a session with what was begun, to the end of both; what GDB printed, and what Nestor told it, is in out.
gdb() {
    elf=$1
    shift
    for command in "$@"; do
        set -- "$@" -ex "$command"
        shift
    done
    "$GDB" -q -nx -batch -ex 'set pagination off' -ex 'set debuginfod enabled off' -ex 'set remotetimeout 60' \
        -ex "target remote 127.0.0.1:$port" "$@" "$elf" >out 2>&1 </dev/null
    wait $nestor
    status=$?
    cat nestor.out nestor.err >err
}

# has PATTERN...: lines of what GDB printed match these, in this order.
has() {
    awk 'BEGIN { for (i = 1; i < ARGC; i++) pattern[i] = ARGV[i]; n = ARGC - 1; ARGC = 1; at = 1 }
        at <= n && $0 ~ pattern[at] { at++ }
        END { if (at <= n) print "  missing: " pattern[at]; exit at <= n }' "$@" <out
}

ends() {
    [ "$status" -eq "$1" ]
}
