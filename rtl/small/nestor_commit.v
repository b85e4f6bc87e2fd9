// Nestor 0.9.2, unit nestor_commit, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// Stage W: the one place where anything becomes true.
module nestor_commit (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Where execution goes on
    output wire redirect, // execution goes on elsewhere: forget everything ahead
    output reg  [29:0] w_target, // where to go on a jump, in words

    // A fetch and its page
    input  wire fetch_blocked, // nothing comes, since the next word's page must be looked at first

    // What decode tells of the instruction in X
    input  wire [3:0] x_kind, // what commit does with the instruction in X

    // The instruction in X, on its way to W
    input  wire x_valid, // X holds an instruction
    input  wire [31:0] x_insn, // the instruction in X
    input  wire [29:0] x_pc, // pc of the instruction in X, or of the next one to enter, in words
    input  wire x_go, // the instruction in X leaves for W
    input  wire [31:0] x_result, // result, address or operand that X has computed
    input  wire [31:0] x_store, // value of the second register of X's instruction
    input  wire [29:0] x_target, // where execution goes after X's instruction, in words
    input  wire x_taken, // execution goes elsewhere than fetch did
    input  wire x_odd, // the target of X's jump is an odd half-word
    input  wire x_writes, // X's instruction writes a register

    // Registers written
    output wire rd_write, // write a general register
    output wire [4:0] rd_address, // the general register to write
    output wire [31:0] write_data, // what is written to a register or CSR

    // The instruction in W
    output reg  w_valid, // W holds an instruction
    output reg  [3:0] w_kind, // what commit does with the instruction in W
    output reg  [31:0] w_insn, // the instruction in W
    output reg  [29:0] w_pc, // pc of the instruction in W, in words
    output reg  [31:0] w_result, // result or address of W's instruction
    output reg  [31:0] w_store, // second operand of W's instruction
    output reg  w_writes, // W's instruction writes a register
    output wire [4:0] w_rd, // the register that W's instruction writes
    output wire w_alone, // no instruction may be in X beside that in W
    output wire w_slow, // the result of W's instruction is not in w_result
    output wire w_done, // W's instruction ends in this cycle
    output wire first, // the instruction in W does its first cycle

    // The record and its end
    output wire record_end, // a record ends
    output wire retired, // the record that ends is of an instruction that retires
    output wire [29:0] record_pc, // pc of the record, in words
    output wire record_trap, // the record is a trap
    output wire record_interrupted, // an interrupt comes instead of the instruction in W
    output wire record_halt, // the machine stops
    output wire record_access, // a data access is attempted
    output wire record_answer, // data for a register arrives
    output wire record_store, // a store is done

    // Traps
    output wire trap_enter, // a trap changes the mode
    output wire trap_return, // MRET changes the mode
    output reg  cause_interrupt, // mcause of the trap being taken: interrupt
    output reg  [4:0] cause_code, // mcause of the trap being taken: its code

    // Words of the level's context, on their way
    output wire words_used, // the read port of rs1 serves words
    output wire [4:0] commit_read_word, // word that commit asks for
    output wire [4:0] commit_write_word, // word that commit writes
    output wire commit_word_write, // commit writes that word
    input  wire [4:0] word, // word being shown
    input  wire [31:0] word_data, // the word being shown
    output wire [31:0] record_word, // a word of the record: pc, mtval, w_result, instruction

    // CSR instructions and counters
    output wire counter_read, // the counter that the instruction in W names is read
    output wire counter_hold, // the counter is still shown in the next cycle
    input  wire [4:0] csr_word, // word of the CSR that the instruction in W names
    input  wire csr_writes, // the CSR instruction in W writes
    // a cycle later: the instruction in W may not use the CSR that it names
    input  wire csr_illegal,
    input  wire csr_counter, // a cycle later: the CSR is a counter that COUNTERS grants

    // Multiplication and division
    output wire muldiv_start, // start a multiplication or division
    input  wire muldiv_done, // the multiplication or division is done
    // with muldiv_done, the result of the multiplication or division, with muldiv_at_once the product; else 0
    input  wire [31:0] muldiv_result,

    // A data access
    input  wire access_misaligned, // the address is misaligned
    // A product goes to a register alone, and is 0 at any other time: it comes late, and passes no choice here.
    input  wire [31:0] load_data, // data loaded, for the register
    output wire access_request, // ask the bus
    output wire access_write, // the data access that asks the bus is a store
    input  wire page_backed, // the resource page, taken as a real page, is RAM or a device

    // The data port and its users
    input  wire dbus_free, // the bus takes a request, whoever makes one

    // Mode and phi
    input  wire machine, // mode M
    input  wire wfi_illegal, // WFI may not execute: U-mode with mstatus.TW

    // Interrupts
    input  wire irq_pending, // an interrupt of the running level is pending and enabled in mie
    input  wire irq_own, // an interrupt of the running level is to be taken
    input  wire [3:0] irq_code, // cause of the interrupt to be taken
    // while a VM runs, a line of a level below is up that the level has enabled
    input  wire irq_below,
    // A real line's owner, or the level that LVMID has left with an interrupt: the lower one.
    input  wire [2:0] irq_below_level, // the lowest such level
    input  wire timer_wakes, // level 0's mie has MTI
    input  wire vip_fault, // after LVMID: VIP of a level below is pending and enabled
    input  wire [2:0] vip_fault_level, // the lowest such level

    // The virtual machine that runs
    input  wire at_zero, // n = 0
    input  wire at_depth, // n = depth
    input  wire [2:0] level_below, // n - 1

    // What its levels may do
    input  wire vm_capability, // the running level may use LVMID and hv.fence
    input  wire exit_capability, // the running level may use hv.exit
    input  wire counters_denied, // a level denies reading counters
    input  wire [2:0] counter_owner, // who gets a COUNTER fault
    input  wire wfi_denied, // a level denies WFI
    input  wire [2:0] wfi_owner, // who gets a WFI fault

    // Translation of an access
    output wire [3:0] data_need, // rights that the data access needs
    output wire data_access, // the record's data access is counted
    input  wire data_hit, // data's last-page register serves it, or the associator's answer
    input  wire data_ram, // the real page of the data access is RAM
    output wire translate_fetch, // a fetch asks for a translation, or waits for it
    output wire translate_data, // a data access asks for a translation, or waits for it
    input  wire translate_done, // the translation is there, or has failed
    input  wire translate_failed, // the translation has failed

    // Walks of the composer
    input  wire [3:0] walk_cause, // cause of a VM-fault
    input  wire [2:0] walk_receiver, // level that gets the VM-fault of the walk

    // Events of the record
    output wire [1:0] event_accesses, // accesses of this record

    // What the sequencer is asked for
    output wire start_lvmid, // LVMID's operand has a resource name
    output wire start_fence, // hv.fence begins
    output wire start_fault, // a VM-fault begins
    output wire [3:0] fault_code, // cause of the VM-fault
    output wire [1:0] fault_access, // access that caused the VM-fault
    output wire [2:0] fault_receiver, // level that gets the VM-fault that begins
    output wire fault_next, // the VM-fault's pc is that of the next instruction
    output wire fault_has_instruction, // the VM-fault's record shows the instruction
    output wire fault_has_address, // the VM-fault's record has an address
    output wire fault_fetching, // the VM-fault is a fetch's
    input  wire fault_enter, // the receiver's entry becomes the pc

    // The sequencer, to W
    input  wire sequence_end, // the sequencer's record ends
    input  wire sequence_more, // another record of its own follows
    input  wire sequence_exception, // LVMID raises exception 24
    input  wire sequence_retires, // the record is no VM-fault
    input  wire sequencer_has_instruction, // the fault record shows the instruction
    input  wire sequencer_take_word, // w_result takes the word shown
    input  wire sequencer_take_count, // w_result takes the word read, changed
    input  wire sequencer_counts, // the word that w_result takes changed is counted one up
    // The sequencer's: a context's pc, the same and 4 for SKIP, or the receiver's entry.
    input  wire sequencer_take_target, // w_target takes the pc of a context
    input  wire sequencer_skip, // the pc of a context is the next instruction: 4 more
    input  wire sequencer_loading, // the word read is written to a register
    input  wire sequencer_rd_write, // the word read is written to a general register
    // A context's pc: that of the record, or the next.
    input  wire pc_is_next, // the context's pc is the next instruction's

    // Data port, Wishbone B4 pipelined
    input  wire dbus_ack_i, // data port: an answer comes

    // What the core tells
    output wire commit_o, // a commit record ends
    output wire wfi_o, // a WFI moves mtime to mtimecmp
    input  wire wfi_wakeable_i, // mtimecmp can be reached: it is not 2^64-1
    output wire halted_o, // stopped at a WFI that nothing can wake

    // The commit record
    output wire [2:0] rvfi_hv_phase // what this cycle is for: isa/phase.def
);
    localparam [3:0] KIND_SIMPLE = 4'd0;
    localparam [3:0] KIND_LOAD = 4'd1;
    localparam [3:0] KIND_STORE = 4'd2;
    localparam [3:0] KIND_LR = 4'd4;
    localparam [3:0] KIND_MULDIV = 4'd6;
    localparam [3:0] KIND_CSR = 4'd7;
    localparam [3:0] KIND_ENVIRONMENT = 4'd8;
    localparam [3:0] KIND_MRET = 4'd9;
    localparam [3:0] KIND_WFI = 4'd10;
    localparam [3:0] KIND_FENCE_I = 4'd11;
    localparam [3:0] KIND_LVMID = 4'd12;
    localparam [3:0] KIND_HV_FENCE = 4'd13;
    localparam [3:0] KIND_HV_EXIT = 4'd14;
    localparam [3:0] KIND_ILLEGAL = 4'd15;
    localparam [19:0] STATE_RUN = 20'd1;
    localparam [19:0] STATE_ACCESS = 20'd2;
    localparam [19:0] STATE_TRANSLATE = 20'd4;
    localparam [19:0] STATE_ANSWER = 20'd8;
    localparam [19:0] STATE_FETCH = 20'h10;
    localparam [19:0] STATE_MULDIV = 20'h20;
    localparam [19:0] STATE_FINISH = 20'h40;
    localparam [19:0] STATE_CSR_WRITE = 20'h80;
    localparam [19:0] STATE_CSR_OLD = 20'h100;
    localparam [19:0] STATE_CSR_NEW = 20'h200;
    localparam [19:0] STATE_TRAP_VALUE = 20'h400;
    localparam [19:0] STATE_TRAP_PC = 20'h800;
    localparam [19:0] STATE_TRAP_CAUSE = 20'h1000;
    localparam [19:0] STATE_TRAP_VECTOR = 20'h2000;
    localparam [19:0] STATE_TRAP_TARGET = 20'h4000;
    localparam [19:0] STATE_RETURN = 20'h8000;
    localparam [19:0] STATE_TARGET = 20'h10000;
    localparam [19:0] STATE_JUMP = 20'h20000;
    localparam [19:0] STATE_SEQUENCE = 20'h40000;
    localparam [19:0] STATE_HALT = 20'h80000;
    localparam [4:0] EXC_FETCH_MISALIGNED = 5'd0;
    localparam [4:0] EXC_FETCH_FAULT = 5'd1;
    localparam [4:0] EXC_ILLEGAL = 5'd2;
    localparam [4:0] EXC_BREAKPOINT = 5'd3;
    localparam [4:0] EXC_LOAD_MISALIGNED = 5'd4;
    localparam [4:0] EXC_LOAD_FAULT = 5'd5;
    localparam [4:0] EXC_STORE_MISALIGNED = 5'd6;
    localparam [4:0] EXC_STORE_FAULT = 5'd7;
    localparam [4:0] EXC_ECALL_U = 5'd8;
    localparam [4:0] EXC_ECALL_M = 5'd11;
    localparam [4:0] EXC_VMCB = 5'h18;
    localparam [3:0] FAULT_INTERRUPT = 4'd3;
    localparam [3:0] FAULT_EXIT = 4'd4;
    localparam [3:0] FAULT_WFI = 4'd5;
    localparam [3:0] FAULT_COUNTER = 4'd6;
    localparam [3:0] FAULT_DEPTH = 4'd8;
    localparam [1:0] ACCESS_FETCH = 2'd1;
    localparam [1:0] ACCESS_LOAD = 2'd2;
    localparam [1:0] ACCESS_STORE = 2'd3;
    localparam [4:0] WORD_PC = 5'd0;
    localparam [4:0] WORD_MTVEC = 5'd4;
    localparam [4:0] WORD_MEPC = 5'd6;
    localparam [4:0] WORD_MCAUSE = 5'd7;
    localparam [4:0] WORD_MTVAL = 5'd8;
    localparam [4:0] WORD_ZERO = 5'd15;
    localparam [4:0] WORD_VALUE = 5'h17;
    localparam [4:0] WORD_FAULT_INSTRUCTION = 5'h1a;
    localparam [4:0] WORD_RESULT = 5'h1b;
    localparam [4:0] WORD_CAUSE = 5'h1d;
    localparam [29:0] HV_ROOT_ENTRY = 30'h20000011;
    localparam [2:0] PHASE_WORD = 3'd0;
    localparam [2:0] PHASE_OPERAND = 3'd1;
    localparam [2:0] PHASE_FETCH = 3'd2;
    localparam [2:0] PHASE_DATA = 3'd3;
    localparam [2:0] PHASE_WORK = 3'd4;

    // ---- The stage ----

    reg w_taken; // the jump is taken
    reg w_odd; // its target is an odd half-word
    reg [19:0] state;
    wire in_run = state[0];
    wire in_access = state[1];
    wire in_translate = state[2];
    wire in_answer = state[3];
    wire in_fetch = state[4];
    wire in_muldiv = state[5];
    wire in_finish = state[6];
    wire in_csr_write = state[7];
    wire in_csr_old = state[8];
    wire in_csr_new = state[9];
    wire in_trap_value = state[10];
    wire in_trap_pc = state[11];
    wire in_trap_cause = state[12];
    wire in_trap_vector = state[13];
    wire in_trap_target = state[14];
    wire in_return = state[15];
    wire in_target = state[16];
    wire in_jump = state[17];
    wire in_sequence = state[18];
    wire in_halt = state[19];
    reg fresh; // no decision about interrupts yet in this record

    // ---- A record opens ----

    wire fetch_waits = fetch_blocked && !x_valid && !w_valid;
    wire opens = in_run && fresh && (w_valid || fetch_waits || vip_fault);
    wire interrupt = irq_own || irq_below || vip_fault;
    wire takes_interrupt = opens && irq_own && !(irq_below || vip_fault);
    wire runs = in_run && w_valid && !(fresh && interrupt);
    wire fetches = opens && fetch_waits && !interrupt;
    assign record_interrupted = opens && interrupt;
    assign first = runs;

    // ---- Privilege and capability ----

    wire illegal_a = w_kind == KIND_ILLEGAL || w_kind == KIND_MRET && !machine ||
        w_kind == KIND_WFI && wfi_illegal ||
        (w_kind == KIND_LVMID || w_kind == KIND_HV_FENCE) && !(machine && vm_capability) ||
        w_kind == KIND_HV_EXIT && !(machine && exit_capability);
    wire illegal = runs && illegal_a;
    wire permitted = !illegal_a;
    wire legal = runs && permitted;

    // ---- Simple instructions ----

    wire simple_done_a = runs && w_kind == KIND_SIMPLE;
    wire simple_done = simple_done_a && !(w_taken && w_odd);

    // A jump is seen early, before the decision about interrupts: if it does not come, another one will.

    // ---- Multiplication and division ----

    assign muldiv_start = runs && w_kind == KIND_MULDIV;

    // ---- CSR instructions ----

    wire counter_fault_a = in_csr_old && !csr_illegal;
    wire counter_fault = counter_fault_a && csr_counter && (counters_denied || csr_writes) &&
        !at_zero;
    assign counter_read = in_run && w_valid && w_kind == KIND_CSR;
    assign counter_hold = in_csr_old && csr_writes || in_csr_new;

    // ---- WFI ----

    wire waits_a = legal && w_kind == KIND_WFI;
    wire waits_b = waits_a && !wfi_denied;
    wire waits = waits_b && !irq_pending && timer_wakes && wfi_wakeable_i;
    wire halts_a = waits_b && !irq_pending && !(timer_wakes && wfi_wakeable_i);
    wire halts = halts_a && at_zero;
    assign wfi_o = waits;
    assign halted_o = in_halt;
    assign record_halt = halts;
    wire wfi_fault = waits_a && wfi_denied || halts_a && !at_zero;

    // ---- The virtualizer's instructions ----

    wire depth_fault_a = legal && w_kind == KIND_LVMID;
    wire depth_fault = depth_fault_a && at_depth;
    wire exit_fault = legal && w_kind == KIND_HV_EXIT;

    // ---- Data accesses: f ----

    wire page_misses_a = runs && (w_kind == KIND_LOAD || w_kind == KIND_STORE);
    wire page_misses_b = page_misses_a && !access_misaligned || in_access;
    wire page_misses = page_misses_b && !at_zero && !data_hit;

    // Rights needed: bit 0 read, 1 write, 3 the page is RAM.
    wire data_need_a = w_kind == KIND_LOAD || w_kind == KIND_LR;
    assign data_need = {2'd0, !data_need_a, data_need_a};
    assign translate_data = page_misses || in_translate;

    // Counted once, however long it takes.
    reg data_counted; // the data access has been counted
    wire data_counted_a = page_misses_b && !at_zero;

    always @(posedge clk)
        if (rst)
            data_counted <= 1'b0;
        else
            data_counted <= (data_counted || data_counted_a) && !record_end;

    assign data_access = data_counted || data_counted_a;
    wire access_ready = (page_misses_b || in_translate) && (at_zero ? page_backed : data_hit);

    // ---- Data accesses: bus ----

    assign access_request = access_ready;
    assign access_write = access_ready && w_kind == KIND_STORE;
    wire may_post = w_kind == KIND_STORE && dbus_free;
    wire posts = may_post && data_ram && (at_zero || data_hit);
    wire record_access_a = depth_fault_a && !depth_fault;
    assign record_access = page_misses_a || record_access_a;
    assign record_store = access_ready && w_kind == KIND_STORE && dbus_free;
    assign record_answer = in_answer && dbus_ack_i && w_kind != KIND_STORE;

    // ---- The sequencer ----

    wire translation_failed = translate_done && translate_failed;
    assign start_lvmid = record_access_a && !access_misaligned;
    assign start_fence = legal && w_kind == KIND_HV_FENCE;
    wire start_fault_a = opens && (irq_below || vip_fault);
    assign start_fault = start_fault_a || counter_fault || wfi_fault || depth_fault || exit_fault ||
        translation_failed;
    assign fault_code = translation_failed ? walk_cause :
        ({4{start_fault_a}} & FAULT_INTERRUPT) | ({4{counter_fault}} & FAULT_COUNTER) |
        ({4{wfi_fault}} & FAULT_WFI) | ({4{depth_fault}} & FAULT_DEPTH) |
        ({4{exit_fault}} & FAULT_EXIT);
    assign fault_receiver = translation_failed ? walk_receiver :
        ({3{start_fault_a}} & (vip_fault && (!irq_below || vip_fault_level < irq_below_level) ?
        vip_fault_level : irq_below_level)) | ({3{counter_fault}} & counter_owner) |
        ({3{wfi_fault}} & wfi_owner) | ({3{depth_fault}} & level_below) |
        ({3{exit_fault}} & level_below);
    assign fault_access = (in_fetch ? ACCESS_FETCH : w_kind == KIND_LOAD || w_kind == KIND_LR ?
        ACCESS_LOAD : ACCESS_STORE) & {2{translation_failed}};
    assign fault_next = wfi_fault || exit_fault;
    assign fault_has_instruction = counter_fault || translation_failed && !in_fetch;
    assign fault_has_address = translation_failed;
    assign fault_fetching = in_fetch;

    // ---- A fetch that had to wait ----

    // The lookup begins with the record.
    assign translate_fetch = (fetches || in_fetch) && !at_zero;

    // Counted with the record, for an instruction that phi lets through.
    reg fetch_counted; // the fetch has been counted
    wire fetch_counted_a = fetch_counted || translate_fetch || runs && !at_zero;

    always @(posedge clk)
        if (rst)
            fetch_counted <= 1'b0;
        else
            fetch_counted <= fetch_counted_a && !record_end;

    assign event_accesses = {data_access, fetch_counted_a};

    // ---- Traps and returns ----

    wire exception_a = runs && w_kind == KIND_ENVIRONMENT;
    wire exception_b = exception_a && !x_insn[20];
    wire exception_c = exception_b && !machine;
    wire exception_d = w_kind == KIND_LOAD || w_kind == KIND_LR || w_kind == KIND_LVMID;
    wire exception_e = (page_misses_a || record_access_a) && access_misaligned;
    wire exception_f = exception_e && !exception_d;
    wire exception_g = page_misses_b && !page_backed && at_zero;
    wire exception_h = exception_g && !data_need_a;
    wire exception = illegal || simple_done_a && w_taken && w_odd || exception_a && x_insn[20] ||
        exception_b && machine || exception_c || in_csr_old && csr_illegal ||
        exception_e && exception_d || exception_f || exception_g && data_need_a || exception_h ||
        in_sequence && sequence_exception || in_fetch && at_zero;

    always @(posedge clk) begin
        if (takes_interrupt) begin
            cause_interrupt <= 1'b1;
            cause_code <= {1'b0, irq_code};
        end
        if (exception) begin
            cause_interrupt <= 1'b0;
            cause_code <= ({5{illegal}} & EXC_ILLEGAL) |
                ({5{exception_a && x_insn[20]}} & EXC_BREAKPOINT) |
                ({5{exception_b && machine}} & EXC_ECALL_M) | ({5{exception_c}} & EXC_ECALL_U) |
                ({5{in_csr_old && csr_illegal}} & EXC_ILLEGAL) |
                ({5{exception_e && exception_d}} & EXC_LOAD_MISALIGNED) |
                ({5{exception_f}} & EXC_STORE_MISALIGNED) |
                ({5{exception_g && data_need_a}} & EXC_LOAD_FAULT) |
                ({5{exception_h}} & EXC_STORE_FAULT) |
                ({5{in_sequence && sequence_exception}} & EXC_VMCB) |
                ({5{in_fetch && at_zero}} & EXC_FETCH_FAULT);
        end
    end

    reg trapping; // the record is a trap

    always @(posedge clk)
        if (rst)
            trapping <= 1'b0;
        else if (record_end)
            trapping <= 1'b0;
        else if (in_trap_value)
            trapping <= 1'b1;

    assign record_trap = trapping;

    // ---- Words ----

    assign record_pc = w_valid ? w_pc : x_pc;
    wire shows_mtval = word == WORD_VALUE && !cause_interrupt;
    wire has_mtval = (cause_code == EXC_LOAD_MISALIGNED || cause_code == EXC_LOAD_FAULT ||
        cause_code == EXC_STORE_MISALIGNED || cause_code == EXC_STORE_FAULT) && !cause_interrupt;
    wire shown_pc_a = shows_mtval && cause_code == EXC_FETCH_MISALIGNED;
    wire [31:0] shown_pc = {(shown_pc_a || pc_is_next ? w_target : w_pc), shown_pc_a, 1'b0};

    // An encoding whose bits 1:0 are not 11 is 16 bits long; it is illegal, and mtval shows no more.
    wire shows_insn;
    wire shows_long_insn = shows_insn && &w_insn[1:0];
    wire shows_pc = word == WORD_PC || shown_pc_a || shows_mtval && cause_code == EXC_FETCH_FAULT;
    assign shows_insn = shows_mtval && cause_code == EXC_ILLEGAL ||
        word == WORD_FAULT_INSTRUCTION && sequencer_has_instruction;
    wire shows_result = word == WORD_RESULT;
    assign record_word = {({16{shows_pc}} & shown_pc[31:16]) |
        ({16{shows_long_insn}} & w_insn[31:16]) | ({16{shows_result}} & w_result[31:16]),
        ({16{shows_pc}} & shown_pc[15:0]) | ({16{shows_insn}} & w_insn[15:0]) |
        ({16{shows_result}} & w_result[15:0])};

    // The usual word is the pc: it is shown when a VM-fault begins.
    assign commit_read_word = in_trap_target ? WORD_ZERO :
        in_trap_vector ? WORD_MTVEC :
        in_trap_cause ? WORD_CAUSE :
        in_trap_pc ? WORD_PC :
        in_trap_value ? WORD_VALUE :
        runs && (w_kind == KIND_MRET || w_kind == KIND_CSR) ?
        (w_kind == KIND_MRET ? WORD_MEPC : csr_word) :
        WORD_PC;
    assign commit_write_word = in_trap_target ? WORD_MCAUSE :
        in_trap_vector ? WORD_MEPC :
        in_trap_cause ? WORD_MTVAL :
        in_trap_pc ? WORD_ZERO :
        in_trap_value ? WORD_ZERO :
        csr_word;
    assign commit_word_write = in_csr_write && csr_writes || in_trap_cause || in_trap_vector ||
        in_trap_target;
    assign words_used = in_run && w_valid && w_kind >= KIND_CSR || in_csr_old || in_csr_new ||
        in_trap_value || in_trap_pc || in_trap_cause || in_trap_vector || in_trap_target ||
        in_return || in_target || in_jump || in_sequence || in_halt;
    assign trap_enter = in_trap_target;
    assign trap_return = in_return;
    wire [31:0] loaded_or_result = record_answer || sequencer_loading ? load_data : w_result;
    assign write_data = muldiv_result ^ (loaded_or_result & {32{!in_muldiv}});

    // ---- w_target, and the adder that counts VM-faults ----

    wire [31:0] raised = loaded_or_result +
        {25'd0, ((cause_code & {5{in_target && w_result[0] && cause_interrupt}}) |
        {4'd0, sequencer_skip}) & {5{!sequencer_take_count}}, 1'b0,
        sequencer_take_count && sequencer_counts};

    always @(posedge clk) begin
        if (x_go)
            w_target <= x_target;
        else if (in_target || sequencer_take_target)
            w_target <= raised[31:2];
        if (fault_enter)
            w_target <= HV_ROOT_ENTRY;
    end

    // ---- w_result and w_store ----

    // A VM-fault's count, one up; or RESUME with SKIP clear.
    // A CSR instruction: CSRRW, CSRRS or CSRRC, of the old value in w_result and the operand in w_store.
    wire with_old = in_csr_new && x_insn[13];
    wire write_or_clear = in_csr_new && x_insn[12];
    wire [31:0] changed = with_old ? (write_or_clear ? w_result & ~w_store : w_result | w_store) :
        w_store & {32{write_or_clear}};
    wire other_result_a = in_csr_old && !(!x_insn[13] && !w_writes) || in_trap_pc && !has_mtval ||
        in_trap_cause || in_trap_vector || in_trap_target || in_return || sequencer_take_word;
    wire [31:0] other_result = ({32{other_result_a}} & word_data) | changed |
        ({32{sequencer_take_count}} & {raised[31:1], raised[0] && sequencer_counts});

    // While W has use for another, X's does not go; this is known before it is known that it goes.
    wire takes_other = other_result_a || in_csr_new || sequencer_take_count;
    wire [31:0] next_result = takes_other ? other_result : x_result;

    always @(posedge clk) begin
        if (x_go)
            w_store <= x_store;
        else if (in_csr_old)
            w_store <= w_result;
        if (x_go) begin
            w_kind <= x_kind;
            w_insn <= x_insn;
            w_taken <= x_taken;
            w_odd <= x_odd;
            w_writes <= x_writes;
        end
        // A record without an instruction is one of the instruction to come.
        if (x_go || !w_valid)
            w_pc <= x_pc;
    end

    wire state_a = legal && w_kind == KIND_MRET;
    wire state_b = runs && w_kind == KIND_CSR;
    wire state_c = counter_fault_a && !counter_fault;
    wire state_d = !x_insn[13] && !w_writes;
    wire state_e = state_c && !csr_writes;
    wire state_f = state_c && csr_writes && state_d;
    wire state_g = state_c && csr_writes && !state_d;
    wire state_h = posts && !access_misaligned;
    wire state_i = posts && (in_access || in_translate);
    wire state_j = runs && state_h || state_i;
    wire state_k = access_ready && !dbus_free;
    wire state_l = access_ready && dbus_free && !state_j;
    wire state_m = state_j || in_answer && dbus_ack_i;
    wire state_n = start_fault || start_lvmid || start_fence;
    wire state_o = in_sequence && sequence_end && !sequence_more;
    wire state_p = in_fetch && translate_done && !translate_failed;

    always @(posedge clk)
        if (rst) begin
            w_valid <= 1'b0;
            w_result <= 32'd0;
            state <= STATE_RUN;
        end else begin
            if (x_go || takes_other)
                w_result <= next_result;
            if (x_go)
                w_valid <= 1'b1;
            else if (record_end)
                w_valid <= 1'b0;
            if (takes_interrupt || fetches || state_a || muldiv_start || in_muldiv && muldiv_done ||
                state_b || state_e || state_f || state_g || in_csr_new || in_csr_write || halts ||
                waits || in_finish || in_jump || page_misses || state_k || state_l || state_m ||
                state_n || state_o || state_p || in_trap_value || in_trap_pc || in_trap_cause ||
                in_trap_vector || in_trap_target || in_return || in_target || exception)
                state <= ({20{takes_interrupt}} & STATE_TRAP_VALUE) |
                    ({20{fetches}} & STATE_FETCH) | ({20{state_a}} & STATE_RETURN) |
                    ({20{muldiv_start}} & STATE_MULDIV) |
                    ({20{in_muldiv && muldiv_done}} & STATE_RUN) | ({20{state_b}} & STATE_CSR_OLD) |
                    ({20{state_e}} & STATE_FINISH) | ({20{state_f}} & STATE_CSR_WRITE) |
                    ({20{state_g}} & STATE_CSR_NEW) | ({20{in_csr_new}} & STATE_CSR_WRITE) |
                    ({20{in_csr_write}} & STATE_RUN) | ({20{halts}} & STATE_HALT) |
                    ({20{waits}} & STATE_FINISH) | ({20{in_finish || in_jump}} & STATE_RUN) |
                    ({20{page_misses}} & STATE_TRANSLATE) | ({20{state_k}} & STATE_ACCESS) |
                    ({20{state_l}} & STATE_ANSWER) | ({20{state_m}} & STATE_RUN) |
                    ({20{state_n}} & STATE_SEQUENCE) | ({20{state_o}} & STATE_RUN) |
                    ({20{state_p}} & STATE_RUN) | ({20{in_trap_value}} & STATE_TRAP_PC) |
                    ({20{in_trap_pc}} & STATE_TRAP_CAUSE) |
                    ({20{in_trap_cause}} & STATE_TRAP_VECTOR) |
                    ({20{in_trap_vector}} & STATE_TRAP_TARGET) |
                    ({20{in_trap_target}} & STATE_TARGET) | ({20{in_return}} & STATE_TARGET) |
                    ({20{in_target}} & STATE_JUMP) | ({20{exception}} & STATE_TRAP_VALUE);
        end

    // ---- For other units ----

    assign w_rd = w_insn[11:7];
    assign w_alone = w_kind >= KIND_CSR;

    // Its result is not in w_result: what needs it waits.
    assign w_slow = w_kind != KIND_SIMPLE && !in_finish;

    // That a store finds RAM, and that no interrupt comes, is known last, and so comes last here, in x_go and in head_taken.
    wire ends_at_once = w_kind == KIND_SIMPLE && !(w_taken && w_odd) || w_kind == KIND_FENCE_I ||
        permitted && w_kind == KIND_WFI && !wfi_denied &&
        (irq_pending || !(timer_wakes && wfi_wakeable_i) && at_zero) || state_h;
    wire ends_later = in_muldiv && muldiv_done || in_csr_write || in_finish || in_jump ||
        in_answer && dbus_ack_i || state_i || in_sequence && sequence_end;
    assign record_end = ends_later || runs && ends_at_once;
    assign commit_o = record_end;
    assign w_done = record_end;
    assign redirect = in_run && w_valid &&
        (w_kind == KIND_SIMPLE && w_taken || w_kind == KIND_FENCE_I) || in_jump ||
        in_sequence && sequence_end && !sequence_more;
    assign retired = !trapping && sequence_retires;
    assign rd_write = simple_done && w_writes || in_muldiv && muldiv_done && w_writes ||
        in_csr_new && w_writes || in_finish && w_writes || record_answer && w_writes ||
        sequencer_rd_write;
    assign rd_address = w_kind == KIND_LVMID ? w_insn[19:15] : w_insn[11:7];

    always @(posedge clk)
        if (rst) begin
            fresh <= 1'b1;
        end else begin
            if (opens)
                fresh <= 1'b0;
            if (record_end)
                fresh <= 1'b1;
        end

    // ---- What this cycle is for ----

    reg x_stayed; // X has held its instruction since the cycle before
    wire x_stayed_a = x_valid && !x_go;

    always @(posedge clk)
        x_stayed <= x_stayed_a;

    assign rvfi_hv_phase = in_run && !w_valid ?
        (x_stayed_a || x_valid && x_stayed ? PHASE_OPERAND : PHASE_WORD) :
        in_fetch ? PHASE_FETCH :
        in_translate ? PHASE_DATA :
        PHASE_WORK;
endmodule

`default_nettype wire
