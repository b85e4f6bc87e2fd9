// Nestor 0.9.2, unit nestor_finisher, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// The test finisher: a word stored at offset 0 ends the run, 0x5555 with exit code 0,
// 0x3333 with the code above it, 0x7777, which asks for a restart, with 0x77. The first one counts.
module nestor_finisher (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire enable_i, // a request
    input  wire write_i, // it writes
    input  wire [11:0] offset_i, // in the page
    input  wire [3:0] lanes_i, // bytes to write
    input  wire [23:0] data_i, // half-word that ends the run, and exit code
    output reg  finished_o, // the run has ended
    output reg  [7:0] exit_code_o // its exit code
);
    wire request = enable_i && write_i && &lanes_i && offset_i == 12'd0 && !finished_o;

    always @(posedge clk)
        if (rst) begin
            finished_o <= 1'b0;
            exit_code_o <= 8'd0;
        end else if (request && data_i[15:0] == 16'h5555) begin
            finished_o <= 1'b1;
        end else if (request && data_i[15:0] == 16'h3333) begin
            finished_o <= 1'b1;
            // a failure has a code other than 0
            exit_code_o <= data_i[23:16] == 8'd0 ? 8'd1 : data_i[23:16];
        end else if (request && data_i[15:0] == 16'h7777) begin
            finished_o <= 1'b1;
            exit_code_o <= 8'h77;
        end
endmodule

`default_nettype wire
