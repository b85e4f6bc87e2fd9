// Nestor 0.9.2, unit nestor_soc, configuration default, hash 6a70e3322f86f106
//
// [machine]
// depth = 4
// syllable_bits = 4
// isa = rv32ima
// privilege = mu
// phi = rb
// multiplier = sequential
// branch_prediction = static
// timebase = commit
// f_maps = rb, linear
// f_type = I
// ram_base = 0x80000000
// ram_bytes = 0x00100000
// ram_ports = 2
// hv_root = 0x80000040
// reset_vector = 0x80000000
// uart_base = 0x10000000
// clint_base = 0x02000000
// finisher_base = 0x00100000
//
// [associator]
// entries = 64
// ways = 4
// replacement = lru
// key = vmid
// split = unified
// prefix_entries = 0
// last_pages = 4
// counter_bits = 64

`default_nettype none

// The processor with RAM, CLINT, UART and finisher.
module nestor_soc (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire wait_i, // the bus takes no new request
    input  wire uart_tx_ready_i, // uart_tx_data_o is taken
    input  wire uart_rx_valid_i, // a received byte waits
    input  wire [7:0] uart_rx_data_i, // the byte received
    output wire uart_tx_valid_o, // a byte to send
    output wire [7:0] uart_tx_data_o, // the byte to send
    output wire uart_rx_ready_o, // uart_rx_data_i is taken
    output wire finished_o, // the finisher was written
    output wire [7:0] exit_code_o, // exit code of the run, once finished_o is high
    output wire halted_o, // stopped at a WFI that nothing can wake
    output wire rvfi_valid, // a commit record: its fields are valid in this cycle
    output wire [63:0] rvfi_order, // number of the record, from 0
    // process name of the instruction; of an interrupt, the pc it interrupts
    output wire [31:0] rvfi_pc_rdata,
    output wire [31:0] rvfi_pc_wdata, // pc after the record
    // instruction word; 0 when the record belongs to none or it could not be fetched
    output wire [31:0] rvfi_insn,
    output wire rvfi_trap, // exception or interrupt taken at the level's own mtvec
    output wire rvfi_halt, // a WFI at level 0 that nothing can wake: the run ends
    output wire rvfi_intr, // the record is an interrupt taken (with trap)
    output wire [1:0] rvfi_mode, // privilege mode in which it ran: 3 M, 0 U
    output wire [4:0] rvfi_rs1_addr, // first source register read, else 0
    output wire [4:0] rvfi_rs2_addr, // second source register read, else 0
    output wire [31:0] rvfi_rs1_rdata, // value of the first source register, 0 for x0
    output wire [31:0] rvfi_rs2_rdata, // value of the second source register, 0 for x0
    output wire [4:0] rvfi_rd_addr, // register written, else 0
    output wire [31:0] rvfi_rd_wdata, // new value of the register written, 0 when rd_addr is 0
    output wire [31:0] rvfi_mem_addr, // process name of the memory access done or attempted, else 0
    output wire [3:0] rvfi_mem_rmask, // bytes read, bit i for mem_addr + i; 0 if not performed
    output wire [3:0] rvfi_mem_wmask, // bytes written; 0 if not performed
    output wire [31:0] rvfi_mem_rdata, // data read, the bytes of mem_rmask, others 0
    output wire [31:0] rvfi_mem_wdata, // data written, the bytes of mem_wmask, others 0
    output wire [31:0] rvfi_hv_mem_real, // real name of the memory access; 0 if not performed
    // real name of the instruction word fetched; 0 when insn was not fetched
    output wire [31:0] rvfi_hv_fetch_real,
    output wire [3:0] rvfi_hv_level, // n, the number of syllables of vmid
    // VMID under which it ran, syllable 1 in the lowest bits, NULL = 0
    output wire [15:0] rvfi_hv_vmid,
    output wire [1:0] rvfi_hv_event, // VM event: 0 none, 1 lvmid, 2 vm-fault
    output wire [31:0] rvfi_hv_cause, // mcause of a trap, cause word of a VM-fault, else 0
    output wire [31:0] rvfi_hv_tval, // mtval of a trap, else 0
    output wire [31:0] rvfi_hv_fault_addr, // fault address of a VM-fault, else 0
    output wire [3:0] rvfi_hv_target_level, // level after an lvmid or VM-fault, else 0
    output wire [2:0] rvfi_hv_mip, // level 0's lines before the record: bit 0 MSI, 1 MTI, 2 MEI
    // associator: accesses in this record, bit 0 fetch, bit 1 data
    output wire [1:0] rvfi_hv_accesses,
    output wire [1:0] rvfi_hv_lookups, // associator: lookups, bit 0 fetch, bit 1 data
    output wire [1:0] rvfi_hv_hits, // associator: hits, bit 0 fetch, bit 1 data
    output wire [1:0] rvfi_hv_misses, // associator: misses, bit 0 fetch, bit 1 data
    output wire [1:0] rvfi_hv_prefix_hits, // associator: prefix hits, bit 0 fetch, bit 1 data
    output wire [1:0] rvfi_hv_fills, // associator: fills, bit 0 fetch, bit 1 data
    output wire [3:0] rvfi_hv_walk_reads_fetch, // associator: table reads of the fetch's walk
    output wire [3:0] rvfi_hv_walk_reads_data, // associator: table reads of the data access's walk
    output wire [17:0] rvfi_hv_flushed, // associator: valid entries emptied
    output wire rvfi_hv_bus_write, // a word is written on the bus: one pulse for each, in order
    output wire [31:0] rvfi_hv_bus_addr, // real name of the word written
    output wire [31:0] rvfi_hv_bus_data, // data written, zero outside the mask
    output wire [3:0] rvfi_hv_bus_mask, // bytes of the word that are written
    // the composer has evaluated an f that has a value: one pulse for each
    output wire rvfi_hv_step,
    output wire [3:0] rvfi_hv_step_level, // level of that f
    output wire [19:0] rvfi_hv_step_page, // page that is the argument of that f
    output wire [19:0] rvfi_hv_step_value, // page that is the value of that f
    output wire [2:0] rvfi_hv_phase // what this cycle is for: isa/phase.def
);
    wire bus_ibus_ack_o;
    wire [31:0] bus_ibus_dat_o;
    wire bus_ibus_stall_o;
    wire clint_wfi_wakeable_o;
    wire bus_dbus_ack_o;
    wire [31:0] bus_dbus_dat_o;
    wire bus_dbus_stall_o;
    wire uart_irq_o;
    wire clint_irq_timer_o;
    wire clint_irq_software_o;
    wire [63:0] clint_mtime_o;

    wire core_ibus_cyc_o;
    wire core_ibus_stb_o;
    wire [31:0] core_ibus_adr_o;
    wire core_dbus_cyc_o;
    wire core_dbus_stb_o;
    wire core_dbus_we_o;
    wire [31:0] core_dbus_adr_o;
    wire [3:0] core_dbus_sel_o;
    wire [31:0] core_dbus_dat_o;
    wire core_commit_o;
    wire core_wfi_o;
    nestor_core u_core (
        .clk(clk),
        .rst(rst),
        .ibus_cyc_o(core_ibus_cyc_o),
        .ibus_stb_o(core_ibus_stb_o),
        .ibus_adr_o(core_ibus_adr_o),
        .ibus_stall_i(bus_ibus_stall_o),
        .ibus_ack_i(bus_ibus_ack_o),
        .ibus_dat_i(bus_ibus_dat_o),
        .dbus_cyc_o(core_dbus_cyc_o),
        .dbus_stb_o(core_dbus_stb_o),
        .dbus_we_o(core_dbus_we_o),
        .dbus_adr_o(core_dbus_adr_o),
        .dbus_sel_o(core_dbus_sel_o),
        .dbus_dat_o(core_dbus_dat_o),
        .dbus_stall_i(bus_dbus_stall_o),
        .dbus_ack_i(bus_dbus_ack_o),
        .dbus_dat_i(bus_dbus_dat_o),
        .irq_software_i(clint_irq_software_o),
        .irq_timer_i(clint_irq_timer_o),
        .irq_external_i(uart_irq_o),
        .mtime_i(clint_mtime_o),
        .commit_o(core_commit_o),
        .wfi_o(core_wfi_o),
        .wfi_wakeable_i(clint_wfi_wakeable_o),
        .halted_o(halted_o),
        .rvfi_valid(rvfi_valid),
        .rvfi_order(rvfi_order),
        .rvfi_pc_rdata(rvfi_pc_rdata),
        .rvfi_pc_wdata(rvfi_pc_wdata),
        .rvfi_insn(rvfi_insn),
        .rvfi_trap(rvfi_trap),
        .rvfi_halt(rvfi_halt),
        .rvfi_intr(rvfi_intr),
        .rvfi_mode(rvfi_mode),
        .rvfi_rs1_addr(rvfi_rs1_addr),
        .rvfi_rs2_addr(rvfi_rs2_addr),
        .rvfi_rs1_rdata(rvfi_rs1_rdata),
        .rvfi_rs2_rdata(rvfi_rs2_rdata),
        .rvfi_rd_addr(rvfi_rd_addr),
        .rvfi_rd_wdata(rvfi_rd_wdata),
        .rvfi_mem_addr(rvfi_mem_addr),
        .rvfi_mem_rmask(rvfi_mem_rmask),
        .rvfi_mem_wmask(rvfi_mem_wmask),
        .rvfi_mem_rdata(rvfi_mem_rdata),
        .rvfi_mem_wdata(rvfi_mem_wdata),
        .rvfi_hv_mem_real(rvfi_hv_mem_real),
        .rvfi_hv_fetch_real(rvfi_hv_fetch_real),
        .rvfi_hv_level(rvfi_hv_level),
        .rvfi_hv_vmid(rvfi_hv_vmid),
        .rvfi_hv_event(rvfi_hv_event),
        .rvfi_hv_cause(rvfi_hv_cause),
        .rvfi_hv_tval(rvfi_hv_tval),
        .rvfi_hv_fault_addr(rvfi_hv_fault_addr),
        .rvfi_hv_target_level(rvfi_hv_target_level),
        .rvfi_hv_mip(rvfi_hv_mip),
        .rvfi_hv_accesses(rvfi_hv_accesses),
        .rvfi_hv_lookups(rvfi_hv_lookups),
        .rvfi_hv_hits(rvfi_hv_hits),
        .rvfi_hv_misses(rvfi_hv_misses),
        .rvfi_hv_fills(rvfi_hv_fills),
        .rvfi_hv_walk_reads_fetch(rvfi_hv_walk_reads_fetch),
        .rvfi_hv_walk_reads_data(rvfi_hv_walk_reads_data),
        .rvfi_hv_flushed(rvfi_hv_flushed),
        .rvfi_hv_bus_write(rvfi_hv_bus_write),
        .rvfi_hv_bus_addr(rvfi_hv_bus_addr),
        .rvfi_hv_bus_data(rvfi_hv_bus_data),
        .rvfi_hv_bus_mask(rvfi_hv_bus_mask),
        .rvfi_hv_step(rvfi_hv_step),
        .rvfi_hv_step_level(rvfi_hv_step_level),
        .rvfi_hv_step_page(rvfi_hv_step_page),
        .rvfi_hv_step_value(rvfi_hv_step_value),
        .rvfi_hv_phase(rvfi_hv_phase)
    );

    wire bus_ram_write_o;
    wire [17:0] bus_ram_address_o;
    wire [3:0] bus_ram_lanes_o;
    wire [31:0] bus_ram_data_o;
    wire [17:0] bus_ram_read_address_o;

    wire [31:0] ram_data_o;
    nestor_ram u_ram (
        .clk(clk),
        .write_i(bus_ram_write_o),
        .address_i(bus_ram_address_o),
        .lanes_i(bus_ram_lanes_o),
        .data_i(bus_ram_data_o),
        .read_address_i(bus_ram_read_address_o),
        .data_o(ram_data_o)
    );

    wire bus_clint_enable_o;
    wire bus_device_write_o;
    wire [15:0] bus_device_offset_o;
    wire [3:0] bus_device_lanes_o;
    wire [31:0] bus_device_data_o;

    wire [31:0] clint_data_o;
    nestor_clint u_clint (
        .clk(clk),
        .rst(rst),
        .enable_i(bus_clint_enable_o),
        .write_i(bus_device_write_o),
        .offset_i(bus_device_offset_o),
        .lanes_i(bus_device_lanes_o),
        .data_i(bus_device_data_o),
        .commit_i(core_commit_o),
        .wfi_i(core_wfi_o),
        .wfi_wakeable_o(clint_wfi_wakeable_o),
        .data_o(clint_data_o),
        .irq_software_o(clint_irq_software_o),
        .irq_timer_o(clint_irq_timer_o),
        .mtime_o(clint_mtime_o)
    );

    wire bus_finisher_enable_o;

    nestor_finisher u_finisher (
        .clk(clk),
        .rst(rst),
        .enable_i(bus_finisher_enable_o),
        .write_i(bus_device_write_o),
        .offset_i(bus_device_offset_o[11:0]),
        .lanes_i(bus_device_lanes_o),
        .data_i(bus_device_data_o[23:0]),
        .finished_o(finished_o),
        .exit_code_o(exit_code_o)
    );

    wire uart_busy_o;
    wire [31:0] uart_data_o;

    wire bus_uart_enable_o;
    nestor_bus u_bus (
        .clk(clk),
        .rst(rst),
        .finished_i(finished_o),
        .wait_i(wait_i),
        .dbus_cyc_i(core_dbus_cyc_o),
        .dbus_stb_i(core_dbus_stb_o),
        .dbus_we_i(core_dbus_we_o),
        .dbus_adr_i(core_dbus_adr_o),
        .dbus_sel_i(core_dbus_sel_o),
        .dbus_dat_i(core_dbus_dat_o),
        .ibus_cyc_i(core_ibus_cyc_o),
        .ibus_stb_i(core_ibus_stb_o),
        .ibus_adr_i(core_ibus_adr_o),
        .ibus_stall_o(bus_ibus_stall_o),
        .ibus_ack_o(bus_ibus_ack_o),
        .uart_busy_i(uart_busy_o),
        .dbus_stall_o(bus_dbus_stall_o),
        .ram_data_i(ram_data_o),
        .uart_data_i(uart_data_o),
        .clint_data_i(clint_data_o),
        .dbus_ack_o(bus_dbus_ack_o),
        .dbus_dat_o(bus_dbus_dat_o),
        .ibus_dat_o(bus_ibus_dat_o),
        .ram_read_address_o(bus_ram_read_address_o),
        .ram_write_o(bus_ram_write_o),
        .ram_address_o(bus_ram_address_o),
        .ram_lanes_o(bus_ram_lanes_o),
        .ram_data_o(bus_ram_data_o),
        .uart_enable_o(bus_uart_enable_o),
        .clint_enable_o(bus_clint_enable_o),
        .finisher_enable_o(bus_finisher_enable_o),
        .device_write_o(bus_device_write_o),
        .device_offset_o(bus_device_offset_o),
        .device_lanes_o(bus_device_lanes_o),
        .device_data_o(bus_device_data_o)
    );

    // ---- Bytes of the UART ----

    nestor_uart u_uart (
        .clk(clk),
        .rst(rst),
        .enable_i(bus_uart_enable_o),
        .write_i(bus_device_write_o),
        .offset_i(bus_device_offset_o[11:0]),
        .lanes_i(bus_device_lanes_o),
        .data_i(bus_device_data_o),
        .tx_ready_i(uart_tx_ready_i),
        .rx_valid_i(uart_rx_valid_i),
        .rx_data_i(uart_rx_data_i),
        .tx_valid_o(uart_tx_valid_o),
        .tx_data_o(uart_tx_data_o),
        .busy_o(uart_busy_o),
        .irq_o(uart_irq_o),
        .data_o(uart_data_o),
        .rx_ready_o(uart_rx_ready_o)
    );

    // ---- The commit record ----

    assign rvfi_hv_prefix_hits = 2'd0;
endmodule

`default_nettype wire
