// Nestor 0.9.2, unit nestor_clint, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// CLINT: the time, its comparator, and the software interrupt.
module nestor_clint (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire enable_i, // a request
    input  wire write_i, // it writes
    input  wire [15:0] offset_i, // in the window
    input  wire [3:0] lanes_i, // bytes to write
    input  wire [31:0] data_i, // data to write
    input  wire commit_i, // a commit record: time advances by one
    input  wire wfi_i, // a WFI waits for the timer: time moves to mtimecmp, never back
    output reg  wfi_wakeable_o, // the timer can wake a WFI
    output wire [31:0] data_o, // word read, in the cycle of the request
    output wire irq_software_o, // level 0's MSI line
    output reg  irq_timer_o, // level 0's MTI line
    output wire [63:0] mtime_o // for reads of the CSR time
);
    localparam [15:0] CLINT_MSIP = 16'd0;
    localparam [15:0] CLINT_MTIMECMP = 16'h4000;
    localparam [15:0] CLINT_MTIMECMPH = 16'h4004;
    localparam [15:0] CLINT_MTIME = 16'hbff8;
    localparam [15:0] CLINT_MTIMEH = 16'hbffc;

    wire [15:0] word = {offset_i[15:2], 2'd0};
    wire writes = enable_i && write_i;

    // ---- Registers ----

    reg msip; // software interrupt
    reg [63:0] mtimecmp; // the timer interrupt is pending from this time on

    // Time is kept as its complement, which counts down: a comparison by carries then needs no inverter.
    reg [63:0] mtime_n;
    wire [63:0] mtime = ~mtime_n; // the time

    // ---- Time, and the timer's line ----

    wire writes_mtime = writes && word == CLINT_MTIME;
    wire writes_mtimeh = writes && word == CLINT_MTIMEH;
    wire [63:0] mtime_written = {(writes_mtimeh && lanes_i[3] ? data_i[31:24] : mtime[63:56]),
        (writes_mtimeh && lanes_i[2] ? data_i[23:16] : mtime[55:48]),
        (writes_mtimeh && lanes_i[1] ? data_i[15:8] : mtime[47:40]),
        (writes_mtimeh && lanes_i[0] ? data_i[7:0] : mtime[39:32]),
        (writes_mtime && lanes_i[3] ? data_i[31:24] : mtime[31:24]),
        (writes_mtime && lanes_i[2] ? data_i[23:16] : mtime[23:16]),
        (writes_mtime && lanes_i[1] ? data_i[15:8] : mtime[15:8]),
        (writes_mtime && lanes_i[0] ? data_i[7:0] : mtime[7:0])};
    wire [63:0] mtime_from = wfi_i && !irq_timer_o ? mtimecmp : mtime_written;
    wire [63:0] mtime_next_n = ~mtime_from - {63'd0, commit_i};
    wire [64:0] left = {1'b0, mtimecmp} + {1'b0, mtime_next_n};

    always @(posedge clk)
        if (rst)
            wfi_wakeable_o <= 1'b0;
        else
            wfi_wakeable_o <= !(&mtimecmp);

    wire writes_mtimecmp = writes && word == CLINT_MTIMECMP;
    wire writes_mtimecmph = writes && word == CLINT_MTIMECMPH;

    always @(posedge clk)
        if (rst) begin
            msip <= 1'b0;
            mtimecmp <= 64'hffffffffffffffff;
            mtime_n <= 64'hffffffffffffffff;
            irq_timer_o <= 1'b0;
        end else begin
            mtime_n <= mtime_next_n;
            irq_timer_o <= !left[64];
            if (writes_mtimecmp && lanes_i[0])
                mtimecmp[7:0] <= data_i[7:0];
            if (writes_mtimecmp && lanes_i[1])
                mtimecmp[15:8] <= data_i[15:8];
            if (writes_mtimecmp && lanes_i[2])
                mtimecmp[23:16] <= data_i[23:16];
            if (writes_mtimecmp && lanes_i[3])
                mtimecmp[31:24] <= data_i[31:24];
            if (writes_mtimecmph && lanes_i[0])
                mtimecmp[39:32] <= data_i[7:0];
            if (writes_mtimecmph && lanes_i[1])
                mtimecmp[47:40] <= data_i[15:8];
            if (writes_mtimecmph && lanes_i[2])
                mtimecmp[55:48] <= data_i[23:16];
            if (writes_mtimecmph && lanes_i[3])
                mtimecmp[63:56] <= data_i[31:24];
            if (writes && word == CLINT_MSIP && lanes_i[0])
                msip <= data_i[0];
        end

    // ---- Reading ----

    assign data_o = ({32{word == CLINT_MSIP}} & {31'd0, msip}) |
        ({32{word == CLINT_MTIMECMP}} & mtimecmp[31:0]) |
        ({32{word == CLINT_MTIMECMPH}} & mtimecmp[63:32]) |
        ({32{word == CLINT_MTIME}} & mtime[31:0]) | ({32{word == CLINT_MTIMEH}} & mtime[63:32]);
    assign irq_software_o = msip;
    assign mtime_o = mtime;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, offset_i[1:0], left[63:0], 1'b0};
endmodule

`default_nettype wire
