// An iCE40 UP5K with nestor_soc on it, to measure what that takes: clock, reset, a serial line for UART and loader. RAM
// is outside nestor_soc here (tests/bench/qor_job.sh takes it out), so that the loader reaches it.
//
// Loader: after power-on the SoC is held in reset. The first three bytes that come are the length, lowest first, the
// others go into RAM from its beginning; with the last one the SoC starts, and the line is its UART's.
//
// LENGTH of a bit in clocks. The macros are the widths of the ports of nestor_ram: RAM_ADDRESS, RAM_DATA.
module board #(parameter LENGTH = 104) (
    input  wire clk,
    input  wire rx,
    output wire tx,
    output wire halted,
    output wire finished
);
    localparam LANES = `RAM_DATA / 8;
    localparam LANE_BITS = LANES == 8 ? 3 : LANES == 4 ? 2 : LANES == 2 ? 1 : 0;
    localparam BYTES = `RAM_ADDRESS + LANE_BITS; // bits of the number of a byte

    reg [3:0] power_on = 4'd0;
    wire rst = !power_on[3];
    always @(posedge clk)
        if (rst) power_on <= power_on + 4'd1;

    // ---- Receiver ----

    reg [1:0] line;
    reg [7:0] rx_clock;
    reg [3:0] rx_bit; // 0: none; 1 the start bit ... 10 the stop bit
    reg [7:0] rx_byte;
    reg received;
    always @(posedge clk) begin
        line <= {line[0], rx};
        received <= 1'b0;
        if (rst) begin
            rx_bit <= 4'd0;
        end else if (rx_bit == 4'd0) begin
            rx_clock <= LENGTH / 2;
            if (!line[1]) rx_bit <= 4'd1;
        end else if (rx_clock != 8'd0) begin
            rx_clock <= rx_clock - 8'd1;
        end else begin
            rx_clock <= LENGTH - 1;
            rx_bit <= rx_bit + 4'd1;
            if (rx_bit == 4'd10) begin
                rx_bit <= 4'd0;
                received <= line[1];
            end else begin
                rx_byte <= {line[1], rx_byte[7:1]};
            end
        end
    end

    // ---- Loader ----

    reg [1:0] counted; // bytes of the length that have come
    reg [23:0] left;
    reg [BYTES-1:0] place;
    reg started;
    wire stores = received && counted == 2'd3 && !started;
    always @(posedge clk)
        if (rst) begin
            counted <= 2'd0;
            left <= 24'd0;
            place <= 0;
            started <= 1'b0;
        end else if (counted != 2'd3) begin
            if (received) begin
                counted <= counted + 2'd1;
                left <= {rx_byte, left[23:8]};
            end
        end else begin
            if (stores) begin
                place <= place + 1;
                left <= left - 24'd1;
            end
            if (left == 24'd0) started <= 1'b1;
        end

    // ---- Transmitter ----

    wire tx_valid;
    wire [7:0] tx_data;
    reg [7:0] tx_clock;
    reg [3:0] tx_left;
    reg [9:0] tx_bits = 10'h3ff;
    wire tx_ready = tx_left == 4'd0;
    assign tx = tx_bits[0];
    always @(posedge clk)
        if (rst) begin
            tx_left <= 4'd0;
            tx_bits <= 10'h3ff;
        end else if (tx_ready) begin
            tx_clock <= LENGTH - 1;
            if (tx_valid) begin
                tx_bits <= {1'b1, tx_data, 1'b0};
                tx_left <= 4'd10;
            end
        end else if (tx_clock != 8'd0) begin
            tx_clock <= tx_clock - 8'd1;
        end else begin
            tx_clock <= LENGTH - 1;
            tx_bits <= {1'b1, tx_bits[9:1]};
            tx_left <= tx_left - 4'd1;
        end

    // ---- The SoC, and RAM between it and the loader ----

    wire write, rx_taken;
    wire [`RAM_ADDRESS-1:0] address;
    wire [LANES-1:0] lanes;
    wire [`RAM_DATA-1:0] data, read;
    reg rx_valid;
    always @(posedge clk)
        if (rst || !started) rx_valid <= 1'b0;
        else rx_valid <= received || rx_valid && !rx_taken;

    nestor_soc soc (
        .clk(clk),
        .rst(!started),
        .uart_tx_ready_i(tx_ready),
        .uart_tx_valid_o(tx_valid),
        .uart_tx_data_o(tx_data),
        .uart_rx_valid_i(rx_valid),
        .uart_rx_data_i(rx_byte),
        .uart_rx_ready_o(rx_taken),
        .halted_o(halted),
        .finished_o(finished),
        .u_ram_write_i(write),
        .u_ram_address_i(address),
        .u_ram_lanes_i(lanes),
        .u_ram_data_i(data),
        .u_ram_data_o(read)
    );

    nestor_ram ram (
        .clk(clk),
        .write_i(started ? write : stores),
        .address_i(started ? address : place[BYTES-1:LANE_BITS]),
        .lanes_i(started ? lanes : {{(LANES - 1){1'b0}}, 1'b1} << place[LANE_BITS-1:0]),
        .data_i(started ? data : {LANES{rx_byte}}),
        .data_o(read)
    );
endmodule
