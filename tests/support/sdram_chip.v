// An SDRAM as a chip behaves, with the times that JEDEC asks of who uses it: for simulation. Whatever is wrong is told
// on standard output, in a line that begins with "sdram:". Four banks, CAS latency 2, sequential bursts of 4 or 8, writes as single
// locations: what else a mode register can ask for is told as wrong.
`timescale 1ps / 1ps
module sdram_chip #(
    parameter DATA = 16,
    parameter ROWS = 13,
    parameter COLUMNS = 9,
    parameter STRICT = 1, // 0: the 200 us after power-up may be shorter
    parameter TIED = 0    // dqm is tied: a byte that nobody has written yet goes back as it came
) (
    input  wire               clk,
    input  wire               cke,
    input  wire               cs,
    input  wire               ras,
    input  wire               cas,
    input  wire               we,
    input  wire [1:0]         ba,
    input  wire [12:0]        a,
    input  wire [DATA/8-1:0]  dqm,
    inout  wire [DATA-1:0]    dq
);
    localparam real RCD = 20000, RP = 20000, RC = 70000, RAS = 45000, RFC = 70000, WR = 15000, AC = 6000, OH = 2500;
    localparam real FOREVER = 1e18;
    localparam real INTERVAL = 7812500, POWER_UP = 200000000;
    localparam WORDS = 1 << (ROWS + COLUMNS + 2);

    reg [DATA-1:0] cells [0:WORDS-1];
    reg        ready, moded;
    reg [3:0]  refreshes;
    reg        open [0:3];
    reg [ROWS-1:0] row [0:3];
    real opened [0:3], closed [0:3];  // when; closed also: when it will be
    real refreshed, any_refresh, moded_at, started;
    integer mode_age;

    // The burst that is read: with each edge after the command's, a beat comes out until the next edge.
    integer burst, phase, i;
    reg reading, closes;
    reg [1:0] read_bank;
    reg [ROWS-1:0] read_row;
    reg [COLUMNS-1:0] read_column, beat;
    reg drives;
    reg [DATA-1:0] out;
    assign dq = drives ? out : {DATA{1'bz}};

    task wrong(input [8*40-1:0] what);
        $display("sdram: %0s at %0t ps", what, $time);
    endtask

    function integer place(input [1:0] b, input [ROWS-1:0] r, input [COLUMNS-1:0] c);
        place = {b, r, c};
    endfunction

    wire [3:0] command = {cs, ras, cas, we};
    wire [COLUMNS-1:0] column = COLUMNS > 10 ? {a[11], a[9:0]} : a[COLUMNS-1:0];

    initial begin
        ready = 0; moded = 0; refreshes = 0; reading = 0; phase = 0; closes = 0; drives = 0; mode_age = 100; burst = 0;
        started = -1; refreshed = -1; any_refresh = -1; moded_at = -1;
        for (i = 0; i < 4; i = i + 1) begin
            open[i] = 0; opened[i] = -1000000; closed[i] = -1000000;
        end
    end

    function real later(input real x, input real y);
        later = x > y ? x : y;
    endfunction

    // Before the first reset nobody drives the command.
    always @(posedge clk) if (cke === 1 && (started >= 0 || ^command !== 1'bx)) begin
        if (started < 0) started = $realtime;
        mode_age = mode_age + 1;
        if (ready && $realtime - any_refresh > 2 * INTERVAL) begin
            wrong("a refresh is missing");
            any_refresh = $realtime;
        end
        if (reading) begin
            phase = phase + 1;
            if (phase > 1) out <= #(OH) {DATA{1'bx}};
            if (phase <= burst) begin
                beat = burst == 8 ? {read_column[COLUMNS-1:3], read_column[2:0] + phase[2:0] - 3'd1}
                                  : {read_column[COLUMNS-1:2], read_column[1:0] + phase[1:0] - 2'd1};
                drives <= #(AC) 1'b1;
                out <= #(AC) cells[place(read_bank, read_row, beat)];
                if (phase == burst && closes)
                    closed[read_bank] = later($realtime, opened[read_bank] + RAS);
            end else begin
                drives <= #(OH) 1'b0;
                reading = 0;
            end
        end
        casez (command)
            4'b1???, 4'b0111: ;
            4'b0011: begin  // active
                if (!moded) wrong("a row before the mode");
                if (open[ba]) wrong("a row in a bank that has one");
                if ($realtime - closed[ba] < RP) wrong("tRP");
                if ($realtime - opened[ba] < RC) wrong("tRC");
                if ($realtime - refreshed < RFC) wrong("tRFC");
                if (mode_age < 2) wrong("tMRD");
                open[ba] = 1;
                opened[ba] = $realtime;
                row[ba] = a[ROWS-1:0];
                if (^a === 1'bx || ^ba === 1'bx) wrong("unknown row");
            end
            4'b0101: begin  // read
                if (!open[ba]) wrong("a read without a row");
                if ($realtime - opened[ba] < RCD) wrong("tRCD");
                if (reading) wrong("a read in a read");
                if (|dqm !== 1'b0) wrong("a read that is masked");
                read_bank = ba;
                read_row = row[ba];
                read_column = column;
                reading = 1;
                phase = 0;
                closes = a[10];
                if (closes) begin
                    open[ba] = 0;
                    closed[ba] = FOREVER;
                end
            end
            4'b0100: begin  // write
                if (!open[ba]) wrong("a write without a row");
                if ($realtime - opened[ba] < RCD) wrong("tRCD");
                if (reading || drives) wrong("a write in a read");
                if (^dqm === 1'bx) wrong("unknown mask");
                for (i = 0; i < DATA / 8; i = i + 1)
                    if (!dqm[i]) begin
                        if (^dq[8*i+:8] === 1'bx && !(TIED && ^cells[place(ba, row[ba], column)][8*i+:8] === 1'bx))
                            wrong("unknown data");
                        cells[place(ba, row[ba], column)][8*i+:8] = dq[8*i+:8];
                    end
                if (a[10]) begin
                    open[ba] = 0;
                    closed[ba] = later($realtime + WR, opened[ba] + RAS);
                end
            end
            4'b0010: begin  // precharge
                if (!a[10]) wrong("a precharge of one bank");
                for (i = 0; i < 4; i = i + 1) begin
                    open[i] = 0;
                    closed[i] = $realtime;
                end
                if (STRICT && $realtime - started < POWER_UP) wrong("less than 200 us after power-up");
                ready = 1;
                any_refresh = $realtime;
            end
            4'b0001: begin  // refresh
                for (i = 0; i < 4; i = i + 1) begin
                    if (open[i]) wrong("a refresh with a row open");
                    if ($realtime - closed[i] < RP) wrong("tRP before a refresh");
                end
                if (refreshed >= 0 && $realtime - refreshed < RFC) wrong("tRFC");
                if (!ready) wrong("a refresh before a precharge");
                refreshed = $realtime;
                any_refresh = $realtime;
                if (refreshes != 15) refreshes = refreshes + 1;
            end
            4'b0000: begin  // mode
                if (refreshes < 2) wrong("the mode before two refreshes");
                if ($realtime - refreshed < RFC) wrong("tRFC");
                if (a[12:10] != 0 || !a[9] || a[8:7] != 0 || a[6:4] != 2 || a[3] || (a[2:0] != 2 && a[2:0] != 3) || ba != 0)
                    wrong("a mode that this chip has not");
                burst = 1 << a[2:0];
                moded = 1;
                mode_age = 0;
            end
            default: wrong("unknown command");
        endcase
    end
endmodule
