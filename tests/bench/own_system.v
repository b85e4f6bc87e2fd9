// A system of somebody's own around nestor_core, for tests/unit/test_own_system.c: RAM of random latency on both ports, the
// finisher, and a device window that is not Nestor's. With CLASSIC it is nestor_core_classic, with classic cycles; with ERR
// its ports have err.
//
//   +seed=N       of the wait states; 0: none
//   +ierr=HEX     the first fetch of this word, and +derr=HEX the first access of the data port to it, ends with err
//   +derr_skip=N  not the first, but N later
//
// The window is like directed_window() of tests/support: reads give a word made of the offset, and where bit 8 of the offset
// is set, there is nothing. It prints each access of the window, "end CODE", and writes RAM to end.hex.
`timescale 1ns / 1ns
module own_system;
    parameter RAM_BASE = 32'h80000000;
    parameter RAM_WORDS = 65536;
    parameter WINDOW_BASE = 32'h20008000;
    parameter WINDOW_BYTES = 32'h3000;
    parameter WINDOW = 4'd1;
    parameter FINISHER = 32'h00100000;

    reg clk = 1'b0, rst = 1'b1;
    always #5 clk = !clk;

    reg [31:0] ram [0:RAM_WORDS - 1];
    integer    seed, derr_skip, i;
    reg [31:0] ierr, derr;
    reg        ierr_armed, derr_armed;
    initial begin
        if (!$value$plusargs("seed=%d", seed)) seed = 0;
        ierr_armed = $value$plusargs("ierr=%h", ierr);
        derr_armed = $value$plusargs("derr=%h", derr);
        if (!$value$plusargs("derr_skip=%d", derr_skip)) derr_skip = 0;
        $readmemh("ram.hex", ram);
        #100 rst = 1'b0;
        #20000000 $display("timeout");
        $finish(0);
    end

    // How long this time; 0 without wait states.
    function integer some(input integer limit);
        some = seed == 0 ? 0 : $unsigned($random(seed)) % limit;
    endfunction

    wire [31:0] i_adr, d_adr, d_out;
    wire [3:0]  d_sel;
    wire        i_cyc, i_stb, d_cyc, d_stb, d_we, commit, halted, wfi;
    reg         i_ack = 1'b0, i_err = 1'b0, d_ack = 1'b0, d_err = 1'b0;
    reg [31:0]  i_dat, d_dat;
    reg [63:0]  mtime = 64'd0;
    always @(posedge clk) if (!rst && commit) mtime <= mtime + 64'd1;

    // ---- What is behind the names ----

    function [31:0] seen(input [31:0] data, input [3:0] lanes);
        seen = data & {{8{lanes[3]}}, {8{lanes[2]}}, {8{lanes[1]}}, {8{lanes[0]}}};
    endfunction

    reg        fails;
    reg [31:0] word;
    task fetch(input [31:0] address);
        begin
            word = ram[(address - RAM_BASE) >> 2];
            fails = ierr_armed && address == ierr;
            if (address - RAM_BASE >= 4 * RAM_WORDS) $display("fetch of %h", address);
            if (fails) ierr_armed = 1'b0;
        end
    endtask

    task access(input [31:0] address, input write, input [3:0] lanes, input [31:0] data);
        begin
            fails = 1'b0;
            word = 32'd0;
            if (derr_armed && address == derr) begin
                fails = derr_skip == 0;
                derr_armed = derr_skip != 0;
                derr_skip = derr_skip - 1;
            end
            if (address - WINDOW_BASE < WINDOW_BYTES) begin
                fails = fails || address[8];
                word = ((address - WINDOW_BASE + 32'd1) * 32'h9e3779b1) ^ {WINDOW, 28'd0};
                if (fails) $display("%s %h %b err", write ? "w" : "r", address, lanes);
                else $display("%s %h %b %h", write ? "w" : "r", address, lanes, seen(write ? data : word, write ? lanes : 4'hf));
            end else if (address - RAM_BASE < 4 * RAM_WORDS) begin
                word = ram[(address - RAM_BASE) >> 2];
                for (i = 0; i < 4; i = i + 1)
                    if (write && !fails && lanes[i])
                        ram[(address - RAM_BASE) >> 2][8 * i +: 8] = data[8 * i +: 8];
            end else if (address == FINISHER && write) begin
                $display("end %0d", data[15:0] == 16'h5555 ? 0 : data[31:16]);
                $writememh("end.hex", ram);
                $finish(0);
            end else
                $display("access of %h", address);
        end
    endtask

`ifdef CLASSIC
    wire [29:0] i_word, d_word;
    assign i_adr = {i_word, 2'b00};
    assign d_adr = {d_word, 2'b00};
    nestor_core_classic u_core (
        .ibus_adr_o(i_word),
        .dbus_adr_o(d_word),
`else
    reg i_stall = 1'b0, d_stall = 1'b0;
    nestor_core u_core (
        .ibus_adr_o(i_adr),
        .ibus_stall_i(i_stall),
        .dbus_adr_o(d_adr),
        .dbus_stall_i(d_stall),
`endif
        .clk(clk), .rst(rst),
        .ibus_cyc_o(i_cyc), .ibus_stb_o(i_stb), .ibus_ack_i(i_ack), .ibus_dat_i(i_dat),
        .dbus_cyc_o(d_cyc), .dbus_stb_o(d_stb), .dbus_we_o(d_we), .dbus_sel_o(d_sel), .dbus_dat_o(d_out),
        .dbus_ack_i(d_ack), .dbus_dat_i(d_dat),
`ifdef ERR
        .ibus_err_i(i_err), .dbus_err_i(d_err),
`endif
        .irq_external_i(1'b0), .irq_timer_i(1'b0), .irq_software_i(1'b0), .mtime_i(mtime),
        .commit_o(commit), .wfi_o(wfi), .wfi_wakeable_i(1'b0), .halted_o(halted)
    );

    // Answers, on both ports alike: data is only there with ack.
    task answer_fetch; begin i_ack <= !fails; i_err <= fails; i_dat <= fails ? 32'hx : word; end endtask
    task answer_access; begin d_ack <= !fails; d_err <= fails; d_dat <= fails ? 32'hx : word; end endtask

    integer i_wait = 0, d_wait = 0;
`ifdef CLASSIC
    // A cycle holds until ack or err.
    always @(posedge clk) begin
        i_ack <= 1'b0; i_err <= 1'b0; i_dat <= 32'hx;
        d_ack <= 1'b0; d_err <= 1'b0; d_dat <= 32'hx;
        if (i_cyc != i_stb || d_cyc != d_stb) $display("a cycle without a request");
        if (!rst && i_stb && !i_ack && !i_err) begin
            if (i_wait > 0) i_wait = i_wait - 1;
            else begin fetch(i_adr); answer_fetch; i_wait = some(4); end
        end
        if (!rst && d_stb && !d_ack && !d_err) begin
            if (d_wait > 0) d_wait = d_wait - 1;
            else begin access(d_adr, d_we, d_sel, d_out); answer_access; d_wait = some(5); end
        end
    end
    // Nothing of a request may change before its end.
    reg [69:0] held = 70'd0;
    always @(posedge clk) begin
        if (held[69] && held[68:0] !== {d_we, d_sel, d_adr, d_out}) $display("a request changed");
        held <= {!rst && d_stb && !d_ack && !d_err, d_we, d_sel, d_adr, d_out};
    end
`else
    // Requests wait in queues for their answers, in order.
    reg [31:0] i_queue [0:15];
    reg [68:0] d_queue [0:15];
    reg [3:0]  i_head = 4'd0, i_tail = 4'd0, d_head = 4'd0, d_tail = 4'd0;
    wire [3:0] i_fill = i_tail - i_head, d_fill = d_tail - d_head;
    always @(posedge clk) begin
        i_ack <= 1'b0; i_err <= 1'b0; i_dat <= 32'hx;
        d_ack <= 1'b0; d_err <= 1'b0; d_dat <= 32'hx;
        i_stall <= some(4) == 1 || i_fill > 4'd8;
        d_stall <= some(4) == 1 || d_fill > 4'd8;
        if (!rst && i_cyc && i_stb && !i_stall) begin i_queue[i_tail] = i_adr; i_tail = i_tail + 4'd1; end
        if (!rst && d_cyc && d_stb && !d_stall) begin
            d_queue[d_tail] = {d_we, d_sel, d_adr, d_out};
            d_tail = d_tail + 4'd1;
        end
        if (i_wait > 0) i_wait = i_wait - 1;
        else if (i_tail != i_head) begin
            fetch(i_queue[i_head]);
            answer_fetch;
            i_head = i_head + 4'd1;
            i_wait = some(4);
        end
        if (d_wait > 0) d_wait = d_wait - 1;
        else if (d_tail != d_head) begin
            access(d_queue[d_head][63:32], d_queue[d_head][68], d_queue[d_head][67:64], d_queue[d_head][31:0]);
            answer_access;
            d_head = d_head + 4'd1;
            d_wait = some(5);
        end
    end
`endif

    always @(posedge clk) if (!rst && halted === 1'b1) begin $display("halted"); $finish(0); end
endmodule
