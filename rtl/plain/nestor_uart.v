// Nestor 0.9.2, unit nestor_uart, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// The registers of a 16550 UART; bytes go in and out by valid and ready.
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
    output reg  [7:0] tx_data_o, // the byte to send, or that came back in loop-back
    output wire busy_o, // no byte can be written
    output reg  irq_o, // level 0's MEI line
    output wire [31:0] data_o, // word read, in the cycle of the request
    output wire rx_ready_o // the waiting byte, if any, is taken
);
    // ---- Registers ----

    reg [3:0] ier; // interrupt enable: byte received, transmitter empty, line status, modem
    reg fifo; // FCR bit 0: seen in IIR
    reg [7:0] lcr; // line control; bit 7 is DLAB
    reg [4:0] mcr; // modem control; bit 4 is loop-back
    reg [7:0] scr; // scratch
    reg [7:0] dll; // divisor, low: kept, without effect
    reg [7:0] dlm; // divisor, high
    reg emptied; // the transmitter has become empty, and IIR has not told yet
    reg looped; // a byte that came back waits
    reg overrun; // another one came back before it was read
    wire dlab = lcr[7];
    wire loop = mcr[4];
    wire received = looped || rx_valid_i && !loop;
    wire busy = tx_valid_o && !tx_ready_i;

    // ---- The request ----

    wire writes_data = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[0] && write_i;
    wire writes_enables = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[1] && write_i;
    wire writes_ier = writes_enables && !dlab;
    wire sends = writes_data && !dlab;
    wire writes_fcr = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[2] && write_i;
    wire writes_lcr = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[3] && write_i;
    wire writes_mcr = enable_i && (offset_i & 12'hffc) == 12'd4 && lanes_i[0] && write_i;
    wire writes_scr = enable_i && (offset_i & 12'hffc) == 12'd4 && lanes_i[3] && write_i;
    wire reads_data = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[0] && !write_i;
    wire takes = reads_data && !dlab;
    wire reads_iir = enable_i && (offset_i & 12'hffc) == 12'd0 && lanes_i[2] && !write_i;
    wire reads_lsr = enable_i && (offset_i & 12'hffc) == 12'd4 && lanes_i[1] && !write_i;

    always @(posedge clk)
        if (rst) begin
            ier <= 4'd0;
            fifo <= 1'b0;
            lcr <= 8'd0;
            mcr <= 5'd0;
            scr <= 8'd0;
            dll <= 8'd0;
            dlm <= 8'd0;
        end else begin
            if (writes_ier)
                ier <= data_i[11:8];
            if (writes_enables && dlab)
                dlm <= data_i[15:8];
            if (writes_data && dlab)
                dll <= data_i[7:0];
            if (writes_fcr)
                fifo <= data_i[16];
            if (writes_lcr)
                lcr <= data_i[31:24];
            if (writes_mcr)
                mcr <= data_i[4:0];
            if (writes_scr)
                scr <= data_i[31:24];
        end

    // ---- Transmitter: one byte waits until it is taken; in loop-back, until it is read ----

    always @(posedge clk)
        if (sends)
            tx_data_o <= data_i[7:0];

    always @(posedge clk)
        if (rst) begin
            tx_valid_o <= 1'b0;
            looped <= 1'b0;
        end else begin
            if (tx_ready_i)
                tx_valid_o <= 1'b0;
            if (takes)
                looped <= 1'b0;
            if (sends) begin
                tx_valid_o <= !loop;
                looped <= loop;
            end
            if (writes_fcr && (data_i[17] || data_i[16] != fifo))
                looped <= 1'b0;
        end

    assign busy_o = busy;

    // ---- Interrupt ----

    wire line_status = ier[2] && overrun;
    wire byte_waits = ier[0] && received;
    wire transmitter = ier[1] && emptied && !busy;

    always @(posedge clk)
        if (rst) begin
            emptied <= 1'b0;
            overrun <= 1'b0;
        end else begin
            if (reads_iir && transmitter && !line_status && !byte_waits)
                emptied <= 1'b0;
            if (sends || writes_ier && data_i[9] && !ier[1] ||
                writes_fcr && (data_i[18] || data_i[16] != fifo))
                emptied <= 1'b1;
            if (reads_lsr)
                overrun <= 1'b0;
            if (sends && loop && looped)
                overrun <= 1'b1;
        end

    always @(posedge clk)
        if (rst)
            irq_o <= 1'b0;
        else
            irq_o <= line_status || byte_waits || transmitter;

    // ---- Reading ----

    wire [31:0] registers_0_to_3 = {lcr, {2{fifo}}, 3'd0,
        (line_status ? 3'd6 : byte_waits ? 3'd4 : {1'b0, transmitter, !transmitter}),
        (dlab ? dlm : {4'd0, ier}), (dlab ?
        dll : (looped ? tx_data_o : rx_data_i) & {8{received}})};
    wire [31:0] registers_4_to_7 = {scr, (loop ? {mcr[3:2], mcr[0], mcr[1]} : 4'd11), 5'd0,
        {2{!busy}}, 3'd0, overrun, received, 3'd0, mcr};
    assign data_o = (offset_i & 12'hffc) == 12'd0 ? registers_0_to_3 :
        (offset_i & 12'hffc) == 12'd4 ? registers_4_to_7 :
        32'd0;
    assign rx_ready_o = takes && !looped && !loop;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, data_i[23:19], 1'b0};
endmodule

`default_nettype wire
