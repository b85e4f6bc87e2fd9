// Nestor 0.9.2, unit nestor_counters, configuration default, hash 6a70e3322f86f106

`default_nettype none

// mcycle, minstret, and the associator's counters: low bits in flip-flops, words in a memory.
module nestor_counters (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // The instruction in X, on its way to W
    input  wire [31:0] x_insn, // the instruction in X

    // The instruction in W
    input  wire [31:0] w_result, // result or address of W's instruction

    // The record and its end
    input  wire record_end, // a record ends
    input  wire retired, // the record that ends is of an instruction that retires

    // Words of the level's context, on their way
    input  wire [4:0] commit_write_word, // word that commit writes
    input  wire commit_word_write, // commit writes that word
    // Counters that are not there, and above level 0 the associator's, read zero.
    input  wire [4:0] word, // word being shown

    // CSR instructions and counters
    input  wire counter_read, // the counter that the instruction in W names is read
    input  wire counter_hold, // the counter is still shown in the next cycle
    output wire [31:0] counter_word, // word of a counter

    // The virtual machine that runs
    input  wire at_zero, // n = 0

    // Events of the record
    // That a record ends comes late: what one does to the low bits is known before.
    input  wire [1:0] event_accesses, // accesses of this record
    // That a record ends comes late: what one does to the low bits is known before.
    input  wire [1:0] event_lookups, // associator lookups of this record
    // That a record ends comes late: what one does to the low bits is known before.
    input  wire [1:0] event_hits, // associator hits of this record
    // That a record ends comes late: what one does to the low bits is known before.
    input  wire [1:0] event_misses, // associator misses of this record
    // That a record ends comes late: what one does to the low bits is known before.
    input  wire [1:0] event_fills, // associator fills of this record
    // That a record ends comes late: what one does to the low bits is known before.
    input  wire [3:0] event_walk_reads_fetch, // table reads of the walk of this record's fetch
    input  wire [3:0] event_walk_reads_data, // table reads of the walk of this record's data access
    // That a record ends comes late: what one does to the low bits is known before.
    input  wire [6:0] event_flushed, // associator entries emptied by this record

    // Lines of level 0, and time
    input  wire [63:0] mtime_i // mtime, for reads of time
);
    localparam [4:0] WORD_VALUE = 5'h17;
    localparam [3:0] ROW_MCYCLE = 4'd0;
    localparam [3:0] ROW_MINSTRET = 4'd2;
    localparam [3:0] ROW_HPM3 = 4'd3;
    localparam [3:0] ROW_HPM4 = 4'd4;
    localparam [3:0] ROW_HPM5 = 4'd5;
    localparam [3:0] ROW_HPM6 = 4'd6;
    localparam [3:0] ROW_HPM8 = 4'd8;
    localparam [3:0] ROW_HPM9 = 4'd9;
    localparam [3:0] ROW_HPM10 = 4'd10;

    wire [4:0] number = x_insn[24:20];
    wire high = x_insn[27];
    reg [3:0] shown;
    reg shown_high; // and the high word of it
    wire write = commit_word_write && commit_write_word[4] &&
        !(commit_write_word[2] && commit_write_word[1]);
    wire write_low = write && !high;

    // ---- Low bits ----

    reg [8:0] mcycle;

    // That a record ends comes late: what one does to the low bits is known before.
    reg [8:0] minstret;
    reg [8:0] accesses;
    reg [8:0] lookups;
    reg [8:0] hits;
    reg [8:0] misses;
    reg [8:0] walk_reads;
    reg [8:0] fills;
    reg [8:0] flushed;
    wire [9:0] mcycle_a = {1'b0, mcycle} + {9'd0, record_end};
    wire mcycle_b = !(write && shown == ROW_MCYCLE);
    wire [9:0] minstret_a = {1'b0, minstret} + {9'd0, record_end && retired};
    wire minstret_b = !(write && shown == ROW_MINSTRET);
    wire [9:0] accesses_a = {1'b0, accesses} +
        {8'd0, {1'b0, event_accesses[0]} + {1'b0, event_accesses[1]}};
    wire [9:0] lookups_a = {1'b0, lookups} +
        {8'd0, {1'b0, event_lookups[0]} + {1'b0, event_lookups[1]}};
    wire [9:0] hits_a = {1'b0, hits} + {8'd0, {1'b0, event_hits[0]} + {1'b0, event_hits[1]}};
    wire [9:0] misses_a = {1'b0, misses} +
        {8'd0, {1'b0, event_misses[0]} + {1'b0, event_misses[1]}};
    wire [9:0] walk_reads_a = {1'b0, walk_reads} +
        {5'd0, {1'b0, event_walk_reads_fetch} + {1'b0, event_walk_reads_data}};
    wire [9:0] fills_a = {1'b0, fills} + {8'd0, {1'b0, event_fills[0]} + {1'b0, event_fills[1]}};
    wire [9:0] flushed_a = {1'b0, flushed} + {3'd0, event_flushed};

    always @(posedge clk)
        if (rst) begin
            mcycle <= 9'd0;
            minstret <= 9'd0;
            accesses <= 9'd0;
            lookups <= 9'd0;
            hits <= 9'd0;
            misses <= 9'd0;
            walk_reads <= 9'd0;
            fills <= 9'd0;
            flushed <= 9'd0;
        end else begin
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MCYCLE)
                mcycle <= w_result[8:0];
            else if (mcycle_b)
                mcycle <= mcycle_a[8:0];
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MINSTRET)
                minstret <= w_result[8:0];
            else if (minstret_b)
                minstret <= minstret_a[8:0];
            if (record_end) begin
                accesses <= accesses_a[8:0];
                lookups <= lookups_a[8:0];
                hits <= hits_a[8:0];
                misses <= misses_a[8:0];
                walk_reads <= walk_reads_a[8:0];
                fills <= fills_a[8:0];
                flushed <= flushed_a[8:0];
            end
        end

    // That a record ends comes late: what one does to the low bits is known before.
    wire [8:0] low = ({9{shown == ROW_MCYCLE}} & mcycle) | ({9{shown == ROW_MINSTRET}} & minstret) |
        ({9{shown == ROW_HPM3}} & accesses) | ({9{shown == ROW_HPM4}} & lookups) |
        ({9{shown == ROW_HPM5}} & hits) | ({9{shown == ROW_HPM6}} & misses) |
        ({9{shown == ROW_HPM8}} & walk_reads) | ({9{shown == ROW_HPM9}} & fills) |
        ({9{shown == ROW_HPM10}} & flushed);

    // ---- The row that is read ----

    reg [4:0] scan; // row to read next
    reg cleared; // every row has been cleared after reset
    reg live; // the row shown is as it was last written
    wire [4:0] row = counter_read ? {number[3:0], high} : scan;
    wire again = row == {shown, shown_high};
    wire writes = live && !counter_hold && (write || !again);

    always @(posedge clk)
        if (!counter_hold) begin
            shown <= row[4:1];
            shown_high <= row[0];
        end

    always @(posedge clk)
        if (rst) begin
            scan <= 5'd0;
            cleared <= 1'b0;
            live <= 1'b0;
        end else begin
            if (!counter_hold)
                live <= cleared && !(write && again);
            if (!(counter_read || counter_hold))
                scan <= scan + 5'd1;
            if (&scan)
                cleared <= 1'b1;
        end

    // ---- The row that is written ----

    (* no_rw_check *)
    reg [31:0] rows [0:31];

    reg [31:0] entry;
    wire wrapped = entry[8] && !low[8] && !shown_high;
    wire carry;
    wire [31:0] value = entry + {22'd0, wrapped, 8'd0, carry && shown_high};
    wire [31:0] row_word = {value[31:9], (shown_high ? value[8:0] : low)};
    wire [31:0] next_entry = (write ? w_result : row_word) & {32{cleared}};
    wire [4:0] rows_a = cleared ? {shown, shown_high} : scan;

    always @(posedge clk) begin
        if (writes || !cleared)
            rows[rows_a] <= next_entry;
        if (!counter_hold)
            entry <= rows[row];
    end

    // ---- Carries from word to word ----

    wire is_full = &next_entry[31:9];
    reg full_0; // the low word is full; the scan has told before it can matter
    reg carry_0; // the high word's row lacks one
    reg full_1; // the low word is full; the scan has told before it can matter
    reg carry_1; // the high word's row lacks one
    reg full_2; // the low word is full; the scan has told before it can matter
    reg carry_2; // the high word's row lacks one
    reg full_3; // the low word is full; the scan has told before it can matter
    reg carry_3; // the high word's row lacks one
    reg full_4; // the low word is full; the scan has told before it can matter
    reg carry_4; // the high word's row lacks one
    reg full_5; // the low word is full; the scan has told before it can matter
    reg carry_5; // the high word's row lacks one
    reg full_7; // the low word is full; the scan has told before it can matter
    reg carry_7; // the high word's row lacks one
    reg full_8; // the low word is full; the scan has told before it can matter
    reg carry_8; // the high word's row lacks one
    reg full_9; // the low word is full; the scan has told before it can matter
    reg carry_9; // the high word's row lacks one
    wire full_0_a = writes && shown == ROW_MCYCLE;
    wire full_1_a = writes && shown == ROW_MINSTRET;
    wire full_2_a = writes && shown == ROW_HPM3;
    wire full_3_a = writes && shown == ROW_HPM4;
    wire full_4_a = writes && shown == ROW_HPM5;
    wire full_5_a = writes && shown == ROW_HPM6;
    wire full_7_a = writes && shown == ROW_HPM8;
    wire full_8_a = writes && shown == ROW_HPM9;
    wire full_9_a = writes && shown == ROW_HPM10;

    always @(posedge clk) begin
        if (full_0_a && !shown_high)
            full_0 <= is_full;
        if (full_1_a && !shown_high)
            full_1 <= is_full;
        if (full_2_a && !shown_high)
            full_2 <= is_full;
        if (full_3_a && !shown_high)
            full_3 <= is_full;
        if (full_4_a && !shown_high)
            full_4 <= is_full;
        if (full_5_a && !shown_high)
            full_5 <= is_full;
        if (full_7_a && !shown_high)
            full_7 <= is_full;
        if (full_8_a && !shown_high)
            full_8 <= is_full;
        if (full_9_a && !shown_high)
            full_9 <= is_full;
    end

    always @(posedge clk)
        if (rst) begin
            carry_0 <= 1'b0;
            carry_1 <= 1'b0;
            carry_2 <= 1'b0;
            carry_3 <= 1'b0;
            carry_4 <= 1'b0;
            carry_5 <= 1'b0;
            carry_7 <= 1'b0;
            carry_8 <= 1'b0;
            carry_9 <= 1'b0;
        end else begin
            if (mcycle_b && record_end && &mcycle && full_0)
                carry_0 <= 1'b1;
            else if (full_0_a && shown_high)
                carry_0 <= 1'b0;
            if (minstret_b && record_end && retired && &minstret && full_1)
                carry_1 <= 1'b1;
            else if (full_1_a && shown_high)
                carry_1 <= 1'b0;
            if (record_end && accesses_a[9] && full_2)
                carry_2 <= 1'b1;
            else if (full_2_a && shown_high)
                carry_2 <= 1'b0;
            if (record_end && lookups_a[9] && full_3)
                carry_3 <= 1'b1;
            else if (full_3_a && shown_high)
                carry_3 <= 1'b0;
            if (record_end && hits_a[9] && full_4)
                carry_4 <= 1'b1;
            else if (full_4_a && shown_high)
                carry_4 <= 1'b0;
            if (record_end && misses_a[9] && full_5)
                carry_5 <= 1'b1;
            else if (full_5_a && shown_high)
                carry_5 <= 1'b0;
            if (record_end && walk_reads_a[9] && full_7)
                carry_7 <= 1'b1;
            else if (full_7_a && shown_high)
                carry_7 <= 1'b0;
            if (record_end && fills_a[9] && full_8)
                carry_8 <= 1'b1;
            else if (full_8_a && shown_high)
                carry_8 <= 1'b0;
            if (record_end && flushed_a[9] && full_9)
                carry_9 <= 1'b1;
            else if (full_9_a && shown_high)
                carry_9 <= 1'b0;
        end

    assign carry = shown == ROW_MCYCLE && carry_0 || shown == ROW_MINSTRET && carry_1 ||
        shown == ROW_HPM3 && carry_2 || shown == ROW_HPM4 && carry_3 ||
        shown == ROW_HPM5 && carry_4 || shown == ROW_HPM6 && carry_5 ||
        shown == ROW_HPM8 && carry_7 || shown == ROW_HPM9 && carry_8 ||
        shown == ROW_HPM10 && carry_9;

    // ---- The word asked for ----

    wire is_hpm = number[3:0] >= 4'd3;
    wire is_shown = word[4] && word < WORD_VALUE && !(number[4] || is_hpm && !at_zero);
    wire shows_counter_a = number[1:0] == 2'd1 && !is_hpm;
    wire shows_counter = is_shown && !shows_counter_a;
    wire shows_time = is_shown && shows_counter_a && !high;
    wire shows_time_high = is_shown && shows_counter_a && high;

    // The value comes out of an adder, late. Synthesis keeps exclusive ors in this order, here and where words meet.
    assign counter_word = (row_word & {32{shows_counter}}) ^
        (({32{shows_time}} & mtime_i[31:0]) | ({32{shows_time_high}} & mtime_i[63:32]));

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, x_insn[19:0], x_insn[26:25], x_insn[31:28], commit_write_word[0],
        commit_write_word[3], mcycle_a[9], minstret_a[9], 1'b0};
endmodule

`default_nettype wire
