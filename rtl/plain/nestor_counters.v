// Nestor 0.3.0, unit nestor_counters, configuration plain, hash 99cf00fb79f39616

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

    // Lines of level 0, and time
    input  wire [63:0] mtime_i // mtime, for reads of time
);
    localparam [4:0] WORD_VALUE = 5'h17;
    localparam [1:0] ROW_MCYCLE = 2'd0;
    localparam [1:0] ROW_MINSTRET = 2'd2;

    wire [4:0] number = w_insn[24:20];
    wire high = w_insn[27];
    reg [1:0] shown;
    wire write = commit_word_write && commit_write_word[4] &&
        !(commit_write_word[2] && commit_write_word[1]);
    wire write_low = write && !high;
    wire write_high = write && high;

    // ---- Low bits ----

    reg [5:0] mcycle;
    reg [5:0] minstret;

    always @(posedge clk)
        if (rst) begin
            mcycle <= 6'd0;
            minstret <= 6'd0;
        end else begin
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MCYCLE)
                mcycle <= w_result[5:0];
            else if (!(write_high && shown == ROW_MCYCLE))
                mcycle <= mcycle + {5'd0, record_end};
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MINSTRET)
                minstret <= w_result[5:0];
            else if (!(write_high && shown == ROW_MINSTRET))
                minstret <= minstret + {5'd0, record_end && retired};
        end

    wire [5:0] low = ({6{shown == ROW_MCYCLE}} & mcycle) | ({6{shown == ROW_MINSTRET}} & minstret);

    // ---- High bits: the row that is read ----

    reg [1:0] scan; // row to read next
    reg cleared; // every row has been cleared after reset
    reg live; // the row shown is as it was last written
    wire [1:0] row = counter_read ? number[1:0] : scan;
    wire again = row == shown;
    wire writes = live && !counter_hold && (write || !again);

    always @(posedge clk)
        if (!counter_hold)
            shown <= row;

    always @(posedge clk)
        if (rst) begin
            scan <= 2'd0;
            cleared <= 1'b0;
            live <= 1'b0;
        end else begin
            if (!counter_hold)
                live <= cleared && !(write && again);
            if (!(counter_read || counter_hold))
                scan <= scan + 2'd1;
            if (&scan)
                cleared <= 1'b1;
        end

    // ---- High bits: the row that is written ----

    (* no_rw_check *)
    reg [59:0] rows [0:3];

    reg [59:0] entry;
    wire wrapped = entry[58] && !low[5];

    // By halves, since a carry through both would be slow: a row tells whether its lower half is all ones.
    wire carries = wrapped && entry[59];
    wire [63:0] value = {entry[57:26] + {31'd0, carries}, entry[25:0] + {25'd0, wrapped}, low};
    wire [26:0] next_entry_a = write_low ? w_result[31:5] : value[31:5];
    wire [59:0] next_entry = {&next_entry_a[26:1], next_entry_a[0],
        (write_high ? w_result : value[63:32]), next_entry_a[26:1]};
    wire [1:0] rows_a = cleared ? shown : scan;

    always @(posedge clk) begin
        if (writes || !cleared)
            rows[rows_a] <= next_entry & {60{cleared}};
        if (!counter_hold)
            entry <= rows[row];
    end

    // ---- The word asked for ----

    wire is_shown = word[4] && word < WORD_VALUE && !(|number[4:2]);
    wire shows_low = is_shown && number[1:0] != 2'd1 && !high;
    wire shows_high = is_shown && number[1:0] != 2'd1 && high;
    wire shows_time = is_shown && number[1:0] == 2'd1;
    assign counter_word = ({32{shows_low}} & value[31:0]) | ({32{shows_high}} & value[63:32]) |
        ({32{shows_time}} & (high ? mtime_i[63:32] : mtime_i[31:0]));

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, w_insn[19:0], w_insn[26:25], w_insn[31:28], commit_write_word[0],
        commit_write_word[3], 1'b0};
endmodule

`default_nettype wire
