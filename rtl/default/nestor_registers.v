// Nestor 0.9.2, unit nestor_registers, configuration default, hash 6a70e3322f86f106

`default_nettype none

// General registers, rarely read CSRs and level 0's context in one memory.
module nestor_registers (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Registers read for X
    input  wire [4:0] read_rs1, // register to read for operand a
    input  wire [4:0] read_rs2, // register to read for operand b
    output reg  [31:0] reg_a, // register or row read
    output reg  [31:0] reg_b, // register read
    output wire sweeping, // registers are being cleared after reset

    // Registers written
    // While the sweep goes on, write_data is 0: w_result has been reset.
    input  wire rd_write, // write a general register
    input  wire [4:0] rd_address, // the general register to write

    // Rows of the memory of registers
    input  wire row_read, // read a row in place of rs1
    input  wire [4:0] row_read_address, // row to read: bit 4 level 0's bank
    input  wire row_write, // write a row
    input  wire [4:0] row_write_address, // row to write: bit 4 level 0's bank
    input  wire [31:0] row_write_data, // what is written to the row

    // Words of the level's context, on their way
    input  wire word_hold // keep showing the word
);
    // ---- Sweep after reset ----

    reg [6:0] sweep; // row to clear; the highest bit: all are clear
    assign sweeping = !sweep[6];

    always @(posedge clk)
        if (rst)
            sweep <= 7'd0;
        else if (sweeping)
            sweep <= sweep + 7'd1;

    // ---- Write port ----

    wire [5:0] write_address = sweeping ? sweep[5:0] :
        row_write ? {1'b1, row_write_address} :
        {1'b0, rd_address};
    wire write_enable = sweeping || rd_write || row_write;

    // ---- Read ports ----

    wire [5:0] address_a = row_read ? {1'b1, row_read_address} : {1'b0, read_rs1};

    // A word that is written while it is read is never used: execute forwards it.
    (* no_rw_check *)
    reg [31:0] copy_a [0:63];
    (* no_rw_check *)
    reg [31:0] copy_b [0:31];

    always @(posedge clk) begin
        if (write_enable)
            copy_a[write_address] <= row_write_data;
        if (!word_hold)
            reg_a <= copy_a[address_a];
    end

    always @(posedge clk) begin
        if (write_enable && !write_address[5])
            copy_b[write_address[4:0]] <= row_write_data;
        reg_b <= copy_b[read_rs2];
    end
endmodule

`default_nettype wire
