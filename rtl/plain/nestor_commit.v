// Nestor 0.9.2, unit nestor_commit, configuration plain, hash 8e02b6f4282d5fff

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
    input  wire page_ram, // the resource page, taken as a real page, is RAM
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
    input  wire timer_wakes, // level 0's mie has MTI

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
    localparam [3:0] KIND_ILLEGAL = 4'd15;
    localparam [17:0] STATE_RUN = 18'd1;
    localparam [17:0] STATE_ACCESS = 18'd2;
    localparam [17:0] STATE_ANSWER = 18'd4;
    localparam [17:0] STATE_FETCH = 18'd8;
    localparam [17:0] STATE_MULDIV = 18'h10;
    localparam [17:0] STATE_FINISH = 18'h20;
    localparam [17:0] STATE_CSR_WRITE = 18'h40;
    localparam [17:0] STATE_CSR_OLD = 18'h80;
    localparam [17:0] STATE_CSR_NEW = 18'h100;
    localparam [17:0] STATE_TRAP_VALUE = 18'h200;
    localparam [17:0] STATE_TRAP_PC = 18'h400;
    localparam [17:0] STATE_TRAP_CAUSE = 18'h800;
    localparam [17:0] STATE_TRAP_VECTOR = 18'h1000;
    localparam [17:0] STATE_TRAP_TARGET = 18'h2000;
    localparam [17:0] STATE_RETURN = 18'h4000;
    localparam [17:0] STATE_TARGET = 18'h8000;
    localparam [17:0] STATE_JUMP = 18'h10000;
    localparam [17:0] STATE_HALT = 18'h20000;
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
    localparam [4:0] WORD_PC = 5'd0;
    localparam [4:0] WORD_MTVEC = 5'd4;
    localparam [4:0] WORD_MEPC = 5'd6;
    localparam [4:0] WORD_MCAUSE = 5'd7;
    localparam [4:0] WORD_MTVAL = 5'd8;
    localparam [4:0] WORD_ZERO = 5'd15;
    localparam [4:0] WORD_VALUE = 5'h17;
    localparam [4:0] WORD_CAUSE = 5'h1d;
    localparam [2:0] PHASE_WORD = 3'd0;
    localparam [2:0] PHASE_OPERAND = 3'd1;
    localparam [2:0] PHASE_FETCH = 3'd2;
    localparam [2:0] PHASE_WORK = 3'd4;

    // ---- The stage ----

    reg w_taken; // the jump is taken
    reg w_odd; // its target is an odd half-word
    reg [17:0] state;
    wire in_run = state[0];
    wire in_access = state[1];
    wire in_answer = state[2];
    wire in_fetch = state[3];
    wire in_muldiv = state[4];
    wire in_finish = state[5];
    wire in_csr_write = state[6];
    wire in_csr_old = state[7];
    wire in_csr_new = state[8];
    wire in_trap_value = state[9];
    wire in_trap_pc = state[10];
    wire in_trap_cause = state[11];
    wire in_trap_vector = state[12];
    wire in_trap_target = state[13];
    wire in_return = state[14];
    wire in_target = state[15];
    wire in_jump = state[16];
    wire in_halt = state[17];
    reg fresh; // no decision about interrupts yet in this record

    // ---- A record opens ----

    wire fetch_waits = fetch_blocked && !x_valid && !w_valid;
    wire opens = in_run && fresh && (w_valid || fetch_waits);
    wire interrupt = irq_own;
    wire takes_interrupt = opens && irq_own;
    wire runs = in_run && w_valid && !(fresh && interrupt);
    wire fetches = opens && fetch_waits && !interrupt;
    assign record_interrupted = opens && interrupt;
    assign first = runs;

    // ---- Privilege and capability ----

    wire illegal_a = w_kind == KIND_ILLEGAL || w_kind == KIND_MRET && !machine ||
        w_kind == KIND_WFI && wfi_illegal;
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

    assign counter_read = in_run && w_valid && w_kind == KIND_CSR;
    assign counter_hold = in_csr_old && csr_writes || in_csr_new;

    // ---- WFI ----

    wire waits_a = legal && w_kind == KIND_WFI;
    wire waits = waits_a && !irq_pending && timer_wakes && wfi_wakeable_i;
    wire halts = waits_a && !irq_pending && !(timer_wakes && wfi_wakeable_i);
    assign wfi_o = waits;
    assign halted_o = in_halt;
    assign record_halt = halts;

    // ---- Data accesses: f ----

    wire access_ready_a = record_access && !access_misaligned || in_access;
    wire access_ready = access_ready_a && page_backed;

    // ---- Data accesses: bus ----

    assign access_request = access_ready;
    assign access_write = access_ready && w_kind == KIND_STORE;
    wire may_post = w_kind == KIND_STORE && dbus_free;
    wire posts = may_post && page_ram;
    assign record_access = runs && (w_kind == KIND_LOAD || w_kind == KIND_STORE);
    assign record_store = access_ready && w_kind == KIND_STORE && dbus_free;
    assign record_answer = in_answer && dbus_ack_i && w_kind != KIND_STORE;

    // ---- Traps and returns ----

    wire exception_a = runs && w_kind == KIND_ENVIRONMENT;
    wire exception_b = exception_a && !x_insn[20];
    wire exception_c = exception_b && !machine;
    wire exception_d = w_kind == KIND_LOAD || w_kind == KIND_LR || w_kind == KIND_LVMID;
    wire exception_e = record_access && access_misaligned && exception_d;
    wire exception_f = record_access && access_misaligned && !exception_d;
    wire exception_g = w_kind == KIND_LOAD || w_kind == KIND_LR;
    wire exception_h = access_ready_a && !page_backed;
    wire exception_i = exception_h && !exception_g;
    wire exception = illegal || simple_done_a && w_taken && w_odd || exception_a && x_insn[20] ||
        exception_b && machine || exception_c || in_csr_old && csr_illegal || exception_e ||
        exception_f || exception_h && exception_g || exception_i || in_fetch;

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
                ({5{exception_e}} & EXC_LOAD_MISALIGNED) |
                ({5{exception_f}} & EXC_STORE_MISALIGNED) |
                ({5{exception_h && exception_g}} & EXC_LOAD_FAULT) |
                ({5{exception_i}} & EXC_STORE_FAULT) | ({5{in_fetch}} & EXC_FETCH_FAULT);
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
    wire [31:0] shown_pc = {(shown_pc_a ? w_target : w_pc), shown_pc_a, 1'b0};

    // An encoding whose bits 1:0 are not 11 is 16 bits long; it is illegal, and mtval shows no more.
    wire shows_insn;
    wire shows_long_insn = shows_insn && &x_insn[1:0];
    wire shows_pc = word == WORD_PC || shown_pc_a || shows_mtval && cause_code == EXC_FETCH_FAULT;
    assign shows_insn = shows_mtval && cause_code == EXC_ILLEGAL;
    assign record_word = {({16{shows_pc}} & shown_pc[31:16]) |
        ({16{shows_long_insn}} & x_insn[31:16]),
        ({16{shows_pc}} & shown_pc[15:0]) | ({16{shows_insn}} & x_insn[15:0])};
    assign commit_read_word = in_trap_target ? WORD_ZERO :
        in_trap_vector ? WORD_MTVEC :
        in_trap_cause ? WORD_CAUSE :
        in_trap_pc ? WORD_PC :
        in_trap_value ? WORD_VALUE :
        w_kind == KIND_MRET ? WORD_MEPC :
        csr_word;
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
        in_return || in_target || in_jump || in_halt;
    assign trap_enter = in_trap_target;
    assign trap_return = in_return;
    wire [31:0] loaded_or_result = record_answer ? load_data : w_result;
    assign write_data = muldiv_result ^ (loaded_or_result & {32{!in_muldiv}});

    // ---- w_target, and the adder that counts VM-faults ----

    wire [31:0] raised = w_result + {25'd0,
        cause_code & {5{in_target && w_result[0] && cause_interrupt}}, 2'd0};

    always @(posedge clk)
        if (x_go)
            w_target <= x_target;
        else if (in_target)
            w_target <= raised[31:2];

    // ---- w_result and w_store ----

    // A CSR instruction: CSRRW, CSRRS or CSRRC, of the old value in w_result and the operand in w_store.
    wire with_old = in_csr_new && x_insn[13];
    wire write_or_clear = in_csr_new && x_insn[12];
    wire [31:0] changed = with_old ? (write_or_clear ? w_result & ~w_store : w_result | w_store) :
        w_store & {32{write_or_clear}};
    wire other_result_a = in_csr_old && !(!x_insn[13] && !w_writes) || in_trap_pc && !has_mtval ||
        in_trap_cause || in_trap_vector || in_trap_target || in_return;
    wire [31:0] other_result = ({32{other_result_a}} & word_data) | changed;

    // While W has use for another, X's does not go; this is known before it is known that it goes.
    wire takes_other = other_result_a || in_csr_new;
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
    wire state_c = in_csr_old && !csr_illegal;
    wire state_d = !x_insn[13] && !w_writes;
    wire state_e = state_c && !csr_writes;
    wire state_f = state_c && csr_writes && state_d;
    wire state_g = state_c && csr_writes && !state_d;
    wire state_h = posts && !access_misaligned;
    wire state_i = runs && state_h || posts && in_access;
    wire state_j = access_ready && !dbus_free;
    wire state_k = access_ready && dbus_free && !state_i;
    wire state_l = state_i || in_answer && dbus_ack_i;

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
                waits || in_finish || in_jump || state_j || state_k || state_l || in_trap_value ||
                in_trap_pc || in_trap_cause || in_trap_vector || in_trap_target || in_return ||
                in_target || exception)
                state <= ({18{takes_interrupt}} & STATE_TRAP_VALUE) |
                    ({18{fetches}} & STATE_FETCH) | ({18{state_a}} & STATE_RETURN) |
                    ({18{muldiv_start}} & STATE_MULDIV) |
                    ({18{in_muldiv && muldiv_done}} & STATE_RUN) | ({18{state_b}} & STATE_CSR_OLD) |
                    ({18{state_e}} & STATE_FINISH) | ({18{state_f}} & STATE_CSR_WRITE) |
                    ({18{state_g}} & STATE_CSR_NEW) | ({18{in_csr_new}} & STATE_CSR_WRITE) |
                    ({18{in_csr_write}} & STATE_RUN) | ({18{halts}} & STATE_HALT) |
                    ({18{waits}} & STATE_FINISH) | ({18{in_finish || in_jump}} & STATE_RUN) |
                    ({18{state_j}} & STATE_ACCESS) | ({18{state_k}} & STATE_ANSWER) |
                    ({18{state_l}} & STATE_RUN) | ({18{in_trap_value}} & STATE_TRAP_PC) |
                    ({18{in_trap_pc}} & STATE_TRAP_CAUSE) |
                    ({18{in_trap_cause}} & STATE_TRAP_VECTOR) |
                    ({18{in_trap_vector}} & STATE_TRAP_TARGET) |
                    ({18{in_trap_target}} & STATE_TARGET) | ({18{in_return}} & STATE_TARGET) |
                    ({18{in_target}} & STATE_JUMP) | ({18{exception}} & STATE_TRAP_VALUE);
        end

    // ---- For other units ----

    assign w_rd = w_insn[11:7];
    assign w_alone = w_kind >= KIND_CSR;

    // Its result is not in w_result: what needs it waits.
    assign w_slow = w_kind != KIND_SIMPLE && !in_finish;

    // That a store finds RAM, and that no interrupt comes, is known last, and so comes last here, in x_go and in head_taken.
    wire ends_at_once = w_kind == KIND_SIMPLE && !(w_taken && w_odd) || w_kind == KIND_FENCE_I ||
        permitted && w_kind == KIND_WFI && (irq_pending || !(timer_wakes && wfi_wakeable_i)) ||
        state_h;
    wire ends_later = in_muldiv && muldiv_done || in_csr_write || in_finish || in_jump ||
        in_answer && dbus_ack_i || posts && in_access;
    assign record_end = ends_later || runs && ends_at_once;
    assign commit_o = record_end;
    assign w_done = record_end;
    assign redirect = in_run && w_valid &&
        (w_kind == KIND_SIMPLE && w_taken || w_kind == KIND_FENCE_I) || in_jump;
    assign retired = !trapping;
    assign rd_write = simple_done && w_writes || in_muldiv && muldiv_done && w_writes ||
        in_csr_new && w_writes || in_finish && w_writes || record_answer && w_writes;
    assign rd_address = w_insn[11:7];

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
        PHASE_WORK;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, raised[1:0], 1'b0};
endmodule

`default_nettype wire
