// Nestor 0.9.2, unit nestor_scratchpad, configuration default, hash 6a70e3322f86f106

`default_nettype none

// What walks need of each level's VMCB: two maps, their tables' real pages, where the VMCB lies.
module nestor_scratchpad (
    input  wire clk, // clock, rising edge

    // Words of the level's context, on their way
    // While a write of the sequencer's waits, its page stays.
    input  wire word_hold, // keep showing the word

    // Walks of the composer
    input  wire walk_start, // start a walk
    input  wire walk_busy, // the composer is at work
    input  wire [3:0] walk_row, // the scratchpad row the composer asks for
    input  wire walk_next_row, // read the row that the composer asks for

    // Maps in the scratchpad
    output wire [1:0] map_kind, // form of the map
    output wire [3:0] map_grain, // grain of the map
    output wire [9:0] map_offset, // word in the table's page
    output wire [19:0] map_first, // first page of the window
    output wire [20:0] map_bound, // pages in the window
    output wire [19:0] map_page, // base page, or real page of the table
    input  wire [3:0] map_write_row, // the scratchpad row to write
    input  wire map_write_form, // write the form into the row
    input  wire [15:0] map_form_data, // kind, grain, word in the page
    input  wire map_write_first, // write the first page into the row
    input  wire map_write_bound, // write the bound into the row
    input  wire map_write_page, // write the page into the row
    input  wire [19:0] map_page_data, // base page or real page

    // What the sequencer asks other units for
    input  wire [3:0] sequencer_row, // the scratchpad row it asks for

    // Data port, Wishbone B4 pipelined
    input  wire [31:0] dbus_dat_i // data port: the word read
);
    wire [3:0] row = walk_start || walk_busy ? walk_row : sequencer_row;
    wire read = walk_start || walk_busy ? walk_next_row : !word_hold;

    // ---- Fields ----

    // form: kind of map, grain, and the word of the table's or VMCB's begin in its page.
    (* no_rw_check *)
    reg [15:0] form [0:15];
    (* no_rw_check *)
    reg [19:0] first [0:15];
    (* no_rw_check *)
    reg [20:0] bound [0:15];

    // page_n: the complement of a page, which is all that the composer's adder takes.
    (* no_rw_check *)
    reg [19:0] page_n [0:15];

    reg [15:0] form_read;

    always @(posedge clk) begin
        if (map_write_form)
            form[map_write_row] <= map_form_data;
        if (read)
            form_read <= form[row];
    end

    assign map_kind = form_read[15:14];
    assign map_grain = form_read[13:10];
    assign map_offset = form_read[9:0];
    reg [19:0] first_read;

    always @(posedge clk) begin
        if (map_write_first)
            first[map_write_row] <= dbus_dat_i[19:0];
        if (read)
            first_read <= first[row];
    end

    assign map_first = first_read;
    reg [20:0] bound_read;

    always @(posedge clk) begin
        if (map_write_bound)
            bound[map_write_row] <= dbus_dat_i[20:0];
        if (read)
            bound_read <= bound[row];
    end

    assign map_bound = bound_read;
    reg [19:0] page_read;

    always @(posedge clk) begin
        if (map_write_page)
            page_n[map_write_row] <= ~map_page_data;
        if (read)
            page_read <= page_n[row];
    end

    assign map_page = ~page_read;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, dbus_dat_i[31:21], 1'b0};
endmodule

`default_nettype wire
