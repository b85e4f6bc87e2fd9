// Nestor 0.1.0, unit associator, configuration default, hash 402a8ffbfda22b0e
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

// Associator of 16 entries, 16-way: (tag, page) -> real page and rights.
// lookup_i, fill_i or flush_i is one pulse, done_o answers it.
module associator (
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
    output reg  [15:0] flushed_o, // valid entries that a flush has emptied
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

    // ---- Way 4 ----

    reg way4_valid;
    reg [3:0] way4_rights;
    reg [15:0] way4_tag;
    reg [19:0] way4_page;
    wire [3:0] way4_tag_matches_a = {skip4 || way4_tag[15:12] == tag[15:12],
        skip3 || way4_tag[11:8] == tag[11:8], skip2 || way4_tag[7:4] == tag[7:4],
        skip1 || way4_tag[3:0] == tag[3:0]};
    wire way4_tag_matches = &way4_tag_matches_a;
    wire way4_matches = way4_valid && way4_tag_matches && way4_page == page;
    wire [3:0] way4_flushed_a = {next4 && |way4_tag[15:12], next3 && |way4_tag[11:8],
        next2 && |way4_tag[7:4], next1 && |way4_tag[3:0]};
    wire way4_flushed = way4_valid && way4_tag_matches && |way4_flushed_a;

    // ---- Way 5 ----

    reg way5_valid;
    reg [3:0] way5_rights;
    reg [15:0] way5_tag;
    reg [19:0] way5_page;
    wire [3:0] way5_tag_matches_a = {skip4 || way5_tag[15:12] == tag[15:12],
        skip3 || way5_tag[11:8] == tag[11:8], skip2 || way5_tag[7:4] == tag[7:4],
        skip1 || way5_tag[3:0] == tag[3:0]};
    wire way5_tag_matches = &way5_tag_matches_a;
    wire way5_matches = way5_valid && way5_tag_matches && way5_page == page;
    wire [3:0] way5_flushed_a = {next4 && |way5_tag[15:12], next3 && |way5_tag[11:8],
        next2 && |way5_tag[7:4], next1 && |way5_tag[3:0]};
    wire way5_flushed = way5_valid && way5_tag_matches && |way5_flushed_a;

    // ---- Way 6 ----

    reg way6_valid;
    reg [3:0] way6_rights;
    reg [15:0] way6_tag;
    reg [19:0] way6_page;
    wire [3:0] way6_tag_matches_a = {skip4 || way6_tag[15:12] == tag[15:12],
        skip3 || way6_tag[11:8] == tag[11:8], skip2 || way6_tag[7:4] == tag[7:4],
        skip1 || way6_tag[3:0] == tag[3:0]};
    wire way6_tag_matches = &way6_tag_matches_a;
    wire way6_matches = way6_valid && way6_tag_matches && way6_page == page;
    wire [3:0] way6_flushed_a = {next4 && |way6_tag[15:12], next3 && |way6_tag[11:8],
        next2 && |way6_tag[7:4], next1 && |way6_tag[3:0]};
    wire way6_flushed = way6_valid && way6_tag_matches && |way6_flushed_a;

    // ---- Way 7 ----

    reg way7_valid;
    reg [3:0] way7_rights;
    reg [15:0] way7_tag;
    reg [19:0] way7_page;
    wire [3:0] way7_tag_matches_a = {skip4 || way7_tag[15:12] == tag[15:12],
        skip3 || way7_tag[11:8] == tag[11:8], skip2 || way7_tag[7:4] == tag[7:4],
        skip1 || way7_tag[3:0] == tag[3:0]};
    wire way7_tag_matches = &way7_tag_matches_a;
    wire way7_matches = way7_valid && way7_tag_matches && way7_page == page;
    wire [3:0] way7_flushed_a = {next4 && |way7_tag[15:12], next3 && |way7_tag[11:8],
        next2 && |way7_tag[7:4], next1 && |way7_tag[3:0]};
    wire way7_flushed = way7_valid && way7_tag_matches && |way7_flushed_a;

    // ---- Way 8 ----

    reg way8_valid;
    reg [3:0] way8_rights;
    reg [15:0] way8_tag;
    reg [19:0] way8_page;
    wire [3:0] way8_tag_matches_a = {skip4 || way8_tag[15:12] == tag[15:12],
        skip3 || way8_tag[11:8] == tag[11:8], skip2 || way8_tag[7:4] == tag[7:4],
        skip1 || way8_tag[3:0] == tag[3:0]};
    wire way8_tag_matches = &way8_tag_matches_a;
    wire way8_matches = way8_valid && way8_tag_matches && way8_page == page;
    wire [3:0] way8_flushed_a = {next4 && |way8_tag[15:12], next3 && |way8_tag[11:8],
        next2 && |way8_tag[7:4], next1 && |way8_tag[3:0]};
    wire way8_flushed = way8_valid && way8_tag_matches && |way8_flushed_a;

    // ---- Way 9 ----

    reg way9_valid;
    reg [3:0] way9_rights;
    reg [15:0] way9_tag;
    reg [19:0] way9_page;
    wire [3:0] way9_tag_matches_a = {skip4 || way9_tag[15:12] == tag[15:12],
        skip3 || way9_tag[11:8] == tag[11:8], skip2 || way9_tag[7:4] == tag[7:4],
        skip1 || way9_tag[3:0] == tag[3:0]};
    wire way9_tag_matches = &way9_tag_matches_a;
    wire way9_matches = way9_valid && way9_tag_matches && way9_page == page;
    wire [3:0] way9_flushed_a = {next4 && |way9_tag[15:12], next3 && |way9_tag[11:8],
        next2 && |way9_tag[7:4], next1 && |way9_tag[3:0]};
    wire way9_flushed = way9_valid && way9_tag_matches && |way9_flushed_a;

    // ---- Way 10 ----

    reg way10_valid;
    reg [3:0] way10_rights;
    reg [15:0] way10_tag;
    reg [19:0] way10_page;
    wire [3:0] way10_tag_matches_a =
        {skip4 || way10_tag[15:12] == tag[15:12], skip3 || way10_tag[11:8] == tag[11:8],
        skip2 || way10_tag[7:4] == tag[7:4], skip1 || way10_tag[3:0] == tag[3:0]};
    wire way10_tag_matches = &way10_tag_matches_a;
    wire way10_matches = way10_valid && way10_tag_matches && way10_page == page;
    wire [3:0] way10_flushed_a = {next4 && |way10_tag[15:12], next3 && |way10_tag[11:8],
        next2 && |way10_tag[7:4], next1 && |way10_tag[3:0]};
    wire way10_flushed = way10_valid && way10_tag_matches && |way10_flushed_a;

    // ---- Way 11 ----

    reg way11_valid;
    reg [3:0] way11_rights;
    reg [15:0] way11_tag;
    reg [19:0] way11_page;
    wire [3:0] way11_tag_matches_a =
        {skip4 || way11_tag[15:12] == tag[15:12], skip3 || way11_tag[11:8] == tag[11:8],
        skip2 || way11_tag[7:4] == tag[7:4], skip1 || way11_tag[3:0] == tag[3:0]};
    wire way11_tag_matches = &way11_tag_matches_a;
    wire way11_matches = way11_valid && way11_tag_matches && way11_page == page;
    wire [3:0] way11_flushed_a = {next4 && |way11_tag[15:12], next3 && |way11_tag[11:8],
        next2 && |way11_tag[7:4], next1 && |way11_tag[3:0]};
    wire way11_flushed = way11_valid && way11_tag_matches && |way11_flushed_a;

    // ---- Way 12 ----

    reg way12_valid;
    reg [3:0] way12_rights;
    reg [15:0] way12_tag;
    reg [19:0] way12_page;
    wire [3:0] way12_tag_matches_a =
        {skip4 || way12_tag[15:12] == tag[15:12], skip3 || way12_tag[11:8] == tag[11:8],
        skip2 || way12_tag[7:4] == tag[7:4], skip1 || way12_tag[3:0] == tag[3:0]};
    wire way12_tag_matches = &way12_tag_matches_a;
    wire way12_matches = way12_valid && way12_tag_matches && way12_page == page;
    wire [3:0] way12_flushed_a = {next4 && |way12_tag[15:12], next3 && |way12_tag[11:8],
        next2 && |way12_tag[7:4], next1 && |way12_tag[3:0]};
    wire way12_flushed = way12_valid && way12_tag_matches && |way12_flushed_a;

    // ---- Way 13 ----

    reg way13_valid;
    reg [3:0] way13_rights;
    reg [15:0] way13_tag;
    reg [19:0] way13_page;
    wire [3:0] way13_tag_matches_a =
        {skip4 || way13_tag[15:12] == tag[15:12], skip3 || way13_tag[11:8] == tag[11:8],
        skip2 || way13_tag[7:4] == tag[7:4], skip1 || way13_tag[3:0] == tag[3:0]};
    wire way13_tag_matches = &way13_tag_matches_a;
    wire way13_matches = way13_valid && way13_tag_matches && way13_page == page;
    wire [3:0] way13_flushed_a = {next4 && |way13_tag[15:12], next3 && |way13_tag[11:8],
        next2 && |way13_tag[7:4], next1 && |way13_tag[3:0]};
    wire way13_flushed = way13_valid && way13_tag_matches && |way13_flushed_a;

    // ---- Way 14 ----

    reg way14_valid;
    reg [3:0] way14_rights;
    reg [15:0] way14_tag;
    reg [19:0] way14_page;
    wire [3:0] way14_tag_matches_a =
        {skip4 || way14_tag[15:12] == tag[15:12], skip3 || way14_tag[11:8] == tag[11:8],
        skip2 || way14_tag[7:4] == tag[7:4], skip1 || way14_tag[3:0] == tag[3:0]};
    wire way14_tag_matches = &way14_tag_matches_a;
    wire way14_matches = way14_valid && way14_tag_matches && way14_page == page;
    wire [3:0] way14_flushed_a = {next4 && |way14_tag[15:12], next3 && |way14_tag[11:8],
        next2 && |way14_tag[7:4], next1 && |way14_tag[3:0]};
    wire way14_flushed = way14_valid && way14_tag_matches && |way14_flushed_a;

    // ---- Way 15 ----

    reg way15_valid;
    reg [3:0] way15_rights;
    reg [15:0] way15_tag;
    reg [19:0] way15_page;
    wire [3:0] way15_tag_matches_a =
        {skip4 || way15_tag[15:12] == tag[15:12], skip3 || way15_tag[11:8] == tag[11:8],
        skip2 || way15_tag[7:4] == tag[7:4], skip1 || way15_tag[3:0] == tag[3:0]};
    wire way15_tag_matches = &way15_tag_matches_a;
    wire way15_matches = way15_valid && way15_tag_matches && way15_page == page;
    wire [3:0] way15_flushed_a = {next4 && |way15_tag[15:12], next3 && |way15_tag[11:8],
        next2 && |way15_tag[7:4], next1 && |way15_tag[3:0]};
    wire way15_flushed = way15_valid && way15_tag_matches && |way15_flushed_a;

    // ---- Replacement ----

    reg [119:0] replacement; // the set's replacement state
    wire [15:0] matching = {way15_matches, way14_matches, way13_matches, way12_matches,
        way11_matches, way10_matches, way9_matches, way8_matches, way7_matches, way6_matches,
        way5_matches, way4_matches, way3_matches, way2_matches, way1_matches, way0_matches};
    wire any_matches = |matching;
    wire [3:0] rights_found = ({4{way0_matches}} & way0_rights) |
        ({4{way1_matches}} & way1_rights) | ({4{way2_matches}} & way2_rights) |
        ({4{way3_matches}} & way3_rights) | ({4{way4_matches}} & way4_rights) |
        ({4{way5_matches}} & way5_rights) | ({4{way6_matches}} & way6_rights) |
        ({4{way7_matches}} & way7_rights) | ({4{way8_matches}} & way8_rights) |
        ({4{way9_matches}} & way9_rights) | ({4{way10_matches}} & way10_rights) |
        ({4{way11_matches}} & way11_rights) | ({4{way12_matches}} & way12_rights) |
        ({4{way13_matches}} & way13_rights) | ({4{way14_matches}} & way14_rights) |
        ({4{way15_matches}} & way15_rights);
    wire sufficient = any_matches && (rights & ~rights_found) == 4'd0;

    // A fill goes in place, else to the lowest way that is invalid, else to the victim.
    wire [15:0] valid = {way15_valid, way14_valid, way13_valid, way12_valid, way11_valid,
        way10_valid, way9_valid, way8_valid, way7_valid, way6_valid, way5_valid, way4_valid,
        way3_valid, way2_valid, way1_valid, way0_valid};
    wire [15:0] invalid = ~valid;
    wire full = invalid == 16'd0;
    wire [14:0] way0_later = replacement[14:0];
    wire [13:0] way1_later = replacement[28:15];
    wire [12:0] way2_later = replacement[41:29];
    wire [11:0] way3_later = replacement[53:42];
    wire [10:0] way4_later = replacement[64:54];
    wire [9:0] way5_later = replacement[74:65];
    wire [8:0] way6_later = replacement[83:75];
    wire [7:0] way7_later = replacement[91:84];
    wire [6:0] way8_later = replacement[98:92];
    wire [5:0] way9_later = replacement[104:99];
    wire [4:0] way10_later = replacement[109:105];
    wire [3:0] way11_later = replacement[113:110];
    wire [2:0] way12_later = replacement[116:114];
    wire [1:0] way13_later = replacement[118:117];
    wire way14_later = replacement[119];
    wire [11:0] victim_a = {way11_later == 4'd0, way10_later[0], way9_later[1], way8_later[2],
        way7_later[3], way6_later[4], way5_later[5], way4_later[6], way3_later[7], way2_later[8],
        way1_later[9], way0_later[10]};
    wire [12:0] victim_b = {way12_later == 3'd0, way11_later[0], way10_later[1], way9_later[2],
        way8_later[3], way7_later[4], way6_later[5], way5_later[6], way4_later[7], way3_later[8],
        way2_later[9], way1_later[10], way0_later[11]};
    wire [13:0] victim_c = {way13_later == 2'd0, way12_later[0], way11_later[1], way10_later[2],
        way9_later[3], way8_later[4], way7_later[5], way6_later[6], way5_later[7], way4_later[8],
        way3_later[9], way2_later[10], way1_later[11], way0_later[12]};
    wire [14:0] victim_d = {!way14_later, way13_later[0], way12_later[1], way11_later[2],
        way10_later[3], way9_later[4], way8_later[5], way7_later[6], way6_later[7], way5_later[8],
        way4_later[9], way3_later[10], way2_later[11], way1_later[12], way0_later[13]};
    wire [14:0] victim_e = {way14_later, way13_later[1], way12_later[2], way11_later[3],
        way10_later[4], way9_later[5], way8_later[6], way7_later[7], way6_later[8], way5_later[9],
        way4_later[10], way3_later[11], way2_later[12], way1_later[13], way0_later[14]};
    wire [15:0] victim = {&victim_e, &victim_d, &victim_c, &victim_b, &victim_a,
        &{way10_later == 5'd0, way9_later[0], way8_later[1], way7_later[2], way6_later[3],
        way5_later[4], way4_later[5], way3_later[6], way2_later[7], way1_later[8], way0_later[9]},
        &{way9_later == 6'd0, way8_later[0], way7_later[1], way6_later[2], way5_later[3],
        way4_later[4], way3_later[5], way2_later[6], way1_later[7], way0_later[8]},
        &{way8_later == 7'd0, way7_later[0], way6_later[1], way5_later[2], way4_later[3],
        way3_later[4], way2_later[5], way1_later[6], way0_later[7]},
        &{way7_later == 8'd0, way6_later[0], way5_later[1], way4_later[2], way3_later[3],
        way2_later[4], way1_later[5], way0_later[6]},
        &{way6_later == 9'd0, way5_later[0], way4_later[1], way3_later[2], way2_later[3],
        way1_later[4], way0_later[5]},
        &{way5_later == 10'd0, way4_later[0], way3_later[1], way2_later[2], way1_later[3],
        way0_later[4]}, &{way4_later == 11'd0, way3_later[0], way2_later[1], way1_later[2],
        way0_later[3]}, &{way3_later == 12'd0, way2_later[0], way1_later[1], way0_later[2]},
        &{way2_later == 13'd0, way1_later[0], way0_later[1]}, &{way1_later == 14'd0, way0_later[0]},
        way0_later == 15'd0};
    wire [15:0] chosen = any_matches ? matching : full ? victim : invalid & -invalid;
    wire [15:0] touched = fills ? chosen : matching;
    wire [14:0] way0_later_next = (replacement[14:0] & ~touched[15:1]) | {15{touched[0]}};
    wire [13:0] way1_later_next = (replacement[28:15] & ~touched[15:2]) | {14{touched[1]}};
    wire [12:0] way2_later_next = (replacement[41:29] & ~touched[15:3]) | {13{touched[2]}};
    wire [11:0] way3_later_next = (replacement[53:42] & ~touched[15:4]) | {12{touched[3]}};
    wire [10:0] way4_later_next = (replacement[64:54] & ~touched[15:5]) | {11{touched[4]}};
    wire [9:0] way5_later_next = (replacement[74:65] & ~touched[15:6]) | {10{touched[5]}};
    wire [8:0] way6_later_next = (replacement[83:75] & ~touched[15:7]) | {9{touched[6]}};
    wire [7:0] way7_later_next = (replacement[91:84] & ~touched[15:8]) | {8{touched[7]}};
    wire [6:0] way8_later_next = (replacement[98:92] & ~touched[15:9]) | {7{touched[8]}};
    wire [5:0] way9_later_next = (replacement[104:99] & ~touched[15:10]) | {6{touched[9]}};
    wire [4:0] way10_later_next = (replacement[109:105] & ~touched[15:11]) | {5{touched[10]}};
    wire [3:0] way11_later_next = (replacement[113:110] & ~touched[15:12]) | {4{touched[11]}};
    wire [2:0] way12_later_next = (replacement[116:114] & ~touched[15:13]) | {3{touched[12]}};
    wire [1:0] way13_later_next = (replacement[118:117] & ~touched[15:14]) | {2{touched[13]}};
    wire way14_later_next = replacement[119] && !touched[15] || touched[14];

    always @(posedge clk)
        if (rst)
            replacement <= 120'd0;
        else if (check && (fills || sufficient))
            replacement <= {way14_later_next, way13_later_next, way12_later_next, way11_later_next,
                way10_later_next, way9_later_next, way8_later_next, way7_later_next,
                way6_later_next, way5_later_next, way4_later_next, way3_later_next, way2_later_next,
                way1_later_next, way0_later_next};

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

    always @(posedge clk)
        if (rst)
            way4_valid <= 1'b0;
        else if (fills && chosen[4])
            way4_valid <= 1'b1;
        else if (sweep && way4_flushed)
            way4_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[4]) begin
            way4_rights <= rights;
            way4_tag <= tag;
            way4_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way5_valid <= 1'b0;
        else if (fills && chosen[5])
            way5_valid <= 1'b1;
        else if (sweep && way5_flushed)
            way5_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[5]) begin
            way5_rights <= rights;
            way5_tag <= tag;
            way5_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way6_valid <= 1'b0;
        else if (fills && chosen[6])
            way6_valid <= 1'b1;
        else if (sweep && way6_flushed)
            way6_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[6]) begin
            way6_rights <= rights;
            way6_tag <= tag;
            way6_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way7_valid <= 1'b0;
        else if (fills && chosen[7])
            way7_valid <= 1'b1;
        else if (sweep && way7_flushed)
            way7_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[7]) begin
            way7_rights <= rights;
            way7_tag <= tag;
            way7_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way8_valid <= 1'b0;
        else if (fills && chosen[8])
            way8_valid <= 1'b1;
        else if (sweep && way8_flushed)
            way8_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[8]) begin
            way8_rights <= rights;
            way8_tag <= tag;
            way8_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way9_valid <= 1'b0;
        else if (fills && chosen[9])
            way9_valid <= 1'b1;
        else if (sweep && way9_flushed)
            way9_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[9]) begin
            way9_rights <= rights;
            way9_tag <= tag;
            way9_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way10_valid <= 1'b0;
        else if (fills && chosen[10])
            way10_valid <= 1'b1;
        else if (sweep && way10_flushed)
            way10_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[10]) begin
            way10_rights <= rights;
            way10_tag <= tag;
            way10_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way11_valid <= 1'b0;
        else if (fills && chosen[11])
            way11_valid <= 1'b1;
        else if (sweep && way11_flushed)
            way11_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[11]) begin
            way11_rights <= rights;
            way11_tag <= tag;
            way11_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way12_valid <= 1'b0;
        else if (fills && chosen[12])
            way12_valid <= 1'b1;
        else if (sweep && way12_flushed)
            way12_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[12]) begin
            way12_rights <= rights;
            way12_tag <= tag;
            way12_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way13_valid <= 1'b0;
        else if (fills && chosen[13])
            way13_valid <= 1'b1;
        else if (sweep && way13_flushed)
            way13_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[13]) begin
            way13_rights <= rights;
            way13_tag <= tag;
            way13_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way14_valid <= 1'b0;
        else if (fills && chosen[14])
            way14_valid <= 1'b1;
        else if (sweep && way14_flushed)
            way14_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[14]) begin
            way14_rights <= rights;
            way14_tag <= tag;
            way14_page <= page;
        end

    always @(posedge clk)
        if (rst)
            way15_valid <= 1'b0;
        else if (fills && chosen[15])
            way15_valid <= 1'b1;
        else if (sweep && way15_flushed)
            way15_valid <= 1'b0;

    always @(posedge clk)
        if (fills && chosen[15]) begin
            way15_rights <= rights;
            way15_tag <= tag;
            way15_page <= page;
        end

    // ---- Answer ----

    wire [4:0] flushed_ways_a = {1'b0,
        {1'b0, {1'b0, {1'b0, way8_flushed} + {1'b0, way9_flushed}} +
        {1'b0, {1'b0, way10_flushed} + {1'b0, way11_flushed}}} +
        {1'b0, {1'b0, {1'b0, way12_flushed} + {1'b0, way13_flushed}} +
        {1'b0, {1'b0, way14_flushed} + {1'b0, way15_flushed}}}};
    wire [4:0] flushed_ways_b = {1'b0,
        {1'b0, {1'b0, {1'b0, way0_flushed} + {1'b0, way1_flushed}} +
        {1'b0, {1'b0, way2_flushed} + {1'b0, way3_flushed}}} +
        {1'b0, {1'b0, {1'b0, way4_flushed} + {1'b0, way5_flushed}} +
        {1'b0, {1'b0, way6_flushed} + {1'b0, way7_flushed}}}};
    wire [4:0] flushed_ways = flushed_ways_b + flushed_ways_a;

    always @(posedge clk) begin
        hit_o <= sufficient;
        rights_o <= rights_found;
        if (request)
            flushed_o <= 16'd0;
        else if (sweep)
            flushed_o <= flushed_o + {11'd0, flushed_ways};
    end

    wire [15:0] real_index_a = fills ? chosen : matching;
    wire [3:0] real_index = {|real_index_a[15:8], |{real_index_a[15:12], real_index_a[7:4]},
        |{real_index_a[15:14], real_index_a[11:10], real_index_a[7:6], real_index_a[3:2]},
        |{real_index_a[15], real_index_a[13], real_index_a[11], real_index_a[9], real_index_a[7],
        real_index_a[5], real_index_a[3], real_index_a[1]}};

    (* no_rw_check *)
    reg [19:0] reals [0:15];

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
