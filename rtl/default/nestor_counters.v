// Nestor 0.3.0, unit nestor_counters, configuration default, hash 0cf8b109be7c9e7e

`default_nettype none

// mcycle, minstret, and the associator's counters: low bits in flip-flops, high bits in a memory.
module nestor_counters (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // The instruction in W
    input  wire [31:0] w_insn, // the instruction in W
    input  wire [31:0] w_result, // result or address of W's instruction

    // The record and its end
    input  wire record_end, // a record ends
    input  wire retired, // the record that ends is of an instruction that retires

    // Words of the level's context, on their way
    input  wire [4:0] commit_write_word, // word that commit writes
    input  wire commit_word_write, // commit writes that word
    // Counters that are not there, and above level 0 the associator's, read zero. The value comes late.
    input  wire [4:0] word, // word being shown

    // CSR instructions and counters
    input  wire counter_read, // the counter that the instruction in W names is read
    input  wire counter_hold, // the counter is still shown in the next cycle
    output wire [31:0] counter_word, // word of a counter

    // The virtual machine that runs
    input  wire at_zero, // n = 0

    // Events of the record
    input  wire [1:0] event_accesses, // accesses of this record
    input  wire [1:0] event_lookups, // associator lookups of this record
    input  wire [1:0] event_hits, // associator hits of this record
    input  wire [1:0] event_misses, // associator misses of this record
    input  wire [1:0] event_prefix_hits, // prefix hits of this record
    input  wire [1:0] event_fills, // associator fills of this record
    input  wire [3:0] event_walk_reads_fetch, // table reads of the walk of this record's fetch
    input  wire [3:0] event_walk_reads_data, // table reads of the walk of this record's data access
    input  wire [4:0] event_flushed, // associator entries emptied by this record

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
    localparam [3:0] ROW_HPM7 = 4'd7;
    localparam [3:0] ROW_HPM8 = 4'd8;
    localparam [3:0] ROW_HPM9 = 4'd9;
    localparam [3:0] ROW_HPM10 = 4'd10;

    wire [4:0] number = w_insn[24:20];
    wire high = w_insn[27];
    reg [3:0] shown;
    wire write = commit_word_write && commit_write_word[4] &&
        !(commit_write_word[2] && commit_write_word[1]);
    wire write_low = write && !high;
    wire write_high = write && high;

    // ---- Low bits ----

    reg [7:0] mcycle;
    reg [7:0] minstret;
    reg [7:0] accesses;
    reg [7:0] lookups;
    reg [7:0] hits;
    reg [7:0] misses;
    reg [7:0] prefix_hits;
    reg [7:0] walk_reads;
    reg [7:0] fills;
    reg [7:0] flushed;

    always @(posedge clk)
        if (rst) begin
            mcycle <= 8'd0;
            minstret <= 8'd0;
            accesses <= 8'd0;
            lookups <= 8'd0;
            hits <= 8'd0;
            misses <= 8'd0;
            prefix_hits <= 8'd0;
            walk_reads <= 8'd0;
            fills <= 8'd0;
            flushed <= 8'd0;
        end else begin
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MCYCLE)
                mcycle <= w_result[7:0];
            else if (!(write_high && shown == ROW_MCYCLE))
                mcycle <= mcycle + {7'd0, record_end};
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MINSTRET)
                minstret <= w_result[7:0];
            else if (!(write_high && shown == ROW_MINSTRET))
                minstret <= minstret + {7'd0, record_end && retired};
            if (record_end) begin
                accesses <= accesses + {6'd0,
                    {1'b0, event_accesses[0]} + {1'b0, event_accesses[1]}};
                lookups <= lookups + {6'd0, {1'b0, event_lookups[0]} + {1'b0, event_lookups[1]}};
                hits <= hits + {6'd0, {1'b0, event_hits[0]} + {1'b0, event_hits[1]}};
                misses <= misses + {6'd0, {1'b0, event_misses[0]} + {1'b0, event_misses[1]}};
                prefix_hits <= prefix_hits +
                    {6'd0, {1'b0, event_prefix_hits[0]} + {1'b0, event_prefix_hits[1]}};
                walk_reads <= walk_reads + {3'd0,
                    {1'b0, event_walk_reads_fetch} + {1'b0, event_walk_reads_data}};
                fills <= fills + {6'd0, {1'b0, event_fills[0]} + {1'b0, event_fills[1]}};
                flushed <= flushed + {3'd0, event_flushed};
            end
        end

    wire [7:0] low = ({8{shown == ROW_MCYCLE}} & mcycle) | ({8{shown == ROW_MINSTRET}} & minstret) |
        ({8{shown == ROW_HPM3}} & accesses) | ({8{shown == ROW_HPM4}} & lookups) |
        ({8{shown == ROW_HPM5}} & hits) | ({8{shown == ROW_HPM6}} & misses) |
        ({8{shown == ROW_HPM7}} & prefix_hits) | ({8{shown == ROW_HPM8}} & walk_reads) |
        ({8{shown == ROW_HPM9}} & fills) | ({8{shown == ROW_HPM10}} & flushed);

    // ---- High bits: the row that is read ----

    reg [3:0] scan; // row to read next
    reg cleared; // every row has been cleared after reset
    reg live; // the row shown is as it was last written
    wire [3:0] row = counter_read ? number[3:0] : scan;
    wire again = row == shown;
    wire writes = live && !counter_hold && (write || !again);

    always @(posedge clk)
        if (!counter_hold)
            shown <= row;

    always @(posedge clk)
        if (rst) begin
            scan <= 4'd0;
            cleared <= 1'b0;
            live <= 1'b0;
        end else begin
            if (!counter_hold)
                live <= cleared && !(write && again);
            if (!(counter_read || counter_hold))
                scan <= scan + 4'd1;
            if (&scan)
                cleared <= 1'b1;
        end

    // ---- High bits: the row that is written ----

    (* no_rw_check *)
    reg [57:0] rows [0:15];

    reg [57:0] entry;
    wire wrapped = entry[56] && !low[7];

    // By halves, since a carry through both would be slow: a row tells whether its lower half is all ones.
    wire carries = wrapped && entry[57];
    wire [63:0] value = {entry[55:24] + {31'd0, carries}, entry[23:0] + {23'd0, wrapped}, low};
    wire [24:0] next_entry_a = write_low ? w_result[31:7] : value[31:7];
    wire [57:0] next_entry = {&next_entry_a[24:1], next_entry_a[0],
        (write_high ? w_result : value[63:32]), next_entry_a[24:1]};
    wire [3:0] rows_a = cleared ? shown : scan;

    always @(posedge clk) begin
        if (writes || !cleared)
            rows[rows_a] <= next_entry & {58{cleared}};
        if (!counter_hold)
            entry <= rows[row];
    end

    // ---- The word asked for ----

    wire is_hpm = number[3:0] >= 4'd3;
    wire is_shown = word[4] && word < WORD_VALUE && !(number[4] || is_hpm && !at_zero);
    wire shows_low_a = number[1:0] == 2'd1 && !is_hpm;
    wire shows_low = is_shown && !shows_low_a && !high;
    wire shows_high = is_shown && !shows_low_a && high;
    wire shows_time = is_shown && shows_low_a;
    assign counter_word = ({32{shows_low}} & value[31:0]) | ({32{shows_high}} & value[63:32]) |
        ({32{shows_time}} & (high ? mtime_i[63:32] : mtime_i[31:0]));

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, w_insn[19:0], w_insn[26:25], w_insn[31:28], commit_write_word[0],
        commit_write_word[3], 1'b0};
endmodule

`default_nettype wire
