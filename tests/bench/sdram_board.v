// A board with an SDRAM at its pins: nestor_top, the chip (tests/support/sdram_chip.v), stand-ins for the pads, and a listener at the
// serial line, whose bytes go to standard output. Ends when the LED has gone off and the line is idle, or after LIMIT clocks.
// The board is an ULX3S; with TIED a Colorlight i5, whose chip has enable, select and masks tied, LED and button being active low.
`timescale 1ps / 1ps
module BB (input wire I, input wire T, output wire O, inout wire B);
    assign #1000 B = T ? 1'bz : I;
    assign O = B;
endmodule

module ODDRX1F (input wire D0, input wire D1, input wire SCLK, input wire RST, output wire Q);
    assign #1000 Q = SCLK ? D0 : D1;
endmodule

module sdram_board;
    parameter HALF = 20000, DIVIDER = 6, LIMIT = 2000000;
    reg clk = 0;
    always #(HALF) clk = !clk;
    wire tx, led, sdram_clk, cke, cs, ras, cas, we;
    wire [1:0] bank;
`ifdef TIED
    localparam TIED = 1, LIT = 1'b0, DATA = 32, ROWS = 11, COLUMNS = 8;
    assign cke = 1'b1, cs = 1'b0;
    wire [3:0] mask = 4'd0;
`else
    localparam TIED = 0, LIT = 1'b1, DATA = 16, ROWS = 13, COLUMNS = 9;
    wire [1:0] mask;
`endif
    wire [ROWS-1:0] address;
    wire [DATA-1:0] data;
    nestor_top top (
`ifndef TIED
        .sdram_cke(cke), .sdram_cs(cs), .sdram_mask(mask),
`endif
        .clk(clk), .rx(1'b1), .button(!LIT), .tx(tx), .led(led), .sdram_clk(sdram_clk), .sdram_ras(ras), .sdram_cas(cas),
        .sdram_we(we), .sdram_bank(bank), .sdram_address(address), .sdram_data(data)
    );
    sdram_chip #(.DATA(DATA), .ROWS(ROWS), .COLUMNS(COLUMNS), .TIED(TIED)) chip (
        .clk(sdram_clk), .cke(cke), .cs(cs), .ras(ras), .cas(cas), .we(we), .ba(bank), .a(13'd0 | address), .dqm(mask),
        .dq(data)
    );

    integer clocks, i, idle;
    reg [7:0] byte_in;
    reg ran;
    always begin  // the listener
        @(negedge tx);
        repeat (DIVIDER / 2) @(posedge clk);
        for (i = 0; i < 8; i = i + 1) begin
            repeat (DIVIDER) @(posedge clk);
            byte_in[i] = tx;
        end
        repeat (DIVIDER) @(posedge clk);
        $write("%c", byte_in);
    end
    initial begin
        ran = 0;
        idle = 0;
        for (clocks = 0; clocks < LIMIT && idle < 20 * DIVIDER; clocks = clocks + 1) begin
            @(posedge clk);
            if (led === LIT) ran = 1;
            idle = ran && led === !LIT && tx === 1'b1 ? idle + 1 : 0;
        end
        if (clocks == LIMIT) $display("the program has not ended");
        $finish(0);
    end
endmodule
