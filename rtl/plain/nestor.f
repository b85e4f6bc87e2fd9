// Nestor 0.9.2, configuration plain, hash 8e02b6f4282d5fff: the Verilog of nestor_soc.
// Names are relative to this folder: in it verilator -f nestor.f, iverilog -f nestor.f; from elsewhere
// verilator -F FOLDER/nestor.f. README.md has the whole commands.
nestor_fetch.v
nestor_decode.v
nestor_execute.v
nestor_registers.v
nestor_commit.v
nestor_access.v
nestor_data_port.v
nestor_csr.v
nestor_counters.v
nestor_rvfi.v
nestor_muldiv.v
nestor_core.v
nestor_bus.v
nestor_ram.v
nestor_clint.v
nestor_uart.v
nestor_finisher.v
nestor_soc.v
