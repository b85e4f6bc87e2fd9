#!/bin/sh
# Devices of the user's in device windows: TAP. The example of software/examples/gpio, on the model and in lockstep, at any
# depth; and what is wrong with a device. Run from the top of the tree.
set -u
NESTOR=$(realpath "${NESTOR:-build/san/nestor}")
PROGRAMS=$(realpath "${PROGRAMS:-build/software}")
TOP=$(pwd)
EXAMPLE=$TOP/software/examples/gpio
. tests/support/tap.sh

call() {
    "$NESTOR" "$@" >out 2>err
    status=$?
}

one_error() {
    [ "$status" -eq 125 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "^nestor.*$1" err && [ ! -s out ]
}

# fails PATTERN ARGUMENTS...: one line of error that has the pattern.
fails() {
    pattern=$1
    shift
    call "$@"
    report "$* says $pattern" one_error "$pattern"
}

# The guest was content, and the device saw each store once.
content() {
    [ "$status" -eq 0 ] && grep -q '^gpio: pass$' out && [ "$(grep -c '^gpio: pins' err)" -eq 2 ]
}

cp "$EXAMPLE/gpio.ini" .
"${CC:-cc}" -Wall -Wextra -Werror -shared -fPIC -I"$TOP/sim" -o gpio.so "$EXAMPLE/gpio_device.c" || exit 1
gpio=$PROGRAMS/gpio.elf

for depth in 0 1 3; do
    call run --config ./gpio.ini --device gpio=gpio.so --depth $depth "$gpio"
    report "run at depth $depth" content
done
for depth in 0 3; do
    call cosim --config ./gpio.ini --device gpio=./gpio.so --depth $depth --wait 30 "$gpio"
    report "cosim at depth $depth" content
    report "cosim at depth $depth says how often" grep -q 'device windows accessed in 7 records' err
done
call cosim --config ./gpio.ini --device gpio=gpio.so --sim icarus --depth 1 "$gpio"
report "cosim under Icarus" content

# The records are marked, on both sides.
call run --config ./gpio.ini --device gpio=gpio.so --depth 1 --trace model.json "$gpio"
call cosim --config ./gpio.ini --device gpio=gpio.so --depth 1 --trace rtl.json "$gpio"
report "the traces are equal" cmp -s model.json rtl.json
report "seven records are marked" [ "$(grep -c '"window":1}$' rtl.json)" -eq 7 ]

# Nothing in the window: reads give 0.
call run --config ./gpio.ini "$gpio"
report "without a device reads give 0" grep -q 'found 00000000, expected 123456ff' out

# The device is opened anew for a waveform.
call cosim --config ./gpio.ini --device gpio=gpio.so --wave wave.fst "$gpio"
report "a waveform" [ "$status" -eq 0 -a -s wave.fst -a "$(grep -c '^gpio: pins' err)" -ge 2 ]

fails "found 'uart', expected a device window of configuration gpio, one of: gpio" \
    run --config ./gpio.ini --device uart=gpio.so "$gpio"
fails "expected a device window of configuration default, none" run --device gpio=gpio.so "$gpio"
fails "found 'gpio.so', expected NAME=FILE.so" run --config ./gpio.ini --device gpio.so "$gpio"
fails "found gpio a second time" run --config ./gpio.ini --device gpio=gpio.so --device gpio=gpio.so "$gpio"
fails "nothing.so: cannot load" run --config ./gpio.ini --device gpio=nothing.so "$gpio"
echo 'int something;' >other.c
"${CC:-cc}" -shared -fPIC -o other.so other.c
fails "other.so: found no nestor_device" run --config ./gpio.ini --device gpio=other.so "$gpio"
printf '#include "nestor_device.h"\nconst struct nestor_device nestor_device = {.version = 77};\n' >version.c
"${CC:-cc}" -shared -fPIC -I"$TOP/sim" -o version.so version.c
fails "found version 77 of nestor_device, expected 1" run --config ./gpio.ini --device gpio=version.so "$gpio"
printf '#include "nestor_device.h"\nstatic bool no(void **s, const char *n, uint32_t b) { (void)s, (void)n, (void)b; return false; }\nconst struct nestor_device nestor_device = {.version = 1, .open = no};\n' >closed.c
"${CC:-cc}" -shared -fPIC -I"$TOP/sim" -o closed.so closed.c
fails "device.gpio.: its device does not open" run --config ./gpio.ini --device gpio=closed.so "$gpio"

tap_end
