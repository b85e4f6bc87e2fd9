// Nestor 0.9.2, unit nestor_rvfi, configuration default, hash 6a70e3322f86f106

`default_nettype none

// The commit record, for simulators and proofs. It only looks.
module nestor_rvfi (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Where execution goes on
    input  wire redirect, // execution goes on elsewhere: forget everything ahead
    input  wire [29:0] w_target, // where to go on a jump, in words

    // A fetch and its page
    input  wire [19:0] fetch_last_real, // real page in the last-page register of W's instruction

    // The instruction in X, on its way to W
    input  wire [29:0] x_pc, // pc of the instruction in X, or of the next one to enter, in words
    input  wire x_go, // the instruction in X leaves for W
    input  wire [31:0] x_store, // value of the second register of X's instruction
    input  wire x_beyond, // the pc of X's instruction is not below mbound
    input  wire [31:0] x_rs1_value, // value of the first register of X's instruction
    input  wire x_reads_rs1, // the format of X's instruction reads rs1
    input  wire x_reads_rs2, // the format of X's instruction reads rs2

    // Registers written
    input  wire rd_write, // write a general register
    input  wire [4:0] rd_address, // the general register to write
    input  wire [31:0] write_data, // what is written to a register or CSR

    // The instruction in W
    input  wire w_valid, // W holds an instruction
    input  wire [3:0] w_kind, // what commit does with the instruction in W
    input  wire [31:0] w_insn, // the instruction in W
    input  wire [29:0] w_pc, // pc of the instruction in W, in words
    input  wire [31:0] w_result, // result or address of W's instruction
    input  wire [31:0] w_store, // second operand of W's instruction
    input  wire first, // the instruction in W does its first cycle

    // The record and its end
    input  wire record_end, // a record ends
    input  wire [29:0] record_pc, // pc of the record, in words
    input  wire record_trap, // the record is a trap
    input  wire record_interrupted, // an interrupt comes instead of the instruction in W
    input  wire record_halt, // the machine stops
    input  wire record_access, // a data access is attempted
    input  wire record_answer, // data for a register arrives
    input  wire record_store, // a store is done

    // Traps
    input  wire cause_interrupt, // mcause of the trap being taken: interrupt
    input  wire [4:0] cause_code, // mcause of the trap being taken: its code

    // Words of the level's context, on their way
    input  wire [4:0] commit_write_word, // word that commit writes
    input  wire commit_word_write, // commit writes that word

    // A data access
    input  wire [29:0] access_address, // real name of the data access, in words
    input  wire [31:0] load_data, // data loaded, for the register
    input  wire access_request, // ask the bus

    // The data port and its users
    input  wire dbus_accepted, // the bus takes the request that is made

    // Mode and phi
    input  wire machine, // mode M
    input  wire phi_on_fetch, // phi is active for fetches
    input  wire [29:0] mbase, // relocation, in words

    // Interrupts
    input  wire [2:0] lines, // level 0's lines before the record

    // The virtual machine that runs
    input  wire at_zero, // n = 0
    input  wire [2:0] level, // n
    input  wire [15:0] running_vmid, // the VMID

    // Walks of the composer
    input  wire [19:0] walk_page, // the page to translate, then each value on the way

    // Events of the record
    input  wire [1:0] event_accesses, // accesses of this record
    input  wire [1:0] event_lookups, // associator lookups of this record
    input  wire [1:0] event_hits, // associator hits of this record
    input  wire [1:0] event_misses, // associator misses of this record
    input  wire [1:0] event_fills, // associator fills of this record
    input  wire [3:0] event_walk_reads_fetch, // table reads of the walk of this record's fetch
    input  wire [3:0] event_walk_reads_data, // table reads of the walk of this record's data access
    input  wire [6:0] event_flushed, // associator entries emptied by this record

    // The sequencer, to W
    input  wire record_fault, // the record is a VM-fault
    input  wire record_lvmid, // the record is an LVMID that retires
    input  wire [31:0] record_fault_cause, // cause word
    input  wire [31:0] record_fault_address, // fault address
    input  wire [2:0] record_target_level, // level after the record

    // What the sequencer asks other units for
    // number of the word that the sequencer asks for, in its page
    input  wire [9:0] sequencer_offset,
    input  wire sequencer_operand, // it looks at LVMID's operand
    input  wire sequencer_operand_answer, // LVMID's operand comes

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
    output wire [17:0] rvfi_hv_flushed // associator: valid entries emptied
);
    localparam [4:0] EXC_ILLEGAL = 5'd2;
    localparam [3:0] KIND_LVMID = 4'd12;
    localparam [4:0] WORD_MTVAL = 5'd8;

    // ---- The record's first cycle ----

    reg opening; // first cycle of a record

    always @(posedge clk)
        if (rst)
            opening <= 1'b1;
        else
            opening <= record_end;

    wire good = !(record_trap || record_fault);

    // ---- The record and its instruction ----

    reg [63:0] order;
    assign rvfi_valid = record_end;
    assign rvfi_order = order;
    assign rvfi_pc_rdata = {record_pc, 2'd0};
    assign rvfi_pc_wdata = {(redirect ? w_target : x_pc), 2'd0};
    reg beyond;
    reg interrupted_held;
    wire interrupted = interrupted_held || record_interrupted;

    always @(posedge clk)
        if (rst) begin
            order <= 64'd0;
            interrupted_held <= 1'b0;
        end else begin
            if (record_end)
                order <= order + 64'd1;
            interrupted_held <= interrupted && !record_end;
        end

    wire has_insn = w_valid && !beyond && !interrupted;
    assign rvfi_insn = w_insn & {32{has_insn}};
    assign rvfi_trap = record_trap;
    assign rvfi_intr = record_trap && cause_interrupt;
    assign rvfi_halt = record_halt;
    reg machine_before_held;

    always @(posedge clk) begin
        if (x_go)
            beyond <= x_beyond;
        if (opening)
            machine_before_held <= machine;
    end

    wire machine_before = opening ? machine : machine_before_held;
    assign rvfi_mode = {machine_before, machine_before};

    // ---- Registers ----

    reg reads_rs1;
    reg reads_rs2;
    reg [31:0] rs1_value;
    reg [31:0] rs2_value;
    wire has_rs1_a = has_insn && !(record_trap && !cause_interrupt && cause_code == EXC_ILLEGAL);
    wire has_rs1 = has_rs1_a && reads_rs1;
    wire has_rs2 = has_rs1_a && reads_rs2;
    assign rvfi_rs1_addr = w_insn[19:15] & {5{has_rs1}};
    assign rvfi_rs2_addr = w_insn[24:20] & {5{has_rs2}};
    assign rvfi_rs1_rdata = rs1_value & {32{has_rs1}};
    assign rvfi_rs2_rdata = rs2_value & {32{has_rs2}};
    reg rd_written_held;
    wire rd_written = rd_written_held || rd_write;

    always @(posedge clk)
        if (rst)
            rd_written_held <= 1'b0;
        else
            rd_written_held <= rd_written && !record_end;

    reg [31:0] rd_data_held;

    always @(posedge clk) begin
        if (x_go) begin
            reads_rs1 <= x_reads_rs1;
            reads_rs2 <= x_reads_rs2;
            rs1_value <= x_rs1_value;
            rs2_value <= x_store;
        end
        if (rd_write)
            rd_data_held <= write_data;
    end

    wire [31:0] rd_data = rd_write ? write_data : rd_data_held;
    assign rvfi_rd_addr = rd_address & {5{rd_written && good}};
    assign rvfi_rd_wdata = rd_data & {32{rd_written && good}};

    // ---- Memory access ----

    reg attempted_held;
    wire attempted = attempted_held || record_access;
    reg [31:0] attempted_name_held;
    wire [31:0] attempted_name = record_access ? w_result : attempted_name_held;
    reg read_held;
    wire read = read_held || record_answer || sequencer_operand_answer;
    reg wrote_held;
    wire wrote = wrote_held || record_store;

    always @(posedge clk)
        if (rst) begin
            attempted_held <= 1'b0;
            read_held <= 1'b0;
            wrote_held <= 1'b0;
        end else begin
            attempted_held <= attempted && !record_end;
            read_held <= read && !record_end;
            wrote_held <= wrote && !record_end;
        end

    reg [31:0] read_data_held;
    wire [31:0] read_data = record_answer || sequencer_operand_answer ? load_data : read_data_held;
    reg [31:0] stored_data_held;
    wire [31:0] stored_data = record_store ? w_store : stored_data_held;
    reg [29:0] real_word_held;
    wire [29:0] real_word_held_a = sequencer_operand ? {walk_page, sequencer_offset} :
        access_address;
    wire real_word_held_b = dbus_accepted && (access_request || sequencer_operand);

    always @(posedge clk) begin
        if (record_access)
            attempted_name_held <= w_result;
        if (record_answer || sequencer_operand_answer)
            read_data_held <= load_data;
        if (record_store)
            stored_data_held <= w_store;
        if (real_word_held_b)
            real_word_held <= real_word_held_a;
    end

    wire [29:0] real_word = real_word_held_b ? real_word_held_a : real_word_held;
    wire [3:0] rmask_a = (w_insn[13:12] == 2'd0 ? 4'd1 : w_insn[13:12] == 2'd1 ? 4'd3 : 4'd15) |
        {4{w_kind == KIND_LVMID}};
    wire [3:0] rmask = rmask_a & {4{read && good}};
    wire [3:0] wmask = rmask_a & {4{wrote && good}};
    assign rvfi_mem_addr = attempted_name & {32{attempted}};
    assign rvfi_mem_rmask = rmask;
    assign rvfi_mem_wmask = wmask;
    assign rvfi_mem_rdata = read_data &
        {{8{rmask[3]}}, {8{rmask[2]}}, {8{rmask[1]}}, {8{rmask[0]}}};
    assign rvfi_mem_wdata = stored_data &
        {{8{wmask[3]}}, {8{wmask[2]}}, {8{wmask[1]}}, {8{wmask[0]}}};
    assign rvfi_hv_mem_real = {real_word, attempted_name[1:0]} & {32{(read || wrote) && good}};

    // ---- Real name of the instruction ----

    wire [29:0] resource = w_pc + (mbase & {30{phi_on_fetch}});
    reg [29:0] instruction_real_held;
    wire [29:0] instruction_real_held_a =
        {(at_zero ? resource[29:10] : fetch_last_real), resource[9:0]};

    always @(posedge clk)
        if (first)
            instruction_real_held <= instruction_real_held_a;

    wire [29:0] instruction_real = first ? instruction_real_held_a : instruction_real_held;
    assign rvfi_hv_fetch_real = {instruction_real, 2'd0} & {32{has_insn}};

    // ---- Traps, VM events, counters ----

    reg [31:0] tval_held;
    wire tval_a = commit_word_write && commit_write_word == WORD_MTVAL;
    wire [31:0] tval = tval_a ? write_data : tval_held;
    assign rvfi_hv_tval = tval & {32{record_trap}};
    assign rvfi_hv_mip = lines;
    reg [2:0] level_before_held;
    wire [2:0] level_before = opening ? level : level_before_held;
    assign rvfi_hv_level = {1'b0, level_before};
    reg [15:0] vmid_before_held;

    always @(posedge clk) begin
        if (tval_a)
            tval_held <= write_data;
        if (opening) begin
            level_before_held <= level;
            vmid_before_held <= running_vmid;
        end
    end

    wire [15:0] vmid_before = opening ? running_vmid : vmid_before_held;
    assign rvfi_hv_vmid = vmid_before;
    assign rvfi_hv_event = {record_fault, record_lvmid};
    assign rvfi_hv_cause = ({cause_interrupt, 26'd0, cause_code} & {32{record_trap}}) |
        (record_fault_cause & {32{record_fault}});
    assign rvfi_hv_fault_addr = record_fault_address & {32{record_fault}};
    assign rvfi_hv_target_level = {1'b0, record_target_level & {3{record_fault || record_lvmid}}};
    assign rvfi_hv_accesses = event_accesses;
    assign rvfi_hv_lookups = event_lookups;
    assign rvfi_hv_hits = event_hits;
    assign rvfi_hv_misses = event_misses;
    assign rvfi_hv_fills = event_fills;
    assign rvfi_hv_walk_reads_fetch = event_walk_reads_fetch;
    assign rvfi_hv_walk_reads_data = event_walk_reads_data;
    assign rvfi_hv_flushed = {11'd0, event_flushed};
endmodule

`default_nettype wire
