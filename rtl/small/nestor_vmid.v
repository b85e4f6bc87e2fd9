// Nestor 0.9.2, unit nestor_vmid, configuration small, hash 2d726b68a83e1b12

`default_nettype none

// Who runs: the VMID, and what the VMCBs on the way grant.
module nestor_vmid (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // Interrupts
    // Level 0's mie decides over real interrupts while virtual machines run.
    input  wire [2:0] interrupts_enabled, // mie: MSI, MTI, MEI
    output wire [2:0] vip_left, // what keeps pending at the running level if LVMID leaves it
    output reg  [2:0] vip_lines, // what monitors have made pending for the running level
    output wire [2:0] zero_enable, // level 0's mie
    output reg  line_here, // the running level owns the external line
    output reg  [2:0] line_owner, // the level that owns the external line
    output wire line_enable, // a level below owns it, and has MEI enabled
    output wire line_left, // LVMID is to leave the owner of the external line without handing it on
    input  wire line_note, // the mie of the level that is left is known
    input  wire line_note_enable, // its MEI
    output reg  vip_fault, // after LVMID: VIP of a level below is pending and enabled
    output reg  [2:0] vip_fault_level, // the lowest such level

    // The virtual machine that runs
    output wire at_zero, // n = 0
    output wire at_depth, // n = depth
    output reg  [2:0] level, // n
    output wire [2:0] level_below, // n - 1
    output reg  [15:0] running_vmid, // the VMID

    // What its levels may do
    output reg  vm_capability, // the running level may use LVMID and hv.fence
    output reg  exit_capability, // the running level may use hv.exit
    // vm_capability, for the sequencer: in the cycle after n has changed, too
    output wire vm_granted,
    output reg  counters_denied, // a level denies reading counters
    output reg  [2:0] counter_owner, // who gets a COUNTER fault
    output reg  wfi_denied, // a level denies WFI
    output reg  [2:0] wfi_owner, // who gets a WFI fault

    // What the sequencer is asked for
    // A chain that breaks cuts the VMID, and has no step 9.
    input  wire start_lvmid, // LVMID's operand has a resource name
    input  wire start_fault, // a VM-fault begins

    // Changes of the VMID
    input  wire [2:0] receiver, // who gets the VM-fault
    input  wire vmid_append, // append the syllable
    input  wire vmid_cut, // cut the VMID to the receiver
    input  wire [3:0] syllable, // the syllable to append
    output wire [3:0] held_syllable, // the one last held at the level to come
    input  wire caps_write, // CAPS of the level to come
    input  wire vip_write, // VIP of the level to come
    input  wire vip_note, // the level that is left has an interrupt

    // Data port, Wishbone B4 pipelined
    input  wire [31:0] dbus_dat_i // data port: the word read
);
    // ---- VMID ----

    reg zero; // n = 0: the same from a register, since most paths begin with it

    always @(posedge clk)
        if (rst) begin
            level <= 3'd0;
            zero <= 1'b1;
            running_vmid <= 16'd0;
        end else begin
            if (vmid_append) begin
                level <= level + 3'd1;
                zero <= 1'b0;
            end else if (vmid_cut) begin
                level <= receiver;
                zero <= receiver == 3'd0;
            end
            if (vmid_append && level == 3'd0)
                running_vmid[3:0] <= syllable;
            else if (vmid_cut && receiver <= 3'd0)
                running_vmid[3:0] <= 4'd0;
            if (vmid_append && level == 3'd1)
                running_vmid[7:4] <= syllable;
            else if (vmid_cut && receiver <= 3'd1)
                running_vmid[7:4] <= 4'd0;
            if (vmid_append && level == 3'd2)
                running_vmid[11:8] <= syllable;
            else if (vmid_cut && receiver <= 3'd2)
                running_vmid[11:8] <= 4'd0;
            if (vmid_append && level == 3'd3)
                running_vmid[15:12] <= syllable;
            else if (vmid_cut && receiver <= 3'd3)
                running_vmid[15:12] <= 4'd0;
        end

    assign at_zero = zero;
    assign at_depth = level == 3'd4;
    assign level_below = level - 3'd1;

    // ---- Syllables last held ----

    reg [3:0] held_1;
    reg [3:0] held_2;
    reg [3:0] held_3;
    reg [3:0] held_4;

    always @(posedge clk)
        if (rst) begin
            held_1 <= 4'd0;
            held_2 <= 4'd0;
            held_3 <= 4'd0;
            held_4 <= 4'd0;
        end else begin
            if (vmid_append && level == 3'd0)
                held_1 <= syllable;
            if (vmid_append && level == 3'd1)
                held_2 <= syllable;
            if (vmid_append && level == 3'd2)
                held_3 <= syllable;
            if (vmid_append && level == 3'd3)
                held_4 <= syllable;
        end

    assign held_syllable = ({4{level == 3'd0}} & held_1) | ({4{level == 3'd1}} & held_2) |
        ({4{level == 3'd2}} & held_3) | ({4{level == 3'd3}} & held_4);

    // ---- CAPS and VIP of each level ----

    reg cap_vm_1;
    reg cap_vm_2;
    reg cap_vm_3;
    reg cap_vm_4;
    reg cap_counters_1;
    reg cap_counters_2;
    reg cap_counters_3;
    reg cap_counters_4;
    reg cap_wfi_1;
    reg cap_wfi_2;
    reg cap_wfi_3;
    reg cap_wfi_4;
    reg cap_exit_1;
    reg cap_exit_2;
    reg cap_exit_3;
    reg cap_exit_4;
    reg cap_line_1;
    reg cap_line_2;
    reg cap_line_3;
    reg cap_line_4;
    reg [2:0] vip_1;
    reg [2:0] vip_2;
    reg [2:0] vip_3;
    reg [2:0] vip_4;
    assign vm_granted = zero || level == 3'd1 && cap_vm_1 || level == 3'd2 && cap_vm_2 ||
        level == 3'd3 && cap_vm_3 || level == 3'd4 && cap_vm_4;
    reg [2:0] zero_enable_saved;
    wire counters_denied_a = level > 3'd0;
    wire counters_denied_b = level > 3'd1;
    wire counters_denied_c = level > 3'd2;
    wire counters_denied_d = level > 3'd3;
    wire counters_denied_e = counters_denied_a && !cap_counters_1;
    wire counters_denied_f = counters_denied_b && !cap_counters_2;
    wire counters_denied_g = counters_denied_c && !cap_counters_3;
    wire counters_denied_h = counters_denied_d && !cap_counters_4;
    wire wfi_denied_a = counters_denied_a && !cap_wfi_1;
    wire wfi_denied_b = counters_denied_b && !cap_wfi_2;
    wire wfi_denied_c = counters_denied_c && !cap_wfi_3;
    wire wfi_denied_d = counters_denied_d && !cap_wfi_4;

    always @(posedge clk) begin
        if (caps_write && level == 3'd0)
            cap_vm_1 <= dbus_dat_i[0];
        if (caps_write && level == 3'd1)
            cap_vm_2 <= dbus_dat_i[0];
        if (caps_write && level == 3'd2)
            cap_vm_3 <= dbus_dat_i[0];
        if (caps_write && level == 3'd3)
            cap_vm_4 <= dbus_dat_i[0];
        if (caps_write && level == 3'd0)
            cap_counters_1 <= dbus_dat_i[1];
        if (caps_write && level == 3'd1)
            cap_counters_2 <= dbus_dat_i[1];
        if (caps_write && level == 3'd2)
            cap_counters_3 <= dbus_dat_i[1];
        if (caps_write && level == 3'd3)
            cap_counters_4 <= dbus_dat_i[1];
        if (caps_write && level == 3'd0)
            cap_wfi_1 <= dbus_dat_i[2];
        if (caps_write && level == 3'd1)
            cap_wfi_2 <= dbus_dat_i[2];
        if (caps_write && level == 3'd2)
            cap_wfi_3 <= dbus_dat_i[2];
        if (caps_write && level == 3'd3)
            cap_wfi_4 <= dbus_dat_i[2];
        if (caps_write && level == 3'd0)
            cap_exit_1 <= dbus_dat_i[3];
        if (caps_write && level == 3'd1)
            cap_exit_2 <= dbus_dat_i[3];
        if (caps_write && level == 3'd2)
            cap_exit_3 <= dbus_dat_i[3];
        if (caps_write && level == 3'd3)
            cap_exit_4 <= dbus_dat_i[3];
        if (caps_write && level == 3'd0)
            cap_line_1 <= dbus_dat_i[4];
        if (caps_write && level == 3'd1)
            cap_line_2 <= dbus_dat_i[4];
        if (caps_write && level == 3'd2)
            cap_line_3 <= dbus_dat_i[4];
        if (caps_write && level == 3'd3)
            cap_line_4 <= dbus_dat_i[4];
        if (vip_write && level == 3'd0)
            vip_1 <= {dbus_dat_i[11], dbus_dat_i[7], dbus_dat_i[3]};
        if (vip_write && level == 3'd1)
            vip_2 <= {dbus_dat_i[11], dbus_dat_i[7], dbus_dat_i[3]};
        if (vip_write && level == 3'd2)
            vip_3 <= {dbus_dat_i[11], dbus_dat_i[7], dbus_dat_i[3]};
        if (vip_write && level == 3'd3)
            vip_4 <= {dbus_dat_i[11], dbus_dat_i[7], dbus_dat_i[3]};
        vm_capability <= vm_granted;
        exit_capability <= level == 3'd1 && cap_exit_1 || level == 3'd2 && cap_exit_2 ||
            level == 3'd3 && cap_exit_3 || level == 3'd4 && cap_exit_4;
        counters_denied <= counters_denied_e || counters_denied_f || counters_denied_g ||
            counters_denied_h;
        counter_owner <= counters_denied_h ? 3'd3 :
            counters_denied_g ? 3'd2 :
            counters_denied_f ? 3'd1 :
            counters_denied_e ? 3'd0 :
            level - 3'd1;
        wfi_denied <= wfi_denied_a || wfi_denied_b || wfi_denied_c || wfi_denied_d;
        wfi_owner <= wfi_denied_d ? 3'd3 :
            wfi_denied_c ? 3'd2 :
            wfi_denied_b ? 3'd1 :
            wfi_denied_a ? 3'd0 :
            level - 3'd1;
        if (zero)
            zero_enable_saved <= interrupts_enabled;
    end

    assign zero_enable = zero ? interrupts_enabled : zero_enable_saved;

    // ---- The external interrupt, handed on ----

    wire owns_line = (level <= 3'd0 || cap_line_1) && (level <= 3'd1 || cap_line_2) &&
        (level <= 3'd2 || cap_line_3) && (level <= 3'd3 || cap_line_4);
    wire own_pending_a = vip_2[2] || cap_line_2 && vip_1[2];
    wire own_pending_b = vip_3[2] || cap_line_3 && own_pending_a;
    wire [2:0] own_pending = ({3{level == 3'd1}} & vip_1) |
        ({3{level == 3'd2}} & {own_pending_a, vip_2[1:0]}) |
        ({3{level == 3'd3}} & {own_pending_b, vip_3[1:0]}) |
        ({3{level == 3'd4}} & {vip_4[2] || cap_line_4 && own_pending_b, vip_4[1:0]});
    wire handed_on = level == 3'd0 && cap_line_1 || level == 3'd1 && cap_line_2 ||
        level == 3'd2 && cap_line_3 || level == 3'd3 && cap_line_4;
    assign vip_left = own_pending & {!handed_on, 2'd3};
    assign line_left = owns_line && !handed_on;
    reg line_enable_saved; // MEI in the mie of the owner that LVMID has left
    wire line_owner_a = counters_denied_a && cap_line_1 && counters_denied_b && cap_line_2;
    wire line_owner_b = line_owner_a && counters_denied_c && cap_line_3;

    always @(posedge clk) begin
        vip_lines <= own_pending;
        line_here <= owns_line;
        line_owner <= line_owner_b && counters_denied_d && cap_line_4 ? 3'd4 :
            line_owner_b ? 3'd3 :
            line_owner_a ? 3'd2 :
            counters_denied_a && cap_line_1 ? 3'd1 :
            3'd0;
        if (line_left && line_note)
            line_enable_saved <= line_note_enable;
    end

    assign line_enable = !line_here && (line_owner == 3'd0 ? zero_enable[2] : line_enable_saved);

    // ---- Interrupts of levels below, after LVMID ----

    wire vip_fault_a = start_lvmid || start_fault || vmid_cut;
    wire vip_fault_b = vip_note && !vip_fault;

    always @(posedge clk)
        if (rst)
            vip_fault <= 1'b0;
        else if (vip_fault_a)
            vip_fault <= 1'b0;
        else if (vip_fault_b)
            vip_fault <= 1'b1;

    always @(posedge clk)
        if (!vip_fault_a && vip_fault_b)
            vip_fault_level <= level;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, dbus_dat_i[6:5], dbus_dat_i[10:8], dbus_dat_i[31:12], 1'b0};
endmodule

`default_nettype wire
