// Nestor 0.2.0, unit nestor_muldiv, configuration default, hash 0cf8b109be7c9e7e

`default_nettype none

// Multiplication and division of RV32M. One operation at a time: start_i with op_i,
// a_i and b_i, which stay; done_o with result_o beside it ends it.
module nestor_muldiv (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire start_i, // request: the operands are beside it
    input  wire [2:0] op_i, // funct3 of the instruction
    input  wire [31:0] a_i, // rs1
    input  wire [31:0] b_i, // rs2
    output wire done_o, // answer: one pulse
    output wire [31:0] result_o // result, with done_o
);
    localparam [2:0] OP_MULH = 3'd1;
    localparam [2:0] OP_MULHSU = 3'd2;
    localparam [2:0] OP_DIV = 3'd4;
    localparam [2:0] OP_REM = 3'd6;
    localparam [1:0] STATE_IDLE = 2'd0;
    localparam [1:0] STATE_NEGATE = 2'd1;
    localparam [1:0] STATE_STEP = 2'd2;
    localparam [1:0] STATE_FINISH = 2'd3;

    // ---- The operation ----

    reg [1:0] state; // of the operation
    reg [4:0] steps; // steps that follow this one
    reg negative; // negate the quotient or remainder
    reg leading; // all bits of the quotient so far are 0
    reg [33:0] high; // product so far, or remainder so far; 0 between operations
    reg [31:0] low; // multiplier and product, or dividend and quotient
    wire dividing = op_i[2];
    wire take_high = dividing ? op_i[1] : |op_i[1:0];
    wire a_signed = op_i == OP_MULH || op_i == OP_MULHSU || op_i == OP_DIV || op_i == OP_REM;
    wire b_signed = op_i == OP_MULH || op_i == OP_DIV || op_i == OP_REM;

    // ---- Division ----

    // What subtracts the divisor's magnitude: a negative one is minus its magnitude already.
    wire divisor_positive = !(b_signed && b_i[31]);
    wire [32:0] minus_divisor = {1'b1, b_i ^ {32{divisor_positive}}};
    wire [32:0] shifted = {high[31:0], low[31]};
    wire [33:0] difference_a = {shifted, 1'b1} + {minus_divisor, divisor_positive};
    wire [32:0] difference = difference_a[33:1];
    wire fits = !difference[32];
    wire skip = dividing && leading && low[31:24] == 8'd0 && |steps[4:3];
    wire step_division = state == STATE_STEP && dividing;

    // First the dividend is negated, if need be, and in the end the result: -x is ~x + 1.
    wire negate_dividend = state == STATE_NEGATE;
    wire negate = negative || negate_dividend;
    wire [31:0] complement = (take_high && !negate_dividend ? high[31:0] : low) ^ {32{negate}};
    wire [31:0] divided = complement + {31'd0, negate};

    // ---- Multiplication: two Booth digits of the multiplier in each step ----

    reg last_bit; // the multiplier's bit below low's
    wire finish = state == STATE_FINISH;
    wire [32:0] multiplicand = {b_signed && b_i[31], b_i};
    wire [2:0] first_digit = finish ? {2'd0, last_bit && !a_signed} : {low[1:0], last_bit};
    wire [33:0] first_addend = (({multiplicand[32], multiplicand} &
        {34{first_digit[1] ^ first_digit[0]}}) |
        ({multiplicand, 1'b0} & {34{first_digit == 3'd4 || first_digit == 3'd3}})) ^
        {34{first_digit[2]}};
    wire [34:0] first_sum_a = {high, 1'b1} + {first_addend, first_digit[2]};
    wire [33:0] first_sum = first_sum_a[34:1];
    wire [2:0] second_digit = low[3:1];
    wire [33:0] second_addend = (({multiplicand[32], multiplicand} &
        {34{second_digit[1] ^ second_digit[0]}}) |
        ({multiplicand, 1'b0} & {34{second_digit == 3'd4 || second_digit == 3'd3}})) ^
        {34{second_digit[2]}};
    wire [34:0] second_sum_a = {{2{first_sum[33]}}, first_sum[33:2], 1'b1} +
        {second_addend, second_digit[2]};
    wire [33:0] second_sum = second_sum_a[34:1];
    wire start_multiplication = start_i && !dividing;
    wire step_multiplication = state == STATE_STEP && !dividing;

    always @(posedge clk) begin
        if (step_multiplication)
            last_bit <= low[3];
        if (start_multiplication)
            last_bit <= 1'b0;
    end

    // ---- Sequence and answer ----

    assign done_o = state == STATE_FINISH;
    assign result_o = dividing ? divided : take_high ? first_sum[31:0] : low;
    wire a_negative = a_signed && a_i[31];
    wire b_negative = b_signed && b_i[31];
    wire start_division = start_i && dividing;

    always @(posedge clk)
        if (rst) begin
            state <= STATE_IDLE;
            high <= 34'd0;
        end else begin
            if (step_division) begin
                if (!skip)
                    high <= {2'd0, (fits ? difference[31:0] : shifted[31:0])};
            end
            if (negate_dividend)
                state <= STATE_STEP;
            if (step_multiplication)
                high <= {{2{second_sum[33]}}, second_sum[33:2]};
            if (start_multiplication)
                state <= STATE_STEP;
            case (state)
                STATE_STEP: begin
                    if (steps == 5'd0)
                        state <= STATE_FINISH;
                end
                STATE_FINISH: begin
                    high <= 34'd0;
                    state <= STATE_IDLE;
                end
                default: ;
            endcase
            if (start_division)
                state <= a_negative ? STATE_NEGATE : STATE_STEP;
        end

    always @(posedge clk) begin
        if (step_division) begin
            if (!skip)
                leading <= 1'b0;
            low <= skip ? {low[23:0], 8'd0} : {low[30:0], fits};
        end
        if (negate_dividend)
            low <= divided;
        if (step_multiplication)
            low <= {second_sum[1:0], first_sum[1:0], low[31:4]};
        if (start_multiplication) begin
            low <= a_i;
            steps <= 5'd7;
        end
        if (state == STATE_STEP)
            steps <= steps + (skip ? 5'h18 : 5'h1f);
        if (start_division) begin
            // A divisor of 0 goes even into leading zeros.
            leading <= |b_i;
            low <= a_i;
            steps <= 5'h1f;
            // A quotient by 0 is all ones whatever the sign; the remainder has the dividend's sign.
            negative <= take_high ? a_negative : (a_negative ^ b_negative) && |b_i;
        end
    end

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, difference_a[0], first_sum_a[0], second_sum_a[0], 1'b0};
endmodule

`default_nettype wire
