# What the tests of the command share, to be read with `.` at the top of the tree: a folder of their own, in which they are
# then; `report`, which prints a line of TAP; `tap_end`, the last line and the exit status. What a command printed is in the
# files out and err, its exit status in $status.
dir=$(mktemp -d) || exit 1
trap 'chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
count=0 failed=0 status=

# report NAME CONDITION...: what failed is told with what was printed last.
report() {
    name=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $name"
    else
        failed=$((failed + 1))
        echo "not ok $count - $name"
        echo "  status $status"
        tail -n 20 out err 2>/dev/null | sed 's/^/  /'
    fi
}

# background ARGUMENTS...: nestor in the background, as $child, so that out and err are this run's alone. It takes SIGINT, which
# the shell of a script lets background programs ignore.
background() {
    rm -f out err
    (trap - INT; exec env --default-signal=INT "$NESTOR" "$@" >out 2>err </dev/null) &
    child=$!
}

# until_printed FILE: out or err has something of what `background` started, or that is over.
until_printed() {
    until [ -s "$1" ] || ! kill -0 "$child"; do sleep 0.1; done 2>kill.err
}

tap_end() {
    echo "1..$count"
    [ "$failed" -eq 0 ]
}
