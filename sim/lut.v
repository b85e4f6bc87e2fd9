// The logic cell of the iCE40 as the table that it is. Yosys's own model chooses in three steps, of which
// a simulator makes more than twice the code and the time; tests/lockstep/test_gates.c shows that both are equal.
module SB_LUT4 (
    output wire O,
    input  wire I0,
    input  wire I1,
    input  wire I2,
    input  wire I3
);
    parameter [15:0] LUT_INIT = 16'h0000;
    assign O = LUT_INIT[{I3, I2, I1, I0}];
endmodule
