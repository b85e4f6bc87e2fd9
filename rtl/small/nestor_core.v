// Nestor 0.9.2, unit nestor_core, configuration small, hash 2d726b68a83e1b12

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
    wire [31:0] commit_w_store;
    wire [31:0] commit_w_insn;
    wire [31:0] muldiv_b_i = {commit_w_store[31:5],
        (commit_w_insn[5] ? commit_w_store[4:0] : commit_w_insn[24:20])};

    wire commit_muldiv_start;
    wire [31:0] commit_w_result;

    wire muldiv_done_o;
    wire [31:0] muldiv_result_o;
    nestor_muldiv u_muldiv (
        .clk(clk),
        .rst(rst),
        .start_i(commit_muldiv_start),
        .op_i(commit_w_insn[14:12]),
        .a_i(commit_w_result),
        .b_i(muldiv_b_i),
        .shift_i(!commit_w_insn[25]),
        .arithmetic_i(commit_w_insn[30]),
        .done_o(muldiv_done_o),
        .result_o(muldiv_result_o)
    );

    wire last_page_associator_lookup;
    wire last_page_associator_fill;
    wire sequencer_flush_start;
    wire [2:0] vmid_level;
    wire [19:0] last_page_count_page;
    wire [3:0] last_page_count_need;
    wire [19:0] composer_walk_page;
    wire [3:0] composer_walk_rights;
    wire [3:0] sequencer_flush_level;
    wire [19:0] last_page_page_ahead;

    wire associator_done_o;
    wire associator_hit_o;
    wire [3:0] associator_rights_o;
    wire [4:0] associator_flushed_o;
    wire [19:0] associator_real_o;
    nestor_associator u_associator (
        .clk(clk),
        .rst(rst),
        .lookup_i(last_page_associator_lookup),
        .fill_i(last_page_associator_fill),
        .flush_i(sequencer_flush_start),
        .tag_i({1'b0, vmid_level}),
        .page_i(last_page_count_page),
        .need_i(last_page_count_need),
        .real_i(composer_walk_page),
        .rights_i(composer_walk_rights),
        .flush_level_i(sequencer_flush_level),
        .ahead_i(last_page_page_ahead),
        .done_o(associator_done_o),
        .hit_o(associator_hit_o),
        .rights_o(associator_rights_o),
        .flushed_o(associator_flushed_o),
        .real_o(associator_real_o)
    );

    wire commit_redirect;
    wire [29:0] commit_w_target;
    wire last_page_fetch_hit;
    wire registers_sweeping;
    wire [19:0] last_page_fetch_real_page;
    wire execute_head_taken;

    wire fetch_head_valid;
    wire [31:0] fetch_head;
    wire fetch_fetch_blocked;
    wire [19:0] fetch_fetch_page;
    wire [9:0] fetch_fetch_offset;
    nestor_fetch u_fetch (
        .clk(clk),
        .rst(rst),
        .head_valid(fetch_head_valid),
        .head(fetch_head),
        .head_taken(execute_head_taken),
        .redirect(commit_redirect),
        .w_target(commit_w_target),
        .fetch_blocked(fetch_fetch_blocked),
        .fetch_page(fetch_fetch_page),
        .fetch_offset(fetch_fetch_offset),
        .fetch_hit(last_page_fetch_hit),
        .fetch_real_page(last_page_fetch_real_page),
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
        .select_link(decode_select_link),
        .select_offset(decode_select_offset),
        .conditional(decode_conditional),
        .jump_to_sum(decode_jump_to_sum)
    );

    wire commit_w_valid;
    wire commit_w_done;
    wire commit_w_alone;
    wire commit_w_slow;
    wire sequencer_sequencer_busy;
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
    wire [19:0] execute_x_page;
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
        .x_page(execute_x_page),
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
        .w_done(commit_w_done),
        .sequencer_busy(sequencer_sequencer_busy)
    );

    wire csr_row_write;
    wire [4:0] csr_row_write_address;
    wire [31:0] csr_row_write_data;
    wire [4:0] commit_rd_address;
    wire csr_row_read;
    wire [4:0] csr_row_read_address;
    wire sequencer_word_hold;

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
        .row_write_data(csr_row_write_data),
        .word_hold(sequencer_word_hold)
    );

    wire vmid_vip_fault;
    wire csr_irq_below;
    wire csr_irq_own;
    wire [3:0] csr_irq_code;
    wire [2:0] csr_irq_below_level;
    wire [2:0] vmid_vip_fault_level;
    wire csr_machine;
    wire csr_wfi_illegal;
    wire vmid_vm_capability;
    wire vmid_exit_capability;
    wire csr_csr_illegal;
    wire csr_csr_writes;
    wire vmid_counters_denied;
    wire csr_csr_counter;
    wire vmid_at_zero;
    wire [2:0] vmid_counter_owner;
    wire vmid_wfi_denied;
    wire csr_irq_pending;
    wire csr_timer_wakes;
    wire [2:0] vmid_wfi_owner;
    wire vmid_at_depth;
    wire [2:0] vmid_level_below;
    wire access_access_misaligned;
    wire access_page_backed;
    wire last_page_data_hit;
    wire last_page_data_ram;
    wire data_port_dbus_free;
    wire last_page_translate_done;
    wire last_page_translate_failed;
    wire [3:0] composer_walk_cause;
    wire [2:0] composer_walk_receiver;
    wire sequencer_sequence_end;
    wire sequencer_sequence_more;
    wire sequencer_sequencer_rd_write;
    wire sequencer_sequence_exception;
    wire sequencer_sequence_retires;
    wire [4:0] csr_word;
    wire sequencer_pc_is_next;
    wire sequencer_sequencer_has_instruction;
    wire [4:0] csr_csr_word;
    wire sequencer_sequencer_loading;
    wire [31:0] access_load_data;
    wire sequencer_sequencer_take_target;
    wire sequencer_sequencer_skip;
    wire sequencer_sequencer_take_count;
    wire sequencer_sequencer_counts;
    wire sequencer_fault_enter;
    wire sequencer_sequencer_take_word;
    wire [31:0] csr_word_data;

    wire [3:0] commit_w_kind;
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
    wire [3:0] commit_data_need;
    wire commit_data_access_unused;
    wire commit_translate_fetch;
    wire commit_translate_data;
    wire [1:0] commit_event_accesses;
    wire commit_start_lvmid;
    wire commit_start_fence;
    wire commit_start_fault;
    wire [3:0] commit_fault_code;
    wire [1:0] commit_fault_access;
    wire [2:0] commit_fault_receiver;
    wire commit_fault_next;
    wire commit_fault_has_instruction;
    wire commit_fault_has_address;
    wire commit_fault_fetching;
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
        .w_kind(commit_w_kind),
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
        .csr_counter(csr_csr_counter),
        .muldiv_start(commit_muldiv_start),
        .muldiv_done(muldiv_done_o),
        .muldiv_result(muldiv_result_o),
        .access_misaligned(access_access_misaligned),
        .load_data(access_load_data),
        .access_request(commit_access_request),
        .access_write(commit_access_write),
        .page_backed(access_page_backed),
        .dbus_free(data_port_dbus_free),
        .machine(csr_machine),
        .wfi_illegal(csr_wfi_illegal),
        .irq_pending(csr_irq_pending),
        .irq_own(csr_irq_own),
        .irq_code(csr_irq_code),
        .irq_below(csr_irq_below),
        .irq_below_level(csr_irq_below_level),
        .timer_wakes(csr_timer_wakes),
        .vip_fault(vmid_vip_fault),
        .vip_fault_level(vmid_vip_fault_level),
        .at_zero(vmid_at_zero),
        .at_depth(vmid_at_depth),
        .level_below(vmid_level_below),
        .vm_capability(vmid_vm_capability),
        .exit_capability(vmid_exit_capability),
        .counters_denied(vmid_counters_denied),
        .counter_owner(vmid_counter_owner),
        .wfi_denied(vmid_wfi_denied),
        .wfi_owner(vmid_wfi_owner),
        .data_need(commit_data_need),
        .data_access(commit_data_access_unused),
        .data_hit(last_page_data_hit),
        .data_ram(last_page_data_ram),
        .translate_fetch(commit_translate_fetch),
        .translate_data(commit_translate_data),
        .translate_done(last_page_translate_done),
        .translate_failed(last_page_translate_failed),
        .walk_cause(composer_walk_cause),
        .walk_receiver(composer_walk_receiver),
        .event_accesses(commit_event_accesses),
        .start_lvmid(commit_start_lvmid),
        .start_fence(commit_start_fence),
        .start_fault(commit_start_fault),
        .fault_code(commit_fault_code),
        .fault_access(commit_fault_access),
        .fault_receiver(commit_fault_receiver),
        .fault_next(commit_fault_next),
        .fault_has_instruction(commit_fault_has_instruction),
        .fault_has_address(commit_fault_has_address),
        .fault_fetching(commit_fault_fetching),
        .fault_enter(sequencer_fault_enter),
        .sequence_end(sequencer_sequence_end),
        .sequence_more(sequencer_sequence_more),
        .sequence_exception(sequencer_sequence_exception),
        .sequence_retires(sequencer_sequence_retires),
        .sequencer_has_instruction(sequencer_sequencer_has_instruction),
        .sequencer_take_word(sequencer_sequencer_take_word),
        .sequencer_take_count(sequencer_sequencer_take_count),
        .sequencer_counts(sequencer_sequencer_counts),
        .sequencer_take_target(sequencer_sequencer_take_target),
        .sequencer_skip(sequencer_sequencer_skip),
        .sequencer_loading(sequencer_sequencer_loading),
        .sequencer_rd_write(sequencer_sequencer_rd_write),
        .pc_is_next(sequencer_pc_is_next),
        .dbus_ack_i(dbus_ack_i),
        .commit_o(commit_o),
        .wfi_o(wfi_o),
        .wfi_wakeable_i(wfi_wakeable_i),
        .halted_o(halted_o),
        .rvfi_hv_phase(rvfi_hv_phase)
    );

    wire [19:0] last_page_data_real_page;

    wire [19:0] access_access_page;
    wire [9:0] access_access_offset;
    wire [29:0] access_access_address;
    wire [3:0] access_access_lanes;
    wire [31:0] access_access_data;
    wire access_page_ram;
    nestor_access u_access (
        .w_kind(commit_w_kind),
        .w_insn(commit_w_insn),
        .w_result(commit_w_result),
        .w_store(commit_w_store),
        .access_misaligned(access_access_misaligned),
        .access_page(access_access_page),
        .access_offset(access_access_offset),
        .access_address(access_access_address),
        .access_lanes(access_access_lanes),
        .access_data(access_access_data),
        .load_data(access_load_data),
        .page_ram(access_page_ram),
        .page_backed(access_page_backed),
        .data_real_page(last_page_data_real_page),
        .sequencer_busy(sequencer_sequencer_busy),
        .dbus_dat_i(dbus_dat_i)
    );

    wire composer_walk_busy;
    wire sequencer_sequencer_probing;
    wire [9:0] sequencer_sequencer_offset;
    wire composer_walk_read;
    wire [9:0] composer_walk_offset;
    wire [19:0] scratchpad_map_page;
    wire sequencer_sequencer_request;
    wire sequencer_sequencer_write;

    wire data_port_dbus_accepted;
    wire data_port_dbus_answer;
    wire data_port_dbus_idle;
    nestor_data_port u_data_port (
        .clk(clk),
        .rst(rst),
        .word_data(csr_word_data),
        .access_address(access_access_address),
        .access_lanes(access_access_lanes),
        .access_data(access_access_data),
        .access_request(commit_access_request),
        .access_write(commit_access_write),
        .dbus_free(data_port_dbus_free),
        .dbus_accepted(data_port_dbus_accepted),
        .dbus_answer(data_port_dbus_answer),
        .dbus_idle(data_port_dbus_idle),
        .walk_page(composer_walk_page),
        .walk_busy(composer_walk_busy),
        .walk_read(composer_walk_read),
        .walk_offset(composer_walk_offset),
        .map_page(scratchpad_map_page),
        .sequencer_busy(sequencer_sequencer_busy),
        .sequencer_request(sequencer_sequencer_request),
        .sequencer_write(sequencer_sequencer_write),
        .sequencer_offset(sequencer_sequencer_offset),
        .sequencer_probing(sequencer_sequencer_probing),
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

    wire [4:0] sequencer_sequencer_read_word;
    wire [4:0] sequencer_sequencer_write_word;
    wire sequencer_sequencer_word_write;
    wire sequencer_sequencer_read_bank;
    wire sequencer_sequencer_write_bank;
    wire vmid_line_here;
    wire vmid_line_enable;
    wire [2:0] vmid_vip_lines;
    wire [2:0] vmid_zero_enable;
    wire [2:0] vmid_line_owner;
    wire [31:0] sequencer_sequencer_word;
    wire [31:0] counters_counter_word;

    wire [2:0] csr_interrupts_enabled;
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
        .word_hold(sequencer_word_hold),
        .record_word(commit_record_word),
        .csr_word(csr_csr_word),
        .csr_writes(csr_csr_writes),
        .csr_illegal(csr_csr_illegal),
        .csr_counter(csr_csr_counter),
        .counter_word(counters_counter_word),
        .machine(csr_machine),
        .wfi_illegal(csr_wfi_illegal),
        .interrupts_enabled(csr_interrupts_enabled),
        .lines(csr_lines),
        .irq_pending(csr_irq_pending),
        .irq_own(csr_irq_own),
        .irq_code(csr_irq_code),
        .irq_below(csr_irq_below),
        .irq_below_level(csr_irq_below_level),
        .timer_wakes(csr_timer_wakes),
        .vip_lines(vmid_vip_lines),
        .zero_enable(vmid_zero_enable),
        .line_here(vmid_line_here),
        .line_owner(vmid_line_owner),
        .line_enable(vmid_line_enable),
        .at_zero(vmid_at_zero),
        .vm_capability(vmid_vm_capability),
        .fault_enter(sequencer_fault_enter),
        .sequencer_busy(sequencer_sequencer_busy),
        .sequencer_read_word(sequencer_sequencer_read_word),
        .sequencer_read_bank(sequencer_sequencer_read_bank),
        .sequencer_write_word(sequencer_sequencer_write_word),
        .sequencer_write_bank(sequencer_sequencer_write_bank),
        .sequencer_word_write(sequencer_sequencer_word_write),
        .sequencer_word(sequencer_sequencer_word),
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

    wire sequencer_vmid_append;
    wire sequencer_vmid_cut;
    wire [2:0] sequencer_receiver;
    wire [3:0] sequencer_syllable;
    wire sequencer_caps_write;
    wire sequencer_vip_write;
    wire sequencer_line_note;
    wire sequencer_line_note_enable;
    wire sequencer_vip_note;

    wire [2:0] vmid_vip_left;
    wire vmid_line_left;
    wire [15:0] vmid_running_vmid;
    wire vmid_vm_granted;
    wire [3:0] vmid_held_syllable;
    nestor_vmid u_vmid (
        .clk(clk),
        .rst(rst),
        .interrupts_enabled(csr_interrupts_enabled),
        .vip_left(vmid_vip_left),
        .vip_lines(vmid_vip_lines),
        .zero_enable(vmid_zero_enable),
        .line_here(vmid_line_here),
        .line_owner(vmid_line_owner),
        .line_enable(vmid_line_enable),
        .line_left(vmid_line_left),
        .line_note(sequencer_line_note),
        .line_note_enable(sequencer_line_note_enable),
        .vip_fault(vmid_vip_fault),
        .vip_fault_level(vmid_vip_fault_level),
        .at_zero(vmid_at_zero),
        .at_depth(vmid_at_depth),
        .level(vmid_level),
        .level_below(vmid_level_below),
        .running_vmid(vmid_running_vmid),
        .vm_capability(vmid_vm_capability),
        .exit_capability(vmid_exit_capability),
        .vm_granted(vmid_vm_granted),
        .counters_denied(vmid_counters_denied),
        .counter_owner(vmid_counter_owner),
        .wfi_denied(vmid_wfi_denied),
        .wfi_owner(vmid_wfi_owner),
        .start_lvmid(commit_start_lvmid),
        .start_fault(commit_start_fault),
        .receiver(sequencer_receiver),
        .vmid_append(sequencer_vmid_append),
        .vmid_cut(sequencer_vmid_cut),
        .syllable(sequencer_syllable),
        .held_syllable(vmid_held_syllable),
        .caps_write(sequencer_caps_write),
        .vip_write(sequencer_vip_write),
        .vip_note(sequencer_vip_note),
        .dbus_dat_i(dbus_dat_i)
    );

    wire composer_walk_start;
    wire [3:0] sequencer_sequencer_row;
    wire [3:0] composer_walk_row;
    wire composer_walk_next_row;
    wire [3:0] sequencer_map_write_row;
    wire [15:0] sequencer_map_form_data;
    wire sequencer_map_write_form;
    wire sequencer_map_write_first;
    wire sequencer_map_write_bound;
    wire [19:0] sequencer_map_page_data;
    wire sequencer_map_write_page;

    wire [1:0] scratchpad_map_kind;
    wire [3:0] scratchpad_map_grain;
    wire [9:0] scratchpad_map_offset;
    wire [19:0] scratchpad_map_first;
    wire [20:0] scratchpad_map_bound;
    nestor_scratchpad u_scratchpad (
        .clk(clk),
        .word_hold(sequencer_word_hold),
        .walk_start(composer_walk_start),
        .walk_busy(composer_walk_busy),
        .walk_row(composer_walk_row),
        .walk_next_row(composer_walk_next_row),
        .map_kind(scratchpad_map_kind),
        .map_grain(scratchpad_map_grain),
        .map_offset(scratchpad_map_offset),
        .map_first(scratchpad_map_first),
        .map_bound(scratchpad_map_bound),
        .map_page(scratchpad_map_page),
        .map_write_row(sequencer_map_write_row),
        .map_write_form(sequencer_map_write_form),
        .map_form_data(sequencer_map_form_data),
        .map_write_first(sequencer_map_write_first),
        .map_write_bound(sequencer_map_write_bound),
        .map_write_page(sequencer_map_write_page),
        .map_page_data(sequencer_map_page_data),
        .sequencer_row(sequencer_sequencer_row),
        .dbus_dat_i(dbus_dat_i)
    );

    wire sequencer_sequencer_walk;
    wire last_page_count_start;
    wire [3:0] sequencer_sequencer_need;
    wire [19:0] sequencer_sequencer_page;

    wire composer_walk_done;
    wire composer_walk_failed;
    wire composer_walk_ram;
    wire [19:0] composer_walk_argument;
    wire composer_walk_reads_entry;
    nestor_composer u_composer (
        .clk(clk),
        .rst(rst),
        .dbus_free(data_port_dbus_free),
        .level(vmid_level),
        .walk_start(composer_walk_start),
        .walk_done(composer_walk_done),
        .walk_failed(composer_walk_failed),
        .walk_page(composer_walk_page),
        .walk_rights(composer_walk_rights),
        .walk_ram(composer_walk_ram),
        .walk_cause(composer_walk_cause),
        .walk_receiver(composer_walk_receiver),
        .walk_argument(composer_walk_argument),
        .walk_busy(composer_walk_busy),
        .walk_read(composer_walk_read),
        .walk_offset(composer_walk_offset),
        .walk_row(composer_walk_row),
        .walk_next_row(composer_walk_next_row),
        .count_start(last_page_count_start),
        .count_page(last_page_count_page),
        .count_need(last_page_count_need),
        .walk_reads_entry(composer_walk_reads_entry),
        .map_kind(scratchpad_map_kind),
        .map_grain(scratchpad_map_grain),
        .map_offset(scratchpad_map_offset),
        .map_first(scratchpad_map_first),
        .map_bound(scratchpad_map_bound),
        .map_page(scratchpad_map_page),
        .sequencer_busy(sequencer_sequencer_busy),
        .sequencer_walk(sequencer_sequencer_walk),
        .sequencer_page(sequencer_sequencer_page),
        .sequencer_need(sequencer_sequencer_need),
        .dbus_ack_i(dbus_ack_i),
        .dbus_dat_i(dbus_dat_i),
        .rvfi_hv_step(rvfi_hv_step),
        .rvfi_hv_step_level(rvfi_hv_step_level),
        .rvfi_hv_step_page(rvfi_hv_step_page),
        .rvfi_hv_step_value(rvfi_hv_step_value)
    );

    wire sequencer_forget;

    wire [19:0] last_page_fetch_last_real;
    wire [1:0] last_page_event_lookups;
    wire [1:0] last_page_event_hits;
    wire [1:0] last_page_event_misses;
    wire [1:0] last_page_event_fills;
    wire [3:0] last_page_event_walk_reads_fetch;
    wire [3:0] last_page_event_walk_reads_data;
    wire [4:0] last_page_event_flushed;
    wire last_page_flush_busy;
    nestor_last_page u_last_page (
        .clk(clk),
        .rst(rst),
        .redirect(commit_redirect),
        .fetch_page(fetch_fetch_page),
        .fetch_hit(last_page_fetch_hit),
        .fetch_real_page(last_page_fetch_real_page),
        .fetch_last_real(last_page_fetch_last_real),
        .x_valid(execute_x_valid),
        .x_page(execute_x_page),
        .w_valid(commit_w_valid),
        .record_end(commit_record_end),
        .access_page(access_access_page),
        .page_ram(access_page_ram),
        .at_zero(vmid_at_zero),
        .data_need(commit_data_need),
        .data_hit(last_page_data_hit),
        .data_real_page(last_page_data_real_page),
        .data_ram(last_page_data_ram),
        .translate_fetch(commit_translate_fetch),
        .translate_data(commit_translate_data),
        .translate_done(last_page_translate_done),
        .translate_failed(last_page_translate_failed),
        .page_ahead(last_page_page_ahead),
        .walk_done(composer_walk_done),
        .walk_failed(composer_walk_failed),
        .walk_page(composer_walk_page),
        .walk_rights(composer_walk_rights),
        .count_start(last_page_count_start),
        .count_page(last_page_count_page),
        .count_need(last_page_count_need),
        .walk_reads_entry(composer_walk_reads_entry),
        .event_lookups(last_page_event_lookups),
        .event_hits(last_page_event_hits),
        .event_misses(last_page_event_misses),
        .event_fills(last_page_event_fills),
        .event_walk_reads_fetch(last_page_event_walk_reads_fetch),
        .event_walk_reads_data(last_page_event_walk_reads_data),
        .event_flushed(last_page_event_flushed),
        .associator_lookup(last_page_associator_lookup),
        .associator_fill(last_page_associator_fill),
        .associator_hit(associator_hit_o),
        .associator_real(associator_real_o),
        .associator_rights(associator_rights_o),
        .associator_fetch_done(associator_done_o),
        .associator_fetch_flushed(associator_flushed_o),
        .forget(sequencer_forget),
        .flush_start(sequencer_flush_start),
        .flush_busy(last_page_flush_busy)
    );

    wire sequencer_record_fault;
    wire sequencer_record_lvmid;
    wire [31:0] sequencer_record_fault_cause;
    wire [31:0] sequencer_record_fault_address;
    wire [2:0] sequencer_record_target_level;
    wire sequencer_sequencer_operand;
    wire sequencer_sequencer_operand_answer;
    nestor_sequencer u_sequencer (
        .clk(clk),
        .rst(rst),
        .fetch_offset(fetch_fetch_offset),
        .w_insn(commit_w_insn),
        .w_result(commit_w_result),
        .cause_interrupt(commit_cause_interrupt),
        .cause_code(commit_cause_code),
        .word(csr_word),
        .word_hold(sequencer_word_hold),
        .access_page(access_access_page),
        .access_offset(access_access_offset),
        .dbus_free(data_port_dbus_free),
        .dbus_answer(data_port_dbus_answer),
        .dbus_idle(data_port_dbus_idle),
        .interrupts_enabled(csr_interrupts_enabled),
        .vip_left(vmid_vip_left),
        .line_left(vmid_line_left),
        .line_note(sequencer_line_note),
        .line_note_enable(sequencer_line_note_enable),
        .at_zero(vmid_at_zero),
        .at_depth(vmid_at_depth),
        .level(vmid_level),
        .level_below(vmid_level_below),
        .vm_granted(vmid_vm_granted),
        .walk_done(composer_walk_done),
        .walk_failed(composer_walk_failed),
        .walk_page(composer_walk_page),
        .walk_rights(composer_walk_rights),
        .walk_ram(composer_walk_ram),
        .walk_cause(composer_walk_cause),
        .walk_receiver(composer_walk_receiver),
        .walk_argument(composer_walk_argument),
        .map_offset(scratchpad_map_offset),
        .map_page(scratchpad_map_page),
        .map_write_row(sequencer_map_write_row),
        .map_write_form(sequencer_map_write_form),
        .map_form_data(sequencer_map_form_data),
        .map_write_first(sequencer_map_write_first),
        .map_write_bound(sequencer_map_write_bound),
        .map_write_page(sequencer_map_write_page),
        .map_page_data(sequencer_map_page_data),
        .start_lvmid(commit_start_lvmid),
        .start_fence(commit_start_fence),
        .start_fault(commit_start_fault),
        .fault_code(commit_fault_code),
        .fault_access(commit_fault_access),
        .fault_receiver(commit_fault_receiver),
        .fault_next(commit_fault_next),
        .fault_has_instruction(commit_fault_has_instruction),
        .fault_has_address(commit_fault_has_address),
        .fault_fetching(commit_fault_fetching),
        .fault_enter(sequencer_fault_enter),
        .sequencer_busy(sequencer_sequencer_busy),
        .sequence_end(sequencer_sequence_end),
        .sequence_more(sequencer_sequence_more),
        .sequence_exception(sequencer_sequence_exception),
        .sequence_retires(sequencer_sequence_retires),
        .sequencer_has_instruction(sequencer_sequencer_has_instruction),
        .sequencer_take_word(sequencer_sequencer_take_word),
        .sequencer_take_count(sequencer_sequencer_take_count),
        .sequencer_counts(sequencer_sequencer_counts),
        .sequencer_take_target(sequencer_sequencer_take_target),
        .sequencer_skip(sequencer_sequencer_skip),
        .sequencer_loading(sequencer_sequencer_loading),
        .sequencer_rd_write(sequencer_sequencer_rd_write),
        .pc_is_next(sequencer_pc_is_next),
        .record_fault(sequencer_record_fault),
        .record_lvmid(sequencer_record_lvmid),
        .record_fault_cause(sequencer_record_fault_cause),
        .record_fault_address(sequencer_record_fault_address),
        .record_target_level(sequencer_record_target_level),
        .sequencer_request(sequencer_sequencer_request),
        .sequencer_write(sequencer_sequencer_write),
        .sequencer_offset(sequencer_sequencer_offset),
        .sequencer_probing(sequencer_sequencer_probing),
        .sequencer_row(sequencer_sequencer_row),
        .sequencer_walk(sequencer_sequencer_walk),
        .sequencer_page(sequencer_sequencer_page),
        .sequencer_need(sequencer_sequencer_need),
        .sequencer_read_word(sequencer_sequencer_read_word),
        .sequencer_read_bank(sequencer_sequencer_read_bank),
        .sequencer_write_word(sequencer_sequencer_write_word),
        .sequencer_write_bank(sequencer_sequencer_write_bank),
        .sequencer_word_write(sequencer_sequencer_word_write),
        .sequencer_word(sequencer_sequencer_word),
        .sequencer_operand(sequencer_sequencer_operand),
        .sequencer_operand_answer(sequencer_sequencer_operand_answer),
        .receiver(sequencer_receiver),
        .vmid_append(sequencer_vmid_append),
        .vmid_cut(sequencer_vmid_cut),
        .syllable(sequencer_syllable),
        .held_syllable(vmid_held_syllable),
        .caps_write(sequencer_caps_write),
        .vip_write(sequencer_vip_write),
        .vip_note(sequencer_vip_note),
        .forget(sequencer_forget),
        .flush_start(sequencer_flush_start),
        .flush_level(sequencer_flush_level),
        .flush_busy(last_page_flush_busy),
        .dbus_dat_i(dbus_dat_i)
    );

    nestor_rvfi u_rvfi (
        .clk(clk),
        .rst(rst),
        .redirect(commit_redirect),
        .w_target(commit_w_target),
        .fetch_last_real(last_page_fetch_last_real),
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
        .w_kind(commit_w_kind),
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
        .access_request(commit_access_request),
        .dbus_accepted(data_port_dbus_accepted),
        .machine(csr_machine),
        .lines(csr_lines),
        .at_zero(vmid_at_zero),
        .level(vmid_level),
        .running_vmid(vmid_running_vmid),
        .walk_page(composer_walk_page),
        .event_accesses(commit_event_accesses),
        .event_lookups(last_page_event_lookups),
        .event_hits(last_page_event_hits),
        .event_misses(last_page_event_misses),
        .event_fills(last_page_event_fills),
        .event_walk_reads_fetch(last_page_event_walk_reads_fetch),
        .event_walk_reads_data(last_page_event_walk_reads_data),
        .event_flushed(last_page_event_flushed),
        .record_fault(sequencer_record_fault),
        .record_lvmid(sequencer_record_lvmid),
        .record_fault_cause(sequencer_record_fault_cause),
        .record_fault_address(sequencer_record_fault_address),
        .record_target_level(sequencer_record_target_level),
        .sequencer_offset(sequencer_sequencer_offset),
        .sequencer_operand(sequencer_sequencer_operand),
        .sequencer_operand_answer(sequencer_sequencer_operand_answer),
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
        .rvfi_hv_flushed(rvfi_hv_flushed)
    );
endmodule

`default_nettype wire
