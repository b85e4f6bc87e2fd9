// Nestor 0.9.2, unit nestor_data_port, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// The one way to the data bus: of accesses, of the composer and of the sequencer.
module nestor_data_port (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // A data access
    input  wire [29:0] access_address, // real name of the data access, in words
    input  wire [3:0] access_lanes, // bytes of the word that the data access reads or writes
    input  wire [31:0] access_data, // data to store
    input  wire access_request, // ask the bus
    input  wire access_write, // the data access that asks the bus is a store

    // The data port and its users
    output wire dbus_free, // the bus takes a request, whoever makes one
    output wire dbus_accepted, // the bus takes the request that is made

    // Data port, Wishbone B4 pipelined
    // data port, Wishbone B4 pipelined: a request, or one that waits for its answer
    output wire dbus_cyc_o,
    output wire dbus_stb_o, // data port: request
    output wire dbus_we_o, // data port: it writes
    output wire [31:0] dbus_adr_o, // data port: real name of a word: byte address, bits 1:0 zero
    output wire [3:0] dbus_sel_o, // data port: bytes of the word
    output wire [31:0] dbus_dat_o, // data port: data to write
    input  wire dbus_stall_i, // data port: the request is not taken
    input  wire dbus_ack_i, // data port: an answer comes

    // The commit record
    output wire rvfi_hv_bus_write, // a word is written on the bus: one pulse for each, in order
    output wire [31:0] rvfi_hv_bus_addr, // real name of the word written
    output wire [31:0] rvfi_hv_bus_data, // data written, zero outside the mask
    output wire [3:0] rvfi_hv_bus_mask // bytes of the word that are written
);
    // ---- Handshake ----

    reg posted; // a store has no answer yet
    reg [1:0] unanswered; // requests without an answer

    // Its owners never ask together, so that each looks only at its own request and at dbus_free.
    wire open = !posted || dbus_ack_i;
    assign dbus_stb_o = access_request && open;

    // Only with a request, which is not waited for: it is known later than that one would write.
    assign dbus_we_o = access_write && open;
    assign dbus_free = open && !dbus_stall_i;
    wire accepted = dbus_stb_o && !dbus_stall_i;
    assign dbus_accepted = accepted;

    always @(posedge clk)
        if (rst) begin
            posted <= 1'b0;
            unanswered <= 2'd0;
        end else begin
            if (accepted)
                posted <= access_write;
            else if (dbus_ack_i)
                posted <= 1'b0;
            unanswered <= unanswered + {1'b0, accepted} - {1'b0, dbus_ack_i};
        end

    assign dbus_cyc_o = dbus_stb_o || |unanswered;

    // ---- The bus ----

    assign dbus_adr_o = {access_address, 2'd0};
    assign dbus_sel_o = access_lanes;
    assign dbus_dat_o = access_data;

    // ---- Words written, for the commit record's neighbour ----

    assign rvfi_hv_bus_write = accepted && access_write;
    assign rvfi_hv_bus_addr = {access_address, 2'd0};
    assign rvfi_hv_bus_mask = access_lanes;
    assign rvfi_hv_bus_data = access_data &
        {{8{access_lanes[3]}}, {8{access_lanes[2]}}, {8{access_lanes[1]}}, {8{access_lanes[0]}}};
endmodule

`default_nettype wire
