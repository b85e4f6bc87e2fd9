// Stand-ins for the PLLs of FPGAs, for simulation: the clock goes through as it is, and the lock comes late. What
// they would make of the dividers is not their subject: in a simulation the clock of the board is the machine's.
`default_nettype none
// verilator lint_off DECLFILENAME
// verilator lint_off UNUSED
module pll_stand_in (input wire clock, output wire locked);
    reg [5:0] waited = 6'd0;
    always @(posedge clock)
        if (!locked) waited <= waited + 6'd1;
    assign locked = &waited;
endmodule

module SB_PLL40_PAD #(
    parameter FEEDBACK_PATH = "SIMPLE", parameter DIVR = 0, parameter DIVF = 0, parameter DIVQ = 0,
    parameter FILTER_RANGE = 0
) (input wire PACKAGEPIN, input wire BYPASS, input wire RESETB, output wire PLLOUTGLOBAL, output wire LOCK);
    assign PLLOUTGLOBAL = PACKAGEPIN;
    pll_stand_in pll (PACKAGEPIN, LOCK);
endmodule

module SB_PLL40_CORE #(
    parameter FEEDBACK_PATH = "SIMPLE", parameter DIVR = 0, parameter DIVF = 0, parameter DIVQ = 0,
    parameter FILTER_RANGE = 0
) (input wire REFERENCECLK, input wire BYPASS, input wire RESETB, output wire PLLOUTGLOBAL, output wire LOCK);
    assign PLLOUTGLOBAL = REFERENCECLK;
    pll_stand_in pll (REFERENCECLK, LOCK);
endmodule

module EHXPLLL #(
    parameter CLKI_DIV = 1, parameter CLKFB_DIV = 1, parameter CLKOP_DIV = 1, parameter CLKOP_CPHASE = 0,
    parameter CLKOP_ENABLE = "ENABLED", parameter FEEDBK_PATH = "CLKOP"
) (
    input wire CLKI, input wire CLKFB, input wire RST, input wire STDBY, input wire PHASESEL0, input wire PHASESEL1,
    input wire PHASEDIR, input wire PHASESTEP, input wire PHASELOADREG, input wire PLLWAKESYNC, input wire ENCLKOP,
    output wire CLKOP, output wire LOCK
);
    assign CLKOP = CLKI;
    pll_stand_in pll (CLKI, LOCK);
endmodule
`default_nettype wire
