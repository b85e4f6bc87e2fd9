// Nestor 0.9.2, unit nestor_muldiv, configuration default, hash 6a70e3322f86f106

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
    output wire [31:0] result_o // result, with done_o; else 0
);
    localparam [2:0] OP_MULH = 3'd1;
    localparam [2:0] OP_MULHSU = 3'd2;
    localparam [2:0] OP_DIV = 3'd4;
    localparam [2:0] OP_REM = 3'd6;
    localparam [2:0] STATE_IDLE = 3'd1;
    localparam [2:0] STATE_STEP = 3'd2;
    localparam [2:0] STATE_FINISH = 3'd4;

    // ---- The operation ----

    reg [2:0] state; // of the operation, a bit for each
    wire idle = state[0];
    wire finish = state[2];
    reg [4:0] steps; // steps that follow this one
    reg negative; // negate the quotient or remainder
    reg leading; // all bits of the quotient so far are 0
    reg [33:0] high; // product so far, or remainder so far and the dividend's next bit
    reg [31:0] low; // multiplier and product, or dividend and quotient
    wire dividing = op_i[2];
    wire take_high = op_i[2] ? op_i[1] : |op_i[1:0];
    wire a_signed = op_i == OP_MULH || op_i == OP_MULHSU || op_i == OP_DIV || op_i == OP_REM;
    wire b_signed = op_i == OP_MULH || op_i == OP_DIV || op_i == OP_REM;
    wire a_negative = a_signed && a_i[31];
    wire b_negative = b_signed && b_i[31];

    // A divisor's magnitude is subtracted: a negative one is minus its magnitude already.
    wire divisor_positive = !b_negative;
    wire [31:0] from = idle ? a_i : low;

    // ---- Multiplication: two digits of the multiplier, base 4, in each step ----

    wire ends = state[1] && steps == 5'd0;

    // The digit is known a cycle before, but for the first one, so that it costs the sum no time.
    reg [1:0] held_digit; // the first digit of this step, or what FINISH adds
    reg held_carry; // the carry out of its place
    wire [1:0] first_digit = idle ? a_i[1:0] : held_digit;
    wire first_carry = idle ? &a_i[1:0] : held_carry;
    wire [32:0] multiplicand = {b_negative, b_i};

    // Twice the multiplicand is added to up to two thirds of it: a bit more than what is kept.
    wire [34:0] first_addend_a = {{2{multiplicand[32]}}, multiplicand};

    reg [34:0] first_addend;
    always @*
        case (first_digit)
            2'd0: first_addend = 35'd0;
            2'd1: first_addend = first_addend_a;
            2'd2: first_addend = {multiplicand[32], multiplicand, 1'b0};
            default: first_addend = ~first_addend_a;
        endcase

    wire [35:0] first_sum_a = {high[33], high, 1'b1} + {first_addend, &first_digit};
    wire [34:0] first_sum = first_sum_a[35:1];
    wire second_carry = from[3] && (from[2] || first_carry);
    wire [1:0] second_digit = from[3:2] + {1'b0, first_carry};
    wire [34:0] second_addend_a = {{2{multiplicand[32]}}, multiplicand};

    reg [34:0] second_addend;
    always @*
        case (second_digit)
            2'd0: second_addend = 35'd0;
            2'd1: second_addend = second_addend_a;
            2'd2: second_addend = {multiplicand[32], multiplicand, 1'b0};
            default: second_addend = ~second_addend_a;
        endcase

    wire [35:0] second_sum_a = {{2{first_sum[34]}}, first_sum[34:2], 1'b1} +
        {second_addend, &second_digit};
    wire [34:0] second_sum = second_sum_a[35:1];
    wire borrows = a_negative && !second_carry;
    wire [1:0] third_digit = from[5:4] + {1'b0, second_carry};

    always @(posedge clk) begin
        held_digit <= dividing ? {divisor_positive, 1'b1} :
            ends ? {borrows, (a_signed ? borrows : second_carry)} :
            third_digit;
        held_carry <= from[5] && (from[4] || second_carry);
    end

    // In the fourth step: what is left of the multiplier is 0, modulo 2^16, with the carry.
    wire nothing_left = second_carry ? &low[19:4] : low[19:4] == 16'd0;
    wire is_short = state[1] && !dividing && steps == 5'd4 && nothing_left && !take_high;
    reg short_taken; // FINISH takes a low word that four steps have completed
    reg low_taken; // FINISH takes the low word
    reg sum_taken; // FINISH takes the high word, the sum
    wire low_taken_a = ends && !dividing;

    always @(posedge clk)
        if (rst) begin
            short_taken <= 1'b0;
            low_taken <= 1'b0;
            sum_taken <= 1'b0;
        end else begin
            short_taken <= is_short;
            low_taken <= low_taken_a && !take_high;
            sum_taken <= low_taken_a && take_high;
        end

    wire start_multiplication = start_i && !dividing;

    // ---- Division ----

    wire fits = !(first_sum[32] || idle);
    wire [31:0] rest = fits ? first_sum[31:0] : high[31:0];
    wire skip = state[1] && dividing && leading && {high[0], low[31:25]} == 8'd0 && |steps[4:3];

    // A negative dividend is negated with the first step, and the result in the end: -x is ~x + 1.
    // What FINISH takes is decided a cycle before: so it is no part of the way to the register.
    reg rest_taken; // FINISH takes the remainder
    reg negates; // and negates it, or the quotient
    reg divided_taken; // it takes the result of a division
    wire rest_taken_a = state[1] && steps == 5'd0;

    always @(posedge clk)
        if (rst) begin
            rest_taken <= 1'b0;
            negates <= 1'b0;
            divided_taken <= 1'b0;
        end else begin
            rest_taken <= rest_taken_a && take_high;
            negates <= rest_taken_a && negative;
            divided_taken <= rest_taken_a && dividing;
        end

    wire negate = idle ? !op_i[0] && a_i[31] : negates;
    wire [31:0] complement = (rest_taken ? high[32:1] : from) ^ {32{negate}};
    wire [31:0] divided = complement + {31'd0, negate};
    wire start_division = start_i && dividing;

    always @(posedge clk) begin
        low <= {second_sum[1:0], first_sum[1:0], from[31:4]};
        if (dividing)
            low <= skip ? {low[23:0], 8'd0} : {divided[30:0], fits};
        if (state[1] && !skip)
            leading <= 1'b0;
        if (start_division) begin
            // A divisor of 0 goes even into leading zeros.
            leading <= |b_i;
            // A quotient by 0 is all ones whatever the sign; the remainder has the dividend's sign.
            negative <= take_high ? a_negative : (a_negative ^ b_negative) && |b_i;
        end
    end

    // ---- Sequence and answer ----

    always @(posedge clk) begin
        if (start_multiplication)
            steps <= 5'd6;
        if (start_division)
            steps <= 5'h1f;
        if (state[1])
            steps <= steps + (skip ? 5'h18 : 5'h1f);
    end

    always @(posedge clk)
        if (rst) begin
            state <= STATE_IDLE;
            high <= 34'd0;
        end else begin
            high <= {second_sum[34], second_sum[34:2]};
            if (is_short)
                state <= STATE_FINISH;
            if (start_multiplication)
                state <= STATE_STEP;
            if (dividing)
                high <= {1'b0, rest, (skip ? low[24] : divided[31])};
            if (start_division)
                state <= STATE_STEP;
            if (state[1] && steps == 5'd0)
                state <= STATE_FINISH;
            if (finish)
                state <= STATE_IDLE;
            if (finish || idle && !start_i)
                high <= 34'd0;
        end

    assign done_o = finish;

    // One of these at most is not 0. Synthesis keeps exclusive ors in this order: the sum, which comes last, passes one.
    assign result_o = (first_sum[31:0] & {32{sum_taken}}) ^ (divided & {32{divided_taken}}) ^
        (({32{low_taken}} & low) | ({32{short_taken}} & {high[15:0], low[31:16]}));

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, first_sum_a[0], second_sum_a[0], 1'b0};
endmodule

`default_nettype wire
