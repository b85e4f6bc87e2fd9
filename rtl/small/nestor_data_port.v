// Nestor 0.9.2, unit nestor_data_port, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// The one way to the data bus: of accesses, of the composer and of the sequencer.
module nestor_data_port (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Words of the level's context, on their way
    input  wire [31:0] word_data, // the word being shown

    // A data access
    input  wire [29:0] access_address, // real name of the data access, in words
    input  wire [3:0] access_lanes, // bytes of the word that the data access reads or writes
    input  wire [31:0] access_data, // data to store
    input  wire access_request, // ask the bus
    input  wire access_write, // the data access that asks the bus is a store

    // The data port and its users
    output wire dbus_free, // the bus takes a request, whoever makes one
    output wire dbus_accepted, // the bus takes the request that is made
    output wire dbus_answer, // the bus answers a read
    output wire dbus_idle, // no answer is missing

    // Walks of the composer
    // Pages of tables and of the VMCBs that are pinned come from the scratchpad, others from a walk that has ended.
    input  wire [19:0] walk_page, // the page to translate, then each value on the way
    input  wire walk_busy, // the composer is at work
    input  wire walk_read, // read a table
    input  wire [9:0] walk_offset, // number of the word of the table that is read, in map_page

    // Maps in the scratchpad
    input  wire [19:0] map_page, // base page, or real page of the table

    // The sequencer, to W
    input  wire sequencer_busy, // the sequencer works

    // What the sequencer asks other units for
    input  wire sequencer_request, // ask the bus
    input  wire sequencer_write, // the sequencer asks the bus to write
    // number of the word that the sequencer asks for, in its page
    input  wire [9:0] sequencer_offset,
    input  wire sequencer_probing, // that page is walk_page; else map_page

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
    assign dbus_stb_o = (access_request || walk_read || sequencer_request) && open;

    // Only with a request, which is not waited for: it is known later than that one would write.
    wire dbus_we_o_a = sequencer_busy ? sequencer_write : access_write;
    assign dbus_we_o = dbus_we_o_a && open;
    assign dbus_free = open && !dbus_stall_i;
    wire accepted = dbus_stb_o && !dbus_stall_i;
    assign dbus_accepted = accepted;

    always @(posedge clk)
        if (rst) begin
            posted <= 1'b0;
            unanswered <= 2'd0;
        end else begin
            if (accepted)
                posted <= dbus_we_o_a;
            else if (dbus_ack_i)
                posted <= 1'b0;
            unanswered <= unanswered + {1'b0, accepted} - {1'b0, dbus_ack_i};
        end

    assign dbus_cyc_o = dbus_stb_o || |unanswered;
    assign dbus_answer = dbus_ack_i && !posted;
    assign dbus_idle = unanswered == 2'd0;

    // ---- The bus ----

    wire [29:0] dbus_adr_o_a = walk_busy || sequencer_busy ?
        {(!sequencer_probing || walk_busy ? map_page : walk_page),
        (walk_busy ? walk_offset : sequencer_offset)} :
        access_address;
    assign dbus_adr_o = {dbus_adr_o_a, 2'd0};
    assign dbus_sel_o = access_lanes | {4{sequencer_busy}};
    assign dbus_dat_o = sequencer_busy ? word_data : access_data;

    // ---- Words written, for the commit record's neighbour ----

    assign rvfi_hv_bus_write = accepted && dbus_we_o_a;
    assign rvfi_hv_bus_addr = {dbus_adr_o_a, 2'd0};
    assign rvfi_hv_bus_mask = dbus_sel_o;
    assign rvfi_hv_bus_data = dbus_dat_o &
        {{8{dbus_sel_o[3]}}, {8{dbus_sel_o[2]}}, {8{dbus_sel_o[1]}}, {8{dbus_sel_o[0]}}};
endmodule

`default_nettype wire
