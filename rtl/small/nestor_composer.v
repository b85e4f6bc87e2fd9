// Nestor 0.9.2, unit nestor_composer, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// The walk: a page of level n through the maps of levels n down to 1.
module nestor_composer (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // The data port and its users
    input  wire dbus_free, // the bus takes a request, whoever makes one

    // The virtual machine that runs
    input  wire [2:0] level, // n

    // Walks of the composer
    output wire walk_start, // start a walk
    output wire walk_done, // the walk has ended
    output wire walk_failed, // the walk has ended without a value
    output wire [19:0] walk_page, // the page to translate, then each value on the way
    output wire [3:0] walk_rights, // rights found: read, write, execute, RAM
    output wire walk_ram, // the value is a page of RAM
    output wire [3:0] walk_cause, // cause of a VM-fault
    output wire [2:0] walk_receiver, // level that gets the VM-fault of the walk
    output wire [19:0] walk_argument, // the page that was the argument of the last f
    output wire walk_busy, // the composer is at work
    output wire walk_read, // read a table
    output wire [9:0] walk_offset, // number of the word of the table that is read, in map_page
    output wire [3:0] walk_row, // the scratchpad row the composer asks for
    output wire walk_next_row, // read the row that the composer asks for
    input  wire count_start, // start a counted walk
    input  wire [19:0] count_page, // page of the counted walk
    input  wire [3:0] count_need, // rights that the counted walk needs
    output wire walk_reads_entry, // a counted walk has read a table

    // Maps in the scratchpad
    input  wire [1:0] map_kind, // form of the map
    input  wire [3:0] map_grain, // grain of the map
    input  wire [9:0] map_offset, // word in the table's page
    input  wire [19:0] map_first, // first page of the window
    input  wire [20:0] map_bound, // pages in the window
    input  wire [19:0] map_page, // base page, or real page of the table

    // The sequencer, to W
    input  wire sequencer_busy, // the sequencer works

    // What the sequencer asks other units for
    input  wire sequencer_walk, // start a walk
    input  wire [19:0] sequencer_page, // page of the sequencer's walk
    input  wire [3:0] sequencer_need, // rights that the sequencer's walk needs

    // Data port, Wishbone B4 pipelined
    input  wire dbus_ack_i, // data port: an answer comes
    input  wire [31:0] dbus_dat_i, // data port: the word read

    // The commit record
    // the composer has evaluated an f that has a value: one pulse for each
    output wire rvfi_hv_step,
    output wire [3:0] rvfi_hv_step_level, // level of that f
    output wire [19:0] rvfi_hv_step_page, // page that is the argument of that f
    output wire [19:0] rvfi_hv_step_value // page that is the value of that f
);
    localparam [2:0] STATE_IDLE = 3'd0;
    localparam [2:0] STATE_STEP = 3'd1;
    localparam [2:0] STATE_ENTRY = 3'd2;
    localparam [2:0] STATE_FINAL = 3'd4;
    localparam [3:0] FAULT_MISSING = 4'd1;
    localparam [3:0] FAULT_DENIED = 4'd2;
    localparam [3:0] FAULT_INVALID = 4'd7;
    localparam [2:0] ALL_RIGHTS = 3'd7;
    localparam [1:0] FORM_RB = 2'd1;
    localparam [1:0] FORM_LINEAR = 2'd2;

    // ---- The request ----

    assign walk_start = sequencer_walk || count_start;
    wire counted = !sequencer_busy;
    wire [3:0] need = sequencer_busy ? sequencer_need : count_need;
    reg [2:0] state;
    reg [19:0] page_n; // complement of `page`
    wire [19:0] page = ~page_n; // what the next map is asked for; in the end the real page
    reg [19:0] argument_n; // complement of what the last map was asked for
    reg [2:0] at; // the level whose map is next
    reg in_io; // the I/O map is being looked at
    reg [2:0] rights; // of all levels so far: read, write, execute
    reg [3:0] cause; // of the VM-fault, 0 if none
    assign walk_busy = state != STATE_IDLE && state != STATE_FINAL;

    // ---- One level's map ----

    // The distance from the window's first page, and whether the bound is above it, by complements: adders
    // without an inverter for each bit.
    wire [20:0] distance_n = {1'b1, page_n} + {1'b0, map_first};
    wire [21:0] left = {1'b0, map_bound} + {1'b0, distance_n};
    wire in_window = |map_kind && left[21];
    wire to_io = state == STATE_STEP && !in_window && !in_io;

    always @(posedge clk)
        if (state == STATE_STEP)
            argument_n <= page_n;

    wire reads = state == STATE_STEP && in_window && map_kind == FORM_LINEAR;
    wire [19:0] distance = ~distance_n[19:0];
    assign walk_read = reads;
    wire [19:0] walk_offset_a = distance >> map_grain;
    assign walk_offset = map_offset + walk_offset_a[9:0];

    // ---- An entry of a table ----

    wire answered = state == STATE_ENTRY && dbus_ack_i;
    wire [14:0] mask = {map_grain > 4'd14, map_grain > 4'd13, map_grain > 4'd12, map_grain > 4'd11,
        map_grain > 4'd10, map_grain > 4'd9, map_grain > 4'd8, map_grain > 4'd7, map_grain > 4'd6,
        map_grain > 4'd5, map_grain > 4'd4, map_grain > 4'd3, map_grain > 4'd2, map_grain > 4'd1,
        map_grain > 4'd0};

    // A single page has its own place in the frame, any other entry begins with it.
    wire misplaced = |((dbus_dat_i[24:10] ^ (page[14:0] & {15{dbus_dat_i[8]}})) & mask);
    wire malformed = !dbus_dat_i[1] && dbus_dat_i[2] || |dbus_dat_i[31:30] ||
        misplaced && !dbus_dat_i[8];
    wire [2:0] entry_rights = {dbus_dat_i[3] && dbus_dat_i[6],
        dbus_dat_i[2] && dbus_dat_i[6] && dbus_dat_i[7], dbus_dat_i[1] && dbus_dat_i[6]};
    wire denied = |(need[2:0] & ~entry_rights);
    wire [19:0] entry_value = dbus_dat_i[29:10] | {5'd0, page[14:0] & mask};
    assign walk_reads_entry = answered && counted;

    // ---- From level to level ----

    wire done_step_a = state == STATE_STEP && in_window && map_kind == FORM_RB;
    wire done_step_b = !dbus_dat_i[0] || misplaced && !malformed;
    wire done_step_c = done_step_b || malformed || denied;
    wire done_step = done_step_a || answered && !done_step_c;
    wire [19:0] value_n = answered ? ~entry_value : distance_n[19:0] - map_page;
    wire fails = state == STATE_STEP && !in_window && in_io || answered && done_step_c;
    wire [2:0] below = at - 3'd1;

    always @(posedge clk) begin
        if (walk_start) begin
            page_n <= ~(sequencer_busy ? sequencer_page : count_page);
            at <= level;
            in_io <= 1'b0;
            rights <= ALL_RIGHTS;
            cause <= 4'd0;
        end
        if (to_io)
            in_io <= 1'b1;
        if (done_step) begin
            page_n <= value_n;
            rights <= rights & (entry_rights | {3{!answered}});
            in_io <= 1'b0;
            if (at != 3'd1)
                at <= below;
        end
        if (fails)
            cause <= answered ? (done_step_b ? FAULT_MISSING : malformed ?
                FAULT_INVALID : FAULT_DENIED) :
                FAULT_MISSING;
    end

    wire [2:0] walk_row_a = (walk_start ? level : to_io ? at : below) - 3'd1;
    assign walk_row = {walk_row_a[1:0], 1'b0, to_io};
    assign walk_next_row = walk_start || to_io || done_step_a || answered;
    assign walk_receiver = below;
    assign rvfi_hv_step = done_step;
    assign rvfi_hv_step_level = {1'b0, at};
    assign rvfi_hv_step_page = page;
    assign rvfi_hv_step_value = ~value_n;

    // ---- The end ----

    assign walk_ram = (page & 20'hfffe0) == 20'h80000;
    wire failed = |cause || !(walk_ram || page == 20'h10000 || (page & 20'hffff0) == 20'h2000 ||
        page == 20'h100) || need[3] && !walk_ram;

    always @(posedge clk)
        if (rst) begin
            state <= STATE_IDLE;
        end else begin
            if (walk_start)
                state <= level == 3'd0 ? STATE_FINAL : STATE_STEP;
            if (reads && dbus_free)
                state <= STATE_ENTRY;
            if (done_step)
                state <= at == 3'd1 ? STATE_FINAL : STATE_STEP;
            if (fails)
                state <= STATE_FINAL;
            if (walk_done)
                state <= STATE_IDLE;
        end

    assign walk_done = state == STATE_FINAL;
    assign walk_failed = failed;
    assign walk_cause = |cause ? cause : FAULT_INVALID;
    assign walk_page = page;
    assign walk_argument = ~argument_n;
    assign walk_rights = {walk_ram, rights};

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, left[20:0], dbus_dat_i[5:4], dbus_dat_i[9], walk_offset_a[19:10],
        walk_row_a[2], 1'b0};
endmodule

`default_nettype wire
