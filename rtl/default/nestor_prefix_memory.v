// Nestor 0.4.0, unit nestor_prefix_memory, configuration default, hash 0cf8b109be7c9e7e

`default_nettype none

// Prefix memory of 4 entries: (tag of s1..s(n-1), page of level n-1) -> real page
// and rights. lookup_i, fill_i or flush_i is one pulse, done_o answers it.
module nestor_prefix_memory (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire lookup_i, // request: look up tag and page
    input  wire fill_i, // request: fill tag and page with real and rights
    input  wire flush_i, // request: empty the entries that the flush_* name
    input  wire [15:0] tag_i, // VMID, syllable 1 in the lowest bits
    input  wire [19:0] page_i, // page that is looked up or filled
    input  wire [3:0] need_i, // rights needed: read, write, execute, RAM
    input  wire [19:0] real_i, // real page of a fill
    input  wire [3:0] rights_i, // rights of a fill: read, write, execute, RAM
    input  wire [3:0] flush_level_i, // flush: syllables that are compared
    input  wire [3:0] flush_syllable_i, // flush: the next syllable, unless any
    input  wire flush_any_i, // flush: whatever the next syllable is
    output reg  done_o, // answer: one pulse
    output reg  hit_o, // a lookup has hit
    output reg  [3:0] rights_o, // rights of the entry that has hit
    output reg  [19:0] real_o // real page of a hit
);
    // ---- Sequence ----

    always @(posedge clk)
        if (rst)
            done_o <= 1'b0;
        else
            done_o <= lookup_i || fill_i || flush_i;

    // ---- What a flush empties ----

    wire skip1 = flush_any_i && flush_level_i < 4'd1;
    wire next1 = flush_level_i == 4'd0;
    wire skip2 = flush_any_i ? flush_level_i < 4'd2 : flush_level_i < 4'd1;
    wire next2 = flush_level_i == 4'd1;
    wire skip3 = flush_any_i ? flush_level_i < 4'd3 : flush_level_i < 4'd2;
    wire next3 = flush_level_i == 4'd2;
    wire skip4 = flush_any_i ? flush_level_i < 4'd4 : flush_level_i < 4'd3;
    wire next4 = flush_level_i == 4'd3;
    wire [15:0] flush_tag = {(next4 && !flush_any_i ? flush_syllable_i : tag_i[15:12]),
        (next3 && !flush_any_i ? flush_syllable_i : tag_i[11:8]),
        (next2 && !flush_any_i ? flush_syllable_i : tag_i[7:4]),
        (next1 && !flush_any_i ? flush_syllable_i : tag_i[3:0])};
    wire [15:0] tag = flush_i ? flush_tag : tag_i;

    // ---- Way 0 ----

    reg way0_valid;
    reg [3:0] way0_rights;
    reg [15:0] way0_tag;
    reg [19:0] way0_page;
    wire [3:0] way0_tag_matches_a = {flush_i && skip4 || way0_tag[15:12] == tag[15:12],
        flush_i && skip3 || way0_tag[11:8] == tag[11:8],
        flush_i && skip2 || way0_tag[7:4] == tag[7:4],
        flush_i && skip1 || way0_tag[3:0] == tag[3:0]};
    wire way0_tag_matches = &way0_tag_matches_a;
    wire way0_matches = way0_valid && way0_tag_matches && way0_page == page_i;
    wire [3:0] way0_flushed_a = {next4 && |way0_tag[15:12], next3 && |way0_tag[11:8],
        next2 && |way0_tag[7:4], next1 && |way0_tag[3:0]};
    wire way0_flushed = way0_valid && way0_tag_matches && |way0_flushed_a;

    // ---- Way 1 ----

    reg way1_valid;
    reg [3:0] way1_rights;
    reg [15:0] way1_tag;
    reg [19:0] way1_page;
    wire [3:0] way1_tag_matches_a = {flush_i && skip4 || way1_tag[15:12] == tag[15:12],
        flush_i && skip3 || way1_tag[11:8] == tag[11:8],
        flush_i && skip2 || way1_tag[7:4] == tag[7:4],
        flush_i && skip1 || way1_tag[3:0] == tag[3:0]};
    wire way1_tag_matches = &way1_tag_matches_a;
    wire way1_matches = way1_valid && way1_tag_matches && way1_page == page_i;
    wire [3:0] way1_flushed_a = {next4 && |way1_tag[15:12], next3 && |way1_tag[11:8],
        next2 && |way1_tag[7:4], next1 && |way1_tag[3:0]};
    wire way1_flushed = way1_valid && way1_tag_matches && |way1_flushed_a;

    // ---- Way 2 ----

    reg way2_valid;
    reg [3:0] way2_rights;
    reg [15:0] way2_tag;
    reg [19:0] way2_page;
    wire [3:0] way2_tag_matches_a = {flush_i && skip4 || way2_tag[15:12] == tag[15:12],
        flush_i && skip3 || way2_tag[11:8] == tag[11:8],
        flush_i && skip2 || way2_tag[7:4] == tag[7:4],
        flush_i && skip1 || way2_tag[3:0] == tag[3:0]};
    wire way2_tag_matches = &way2_tag_matches_a;
    wire way2_matches = way2_valid && way2_tag_matches && way2_page == page_i;
    wire [3:0] way2_flushed_a = {next4 && |way2_tag[15:12], next3 && |way2_tag[11:8],
        next2 && |way2_tag[7:4], next1 && |way2_tag[3:0]};
    wire way2_flushed = way2_valid && way2_tag_matches && |way2_flushed_a;

    // ---- Way 3 ----

    reg way3_valid;
    reg [3:0] way3_rights;
    reg [15:0] way3_tag;
    reg [19:0] way3_page;
    wire [3:0] way3_tag_matches_a = {flush_i && skip4 || way3_tag[15:12] == tag[15:12],
        flush_i && skip3 || way3_tag[11:8] == tag[11:8],
        flush_i && skip2 || way3_tag[7:4] == tag[7:4],
        flush_i && skip1 || way3_tag[3:0] == tag[3:0]};
    wire way3_tag_matches = &way3_tag_matches_a;
    wire way3_matches = way3_valid && way3_tag_matches && way3_page == page_i;
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
    wire sufficient = any_matches && (need_i & ~rights_found) == 4'd0;

    // A fill goes in place, else to the lowest way that is invalid, else to the victim.
    wire [3:0] valid = {way3_valid, way2_valid, way1_valid, way0_valid};
    wire [3:0] invalid = ~valid;
    wire full = invalid == 4'd0;
    wire takes_victim = fill_i && !any_matches && full;
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
        else if (fill_i && chosen[0])
            way0_valid <= 1'b1;
        else if (flush_i && way0_flushed)
            way0_valid <= 1'b0;

    always @(posedge clk)
        if (fill_i && chosen[0]) begin
            way0_rights <= rights_i;
            way0_tag <= tag_i;
            way0_page <= page_i;
        end

    always @(posedge clk)
        if (rst)
            way1_valid <= 1'b0;
        else if (fill_i && chosen[1])
            way1_valid <= 1'b1;
        else if (flush_i && way1_flushed)
            way1_valid <= 1'b0;

    always @(posedge clk)
        if (fill_i && chosen[1]) begin
            way1_rights <= rights_i;
            way1_tag <= tag_i;
            way1_page <= page_i;
        end

    always @(posedge clk)
        if (rst)
            way2_valid <= 1'b0;
        else if (fill_i && chosen[2])
            way2_valid <= 1'b1;
        else if (flush_i && way2_flushed)
            way2_valid <= 1'b0;

    always @(posedge clk)
        if (fill_i && chosen[2]) begin
            way2_rights <= rights_i;
            way2_tag <= tag_i;
            way2_page <= page_i;
        end

    always @(posedge clk)
        if (rst)
            way3_valid <= 1'b0;
        else if (fill_i && chosen[3])
            way3_valid <= 1'b1;
        else if (flush_i && way3_flushed)
            way3_valid <= 1'b0;

    always @(posedge clk)
        if (fill_i && chosen[3]) begin
            way3_rights <= rights_i;
            way3_tag <= tag_i;
            way3_page <= page_i;
        end

    // ---- Answer ----

    always @(posedge clk) begin
        hit_o <= sufficient;
        rights_o <= rights_found;
    end

    (* no_rw_check *)
    reg [19:0] reals [0:3];

    wire [1:0] fill_index = {|chosen[3:2], |{chosen[3], chosen[1]}};
    wire [1:0] real_index = {|matching[3:2], |{matching[3], matching[1]}};

    always @(posedge clk) begin
        if (fill_i)
            reals[fill_index] <= real_i;
        if (!fill_i)
            real_o <= reals[real_index];
    end
endmodule

`default_nettype wire
