// Nestor 0.9.2, unit nestor_ram, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// RAM: 32-bit words, a port that writes with byte lanes, and one that reads in every cycle.
// A word that is read while it is written is what it was before, or is not used.
module nestor_ram (
    input  wire clk, // clock, rising edge
    input  wire write_i, // a word is written
    input  wire [15:0] address_i, // its number
    input  wire [3:0] lanes_i, // bytes to write
    input  wire [31:0] data_i, // data to write
    input  wire [15:0] read_address_i, // number of the word read
    output reg  [31:0] data_o // word read
);
    (* no_rw_check *)
    reg [31:0] mem [0:65535];

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
        data_o <= mem[read_address_i];
    end
endmodule

`default_nettype wire
