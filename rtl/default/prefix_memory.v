// Nestor 0.1.0, unit prefix_memory, configuration default, hash 402a8ffbfda22b0e
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

// Prefix memory of 4 entries: (tag of s1..s(n-1), page of level n-1) -> real page
// and rights. lookup_i, fill_i or flush_i is one pulse, done_o answers it.
module prefix_memory (
    input  wire clk,
    input  wire rst,
    input  wire lookup_i, // request: look up tag and page
    input  wire fill_i, // request: fill tag and page with real and rights
    input  wire flush_i, // request: empty the entries that the flush_* name
    input  wire [15:0] tag_i, // VMID, syllable 1 in the lowest bits
    input  wire [19:0] page_i, // page that is looked up or filled
    input  wire [3:0] flush_level_i, // flush: syllables that are compared
    input  wire [3:0] flush_syllable_i, // flush: the next syllable, unless any
    input  wire flush_any_i, // flush: whatever the next syllable is
    input  wire [3:0] need_i, // rights needed: read, write, execute, RAM
    input  wire [19:0] real_i, // real page of a fill
    input  wire [3:0] rights_i, // rights of a fill: read, write, execute, RAM
    output reg  done_o, // answer: one pulse
    output reg  hit_o, // a lookup has hit
    output reg  [3:0] rights_o, // rights of the entry that has hit
    output reg  [19:0] real_o // real page of a hit
);
    localparam [1:0] OP_LOOKUP = 2'd0;
    localparam [1:0] OP_FILL = 2'd1;
    localparam [1:0] OP_FLUSH = 2'd2;

    wire request = lookup_i || fill_i || flush_i;

    // ---- The request, latched ----

    reg [1:0] op; // what is asked for
    reg [19:0] page;
    reg [19:0] fill_real; // real page of a fill
    reg [3:0] rights; // rights of a fill, or needed by a lookup
    reg [15:0] tag; // VMID of the entry, or that a flush compares
    reg skip1; // flush: this syllable may be any, or NULL
    reg next1; // flush: this syllable is not NULL
    reg skip2; // flush: this syllable may be any, or NULL
    reg next2; // flush: this syllable is not NULL
    reg skip3; // flush: this syllable may be any, or NULL
    reg next3; // flush: this syllable is not NULL
    reg skip4; // flush: this syllable may be any, or NULL
    reg next4; // flush: this syllable is not NULL
    wire next1_a = flush_i && flush_level_i == 4'd0;
    wire next2_a = flush_i && flush_level_i == 4'd1;
    wire next3_a = flush_i && flush_level_i == 4'd2;
    wire next4_a = flush_i && flush_level_i == 4'd3;

    always @(posedge clk)
        if (request) begin
            op <= flush_i ? OP_FLUSH : fill_i ? OP_FILL : OP_LOOKUP;
            page <= page_i;
            fill_real <= real_i;
            rights <= fill_i ? rights_i : need_i;
            next1 <= next1_a;
            skip1 <= flush_i && flush_any_i && flush_level_i < 4'd1;
            next2 <= next2_a;
            skip2 <= flush_i && (flush_any_i ? flush_level_i < 4'd2 : flush_level_i < 4'd1);
            next3 <= next3_a;
            skip3 <= flush_i && (flush_any_i ? flush_level_i < 4'd3 : flush_level_i < 4'd2);
            next4 <= next4_a;
            skip4 <= flush_i && (flush_any_i ? flush_level_i < 4'd4 : flush_level_i < 4'd3);
            tag <= {(next4_a && !flush_any_i ? flush_syllable_i : tag_i[15:12]),
                (next3_a && !flush_any_i ? flush_syllable_i : tag_i[11:8]),
                (next2_a && !flush_any_i ? flush_syllable_i : tag_i[7:4]),
                (next1_a && !flush_any_i ? flush_syllable_i : tag_i[3:0])};
        end

    // ---- Sequence ----

    reg active; // the ways compare

    always @(posedge clk)
        if (rst) begin
            active <= 1'b0;
            done_o <= 1'b0;
        end else begin
            active <= request;
            done_o <= active;
        end

    wire check = active && op != OP_FLUSH;
    wire sweep = active && op == OP_FLUSH;
    wire fills = check && op == OP_FILL;

    // ---- Way 0 ----

    reg way0_valid;
    reg [3:0] way0_rights;
    reg [15:0] way0_tag;
    reg [19:0] way0_page;
    wire [3:0] way0_tag_matches_a = {skip4 || way0_tag[15:12] == tag[15:12],
        skip3 || way0_tag[11:8] == tag[11:8], skip2 || way0_tag[7:4] == tag[7:4],
        skip1 || way0_tag[3:0] == tag[3:0]};
    wire way0_tag_matches = &way0_tag_matches_a;
    wire way0_matches = way0_valid && way0_tag_matches && way0_page == page;
    wire [3:0] way0_flushed_a = {next4 && |way0_tag[15:12], next3 && |way0_tag[11:8],
        next2 && |way0_tag[7:4], next1 && |way0_tag[3:0]};
    wire way0_flushed = way0_valid && way0_tag_matches && |way0_flushed_a;

    // ---- Way 1 ----

    reg way1_valid;
    reg [3:0] way1_rights;
    reg [15:0] way1_tag;
    reg [19:0] way1_page;
    wire [3:0] way1_tag_matches_a = {skip4 || way1_tag[15:12] == tag[15:12],
        skip3 || way1_tag[11:8] == tag[11:8], skip2 || way1_tag[7:4] == tag[7:4],
        skip1 || way1_tag[3:0] == tag[3:0]};
    wire way1_tag_matches = &way1_tag_matches_a;
    wire way1_matches = way1_valid && way1_tag_matches && way1_page == page;
    wire [3:0] way1_flushed_a = {next4 && |way1_tag[15:12], next3 && |way1_tag[11:8],
        next2 && |way1_tag[7:4], next1 && |way1_tag[3:0]};
    wire way1_flushed = way1_valid && way1_tag_matches && |way1_flushed_a;

    // ---- Way 2 ----

    reg way2_valid;
    reg [3:0] way2_rights;
    reg [15:0] way2_tag;
    reg [19:0] way2_page;
    wire [3:0] way2_tag_matches_a = {skip4 || way2_tag[15:12] == tag[15:12],
        skip3 || way2_tag[11:8] == tag[11:8], skip2 || way2_tag[7:4] == tag[7:4],
        skip1 || way2_tag[3:0] == tag[3:0]};
    wire way2_tag_matches = &way2_tag_matches_a;
    wire way2_matches = way2_valid && way2_tag_matches && way2_page == page;
    wire [3:0] way2_flushed_a = {next4 && |way2_tag[15:12], next3 && |way2_tag[11:8],
        next2 && |way2_tag[7:4], next1 && |way2_tag[3:0]};
    wire way2_flushed = way2_valid && way2_tag_matches && |way2_flushed_a;

    // ---- Way 3 ----

    reg way3_valid;
    reg [3:0] way3_rights;
    reg [15:0] way3_tag;
    reg [19:0] way3_page;
    wire [3:0] way3_tag_matches_a = {skip4 || way3_tag[15:12] == tag[15:12],
        skip3 || way3_tag[11:8] == tag[11:8], skip2 || way3_tag[7:4] == tag[7:4],
        skip1 || way3_tag[3:0] == tag[3:0]};
    wire way3_tag_matches = &way3_tag_matches_a;
    wire way3_matches = way3_valid && way3_tag_matches && way3_page == page;
    wire [3:0] way3_flushed_a = {next4 && |way3_tag[15:12], next3 && |way3_tag[11:8],
        next2 && |way3_tag[7:4], next1 && |way3_tag[3:0]};
    wire way3_flushed = way3_valid && way3_tag_matches && |way3_flushed_a;

    // ---- Replacement ----

    reg [1:0] replacement; // the set's replacement state
    wire [3:0] matching = {way3_matches, way2_matches, way1_matches, way0_matches};
    wire any_matches = |matching;
    wire [3:0] rights_found = ({4{way0_matches}} & way0_rights) |
        ({4{way1_matches}} & way1_rights) | ({4{way2_matches}} & way2_rights) |
        ({4{way3_matches}} & way3_rights);
    wire sufficient = any_matches && (rights & ~rights_found) == 4'd0;

    // A fill goes in place, else to the lowest way that is invalid, else to the victim.
    wire [3:0] valid = {way3_valid, way2_valid, way1_valid, way0_valid};
    wire [3:0] invalid = ~valid;
    wire full = invalid == 4'd0;
    wire takes_victim = fills && !any_matches && full;
    wire [3:0] victim = 4'd1 << replacement;
    wire [3:0] chosen = any_matches ? matching : full ? victim : invalid & -invalid;

    always @(posedge clk)
        if (rst)
            replacement <= 2'd0;
        else if (takes_victim)
            replacement <= replacement + 2'd1;

    // ---- Entries are filled and emptied ----

    always @(posedge clk)
        if (rst)
            way0_valid <= 1'b0;
        else if (fills && chosen[0])
            way0_valid <= 1'b1;
        else if (sweep && way0_flushed)
            way0_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[0]) begin
            way0_rights <= rights;
            way0_tag <= tag;
            way0_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way1_valid <= 1'b0;
        else if (fills && chosen[1])
            way1_valid <= 1'b1;
        else if (sweep && way1_flushed)
            way1_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[1]) begin
            way1_rights <= rights;
            way1_tag <= tag;
            way1_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way2_valid <= 1'b0;
        else if (fills && chosen[2])
            way2_valid <= 1'b1;
        else if (sweep && way2_flushed)
            way2_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[2]) begin
            way2_rights <= rights;
            way2_tag <= tag;
            way2_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way3_valid <= 1'b0;
        else if (fills && chosen[3])
            way3_valid <= 1'b1;
        else if (sweep && way3_flushed)
            way3_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[3]) begin
            way3_rights <= rights;
            way3_tag <= tag;
            way3_page <= page;
        end

    // ---- Answer ----

    always @(posedge clk) begin
        hit_o <= sufficient;
        rights_o <= rights_found;
    end

    wire [3:0] real_index_a = fills ? chosen : matching;
    wire [1:0] real_index = {|real_index_a[3:2], |{real_index_a[3], real_index_a[1]}};

    (* no_rw_check *)
    reg [19:0] reals [0:3];

    always @(posedge clk) begin
        if (fills)
            reals[real_index] <= fill_real;
        if (check && !fills)
            real_o <= reals[real_index];
    end

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, real_index_a[0], 1'b0};
endmodule

`default_nettype wire
