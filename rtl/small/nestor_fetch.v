// Nestor 0.9.2, unit nestor_fetch, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// Takes instruction words ahead of execution.
module nestor_fetch (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Instruction words, from fetch to X
    output wire head_valid, // an instruction word is ready for X
    output wire [31:0] head, // the instruction word that waits for X
    input  wire head_taken, // X takes the word

    // Where execution goes on
    input  wire redirect, // execution goes on elsewhere: forget everything ahead
    input  wire [29:0] w_target, // where to go on a jump, in words

    // A fetch and its page
    // Nothing is on the way, and nothing can be asked for: seen one cycle later.
    output reg  fetch_blocked, // nothing comes, since the next word's page must be looked at first
    output wire [19:0] fetch_page, // resource page of the word asked for
    output wire [9:0] fetch_offset, // number of the word asked for in its page
    input  wire fetch_hit, // fetch may go on in the page of the word asked for
    input  wire [19:0] fetch_real_page, // real page of the word asked for

    // Registers read for X
    input  wire sweeping, // registers are being cleared after reset

    // Instruction port, Wishbone B4 pipelined
    // instruction port, Wishbone B4 pipelined: a request, or one that waits for its answer
    output wire ibus_cyc_o,
    output wire ibus_stb_o, // instruction port: request
    // instruction port: real name of a word: byte address, bits 1:0 zero
    output wire [31:0] ibus_adr_o,
    input  wire ibus_stall_i, // instruction port: the request is not taken
    input  wire ibus_ack_i, // instruction port: an answer comes
    input  wire [31:0] ibus_dat_i // instruction port: the word
);
    localparam [29:0] RESET_VECTOR = 30'h20000000;

    // ---- State ----

    reg [29:0] next; // word to ask for next
    reg target_waits; // a jump to w_target has not been asked for
    reg first; // word_0 waits
    reg second; // word_1 waits, too
    reg [1:0] pending; // requests without an answer
    reg [1:0] drop; // of these, nobody wants

    // ---- Answers ----

    wire unwanted = |drop;
    wire comes = ibus_ack_i && !unwanted;
    wire [2:0] have = {1'b0, pending - drop} + {1'b0, {1'b0, first} + {1'b0, second}};
    reg [31:0] word_0;
    wire [31:0] oldest = first ? word_0 : ibus_dat_i;
    wire to_target = redirect || target_waits;

    // ---- Address ----

    wire [29:0] address = to_target ? w_target : next;
    assign fetch_page = address[29:10];
    assign fetch_offset = address[9:0];

    wire asked;
    wire [29:0] next_sum;

    always @(posedge clk)
        if (rst) begin
            next <= RESET_VECTOR;
            target_waits <= 1'b0;
        end else begin
            target_waits <= to_target && !asked;
            if (asked)
                next <= next_sum;
        end

    assign next_sum = address + 30'd1;

    // ---- Request ----

    wire wanted = fetch_hit;
    wire ask = wanted && (redirect || have < 3'd2) && pending != 2'd3 && !sweeping;
    assign ibus_stb_o = ask;
    assign ibus_cyc_o = ask || |pending;
    assign ibus_adr_o = {fetch_real_page, address[9:0], 2'd0};
    assign asked = ask && !ibus_stall_i;

    always @(posedge clk)
        if (rst)
            fetch_blocked <= 1'b0;
        else
            fetch_blocked <= !fetch_hit && (pending == drop && !first || redirect);

    // ---- Words that wait ----

    wire [1:0] pending_after = pending - {1'b0, ibus_ack_i};
    reg [31:0] word_1;
    assign head_valid = (first || comes) && !redirect;
    assign head = oldest;

    // Of words waiting and coming, how many stay?
    wire any = first || comes;
    wire two = first && (second || comes);

    always @(posedge clk)
        if (rst) begin
            first <= 1'b0;
            second <= 1'b0;
            pending <= 2'd0;
            drop <= 2'd0;
        end else begin
            pending <= pending_after + {1'b0, asked};
            if (redirect)
                drop <= pending_after;
            else if (ibus_ack_i && |drop)
                drop <= drop - 2'd1;
            first <= !redirect && (two || any && !head_taken);
            second <= !redirect && (second && comes || two && !head_taken);
        end

    always @(posedge clk)
        if (!(first && !head_taken))
            word_0 <= second ? word_1 : ibus_dat_i;

    always @(posedge clk)
        if (!(second && !head_taken))
            word_1 <= ibus_dat_i;
endmodule

`default_nettype wire
