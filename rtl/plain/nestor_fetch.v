// Nestor 0.7.0, unit nestor_fetch, configuration plain, hash 02289b6eb1add174

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
    input  wire [30:0] x_way, // pc of the instruction in X + its offset, in half-words
    input  wire steer, // fetch is to go on at x_way
    // w_target on a redirect, and until fetch has asked for a word there; else x_way, in words
    output wire [29:0] jump_target,
    input  wire [29:0] w_target, // where to go on a jump, in words

    // A fetch and its page
    // Nothing is on the way, and nothing can be asked for: seen one cycle later.
    output reg  fetch_blocked, // nothing comes, since the next word's page must be looked at first

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
    reg way_waits; // one to x_way has not
    reg first; // word_0 waits
    reg second; // word_1 waits, too
    reg [1:0] pending; // requests without an answer
    reg [1:0] drop; // of these, nobody wants

    // ---- Address ----

    wire jump = redirect || steer;
    wire to_target = redirect || target_waits;
    wire to_way = (steer || way_waits) && !redirect;
    assign jump_target = to_target ? w_target : x_way[30:1];
    wire [29:0] address = to_target || to_way ? jump_target : next;

    // Each word that may be next is looked at, before it is known which one it is.
    wire allowed = to_target && (w_target[29:10] & 20'hfffc0) == 20'h80000 ||
        to_way && (x_way[30:11] & 20'hfffc0) == 20'h80000 ||
        !(to_target || to_way) && (next[29:10] & 20'hfffc0) == 20'h80000;

    wire asked;

    always @(posedge clk)
        if (rst) begin
            next <= RESET_VECTOR;
            target_waits <= 1'b0;
            way_waits <= 1'b0;
        end else begin
            target_waits <= to_target && !asked;
            way_waits <= to_way && !asked;
            if (asked)
                next <= address + 30'd1;
        end

    // ---- Request ----

    wire wanted = allowed;
    wire ask = wanted && (jump || {1'b0, pending - drop} + {1'b0, {1'b0, first} + {1'b0, second}} <
        3'd2) && pending != 2'd3 && !sweeping;
    assign ibus_stb_o = ask;
    assign ibus_cyc_o = ask || |pending;
    assign ibus_adr_o = {address, 2'd0};
    assign asked = ask && !ibus_stall_i;

    always @(posedge clk)
        if (rst)
            fetch_blocked <= 1'b0;
        else
            fetch_blocked <= !allowed && (pending == drop && !first || jump);

    // ---- Answers ----

    wire comes_a = |drop;
    wire comes = ibus_ack_i && !comes_a;
    wire [1:0] pending_after = pending - {1'b0, ibus_ack_i};
    reg [31:0] word_0;
    reg [31:0] word_1;
    assign head_valid = (first || comes) && !jump;
    assign head = first ? word_0 : ibus_dat_i;

    always @(posedge clk)
        if (rst) begin
            first <= 1'b0;
            second <= 1'b0;
            pending <= 2'd0;
            drop <= 2'd0;
        end else begin
            pending <= pending_after + {1'b0, asked};
            if (jump)
                drop <= pending_after;
            else if (ibus_ack_i && comes_a)
                drop <= drop - 2'd1;
            // Of words waiting and coming, how many stay?
            first <= !jump && (second || first && comes ||
                (first && !second || !first && comes) && !head_taken);
            second <= !jump && (second && (comes || !head_taken) || first && comes && !head_taken);
        end

    always @(posedge clk) begin
        if (!(first && !head_taken))
            word_0 <= second ? word_1 : ibus_dat_i;
        if (!(second && !head_taken))
            word_1 <= ibus_dat_i;
    end

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, x_way[0], 1'b0};
endmodule

`default_nettype wire
