// Nestor 0.1.0, unit counters, configuration plain, hash aae8e133f1d983ae
//
// [machine]
// depth = 0
// syllable_bits = 4
// isa = rv32im
// privilege = mu
// phi = identity
// multiplier = sequential
// timebase = commit
// f_maps = rb, linear
// f_type = I
// ram_base = 0x80000000
// ram_bytes = 0x00040000
// hv_root = 0x80000040
// reset_vector = 0x80000000
// uart_base = 0x10000000
// clint_base = 0x02000000
// finisher_base = 0x00100000
//
// [associator]
// entries = 0
// ways = 1
// replacement = lru
// key = vmid
// split = unified
// prefix_entries = 0
// counter_bits = 0

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

    // ---- The word asked for ----

    assign counter_word = ({32{word == 5'h10}} & mcycle[31:0]) |
        ({32{word == 5'h11}} & mcycle[63:32]) | ({32{word == 5'h12}} & mtime_i[31:0]) |
        ({32{word == 5'h13}} & mtime_i[63:32]) | ({32{word == 5'h14}} & minstret[31:0]) |
        ({32{word == 5'h15}} & minstret[63:32]);
endmodule

`default_nettype wire
