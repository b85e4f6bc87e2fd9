// Nestor 0.9.2, unit nestor_last_page, configuration default, hash 6a70e3322f86f106

`default_nettype none

// The last-page registers, and the way of an access that they cannot serve.
module nestor_last_page (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Where execution goes on
    input  wire redirect, // execution goes on elsewhere: forget everything ahead

    // A fetch and its page
    input  wire [19:0] fetch_page, // resource page of the word asked for
    output wire fetch_hit, // fetch may go on in the page of the word asked for
    output wire [19:0] fetch_real_page, // real page of the word asked for
    // number of the last-page register that has the page of the word asked for
    output wire [1:0] fetch_entry,
    output reg  [19:0] fetch_last_real, // real page in the last-page register of W's instruction

    // The instruction in X, on its way to W
    input  wire x_valid, // X holds an instruction
    input  wire [19:0] x_page, // page of the data access of X's instruction

    // The instruction in W
    input  wire w_valid, // W holds an instruction
    // number of the last-page register that the instruction in W came through
    input  wire [1:0] w_entry,
    input  wire w_uses_entry, // the fetch of W's instruction uses its last-page register
    // Of an SC that has stored w_result has the result, and no page any more.
    input  wire w_slow, // the result of W's instruction is not in w_result

    // The record and its end
    input  wire record_end, // a record ends

    // A data access
    input  wire relocates, // phi is being applied
    input  wire [19:0] access_page, // resource page of the data access
    input  wire page_ram, // the resource page, taken as a real page, is RAM
    input  wire [19:0] moved_page, // resource page of the access in W, if phi is active

    // The virtual machine that runs
    input  wire at_zero, // n = 0

    // Translation of an access
    input  wire [3:0] data_need, // rights that the data access needs
    input  wire data_access, // the record's data access is counted
    output wire data_hit, // data's last-page register serves it, or the associator's answer
    output wire [19:0] data_real_page, // real page of the data access
    output wire data_ram, // the real page of the data access is RAM
    input  wire translate_fetch, // a fetch asks for a translation, or waits for it
    input  wire translate_data, // a data access asks for a translation, or waits for it
    output wire translate_done, // the translation is there, or has failed
    output wire translate_failed, // the translation has failed
    output wire [19:0] page_ahead, // page that the associator may be asked for in the next cycle

    // Walks of the composer
    input  wire walk_done, // the walk has ended
    input  wire walk_failed, // the walk has ended without a value
    input  wire [19:0] walk_page, // the page to translate, then each value on the way
    input  wire [3:0] walk_rights, // rights found: read, write, execute, RAM
    output wire count_start, // start a counted walk
    output wire [19:0] count_page, // page of the counted walk
    output wire [3:0] count_need, // rights that the counted walk needs
    input  wire walk_reads_entry, // a counted walk has read a table

    // Events of the record
    output reg  [1:0] event_lookups, // associator lookups of this record
    output wire [1:0] event_hits, // associator hits of this record
    output reg  [1:0] event_misses, // associator misses of this record
    output reg  [1:0] event_fills, // associator fills of this record
    output reg  [3:0] event_walk_reads_fetch, // table reads of the walk of this record's fetch
    output reg  [3:0] event_walk_reads_data, // table reads of the walk of this record's data access
    output reg  [6:0] event_flushed, // associator entries emptied by this record

    // The associator
    output wire associator_lookup, // ask the associator
    output wire associator_fill, // fill the associator
    input  wire associator_hit, // a cycle later: it has the page
    input  wire [19:0] associator_real, // real page in the associator
    // A hit is used as it comes.
    input  wire [3:0] associator_rights, // rights in the associator
    input  wire associator_fetch_done, // answer of the fetches' or only associator
    input  wire [6:0] associator_fetch_flushed, // entries it has emptied

    // Changes of the VMID
    input  wire forget, // empty the last-page registers

    // Flushes
    input  wire flush_start, // flush the associators and the prefix memory
    output wire flush_busy // a flush goes on
);
    localparam [1:0] STATE_IDLE = 2'd0;
    localparam [1:0] STATE_LOOKUP = 2'd1;
    localparam [1:0] STATE_WALK = 2'd2;
    localparam [1:0] STATE_FILL = 2'd3;
    localparam [3:0] NEED_FETCH = 4'd12;

    wire for_fetch = !w_valid;

    // Fetch has told a cycle ago that its page is not there, and still asks for it.
    reg [19:0] fetch_page_before; // fetch_page in the cycle before

    always @(posedge clk)
        fetch_page_before <= fetch_page;

    wire [19:0] page = for_fetch ? fetch_page_before : access_page;
    reg [1:0] state;
    wire hit = state == STATE_LOOKUP && associator_hit;

    // ---- Fetches ----

    reg fetch_valid_0; // there is a page for fetches
    reg [19:0] fetch_last_page_0;
    reg [19:0] fetch_last_real_0; // its real page
    reg fetch_valid_1; // there is a page for fetches
    reg [19:0] fetch_last_page_1;
    reg [19:0] fetch_last_real_1; // its real page
    reg fetch_valid_2; // there is a page for fetches
    reg [19:0] fetch_last_page_2;
    reg [19:0] fetch_last_real_2; // its real page
    reg fetch_valid_3; // there is a page for fetches
    reg [19:0] fetch_last_page_3;
    reg [19:0] fetch_last_real_3; // its real page
    reg fetch_0_after_1; // page 0 was used later than page 1
    reg fetch_0_after_2; // page 0 was used later than page 2
    reg fetch_0_after_3; // page 0 was used later than page 3
    reg fetch_1_after_2; // page 1 was used later than page 2
    reg fetch_1_after_3; // page 1 was used later than page 3
    reg fetch_2_after_3; // page 2 was used later than page 3
    wire fetch_same_0 = fetch_valid_0 && fetch_page == fetch_last_page_0;
    wire fetch_same_1 = fetch_valid_1 && fetch_page == fetch_last_page_1;
    wire fetch_same_2 = fetch_valid_2 && fetch_page == fetch_last_page_2;
    wire fetch_same_3 = fetch_valid_3 && fetch_page == fetch_last_page_3;
    wire fetch_takes_0 = !fetch_0_after_1 && !fetch_0_after_2 && !fetch_0_after_3;
    wire fetch_takes_1 = fetch_0_after_1 && !fetch_1_after_2 && !fetch_1_after_3;
    wire fetch_takes_2 = fetch_0_after_2 && fetch_1_after_2 && !fetch_2_after_3;
    wire fetch_takes_3 = fetch_0_after_3 && fetch_1_after_3 && fetch_2_after_3;

    // A hit is used as it comes; its register has the page from the next cycle on.
    wire fetch_found = hit && for_fetch;
    assign fetch_hit = at_zero ? (fetch_page & 20'hfff00) == 20'h80000 :
        fetch_same_0 || fetch_same_1 || fetch_same_2 || fetch_same_3 || fetch_found;
    assign fetch_real_page = at_zero ? fetch_page :
        fetch_found ? associator_real :
        ({20{fetch_same_0}} & fetch_last_real_0) | ({20{fetch_same_1}} & fetch_last_real_1) |
        ({20{fetch_same_2}} & fetch_last_real_2) | ({20{fetch_same_3}} & fetch_last_real_3);

    // Fetch goes ahead: what counts as use is what W executes.
    assign fetch_entry = fetch_found ?
        {|{fetch_takes_3, fetch_takes_2}, |{fetch_takes_3, fetch_takes_1}} :
        {|{fetch_same_3, fetch_same_2}, |{fetch_same_3, fetch_same_1}};

    always @*
        case (w_entry)
            2'd0: fetch_last_real = fetch_last_real_0;
            2'd1: fetch_last_real = fetch_last_real_1;
            2'd2: fetch_last_real = fetch_last_real_2;
            default: fetch_last_real = fetch_last_real_3;
        endcase

    // ---- Data accesses ----

    reg data_valid_0; // there is a page for data accesses
    reg [19:0] data_last_page_0;
    reg [19:0] data_last_real_0; // its real page
    reg data_valid_1; // there is a page for data accesses
    reg [19:0] data_last_page_1;
    reg [19:0] data_last_real_1; // its real page
    reg data_valid_2; // there is a page for data accesses
    reg [19:0] data_last_page_2;
    reg [19:0] data_last_real_2; // its real page
    reg data_valid_3; // there is a page for data accesses
    reg [19:0] data_last_page_3;
    reg [19:0] data_last_real_3; // its real page
    reg data_0_after_1; // page 0 was used later than page 1
    reg data_0_after_2; // page 0 was used later than page 2
    reg data_0_after_3; // page 0 was used later than page 3
    reg data_1_after_2; // page 1 was used later than page 2
    reg data_1_after_3; // page 1 was used later than page 3
    reg data_2_after_3; // page 2 was used later than page 3
    reg [3:0] data_last_rights_0; // read, write, execute, RAM
    reg [3:0] data_last_rights_1; // read, write, execute, RAM
    reg [3:0] data_last_rights_2; // read, write, execute, RAM
    reg [3:0] data_last_rights_3; // read, write, execute, RAM
    wire data_same_0 = data_valid_0 && access_page == data_last_page_0;
    wire data_same_1 = data_valid_1 && access_page == data_last_page_1;
    wire data_same_2 = data_valid_2 && access_page == data_last_page_2;
    wire data_same_3 = data_valid_3 && access_page == data_last_page_3;
    wire data_served = data_same_0 && (data_need & ~data_last_rights_0) == 4'd0 ||
        data_same_1 && (data_need & ~data_last_rights_1) == 4'd0 ||
        data_same_2 && (data_need & ~data_last_rights_2) == 4'd0 ||
        data_same_3 && (data_need & ~data_last_rights_3) == 4'd0;
    assign data_hit = data_served || hit;
    assign data_real_page = at_zero ? access_page :
        state == STATE_LOOKUP ? associator_real :
        ({20{data_same_0}} & data_last_real_0) | ({20{data_same_1}} & data_last_real_1) |
        ({20{data_same_2}} & data_last_real_2) | ({20{data_same_3}} & data_last_real_3);
    assign data_ram = at_zero ? page_ram :
        state == STATE_LOOKUP ? associator_rights[3] :
        data_same_0 && data_last_rights_0[3] || data_same_1 && data_last_rights_1[3] ||
        data_same_2 && data_last_rights_2[3] || data_same_3 && data_last_rights_3[3];
    wire data_takes_0_a = data_same_0 || data_same_1 || data_same_2 || data_same_3;
    wire data_takes_0 = data_takes_0_a && data_same_0 ||
        !data_takes_0_a && !data_0_after_1 && !data_0_after_2 && !data_0_after_3;
    wire data_takes_1 = data_takes_0_a && data_same_1 ||
        !data_takes_0_a && data_0_after_1 && !data_1_after_2 && !data_1_after_3;
    wire data_takes_2 = data_takes_0_a && data_same_2 ||
        !data_takes_0_a && data_0_after_2 && data_1_after_2 && !data_2_after_3;
    wire data_takes_3 = data_takes_0_a && data_same_3 ||
        !data_takes_0_a && data_0_after_3 && data_1_after_3 && data_2_after_3;

    // ---- Lookup, walk, fill ----

    wire starts = state == STATE_IDLE && (translate_fetch || translate_data);
    wire walked = state == STATE_WALK && walk_done;
    wire misses = state == STATE_LOOKUP && !hit;
    assign associator_lookup = starts;
    assign associator_fill = walked && !translate_failed;

    always @(posedge clk)
        if (rst) begin
            state <= STATE_IDLE;
        end else begin
            if (starts)
                state <= STATE_LOOKUP;
            if (hit)
                state <= STATE_IDLE;
            if (associator_fill)
                state <= STATE_FILL;
            if (state == STATE_FILL)
                state <= STATE_IDLE;
            if (translate_failed)
                state <= STATE_IDLE;
            // What the associator is asked for stays until it has been filled.
            if (misses)
                state <= STATE_WALK;
        end

    assign count_start = misses;
    assign count_page = page;
    assign count_need = for_fetch ? NEED_FETCH : data_need;
    assign translate_done = hit || translate_failed || state == STATE_FILL;
    assign translate_failed = walked && walk_failed;
    wire fetch_valid_0_a = (associator_fill || hit) && for_fetch;

    always @(posedge clk)
        if (rst) begin
            fetch_valid_0 <= 1'b0;
            fetch_valid_1 <= 1'b0;
            fetch_valid_2 <= 1'b0;
            fetch_valid_3 <= 1'b0;
        end else begin
            if (fetch_valid_0_a && fetch_takes_0)
                fetch_valid_0 <= 1'b1;
            else if (forget)
                fetch_valid_0 <= 1'b0;
            if (fetch_valid_0_a && fetch_takes_1)
                fetch_valid_1 <= 1'b1;
            else if (forget)
                fetch_valid_1 <= 1'b0;
            if (fetch_valid_0_a && fetch_takes_2)
                fetch_valid_2 <= 1'b1;
            else if (forget)
                fetch_valid_2 <= 1'b0;
            if (fetch_valid_0_a && fetch_takes_3)
                fetch_valid_3 <= 1'b1;
            else if (forget)
                fetch_valid_3 <= 1'b0;
        end

    wire [19:0] fetch_last_real_0_a = hit ? associator_real : walk_page;

    always @(posedge clk) begin
        if (fetch_valid_0_a && fetch_takes_0) begin
            fetch_last_page_0 <= page;
            fetch_last_real_0 <= fetch_last_real_0_a;
        end
        if (fetch_valid_0_a && fetch_takes_1) begin
            fetch_last_page_1 <= page;
            fetch_last_real_1 <= fetch_last_real_0_a;
        end
        if (fetch_valid_0_a && fetch_takes_2) begin
            fetch_last_page_2 <= page;
            fetch_last_real_2 <= fetch_last_real_0_a;
        end
        if (fetch_valid_0_a && fetch_takes_3) begin
            fetch_last_page_3 <= page;
            fetch_last_real_3 <= fetch_last_real_0_a;
        end
    end

    wire data_valid_0_a = (associator_fill || hit) && !for_fetch;

    always @(posedge clk)
        if (rst) begin
            data_valid_0 <= 1'b0;
            data_valid_1 <= 1'b0;
            data_valid_2 <= 1'b0;
            data_valid_3 <= 1'b0;
        end else begin
            if (data_valid_0_a && data_takes_0)
                data_valid_0 <= 1'b1;
            else if (forget)
                data_valid_0 <= 1'b0;
            if (data_valid_0_a && data_takes_1)
                data_valid_1 <= 1'b1;
            else if (forget)
                data_valid_1 <= 1'b0;
            if (data_valid_0_a && data_takes_2)
                data_valid_2 <= 1'b1;
            else if (forget)
                data_valid_2 <= 1'b0;
            if (data_valid_0_a && data_takes_3)
                data_valid_3 <= 1'b1;
            else if (forget)
                data_valid_3 <= 1'b0;
        end

    wire [3:0] data_last_rights_0_a = hit ? associator_rights : walk_rights;

    always @(posedge clk) begin
        if (data_valid_0_a && data_takes_0) begin
            data_last_page_0 <= page;
            data_last_real_0 <= fetch_last_real_0_a;
            data_last_rights_0 <= data_last_rights_0_a;
        end
        if (data_valid_0_a && data_takes_1) begin
            data_last_page_1 <= page;
            data_last_real_1 <= fetch_last_real_0_a;
            data_last_rights_1 <= data_last_rights_0_a;
        end
        if (data_valid_0_a && data_takes_2) begin
            data_last_page_2 <= page;
            data_last_real_2 <= fetch_last_real_0_a;
            data_last_rights_2 <= data_last_rights_0_a;
        end
        if (data_valid_0_a && data_takes_3) begin
            data_last_page_3 <= page;
            data_last_real_3 <= fetch_last_real_0_a;
            data_last_rights_3 <= data_last_rights_0_a;
        end
    end

    // ---- The order of use ----

    wire [3:0] fetch_0_after_1_a = 4'd1 << w_entry;
    wire fetch_0_after_1_b = w_uses_entry && fetch_0_after_1_a[0] ||
        fetch_valid_0_a && fetch_takes_0;
    wire fetch_0_after_1_c = w_uses_entry && fetch_0_after_1_a[1] ||
        fetch_valid_0_a && fetch_takes_1;
    wire fetch_0_after_2_a = w_uses_entry && fetch_0_after_1_a[2] ||
        fetch_valid_0_a && fetch_takes_2;
    wire fetch_0_after_3_a = w_uses_entry && fetch_0_after_1_a[3] ||
        fetch_valid_0_a && fetch_takes_3;

    always @(posedge clk)
        if (rst) begin
            fetch_0_after_1 <= 1'b0;
            fetch_0_after_2 <= 1'b0;
            fetch_0_after_3 <= 1'b0;
            fetch_1_after_2 <= 1'b0;
            fetch_1_after_3 <= 1'b0;
            fetch_2_after_3 <= 1'b0;
        end else begin
            if (fetch_0_after_1_b)
                fetch_0_after_1 <= 1'b1;
            else if (fetch_0_after_1_c)
                fetch_0_after_1 <= 1'b0;
            if (fetch_0_after_1_b)
                fetch_0_after_2 <= 1'b1;
            else if (fetch_0_after_2_a)
                fetch_0_after_2 <= 1'b0;
            if (fetch_0_after_1_b)
                fetch_0_after_3 <= 1'b1;
            else if (fetch_0_after_3_a)
                fetch_0_after_3 <= 1'b0;
            if (fetch_0_after_1_c)
                fetch_1_after_2 <= 1'b1;
            else if (fetch_0_after_2_a)
                fetch_1_after_2 <= 1'b0;
            if (fetch_0_after_1_c)
                fetch_1_after_3 <= 1'b1;
            else if (fetch_0_after_3_a)
                fetch_1_after_3 <= 1'b0;
            if (fetch_0_after_2_a)
                fetch_2_after_3 <= 1'b1;
            else if (fetch_0_after_3_a)
                fetch_2_after_3 <= 1'b0;
        end

    wire data_0_after_1_a = data_access && w_slow && data_same_0 || data_valid_0_a && data_takes_0;
    wire data_0_after_1_b = data_access && w_slow && data_same_1 || data_valid_0_a && data_takes_1;
    wire data_0_after_2_a = data_access && w_slow && data_same_2 || data_valid_0_a && data_takes_2;
    wire data_0_after_3_a = data_access && w_slow && data_same_3 || data_valid_0_a && data_takes_3;

    always @(posedge clk)
        if (rst) begin
            data_0_after_1 <= 1'b0;
            data_0_after_2 <= 1'b0;
            data_0_after_3 <= 1'b0;
            data_1_after_2 <= 1'b0;
            data_1_after_3 <= 1'b0;
            data_2_after_3 <= 1'b0;
        end else begin
            if (data_0_after_1_a)
                data_0_after_1 <= 1'b1;
            else if (data_0_after_1_b)
                data_0_after_1 <= 1'b0;
            if (data_0_after_1_a)
                data_0_after_2 <= 1'b1;
            else if (data_0_after_2_a)
                data_0_after_2 <= 1'b0;
            if (data_0_after_1_a)
                data_0_after_3 <= 1'b1;
            else if (data_0_after_3_a)
                data_0_after_3 <= 1'b0;
            if (data_0_after_1_b)
                data_1_after_2 <= 1'b1;
            else if (data_0_after_2_a)
                data_1_after_2 <= 1'b0;
            if (data_0_after_1_b)
                data_1_after_3 <= 1'b1;
            else if (data_0_after_3_a)
                data_1_after_3 <= 1'b0;
            if (data_0_after_2_a)
                data_2_after_3 <= 1'b1;
            else if (data_0_after_3_a)
                data_2_after_3 <= 1'b0;
        end

    // ---- Page that the associator may be asked for in the next cycle ----

    assign page_ahead = state == STATE_WALK ? page :
        relocates ? moved_page :
        x_valid && !redirect ? x_page :
        fetch_page;

    // ---- Events of the record: bit 0 fetch, bit 1 data ----

    // A record may end in the cycle in which its lookup hits, but not in that of a miss.
    assign event_hits = event_lookups & ~event_misses;

    always @(posedge clk)
        if (rst) begin
            event_lookups <= 2'd0;
            event_misses <= 2'd0;
            event_fills <= 2'd0;
            event_walk_reads_fetch <= 4'd0;
            event_walk_reads_data <= 4'd0;
        end else begin
            if (record_end)
                event_lookups <= 2'd0;
            else
                event_lookups <= event_lookups | ({2{starts}} & {!for_fetch, for_fetch});
            if (record_end)
                event_misses <= 2'd0;
            else
                event_misses <= event_misses | ({2{misses}} & {!for_fetch, for_fetch});
            if (record_end)
                event_fills <= 2'd0;
            else
                event_fills <= event_fills |
                    ({2{walked && !walk_failed}} & {!for_fetch, for_fetch});
            if (record_end)
                event_walk_reads_fetch <= 4'd0;
            else if (walk_reads_entry && for_fetch)
                event_walk_reads_fetch <= event_walk_reads_fetch + 4'd1;
            if (record_end)
                event_walk_reads_data <= 4'd0;
            else if (walk_reads_entry && !for_fetch)
                event_walk_reads_data <= event_walk_reads_data + 4'd1;
        end

    // ---- Flushes ----

    reg flush_waits_0;
    assign flush_busy = flush_waits_0;

    always @(posedge clk)
        if (rst) begin
            flush_waits_0 <= 1'b0;
            event_flushed <= 7'd0;
        end else begin
            if (flush_start)
                flush_waits_0 <= 1'b1;
            else if (flush_waits_0 && associator_fetch_done)
                flush_waits_0 <= 1'b0;
            if (record_end)
                event_flushed <= 7'd0;
            else
                event_flushed <= event_flushed +
                    (associator_fetch_flushed & {7{flush_waits_0 && associator_fetch_done}});
        end
endmodule

`default_nettype wire
