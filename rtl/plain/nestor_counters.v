// Nestor 0.9.2, unit nestor_counters, configuration plain, hash 8e02b6f4282d5fff

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

    // Lines of level 0, and time
    input  wire [63:0] mtime_i // mtime, for reads of time
);
    localparam [4:0] WORD_VALUE = 5'h17;
    localparam [1:0] ROW_MCYCLE = 2'd0;
    localparam [1:0] ROW_MINSTRET = 2'd2;

    wire [4:0] number = x_insn[24:20];
    wire high = x_insn[27];
    reg [1:0] shown;
    reg shown_high; // and the high word of it
    wire write = commit_word_write && commit_write_word[4] &&
        !(commit_write_word[2] && commit_write_word[1]);
    wire write_low = write && !high;

    // ---- Low bits ----

    reg [5:0] mcycle;

    // That a record ends comes late: what one does to the low bits is known before.
    reg [5:0] minstret;
    wire [6:0] mcycle_a = {1'b0, mcycle} + {6'd0, record_end};
    wire mcycle_b = !(write && shown == ROW_MCYCLE);
    wire [6:0] minstret_a = {1'b0, minstret} + {6'd0, record_end && retired};
    wire minstret_b = !(write && shown == ROW_MINSTRET);

    always @(posedge clk)
        if (rst) begin
            mcycle <= 6'd0;
            minstret <= 6'd0;
        end else begin
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MCYCLE)
                mcycle <= w_result[5:0];
            else if (mcycle_b)
                mcycle <= mcycle_a[5:0];
            // A write takes the place of the advance.
            if (write_low && shown == ROW_MINSTRET)
                minstret <= w_result[5:0];
            else if (minstret_b)
                minstret <= minstret_a[5:0];
        end

    // That a record ends comes late: what one does to the low bits is known before.
    wire [5:0] low = ({6{shown == ROW_MCYCLE}} & mcycle) | ({6{shown == ROW_MINSTRET}} & minstret);

    // ---- The row that is read ----

    reg [2:0] scan; // row to read next
    reg cleared; // every row has been cleared after reset
    reg live; // the row shown is as it was last written
    wire [2:0] row = counter_read ? {number[1:0], high} : scan;
    wire again = row == {shown, shown_high};
    wire writes = live && !counter_hold && (write || !again);

    always @(posedge clk)
        if (!counter_hold) begin
            shown <= row[2:1];
            shown_high <= row[0];
        end

    always @(posedge clk)
        if (rst) begin
            scan <= 3'd0;
            cleared <= 1'b0;
            live <= 1'b0;
        end else begin
            if (!counter_hold)
                live <= cleared && !(write && again);
            if (!(counter_read || counter_hold))
                scan <= scan + 3'd1;
            if (&scan)
                cleared <= 1'b1;
        end

    // ---- The row that is written ----

    (* no_rw_check *)
    reg [31:0] rows [0:7];

    reg [31:0] entry;
    wire wrapped = entry[5] && !low[5] && !shown_high;
    wire carry;
    wire [31:0] value = entry + {25'd0, wrapped, 5'd0, carry && shown_high};
    wire [31:0] row_word = {value[31:6], (shown_high ? value[5:0] : low)};
    wire [31:0] next_entry = (write ? w_result : row_word) & {32{cleared}};
    wire [2:0] rows_a = cleared ? {shown, shown_high} : scan;

    always @(posedge clk) begin
        if (writes || !cleared)
            rows[rows_a] <= next_entry;
        if (!counter_hold)
            entry <= rows[row];
    end

    // ---- Carries from word to word ----

    wire is_full = &next_entry[31:6];
    reg full_0; // the low word is full; the scan has told before it can matter
    reg carry_0; // the high word's row lacks one
    reg full_1; // the low word is full; the scan has told before it can matter
    reg carry_1; // the high word's row lacks one
    wire full_0_a = writes && shown == ROW_MCYCLE;
    wire full_1_a = writes && shown == ROW_MINSTRET;

    always @(posedge clk) begin
        if (full_0_a && !shown_high)
            full_0 <= is_full;
        if (full_1_a && !shown_high)
            full_1 <= is_full;
    end

    always @(posedge clk)
        if (rst) begin
            carry_0 <= 1'b0;
            carry_1 <= 1'b0;
        end else begin
            if (mcycle_b && record_end && &mcycle && full_0)
                carry_0 <= 1'b1;
            else if (full_0_a && shown_high)
                carry_0 <= 1'b0;
            if (minstret_b && record_end && retired && &minstret && full_1)
                carry_1 <= 1'b1;
            else if (full_1_a && shown_high)
                carry_1 <= 1'b0;
        end

    assign carry = shown == ROW_MCYCLE && carry_0 || shown == ROW_MINSTRET && carry_1;

    // ---- The word asked for ----

    wire is_shown = word[4] && word < WORD_VALUE && !(|number[4:2]);
    wire shows_counter = is_shown && number[1:0] != 2'd1;
    wire shows_time_a = number[1:0] == 2'd1;
    wire shows_time = is_shown && shows_time_a && !high;
    wire shows_time_high = is_shown && shows_time_a && high;

    // The value comes out of an adder, late. Synthesis keeps exclusive ors in this order, here and where words meet.
    assign counter_word = (row_word & {32{shows_counter}}) ^
        (({32{shows_time}} & mtime_i[31:0]) | ({32{shows_time_high}} & mtime_i[63:32]));

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, x_insn[19:0], x_insn[26:25], x_insn[31:28], commit_write_word[0],
        commit_write_word[3], mcycle_a[6], minstret_a[6], 1'b0};
endmodule

`default_nettype wire
