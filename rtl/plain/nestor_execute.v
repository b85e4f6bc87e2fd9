// Nestor 0.9.2, unit nestor_execute, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// Stage X, one instruction: operands, result or address, the way of a jump. Nothing here is final.
module nestor_execute (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Instruction words, from fetch to X
    input  wire head_valid, // an instruction word is ready for X
    input  wire [31:0] head, // the instruction word that waits for X
    // it is a jump that is taken to be taken: the next word is that of its target
    input  wire head_steered,
    output wire head_taken, // X takes the word

    // Where execution goes on
    input  wire redirect, // execution goes on elsewhere: forget everything ahead
    input  wire [29:0] w_target, // where to go on a jump, in words

    // What decode tells of the instruction in X
    input  wire [3:0] x_kind, // what commit does with the instruction in X
    input  wire [31:0] immediate, // operand b when it is no register
    input  wire register_b, // operand b is rs2
    input  wire reads_rs1, // operand a is rs1, else 0
    input  wire reads_rs2, // rs2 is used
    input  wire writes_rd, // rd is written, and is not x0
    input  wire format_rs1, // the format reads rs1
    input  wire format_rs2, // the format reads rs2
    // All units of X have this one, so that b takes no cells of its own: logic and shifts do not subtract.
    input  wire subtract, // the sum is a - b
    input  wire select_less, // the result is a comparison
    input  wire select_logic, // the result is a logic operation
    input  wire select_shift, // the result is a shift
    input  wire select_link, // the result is the next pc
    input  wire select_offset, // the result is pc + offset
    input  wire conditional, // conditional branch
    input  wire jump_to_sum, // the target is the sum

    // The instruction in X, on its way to W
    output reg  x_valid, // X holds an instruction
    output reg  [31:0] x_insn, // the instruction in X
    output reg  [29:0] x_pc, // pc of the instruction in X, or of the next one to enter, in words
    output wire x_go, // the instruction in X leaves for W
    output wire [31:0] x_result, // result, address or operand that X has computed
    output wire [31:0] x_store, // value of the second register of X's instruction
    output wire [29:0] x_target, // where execution goes after X's instruction, in words
    output wire x_taken, // execution goes elsewhere than fetch did
    output wire x_odd, // the target of X's jump is an odd half-word
    output wire x_writes, // X's instruction writes a register
    output wire [31:0] x_rs1_value, // value of the first register of X's instruction
    output wire x_reads_rs1, // the format of X's instruction reads rs1
    output wire x_reads_rs2, // the format of X's instruction reads rs2

    // Registers read for X
    output wire [4:0] read_rs1, // register to read for operand a
    output wire [4:0] read_rs2, // register to read for operand b
    input  wire [31:0] reg_a, // register or row read
    input  wire [31:0] reg_b, // register read
    input  wire sweeping, // registers are being cleared after reset

    // Registers written
    input  wire rd_write, // write a general register
    input  wire [31:0] write_data, // what is written to a register or CSR

    // The instruction in W
    input  wire w_valid, // W holds an instruction
    input  wire [31:0] w_result, // result or address of W's instruction
    input  wire w_writes, // W's instruction writes a register
    input  wire [4:0] w_rd, // the register that W's instruction writes
    input  wire w_alone, // no instruction may be in X beside that in W
    input  wire w_slow, // the result of W's instruction is not in w_result
    input  wire w_done // W's instruction ends in this cycle
);
    localparam [29:0] RESET_VECTOR = 30'h20000000;
    localparam [3:0] KIND_CSR = 4'd7;
    localparam [4:0] OPCODE_AUIPC = 5'd5;
    localparam [4:0] OPCODE_BRANCH = 5'h18;
    localparam [4:0] OPCODE_JAL = 5'h1b;

    // ---- The stage ----

    reg [30:0] x_offset; // what is added to its pc, in half-words
    reg x_predicted; // fetch goes on there
    reg a_from_w; // the first operand is the result of W
    reg b_from_w; // the second is
    reg a_written; // the first operand was written with the last edge
    reg b_written; // the second was
    reg [31:0] written; // what W wrote last
    assign x_writes = writes_rd;

    // ---- Movement ----

    wire alone = x_kind >= KIND_CSR;
    wire waits_for_w = w_slow && (a_from_w && reads_rs1 || b_from_w && reads_rs2);

    // What comes late, w_done, is in the last places.
    wire may_go = x_valid && !waits_for_w && !redirect;
    wire x_go_a = !w_valid || w_done;
    assign x_go = may_go && x_go_a;
    wire enters_at_once_a = head_valid && !redirect && !sweeping;
    wire enters_at_once = enters_at_once_a && !x_valid && !(w_valid && w_alone);
    wire may_enter = enters_at_once_a && (!x_valid || may_go && !alone);
    assign head_taken = enters_at_once || may_enter && x_go_a;

    always @(posedge clk)
        if (rst)
            x_valid <= 1'b0;
        else
            x_valid <= !redirect && (head_taken || x_valid && !x_go);

    always @(posedge clk)
        if (head_taken)
            x_insn <= head;

    wire [29:0] next_pc = x_pc + 30'd1;
    wire [30:0] way = {x_pc, 1'b0} + x_offset;

    // ---- The way of the instruction that enters ----

    wire [4:0] opcode = head[6:2];
    wire enters_branch = opcode == OPCODE_BRANCH;
    wire enters_jal = opcode == OPCODE_JAL;

    // B, J and U constants from bit 1 on, where they agree taken together; 4 is 2 half-words.
    wire [30:0] offset = {(head[31:20] & {12{opcode == OPCODE_AUIPC}}) |
        {12{head[31] && (enters_branch || enters_jal)}},
        (head[19:12] & {8{enters_jal || opcode == OPCODE_AUIPC}}) | {8{head[31] && enters_branch}},
        {(enters_jal ? head[20] : head[7]), head[30:25]} & {7{enters_branch || enters_jal}},
        ((enters_jal ? head[24:21] : head[11:8]) & {4{enters_branch || enters_jal}}) |
        {2'd0, !(enters_branch || enters_jal || opcode == OPCODE_AUIPC), 1'b0}};

    always @(posedge clk)
        if (head_taken)
            x_offset <= offset;

    always @(posedge clk)
        if (rst) begin
            x_pc <= RESET_VECTOR;
            x_predicted <= 1'b0;
        end else begin
            if (head_taken)
                x_predicted <= head_steered;
            // x_pc is the pc of the instruction in X, or of the next one to enter it.
            if (redirect || x_go)
                x_pc <= redirect ? w_target : x_predicted ? way[30:1] : next_pc;
        end

    // ---- Registers to read ----

    // Registers read with the next edge: of the instruction that enters, or again of the one that stays.
    assign read_rs1 = head_taken ? head[19:15] : x_insn[19:15];
    assign read_rs2 = head_taken ? head[24:20] : x_insn[24:20];

    // ---- Forwarding ----

    wire w_keeps = w_valid && w_writes;
    wire a_from_w_a = w_rd == head[19:15];
    wire b_from_w_a = w_rd == head[24:20];

    always @(posedge clk) begin
        a_from_w <= x_go && head_taken ? x_writes && x_insn[11:7] == head[19:15] :
            (head_taken ? w_keeps && a_from_w_a : a_from_w) && !w_done;
        a_written <= rd_write && (head_taken ? a_from_w_a : a_from_w);
        b_from_w <= x_go && head_taken ? x_writes && x_insn[11:7] == head[24:20] :
            (head_taken ? w_keeps && b_from_w_a : b_from_w) && !w_done;
        b_written <= rd_write && (head_taken ? b_from_w_a : b_from_w);
        if (rd_write)
            written <= write_data;
    end

    // ---- Operands ----

    // What the memory shows comes late, and so comes last. Where b is a register, the constant is 0.
    wire a_from_memory = reads_rs1 && !(a_from_w || a_written);
    wire b_from_memory = !(b_from_w || b_written);
    wire [31:0] a_forwarded = ({32{reads_rs1 && a_from_w}} & w_result) |
        ({32{reads_rs1 && a_written && !a_from_w}} & written);
    wire [31:0] b_forwarded = ({32{b_from_w}} & w_result) |
        ({32{b_written && !b_from_w}} & written);
    wire [31:0] a = a_forwarded | (reg_a & {32{a_from_memory}});
    assign x_store = b_forwarded | (reg_b & {32{b_from_memory}});
    wire [31:0] b_early = (b_forwarded & {32{register_b}}) | immediate;
    wire [31:0] b = b_early | (reg_b & {32{register_b && b_from_memory}});
    wire [31:0] b_or_complement = b ^ {32{subtract}};
    assign x_rs1_value = a;
    assign x_reads_rs1 = format_rs1;
    assign x_reads_rs2 = format_rs2;

    // ---- Result ----

    wire [33:0] sum_with_carries = {1'b0, a, 1'b1} + {1'b0, b_or_complement, subtract};
    wire [31:0] sum = sum_with_carries[32:1];
    wire signs_differ = !(conditional ? x_insn[13] : x_insn[12]) && !(a[31] ^ b_or_complement[31]);
    wire a_less_b = !(sum_with_carries[33] ^ signs_differ);
    wire a_equals_b = &(a ^ b_or_complement);

    // Where a branch goes if fetch has gone the other way; the way is pc + 4 for JALR and what is no jump.
    wire [31:0] other_way = x_predicted ? {next_pc, 2'd0} : {way, 1'b0};
    wire shift_left = !x_insn[14];
    wire [31:0] shift_word_a = {a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10],
        a[11], a[12], a[13], a[14], a[15], a[16], a[17], a[18], a[19], a[20], a[21], a[22], a[23],
        a[24], a[25], a[26], a[27], a[28], a[29], a[30], a[31]};
    wire [31:0] shift_word = shift_left ? shift_word_a : a;
    wire shifted_16_a = x_insn[30] && a[31] && !shift_left;
    wire [31:0] shifted_16 = b_or_complement[4] ? {{16{shifted_16_a}}, shift_word[31:16]} :
        shift_word;
    wire [31:0] shifted_8 = b_or_complement[3] ? {{8{shifted_16_a}}, shifted_16[31:8]} : shifted_16;
    wire [31:0] shifted_4 = b_or_complement[2] ? {{4{shifted_16_a}}, shifted_8[31:4]} : shifted_8;
    wire [31:0] shifted_2 = b_or_complement[1] ? {{2{shifted_16_a}}, shifted_4[31:2]} : shifted_4;
    wire [31:0] shifted_1 = b_or_complement[0] ? {shifted_16_a, shifted_2[31:1]} : shifted_2;
    wire [31:0] x_result_a = {shifted_1[0], shifted_1[1], shifted_1[2], shifted_1[3], shifted_1[4],
        shifted_1[5], shifted_1[6], shifted_1[7], shifted_1[8], shifted_1[9], shifted_1[10],
        shifted_1[11], shifted_1[12], shifted_1[13], shifted_1[14], shifted_1[15], shifted_1[16],
        shifted_1[17], shifted_1[18], shifted_1[19], shifted_1[20], shifted_1[21], shifted_1[22],
        shifted_1[23], shifted_1[24], shifted_1[25], shifted_1[26], shifted_1[27], shifted_1[28],
        shifted_1[29], shifted_1[30], shifted_1[31]};
    assign x_result = ({32{!(select_less || select_logic || select_shift || select_link ||
        select_offset)}} & sum) | ({32{select_less}} & {31'd0, a_less_b}) |
        ({32{select_logic}} & (x_insn[13] ?
        (x_insn[12] ? a & b_or_complement : a | b_or_complement) : a ^ b_or_complement)) |
        ({32{select_shift}} & (shift_left ? x_result_a : shifted_1)) |
        ({32{select_link}} & {next_pc, 2'd0}) | ({32{select_offset}} & {way, 1'b0});

    // Does it go elsewhere than fetch did? Then there, or back to the next instruction.
    // The carry comes last, through one choice.
    wire by_less = conditional && x_insn[14];
    wire taken_early = conditional && ((a_equals_b && !x_insn[14]) ^ x_insn[12] ^ x_predicted) ||
        select_link && !x_predicted;
    wire [30:0] target = jump_to_sum ? sum[31:1] : other_way[31:1];
    assign x_taken = taken_early ^ (by_less && a_less_b);
    assign x_target = target[30:1];
    assign x_odd = target[0];

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, sum_with_carries[0], other_way[0], 1'b0};
endmodule

`default_nettype wire
