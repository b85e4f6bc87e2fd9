// Nestor 0.9.2, unit nestor_associator, configuration default, hash 6a70e3322f86f106

`default_nettype none

// Associator of 64 entries, 4-way: (tag, page) -> real page and rights.
// lookup_i, fill_i or flush_i is one pulse, done_o answers it.
module nestor_associator (
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
    input  wire [19:0] ahead_i, // page of a lookup or fill in the next cycle
    output reg  done_o, // answer: one pulse
    output reg  hit_o, // a lookup has hit
    output reg  [3:0] rights_o, // rights of the entry that has hit
    output reg  [6:0] flushed_o, // valid entries that a flush has emptied
    output wire [19:0] real_o // real page of a hit
);
    // ---- Sequence: the set is read in the cycle before it is looked at ----

    reg sweeping; // sets are emptied in turn
    reg clearing; // that is the sweep after reset
    reg [3:0] sweep_set; // the set that is swept
    wire last = sweeping && &sweep_set;

    always @(posedge clk)
        if (rst) begin
            sweeping <= 1'b1;
            clearing <= 1'b1;
            sweep_set <= 4'd0;
            done_o <= 1'b0;
        end else begin
            done_o <= lookup_i || fill_i || last && !clearing;
            if (flush_i)
                sweeping <= 1'b1;
            if (sweeping) begin
                // after the last set the counter is 0 again
                sweep_set <= sweep_set + 4'd1;
            end
            if (last) begin
                sweeping <= 1'b0;
                clearing <= 1'b0;
            end
        end

    wire sweep = sweeping && !clearing;

    // A fill writes its set: nothing needs to be read in that cycle.
    wire read = !fill_i;
    wire [3:0] read_set = sweeping || flush_i ? (sweeping ? sweep_set + 4'd1 : sweep_set) :
        ahead_i[3:0];
    wire [3:0] write_set = sweeping ? sweep_set : page_i[3:0];

    // ---- What a flush empties ----

    reg skip1; // flush: this syllable may be any, or NULL
    reg next1; // flush: this syllable is not NULL
    reg skip2; // flush: this syllable may be any, or NULL
    reg next2; // flush: this syllable is not NULL
    reg skip3; // flush: this syllable may be any, or NULL
    reg next3; // flush: this syllable is not NULL
    reg skip4; // flush: this syllable may be any, or NULL
    reg next4; // flush: this syllable is not NULL
    reg [15:0] flush_tag; // VMID that a flush compares

    always @(posedge clk)
        if (flush_i) begin
            skip1 <= flush_any_i && flush_level_i < 4'd1;
            next1 <= flush_level_i == 4'd0;
            skip2 <= flush_any_i ? flush_level_i < 4'd2 : flush_level_i < 4'd1;
            next2 <= flush_level_i == 4'd1;
            skip3 <= flush_any_i ? flush_level_i < 4'd3 : flush_level_i < 4'd2;
            next3 <= flush_level_i == 4'd2;
            skip4 <= flush_any_i ? flush_level_i < 4'd4 : flush_level_i < 4'd3;
            next4 <= flush_level_i == 4'd3;
            flush_tag <= {(flush_level_i == 4'd3 && !flush_any_i ? flush_syllable_i : tag_i[15:12]),
                (flush_level_i == 4'd2 && !flush_any_i ? flush_syllable_i : tag_i[11:8]),
                (flush_level_i == 4'd1 && !flush_any_i ? flush_syllable_i : tag_i[7:4]),
                (flush_level_i == 4'd0 && !flush_any_i ? flush_syllable_i : tag_i[3:0])};
        end

    wire [15:0] tag = sweeping ? flush_tag : tag_i;

    // ---- Way 0 ----

    (* no_rw_check *)
    reg [36:0] way0 [0:15];

    reg [36:0] way0_entry;
    wire way0_valid = way0_entry[36];
    wire [3:0] way0_rights = way0_entry[35:32];
    wire [15:0] way0_page = way0_entry[31:16];
    wire [15:0] way0_tag = way0_entry[15:0];
    wire [3:0] way0_tag_matches_a = {sweeping && skip4 || way0_tag[15:12] == tag[15:12],
        sweeping && skip3 || way0_tag[11:8] == tag[11:8],
        sweeping && skip2 || way0_tag[7:4] == tag[7:4],
        sweeping && skip1 || way0_tag[3:0] == tag[3:0]};
    wire way0_tag_matches = &way0_tag_matches_a;
    wire way0_matches = way0_valid && way0_tag_matches && way0_page == page_i[19:4];
    wire [3:0] way0_flushed_a = {next4 && |way0_tag[15:12], next3 && |way0_tag[11:8],
        next2 && |way0_tag[7:4], next1 && |way0_tag[3:0]};
    wire way0_flushed = way0_valid && way0_tag_matches && |way0_flushed_a;

    // ---- Way 1 ----

    (* no_rw_check *)
    reg [36:0] way1 [0:15];

    reg [36:0] way1_entry;
    wire way1_valid = way1_entry[36];
    wire [3:0] way1_rights = way1_entry[35:32];
    wire [15:0] way1_page = way1_entry[31:16];
    wire [15:0] way1_tag = way1_entry[15:0];
    wire [3:0] way1_tag_matches_a = {sweeping && skip4 || way1_tag[15:12] == tag[15:12],
        sweeping && skip3 || way1_tag[11:8] == tag[11:8],
        sweeping && skip2 || way1_tag[7:4] == tag[7:4],
        sweeping && skip1 || way1_tag[3:0] == tag[3:0]};
    wire way1_tag_matches = &way1_tag_matches_a;
    wire way1_matches = way1_valid && way1_tag_matches && way1_page == page_i[19:4];
    wire [3:0] way1_flushed_a = {next4 && |way1_tag[15:12], next3 && |way1_tag[11:8],
        next2 && |way1_tag[7:4], next1 && |way1_tag[3:0]};
    wire way1_flushed = way1_valid && way1_tag_matches && |way1_flushed_a;

    // ---- Way 2 ----

    (* no_rw_check *)
    reg [36:0] way2 [0:15];

    reg [36:0] way2_entry;
    wire way2_valid = way2_entry[36];
    wire [3:0] way2_rights = way2_entry[35:32];
    wire [15:0] way2_page = way2_entry[31:16];
    wire [15:0] way2_tag = way2_entry[15:0];
    wire [3:0] way2_tag_matches_a = {sweeping && skip4 || way2_tag[15:12] == tag[15:12],
        sweeping && skip3 || way2_tag[11:8] == tag[11:8],
        sweeping && skip2 || way2_tag[7:4] == tag[7:4],
        sweeping && skip1 || way2_tag[3:0] == tag[3:0]};
    wire way2_tag_matches = &way2_tag_matches_a;
    wire way2_matches = way2_valid && way2_tag_matches && way2_page == page_i[19:4];
    wire [3:0] way2_flushed_a = {next4 && |way2_tag[15:12], next3 && |way2_tag[11:8],
        next2 && |way2_tag[7:4], next1 && |way2_tag[3:0]};
    wire way2_flushed = way2_valid && way2_tag_matches && |way2_flushed_a;

    // ---- Way 3 ----

    (* no_rw_check *)
    reg [36:0] way3 [0:15];

    reg [36:0] way3_entry;
    wire way3_valid = way3_entry[36];
    wire [3:0] way3_rights = way3_entry[35:32];
    wire [15:0] way3_page = way3_entry[31:16];
    wire [15:0] way3_tag = way3_entry[15:0];
    wire [3:0] way3_tag_matches_a = {sweeping && skip4 || way3_tag[15:12] == tag[15:12],
        sweeping && skip3 || way3_tag[11:8] == tag[11:8],
        sweeping && skip2 || way3_tag[7:4] == tag[7:4],
        sweeping && skip1 || way3_tag[3:0] == tag[3:0]};
    wire way3_tag_matches = &way3_tag_matches_a;
    wire way3_matches = way3_valid && way3_tag_matches && way3_page == page_i[19:4];
    wire [3:0] way3_flushed_a = {next4 && |way3_tag[15:12], next3 && |way3_tag[11:8],
        next2 && |way3_tag[7:4], next1 && |way3_tag[3:0]};
    wire way3_flushed = way3_valid && way3_tag_matches && |way3_flushed_a;

    // ---- Replacement ----

    (* no_rw_check *)
    reg [5:0] replacement [0:15];

    reg [5:0] set_replacement;
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
    wire [2:0] way0_later = set_replacement[2:0];
    wire [1:0] way1_later = set_replacement[4:3];
    wire way2_later = set_replacement[5];
    wire [3:0] victim = {&{way2_later, way1_later[1], way0_later[2]},
        &{!way2_later, way1_later[0], way0_later[1]}, &{way1_later == 2'd0, way0_later[0]},
        way0_later == 3'd0};
    wire [3:0] chosen = any_matches ? matching : full ? victim : invalid & -invalid;
    wire [3:0] touched = fill_i ? chosen : matching;
    wire [2:0] way0_later_next = (set_replacement[2:0] & ~touched[3:1]) | {3{touched[0]}};
    wire [1:0] way1_later_next = (set_replacement[4:3] & ~touched[3:2]) | {2{touched[1]}};
    wire way2_later_next = set_replacement[5] && !touched[3] || touched[2];
    wire [5:0] replacement_next = {way2_later_next, way1_later_next, way0_later_next};

    always @(posedge clk) begin
        if (clearing || fill_i || lookup_i && sufficient)
            replacement[write_set] <= clearing ? 6'd0 : replacement_next;
        if (read)
            set_replacement <= replacement[read_set];
    end

    // ---- Entries are filled and emptied ----

    wire way0_write = fill_i && chosen[0] || sweep && way0_flushed || clearing;

    always @(posedge clk) begin
        if (way0_write)
            way0[write_set] <= {fill_i, rights_i, page_i[19:4], tag_i};
        if (read)
            way0_entry <= way0[read_set];
    end

    wire way1_write = fill_i && chosen[1] || sweep && way1_flushed || clearing;

    always @(posedge clk) begin
        if (way1_write)
            way1[write_set] <= {fill_i, rights_i, page_i[19:4], tag_i};
        if (read)
            way1_entry <= way1[read_set];
    end

    wire way2_write = fill_i && chosen[2] || sweep && way2_flushed || clearing;

    always @(posedge clk) begin
        if (way2_write)
            way2[write_set] <= {fill_i, rights_i, page_i[19:4], tag_i};
        if (read)
            way2_entry <= way2[read_set];
    end

    wire way3_write = fill_i && chosen[3] || sweep && way3_flushed || clearing;

    always @(posedge clk) begin
        if (way3_write)
            way3[write_set] <= {fill_i, rights_i, page_i[19:4], tag_i};
        if (read)
            way3_entry <= way3[read_set];
    end

    // ---- Answer ----

    wire [2:0] flushed_count = {1'b0, {1'b0, way0_flushed} + {1'b0, way1_flushed}} +
        {1'b0, {1'b0, way2_flushed} + {1'b0, way3_flushed}};

    always @(posedge clk) begin
        hit_o <= sufficient;
        rights_o <= rights_found;
        if (flush_i)
            flushed_o <= 7'd0;
        else if (sweep)
            flushed_o <= flushed_o + {4'd0, flushed_count};
    end

    (* no_rw_check *)
    reg [19:0] reals_n [0:63];

    wire [5:0] fill_index = {write_set, |chosen[3:2], |{chosen[3], chosen[1]}};
    wire [5:0] real_index = {write_set, |matching[3:2], |{matching[3], matching[1]}};
    reg [19:0] real_n;

    always @(posedge clk) begin
        if (fill_i)
            reals_n[fill_index] <= ~real_i;
        if (!fill_i)
            real_n <= reals_n[real_index];
    end

    assign real_o = ~real_n;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, ahead_i[19:4], 1'b0};
endmodule

`default_nettype wire
