#!/bin/sh
# litex.sh: Nestor as a CPU of LiteX (tools/litex), with LiteX of PyPI in build/litex: litex_sim builds a SoC around it, in which a monitor
# runs two virtual machines; what they print over LiteX's UART is what the model prints. TAP. Run from the top of the tree. Needs
# python3-venv, libevent-dev and libjson-c-dev, and a network once.
set -u
NESTOR=$(realpath "${NESTOR:-build/nestor}")
build=$(realpath build)
tree=$(pwd)
venv=$build/litex
[ -x "$venv/bin/litex_sim" ] || {
    python3 -m venv "$venv" && "$venv/bin/pip" install -q --disable-pip-version-check litex==2024.12 litedram==2024.12 liteeth==2024.12 \
        litescope==2024.12 pythondata-software-picolibc pythondata-software-compiler-rt pythondata-misc-tapcfg
} >&2 || exit 1
. tests/support/tap.sh
simulator=
trap '[ -z "$simulator" ] || kill -- "-$simulator"; chmod -R u+w "$dir"; rm -rf "$dir"' EXIT
cp -r "$tree/tools/litex/nestor" .
export NESTOR_VERILOG="$dir/verilog" PATH="$venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1

# A RAM, in which the core begins.
options="--cpu-type nestor --no-compile-software --integrated-rom-size 0 --integrated-main-ram-size 0x40000
    --cpu-reset-address 0x80000000 --csr-csv csr.csv --non-interactive"

# shellcheck disable=SC2086 # words
litex_sim $options --no-compile-gateware >out 2>err
status=$?
report "without its Verilog the plug-in tells where it was looked for" sh -c "[ $status -ne 0 ] && grep -q 'nestor: found no nestor_core_classic.v in ' err"
"$NESTOR" gen --core --wishbone classic --bus-errors --config "$tree/tools/litex/nestor.ini" --no-rvfi -o verilog >out 2>err
status=$?
report "the core is generated" [ "$status" -eq 0 ]
# shellcheck disable=SC2086 # words
litex_sim $options --no-compile-gateware >out 2>err
status=$?
uart=$(sed -n 's/^csr_base,uart,\(0x[0-9a-f]*\),.*/\1/p' csr.csv)
report "LiteX builds a SoC around it, whose UART is at $uart" [ "$status" -eq 0 -a -n "$uart" ]

# The example two_vms as it is, but for console and end.
objects=$build/software/obj
flags="-march=rv32im -mabi=ilp32 -misa-spec=2.2 -mstrict-align"
# shellcheck disable=SC2086 # words
"${RISCV_PREFIX:-riscv64-unknown-elf-}gcc" $flags -O2 -ffreestanding -Wall -Wextra "-DLITEX_UART=$uart" -c "$tree/tools/litex/console.c" -o console.o >out 2>err &&
    "${RISCV_PREFIX:-riscv64-unknown-elf-}gcc" $flags --specs=picolibc.specs -nostartfiles -Wl,--gc-sections -T "$tree/software/program.ld" \
        -Wl,--wrap=main,--wrap=uart_put_char,--wrap=program_exit "$objects/start.o" "$objects/monitors/two_vms.o" "$objects/lib/vm.o" \
        "$objects/lib/libc.o" console.o "$objects/libprogram.a" -o two_vms.elf >out 2>err &&
    "${RISCV_PREFIX:-riscv64-unknown-elf-}objcopy" -O binary two_vms.elf two_vms.bin
status=$?
report "a monitor with two virtual machines is linked for LiteX's UART" [ "$status" -eq 0 ]

# shellcheck disable=SC2086 # words
setsid litex_sim $options --ram-init two_vms.bin >out 2>err </dev/null & # in a group of its own, with all that it starts
simulator=$!
while kill -0 "$simulator" 2>/dev/null && ! grep -q '^VM-faults: ' out; do
    sleep 1
done
kill -- "-$simulator" 2>/dev/null
wait "$simulator" 2>/dev/null
simulator=
status=0
"$NESTOR" run "$build/software/two_vms.elf" >model 2>/dev/null
grep '^VM' out | tr -d '\r' >board
report "in LiteX it says what it says on the model" sh -c '[ -s model ] && cmp model board'

tap_end
