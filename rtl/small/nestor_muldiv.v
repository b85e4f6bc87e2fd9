// Nestor 0.9.2, unit nestor_muldiv, configuration small, hash 2d726b68a83e1b12

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
    input  wire shift_i, // a shift of a_i by b_i: op_i's bit 2 says to the right
    input  wire arithmetic_i, // the sign comes in, not zeros
    output wire done_o, // answer: one pulse
    output wire [31:0] result_o // result, with done_o; else 0
);
    localparam [2:0] OP_MULH = 3'd1;
    localparam [2:0] OP_MULHSU = 3'd2;
    localparam [2:0] OP_DIV = 3'd4;
    localparam [2:0] OP_REM = 3'd6;
    localparam [3:0] STATE_IDLE = 4'd1;
    localparam [3:0] STATE_STEP = 4'd2;
    localparam [3:0] STATE_FINISH = 4'd4;
    localparam [3:0] STATE_ALIGN = 4'd8;

    // ---- The operation ----

    reg [3:0] state; // of the operation, a bit for each
    wire idle = state[0];
    wire finish = state[2];
    reg [4:0] steps; // steps that follow this one
    reg negative; // negate the quotient or remainder
    reg [32:0] high; // product so far, or remainder so far and the dividend's next bit
    reg [31:0] low; // multiplier and product, or dividend and quotient

    // A shift to the left goes the way of a quotient, one to the right that of a product.
    wire dividing = op_i[2] ^ shift_i;
    wire take_high = (op_i[2] ? op_i[1] : |op_i[1:0]) && !shift_i;
    wire a_signed = (op_i == OP_MULH || op_i == OP_MULHSU || op_i == OP_DIV || op_i == OP_REM) &&
        !shift_i;
    wire b_signed = op_i == OP_MULH || op_i == OP_DIV || op_i == OP_REM;
    wire a_negative = a_signed && a_i[31];
    wire b_negative = b_signed && b_i[31];

    // A divisor's magnitude is subtracted: a negative one is minus its magnitude already.
    wire divisor_positive = !b_negative;
    wire [31:0] from = idle || shift_i && b_i[4:0] == 5'd0 ? a_i : low;

    // ---- Multiplication: one place of the multiplier in each step ----

    wire last = state[1] && steps == 5'd0;

    // A shift by no place is none of the sum's business.
    wire adds = dividing || (idle ? a_i[0] : low[0]) && !shift_i;
    wire minus = adds && (dividing ? divisor_positive : last && a_signed);
    wire [33:0] addend = ({b_negative, b_negative, b_i} ^ {34{minus}}) & {34{adds}};
    wire [34:0] sum_a = {high[32], high, 1'b1} + {addend, minus};
    wire [33:0] sum = sum_a[34:1];
    wire start_multiplication = start_i && !dividing;

    // ---- Division ----

    wire fits = !(sum[32] || state[3] || shift_i);
    wire [31:0] rest = fits ? sum[31:0] : high[31:0];

    // A negative dividend is negated with the first step, and the result in the end: -x is ~x + 1.
    wire negate = idle ? a_negative : finish && negative;
    wire [31:0] complement = (finish && take_high ? high[32:1] : from) ^ {32{negate}};
    wire [31:0] divided = complement + {31'd0, negate};

    always @(posedge clk) begin
        low <= {sum[0] || arithmetic_i && shift_i && a_i[31], from[31:1]};
        if (dividing || state[3])
            low <= {divided[30:0], fits};
    end

    wire start_division = start_i && dividing;

    // ---- Shifts ----

    wire start_shift = start_i && shift_i;

    always @(posedge clk) begin
        if (start_multiplication)
            negative <= 1'b0;
        if (start_division) begin
            // A quotient by 0 is all ones whatever the sign; the remainder has the dividend's sign.
            negative <= take_high ? a_negative : (a_negative ^ b_negative) && |b_i;
        end
        if (start_shift)
            negative <= 1'b0;
    end

    // ---- Sequence and answer ----

    always @(posedge clk) begin
        if (start_multiplication)
            steps <= 5'h1e;
        if (start_division)
            steps <= 5'h1f;
        if (start_shift)
            steps <= b_i[4:0] - 5'd2;
        if (state[1])
            steps <= steps - 5'd1;
    end

    always @(posedge clk)
        if (rst) begin
            state <= STATE_IDLE;
            high <= 33'd0;
        end else begin
            high <= sum[33:1];
            if (last && !dividing && take_high)
                state <= STATE_ALIGN;
            if (state[3])
                state <= STATE_FINISH;
            if (start_multiplication)
                state <= STATE_STEP;
            if (dividing || state[3])
                high <= {rest, divided[31]};
            if (start_division)
                state <= STATE_STEP;
            if (start_shift)
                state <= b_i[4:1] == 4'd0 ? STATE_FINISH : STATE_STEP;
            if (state[1] && steps == 5'd0 && !(take_high && !dividing))
                state <= STATE_FINISH;
            if (finish)
                state <= STATE_IDLE;
            if (finish || idle && !start_i)
                high <= 33'd0;
        end

    assign done_o = finish;
    assign result_o = divided & {32{finish}};

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, sum_a[0], 1'b0};
endmodule

`default_nettype wire
