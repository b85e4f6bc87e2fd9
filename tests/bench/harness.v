// Pins for place and route. Every input of nestor_core is a tap of one shift register, every output goes into a
// registered parity of all of them, so that the core alone counts and no port is optimized away. Control inputs
// have taps of their own; the four words of data share 32, each a different bit of one, so that no two equal
// bits meet. tests/bench/qor.sh subtracts the cells of both.
module harness (
    input  wire clk,
    input  wire rst,
    input  wire in,
    output wire out
);
    localparam TAPS = 4 + 3 + 1 + 32;
    localparam OUTPUTS = 2 + 32 + 3 + 32 + 4 + 32 + 3;
    // Parity by fours: 27 registers for the outputs, 7 for these, 2, and the last.
    localparam FIRST = OUTPUTS / 4;

    reg [TAPS-1:0] taps;
    always @(posedge clk)
        taps <= {taps[TAPS-2:0], in};

    wire [OUTPUTS-1:0] values;
    reg [FIRST-1:0] first;
    reg [6:0] second;
    reg [1:0] third;
    reg last;
    integer i;
    always @(posedge clk) begin
        // Outputs far from each other: neighbours have logic in common.
        for (i = 0; i < FIRST; i = i + 1)
            first[i] <= values[i] ^ values[FIRST + i] ^ values[2 * FIRST + i] ^ values[3 * FIRST + i];
        for (i = 0; i < 6; i = i + 1)
            second[i] <= ^first[4 * i +: 4];
        second[6] <= ^first[26:24];
        third[0] <= ^second[3:0];
        third[1] <= ^second[6:4];
        last <= ^third;
    end
    assign out = last;

    nestor_core u_core (
        .clk(clk),
        .rst(rst),
        .ibus_stall_i(taps[32]),
        .ibus_ack_i(taps[33]),
        .ibus_dat_i(taps[31:0]),
        .dbus_stall_i(taps[34]),
        .dbus_ack_i(taps[35]),
        .dbus_dat_i({taps[15:0], taps[31:16]}),
        .irq_software_i(taps[36]),
        .irq_timer_i(taps[37]),
        .irq_external_i(taps[38]),
        .mtime_i({taps[23:0], taps[31:24], taps[7:0], taps[31:8]}),
        .wfi_wakeable_i(taps[39]),
        .ibus_cyc_o(values[0]),
        .ibus_stb_o(values[1]),
        .ibus_adr_o(values[33:2]),
        .dbus_cyc_o(values[34]),
        .dbus_stb_o(values[35]),
        .dbus_we_o(values[36]),
        .dbus_adr_o(values[68:37]),
        .dbus_sel_o(values[72:69]),
        .dbus_dat_o(values[104:73]),
        .commit_o(values[105]),
        .wfi_o(values[106]),
        .halted_o(values[107])
    );
endmodule
