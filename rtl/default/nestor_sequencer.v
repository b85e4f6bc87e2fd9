// Nestor 0.3.0, unit nestor_sequencer, configuration default, hash 0cf8b109be7c9e7e

`default_nettype none

// LVMID, VM-faults and hv.fence: everything that goes through VMCBs.
module nestor_sequencer (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // A fetch and its page
    input  wire [9:0] fetch_offset, // number of the word asked for in its page

    // The instruction in W
    input  wire [31:0] w_insn, // the instruction in W
    input  wire [31:0] w_result, // result or address of W's instruction

    // Traps
    input  wire cause_interrupt, // mcause of the trap being taken: interrupt
    input  wire [4:0] cause_code, // mcause of the trap being taken: its code

    // Words of the level's context, on their way
    input  wire [4:0] word, // word being shown
    output wire word_hold, // keep showing the word

    // A data access
    input  wire [19:0] access_page, // resource page of the data access
    input  wire [9:0] access_offset, // number of the word in its page

    // The data port and its users
    input  wire dbus_free, // the bus takes a request, whoever makes one
    input  wire dbus_answer, // the bus answers a read
    input  wire dbus_idle, // no answer is missing

    // Interrupts
    input  wire [2:0] interrupts_enabled, // mie: MSI, MTI, MEI
    input  wire [2:0] own_vip, // VIP of the running level

    // The virtual machine that runs
    input  wire at_zero, // n = 0
    input  wire at_depth, // n = depth
    input  wire [2:0] level, // n

    // What its levels may do
    input  wire vm_capability, // the running level may use LVMID and hv.fence

    // Walks of the composer
    input  wire walk_done, // the walk has ended
    input  wire walk_failed, // the walk has ended without a value
    input  wire [19:0] walk_page, // the page to translate, then each value on the way
    input  wire [3:0] walk_rights, // rights found: read, write, execute, RAM
    input  wire walk_ram, // the value is a page of RAM
    input  wire [3:0] walk_cause, // cause of a VM-fault
    input  wire [2:0] walk_receiver, // level that gets the VM-fault of the walk
    input  wire [19:0] walk_argument, // the page that was the argument of the last f
    output wire walk_again, // walk for the page of the walk before, whose result holds

    // Maps in the scratchpad
    input  wire [9:0] map_offset, // word in the table's page
    input  wire [19:0] map_page, // base page, or real page of the table
    output wire [3:0] map_write_row, // the scratchpad row to write
    output wire map_write_form, // write the form into the row
    output wire [15:0] map_form_data, // kind, grain, word in the page
    output wire map_write_first, // write the first page into the row
    output wire map_write_bound, // write the bound into the row
    output wire map_write_page, // write the page into the row
    output wire [19:0] map_page_data, // base page or real page

    // What the sequencer is asked for
    input  wire start_lvmid, // LVMID's operand has a resource name
    input  wire start_fence, // hv.fence begins
    input  wire start_fault, // a VM-fault begins
    input  wire [3:0] fault_code, // cause of the VM-fault
    input  wire [1:0] fault_access, // access that caused the VM-fault
    input  wire [2:0] fault_receiver, // level that gets the VM-fault that begins
    input  wire fault_next, // the VM-fault's pc is that of the next instruction
    input  wire fault_has_instruction, // the VM-fault's record shows the instruction
    input  wire fault_has_address, // the VM-fault's record has an address
    input  wire fault_fetching, // the VM-fault is a fetch's
    output wire fault_enter, // the receiver's entry becomes the pc

    // The sequencer, to W
    output wire reservation_end, // the reservation ends
    output wire sequencer_busy, // the sequencer works
    output wire sequence_end, // the sequencer's record ends
    output wire sequence_more, // another record of its own follows
    output wire sequence_exception, // LVMID raises exception 24
    output wire sequence_retires, // the record is no VM-fault
    output wire sequencer_has_instruction, // the fault record shows the instruction
    output wire sequencer_take_word, // w_result takes the word shown
    output wire sequencer_take_count, // w_result takes the word read, changed
    output wire sequencer_counts, // the word that w_result takes changed is counted one up
    output wire sequencer_take_target, // w_target takes the pc of a context
    output wire sequencer_skip, // the pc of a context is the next instruction: 4 more
    output wire sequencer_loading, // the word read is written to a register
    output wire sequencer_rd_write, // the word read is written to a general register
    output wire pc_is_next, // the context's pc is the next instruction's
    output wire record_fault, // the record is a VM-fault
    output wire record_lvmid, // the record is an LVMID that retires
    output wire [31:0] record_fault_cause, // cause word
    output wire [31:0] record_fault_address, // fault address
    output wire [2:0] record_target_level, // level after the record

    // What the sequencer asks other units for
    output wire sequencer_request, // ask the bus
    output wire sequencer_write, // the sequencer asks the bus to write
    // real name of the word that the sequencer asks for, in words
    output wire [29:0] sequencer_address,
    output wire [3:0] sequencer_row, // the scratchpad row it asks for
    output wire sequencer_walk, // start a walk
    output wire [19:0] sequencer_page, // page of the sequencer's walk
    output wire [3:0] sequencer_need, // rights that the sequencer's walk needs
    output wire [4:0] sequencer_read_word, // word that the sequencer asks for
    output wire sequencer_read_bank, // the word that the sequencer asks for is of level 0's bank
    output wire [4:0] sequencer_write_word, // word that the sequencer writes
    output wire sequencer_write_bank, // the word that the sequencer writes is of level 0's bank
    output wire sequencer_word_write, // the sequencer writes a word
    output wire [31:0] sequencer_word, // a word of the sequencer's own
    output wire sequencer_operand, // it looks at LVMID's operand
    output wire sequencer_operand_answer, // LVMID's operand comes

    // Changes of the VMID
    output reg  [2:0] receiver, // who gets the VM-fault
    output wire vmid_append, // append the syllable
    output wire vmid_cut, // cut the VMID to the receiver
    output wire [3:0] syllable, // the syllable to append
    output wire caps_write, // CAPS of the level to come
    output wire vip_write, // VIP of the level to come
    output wire vip_note, // the level that is left has an interrupt
    output wire forget, // empty the last-page registers

    // Flushes
    output wire flush_start, // flush the associators and the prefix memory
    output wire [3:0] flush_level, // which entries a flush empties: see docs/microarchitecture.md
    output wire flush_any, // the flush empties whatever the next syllable is
    output wire [3:0] flush_syllable, // next syllable of what the flush empties
    // Not while the flush of the append before goes on, through all sets: another would begin anew.
    input  wire flush_busy, // a flush goes on

    // Data port, Wishbone B4 pipelined
    input  wire [31:0] dbus_dat_i // data port: the word read
);
    localparam [5:0] STATE_IDLE = 6'd0;
    localparam [5:0] STATE_OPERAND = 6'd1;
    localparam [5:0] STATE_SYLLABLE = 6'd2;
    localparam [5:0] STATE_ROOT = 6'd3;
    localparam [5:0] STATE_ROOT_WORDS = 6'd4;
    localparam [5:0] STATE_ENTRY = 6'd5;
    localparam [5:0] STATE_ENTRY_WORD = 6'd6;
    localparam [5:0] STATE_VMCB_START = 6'd7;
    localparam [5:0] STATE_VMCB = 6'd8;
    localparam [5:0] STATE_VMCB_WORDS = 6'd9;
    localparam [5:0] STATE_TABLE_START = 6'd10;
    localparam [5:0] STATE_TABLE = 6'd11;
    localparam [5:0] STATE_REFUSE = 6'd12;
    localparam [5:0] STATE_STORE_START = 6'd13;
    localparam [5:0] STATE_STORE = 6'd14;
    localparam [5:0] STATE_BANK_STORE = 6'd15;
    localparam [5:0] STATE_LINK = 6'h10;
    localparam [5:0] STATE_MIE_START = 6'h11;
    localparam [5:0] STATE_MIE = 6'h12;
    localparam [5:0] STATE_APPEND = 6'h13;
    localparam [5:0] STATE_REGISTER = 6'h14;
    localparam [5:0] STATE_CHAIN = 6'h15;
    localparam [5:0] STATE_BROKEN = 6'h16;
    localparam [5:0] STATE_LOAD = 6'h17;
    localparam [5:0] STATE_BANK_LOAD = 6'h18;
    localparam [5:0] STATE_SKIP_START = 6'h19;
    localparam [5:0] STATE_SKIP_READ = 6'h1a;
    localparam [5:0] STATE_SKIP_WRITE = 6'h1b;
    localparam [5:0] STATE_END = 6'h1c;
    localparam [5:0] STATE_COUNT_START = 6'h1d;
    localparam [5:0] STATE_COUNT = 6'h1e;
    localparam [5:0] STATE_FAULT_RECORD = 6'h1f;
    localparam [5:0] STATE_UNLINK_START = 6'h20;
    localparam [5:0] STATE_UNLINK = 6'h21;
    localparam [5:0] STATE_CUT = 6'h22;
    localparam [5:0] STATE_ENTER = 6'h23;
    localparam [31:0] HV_ROOT = 32'h80000040;
    localparam [1:0] FORM_NONE = 2'd0;
    localparam [1:0] FORM_RB = 2'd1;
    localparam [1:0] FORM_LINEAR = 2'd2;
    localparam [3:0] FAULT_INVALID = 4'd7;
    localparam [3:0] FAULT_DEPTH = 4'd8;
    localparam [1:0] ACCESS_NONE = 2'd0;
    localparam [1:0] ACCESS_LOAD = 2'd2;
    localparam [1:0] ACCESS_STORE = 2'd3;
    localparam [3:0] LAST_WORD = 4'd12;
    localparam [6:0] VMCB_NEXT_SYLLABLE = 7'd0;
    localparam [6:0] VMCB_CAPS = 7'd1;
    localparam [6:0] VMCB_VIP = 7'd2;
    localparam [6:0] VMCB_RESUME = 7'd3;
    localparam [6:0] VMCB_IO_BOUND = 7'd11;
    localparam [6:0] VMCB_FAULT_COUNT = 7'd15;
    localparam [6:0] VMCB_MIE = 7'h13;
    localparam [1:0] MAP_FORM = 2'd0;
    localparam [1:0] MAP_FIRST = 2'd1;
    localparam [1:0] MAP_BASE = 2'd2;
    localparam [1:0] MAP_BOUND = 2'd3;
    localparam [4:0] WORD_PC = 5'd0;
    localparam [4:0] WORD_ZERO = 5'd15;
    localparam [4:0] WORD_VALUE = 5'h17;
    localparam [4:0] WORD_FAULT_CAUSE = 5'h18;
    localparam [4:0] WORD_FAULT_ADDRESS = 5'h19;
    localparam [4:0] WORD_RESULT = 5'h1b;
    localparam [4:0] WORD_SYLLABLE = 5'h1c;
    localparam [4:0] EXC_VMCB = 5'h18;
    localparam [19:0] HV_ROOT_PAGE = 20'h80000;

    // ---- Where it is ----

    reg [5:0] state;
    reg [3:0] asked; // words asked for in this state, or stored
    reg [3:0] got; // words that have come
    reg [31:0] looked_at; // resource name of what is being looked at
    reg first; // LVMID's own syllable, not a link of the chain
    reg [3:0] next_syllable;
    reg [3:0] link; // NEXT_SYLLABLE of the VMCB read last
    reg link_bad; // it is no syllable
    reg length_bad;
    reg [1:0] kind; // form of the map whose words come
    reg [3:0] grain; // its grain
    reg mem_linear;
    reg io_linear;
    reg in_io;
    reg [3:0] skip; // RESUME.SKIP of level i + 1 is to be cleared
    reg skipped; // one of them was set
    reg held_1; // between rows: a word is shown
    reg held_2; // and one is in w_result

    // ---- The VM-fault ----

    reg faulting; // the record will be a VM-fault
    reg fencing; // hv.fence
    reg [3:0] code;
    reg [1:0] access;
    reg implicit;
    reg has_address;
    reg has_insn;
    reg next; // its pc is the next instruction's
    reg [11:0] offset; // of the fault address in its page
    wire [3:0] asked_word = asked;
    wire [3:0] got_word = got;

    // ---- Start ----

    wire fencing_a = start_lvmid || start_fence || start_fault;

    always @(posedge clk)
        if (fencing_a)
            fencing <= start_fence;

    assign reservation_end = start_lvmid || start_fault;

    // ---- Probe: root ----

    wire length_bad_a = state == STATE_ROOT_WORDS && dbus_answer;
    wire length_bad_b = length_bad_a && got != 4'd0;
    wire length_bad_c = dbus_dat_i[31:4] == 28'd0 && next_syllable > dbus_dat_i[3:0];

    always @(posedge clk) begin
        if (fencing_a)
            length_bad <= 1'b0;
        if (length_bad_b && length_bad_c)
            length_bad <= 1'b1;
    end

    // ---- Probe: VMCB ----

    wire [6:0] control_word = {3'd0, got};
    wire caps_write_a = state == STATE_VMCB_WORDS && dbus_answer;
    assign caps_write = caps_write_a && control_word == VMCB_CAPS;
    assign vip_write = caps_write_a && control_word == VMCB_VIP;
    wire skipped_a = caps_write_a && control_word == VMCB_RESUME && level == 3'd0 && dbus_dat_i[0];
    wire skipped_b = caps_write_a && control_word == VMCB_RESUME && level == 3'd1 && dbus_dat_i[0];
    wire skipped_c = caps_write_a && control_word == VMCB_RESUME && level == 3'd2 && dbus_dat_i[0];
    wire skipped_d = caps_write_a && control_word == VMCB_RESUME && level == 3'd3 && dbus_dat_i[0];

    always @(posedge clk) begin
        if (fencing_a)
            skipped <= 1'b0;
        if (caps_write_a && control_word == VMCB_NEXT_SYLLABLE) begin
            link <= dbus_dat_i[3:0];
            link_bad <= |dbus_dat_i[31:4];
        end
        if (skipped_a)
            skipped <= 1'b1;
        if (skipped_b)
            skipped <= 1'b1;
        if (skipped_c)
            skipped <= 1'b1;
        if (skipped_d)
            skipped <= 1'b1;
    end

    // ---- Probe: tables ----

    wire [1:0] map_word = got[1:0];
    reg [9:0] table_offset;
    wire [1:0] form = dbus_dat_i[1:0];

    // A table ends with its page: offset + bound >> grain is at most 1024.
    wire [20:0] table_end_a = dbus_dat_i[20:0] >> grain;
    wire [11:0] table_end = {1'b0, table_end_a[10:0]} + {2'd0, table_offset};
    wire bad_map_word_a = |kind;
    wire bad_map_word_b = |dbus_dat_i[31:20];
    wire [14:0] bad_map_word_c = dbus_dat_i[14:0] &
        {grain > 4'd14, grain > 4'd13, grain > 4'd12, grain > 4'd11, grain > 4'd10, grain > 4'd9,
        grain > 4'd8, grain > 4'd7, grain > 4'd6, grain > 4'd5, grain > 4'd4, grain > 4'd3,
        grain > 4'd2, grain > 4'd1, grain > 4'd0};
    wire bad_map_word_d = kind == FORM_LINEAR && |bad_map_word_c;

    reg bad_map_word;
    always @*
        case (map_word)
            MAP_FORM: bad_map_word = |dbus_dat_i[31:12] || |dbus_dat_i[7:2] ||
                !(form == FORM_NONE || form == FORM_RB && dbus_dat_i[11:8] == 4'd0 ||
                form == FORM_LINEAR);
            MAP_FIRST: bad_map_word = bad_map_word_a && (bad_map_word_b || bad_map_word_d);
            MAP_BASE: bad_map_word = bad_map_word_a &&
                (kind == FORM_LINEAR ? |dbus_dat_i[1:0] : bad_map_word_b);
            default: bad_map_word = bad_map_word_a &&
                (|dbus_dat_i[31:21] || dbus_dat_i[20] && |dbus_dat_i[19:0] || bad_map_word_d ||
                kind == FORM_LINEAR && (|table_end_a[20:11] || table_end[11] ||
                table_end[10] && |table_end[9:0]));
        endcase

    wire in_io_a = caps_write_a && control_word == VMCB_IO_BOUND;
    wire in_io_b = state == STATE_TABLE && walk_done;
    wire in_io_c = in_io_b && !walk_failed;
    wire in_io_d = in_io_a && (mem_linear || io_linear);
    wire in_io_e = !in_io && io_linear;
    wire kind_a = caps_write_a && (got[2] || got[3]);

    always @(posedge clk) begin
        if (in_io_d)
            in_io <= !mem_linear;
        if (in_io_c && in_io_e)
            in_io <= 1'b1;
        if (kind_a && map_word == MAP_FORM) begin
            kind <= form;
            grain <= dbus_dat_i[11:8];
            if (got[3])
                io_linear <= form == FORM_LINEAR;
            else
                mem_linear <= form == FORM_LINEAR;
        end
    end

    always @(posedge clk)
        if (kind_a && map_word == MAP_BASE)
            table_offset <= dbus_dat_i[11:2];

    // To the scratchpad's row of level n + 1: the words of its maps, the VMCB's pin, the tables' pins.
    wire map_write_form_a = state == STATE_VMCB && walk_done;
    wire map_write_form_b = map_write_form_a && !walk_failed;
    wire map_write_form_c = kind_a && map_word == MAP_BASE;
    assign map_write_form = map_write_form_c || map_write_form_b;
    assign map_write_first = kind_a && map_word == MAP_FIRST;
    assign map_write_bound = kind_a && map_word == MAP_BOUND;
    assign map_write_page = map_write_form_c || map_write_form_b || in_io_c;
    assign map_form_data = map_write_form_b ? {6'd0, looked_at[11:2]} :
        {kind, grain, dbus_dat_i[11:2]};
    assign map_page_data = map_write_form_c ?
        (kind == FORM_RB ? dbus_dat_i[19:0] : dbus_dat_i[31:12]) :
        walk_page;
    assign map_write_row = {level[1:0],
        (map_write_form_b ? 2'd2 : {1'b0, (in_io_c ? in_io : got[3])})};

    // ---- Chain ----

    wire faulting_a = state == STATE_OPERAND && walk_done;
    wire faulting_b = faulting_a && walk_failed && !at_zero;
    wire faulting_c = state == STATE_ROOT && walk_done;
    wire faulting_d = faulting_c && walk_failed && !at_zero;
    wire faulting_e = state == STATE_ENTRY && walk_done;
    wire faulting_f = faulting_e && walk_failed && !at_zero;
    wire faulting_g = map_write_form_a && walk_failed && !at_zero;
    wire faulting_h = in_io_b && walk_failed && !at_zero;
    wire faulting_i = state == STATE_REFUSE && dbus_idle;
    wire faulting_j = faulting_i && !first;
    wire faulting_k = link == 4'd0 && !link_bad;
    wire faulting_l = !vm_capability || at_depth || link_bad;
    wire faulting_m = state == STATE_CHAIN && !faulting_k && faulting_l;

    always @(posedge clk)
        if (rst) begin
            faulting <= 1'b0;
        end else begin
            if (fencing_a)
                faulting <= start_fault;
            if (faulting_b)
                faulting <= 1'b1;
            if (faulting_d)
                faulting <= 1'b1;
            if (faulting_f)
                faulting <= 1'b1;
            if (faulting_g)
                faulting <= 1'b1;
            if (faulting_h)
                faulting <= 1'b1;
            if (faulting_j)
                faulting <= 1'b1;
            if (faulting_m)
                faulting <= 1'b1;
        end

    always @(posedge clk) begin
        if (start_fault) begin
            code <= fault_code;
            access <= fault_access;
            implicit <= 1'b0;
            has_address <= fault_has_address;
            has_insn <= fault_has_instruction;
            next <= fault_next;
            receiver <= fault_receiver;
            offset <= {(fault_fetching ? fetch_offset : access_offset),
                w_result[1:0] & {2{!fault_fetching}}};
        end
        if (faulting_b) begin
            code <= walk_cause;
            access <= ACCESS_LOAD;
            implicit <= 1'b0;
            has_address <= 1'b1;
            has_insn <= 1'b1;
            next <= 1'b0;
            offset <= looked_at[11:0];
            receiver <= walk_receiver;
        end
        if (faulting_d) begin
            code <= walk_cause;
            access <= ACCESS_LOAD;
            implicit <= 1'b1;
            has_address <= 1'b1;
            has_insn <= 1'b0;
            next <= 1'b0;
            offset <= looked_at[11:0];
            receiver <= walk_receiver;
        end
        if (faulting_f) begin
            code <= walk_cause;
            access <= ACCESS_LOAD;
            implicit <= 1'b1;
            has_address <= 1'b1;
            has_insn <= 1'b0;
            next <= 1'b0;
            offset <= looked_at[11:0];
            receiver <= walk_receiver;
        end
        if (faulting_g) begin
            code <= walk_cause;
            access <= ACCESS_STORE;
            implicit <= 1'b1;
            has_address <= 1'b1;
            has_insn <= 1'b0;
            next <= 1'b0;
            offset <= looked_at[11:0];
            receiver <= walk_receiver;
        end
        if (faulting_h) begin
            code <= walk_cause;
            access <= ACCESS_LOAD;
            implicit <= 1'b1;
            has_address <= 1'b1;
            has_insn <= 1'b0;
            next <= 1'b0;
            offset <= looked_at[11:0];
            receiver <= walk_receiver;
        end
        if (faulting_j) begin
            code <= FAULT_INVALID;
            access <= ACCESS_NONE;
            implicit <= 1'b1;
            has_address <= 1'b0;
            has_insn <= 1'b0;
            next <= 1'b0;
            offset <= looked_at[11:0];
            receiver <= level - 3'd1;
        end
        if (faulting_m) begin
            code <= vm_capability && at_depth ? FAULT_DEPTH : FAULT_INVALID;
            access <= ACCESS_NONE;
            implicit <= 1'b1;
            has_address <= 1'b0;
            has_insn <= 1'b0;
            next <= 1'b0;
            offset <= looked_at[11:0];
            receiver <= level - 3'd1;
        end
    end

    wire next_syllable_a = state == STATE_SYLLABLE && dbus_answer;
    wire looked_at_a = |dbus_dat_i[3:0] && dbus_dat_i[31:4] == 28'd0;
    wire looked_at_b = length_bad_a && got == 4'd0;
    wire looked_at_c = |dbus_dat_i[1:0];
    wire looked_at_d = state == STATE_ENTRY_WORD && dbus_answer;
    wire looked_at_e = dbus_dat_i == 32'd0 || |dbus_dat_i[8:0];
    wire looked_at_f = looked_at_d && !looked_at_e;
    wire looked_at_g = state == STATE_CHAIN && !faulting_k && !faulting_l;

    always @(posedge clk) begin
        if (fencing_a) begin
            first <= 1'b1;
            looked_at <= {access_page, access_offset, 2'd0};
        end
        if (next_syllable_a)
            next_syllable <= dbus_dat_i[3:0];
        if (next_syllable_a && looked_at_a)
            looked_at <= HV_ROOT;
        if (looked_at_b && !looked_at_c)
            looked_at <= {dbus_dat_i[31:2] + {26'd0, next_syllable}, 2'd0};
        if (looked_at_f)
            looked_at <= dbus_dat_i;
        if (state == STATE_TABLE_START)
            looked_at <= {map_page, map_offset, 2'd0};
        if (state == STATE_CHAIN) begin
            first <= 1'b0;
            next_syllable <= link;
        end
        if (looked_at_g)
            looked_at <= HV_ROOT;
    end

    // ---- Level 0's bank ----

    wire held_1_a = state == STATE_BANK_STORE && asked_word <= LAST_WORD;
    wire held_2_a = state == STATE_BANK_STORE && held_2 && got_word == LAST_WORD;
    wire held_1_b = state == STATE_BANK_LOAD && asked_word <= LAST_WORD;
    wire held_2_b = state == STATE_BANK_LOAD && held_2 && got_word == LAST_WORD;

    always @(posedge clk)
        if (rst) begin
            held_1 <= 1'b0;
            held_2 <= 1'b0;
        end else begin
            if (state == STATE_BANK_STORE) begin
                held_1 <= held_1_a;
                held_2 <= held_1;
            end
            if (held_2_a)
                held_2 <= 1'b0;
            if (state == STATE_BANK_LOAD) begin
                held_1 <= held_1_b;
                held_2 <= held_1;
            end
            if (held_2_b)
                held_2 <= 1'b0;
        end

    // ---- Clear SKIP ----

    wire skip_a = state == STATE_SKIP_WRITE && dbus_free;
    wire [3:0] skip_b = skip & ~(skip & -skip);

    always @(posedge clk) begin
        if (fencing_a)
            skip <= 4'd0;
        if (skipped_a)
            skip[0] <= 1'b1;
        if (skipped_b)
            skip[1] <= 1'b1;
        if (skipped_c)
            skip[2] <= 1'b1;
        if (skipped_d)
            skip[3] <= 1'b1;
        if (skip_a)
            skip <= skip_b;
    end

    // ---- VM-fault: entry ----

    assign fault_enter = state == STATE_ENTER;

    // ---- Flushes ----

    assign flush_start = start_fence && (flush_any || |flush_syllable && w_result[31:4] == 28'd0);
    assign flush_level = {1'b0, level};
    assign flush_any = w_insn[19:15] == 5'd0;
    assign flush_syllable = w_result[3:0];
    assign forget = start_fence || vmid_append || vmid_cut;

    // ---- Records ----

    wire state_a = !walk_failed && walk_ram;
    wire state_b = faulting_a && !state_a;
    wire state_c = next_syllable_a && !looked_at_a;
    wire state_d = faulting_c && !walk_failed;
    wire state_e = length_bad_b && !length_bad_c;
    wire state_f = faulting_e && !walk_failed;
    wire state_g = in_io_a && !(mem_linear || io_linear);
    wire state_h = |own_vip;
    wire state_i = in_io_c && !in_io_e;
    wire state_j = |own_vip;
    wire state_k = state == STATE_CHAIN && faulting_k;
    wire state_l = state == STATE_STORE && dbus_free;
    wire state_m = state_l && asked_word == LAST_WORD;
    wire state_n = state == STATE_LINK && dbus_free;
    wire state_o = first && |w_insn[19:15];
    wire state_p = state == STATE_MIE && dbus_answer;
    wire state_q = state == STATE_LOAD && dbus_answer;
    wire state_r = state_q && got_word == LAST_WORD;
    wire state_s = state == STATE_SKIP_READ && dbus_answer;
    wire state_t = |skip_b;
    wire state_u = state == STATE_COUNT && dbus_answer;
    wire state_v = state == STATE_FAULT_RECORD && dbus_free;
    wire state_w = state_v && &asked[1:0];
    wire state_x = |receiver;
    wire state_y = state == STATE_UNLINK && dbus_free;
    wire state_z = state == STATE_BROKEN && !flush_busy;
    wire state_aa = state == STATE_END && !flush_busy;

    always @(posedge clk)
        if (rst) begin
            state <= STATE_IDLE;
        end else begin
            if (start_lvmid)
                state <= STATE_OPERAND;
            if (start_fault)
                state <= STATE_STORE_START;
            if (start_fence)
                state <= STATE_END;
            if (faulting_b)
                state <= first ? STATE_STORE_START : STATE_BROKEN;
            else if (state_b)
                state <= STATE_REFUSE;
            if (faulting_a && state_a)
                state <= STATE_SYLLABLE;
            if (state_c)
                state <= STATE_REFUSE;
            if (next_syllable_a && looked_at_a)
                state <= STATE_ROOT;
            if (faulting_d)
                state <= first ? STATE_STORE_START : STATE_BROKEN;
            else if (faulting_c && walk_failed)
                state <= STATE_REFUSE;
            if (state_d)
                state <= STATE_ROOT_WORDS;
            if (looked_at_b && looked_at_c)
                state <= STATE_REFUSE;
            if (state_e)
                state <= STATE_ENTRY;
            if (length_bad_b && length_bad_c)
                state <= STATE_REFUSE;
            if (faulting_f)
                state <= first ? STATE_STORE_START : STATE_BROKEN;
            else if (faulting_e && walk_failed)
                state <= STATE_REFUSE;
            if (state_f)
                state <= STATE_ENTRY_WORD;
            if (looked_at_d && looked_at_e)
                state <= STATE_REFUSE;
            if (looked_at_f)
                state <= STATE_VMCB_START;
            if (state == STATE_VMCB_START)
                state <= STATE_VMCB;
            if (faulting_g)
                state <= first ? STATE_STORE_START : STATE_BROKEN;
            else if (map_write_form_a && walk_failed)
                state <= STATE_REFUSE;
            if (map_write_form_b)
                state <= STATE_VMCB_WORDS;
            if (faulting_h)
                state <= first ? STATE_STORE_START : STATE_BROKEN;
            else if (in_io_b && walk_failed)
                state <= STATE_REFUSE;
            if (in_io_d)
                state <= STATE_TABLE_START;
            if (state_g) begin
                state <= STATE_APPEND;
                if (first && at_zero)
                    state <= STATE_BANK_STORE;
                else if (first)
                    state <= STATE_STORE_START;
                else if (state_h)
                    state <= STATE_MIE_START;
            end
            if (state == STATE_TABLE_START)
                state <= STATE_TABLE;
            if (in_io_c && in_io_e)
                state <= STATE_TABLE_START;
            if (state_i) begin
                state <= STATE_APPEND;
                if (first && at_zero)
                    state <= STATE_BANK_STORE;
                else if (first)
                    state <= STATE_STORE_START;
                else if (state_j)
                    state <= STATE_MIE_START;
            end
            if (kind_a && bad_map_word)
                state <= STATE_REFUSE;
            if (sequence_exception)
                state <= STATE_IDLE;
            if (faulting_j)
                state <= STATE_BROKEN;
            if (state_k)
                state <= STATE_LOAD;
            if (faulting_m)
                state <= STATE_BROKEN;
            if (looked_at_g)
                state <= STATE_ROOT;
            if (state == STATE_STORE_START)
                state <= STATE_STORE;
            if (state_m) begin
                state <= STATE_LINK;
                if (faulting)
                    state <= STATE_COUNT_START;
            end
            if (state_n)
                state <= STATE_APPEND;
            if (held_2_a)
                state <= STATE_APPEND;
            if (held_2_b)
                state <= STATE_ENTER;
            if (vmid_append) begin
                state <= STATE_CHAIN;
                if (state_o)
                    state <= STATE_REGISTER;
            end
            if (sequencer_rd_write)
                state <= STATE_CHAIN;
            if (state == STATE_MIE_START)
                state <= STATE_MIE;
            if (state_p)
                state <= STATE_APPEND;
            if (state_r) begin
                state <= STATE_END;
                if (faulting)
                    state <= STATE_ENTER;
                else if (skipped)
                    state <= STATE_SKIP_START;
            end
            if (state == STATE_SKIP_START)
                state <= STATE_SKIP_READ;
            if (state_s)
                state <= STATE_SKIP_WRITE;
            if (skip_a) begin
                state <= STATE_END;
                if (state_t)
                    state <= STATE_SKIP_START;
            end
            if (state == STATE_COUNT_START)
                state <= STATE_COUNT;
            if (state_u)
                state <= STATE_FAULT_RECORD;
            if (state_w) begin
                state <= STATE_CUT;
                if (state_x)
                    state <= STATE_UNLINK_START;
            end
            if (state == STATE_UNLINK_START)
                state <= STATE_UNLINK;
            if (state_y)
                state <= STATE_CUT;
            if (vmid_cut)
                state <= receiver == 3'd0 ? STATE_BANK_LOAD : STATE_LOAD;
            if (fault_enter)
                state <= STATE_END;
            if (state_z)
                state <= STATE_COUNT_START;
            if (state_aa)
                state <= STATE_IDLE;
        end

    reg moves;
    always @* begin
        moves = 1'b0;
        if (start_lvmid)
            moves = 1'b1;
        if (start_fault)
            moves = 1'b1;
        if (start_fence)
            moves = 1'b1;
        if (faulting_b)
            moves = 1'b1;
        else if (state_b)
            moves = 1'b0;
        if (faulting_a && state_a)
            moves = 1'b1;
        if (state_c)
            moves = 1'b0;
        if (next_syllable_a && looked_at_a)
            moves = 1'b1;
        if (faulting_d)
            moves = 1'b1;
        else if (faulting_c && walk_failed)
            moves = 1'b0;
        if (state_d)
            moves = 1'b1;
        if (looked_at_b && looked_at_c)
            moves = 1'b0;
        if (state_e)
            moves = 1'b1;
        if (length_bad_b && length_bad_c)
            moves = 1'b0;
        if (faulting_f)
            moves = 1'b1;
        else if (faulting_e && walk_failed)
            moves = 1'b0;
        if (state_f)
            moves = 1'b1;
        if (looked_at_d && looked_at_e)
            moves = 1'b0;
        if (looked_at_f)
            moves = 1'b1;
        if (state == STATE_VMCB_START)
            moves = 1'b1;
        if (faulting_g)
            moves = 1'b1;
        else if (map_write_form_a && walk_failed)
            moves = 1'b0;
        if (map_write_form_b)
            moves = 1'b1;
        if (faulting_h)
            moves = 1'b1;
        else if (in_io_b && walk_failed)
            moves = 1'b0;
        if (in_io_d)
            moves = 1'b1;
        if (state_g) begin
            moves = 1'b1;
            if (first && at_zero)
                moves = 1'b1;
            else if (first)
                moves = 1'b1;
            else if (state_h)
                moves = 1'b1;
        end
        if (state == STATE_TABLE_START)
            moves = 1'b1;
        if (in_io_c && in_io_e)
            moves = 1'b1;
        if (state_i) begin
            moves = 1'b1;
            if (first && at_zero)
                moves = 1'b1;
            else if (first)
                moves = 1'b1;
            else if (state_j)
                moves = 1'b1;
        end
        if (kind_a && bad_map_word)
            moves = 1'b0;
        if (faulting_j)
            moves = 1'b1;
        if (state_k)
            moves = 1'b1;
        if (faulting_m)
            moves = 1'b1;
        if (looked_at_g)
            moves = 1'b1;
        if (state == STATE_STORE_START)
            moves = 1'b1;
        if (state_m) begin
            moves = 1'b1;
            if (faulting)
                moves = 1'b1;
        end
        if (state_n)
            moves = 1'b1;
        if (held_2_a)
            moves = 1'b1;
        if (held_2_b)
            moves = 1'b1;
        if (vmid_append) begin
            moves = 1'b1;
            if (state_o)
                moves = 1'b1;
        end
        if (sequencer_rd_write)
            moves = 1'b1;
        if (state == STATE_MIE_START)
            moves = 1'b1;
        if (state_p)
            moves = 1'b1;
        if (state_r) begin
            moves = 1'b1;
            if (faulting)
                moves = 1'b1;
            else if (skipped)
                moves = 1'b1;
        end
        if (state == STATE_SKIP_START)
            moves = 1'b1;
        if (state_s)
            moves = 1'b1;
        if (skip_a) begin
            moves = 1'b1;
            if (state_t)
                moves = 1'b1;
        end
        if (state == STATE_COUNT_START)
            moves = 1'b1;
        if (state_u)
            moves = 1'b1;
        if (state_w) begin
            moves = 1'b1;
            if (state_x)
                moves = 1'b1;
        end
        if (state == STATE_UNLINK_START)
            moves = 1'b1;
        if (state_y)
            moves = 1'b1;
        if (vmid_cut)
            moves = 1'b1;
        if (fault_enter)
            moves = 1'b1;
        if (state_z)
            moves = 1'b1;
        if (state_aa)
            moves = 1'b1;
    end

    assign sequence_end = state_z || state_aa;
    assign sequence_more = state == STATE_BROKEN;
    assign sequence_exception = faulting_i && first;
    assign sequence_retires = !record_fault;
    assign record_fault = state == STATE_END && faulting;
    assign record_lvmid = state == STATE_BROKEN || state == STATE_END && !faulting && !fencing;
    assign record_fault_cause = {23'd0, implicit, 2'd0, access, code};
    assign record_fault_address = {walk_argument, offset} & {32{has_address}};
    assign record_target_level = level;
    assign sequencer_operand = state == STATE_OPERAND || state == STATE_SYLLABLE;
    assign sequencer_operand_answer = state == STATE_SYLLABLE && dbus_answer;
    wire asked_a = state == STATE_SYLLABLE && asked < 4'd1;
    wire asked_b = state == STATE_ROOT_WORDS && asked < 4'd2;
    wire asked_c = state == STATE_ENTRY_WORD && asked < 4'd1;
    wire asked_d = state == STATE_VMCB_WORDS && asked < 4'd12;
    wire [3:0] asked_e = asked + 4'd1;
    wire asked_f = state == STATE_REGISTER && asked < 4'd1;
    wire asked_g = state == STATE_MIE && asked < 4'd1;
    wire asked_h = state == STATE_LOAD && asked_word <= LAST_WORD;
    wire asked_i = state == STATE_SKIP_READ && asked < 4'd1;
    wire asked_j = state == STATE_COUNT && asked < 4'd1;
    wire [3:0] asked_k = 4'd2 & {4{vmid_cut}};

    always @(posedge clk) begin
        if (asked_a && dbus_free)
            asked <= asked + 4'd1;
        if (next_syllable_a) begin
            got <= got + 4'd1;
            got <= 4'd0;
        end
        if (asked_b && dbus_free)
            asked <= asked + 4'd1;
        if (length_bad_a)
            got <= got + 4'd1;
        if (looked_at_b && looked_at_c)
            got <= 4'd0;
        if (asked_c && dbus_free)
            asked <= asked + 4'd1;
        if (looked_at_d)
            got <= got + 4'd1;
        if (looked_at_d && looked_at_e)
            got <= 4'd0;
        if (asked_d && dbus_free)
            asked <= asked + 4'd1;
        if (caps_write_a)
            got <= got + 4'd1;
        if (kind_a && bad_map_word)
            got <= got;
        if (state_l)
            asked <= asked_e;
        if (held_1_a)
            asked <= asked + 4'd1;
        if (state == STATE_BANK_STORE && held_2)
            got <= got + 4'd1;
        if (held_1_b)
            asked <= asked + 4'd1;
        if (state == STATE_BANK_LOAD && held_2)
            got <= got + 4'd1;
        if (asked_f && dbus_free)
            asked <= asked + 4'd1;
        if (sequencer_rd_write)
            got <= got + 4'd1;
        if (asked_g && dbus_free)
            asked <= asked + 4'd1;
        if (state_p)
            got <= got + 4'd1;
        if (asked_h && dbus_free)
            asked <= asked + 4'd1;
        if (state_q)
            got <= got + 4'd1;
        if (asked_i && dbus_free)
            asked <= asked + 4'd1;
        if (state_s)
            got <= got + 4'd1;
        if (asked_j && dbus_free)
            asked <= asked + 4'd1;
        if (state_u)
            got <= got + 4'd1;
        if (state_v)
            asked <= asked + 4'd1;
        if (moves) begin
            asked <= {3'd0, faulting_a && state_a && dbus_free} | {3'd0, state_d && dbus_free} |
                {3'd0, state_f && dbus_free} | {3'd0, map_write_form_b && dbus_free} | asked_k;
            got <= asked_k;
        end
    end

    // ---- Words of its own ----

    wire shows_value = word == WORD_VALUE && cause_code == EXC_VMCB && !cause_interrupt;
    assign sequencer_word = ({32{word == WORD_FAULT_CAUSE}} &
        {23'd0, implicit, 2'd0, access, code}) |
        ({32{word == WORD_FAULT_ADDRESS && has_address}} & {walk_argument, offset}) |
        ({32{word == WORD_SYLLABLE}} & {28'd0, next_syllable}) |
        ({32{shows_value}} & (length_bad ?
        {access_page, access_offset, 2'd0} : looked_at | {26'd0, got, 2'd0}));
    assign sequencer_has_instruction = has_insn;
    assign sequencer_read_word = state == STATE_FAULT_RECORD ? {3'd6, asked[1:0] + 2'd1} :
        state == STATE_COUNT ? WORD_FAULT_CAUSE :
        state == STATE_SKIP_READ || state == STATE_SKIP_WRITE ? WORD_RESULT :
        state == STATE_BANK_LOAD ? {1'b0, asked} :
        state == STATE_BANK_STORE ? {1'b0, asked} :
        state == STATE_LINK ? WORD_SYLLABLE :
        state == STATE_STORE ? (asked_word == LAST_WORD ? WORD_SYLLABLE : {1'b0, asked_e}) :
        state == STATE_STORE_START ? WORD_PC :
        WORD_ZERO;
    assign sequencer_write_word = {1'b0, got};
    assign sequencer_word_write = state == STATE_BANK_STORE && held_2 ||
        state == STATE_BANK_LOAD && held_2 || state_q;
    assign sequencer_read_bank = state == STATE_BANK_LOAD;
    assign sequencer_write_bank = state == STATE_BANK_STORE;
    assign sequencer_take_word = state == STATE_BANK_STORE && held_1 ||
        state == STATE_BANK_LOAD && held_1;
    assign sequencer_take_count = state_s || state_u;
    assign sequencer_counts = faulting;
    assign sequencer_take_target = state_q && got == 4'd0;
    assign sequencer_skip = skipped && state != STATE_IDLE;
    assign sequencer_loading = sequencer_rd_write || state_q || sequencer_take_count;
    assign sequencer_rd_write = state == STATE_REGISTER && dbus_answer;
    wire stalled = sequencer_request && sequencer_write && !dbus_free;
    assign word_hold = stalled;
    assign pc_is_next = state != STATE_IDLE && (!faulting || next);

    // ---- Bus, scratchpad, composer, VMID ----

    assign sequencer_busy = state != STATE_IDLE;
    assign sequencer_request = faulting_a && state_a || asked_a || state_d || asked_b || state_f ||
        asked_c || map_write_form_b || asked_d || state == STATE_STORE || state == STATE_LINK ||
        asked_f || asked_g || asked_h || asked_i || state == STATE_SKIP_WRITE || asked_j ||
        state == STATE_FAULT_RECORD || state == STATE_UNLINK;
    assign sequencer_write = state == STATE_STORE || state == STATE_LINK ||
        state == STATE_SKIP_WRITE || state == STATE_FAULT_RECORD || state == STATE_UNLINK;
    wire [6:0] vmcb_word = state == STATE_UNLINK ? VMCB_NEXT_SYLLABLE :
        state == STATE_FAULT_RECORD ? {5'd3, asked[1:0]} :
        state == STATE_COUNT ? VMCB_FAULT_COUNT :
        state == STATE_SKIP_WRITE ? VMCB_RESUME :
        state == STATE_SKIP_READ ? VMCB_RESUME :
        state == STATE_LOAD ? 7'h10 + {3'd0, asked} :
        state == STATE_MIE ? VMCB_MIE :
        state == STATE_REGISTER ? {2'd2, w_insn[19:15]} :
        state == STATE_LINK ? VMCB_NEXT_SYLLABLE :
        state == STATE_STORE ? 7'h10 + {3'd0, asked} :
        VMCB_NEXT_SYLLABLE;
    wire sequencer_address_a = state <= STATE_VMCB_WORDS;
    assign sequencer_address = {(sequencer_address_a ? walk_page : map_page),
        (sequencer_address_a ? (state == STATE_ROOT || state == STATE_ROOT_WORDS ?
        (asked[0] ? 10'h12 : 10'h10) : looked_at[11:2] | {6'd0, asked}) :
        {map_offset[9:7], vmcb_word})};
    wire [2:0] sequencer_row_a = state == STATE_UNLINK_START || state == STATE_UNLINK || vmid_cut ?
        receiver - 3'd1 :
        state == STATE_COUNT_START || state == STATE_COUNT || state == STATE_FAULT_RECORD ?
        receiver :
        state == STATE_SKIP_START || state == STATE_SKIP_READ || state == STATE_SKIP_WRITE ?
        {1'b0, (skip[0] ? 2'd0 : skip[1] ? 2'd1 : skip[2] ? 2'd2 : skip[3] ? 2'd3 : 2'd0)} :
        vmid_append ? level :
        state == STATE_VMCB_WORDS || state == STATE_TABLE ? level :
        level - 3'd1;
    assign sequencer_row = {sequencer_row_a[1:0],
        (state == STATE_TABLE ? 2'd1 : state == STATE_VMCB_WORDS ? {1'b0, !mem_linear} : 2'd2)};
    assign sequencer_walk = start_lvmid || next_syllable_a && looked_at_a ||
        length_bad_b && !length_bad_c || state == STATE_VMCB_START || state == STATE_TABLE_START ||
        looked_at_g;
    wire sequencer_page_a = next_syllable_a && looked_at_a || looked_at_g;
    assign sequencer_page = sequencer_page_a ? HV_ROOT_PAGE :
        state == STATE_TABLE_START ? map_page :
        looked_at[31:12];
    assign sequencer_need = {state != STATE_OPERAND, 1'b0, state == STATE_VMCB,
        state != STATE_VMCB};
    assign vmid_append = state == STATE_APPEND && !flush_busy;
    assign vmid_cut = state == STATE_CUT;
    assign syllable = next_syllable;
    assign vip_note = state_p && |(own_vip & {dbus_dat_i[11], dbus_dat_i[7], dbus_dat_i[3]}) ||
        vmid_append && first && !at_zero && |(own_vip & interrupts_enabled);

    // ---- The page of the walk before ----

    reg [19:0] last_walked; // the page of the last walk
    reg known; // that walk was of this level, for this probe
    assign walk_again = state != STATE_IDLE && known &&
        (sequencer_page_a ? last_walked == HV_ROOT_PAGE :
        last_walked == looked_at[31:12] && state != STATE_TABLE_START) &&
        (state != STATE_VMCB_START || walk_rights[1]);

    always @(posedge clk) begin
        if (sequencer_walk) begin
            last_walked <= state == STATE_IDLE ? access_page : sequencer_page;
            known <= 1'b1;
        end
        if (vmid_append)
            known <= 1'b0;
    end

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, w_insn[14:0], w_insn[31:20], walk_rights[0], walk_rights[3:2],
        sequencer_row_a[2], 1'b0};
endmodule

`default_nettype wire
