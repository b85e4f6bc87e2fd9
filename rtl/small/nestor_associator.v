// Nestor 0.9.2, unit nestor_associator, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// Associator of 16 entries, 1-way: (tag, page) -> real page and rights.
// lookup_i, fill_i or flush_i is one pulse, done_o answers it.
module nestor_associator (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire lookup_i, // request: look up tag and page
    input  wire fill_i, // request: fill tag and page with real and rights
    input  wire flush_i, // request: empty the entries that the flush_* name
    input  wire [3:0] tag_i, // level
    input  wire [19:0] page_i, // page that is looked up or filled
    input  wire [3:0] need_i, // rights needed: read, write, execute, RAM
    input  wire [19:0] real_i, // real page of a fill
    input  wire [3:0] rights_i, // rights of a fill: read, write, execute, RAM
    input  wire [3:0] flush_level_i, // flush: entries of this level or deeper
    input  wire [19:0] ahead_i, // page of a lookup or fill in the next cycle
    output reg  done_o, // answer: one pulse
    output reg  hit_o, // a lookup has hit
    output reg  [3:0] rights_o, // rights of the entry that has hit
    output reg  [4:0] flushed_o, // valid entries that a flush has emptied
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

    reg [3:0] flush_level; // entries of this level or deeper

    always @(posedge clk)
        if (flush_i)
            flush_level <= flush_level_i;

    // ---- Way 0 ----

    (* no_rw_check *)
    reg [24:0] way0 [0:15];

    reg [24:0] way0_entry;
    wire way0_valid = way0_entry[24];
    wire [3:0] way0_rights = way0_entry[23:20];
    wire [15:0] way0_page = way0_entry[19:4];
    wire [3:0] way0_tag = way0_entry[3:0];
    wire way0_matches = way0_valid && way0_tag == tag_i && way0_page == page_i[19:4];
    wire way0_flushed = way0_valid && way0_tag >= flush_level;

    // ---- Replacement ----

    wire matching = way0_matches;
    wire any_matches = matching;
    wire [3:0] rights_found = {4{way0_matches}} & way0_rights;
    wire sufficient = any_matches && (need_i & ~rights_found) == 4'd0;

    // A fill goes in place, else to the lowest way that is invalid, else to the victim.
    wire valid = way0_valid;
    wire invalid = !valid;
    wire full = !invalid;
    wire chosen = any_matches ? matching : full || invalid && -invalid;

    // ---- Entries are filled and emptied ----

    wire way0_write = fill_i && chosen || sweep && way0_flushed || clearing;

    always @(posedge clk) begin
        if (way0_write)
            way0[write_set] <= {fill_i, rights_i, page_i[19:4], tag_i};
        if (read)
            way0_entry <= way0[read_set];
    end

    // ---- Answer ----

    wire flushed_count = way0_flushed;

    always @(posedge clk) begin
        hit_o <= sufficient;
        rights_o <= rights_found;
        if (flush_i)
            flushed_o <= 5'd0;
        else if (sweep)
            flushed_o <= flushed_o + {4'd0, flushed_count};
    end

    (* no_rw_check *)
    reg [19:0] reals_n [0:15];

    wire [3:0] fill_index = write_set;
    wire [3:0] real_index = write_set;
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
