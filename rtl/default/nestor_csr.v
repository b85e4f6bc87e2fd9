// Nestor 0.9.2, unit nestor_csr, configuration default, hash 6a70e3322f86f106

`default_nettype none

// State of the running level, the words of its context, and interrupts.
module nestor_csr (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // The instruction in X, on its way to W
    input  wire [31:0] x_insn, // the instruction in X

    // Registers read for X
    input  wire [31:0] reg_a, // register or row read

    // Registers written
    input  wire [31:0] write_data, // what is written to a register or CSR

    // Rows of the memory of registers
    output wire row_read, // read a row in place of rs1
    output wire [4:0] row_read_address, // row to read: bit 4 level 0's bank
    output wire row_write, // write a row
    output wire [4:0] row_write_address, // row to write: bit 4 level 0's bank
    output wire [31:0] row_write_data, // what is written to the row

    // The record and its end
    input  wire record_end, // a record ends

    // Traps
    input  wire trap_enter, // a trap changes the mode
    input  wire trap_return, // MRET changes the mode
    input  wire cause_interrupt, // mcause of the trap being taken: interrupt
    input  wire [4:0] cause_code, // mcause of the trap being taken: its code

    // Words of the level's context, on their way
    input  wire words_used, // the read port of rs1 serves words
    input  wire [4:0] commit_read_word, // word that commit asks for
    input  wire [4:0] commit_write_word, // word that commit writes
    input  wire commit_word_write, // commit writes that word
    output reg  [4:0] word, // word being shown
    output wire [31:0] word_data, // the word being shown
    input  wire word_hold, // keep showing the word
    input  wire [31:0] record_word, // a word of the record: pc, mtval, w_result, instruction

    // CSR instructions and counters
    output reg  [4:0] csr_word, // word of the CSR that the instruction in W names
    output wire csr_writes, // the CSR instruction in W writes
    // a cycle later: the instruction in W may not use the CSR that it names
    output wire csr_illegal,
    output wire csr_counter, // a cycle later: the CSR is a counter that COUNTERS grants
    input  wire [31:0] counter_word, // word of a counter

    // Mode and phi
    output reg  machine, // mode M
    output wire wfi_illegal, // WFI may not execute: U-mode with mstatus.TW
    output wire phi_on_fetch, // phi is active for fetches
    output wire phi_on_data, // phi is active for data accesses
    output reg  [29:0] mbase, // relocation, in words
    output wire [29:0] mbound, // bound, in words

    // Interrupts
    output wire [2:0] interrupts_enabled, // mie: MSI, MTI, MEI
    output wire [2:0] lines, // level 0's lines before the record
    output wire irq_pending, // an interrupt of the running level is pending and enabled in mie
    output wire irq_own, // an interrupt of the running level is to be taken
    output wire [3:0] irq_code, // cause of the interrupt to be taken
    // while a VM runs, a line of a level below is up that the level has enabled
    output wire irq_below,
    output wire [2:0] irq_below_level, // the lowest such level
    output wire timer_wakes, // level 0's mie has MTI
    input  wire [2:0] vip_lines, // what monitors have made pending for the running level
    // MSI and MTI are level 0's, MEI is its owner's; it is not enabled below where it is the running level's.
    input  wire [2:0] zero_enable, // level 0's mie
    input  wire line_here, // the running level owns the external line
    input  wire [2:0] line_owner, // the level that owns the external line
    input  wire line_enable, // a level below owns it, and has MEI enabled

    // The virtual machine that runs
    input  wire at_zero, // n = 0

    // What its levels may do
    input  wire vm_capability, // the running level may use LVMID and hv.fence

    // What the sequencer is asked for
    // A VM-fault enters its receiver.
    input  wire fault_enter, // the receiver's entry becomes the pc

    // The sequencer, to W
    input  wire sequencer_busy, // the sequencer works

    // What the sequencer asks other units for
    input  wire [4:0] sequencer_read_word, // word that the sequencer asks for
    input  wire sequencer_read_bank, // the word that the sequencer asks for is of level 0's bank
    input  wire [4:0] sequencer_write_word, // word that the sequencer writes
    input  wire sequencer_write_bank, // the word that the sequencer writes is of level 0's bank
    input  wire sequencer_word_write, // the sequencer writes a word
    input  wire [31:0] sequencer_word, // a word of the sequencer's own

    // Lines of level 0, and time
    input  wire irq_software_i, // level 0's line of the software interrupt
    input  wire irq_timer_i, // level 0's line of the timer interrupt
    input  wire irq_external_i // level 0's line of the external interrupt
);
    localparam [4:0] WORD_MODE = 5'd1;
    localparam [4:0] WORD_MSTATUS = 5'd2;
    localparam [4:0] WORD_MIE = 5'd3;
    localparam [4:0] WORD_MTVEC = 5'd4;
    localparam [4:0] WORD_MSCRATCH = 5'd5;
    localparam [4:0] WORD_MEPC = 5'd6;
    localparam [4:0] WORD_MCAUSE = 5'd7;
    localparam [4:0] WORD_MTVAL = 5'd8;
    localparam [4:0] WORD_MCOUNTEREN = 5'd9;
    localparam [4:0] WORD_MPHI = 5'd10;
    localparam [4:0] WORD_MBASE = 5'd11;
    localparam [4:0] WORD_MBOUND = 5'd12;
    localparam [4:0] WORD_MIP = 5'd13;
    localparam [4:0] WORD_MISA = 5'd14;
    localparam [4:0] WORD_ZERO = 5'd15;
    localparam [4:0] WORD_CYCLE = 5'h10;
    localparam [4:0] WORD_CYCLEH = 5'h11;
    localparam [4:0] WORD_TIME = 5'h12;
    localparam [4:0] WORD_TIMEH = 5'h13;
    localparam [4:0] WORD_INSTRET = 5'h14;
    localparam [4:0] WORD_INSTRETH = 5'h15;
    localparam [4:0] WORD_HPM = 5'h16;
    localparam [4:0] WORD_CAUSE = 5'h1d;
    localparam [11:0] CSR_MSTATUS = 12'h300;
    localparam [11:0] CSR_MISA = 12'h301;
    localparam [11:0] CSR_MIE = 12'h304;
    localparam [11:0] CSR_MTVEC = 12'h305;
    localparam [11:0] CSR_MCOUNTEREN = 12'h306;
    localparam [11:0] CSR_MENVCFG = 12'h30a;
    localparam [11:0] CSR_MSTATUSH = 12'h310;
    localparam [11:0] CSR_MENVCFGH = 12'h31a;
    localparam [11:0] CSR_MCOUNTINHIBIT = 12'h320;
    localparam [11:0] CSR_MSCRATCH = 12'h340;
    localparam [11:0] CSR_MEPC = 12'h341;
    localparam [11:0] CSR_MCAUSE = 12'h342;
    localparam [11:0] CSR_MTVAL = 12'h343;
    localparam [11:0] CSR_MIP = 12'h344;
    localparam [11:0] CSR_MBASE = 12'h380;
    localparam [11:0] CSR_MBOUND = 12'h381;
    localparam [11:0] CSR_MPHI = 12'h7c0;
    localparam [11:0] CSR_MCYCLE = 12'hb00;
    localparam [11:0] CSR_MINSTRET = 12'hb02;
    localparam [11:0] CSR_MCYCLEH = 12'hb80;
    localparam [11:0] CSR_MINSTRETH = 12'hb82;
    localparam [11:0] CSR_CYCLE = 12'hc00;
    localparam [11:0] CSR_TIME = 12'hc01;
    localparam [11:0] CSR_INSTRET = 12'hc02;
    localparam [11:0] CSR_CYCLEH = 12'hc80;
    localparam [11:0] CSR_TIMEH = 12'hc81;
    localparam [11:0] CSR_INSTRETH = 12'hc82;
    localparam [11:0] CSR_MVENDORID = 12'hf11;
    localparam [11:0] CSR_MARCHID = 12'hf12;
    localparam [11:0] CSR_MIMPID = 12'hf13;
    localparam [11:0] CSR_MHARTID = 12'hf14;
    localparam [11:0] CSR_MCONFIGPTR = 12'hf15;
    localparam [3:0] IRQ_MSI = 4'd3;
    localparam [3:0] IRQ_MTI = 4'd7;
    localparam [3:0] IRQ_MEI = 4'd11;

    // ---- State of the running level ----

    reg mstatus_mie; // interrupts enabled
    reg mstatus_mpie; // interrupts were enabled before the trap
    reg mstatus_mpp; // mode before the trap: M
    reg mstatus_mprv; // data accesses are made in the mode MPP
    reg mstatus_tw; // WFI in U-mode is illegal
    reg [2:0] mie; // interrupts enabled one by one: MSI, MTI, MEI
    reg [2:0] mcounteren; // U-mode reads cycle, time, instret
    reg mphi_u; // phi is active in U-mode
    reg mphi_m; // phi is active in M-mode
    reg mphi_mp; // phi was active in M-mode before the trap
    reg [29:0] mbound_n; // complement of the bound, in words, which is compared

    // ---- Words: one asked for in a cycle, shown in the next ----

    wire [4:0] read_word = sequencer_busy ? sequencer_read_word : commit_read_word;
    wire [4:0] write_word = sequencer_busy ? sequencer_write_word : commit_write_word;
    wire write = sequencer_busy ? sequencer_word_write : commit_word_write;

    always @(posedge clk)
        if (!word_hold)
            word <= sequencer_busy && sequencer_read_bank ? WORD_ZERO : read_word;

    always @(posedge clk)
        if (rst) begin
            machine <= 1'b1;
            mstatus_mie <= 1'b0;
            mstatus_mpie <= 1'b0;
            mstatus_mpp <= 1'b0;
            mstatus_mprv <= 1'b0;
            mstatus_tw <= 1'b0;
            mie <= 3'd0;
            mcounteren <= 3'd0;
            mphi_u <= 1'b0;
            mphi_m <= 1'b0;
            mphi_mp <= 1'b0;
            mbase <= 30'd0;
            mbound_n <= 30'h3fffffff;
        end else begin
            if (trap_enter) begin
                mstatus_mpie <= mstatus_mie;
                mstatus_mie <= 1'b0;
                mstatus_mpp <= machine;
                machine <= 1'b1;
                mphi_mp <= mphi_m;
                mphi_m <= 1'b0;
            end
            if (trap_return) begin
                machine <= mstatus_mpp;
                mstatus_mie <= mstatus_mpie;
                mstatus_mpie <= 1'b1;
                mstatus_mpp <= 1'b0;
                mstatus_mprv <= mstatus_mprv && mstatus_mpp;
                mphi_m <= mphi_mp;
            end
            if (fault_enter) begin
                machine <= 1'b1;
                mstatus_mie <= 1'b0;
                mstatus_mprv <= 1'b0;
                mphi_m <= 1'b0;
            end
            if (write && !(sequencer_busy && sequencer_write_bank) &&
                write_word == WORD_MSTATUS) begin
                mstatus_mie <= write_data[3];
                mstatus_mpie <= write_data[7];
                mstatus_mpp <= &write_data[12:11];
                mstatus_mprv <= write_data[17];
                mstatus_tw <= write_data[21];
            end
            if (write && !(sequencer_busy && sequencer_write_bank) && write_word == WORD_MIE)
                mie <= {write_data[11], write_data[7], write_data[3]};
            if (write && !(sequencer_busy && sequencer_write_bank) && write_word == WORD_MCOUNTEREN)
                mcounteren <= write_data[2:0];
            if (write && !(sequencer_busy && sequencer_write_bank) && write_word == WORD_MODE)
                machine <= write_data == 32'd3;
            if (write && !(sequencer_busy && sequencer_write_bank) && write_word == WORD_MPHI) begin
                mphi_u <= write_data[0];
                mphi_m <= write_data[1];
                mphi_mp <= write_data[2];
            end
            if (write && !(sequencer_busy && sequencer_write_bank) && write_word == WORD_MBASE)
                mbase <= write_data[31:2];
            if (write && !(sequencer_busy && sequencer_write_bank) && write_word == WORD_MBOUND)
                mbound_n <= ~write_data[31:2];
        end

    // ---- Rows in the memory of registers ----

    wire row_asked = sequencer_busy && sequencer_read_bank || read_word == WORD_MTVEC ||
        read_word == WORD_MSCRATCH || read_word == WORD_MEPC || read_word == WORD_MCAUSE ||
        read_word == WORD_MTVAL || read_word == WORD_MBASE || read_word == WORD_MBOUND;
    assign row_read = row_asked && words_used;
    assign row_read_address = {sequencer_busy && sequencer_read_bank, read_word[3:0]};
    reg from_rows;

    always @(posedge clk)
        if (!word_hold)
            from_rows <= row_asked;

    assign row_write = write && (sequencer_busy && sequencer_write_bank ||
        write_word == WORD_MTVEC || write_word == WORD_MSCRATCH || write_word == WORD_MEPC ||
        write_word == WORD_MCAUSE || write_word == WORD_MTVAL || write_word == WORD_MBASE ||
        write_word == WORD_MBOUND);
    assign row_write_address = {sequencer_busy && sequencer_write_bank, write_word[3:0]};

    // Bits that are always zero: mepc 1:0, mbase 1:0, mbound 1:0, mtvec 1.
    wire row_write_data_a = !(sequencer_busy && sequencer_write_bank);
    wire row_write_data_b = write && row_write_data_a &&
        (write_word == WORD_MEPC || write_word == WORD_MBASE || write_word == WORD_MBOUND);
    assign row_write_data = {write_data[31:2],
        write_data[1:0] & {!(write && row_write_data_a && write_word == WORD_MTVEC ||
        row_write_data_b), !row_write_data_b}};

    // ---- The CSR of the instruction in X, or in W, which X still shows ----

    wire [11:0] number = x_insn[31:20];
    wire is_mhpmevent = number[11:5] == 7'h19 && number[4:0] >= 5'd3;
    wire is_mhpmcounter = number[11:5] == 7'h58 && number[4:0] >= 5'd3;
    wire is_mhpmcounterh = number[11:5] == 7'h5c && number[4:0] >= 5'd3;
    wire reads_hpm = number[11:8] == 4'd11 && (|number[4:2] || number[1:0] == 2'd3);
    assign csr_writes = x_insn[13:12] == 2'd1 || |x_insn[19:15];
    wire read_only = number[11:10] == 2'd3;
    wire privileged = |number[9:8];
    reg illegal; // the instruction may not use it
    assign csr_illegal = illegal;
    reg is_counter; // it is a counter
    wire illegal_a = is_mhpmevent || is_mhpmcounter || is_mhpmcounterh || number == CSR_MSTATUS ||
        number == CSR_MISA || number == CSR_MIE || number == CSR_MTVEC ||
        number == CSR_MCOUNTEREN || number == CSR_MENVCFG || number == CSR_MSTATUSH ||
        number == CSR_MENVCFGH || number == CSR_MCOUNTINHIBIT || number == CSR_MSCRATCH ||
        number == CSR_MEPC || number == CSR_MCAUSE || number == CSR_MTVAL || number == CSR_MIP ||
        number == CSR_MBASE || number == CSR_MBOUND || number == CSR_MPHI || number == CSR_MCYCLE ||
        number == CSR_MINSTRET || number == CSR_MCYCLEH || number == CSR_MINSTRETH ||
        number == CSR_CYCLE || number == CSR_TIME || number == CSR_INSTRET ||
        number == CSR_CYCLEH || number == CSR_TIMEH || number == CSR_INSTRETH ||
        number == CSR_MVENDORID || number == CSR_MARCHID || number == CSR_MIMPID ||
        number == CSR_MHARTID || number == CSR_MCONFIGPTR;
    wire csr_word_a = number == CSR_MSTATUS || number == CSR_MIE || number == CSR_MTVEC ||
        number == CSR_MSCRATCH || number == CSR_MEPC || number == CSR_MCAUSE ||
        number == CSR_MTVAL || number == CSR_MCOUNTEREN || number == CSR_MPHI ||
        number == CSR_MBASE || number == CSR_MBOUND || number == CSR_MIP || number == CSR_MISA ||
        number == CSR_MCYCLE || number == CSR_MCYCLEH || number == CSR_CYCLE ||
        number == CSR_CYCLEH || number == CSR_TIME || number == CSR_TIMEH ||
        number == CSR_MINSTRET || number == CSR_MINSTRETH || number == CSR_INSTRET ||
        number == CSR_INSTRETH || reads_hpm;
    wire [3:0] illegal_b = {1'b0, mcounteren};

    always @(posedge clk) begin
        csr_word <= ({5{number == CSR_MSTATUS}} & WORD_MSTATUS) |
            ({5{number == CSR_MIE}} & WORD_MIE) | ({5{number == CSR_MTVEC}} & WORD_MTVEC) |
            ({5{number == CSR_MSCRATCH}} & WORD_MSCRATCH) | ({5{number == CSR_MEPC}} & WORD_MEPC) |
            ({5{number == CSR_MCAUSE}} & WORD_MCAUSE) | ({5{number == CSR_MTVAL}} & WORD_MTVAL) |
            ({5{number == CSR_MCOUNTEREN}} & WORD_MCOUNTEREN) |
            ({5{number == CSR_MPHI}} & WORD_MPHI) | ({5{number == CSR_MBASE}} & WORD_MBASE) |
            ({5{number == CSR_MBOUND}} & WORD_MBOUND) | ({5{number == CSR_MIP}} & WORD_MIP) |
            ({5{number == CSR_MISA}} & WORD_MISA) | ({5{number == CSR_MCYCLE}} & WORD_CYCLE) |
            ({5{number == CSR_MCYCLEH}} & WORD_CYCLEH) | ({5{number == CSR_CYCLE}} & WORD_CYCLE) |
            ({5{number == CSR_CYCLEH}} & WORD_CYCLEH) | ({5{number == CSR_TIME}} & WORD_TIME) |
            ({5{number == CSR_TIMEH}} & WORD_TIMEH) | ({5{number == CSR_MINSTRET}} & WORD_INSTRET) |
            ({5{number == CSR_MINSTRETH}} & WORD_INSTRETH) |
            ({5{number == CSR_INSTRET}} & WORD_INSTRET) |
            ({5{number == CSR_INSTRETH}} & WORD_INSTRETH) | ({5{reads_hpm}} & WORD_HPM) |
            ({5{!csr_word_a}} & WORD_ZERO);
        illegal <= !illegal_a || csr_writes && read_only ||
            !machine && (privileged || !illegal_b[number[1:0]]);
        is_counter <= number == CSR_MCYCLE || number == CSR_MINSTRET || number == CSR_MCYCLEH ||
            number == CSR_MINSTRETH || number == CSR_CYCLE || number == CSR_TIME ||
            number == CSR_INSTRET || number == CSR_CYCLEH || number == CSR_TIMEH ||
            number == CSR_INSTRETH;
    end

    assign csr_counter = is_counter;

    // ---- For other units ----

    assign wfi_illegal = mstatus_tw && !machine;
    assign interrupts_enabled = mie;
    wire data_machine = machine && mstatus_mprv ? mstatus_mpp : machine;
    assign phi_on_fetch = machine ? mphi_m : mphi_u;
    assign phi_on_data = data_machine ? mphi_m : mphi_u;
    assign mbound = ~mbound_n;

    // ---- Interrupts ----

    wire [2:0] lines_now = {irq_external_i, irq_timer_i, irq_software_i};
    reg [2:0] sample; // the interrupt lines of this record
    reg sampled; // they are in `sample`: not in its first cycle
    assign lines = sampled ? sample : lines_now;

    always @(posedge clk)
        if (rst) begin
            sample <= 3'd0;
            sampled <= 1'b0;
        end else begin
            sampled <= !record_end;
            sample <= lines;
        end

    wire below_zero = !at_zero && |(lines[1:0] & zero_enable[1:0]);
    wire line_below = lines[2] && line_enable;
    wire below = below_zero || line_below;
    assign irq_below = below;
    assign irq_below_level = line_owner & {3{!below_zero}};
    wire [2:0] line_enables = {(line_here ? mie[2] : line_enable), zero_enable[1:0]};
    wire [2:0] own_lines = at_zero ? lines : vip_lines | {line_here && lines[2], 2'd0};
    assign timer_wakes = line_enables[1];
    wire [2:0] pending = own_lines & mie;
    assign irq_pending = |pending;
    assign irq_own = irq_pending && (!machine || mstatus_mie);

    // Priority MEI (11), MSI (3), MTI (7).
    assign irq_code = pending[2] ? IRQ_MEI : pending[0] ? IRQ_MSI : IRQ_MTI;

    // ---- The word asked for ----

    wire [31:0] word_data_a = ({32{from_rows}} & reg_a) | record_word |
        ({32{word == WORD_MSTATUS}} & {10'd0, mstatus_tw, 3'd0, mstatus_mprv, 4'd0, mstatus_mpp,
        mstatus_mpp, 3'd0, mstatus_mpie, 3'd0, mstatus_mie, 3'd0}) |
        ({32{word == WORD_MIE}} & {20'd0, mie[2], 3'd0, mie[1], 3'd0, mie[0], 3'd0}) |
        ({32{word == WORD_MIP}} & {20'd0, own_lines[2], 3'd0, own_lines[1], 3'd0, own_lines[0],
        3'd0}) | ({32{word == WORD_MISA}} & (32'h40101101 | {8'd0, vm_capability, 23'd0})) |
        ({32{word == WORD_MCOUNTEREN}} & {29'd0, mcounteren}) |
        ({32{word == WORD_CAUSE}} & {cause_interrupt, 26'd0, cause_code}) |
        ({32{word == WORD_MPHI}} & {29'd0, mphi_mp, mphi_m, mphi_u}) |
        ({32{word == WORD_MODE}} & {30'd0, machine, machine}) | sequencer_word;
    assign word_data = counter_word ^ word_data_a;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, x_insn[11:0], x_insn[14], zero_enable[2], line_enables[0],
        line_enables[2], 1'b0};
endmodule

`default_nettype wire
