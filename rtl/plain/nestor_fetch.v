// Nestor 0.9.2, unit nestor_fetch, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// Takes instruction words ahead of execution.
module nestor_fetch (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Instruction words, from fetch to X
    output wire head_valid, // an instruction word is ready for X
    output wire [31:0] head, // the instruction word that waits for X
    // it is a jump that is taken to be taken: the next word is that of its target
    output wire head_steered,
    input  wire head_taken, // X takes the word

    // Where execution goes on
    input  wire redirect, // execution goes on elsewhere: forget everything ahead
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
    localparam [4:0] OPCODE_BRANCH = 5'h18;
    localparam [4:0] OPCODE_JAL = 5'h1b;

    // ---- State ----

    reg [29:0] next; // word to ask for next
    reg target_waits; // a jump to w_target has not been asked for
    reg first; // word_0 waits
    reg second; // word_1 waits, too
    reg steered; // word_0 is a jump whose target has been asked for
    reg [1:0] pending; // requests without an answer
    reg [1:0] drop; // of these, nobody wants

    // ---- Answers ----

    wire unwanted = |drop;
    wire comes = ibus_ack_i && !unwanted;
    wire [2:0] have = {1'b0, pending - drop} + {1'b0, {1'b0, first} + {1'b0, second}};
    reg [31:0] word_0;
    wire [31:0] oldest = first ? word_0 : ibus_dat_i;
    wire to_target = redirect || target_waits;

    // ---- Jumps that are taken to be taken ----

    wire [4:0] opcode = oldest[6:2];
    wire is_jal = opcode == OPCODE_JAL;

    // The offset within a page, in words, and half a word; the two formats differ where bit 3 of the word tells.
    wire [9:0] offset = {(oldest[3] ? oldest[20] : oldest[7]), oldest[30:25],
        (oldest[3] ? oldest[24:22] : oldest[11:9])};

    // The head's own word, which lies so many words before the next one to be asked for; bit 10: in the same page.
    wire [10:0] head_word = {1'b1, next[9:0]} - {8'd0, have};

    // The page of `next` stays as it is if the next one to be asked for is not the last one of its page.
    wire same_page = head_word[10] && !(&next[9:0]);
    wire [10:0] target_sum = {1'b0, head_word[9:0]} + {1'b0, offset};
    wire [11:0] behind_target = {1'b0, head_word[9:0], 1'b1} + {1'b0, offset, 1'b1};

    // Back in this page, or ahead with the word behind it in this page, too.
    wire within_page = oldest[31] ? target_sum[10] : !behind_target[11];
    wire steers = (first || comes) && !(first && steered) && !to_target && same_page &&
        (is_jal || opcode == OPCODE_BRANCH && oldest[31]) &&
        !(oldest[3] ? oldest[21] : oldest[8]) && (!is_jal || oldest[19:12] == {8{oldest[31]}}) &&
        within_page;

    // ---- Address ----

    wire [29:0] address = to_target ? w_target : next;

    // Both words that may be next are looked at, before it is known which one it is.
    wire allowed = to_target ? (w_target[29:10] & 20'hfffc0) == 20'h80000 :
        (next[29:10] & 20'hfffc0) == 20'h80000;

    wire asked;
    wire [29:0] next_sum;

    always @(posedge clk)
        if (rst) begin
            next <= RESET_VECTOR;
            target_waits <= 1'b0;
        end else begin
            target_waits <= to_target && !asked;
            if (asked)
                next <= {next_sum[29:10], (steers ? behind_target[10:1] : next_sum[9:0])};
        end

    assign next_sum = address + 30'd1;

    // ---- Request ----

    wire wanted = allowed;

    // A jump that waits is the last word wanted. That there is one is seen a cycle later: to steer comes late.
    reg word_0_steers; // word_0 is a jump whose target is still to be asked for
    wire ask = wanted && (redirect || have < 3'd2 || word_0_steers) && pending != 2'd3 && !sweeping;
    assign ibus_stb_o = ask;
    assign ibus_cyc_o = ask || |pending;
    assign ibus_adr_o = {address[29:10], (steers ? target_sum[9:0] : address[9:0]), 2'd0};
    assign asked = ask && !ibus_stall_i;

    always @(posedge clk)
        if (rst) begin
            word_0_steers <= 1'b0;
            fetch_blocked <= 1'b0;
        end else begin
            word_0_steers <= steers && !asked && !head_taken;
            fetch_blocked <= !allowed && (pending == drop && !first || redirect);
        end

    // ---- Words that wait ----

    wire has_steered = steers && asked;
    assign head_steered = has_steered || first && steered;
    wire [1:0] pending_after = pending - {1'b0, ibus_ack_i};
    reg [31:0] word_1;
    assign head_valid = (first || comes) && !redirect;
    assign head = oldest;

    // Of words waiting and coming, how many stay?
    wire any = first || comes;
    wire two = first && (second || comes) && !has_steered;

    always @(posedge clk)
        if (rst) begin
            first <= 1'b0;
            second <= 1'b0;
            steered <= 1'b0;
            pending <= 2'd0;
            drop <= 2'd0;
        end else begin
            steered <= head_steered && !head_taken;
            pending <= pending_after + {1'b0, asked};
            if (redirect || has_steered)
                drop <= pending_after;
            else if (ibus_ack_i && |drop)
                drop <= drop - 2'd1;
            first <= !redirect && (two || any && !head_taken);
            second <= !redirect && (second && comes && !has_steered || two && !head_taken);
        end

    always @(posedge clk)
        if (!(first && !head_taken))
            word_0 <= second ? word_1 : ibus_dat_i;

    always @(posedge clk)
        if (!(second && !head_taken))
            word_1 <= ibus_dat_i;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, behind_target[0], 1'b0};
endmodule

`default_nettype wire
