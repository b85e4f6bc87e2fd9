// Nestor 0.1.0, unit counters, configuration default, hash 402a8ffbfda22b0e
//
// [machine]
// depth = 4
// syllable_bits = 4
// isa = rv32ima
// privilege = mu
// phi = rb
// multiplier = fast
// timebase = commit
// f_maps = rb, linear
// f_type = I
// ram_base = 0x80000000
// ram_bytes = 0x00100000
// hv_root = 0x80000040
// reset_vector = 0x80000000
// uart_base = 0x10000000
// clint_base = 0x02000000
// finisher_base = 0x00100000
//
// [associator]
// entries = 16
// ways = 16
// replacement = lru
// key = vmid
// split = unified
// prefix_entries = 4
// counter_bits = 64

`default_nettype none

// mcycle, minstret, and the associator's counters.
module counters (
    input  wire clk,
    input  wire rst,
    input  wire [4:0] word, // word being shown
    input  wire record_end, // a record ends
    input  wire retired, // with an instruction that retires
    input  wire [63:0] mtime_i, // for reads of time
    input  wire commit_word_write, // it writes
    input  wire [4:0] commit_write_word, // word that commit writes
    input  wire [31:0] write_data, // what is written to a register or CSR
    input  wire [31:0] w_insn, // the instruction in W
    input  wire [1:0] event_accesses, // accesses of this record
    input  wire [1:0] event_lookups, // lookups
    input  wire [1:0] event_hits, // hits
    input  wire [1:0] event_misses, // misses
    input  wire [1:0] event_prefix_hits, // prefix hits
    input  wire [3:0] event_walk_reads_data, // of the data access's walk
    input  wire [3:0] event_walk_reads_fetch, // table reads of the fetch's walk
    input  wire [1:0] event_fills, // fills
    input  wire [15:0] event_flushed, // entries emptied
    input  wire at_zero, // n = 0
    output wire [31:0] counter_word // word of a counter
);
    // ---- mcycle, minstret ----

    reg [63:0] mcycle;
    wire writes_mcycle = commit_word_write && commit_write_word == 5'h10;
    wire writes_mcycleh = commit_word_write && commit_write_word == 5'h11;
    reg [63:0] minstret;
    wire writes_minstret = commit_word_write && commit_write_word == 5'h14;
    wire writes_minstreth = commit_word_write && commit_write_word == 5'h15;

    always @(posedge clk)
        if (rst) begin
            mcycle <= 64'd0;
            minstret <= 64'd0;
        end else begin
            if (writes_mcycle)
                mcycle[31:0] <= write_data;
            else if (writes_mcycleh)
                mcycle[63:32] <= write_data;
            else if (record_end)
                mcycle <= mcycle + 64'd1;
            if (writes_minstret)
                minstret[31:0] <= write_data;
            else if (writes_minstreth)
                minstret[63:32] <= write_data;
            else if (record_end && retired)
                minstret <= minstret + 64'd1;
        end

    // ---- The associator's counters ----

    reg [63:0] accesses;
    reg [63:0] lookups;
    reg [63:0] hits;
    reg [63:0] misses;
    reg [63:0] prefix_hits;
    reg [63:0] walk_reads;
    reg [63:0] fills;
    reg [63:0] flushed;

    always @(posedge clk)
        if (rst) begin
            accesses <= 64'd0;
            lookups <= 64'd0;
            hits <= 64'd0;
            misses <= 64'd0;
            prefix_hits <= 64'd0;
            walk_reads <= 64'd0;
            fills <= 64'd0;
            flushed <= 64'd0;
        end else if (record_end) begin
            accesses <= accesses + {62'd0, {1'b0, event_accesses[0]} + {1'b0, event_accesses[1]}};
            lookups <= lookups + {62'd0, {1'b0, event_lookups[0]} + {1'b0, event_lookups[1]}};
            hits <= hits + {62'd0, {1'b0, event_hits[0]} + {1'b0, event_hits[1]}};
            misses <= misses + {62'd0, {1'b0, event_misses[0]} + {1'b0, event_misses[1]}};
            prefix_hits <= prefix_hits + {62'd0,
                {1'b0, event_prefix_hits[0]} + {1'b0, event_prefix_hits[1]}};
            walk_reads <= walk_reads + {59'd0,
                {1'b0, event_walk_reads_fetch} + {1'b0, event_walk_reads_data}};
            fills <= fills + {62'd0, {1'b0, event_fills[0]} + {1'b0, event_fills[1]}};
            flushed <= flushed + {48'd0, event_flushed};
        end

    wire [31:0] associator_counter =
        ({32{w_insn[24:20] == 5'd3}} & (w_insn[27] ? accesses[63:32] : accesses[31:0])) |
        ({32{w_insn[24:20] == 5'd4}} & (w_insn[27] ? lookups[63:32] : lookups[31:0])) |
        ({32{w_insn[24:20] == 5'd5}} & (w_insn[27] ? hits[63:32] : hits[31:0])) |
        ({32{w_insn[24:20] == 5'd6}} & (w_insn[27] ? misses[63:32] : misses[31:0])) |
        ({32{w_insn[24:20] == 5'd7}} & (w_insn[27] ? prefix_hits[63:32] : prefix_hits[31:0])) |
        ({32{w_insn[24:20] == 5'd8}} & (w_insn[27] ? walk_reads[63:32] : walk_reads[31:0])) |
        ({32{w_insn[24:20] == 5'd9}} & (w_insn[27] ? fills[63:32] : fills[31:0])) |
        ({32{w_insn[24:20] == 5'd10}} & (w_insn[27] ? flushed[63:32] : flushed[31:0]));

    // ---- The word asked for ----

    assign counter_word = ({32{word == 5'h10}} & mcycle[31:0]) |
        ({32{word == 5'h11}} & mcycle[63:32]) | ({32{word == 5'h12}} & mtime_i[31:0]) |
        ({32{word == 5'h13}} & mtime_i[63:32]) | ({32{word == 5'h14}} & minstret[31:0]) |
        ({32{word == 5'h15}} & minstret[63:32]) |
        ({32{at_zero && word == 5'h16}} & associator_counter);

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, w_insn[19:0], w_insn[26:25], w_insn[31:28], 1'b0};
endmodule

`default_nettype wire
