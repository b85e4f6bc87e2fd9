// Nestor 0.9.2, unit nestor_core, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// The processor, with an instruction and a data port: units and the nets between them.
// A net has one name everywhere. A WFI waits for the timer's line that mie enables.
module nestor_core (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Instruction port, Wishbone B4 pipelined
    // instruction port, Wishbone B4 pipelined: a request, or one that waits for its answer
    output wire ibus_cyc_o,
    output wire ibus_stb_o, // instruction port: request
    // instruction port: real name of a word: byte address, bits 1:0 zero
    output wire [31:0] ibus_adr_o,
    input  wire ibus_stall_i, // instruction port: the request is not taken
    input  wire ibus_ack_i, // instruction port: an answer comes
    input  wire [31:0] ibus_dat_i, // instruction port: the word

    // Data port, Wishbone B4 pipelined
    // data port, Wishbone B4 pipelined: a request, or one that waits for its answer
    output wire dbus_cyc_o,
    output wire dbus_stb_o, // data port: request
    output wire dbus_we_o, // data port: it writes
    output wire [31:0] dbus_adr_o, // data port: real name of a word: byte address, bits 1:0 zero
    output wire [3:0] dbus_sel_o, // data port: bytes of the word
    output wire [31:0] dbus_dat_o, // data port: data to write
    input  wire dbus_stall_i, // data port: the request is not taken
    input  wire dbus_ack_i, // data port: an answer comes
    input  wire [31:0] dbus_dat_i, // data port: the word read

    // Lines of level 0, and time
    input  wire irq_software_i, // level 0's line of the software interrupt
    input  wire irq_timer_i, // level 0's line of the timer interrupt
    input  wire irq_external_i, // level 0's line of the external interrupt
    input  wire [63:0] mtime_i, // mtime, for reads of time

    // What the core tells
    output wire commit_o, // a commit record ends
    output wire wfi_o, // a WFI moves mtime to mtimecmp
    input  wire wfi_wakeable_i, // mtimecmp can be reached: it is not 2^64-1
    output wire halted_o, // stopped at a WFI that nothing can wake

    // The commit record
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
    output wire [31:0] rvfi_hv_cause, // mcause of a trap, cause word of a VM-fault, else 0
    output wire [31:0] rvfi_hv_tval, // mtval of a trap, else 0
    output wire [2:0] rvfi_hv_mip, // level 0's lines before the record: bit 0 MSI, 1 MTI, 2 MEI
    output wire rvfi_hv_bus_write, // a word is written on the bus: one pulse for each, in order
    output wire [31:0] rvfi_hv_bus_addr, // real name of the word written
    output wire [31:0] rvfi_hv_bus_data, // data written, zero outside the mask
    output wire [3:0] rvfi_hv_bus_mask, // bytes of the word that are written
    output wire [2:0] rvfi_hv_phase // what this cycle is for: isa/phase.def
);
    wire commit_muldiv_start;
    wire [31:0] commit_w_insn;
    wire [31:0] commit_w_result;
    wire [31:0] commit_w_store;

    wire muldiv_done_o;
    wire [31:0] muldiv_result_o;
    nestor_muldiv u_muldiv (
        .clk(clk),
        .rst(rst),
        .start_i(commit_muldiv_start),
        .op_i(commit_w_insn[14:12]),
        .a_i(commit_w_result),
        .b_i(commit_w_store),
        .done_o(muldiv_done_o),
        .result_o(muldiv_result_o)
    );

    wire commit_redirect;
    wire [29:0] commit_w_target;
    wire execute_head_taken;
    wire registers_sweeping;

    wire fetch_head_valid;
    wire [31:0] fetch_head;
    wire fetch_head_steered;
    wire fetch_fetch_blocked;
    nestor_fetch u_fetch (
        .clk(clk),
        .rst(rst),
        .head_valid(fetch_head_valid),
        .head(fetch_head),
        .head_steered(fetch_head_steered),
        .head_taken(execute_head_taken),
        .redirect(commit_redirect),
        .w_target(commit_w_target),
        .fetch_blocked(fetch_fetch_blocked),
        .sweeping(registers_sweeping),
        .ibus_cyc_o(ibus_cyc_o),
        .ibus_stb_o(ibus_stb_o),
        .ibus_adr_o(ibus_adr_o),
        .ibus_stall_i(ibus_stall_i),
        .ibus_ack_i(ibus_ack_i),
        .ibus_dat_i(ibus_dat_i)
    );

    wire [3:0] decode_x_kind;
    wire [31:0] decode_immediate;
    wire decode_register_b;
    wire decode_reads_rs1;
    wire decode_reads_rs2;
    wire decode_writes_rd;
    wire decode_format_rs1;
    wire decode_format_rs2;
    wire decode_subtract;
    wire decode_select_less;
    wire decode_select_logic;
    wire decode_select_shift;
    wire decode_select_link;
    wire decode_select_offset;
    wire decode_conditional;
    wire decode_jump_to_sum;
    nestor_decode u_decode (
        .clk(clk),
        .head(fetch_head),
        .head_taken(execute_head_taken),
        .x_kind(decode_x_kind),
        .immediate(decode_immediate),
        .register_b(decode_register_b),
        .reads_rs1(decode_reads_rs1),
        .reads_rs2(decode_reads_rs2),
        .writes_rd(decode_writes_rd),
        .format_rs1(decode_format_rs1),
        .format_rs2(decode_format_rs2),
        .subtract(decode_subtract),
        .select_less(decode_select_less),
        .select_logic(decode_select_logic),
        .select_shift(decode_select_shift),
        .select_link(decode_select_link),
        .select_offset(decode_select_offset),
        .conditional(decode_conditional),
        .jump_to_sum(decode_jump_to_sum)
    );

    wire commit_w_valid;
    wire commit_w_done;
    wire commit_w_alone;
    wire commit_w_slow;
    wire commit_w_writes;
    wire [4:0] commit_w_rd;
    wire commit_rd_write;
    wire [31:0] commit_write_data;
    wire [31:0] registers_reg_a;
    wire [31:0] registers_reg_b;

    wire execute_x_valid;
    wire [31:0] execute_x_insn;
    wire [29:0] execute_x_pc;
    wire execute_x_go;
    wire [31:0] execute_x_result;
    wire [31:0] execute_x_store;
    wire [29:0] execute_x_target;
    wire execute_x_taken;
    wire execute_x_odd;
    wire execute_x_writes;
    wire [31:0] execute_x_rs1_value;
    wire execute_x_reads_rs1;
    wire execute_x_reads_rs2;
    wire [4:0] execute_read_rs1;
    wire [4:0] execute_read_rs2;
    nestor_execute u_execute (
        .clk(clk),
        .rst(rst),
        .head_valid(fetch_head_valid),
        .head(fetch_head),
        .head_steered(fetch_head_steered),
        .head_taken(execute_head_taken),
        .redirect(commit_redirect),
        .w_target(commit_w_target),
        .x_kind(decode_x_kind),
        .immediate(decode_immediate),
        .register_b(decode_register_b),
        .reads_rs1(decode_reads_rs1),
        .reads_rs2(decode_reads_rs2),
        .writes_rd(decode_writes_rd),
        .format_rs1(decode_format_rs1),
        .format_rs2(decode_format_rs2),
        .subtract(decode_subtract),
        .select_less(decode_select_less),
        .select_logic(decode_select_logic),
        .select_shift(decode_select_shift),
        .select_link(decode_select_link),
        .select_offset(decode_select_offset),
        .conditional(decode_conditional),
        .jump_to_sum(decode_jump_to_sum),
        .x_valid(execute_x_valid),
        .x_insn(execute_x_insn),
        .x_pc(execute_x_pc),
        .x_go(execute_x_go),
        .x_result(execute_x_result),
        .x_store(execute_x_store),
        .x_target(execute_x_target),
        .x_taken(execute_x_taken),
        .x_odd(execute_x_odd),
        .x_writes(execute_x_writes),
        .x_rs1_value(execute_x_rs1_value),
        .x_reads_rs1(execute_x_reads_rs1),
        .x_reads_rs2(execute_x_reads_rs2),
        .read_rs1(execute_read_rs1),
        .read_rs2(execute_read_rs2),
        .reg_a(registers_reg_a),
        .reg_b(registers_reg_b),
        .sweeping(registers_sweeping),
        .rd_write(commit_rd_write),
        .write_data(commit_write_data),
        .w_valid(commit_w_valid),
        .w_result(commit_w_result),
        .w_writes(commit_w_writes),
        .w_rd(commit_w_rd),
        .w_alone(commit_w_alone),
        .w_slow(commit_w_slow),
        .w_done(commit_w_done)
    );

    wire csr_row_write;
    wire [4:0] csr_row_write_address;
    wire [31:0] csr_row_write_data;
    wire [4:0] commit_rd_address;
    wire csr_row_read;
    wire [4:0] csr_row_read_address;

    nestor_registers u_registers (
        .clk(clk),
        .rst(rst),
        .read_rs1(execute_read_rs1),
        .read_rs2(execute_read_rs2),
        .reg_a(registers_reg_a),
        .reg_b(registers_reg_b),
        .sweeping(registers_sweeping),
        .rd_write(commit_rd_write),
        .rd_address(commit_rd_address),
        .row_read(csr_row_read),
        .row_read_address(csr_row_read_address),
        .row_write(csr_row_write),
        .row_write_address(csr_row_write_address),
        .row_write_data(csr_row_write_data)
    );

    wire csr_irq_own;
    wire [3:0] csr_irq_code;
    wire csr_machine;
    wire csr_wfi_illegal;
    wire csr_csr_illegal;
    wire csr_csr_writes;
    wire csr_irq_pending;
    wire csr_timer_wakes;
    wire access_access_misaligned;
    wire access_page_backed;
    wire access_page_ram;
    wire data_port_dbus_free;
    wire [4:0] csr_word;
    wire [4:0] csr_csr_word;
    wire [31:0] access_load_data;
    wire [31:0] csr_word_data;

    wire [3:0] commit_w_kind_unused;
    wire [29:0] commit_w_pc;
    wire commit_first;
    wire commit_record_end;
    wire commit_retired;
    wire [29:0] commit_record_pc;
    wire commit_record_trap;
    wire commit_record_interrupted;
    wire commit_record_halt;
    wire commit_record_access;
    wire commit_record_answer;
    wire commit_record_store;
    wire commit_trap_enter;
    wire commit_trap_return;
    wire commit_cause_interrupt;
    wire [4:0] commit_cause_code;
    wire commit_words_used;
    wire [4:0] commit_commit_read_word;
    wire [4:0] commit_commit_write_word;
    wire commit_commit_word_write;
    wire [31:0] commit_record_word;
    wire commit_counter_read;
    wire commit_counter_hold;
    wire commit_access_request;
    wire commit_access_write;
    nestor_commit u_commit (
        .clk(clk),
        .rst(rst),
        .redirect(commit_redirect),
        .w_target(commit_w_target),
        .fetch_blocked(fetch_fetch_blocked),
        .x_kind(decode_x_kind),
        .x_valid(execute_x_valid),
        .x_insn(execute_x_insn),
        .x_pc(execute_x_pc),
        .x_go(execute_x_go),
        .x_result(execute_x_result),
        .x_store(execute_x_store),
        .x_target(execute_x_target),
        .x_taken(execute_x_taken),
        .x_odd(execute_x_odd),
        .x_writes(execute_x_writes),
        .rd_write(commit_rd_write),
        .rd_address(commit_rd_address),
        .write_data(commit_write_data),
        .w_valid(commit_w_valid),
        .w_kind(commit_w_kind_unused),
        .w_insn(commit_w_insn),
        .w_pc(commit_w_pc),
        .w_result(commit_w_result),
        .w_store(commit_w_store),
        .w_writes(commit_w_writes),
        .w_rd(commit_w_rd),
        .w_alone(commit_w_alone),
        .w_slow(commit_w_slow),
        .w_done(commit_w_done),
        .first(commit_first),
        .record_end(commit_record_end),
        .retired(commit_retired),
        .record_pc(commit_record_pc),
        .record_trap(commit_record_trap),
        .record_interrupted(commit_record_interrupted),
        .record_halt(commit_record_halt),
        .record_access(commit_record_access),
        .record_answer(commit_record_answer),
        .record_store(commit_record_store),
        .trap_enter(commit_trap_enter),
        .trap_return(commit_trap_return),
        .cause_interrupt(commit_cause_interrupt),
        .cause_code(commit_cause_code),
        .words_used(commit_words_used),
        .commit_read_word(commit_commit_read_word),
        .commit_write_word(commit_commit_write_word),
        .commit_word_write(commit_commit_word_write),
        .word(csr_word),
        .word_data(csr_word_data),
        .record_word(commit_record_word),
        .counter_read(commit_counter_read),
        .counter_hold(commit_counter_hold),
        .csr_word(csr_csr_word),
        .csr_writes(csr_csr_writes),
        .csr_illegal(csr_csr_illegal),
        .muldiv_start(commit_muldiv_start),
        .muldiv_done(muldiv_done_o),
        .muldiv_result(muldiv_result_o),
        .access_misaligned(access_access_misaligned),
        .load_data(access_load_data),
        .access_request(commit_access_request),
        .access_write(commit_access_write),
        .page_ram(access_page_ram),
        .page_backed(access_page_backed),
        .dbus_free(data_port_dbus_free),
        .machine(csr_machine),
        .wfi_illegal(csr_wfi_illegal),
        .irq_pending(csr_irq_pending),
        .irq_own(csr_irq_own),
        .irq_code(csr_irq_code),
        .timer_wakes(csr_timer_wakes),
        .dbus_ack_i(dbus_ack_i),
        .commit_o(commit_o),
        .wfi_o(wfi_o),
        .wfi_wakeable_i(wfi_wakeable_i),
        .halted_o(halted_o),
        .rvfi_hv_phase(rvfi_hv_phase)
    );

    wire [19:0] access_access_page_unused;
    wire [29:0] access_access_address;
    wire [3:0] access_access_lanes;
    wire [31:0] access_access_data;
    nestor_access u_access (
        .w_insn(commit_w_insn),
        .w_result(commit_w_result),
        .w_store(commit_w_store),
        .access_misaligned(access_access_misaligned),
        .access_page(access_access_page_unused),
        .access_address(access_access_address),
        .access_lanes(access_access_lanes),
        .access_data(access_access_data),
        .load_data(access_load_data),
        .page_ram(access_page_ram),
        .page_backed(access_page_backed),
        .dbus_dat_i(dbus_dat_i)
    );

    wire data_port_dbus_accepted;
    nestor_data_port u_data_port (
        .clk(clk),
        .rst(rst),
        .access_address(access_access_address),
        .access_lanes(access_access_lanes),
        .access_data(access_access_data),
        .access_request(commit_access_request),
        .access_write(commit_access_write),
        .dbus_free(data_port_dbus_free),
        .dbus_accepted(data_port_dbus_accepted),
        .dbus_cyc_o(dbus_cyc_o),
        .dbus_stb_o(dbus_stb_o),
        .dbus_we_o(dbus_we_o),
        .dbus_adr_o(dbus_adr_o),
        .dbus_sel_o(dbus_sel_o),
        .dbus_dat_o(dbus_dat_o),
        .dbus_stall_i(dbus_stall_i),
        .dbus_ack_i(dbus_ack_i),
        .rvfi_hv_bus_write(rvfi_hv_bus_write),
        .rvfi_hv_bus_addr(rvfi_hv_bus_addr),
        .rvfi_hv_bus_data(rvfi_hv_bus_data),
        .rvfi_hv_bus_mask(rvfi_hv_bus_mask)
    );

    wire [31:0] counters_counter_word;

    wire [2:0] csr_lines;
    nestor_csr u_csr (
        .clk(clk),
        .rst(rst),
        .x_insn(execute_x_insn),
        .reg_a(registers_reg_a),
        .write_data(commit_write_data),
        .row_read(csr_row_read),
        .row_read_address(csr_row_read_address),
        .row_write(csr_row_write),
        .row_write_address(csr_row_write_address),
        .row_write_data(csr_row_write_data),
        .record_end(commit_record_end),
        .trap_enter(commit_trap_enter),
        .trap_return(commit_trap_return),
        .cause_interrupt(commit_cause_interrupt),
        .cause_code(commit_cause_code),
        .words_used(commit_words_used),
        .commit_read_word(commit_commit_read_word),
        .commit_write_word(commit_commit_write_word),
        .commit_word_write(commit_commit_word_write),
        .word(csr_word),
        .word_data(csr_word_data),
        .record_word(commit_record_word),
        .csr_word(csr_csr_word),
        .csr_writes(csr_csr_writes),
        .csr_illegal(csr_csr_illegal),
        .counter_word(counters_counter_word),
        .machine(csr_machine),
        .wfi_illegal(csr_wfi_illegal),
        .lines(csr_lines),
        .irq_pending(csr_irq_pending),
        .irq_own(csr_irq_own),
        .irq_code(csr_irq_code),
        .timer_wakes(csr_timer_wakes),
        .irq_software_i(irq_software_i),
        .irq_timer_i(irq_timer_i),
        .irq_external_i(irq_external_i)
    );

    nestor_counters u_counters (
        .clk(clk),
        .rst(rst),
        .x_insn(execute_x_insn),
        .w_result(commit_w_result),
        .record_end(commit_record_end),
        .retired(commit_retired),
        .commit_write_word(commit_commit_write_word),
        .commit_word_write(commit_commit_word_write),
        .word(csr_word),
        .counter_read(commit_counter_read),
        .counter_hold(commit_counter_hold),
        .counter_word(counters_counter_word),
        .mtime_i(mtime_i)
    );

    nestor_rvfi u_rvfi (
        .clk(clk),
        .rst(rst),
        .redirect(commit_redirect),
        .w_target(commit_w_target),
        .x_pc(execute_x_pc),
        .x_go(execute_x_go),
        .x_store(execute_x_store),
        .x_rs1_value(execute_x_rs1_value),
        .x_reads_rs1(execute_x_reads_rs1),
        .x_reads_rs2(execute_x_reads_rs2),
        .rd_write(commit_rd_write),
        .rd_address(commit_rd_address),
        .write_data(commit_write_data),
        .w_valid(commit_w_valid),
        .w_insn(commit_w_insn),
        .w_pc(commit_w_pc),
        .w_result(commit_w_result),
        .w_store(commit_w_store),
        .first(commit_first),
        .record_end(commit_record_end),
        .record_pc(commit_record_pc),
        .record_trap(commit_record_trap),
        .record_interrupted(commit_record_interrupted),
        .record_halt(commit_record_halt),
        .record_access(commit_record_access),
        .record_answer(commit_record_answer),
        .record_store(commit_record_store),
        .cause_interrupt(commit_cause_interrupt),
        .cause_code(commit_cause_code),
        .commit_write_word(commit_commit_write_word),
        .commit_word_write(commit_commit_word_write),
        .access_address(access_access_address),
        .load_data(access_load_data),
        .dbus_accepted(data_port_dbus_accepted),
        .machine(csr_machine),
        .lines(csr_lines),
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
        .rvfi_hv_cause(rvfi_hv_cause),
        .rvfi_hv_tval(rvfi_hv_tval),
        .rvfi_hv_mip(rvfi_hv_mip)
    );
endmodule

`default_nettype wire
