// Nestor 0.9.2, unit nestor_decode, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// What the word in X asks for: decoded while it enters.
module nestor_decode (
    input  wire clk, // clock, rising edge

    // Instruction words, from fetch to X
    input  wire [31:0] head, // the instruction word that waits for X
    input  wire head_taken, // X takes the word

    // What decode tells of the instruction in X
    // What is no instruction is of kind ILLEGAL, whose bits are all ones.
    output reg  [3:0] x_kind, // what commit does with the instruction in X
    output reg  [31:0] immediate, // operand b when it is no register
    output reg  register_b, // operand b is rs2
    output reg  reads_rs1, // operand a is rs1, else 0
    output reg  reads_rs2, // rs2 is used
    output reg  writes_rd, // rd is written, and is not x0
    output reg  format_rs1, // the format reads rs1
    output reg  format_rs2, // the format reads rs2
    output reg  subtract, // the sum is a - b
    output reg  select_less, // the result is a comparison
    output reg  select_logic, // the result is a logic operation
    output reg  select_link, // the result is the next pc
    output reg  select_offset, // the result is pc + offset
    output reg  conditional, // conditional branch
    output reg  jump_to_sum // the target is the sum
);
    localparam [6:0] OPCODE_LOAD = 7'd3;
    localparam [6:0] OPCODE_CUSTOM = 7'd11;
    localparam [6:0] OPCODE_FENCE = 7'd15;
    localparam [6:0] OPCODE_OP_IMM = 7'h13;
    localparam [6:0] OPCODE_AUIPC = 7'h17;
    localparam [6:0] OPCODE_STORE = 7'h23;
    localparam [6:0] OPCODE_OP = 7'h33;
    localparam [6:0] OPCODE_LUI = 7'h37;
    localparam [6:0] OPCODE_BRANCH = 7'h63;
    localparam [6:0] OPCODE_JALR = 7'h67;
    localparam [6:0] OPCODE_JAL = 7'h6f;
    localparam [6:0] OPCODE_SYSTEM = 7'h73;
    localparam [3:0] KIND_LOAD = 4'd1;
    localparam [3:0] KIND_STORE = 4'd2;
    localparam [3:0] KIND_MULDIV = 4'd6;
    localparam [3:0] KIND_CSR = 4'd7;
    localparam [3:0] KIND_ENVIRONMENT = 4'd8;
    localparam [3:0] KIND_MRET = 4'd9;
    localparam [3:0] KIND_WFI = 4'd10;
    localparam [3:0] KIND_FENCE_I = 4'd11;
    localparam [3:0] KIND_LVMID = 4'd12;
    localparam [3:0] KIND_HV_FENCE = 4'd13;
    localparam [3:0] KIND_HV_EXIT = 4'd14;

    wire [6:0] opcode = head[6:0];

    // ---- The instruction, from the table of instructions ----

    wire is_lui = (head & 32'h7f) == 32'h37;
    wire is_auipc = (head & 32'h7f) == 32'h17;
    wire is_jal = (head & 32'h7f) == 32'h6f;
    wire is_jalr = (head & 32'h707f) == 32'h67;
    wire is_beq = (head & 32'h707f) == 32'h63;
    wire is_bne = (head & 32'h707f) == 32'h1063;
    wire is_blt = (head & 32'h707f) == 32'h4063;
    wire is_bge = (head & 32'h707f) == 32'h5063;
    wire is_bltu = (head & 32'h707f) == 32'h6063;
    wire is_bgeu = (head & 32'h707f) == 32'h7063;
    wire is_lb = (head & 32'h707f) == 32'd3;
    wire is_lh = (head & 32'h707f) == 32'h1003;
    wire is_lw = (head & 32'h707f) == 32'h2003;
    wire is_lbu = (head & 32'h707f) == 32'h4003;
    wire is_lhu = (head & 32'h707f) == 32'h5003;
    wire is_sb = (head & 32'h707f) == 32'h23;
    wire is_sh = (head & 32'h707f) == 32'h1023;
    wire is_sw = (head & 32'h707f) == 32'h2023;
    wire is_addi = (head & 32'h707f) == 32'h13;
    wire is_slti = (head & 32'h707f) == 32'h2013;
    wire is_sltiu = (head & 32'h707f) == 32'h3013;
    wire is_xori = (head & 32'h707f) == 32'h4013;
    wire is_ori = (head & 32'h707f) == 32'h6013;
    wire is_andi = (head & 32'h707f) == 32'h7013;
    wire is_slli = (head & 32'hfe00707f) == 32'h1013;
    wire is_srli = (head & 32'hfe00707f) == 32'h5013;
    wire is_srai = (head & 32'hfe00707f) == 32'h40005013;
    wire is_add = (head & 32'hfe00707f) == 32'h33;
    wire is_sub = (head & 32'hfe00707f) == 32'h40000033;
    wire is_sll = (head & 32'hfe00707f) == 32'h1033;
    wire is_slt = (head & 32'hfe00707f) == 32'h2033;
    wire is_sltu = (head & 32'hfe00707f) == 32'h3033;
    wire is_xor = (head & 32'hfe00707f) == 32'h4033;
    wire is_srl = (head & 32'hfe00707f) == 32'h5033;
    wire is_sra = (head & 32'hfe00707f) == 32'h40005033;
    wire is_or = (head & 32'hfe00707f) == 32'h6033;
    wire is_and = (head & 32'hfe00707f) == 32'h7033;
    wire is_fence = (head & 32'h707f) == 32'd15;
    wire is_fence_i = (head & 32'h707f) == 32'h100f;
    wire is_ecall = head == 32'h73;
    wire is_ebreak = head == 32'h100073;
    wire is_mret = head == 32'h30200073;
    wire is_wfi = head == 32'h10500073;
    wire is_csrrw = (head & 32'h707f) == 32'h1073;
    wire is_csrrs = (head & 32'h707f) == 32'h2073;
    wire is_csrrc = (head & 32'h707f) == 32'h3073;
    wire is_csrrwi = (head & 32'h707f) == 32'h5073;
    wire is_csrrsi = (head & 32'h707f) == 32'h6073;
    wire is_csrrci = (head & 32'h707f) == 32'h7073;
    wire is_mul = (head & 32'hfe00707f) == 32'h2000033;
    wire is_mulh = (head & 32'hfe00707f) == 32'h2001033;
    wire is_mulhsu = (head & 32'hfe00707f) == 32'h2002033;
    wire is_mulhu = (head & 32'hfe00707f) == 32'h2003033;
    wire is_div = (head & 32'hfe00707f) == 32'h2004033;
    wire is_divu = (head & 32'hfe00707f) == 32'h2005033;
    wire is_rem = (head & 32'hfe00707f) == 32'h2006033;
    wire is_remu = (head & 32'hfe00707f) == 32'h2007033;
    wire is_lvmid = (head & 32'h7fff) == 32'd11;
    wire is_hv_fence = (head & 32'hfff07fff) == 32'h100b;
    wire is_hv_exit = head == 32'h200b;
    wire multiplies = is_mul || is_mulh || is_mulhsu || is_mulhu || is_div || is_divu || is_rem ||
        is_remu || is_sll || is_srl || is_sra || is_slli || is_srli || is_srai;

    // ---- Kind and constants ----

    wire x_kind_a = is_lui || is_auipc || is_jal || is_jalr || is_beq || is_bne || is_blt ||
        is_bge || is_bltu || is_bgeu || is_lb || is_lh || is_lw || is_lbu || is_lhu || is_sb ||
        is_sh || is_sw || is_addi || is_slti || is_sltiu || is_xori || is_ori || is_andi ||
        is_slli || is_srli || is_srai || is_add || is_sub || is_sll || is_slt || is_sltu ||
        is_xor || is_srl || is_sra || is_or || is_and || is_fence || is_fence_i || is_ecall ||
        is_ebreak || is_mret || is_wfi || is_csrrw || is_csrrs || is_csrrc || is_csrrwi ||
        is_csrrsi || is_csrrci;
    wire x_kind_b = x_kind_a || is_mul || is_mulh || is_mulhsu || is_mulhu || is_div || is_divu ||
        is_rem || is_remu || is_lvmid || is_hv_fence || is_hv_exit;

    always @(posedge clk)
        if (head_taken) begin
            x_kind <= ({4{is_lb || is_lh || is_lw || is_lbu || is_lhu}} & KIND_LOAD) |
                ({4{is_sb || is_sh || is_sw}} & KIND_STORE) | ({4{multiplies}} & KIND_MULDIV) |
                ({4{is_csrrw || is_csrrs || is_csrrc || is_csrrwi || is_csrrsi || is_csrrci}} &
                KIND_CSR) | ({4{is_ecall || is_ebreak}} & KIND_ENVIRONMENT) |
                ({4{is_mret}} & KIND_MRET) | ({4{is_wfi}} & KIND_WFI) |
                ({4{is_fence_i}} & KIND_FENCE_I) | ({4{is_lvmid}} & KIND_LVMID) |
                ({4{is_hv_fence}} & KIND_HV_FENCE) | ({4{is_hv_exit}} & KIND_HV_EXIT) |
                {4{!x_kind_b}};
            immediate <= ({32{opcode == OPCODE_LOAD || opcode == OPCODE_OP_IMM && !multiplies ||
                opcode == OPCODE_JALR || is_lvmid}} & {{20{head[31]}}, head[31:20]}) |
                ({32{opcode == OPCODE_STORE}} & {{20{head[31]}}, head[31:25], head[11:7]}) |
                ({32{opcode == OPCODE_LUI}} & {head[31:12], 12'd0}) |
                ({32{opcode == OPCODE_SYSTEM && head[14]}} & {27'd0, head[19:15]});
        end

    // ---- Registers ----

    always @(posedge clk)
        if (head_taken) begin
            reads_rs1 <= !(opcode == OPCODE_LUI || opcode == OPCODE_AUIPC || opcode == OPCODE_JAL ||
                opcode == OPCODE_SYSTEM && head[14]);
            reads_rs2 <= opcode == OPCODE_OP || opcode == OPCODE_BRANCH || opcode == OPCODE_STORE;
            writes_rd <= !(opcode == OPCODE_BRANCH || opcode == OPCODE_STORE ||
                opcode == OPCODE_FENCE || opcode == OPCODE_CUSTOM || !x_kind_b) && |head[11:7];
            register_b <= opcode == OPCODE_OP && !multiplies || opcode == OPCODE_BRANCH;
            format_rs1 <= is_jalr || is_beq || is_bne || is_blt || is_bge || is_bltu || is_bgeu ||
                is_lb || is_lh || is_lw || is_lbu || is_lhu || is_sb || is_sh || is_sw || is_addi ||
                is_slti || is_sltiu || is_xori || is_ori || is_andi || is_slli || is_srli ||
                is_srai || is_add || is_sub || is_sll || is_slt || is_sltu || is_xor || is_srl ||
                is_sra || is_or || is_and || is_csrrw || is_csrrs || is_csrrc || is_mul ||
                is_mulh || is_mulhsu || is_mulhu || is_div || is_divu || is_rem || is_remu ||
                is_lvmid || is_hv_fence;
            format_rs2 <= is_beq || is_bne || is_blt || is_bge || is_bltu || is_bgeu || is_sb ||
                is_sh || is_sw || is_add || is_sub || is_sll || is_slt || is_sltu || is_xor ||
                is_srl || is_sra || is_or || is_and || is_mul || is_mulh || is_mulhsu || is_mulhu ||
                is_div || is_divu || is_rem || is_remu;
        end

    // ---- Operation of X ----

    wire less = is_slt || is_sltu || is_slti || is_sltiu;

    always @(posedge clk)
        if (head_taken) begin
            subtract <= less || opcode == OPCODE_BRANCH || is_sub;
            select_less <= less;
            select_logic <= (opcode == OPCODE_OP || opcode == OPCODE_OP_IMM) && head[14] &&
                head[14:12] != 3'd5 && !multiplies;
            select_link <= opcode == OPCODE_JAL || opcode == OPCODE_JALR;
            select_offset <= opcode == OPCODE_AUIPC;
            conditional <= opcode == OPCODE_BRANCH;
            jump_to_sum <= opcode == OPCODE_JALR;
        end
endmodule

`default_nettype wire
