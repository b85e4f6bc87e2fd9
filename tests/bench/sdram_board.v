// A board with an SDRAM at its pins: nestor_top, the chip (tests/support/sdram_chip.v), stand-ins for the pads, and a listener at the
// serial line, whose bytes go to standard output. Ends when the LED has gone off and the line is idle, or after LIMIT clocks.
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
    wire [1:0] bank, mask;
    wire [12:0] address;
    wire [15:0] data;
    nestor_top top (
        .clk(clk), .rx(1'b1), .button(1'b0), .tx(tx), .led(led), .sdram_clk(sdram_clk), .sdram_cke(cke), .sdram_cs(cs),
        .sdram_ras(ras), .sdram_cas(cas), .sdram_we(we), .sdram_bank(bank), .sdram_address(address), .sdram_mask(mask),
        .sdram_data(data)
    );
    sdram_chip #(.DATA(16), .ROWS(13), .COLUMNS(9)) chip (
        .clk(sdram_clk), .cke(cke), .cs(cs), .ras(ras), .cas(cas), .we(we), .ba(bank), .a(address), .dqm(mask), .dq(data)
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
            if (led === 1'b1) ran = 1;
            idle = ran && led === 1'b0 && tx === 1'b1 ? idle + 1 : 0;
        end
        if (clocks == LIMIT) $display("the program has not ended");
        $finish(0);
    end
endmodule
