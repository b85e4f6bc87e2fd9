// Nestor 0.9.2, unit nestor_bus, configuration plain, hash 8e02b6f4282d5fff

`default_nettype none

// Arbiter of instruction and data port (data first), and decoder of real names.
// RAM answers in the next cycle, devices two cycles later.
module nestor_bus (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high
    input  wire finished_i, // the run has ended: take no new request
    input  wire wait_i, // take no new request
    input  wire dbus_cyc_i,
    input  wire dbus_stb_i,
    input  wire dbus_we_i, // only with a request
    input  wire [31:0] dbus_adr_i, // real name
    input  wire [3:0] dbus_sel_i,
    input  wire [31:0] dbus_dat_i,
    input  wire ibus_cyc_i,
    input  wire ibus_stb_i,
    input  wire [31:0] ibus_adr_i, // real name, always in RAM
    output wire ibus_stall_o,
    output reg  ibus_ack_o, // ibus_dat_o is the answer
    input  wire uart_busy_i, // the UART cannot take a byte
    output wire dbus_stall_o,
    input  wire [31:0] ram_data_i, // word read, a cycle after it was asked for
    input  wire [31:0] uart_data_i, // word read, with uart_enable_o
    input  wire [31:0] clint_data_i, // word read, with clint_enable_o
    output reg  dbus_ack_o, // dbus_dat_o is the answer
    output wire [31:0] dbus_dat_o,
    output wire [31:0] ibus_dat_o,
    output wire [15:0] ram_read_address_o, // number of the word to read
    output wire ram_write_o, // write a word
    output wire [15:0] ram_address_o, // its number
    output wire [3:0] ram_lanes_o,
    output wire [31:0] ram_data_o,
    output wire uart_enable_o,
    output wire clint_enable_o,
    output wire finisher_enable_o,
    output reg  device_write_o, // it writes
    output reg  [15:0] device_offset_o, // in the device's window
    output reg  [3:0] device_lanes_o, // bytes to read or write
    output reg  [31:0] device_data_o // data to write; a cycle later the answer
);
    // ---- Data port ----

    wire dbus_request = dbus_cyc_i && dbus_stb_i;
    wire is_ram = (dbus_adr_i & 32'hfffc0000) == 32'h80000000;
    wire is_uart = (dbus_adr_i & 32'hfffff000) == 32'h10000000;
    wire is_clint = (dbus_adr_i & 32'hffff0000) == 32'h2000000;
    wire is_finisher = (dbus_adr_i & 32'hfffff000) == 32'h100000;

    // ---- Instruction port ----

    wire ibus_request = ibus_cyc_i && ibus_stb_i;
    assign ibus_stall_o = dbus_request && !dbus_we_i || finished_i || wait_i;
    wire ibus_accepted = ibus_request && !ibus_stall_o;

    always @(posedge clk)
        if (rst)
            ibus_ack_o <= 1'b0;
        else
            ibus_ack_o <= ibus_accepted;

    // ---- A device's request, and the answers ----

    reg device_active; // a request waits for its device
    reg for_uart;
    reg for_clint;
    reg for_finisher;

    // The UART holds the port while its transmitter is busy: software need not wait for it.
    wire held = for_uart && device_write_o && uart_busy_i;
    wire device_done = device_active && !held;
    assign dbus_stall_o = finished_i || wait_i || device_active;
    wire dbus_accepted = dbus_request && !dbus_stall_o;
    reg from_device; // the data port's answer comes from a device

    always @(posedge clk) begin
        if (dbus_accepted) begin
            for_uart <= is_uart;
            for_clint <= is_clint;
            for_finisher <= is_finisher;
            device_write_o <= dbus_we_i;
            device_offset_o <= dbus_adr_i[15:0];
            device_lanes_o <= dbus_sel_i;
            device_data_o <= dbus_dat_i;
        end
        from_device <= device_done;
        // The answer takes the place of the data: the device has had them, and no request is accepted meanwhile.
        if (device_done)
            device_data_o <= (uart_data_i & {32{for_uart}}) | (clint_data_i & {32{for_clint}});
    end

    always @(posedge clk)
        if (rst) begin
            device_active <= 1'b0;
            dbus_ack_o <= 1'b0;
        end else begin
            if (device_done)
                device_active <= 1'b0;
            if (dbus_accepted)
                device_active <= !is_ram;
            dbus_ack_o <= dbus_accepted && is_ram || device_done;
        end

    assign dbus_dat_o = from_device ? device_data_o : ram_data_i;
    assign ibus_dat_o = ram_data_i;

    // ---- RAM ----

    wire data_writes = dbus_we_i && dbus_accepted && is_ram;
    wire data_reads = dbus_request && !dbus_we_i;
    wire [31:0] read_name = data_reads ? dbus_adr_i : ibus_adr_i;
    assign ram_read_address_o = read_name[17:2];
    assign ram_write_o = data_writes;
    assign ram_address_o = dbus_adr_i[17:2];
    assign ram_lanes_o = dbus_sel_i;
    assign ram_data_o = dbus_dat_i;

    // ---- Devices: a request is one pulse of the enable, with the other signals beside it ----

    assign uart_enable_o = device_done && for_uart;

    // These two let nobody wait.
    assign clint_enable_o = device_active && for_clint;
    assign finisher_enable_o = device_active && for_finisher;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, read_name[1:0], read_name[31:18], 1'b0};
endmodule

`default_nettype wire
