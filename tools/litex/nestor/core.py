# Nestor as a CPU of LiteX: nestor_core_classic, whose Verilog `nestor gen` makes of nestor.ini beside this folder.
#
#     nestor gen --core --wishbone classic --bus-errors --config tools/litex/nestor.ini --no-rvfi -o tools/litex/verilog
#     cd tools/litex && litex_sim --cpu-type nestor ...
#
# LiteX finds it in the folder where it is started. NESTOR_VERILOG is another folder with the Verilog.

import os

from migen import ClockSignal, Instance, ResetSignal, Signal

from litex.soc.cores.cpu import CPU, CPU_GCC_TRIPLE_RISCV32
from litex.soc.interconnect import wishbone


class Nestor(CPU):
    category = "softcore"
    family = "riscv"
    name = "nestor"
    human_name = "Nestor"
    variants = ["standard"]
    data_width = 32
    endianness = "little"
    gcc_triple = CPU_GCC_TRIPLE_RISCV32
    gcc_flags = "-march=rv32im -mabi=ilp32 -misa-spec=2.2 -D__nestor__ "
    linker_output_format = "elf32-littleriscv"
    nop = "nop"
    # Names that the core knows: nestor.ini has RAM from 0x80000000 on, 64 MiB, and a device window for the CSRs.
    mem_map = {"main_ram": 0x8000_0000, "rom": 0x8200_0000, "sram": 0x8300_0000, "csr": 0xF000_0000}
    io_regions = {0xF000_0000: 0x1000_0000}

    def __init__(self, platform, variant="standard"):
        self.platform = platform
        self.variant = variant
        self.reset = Signal()
        self.interrupt = Signal(32)  # any of them is level 0's external interrupt; software asks the cores which
        self.ibus = wishbone.Interface(data_width=32, adr_width=30, addressing="word")
        self.dbus = wishbone.Interface(data_width=32, adr_width=30, addressing="word")
        self.periph_buses = [self.ibus, self.dbus]
        self.memory_buses = []
        self.time = Signal(64)
        self.sync += self.time.eq(self.time + 1)
        self.comb += [self.ibus.sel.eq(0xF), self.ibus.we.eq(0)]
        self.cpu_params = {
            "i_clk": ClockSignal("sys"),
            "i_rst": ResetSignal("sys") | self.reset,
            "i_irq_external_i": self.interrupt != 0,
            "i_irq_timer_i": 0,  # LiteX's timer is a core like the others: it interrupts by `interrupt`
            "i_irq_software_i": 0,
            "i_wfi_wakeable_i": 0,
            "i_mtime_i": self.time,
        }
        self.connect("ibus", self.ibus)
        self.connect("dbus", self.dbus)
        self.cpu_params.update(
            o_dbus_we_o=self.dbus.we, o_dbus_sel_o=self.dbus.sel, o_dbus_dat_o=self.dbus.dat_w
        )
        self.add_sources(platform)

    def connect(self, port, bus):
        self.cpu_params.update({
            f"o_{port}_cyc_o": bus.cyc,
            f"o_{port}_stb_o": bus.stb,
            f"o_{port}_adr_o": bus.adr,
            f"i_{port}_dat_i": bus.dat_r,
            f"i_{port}_ack_i": bus.ack,
            f"i_{port}_err_i": bus.err,
        })

    def set_reset_address(self, reset_address):
        # It is in the Verilog: reset_vector of nestor.ini.
        if reset_address != self.mem_map["main_ram"]:
            raise ValueError(f"nestor: found reset address {reset_address:#x}, expected {self.mem_map['main_ram']:#x}")
        self.reset_address = reset_address

    @staticmethod
    def add_sources(platform):
        here = os.path.dirname(os.path.abspath(__file__))
        folder = os.environ.get("NESTOR_VERILOG", os.path.join(here, "..", "verilog"))
        if not os.path.exists(os.path.join(folder, "nestor_core_classic.v")):
            raise FileNotFoundError(f"nestor: found no nestor_core_classic.v in {folder}: see {here}/core.py")
        for name in sorted(os.listdir(folder)):
            if name.endswith(".v"):
                platform.add_source(os.path.join(folder, name))

    def do_finalize(self):
        self.specials += Instance("nestor_core_classic", **self.cpu_params)
