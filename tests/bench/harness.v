// Pins for place and route: every input of nestor_core comes from a shift register, every
// output goes into one, so that the core alone counts and no port is optimized away.
// The shift registers cost one logic cell a bit; tests/bench/area.sh subtracts them.
module harness (
    input  wire clk,
    input  wire rst,
    input  wire shift,
    input  wire in,
    output wire out
);
    localparam INPUTS = 2 + 32 + 2 + 32 + 3 + 64 + 1;
    localparam OUTPUTS = 2 + 32 + 3 + 32 + 4 + 32 + 3;

    reg [INPUTS-1:0] inputs;
    reg [OUTPUTS-1:0] outputs;
    wire [OUTPUTS-1:0] values;

    always @(posedge clk) begin
        inputs <= {inputs[INPUTS-2:0], in};
        outputs <= shift ? {outputs[OUTPUTS-2:0], 1'b0} : values;
    end
    assign out = outputs[OUTPUTS-1];

    nestor_core u_core (
        .clk(clk),
        .rst(rst),
        .ibus_stall_i(inputs[0]),
        .ibus_ack_i(inputs[1]),
        .ibus_dat_i(inputs[33:2]),
        .dbus_stall_i(inputs[34]),
        .dbus_ack_i(inputs[35]),
        .dbus_dat_i(inputs[67:36]),
        .irq_software_i(inputs[68]),
        .irq_timer_i(inputs[69]),
        .irq_external_i(inputs[70]),
        .mtime_i(inputs[134:71]),
        .wfi_wakeable_i(inputs[135]),
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
