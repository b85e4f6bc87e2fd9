// Nestor 0.9.2, unit nestor_ram, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// RAM: one port, 32-bit words; in each cycle one is written, by byte lanes, or else one read.
module nestor_ram (
    input  wire clk, // clock, rising edge
    input  wire write_i, // a word is written
    input  wire [14:0] address_i, // number of the word
    input  wire [3:0] lanes_i, // bytes to write
    input  wire [31:0] data_i, // data to write
    output reg  [31:0] data_o // word read
);
    (* no_rw_check *)
    reg [31:0] mem [0:32767];

    always @(posedge clk) begin
        if (write_i) begin
            if (lanes_i[0])
                mem[address_i][7:0] <= data_i[7:0];
            if (lanes_i[1])
                mem[address_i][15:8] <= data_i[15:8];
            if (lanes_i[2])
                mem[address_i][23:16] <= data_i[23:16];
            if (lanes_i[3])
                mem[address_i][31:24] <= data_i[31:24];
        end
        if (!write_i)
            data_o <= mem[address_i];
    end
endmodule

`default_nettype wire
