// Clocks nestor_soc under Icarus; the VPI module (vpi.c) does the rest. Times are those of dut.h:
// a cycle is 10 units, inputs change when clk falls, outputs are sampled just before it rises.
`timescale 1ns / 1ns
`include "windows.vh"
module nestor_testbench;
    reg        clk = 1'b0;
    reg        rst = 1'b1;
    reg        wait_i = 1'b0;
    reg        uart_rx_valid_i = 1'b0;
    reg  [7:0] uart_rx_data_i = 8'd0;
    reg [63:0] cycle = 64'd0;
    reg [63:0] wave_from;
    reg [63:0] wave_to;
    reg        wave;
    reg [31:0] ram_words;
    reg [31:0] i;

`ifdef HV_WINDOWS
    reg        wb_stall_i = 1'b0;
    reg        wb_ack_i = 1'b0;
    reg        wb_err_i = 1'b0;
    reg [31:0] wb_dat_i;
    reg        irq_external_i = 1'b0;
`endif

    nestor_soc nestor_soc (
`ifdef HV_WINDOWS
        .wb_stall_i      (wb_stall_i),
        .wb_ack_i        (wb_ack_i),
        .wb_err_i        (wb_err_i),
        .wb_dat_i        (wb_dat_i),
        .irq_external_i  (irq_external_i),
`endif
        .clk             (clk),
        .rst             (rst),
        .uart_tx_ready_i (1'b1),
        .uart_rx_valid_i (uart_rx_valid_i),
        .uart_rx_data_i  (uart_rx_data_i),
        .wait_i          (wait_i)
    );

    initial begin
        wave = $value$plusargs("wave_from=%d", wave_from);
        if (!$value$plusargs("wave_to=%d", wave_to))
            wave_to = 64'd0;
        if (!$value$plusargs("ram_words=%d", ram_words))
            ram_words = 32'd0;
        #1; // after the initial blocks of the SoC
        for (i = 32'd0; i < ram_words; i = i + 32'd1)
            nestor_soc.u_ram.mem[i] = 32'd0;
        $nestor_begin;
        #4 clk = 1'b1;
        #5 clk = 1'b0;
        repeat (3) begin
            #5 clk = 1'b1;
            #5 clk = 1'b0;
        end
        rst = 1'b0;
        forever begin
            if (wave && cycle == wave_from) begin
                $dumpfile("wave.fst");
                $dumpvars(0, nestor_testbench);
            end
            if (wave && cycle == wave_to)
                $dumpoff;
            $nestor_drive;
            #5 $nestor_sample;
            clk = 1'b1;
            #5 clk = 1'b0;
            cycle = cycle + 64'd1;
        end
    end
endmodule
