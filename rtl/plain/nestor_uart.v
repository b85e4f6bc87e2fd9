// Nestor 0.1.0, unit nestor_uart, configuration plain, hash aae8e133f1d983ae
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

// The registers of a 16550 UART, polled; bytes go in and out by valid and ready.
module nestor_uart (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire enable_i, // a request
    input  wire write_i, // it writes
    input  wire [11:0] offset_i, // in the page
    input  wire [3:0] lanes_i, // bytes to read or write
    input  wire [31:0] data_i, // data to write
    input  wire tx_ready_i, // tx_data_o is taken
    input  wire rx_valid_i, // a received byte waits
    input  wire [7:0] rx_data_i, // the byte
    output reg  tx_valid_o, // a byte to send
    output reg  [7:0] tx_data_o, // the byte
    output wire busy_o, // no byte can be written
    output wire [31:0] data_o, // word read, in the cycle of the request
    output wire rx_ready_o // the waiting byte, if any, is taken
);
    // ---- Registers ----

    reg [3:0] ier; // interrupt enable: kept, without effect
    reg fifo; // FCR bit 0 has been written 1: seen in IIR
    reg [7:0] lcr; // line control; bit 7 is DLAB
    reg [4:0] mcr; // modem control: kept, without effect
    reg [7:0] scr; // scratch
    reg [7:0] dll; // divisor, low: kept, without effect
    reg [7:0] dlm; // divisor, high
    wire dlab = lcr[7];

    always @(posedge clk)
        if (rst) begin
            ier <= 4'd0;
            fifo <= 1'b0;
            lcr <= 8'd0;
            mcr <= 5'd0;
            scr <= 8'd0;
            dlm <= 8'd0;
        end else begin
            if (enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[1] && write_i) begin
                if (dlab)
                    dlm <= data_i[15:8];
                else
                    ier <= data_i[11:8];
            end
            if (enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[2] && write_i &&
                (data_i[23:16] & 8'd1) == 8'd1)
                fifo <= 1'b1;
            if (enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[3] && write_i)
                lcr <= data_i[31:24];
            if (enable_i && (offset_i & 12'hffc) == 12'd4 && lanes_i[0] && write_i)
                mcr <= data_i[4:0];
            if (enable_i && (offset_i & 12'hffc) == 12'd4 && lanes_i[3] && write_i)
                scr <= data_i[31:24];
        end

    // ---- Transmitter: one byte waits until it is taken ----

    wire dll_a = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[0] && write_i;

    always @(posedge clk)
        if (rst) begin
            dll <= 8'd0;
            tx_valid_o <= 1'b0;
        end else begin
            if (tx_ready_i)
                tx_valid_o <= 1'b0;
            if (dll_a) begin
                if (dlab)
                    dll <= data_i[7:0];
                else
                    tx_valid_o <= 1'b1;
            end
        end

    always @(posedge clk)
        if (dll_a) begin
            if (!dlab)
                tx_data_o <= data_i[7:0];
        end

    assign busy_o = tx_valid_o && !tx_ready_i;

    // ---- Reading ----

    wire [31:0] registers_0_to_3 = {lcr, {2{fifo}}, 6'd1, (dlab ? dlm : {4'd0, ier}),
        (dlab ? dll : rx_data_i & {8{rx_valid_i}})};
    wire [31:0] registers_4_to_7 = {scr, 15'h30, rx_valid_i, 3'd0, mcr};
    assign data_o = (offset_i & 12'hffc) == 12'd0 ? registers_0_to_3 :
        (offset_i & 12'hffc) == 12'd4 ? registers_4_to_7 :
        32'd0;
    assign rx_ready_o = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[0] && !write_i &&
        !dlab;
endmodule

`default_nettype wire
