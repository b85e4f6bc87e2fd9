// The peripheral of this example: the CRC-32 of Ethernet, a bit each clock.
//
//   0x0  DATA   a byte stored here is taken into the CRC; a load gives the CRC of all bytes since START
//   0x4  START  a store begins anew; a load gives how many bytes there were
//
// Other offsets end with err: an access fault. The ports are those that `nestor gen --board` wants of a module in section
// [peripheral.NAME]: Wishbone B4, pipelined, byte addresses; wb_cyc_i is high for names in its own window only.
module crc32 (
    input  wire        clk,
    input  wire        rst,
    input  wire        wb_cyc_i,
    input  wire        wb_stb_i,
    input  wire        wb_we_i,
    input  wire [31:0] wb_adr_i,
    input  wire [3:0]  wb_sel_i,
    input  wire [31:0] wb_dat_i,
    output wire        wb_stall_o,
    output reg         wb_ack_o,
    output reg         wb_err_o,
    output reg  [31:0] wb_dat_o,
    output wire        irq_o,
    output wire [7:0]  pins_o
);
    reg [31:0] crc, count;
    reg [7:0] shift;
    reg [3:0] left; // bits of the byte that are left
    wire [31:0] next = {1'b0, crc[31:1]} ^ (crc[0] ^ shift[0] ? 32'hedb88320 : 32'd0);

    wire busy = left != 4'd0;
    wire request = wb_cyc_i && wb_stb_i && !busy;
    wire is_data = wb_adr_i[11:2] == 10'd0, is_start = wb_adr_i[11:2] == 10'd1;
    wire takes = request && wb_we_i && is_data && wb_sel_i[0];

    assign wb_stall_o = busy; // the next request waits until the byte is done
    assign irq_o = 1'b0;
    assign pins_o = ~crc[7:0];

    always @(posedge clk) begin
        wb_ack_o <= request && (is_data || is_start);
        wb_err_o <= request && !is_data && !is_start;
        wb_dat_o <= is_data ? ~crc : count;
        if (request && wb_we_i && is_start) begin
            crc <= 32'hffffffff;
            count <= 32'd0;
        end
        if (takes) begin
            shift <= wb_dat_i[7:0];
            left <= 4'd8;
            count <= count + 32'd1;
        end
        if (busy) begin
            crc <= next;
            shift <= {1'b0, shift[7:1]};
            left <= left - 4'd1;
        end
        if (rst) begin
            crc <= 32'hffffffff;
            count <= 32'd0;
            left <= 4'd0;
            wb_ack_o <= 1'b0;
            wb_err_o <= 1'b0;
        end
    end
endmodule
