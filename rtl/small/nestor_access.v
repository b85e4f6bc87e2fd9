// Nestor 0.9.2, unit nestor_access, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// Data accesses: address, byte lanes, atomic operations.
module nestor_access (

    // The instruction in W
    input  wire [3:0] w_kind, // what commit does with the instruction in W
    input  wire [31:0] w_insn, // the instruction in W
    input  wire [31:0] w_result, // result or address of W's instruction
    input  wire [31:0] w_store, // second operand of W's instruction

    // A data access
    output wire access_misaligned, // the address is misaligned
    output wire [19:0] access_page, // resource page of the data access
    output wire [9:0] access_offset, // number of the word in its page
    output wire [29:0] access_address, // real name of the data access, in words
    output wire [3:0] access_lanes, // bytes of the word that the data access reads or writes
    output wire [31:0] access_data, // data to store
    output wire [31:0] load_data, // data loaded, for the register
    output wire page_ram, // the resource page, taken as a real page, is RAM
    output wire page_backed, // the resource page, taken as a real page, is RAM or a device

    // Translation of an access
    input  wire [19:0] data_real_page, // real page of the data access

    // The sequencer, to W
    // The sequencer takes words, whatever the instruction in W is.
    input  wire sequencer_busy, // the sequencer works

    // Data port, Wishbone B4 pipelined
    input  wire [31:0] dbus_dat_i // data port: the word read
);
    localparam [3:0] KIND_LVMID = 4'd12;

    // ---- Size and alignment ----

    wire is_byte_a = sequencer_busy || w_kind == KIND_LVMID;
    wire is_byte = !is_byte_a && w_insn[13:12] == 2'd0;
    wire is_half = !is_byte_a && w_insn[13:12] == 2'd1;
    wire is_word = !(is_byte || is_half);
    assign access_misaligned = is_half && w_result[0] || is_word && |w_result[1:0];

    // ---- Load ----

    wire [1:0] half_a = w_result[1:0] & {2{!sequencer_busy}};
    wire [15:0] half = half_a[1] ? dbus_dat_i[31:16] : dbus_dat_i[15:0];
    wire [7:0] byte_0 = half_a[0] ? half[15:8] : half[7:0];
    wire sign = !w_insn[14] && (is_byte ? byte_0[7] : half[15]);
    assign load_data = {(is_word ? dbus_dat_i[31:16] : {16{sign}}),
        (is_byte ? {8{sign}} : half[15:8]), byte_0};

    // ---- Store ----

    wire [7:0] byte_1 = is_byte ? w_store[7:0] : w_store[15:8];
    assign access_data = {(is_word ? w_store[31:16] : {byte_1, w_store[7:0]}), byte_1,
        w_store[7:0]};
    assign access_lanes = is_word ? 4'd15 : is_half ? (half_a[1] ? 4'd12 : 4'd3) : 4'd1 << half_a;

    // ---- Address ----

    assign access_page = w_result[31:12];
    assign access_offset = w_result[11:2];
    wire page_is_ram = (access_page & 20'hfffe0) == 20'h80000;
    wire page_is_device = access_page == 20'h10000 || (access_page & 20'hffff0) == 20'h2000 ||
        access_page == 20'h100;
    assign page_ram = page_is_ram;
    assign page_backed = page_is_ram || page_is_device;
    assign access_address = {data_real_page, w_result[11:2]};

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, w_insn[11:0], w_insn[31:15], 1'b0};
endmodule

`default_nettype wire
