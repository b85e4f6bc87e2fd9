// Nestor 0.2.0, unit nestor_core, configuration plain, hash 99cf00fb79f39616

`default_nettype none

// The processor, with an instruction and a data port: units and the nets between them.
// A net has one name everywhere. A WFI waits for the timer's line that mie enables.
module nestor_core (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    output wire ibus_stb_o, // instruction port: request
    // instruction port, Wishbone B4 pipelined: a request, or one that waits for its answer
    output wire ibus_cyc_o,
    // instruction port: real name of a word: byte address, bits 1:0 zero
    output wire [31:0] ibus_adr_o,
    input  wire ibus_stall_i, // instruction port: the request is not taken
    input  wire ibus_ack_i, // instruction port: an answer comes
    input  wire [31:0] ibus_dat_i, // instruction port: the word
    input  wire wfi_wakeable_i, // mtimecmp can be reached: it is not 2^64-1
    output wire wfi_o, // a WFI moves mtime to mtimecmp
    output wire halted_o, // stopped at a WFI that nothing can wake
    input  wire dbus_ack_i, // data port: an answer comes
    output wire commit_o, // a commit record ends
    input  wire [31:0] dbus_dat_i, // data port: the word read
    input  wire dbus_stall_i, // data port: the request is not taken
    output wire dbus_stb_o, // data port: request
    // data port, Wishbone B4 pipelined: a request, or one that waits for its answer
    output wire dbus_cyc_o,
    output wire dbus_we_o, // data port: it writes
    output wire [31:0] dbus_adr_o, // data port: real name of a word: byte address, bits 1:0 zero
    output wire [3:0] dbus_sel_o, // data port: bytes of the word
    output wire [31:0] dbus_dat_o, // data port: data to write
    output wire rvfi_hv_bus_write, // a word is written on the bus: one pulse for each, in order
    output wire [31:0] rvfi_hv_bus_addr, // real name of the word written
    output wire [3:0] rvfi_hv_bus_mask, // bytes of the word that are written
    output wire [31:0] rvfi_hv_bus_data, // data written, zero outside the mask
    input  wire irq_external_i, // level 0's line of the external interrupt
    input  wire irq_timer_i, // level 0's line of the timer interrupt
    input  wire irq_software_i, // level 0's line of the software interrupt
    input  wire [63:0] mtime_i, // mtime, for reads of time
    output wire rvfi_valid, // a commit record: its fields are valid in this cycle
    output wire [63:0] rvfi_order, // number of the record, from 0
    // process name of the instruction; of an interrupt, the pc it interrupts
    output wire [31:0] rvfi_pc_rdata,
    output wire [31:0] rvfi_pc_wdata, // pc after the record
    // instruction word; 0 when the record belongs to none or it could not be fetched
    output wire [31:0] rvfi_insn,
    output wire rvfi_trap, // exception or interrupt taken at the level's own mtvec
    output wire rvfi_intr, // the record is an interrupt taken (with trap)
    output wire rvfi_halt, // a WFI at level 0 that nothing can wake: the run ends
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
    output wire [31:0] rvfi_hv_tval, // mtval of a trap, else 0
    output wire [2:0] rvfi_hv_mip, // level 0's lines before the record: bit 0 MSI, 1 MTI, 2 MEI
    output wire [31:0] rvfi_hv_cause // mcause of a trap, cause word of a VM-fault, else 0
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
    wire execute_steer;
    wire [30:0] execute_x_way;
    wire [29:0] commit_w_target;
    wire registers_sweeping;
    wire execute_head_taken;

    wire fetch_fetch_blocked;
    wire fetch_head_valid;
    wire [31:0] fetch_head;
    nestor_fetch u_fetch (
        .clk(clk),
        .rst(rst),
        .redirect(commit_redirect),
        .steer(execute_steer),
        .x_way(execute_x_way),
        .w_target(commit_w_target),
        .sweeping(registers_sweeping),
        .ibus_stb_o(ibus_stb_o),
        .ibus_cyc_o(ibus_cyc_o),
        .ibus_adr_o(ibus_adr_o),
        .ibus_stall_i(ibus_stall_i),
        .fetch_blocked(fetch_fetch_blocked),
        .ibus_ack_i(ibus_ack_i),
        .ibus_dat_i(ibus_dat_i),
        .head_taken(execute_head_taken),
        .head_valid(fetch_head_valid),
        .head(fetch_head)
    );

    wire [3:0] decode_x_kind;
    wire [31:0] decode_immediate;
    wire decode_reads_rs1;
    wire decode_reads_rs2;
    wire decode_writes_rd;
    wire decode_register_b;
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
        .reads_rs1(decode_reads_rs1),
        .reads_rs2(decode_reads_rs2),
        .writes_rd(decode_writes_rd),
        .register_b(decode_register_b),
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
    wire [4:0] commit_rd_address;
    wire [31:0] commit_write_data;
    wire [31:0] registers_reg_a;
    wire [31:0] registers_reg_b;

    wire execute_x_writes;
    wire [31:0] execute_x_insn;
    wire execute_x_go;
    wire execute_x_valid;
    wire [29:0] execute_x_pc;
    wire [4:0] execute_read_rs1;
    wire [4:0] execute_read_rs2;
    wire [31:0] execute_x_store;
    wire [31:0] execute_x_rs1_value;
    wire execute_x_reads_rs1;
    wire execute_x_reads_rs2;
    wire [31:0] execute_x_result;
    wire execute_x_taken;
    wire [29:0] execute_x_target;
    wire execute_x_misaligned;
    nestor_execute u_execute (
        .clk(clk),
        .rst(rst),
        .x_kind(decode_x_kind),
        .reads_rs1(decode_reads_rs1),
        .reads_rs2(decode_reads_rs2),
        .writes_rd(decode_writes_rd),
        .x_writes(execute_x_writes),
        .x_insn(execute_x_insn),
        .head_valid(fetch_head_valid),
        .redirect(commit_redirect),
        .w_valid(commit_w_valid),
        .w_done(commit_w_done),
        .w_alone(commit_w_alone),
        .w_slow(commit_w_slow),
        .sweeping(registers_sweeping),
        .x_go(execute_x_go),
        .head_taken(execute_head_taken),
        .x_valid(execute_x_valid),
        .head(fetch_head),
        .steer(execute_steer),
        .x_way(execute_x_way),
        .w_target(commit_w_target),
        .x_pc(execute_x_pc),
        .read_rs1(execute_read_rs1),
        .read_rs2(execute_read_rs2),
        .w_writes(commit_w_writes),
        .w_rd(commit_w_rd),
        .rd_write(commit_rd_write),
        .rd_address(commit_rd_address),
        .write_data(commit_write_data),
        .reg_a(registers_reg_a),
        .reg_b(registers_reg_b),
        .w_result(commit_w_result),
        .x_store(execute_x_store),
        .immediate(decode_immediate),
        .register_b(decode_register_b),
        .subtract(decode_subtract),
        .x_rs1_value(execute_x_rs1_value),
        .format_rs1(decode_format_rs1),
        .x_reads_rs1(execute_x_reads_rs1),
        .format_rs2(decode_format_rs2),
        .x_reads_rs2(execute_x_reads_rs2),
        .conditional(decode_conditional),
        .jump_to_sum(decode_jump_to_sum),
        .select_link(decode_select_link),
        .select_less(decode_select_less),
        .select_shift(decode_select_shift),
        .select_offset(decode_select_offset),
        .select_logic(decode_select_logic),
        .x_result(execute_x_result),
        .x_taken(execute_x_taken),
        .x_target(execute_x_target),
        .x_misaligned(execute_x_misaligned)
    );

    wire csr_row_write;
    wire [4:0] csr_row_write_address;
    wire [31:0] csr_row_write_data;
    wire csr_row_read;
    wire [4:0] csr_row_read_address;

    nestor_registers u_registers (
        .clk(clk),
        .rst(rst),
        .sweeping(registers_sweeping),
        .rd_write(commit_rd_write),
        .row_write(csr_row_write),
        .row_write_address(csr_row_write_address),
        .row_write_data(csr_row_write_data),
        .rd_address(commit_rd_address),
        .row_read(csr_row_read),
        .read_rs1(execute_read_rs1),
        .row_read_address(csr_row_read_address),
        .reg_a(registers_reg_a),
        .read_rs2(execute_read_rs2),
        .reg_b(registers_reg_b)
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
    wire [4:0] csr_csr_held_word;
    wire [31:0] access_load_data;
    wire [31:0] csr_word_data;

    wire commit_record_interrupted;
    wire commit_first;
    wire commit_counter_read;
    wire commit_counter_hold;
    wire commit_record_halt;
    wire commit_access_request;
    wire commit_access_write;
    wire commit_record_access;
    wire commit_record_store;
    wire commit_record_answer;
    wire commit_cause_interrupt;
    wire [4:0] commit_cause_code;
    wire commit_record_trap;
    wire [29:0] commit_record_pc;
    wire [31:0] commit_record_word;
    wire [4:0] commit_commit_read_word;
    wire [4:0] commit_commit_write_word;
    wire commit_commit_word_write;
    wire commit_words_used;
    wire commit_trap_enter;
    wire commit_trap_return;
    wire [3:0] commit_w_kind_unused;
    wire [29:0] commit_w_pc;
    wire commit_record_end;
    wire commit_retired;
    nestor_commit u_commit (
        .clk(clk),
        .rst(rst),
        .fetch_blocked(fetch_fetch_blocked),
        .x_valid(execute_x_valid),
        .irq_own(csr_irq_own),
        .irq_code(csr_irq_code),
        .record_interrupted(commit_record_interrupted),
        .first(commit_first),
        .machine(csr_machine),
        .wfi_illegal(csr_wfi_illegal),
        .muldiv_start(commit_muldiv_start),
        .muldiv_done(muldiv_done_o),
        .csr_illegal(csr_csr_illegal),
        .csr_writes(csr_csr_writes),
        .counter_read(commit_counter_read),
        .counter_hold(commit_counter_hold),
        .irq_pending(csr_irq_pending),
        .timer_wakes(csr_timer_wakes),
        .wfi_wakeable_i(wfi_wakeable_i),
        .wfi_o(wfi_o),
        .halted_o(halted_o),
        .record_halt(commit_record_halt),
        .access_misaligned(access_access_misaligned),
        .page_backed(access_page_backed),
        .page_ram(access_page_ram),
        .access_request(commit_access_request),
        .access_write(commit_access_write),
        .dbus_free(data_port_dbus_free),
        .dbus_ack_i(dbus_ack_i),
        .record_access(commit_record_access),
        .record_store(commit_record_store),
        .record_answer(commit_record_answer),
        .cause_interrupt(commit_cause_interrupt),
        .cause_code(commit_cause_code),
        .record_trap(commit_record_trap),
        .x_pc(execute_x_pc),
        .record_pc(commit_record_pc),
        .word(csr_word),
        .record_word(commit_record_word),
        .csr_word(csr_csr_word),
        .csr_held_word(csr_csr_held_word),
        .commit_read_word(commit_commit_read_word),
        .commit_write_word(commit_commit_write_word),
        .commit_word_write(commit_commit_word_write),
        .words_used(commit_words_used),
        .trap_enter(commit_trap_enter),
        .trap_return(commit_trap_return),
        .load_data(access_load_data),
        .muldiv_result(muldiv_result_o),
        .write_data(commit_write_data),
        .x_go(execute_x_go),
        .x_target(execute_x_target),
        .w_target(commit_w_target),
        .word_data(csr_word_data),
        .x_result(execute_x_result),
        .x_store(execute_x_store),
        .x_kind(decode_x_kind),
        .x_insn(execute_x_insn),
        .x_taken(execute_x_taken),
        .x_misaligned(execute_x_misaligned),
        .x_writes(execute_x_writes),
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
        .record_end(commit_record_end),
        .commit_o(commit_o),
        .w_done(commit_w_done),
        .redirect(commit_redirect),
        .retired(commit_retired),
        .rd_write(commit_rd_write),
        .rd_address(commit_rd_address)
    );

    wire [31:0] access_access_data;
    wire [3:0] access_access_lanes;
    wire [19:0] access_access_page_unused;
    wire [29:0] access_access_address;
    nestor_access u_access (
        .w_result(commit_w_result),
        .w_insn(commit_w_insn),
        .access_misaligned(access_access_misaligned),
        .dbus_dat_i(dbus_dat_i),
        .load_data(access_load_data),
        .w_store(commit_w_store),
        .access_data(access_access_data),
        .access_lanes(access_access_lanes),
        .access_page(access_access_page_unused),
        .page_ram(access_page_ram),
        .page_backed(access_page_backed),
        .access_address(access_access_address)
    );

    wire data_port_dbus_accepted;
    nestor_data_port u_data_port (
        .clk(clk),
        .rst(rst),
        .access_request(commit_access_request),
        .access_write(commit_access_write),
        .access_address(access_access_address),
        .access_data(access_access_data),
        .access_lanes(access_access_lanes),
        .dbus_stall_i(dbus_stall_i),
        .dbus_ack_i(dbus_ack_i),
        .dbus_stb_o(dbus_stb_o),
        .dbus_free(data_port_dbus_free),
        .dbus_accepted(data_port_dbus_accepted),
        .dbus_cyc_o(dbus_cyc_o),
        .dbus_we_o(dbus_we_o),
        .dbus_adr_o(dbus_adr_o),
        .dbus_sel_o(dbus_sel_o),
        .dbus_dat_o(dbus_dat_o),
        .rvfi_hv_bus_write(rvfi_hv_bus_write),
        .rvfi_hv_bus_addr(rvfi_hv_bus_addr),
        .rvfi_hv_bus_mask(rvfi_hv_bus_mask),
        .rvfi_hv_bus_data(rvfi_hv_bus_data)
    );

    wire [31:0] counters_counter_word;

    wire [2:0] csr_lines;
    nestor_csr u_csr (
        .clk(clk),
        .rst(rst),
        .commit_read_word(commit_commit_read_word),
        .commit_word_write(commit_commit_word_write),
        .commit_write_word(commit_commit_write_word),
        .write_data(commit_write_data),
        .word(csr_word),
        .trap_enter(commit_trap_enter),
        .trap_return(commit_trap_return),
        .words_used(commit_words_used),
        .row_read(csr_row_read),
        .row_read_address(csr_row_read_address),
        .row_write(csr_row_write),
        .row_write_address(csr_row_write_address),
        .row_write_data(csr_row_write_data),
        .w_insn(commit_w_insn),
        .csr_word(csr_csr_word),
        .csr_held_word(csr_csr_held_word),
        .csr_writes(csr_csr_writes),
        .csr_illegal(csr_csr_illegal),
        .machine(csr_machine),
        .wfi_illegal(csr_wfi_illegal),
        .irq_external_i(irq_external_i),
        .irq_timer_i(irq_timer_i),
        .irq_software_i(irq_software_i),
        .lines(csr_lines),
        .record_end(commit_record_end),
        .timer_wakes(csr_timer_wakes),
        .irq_pending(csr_irq_pending),
        .irq_own(csr_irq_own),
        .irq_code(csr_irq_code),
        .cause_interrupt(commit_cause_interrupt),
        .cause_code(commit_cause_code),
        .reg_a(registers_reg_a),
        .record_word(commit_record_word),
        .counter_word(counters_counter_word),
        .word_data(csr_word_data)
    );

    nestor_counters u_counters (
        .clk(clk),
        .rst(rst),
        .w_insn(commit_w_insn),
        .commit_write_word(commit_commit_write_word),
        .commit_word_write(commit_commit_word_write),
        .record_end(commit_record_end),
        .retired(commit_retired),
        .w_result(commit_w_result),
        .counter_read(commit_counter_read),
        .counter_hold(commit_counter_hold),
        .mtime_i(mtime_i),
        .word(csr_word),
        .counter_word(counters_counter_word)
    );

    nestor_rvfi u_rvfi (
        .clk(clk),
        .rst(rst),
        .record_end(commit_record_end),
        .record_trap(commit_record_trap),
        .rvfi_valid(rvfi_valid),
        .rvfi_order(rvfi_order),
        .record_pc(commit_record_pc),
        .rvfi_pc_rdata(rvfi_pc_rdata),
        .x_pc(execute_x_pc),
        .w_target(commit_w_target),
        .redirect(commit_redirect),
        .rvfi_pc_wdata(rvfi_pc_wdata),
        .record_interrupted(commit_record_interrupted),
        .w_valid(commit_w_valid),
        .w_insn(commit_w_insn),
        .rvfi_insn(rvfi_insn),
        .cause_interrupt(commit_cause_interrupt),
        .rvfi_trap(rvfi_trap),
        .rvfi_intr(rvfi_intr),
        .record_halt(commit_record_halt),
        .rvfi_halt(rvfi_halt),
        .machine(csr_machine),
        .rvfi_mode(rvfi_mode),
        .x_go(execute_x_go),
        .x_reads_rs1(execute_x_reads_rs1),
        .x_reads_rs2(execute_x_reads_rs2),
        .x_rs1_value(execute_x_rs1_value),
        .x_store(execute_x_store),
        .cause_code(commit_cause_code),
        .rvfi_rs1_addr(rvfi_rs1_addr),
        .rvfi_rs2_addr(rvfi_rs2_addr),
        .rvfi_rs1_rdata(rvfi_rs1_rdata),
        .rvfi_rs2_rdata(rvfi_rs2_rdata),
        .rd_write(commit_rd_write),
        .write_data(commit_write_data),
        .rd_address(commit_rd_address),
        .rvfi_rd_addr(rvfi_rd_addr),
        .rvfi_rd_wdata(rvfi_rd_wdata),
        .record_access(commit_record_access),
        .record_answer(commit_record_answer),
        .record_store(commit_record_store),
        .w_result(commit_w_result),
        .load_data(access_load_data),
        .dbus_accepted(data_port_dbus_accepted),
        .access_address(access_access_address),
        .w_store(commit_w_store),
        .rvfi_mem_addr(rvfi_mem_addr),
        .rvfi_mem_rmask(rvfi_mem_rmask),
        .rvfi_mem_wmask(rvfi_mem_wmask),
        .rvfi_mem_rdata(rvfi_mem_rdata),
        .rvfi_mem_wdata(rvfi_mem_wdata),
        .rvfi_hv_mem_real(rvfi_hv_mem_real),
        .w_pc(commit_w_pc),
        .first(commit_first),
        .rvfi_hv_fetch_real(rvfi_hv_fetch_real),
        .commit_word_write(commit_commit_word_write),
        .commit_write_word(commit_commit_write_word),
        .rvfi_hv_tval(rvfi_hv_tval),
        .lines(csr_lines),
        .rvfi_hv_mip(rvfi_hv_mip),
        .rvfi_hv_cause(rvfi_hv_cause)
    );
endmodule

`default_nettype wire
