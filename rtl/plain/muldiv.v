// Nestor 0.1.0, unit muldiv, configuration plain, hash aae8e133f1d983ae
//
// [machine]
// depth = 0
// syllable_bits = 4
// isa = rv32im
// privilege = mu
// phi = identity
// multiplier = sequential
// timebase = commit
// f_maps = rb, linear
// f_type = I
// ram_base = 0x80000000
// ram_bytes = 0x00040000
// hv_root = 0x80000040
// reset_vector = 0x80000000
// uart_base = 0x10000000
// clint_base = 0x02000000
// finisher_base = 0x00100000
//
// [associator]
// entries = 0
// ways = 1
// replacement = lru
// key = vmid
// split = unified
// prefix_entries = 0
// counter_bits = 0

`default_nettype none

// Multiplication and division of RV32M. One operation at a time: start_i with op_i,
// a_i and b_i beside it; done_o with result_o beside it ends it.
module muldiv (
    input  wire clk,
    input  wire rst,
    input  wire start_i, // request: the operands are beside it
    input  wire [2:0] op_i, // funct3 of the instruction
    input  wire [31:0] a_i, // rs1
    input  wire [31:0] b_i, // rs2
    output reg  done_o, // answer: one pulse
    output reg  [31:0] result_o // result, with done_o
);
    localparam [1:0] STATE_IDLE = 2'd0;
    localparam [1:0] STATE_NEGATE = 2'd1;
    localparam [1:0] STATE_STEP = 2'd2;
    localparam [1:0] STATE_FINISH = 2'd3;

    // ---- The operation ----

    reg [1:0] state; // of the operation
    reg [4:0] steps; // steps that follow this one
    reg dividing;
    reg take_high; // the result is the high word, or the remainder
    reg negative; // negate the quotient or remainder
    reg minus; // operand is a complement, and lacks its carry
    reg [32:0] operand; // multiplicand, or minus the divisor
    reg [33:0] high; // product so far, or remainder so far
    reg [31:0] low; // multiplier and product, or dividend and quotient
    wire a_signed = op_i == 3'd1 || op_i == 3'd2 || op_i == 3'd4 || op_i == 3'd6;
    wire b_signed = op_i == 3'd1 || op_i == 3'd4 || op_i == 3'd6;

    // ---- Division ----

    wire [32:0] shifted = {high[31:0], low[31]};
    wire [33:0] difference_a = {shifted, 1'b1} + {operand, minus};
    wire [32:0] difference = difference_a[33:1];
    wire fits = !difference[32];
    wire step_division = state == STATE_STEP && dividing;

    // First the dividend is negated, if need be, and in the end the result: -x is ~x + 1.
    wire negate_dividend = state == STATE_NEGATE;
    wire negate = negative || negate_dividend;
    wire [31:0] complement = (take_high && !negate_dividend ? high[31:0] : low) ^ {32{negate}};
    wire [31:0] divided = complement + {31'd0, negate};

    // ---- Multiplication: two Booth digits of the multiplier in each step ----

    reg below; // the multiplier's bit below low's
    reg correct; // the multiplier is unsigned
    wire finish = state == STATE_FINISH;
    wire [2:0] first_digit = finish ? {2'd0, below && correct} : {low[1:0], below};
    wire [33:0] first_addend = (({operand[32], operand} & {34{first_digit[1] ^ first_digit[0]}}) |
        ({operand, 1'b0} & {34{first_digit == 3'd4 || first_digit == 3'd3}})) ^
        {34{first_digit[2]}};
    wire [34:0] first_sum_a = {high, 1'b1} + {first_addend, first_digit[2]};
    wire [33:0] first_sum = first_sum_a[34:1];
    wire [2:0] second_digit = low[3:1];
    wire [33:0] second_addend = (({operand[32], operand} &
        {34{second_digit[1] ^ second_digit[0]}}) |
        ({operand, 1'b0} & {34{second_digit == 3'd4 || second_digit == 3'd3}})) ^
        {34{second_digit[2]}};
    wire [34:0] second_sum_a = {{2{first_sum[33]}}, first_sum[33:2], 1'b1} +
        {second_addend, second_digit[2]};
    wire [33:0] second_sum = second_sum_a[34:1];
    wire step_multiplication = state == STATE_STEP && !dividing;
    wire start_multiplication = start_i && !op_i[2];

    always @(posedge clk) begin
        if (step_multiplication)
            below <= low[3];
        if (start_multiplication) begin
            below <= 1'b0;
            correct <= !a_signed;
        end
    end

    // ---- Sequence and answer ----

    always @(posedge clk)
        if (rst)
            done_o <= 1'b0;
        else
            done_o <= state == STATE_FINISH;

    always @(posedge clk)
        if (state == STATE_FINISH)
            result_o <= dividing ? divided : take_high ? first_sum[31:0] : low;

    wire a_negative = a_signed && a_i[31];
    wire b_negative = b_signed && b_i[31];
    wire start_division = start_i && op_i[2];

    always @(posedge clk)
        if (rst) begin
            state <= STATE_IDLE;
        end else begin
            if (negate_dividend)
                state <= STATE_STEP;
            if (start_multiplication)
                state <= STATE_STEP;
            case (state)
                STATE_STEP: begin
                    if (steps == 5'd0)
                        state <= STATE_FINISH;
                end
                STATE_FINISH:
                    state <= STATE_IDLE;
                default: ;
            endcase
            if (start_division)
                state <= a_negative ? STATE_NEGATE : STATE_STEP;
        end

    always @(posedge clk) begin
        if (step_division) begin
            high <= {2'd0, (fits ? difference[31:0] : shifted[31:0])};
            low <= {low[30:0], fits};
        end
        if (negate_dividend)
            low <= divided;
        if (step_multiplication) begin
            high <= {{2{second_sum[33]}}, second_sum[33:2]};
            low <= {second_sum[1:0], first_sum[1:0], low[31:4]};
        end
        if (start_multiplication) begin
            dividing <= 1'b0;
            take_high <= op_i != 3'd0;
            operand <= {b_signed && b_i[31], b_i};
            high <= 34'd0;
            low <= a_i;
            steps <= 5'd7;
        end
        if (state == STATE_STEP)
            steps <= steps - 5'd1;
        if (start_division) begin
            dividing <= 1'b1;
            take_high <= op_i[1];
            operand <= {1'b1, (b_negative ? b_i : ~b_i)};
            minus <= !b_negative;
            high <= 34'd0;
            low <= a_i;
            steps <= 5'h1f;
            // A quotient by 0 is all ones whatever the sign; the remainder has the dividend's sign.
            negative <= op_i[1] ? a_negative : (a_negative ^ b_negative) && |b_i;
        end
    end

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, difference_a[0], first_sum_a[0], second_sum_a[0], 1'b0};
endmodule

`default_nettype wire
