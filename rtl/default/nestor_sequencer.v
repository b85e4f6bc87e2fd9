// Nestor 0.9.2, unit nestor_sequencer, configuration default, hash 6a70e3322f86f106

`default_nettype none

// LVMID, VM-faults and hv.fence: everything that goes through VMCBs.
module nestor_sequencer (
    input  wire clk, // clock, rising edge
    input  wire rst, // synchronous reset, active high

    // A fetch and its page
    input  wire [9:0] fetch_offset, // number of the word asked for in its page

    // The instruction in W
    // Not while the flush of the append before goes on, through all sets: another would begin anew.
    // And not before all words are on their way to the bank, since x[rs1] comes in the next cycle.
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
    // The mie of a monitor is looked at if it is left with something pending, or with the external line.
    input  wire [2:0] vip_left, // what keeps pending at the running level if LVMID leaves it
    input  wire line_left, // LVMID is to leave the owner of the external line without handing it on
    output wire line_note, // the mie of the level that is left is known
    output wire line_note_enable, // its MEI

    // The virtual machine that runs
    input  wire at_zero, // n = 0
    input  wire at_depth, // n = depth
    input  wire [2:0] level, // n
    input  wire [2:0] level_below, // n - 1

    // What its levels may do
    // vm_capability, for the sequencer: in the cycle after n has changed, too
    input  wire vm_granted,

    // Walks of the composer
    input  wire walk_done, // the walk has ended
    input  wire walk_failed, // the walk has ended without a value
    input  wire [19:0] walk_page, // the page to translate, then each value on the way
    input  wire [3:0] walk_rights, // rights found: read, write, execute, RAM
    input  wire walk_ram, // the value is a page of RAM
    input  wire [3:0] walk_cause, // cause of a VM-fault
    input  wire [2:0] walk_receiver, // level that gets the VM-fault of the walk
    input  wire [19:0] walk_argument, // the page that was the argument of the last f

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
    // number of the word that the sequencer asks for, in its page
    output wire [9:0] sequencer_offset,
    output wire sequencer_probing, // that page is walk_page; else map_page
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
    input  wire flush_busy, // a flush goes on

    // Data port, Wishbone B4 pipelined
    input  wire [31:0] dbus_dat_i // data port: the word read
);
    localparam [28:0] STATE_IDLE = 29'd1;
    localparam [1:0] FORM_NONE = 2'd0;
    localparam [1:0] FORM_RB = 2'd1;
    localparam [1:0] FORM_LINEAR = 2'd2;
    localparam [3:0] FAULT_INVALID = 4'd7;
    localparam [3:0] FAULT_DEPTH = 4'd8;
    localparam [1:0] ACCESS_LOAD = 2'd2;
    localparam [1:0] ACCESS_STORE = 2'd3;
    localparam [3:0] LAST_WORD = 4'd12;
    localparam [19:0] HV_ROOT_PAGE = 20'h80000;
    localparam [6:0] VMCB_NEXT_SYLLABLE = 7'd0;
    localparam [6:0] VMCB_CAPS = 7'd1;
    localparam [6:0] VMCB_VIP = 7'd2;
    localparam [6:0] VMCB_RESUME = 7'd3;
    localparam [6:0] VMCB_IO_BOUND = 7'd11;
    localparam [6:0] VMCB_PC = 7'h10;
    localparam [6:0] VMCB_MIE = 7'h13;
    localparam [1:0] MAP_FORM = 2'd0;
    localparam [1:0] MAP_FIRST = 2'd1;
    localparam [1:0] MAP_BASE = 2'd2;
    localparam [1:0] MAP_BOUND = 2'd3;
    localparam [4:0] WORD_PC = 5'd0;
    localparam [4:0] WORD_VALUE = 5'h17;
    localparam [4:0] WORD_FAULT_CAUSE = 5'h18;
    localparam [4:0] WORD_FAULT_ADDRESS = 5'h19;
    localparam [4:0] WORD_SYLLABLE = 5'h1c;
    localparam [4:0] EXC_VMCB = 5'h18;

    // ---- Where it is ----

    // One bit for each state.
    reg [28:0] state;
    wire in_IDLE = state[0];
    wire in_OPERAND = state[1];
    wire in_SYLLABLE = state[2];
    wire in_ROOT = state[3];
    wire in_ROOT_WORDS = state[4];
    wire in_ENTRY = state[5];
    wire in_ENTRY_WORD = state[6];
    wire in_VMCB_START = state[7];
    wire in_VMCB = state[8];
    wire in_VMCB_WORDS = state[9];
    wire in_TABLE_START = state[10];
    wire in_TABLE = state[11];
    wire in_REFUSE = state[12];
    wire in_STORE_START = state[13];
    wire in_STORE = state[14];
    wire in_LINK = state[15];
    wire in_MIE = state[16];
    wire in_APPEND = state[17];
    wire in_CHAIN = state[18];
    wire in_BROKEN = state[19];
    wire in_LOAD = state[20];
    wire in_BANK_LOAD = state[21];
    wire in_SKIP_START = state[22];
    wire in_SKIP_READ = state[23];
    wire in_SKIP_WRITE = state[24];
    wire in_END = state[25];
    wire in_COUNT = state[26];
    wire in_FAULT_RECORD = state[27];
    wire in_UNLINK = state[28];
    reg [3:0] asked; // words asked for in this state, or stored
    reg [3:0] got; // words that have come
    // resource name of what is being looked at; of a fault that began elsewhere the offset of its address alone
    reg [31:0] looked_at;
    reg first; // LVMID's own syllable, not a link of the chain
    reg [3:0] next_syllable;
    reg [3:0] link; // NEXT_SYLLABLE of the VMCB read last
    reg link_bad; // it is no syllable
    reg at_operand; // of LVMID, or its syllable is what is bad
    reg [1:0] kind; // form of the map whose words come
    reg [3:0] grain; // its grain
    reg mem_linear;
    reg io_linear;
    reg in_io;
    reg [3:0] skip; // RESUME.SKIP of level i + 1 is to be cleared
    reg skipped; // one of them was set
    reg was_bad; // the word that came in the cycle before is bad
    reg was_bound; // it is a map's bound
    reg was_long; // and makes a table leave its page
    wire late = was_bad || was_bound && was_long;
    reg held_1; // between rows: a word is shown
    reg held_2; // and one is in w_result
    reg [3:0] number_2; // the latter's number

    // ---- The VM-fault ----

    reg faulting; // the record will be a VM-fault
    reg fencing; // hv.fence
    reg [3:0] code;
    reg [1:0] access;
    reg implicit;
    reg has_address;
    reg has_insn;
    reg next; // its pc is the next instruction's
    wire [3:0] asked_word = asked;
    wire [3:0] got_word = got;

    // ---- The page of the walk before ----

    reg [19:0] last_walked; // the page of the last walk
    wire again_root = last_walked == HV_ROOT_PAGE;
    wire again_name = last_walked == looked_at[31:12];
    wire again_table = last_walked == map_page;

    // ---- Start ----

    wire fencing_a = start_lvmid || start_fence || start_fault;

    always @(posedge clk)
        if (fencing_a)
            fencing <= start_fence;

    // The scratchpad shows the VMCB, and csr the pc, in the cycle after any in which nothing else is asked of them.
    assign reservation_end = start_lvmid || start_fault;

    // ---- Probe: walks ----

    wire walk_fails = (in_OPERAND || in_ROOT || in_ENTRY || in_VMCB || in_TABLE) && walk_done &&
        walk_failed;

    // ---- Probe: SYLLABLE ----

    wire is_syllable = |dbus_dat_i[3:0] && dbus_dat_i[31:4] == 28'd0;

    // ---- Probe: root ----

    wire above_length = dbus_dat_i[31:4] == 28'd0 && next_syllable > dbus_dat_i[3:0];

    // ---- Probe: VMTAB entry ----

    wire bad_entry = in_ENTRY_WORD && dbus_answer && (dbus_dat_i == 32'd0 || |dbus_dat_i[8:0]);

    // ---- Probe: VMCB ----

    wire [6:0] control_word = {3'd0, got};
    assign caps_write = in_VMCB_WORDS && dbus_answer && control_word == VMCB_CAPS;
    assign vip_write = in_VMCB_WORDS && dbus_answer && control_word == VMCB_VIP;
    wire skipped_a = in_VMCB_WORDS && dbus_answer && control_word == VMCB_RESUME && level == 3'd0 &&
        dbus_dat_i[0];
    wire skipped_b = in_VMCB_WORDS && dbus_answer && control_word == VMCB_RESUME && level == 3'd1 &&
        dbus_dat_i[0];
    wire skipped_c = in_VMCB_WORDS && dbus_answer && control_word == VMCB_RESUME && level == 3'd2 &&
        dbus_dat_i[0];
    wire skipped_d = in_VMCB_WORDS && dbus_answer && control_word == VMCB_RESUME && level == 3'd3 &&
        dbus_dat_i[0];

    always @(posedge clk) begin
        if (fencing_a)
            skipped <= 1'b0;
        if (in_VMCB_WORDS && dbus_answer && control_word == VMCB_NEXT_SYLLABLE) begin
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
    wire was_bound_a = in_VMCB_WORDS && dbus_answer && (got[2] || got[3]);

    always @(posedge clk)
        if (rst)
            was_bound <= 1'b0;
        else
            was_bound <= was_bound_a && map_word == MAP_BOUND && !late;

    reg [9:0] table_offset;
    wire [1:0] form = dbus_dat_i[1:0];
    wire [14:0] low_mask = {grain > 4'd14, grain > 4'd13, grain > 4'd12, grain > 4'd11,
        grain > 4'd10, grain > 4'd9, grain > 4'd8, grain > 4'd7, grain > 4'd6, grain > 4'd5,
        grain > 4'd4, grain > 4'd3, grain > 4'd2, grain > 4'd1, grain > 4'd0};

    // A table ends with its page: offset + bound >> grain is at most 1024. A bound from 2048 << grain on has a bit there.
    wire [20:0] table_end_a = dbus_dat_i[20:0] >> grain;
    wire [11:0] table_end = {1'b0, table_end_a[10:0]} + {2'd0, table_offset};
    wire bad_map_word_a = |kind;
    wire bad_map_word_b = |dbus_dat_i[31:20];
    wire bad_map_word_c = kind == FORM_LINEAR && |(dbus_dat_i[14:0] & low_mask);

    reg bad_map_word;
    always @*
        case (map_word)
            MAP_FORM: bad_map_word = |dbus_dat_i[31:12] || |dbus_dat_i[7:2] ||
                !(form == FORM_NONE || form == FORM_RB && dbus_dat_i[11:8] == 4'd0 ||
                form == FORM_LINEAR);
            MAP_FIRST: bad_map_word = bad_map_word_a && (bad_map_word_b || bad_map_word_c);
            MAP_BASE: bad_map_word = bad_map_word_a &&
                (kind == FORM_LINEAR ? |dbus_dat_i[1:0] : bad_map_word_b);
            default: bad_map_word = bad_map_word_a &&
                (|dbus_dat_i[31:21] || dbus_dat_i[20] && |dbus_dat_i[19:0] || bad_map_word_c);
        endcase

    always @(posedge clk)
        if (was_bound_a && map_word == MAP_BASE)
            table_offset <= dbus_dat_i[11:2];

    // To the scratchpad's row of level n + 1: the words of its maps, the VMCB's pin, the tables' pins.
    wire map_write_form_a = in_VMCB_START && !late;
    wire map_write_form_b = map_write_form_a && again_name && walk_rights[1];
    wire map_write_form_c = in_VMCB && walk_done && !walk_failed || map_write_form_b;
    wire map_write_form_d = was_bound_a && map_word == MAP_BASE;
    assign map_write_form = map_write_form_d || map_write_form_c;
    assign map_write_first = was_bound_a && map_word == MAP_FIRST;
    assign map_write_bound = was_bound_a && map_word == MAP_BOUND;
    wire map_write_page_a = in_TABLE_START && !late;
    wire map_write_page_b = in_TABLE && walk_done && !walk_failed ||
        map_write_page_a && again_table;
    assign map_write_page = map_write_form_d || map_write_form_c || map_write_page_b;
    assign map_form_data = map_write_form_c ? {6'd0, looked_at[11:2]} :
        {kind, grain, dbus_dat_i[11:2]};
    assign map_page_data = map_write_form_d ?
        (kind == FORM_RB ? dbus_dat_i[19:0] : dbus_dat_i[31:12]) :
        walk_page;
    assign map_write_row = {level[1:0],
        (map_write_form_c ? 2'd2 : {1'b0, (map_write_page_b ? in_io : got[3])})};

    // Where no table follows, the last word is judged before anything does.
    wire words_good = in_VMCB_WORDS && got == 4'd12 && !late;

    always @(posedge clk) begin
        was_long <= kind == FORM_LINEAR &&
            (|(dbus_dat_i[20:11] & ~low_mask[9:0]) || table_end[11] ||
            table_end[10] && |table_end[9:0]);
        if (was_bound_a && map_word == MAP_FORM) begin
            kind <= form;
            grain <= dbus_dat_i[11:8];
            if (got[3])
                io_linear <= form == FORM_LINEAR;
            else
                mem_linear <= form == FORM_LINEAR;
        end
        if (in_VMCB_WORDS)
            in_io <= !mem_linear;
        if (map_write_page_b)
            in_io <= 1'b1;
    end

    wire looks_at_mie = |vip_left || line_left;

    // The row of the next table, of the VMCB that the append asks for x[rs1], or of the level that runs.

    // ---- Chain ----

    wire first_a = in_CHAIN && (!asked[0] || dbus_answer);

    always @(posedge clk) begin
        if (start_lvmid || start_fault)
            first <= 1'b1;
        if (in_SYLLABLE && dbus_answer)
            next_syllable <= dbus_dat_i[3:0];
        if (first_a) begin
            first <= 1'b0;
            next_syllable <= link;
        end
    end

    wire follows_a = link == 4'd0 && !link_bad;
    wire follows_b = !vm_granted || at_depth || link_bad;
    wire follows = first_a && !follows_a && !follows_b;

    // ---- What is looked at ----

    wire at_operand_a = in_ROOT_WORDS && dbus_answer && |got && !late;
    wire at_operand_b = in_SYLLABLE && dbus_answer && is_syllable || follows;

    always @(posedge clk) begin
        if (fencing_a)
            at_operand <= 1'b1;
        if (at_operand_a && above_length)
            at_operand <= 1'b1;
        if (at_operand_b)
            at_operand <= 1'b0;
    end

    // ---- Probe: a word that was bad ----

    wire was_bad_a = in_ROOT_WORDS && dbus_answer && got == 4'd0 && |dbus_dat_i[1:0];

    always @(posedge clk)
        if (rst)
            was_bad <= 1'b0;
        else
            was_bad <= (in_SYLLABLE && dbus_answer && !is_syllable || was_bad_a ||
                at_operand_a && above_length || bad_entry || was_bound_a && bad_map_word) && !late;

    // ---- Store the context ----

    // A row of the scratchpad is asked for in the last cycle before it is needed.

    // ---- Level 0's bank ----

    wire stores_bank = in_VMCB_WORDS && at_zero;
    wire held_1_a = (in_VMCB_START || in_VMCB) && at_zero || stores_bank ||
        in_BANK_LOAD && asked_word <= LAST_WORD;
    wire held_2_a = in_BANK_LOAD && held_2 && got_word == LAST_WORD;

    always @(posedge clk) begin
        // The pc is shown before the VMCB's words come, of which the first has been asked for by then.
        held_1 <= held_1_a;
        held_2 <= held_1 && !held_2_a;
        number_2 <= word[3:0];
    end

    // ---- Append ----

    wire appends_a = in_APPEND && (first || !flush_busy) && !held_1;
    wire appends_b = first && |w_insn[19:15];
    wire appends = appends_a && (dbus_free || !appends_b);

    // ---- Interrupts of a level that is left ----

    wire [2:0] left_mie = first ? interrupts_enabled :
        {dbus_dat_i[11], dbus_dat_i[7], dbus_dat_i[3]};
    assign line_note = in_MIE && dbus_answer || appends && first && !at_zero;
    assign line_note_enable = left_mie[2];

    // ---- Clear SKIP ----

    wire [3:0] skip_a = skip & ~(skip & -skip);

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
        if (in_SKIP_WRITE && dbus_free)
            skip <= skip_a;
    end

    // ---- VM-fault: cut ----

    wire cuts_a = in_FAULT_RECORD && &asked[1:0];
    wire cuts_b = in_FAULT_RECORD && dbus_free && cuts_a;
    wire cuts = cuts_b && receiver == 3'd0 || in_UNLINK && dbus_free;

    // ---- VM-fault: entry, with the last word of the context, which is after those that it changes ----

    wire fault_enter_a = in_LOAD && dbus_answer && got_word == LAST_WORD;
    assign fault_enter = held_2_a || fault_enter_a && faulting;

    // ---- What the VM-fault is ----

    wire walk_faults = walk_fails && !at_zero;
    wire chain_faults_a = in_REFUSE && dbus_idle && !first;
    wire chain_faults_b = first_a && !follows_a && follows_b;
    wire chain_faults = chain_faults_a || chain_faults_b;

    always @(posedge clk)
        if (rst)
            faulting <= 1'b0;
        else if (start_fault || walk_faults || chain_faults)
            faulting <= 1'b1;
        else if (start_lvmid || start_fence)
            faulting <= 1'b0;

    always @(posedge clk)
        if (start_fault || walk_faults || chain_faults) begin
            code <= ({4{start_fault}} & fault_code) | ({4{walk_faults}} & walk_cause) |
                ({4{chain_faults}} & ((FAULT_INVALID & {4{chain_faults_a}}) |
                ((vm_granted && at_depth ? FAULT_DEPTH : FAULT_INVALID) & {4{chain_faults_b}})));
            access <= ({2{start_fault}} & fault_access) |
                ({2{walk_faults}} & (in_VMCB ? ACCESS_STORE : ACCESS_LOAD));
            receiver <= ({3{start_fault}} & fault_receiver) | ({3{walk_faults}} & walk_receiver) |
                ({3{chain_faults}} & level_below);
            implicit <= chain_faults || walk_faults && !in_OPERAND;
            has_address <= walk_faults || start_fault && fault_has_address;
            has_insn <= start_fault ? fault_has_instruction : walk_faults && in_OPERAND;
            next <= start_fault && fault_next;
        end

    wire looked_at_a = in_TABLE_START && !late;
    wire looked_at_b = in_ROOT_WORDS && got == 4'd0;
    wire looked_at_c = dbus_answer && (looked_at_b || in_ENTRY_WORD);

    always @(posedge clk) begin
        if ((at_operand_b || looked_at_c || looked_at_a) && !(was_bad_a || bad_entry))
            looked_at <= {({30{at_operand_b}} & 30'h20000010) |
                ({30{looked_at_c}} & (dbus_dat_i[31:2] +
                {26'd0, next_syllable & {4{looked_at_b}}})) |
                ({30{looked_at_a}} & {map_page, map_offset}), 2'd0};
        if (start_fault || walk_faults && in_OPERAND)
            looked_at[11:0] <= {(fault_fetching ? fetch_offset : access_offset),
                w_result[1:0] & {2{!fault_fetching}}};
    end

    // ---- Flushes ----

    assign flush_start = start_fence && (flush_any || |flush_syllable && w_result[31:4] == 28'd0);
    assign flush_level = {1'b0, level};
    assign flush_any = w_insn[19:15] == 5'd0;
    assign flush_syllable = w_result[3:0];
    assign forget = start_fence || appends || cuts;

    // ---- Records ----

    wire sequence_end_a = in_BROKEN && !flush_busy;
    wire sequence_end_b = in_END && !flush_busy;
    assign sequence_end = sequence_end_a || sequence_end_b;
    assign sequence_more = in_BROKEN;
    assign sequence_exception = in_REFUSE && dbus_idle && first;
    assign sequence_retires = !record_fault;
    assign record_fault = in_END && faulting;
    assign record_lvmid = in_BROKEN || in_END && !faulting && !fencing;
    assign record_fault_cause = {23'd0, implicit, 2'd0, access, code};
    assign record_fault_address = {walk_argument, looked_at[11:0]} & {32{has_address}};
    assign record_target_level = level;
    assign sequencer_operand = in_OPERAND || in_SYLLABLE && !asked[0];
    assign sequencer_operand_answer = in_SYLLABLE && dbus_answer;

    // ---- The next state ----

    wire moves_a = in_OPERAND && walk_done && !walk_failed && walk_ram;
    wire moves_b = in_SYLLABLE && dbus_answer && again_root;
    wire moves_c = in_ROOT && walk_done && !walk_failed;
    wire moves_d = at_operand_a && !again_name;
    wire moves_e = in_ENTRY && walk_done && !walk_failed;
    wire moves_f = at_operand_a && again_name || moves_e;
    wire moves_g = in_ENTRY_WORD && dbus_answer && !late;
    wire moves_h = map_write_form_a && !map_write_form_b;
    wire moves_i = in_VMCB_WORDS && dbus_answer && control_word == VMCB_IO_BOUND &&
        (mem_linear || io_linear) && !late;
    wire moves_j = !in_io && io_linear;
    wire moves_k = moves_i || map_write_page_b && moves_j;
    wire moves_l = words_good || map_write_page_b && !moves_j;
    wire moves_m = moves_l && !first;
    wire moves_n = map_write_page_a && !again_table;
    wire moves_o = in_SYLLABLE && dbus_answer && !again_root || follows;
    wire moves_p = start_fault || moves_l && first && !at_zero || in_STORE_START;
    wire moves_q = in_STORE && dbus_free && asked_word == LAST_WORD && !faulting;
    wire moves_r = moves_m && !looks_at_mie || moves_l && first && at_zero ||
        in_LINK && dbus_free || in_MIE && dbus_answer;
    wire moves_s = |skip_a;
    wire moves_t = fault_enter_a && !faulting && skipped || in_SKIP_WRITE && dbus_free && moves_s;
    wire moves_u = start_fence || held_2_a || fault_enter_a && faulting ||
        fault_enter_a && !faulting && !skipped || in_SKIP_WRITE && dbus_free && !moves_s;
    wire moves_v = cuts_b && receiver == 3'd0;
    wire moves_w = cuts_b && receiver != 3'd0;
    wire moves_x = first_a && follows_a || in_UNLINK && dbus_free;
    wire moves_y = chain_faults || walk_faults && !first;
    wire moves_z = in_STORE && dbus_free && asked_word == LAST_WORD && faulting || sequence_end_a;
    wire moves = |{moves_w, in_COUNT && dbus_answer, moves_z, moves_u, in_SKIP_READ && dbus_answer,
        in_SKIP_START, moves_t, moves_v, moves_x, moves_y, appends, moves_r,
        moves_m && looks_at_mie, moves_q, moves_p, walk_faults && first, 1'b0, moves_n, moves_k,
        map_write_form_c, moves_h, moves_g, moves_f, moves_d, moves_b || moves_c, moves_o, moves_a,
        start_lvmid};
    wire refuses = walk_fails && at_zero || in_OPERAND && walk_done && !walk_failed && !walk_ram ||
        late;

    always @(posedge clk)
        if (rst)
            state <= STATE_IDLE;
        else if (moves || refuses || sequence_exception || sequence_end_b)
            state <= {moves_w, in_COUNT && dbus_answer, moves_z, moves_u,
                in_SKIP_READ && dbus_answer, in_SKIP_START, moves_t, moves_v, moves_x, moves_y,
                appends, moves_r, moves_m && looks_at_mie, moves_q, moves_p, walk_faults && first,
                1'b0, moves_n, moves_k, map_write_form_c, moves_h, moves_g, moves_f, moves_d,
                moves_b || moves_c, moves_o, moves_a, start_lvmid,
                sequence_exception || sequence_end_b} | {16'd0, refuses, 12'd0};

    wire asked_a = in_SYLLABLE && asked < 4'd1;
    wire asked_b = in_ROOT && !asked[0] && !late;
    wire asked_c = in_ROOT_WORDS && asked < 4'd2;
    wire asked_d = in_ENTRY && !asked[0] && !late;
    wire asked_e = in_ENTRY_WORD && asked < 4'd1;
    wire asked_f = in_VMCB_WORDS && asked < 4'd12;
    wire asked_g = in_MIE && asked < 4'd1;
    wire asked_h = in_LOAD && asked_word <= LAST_WORD;
    wire asked_i = in_SKIP_READ && asked < 4'd1;
    wire asked_j = in_COUNT && asked < 4'd1;
    wire [3:0] asked_k = 4'd2 & {4{cuts}};
    wire [3:0] asked_l = {3'd0, asked_a && dbus_free || asked_b || asked_c && dbus_free ||
        asked_d || asked_e && dbus_free || asked_f && dbus_free || in_STORE && dbus_free ||
        in_BANK_LOAD && held_1_a || asked_g && dbus_free || asked_h && dbus_free ||
        asked_i && dbus_free || asked_j && dbus_free || in_FAULT_RECORD && dbus_free};
    wire got_a = late && !in_VMCB_START;
    wire [3:0] got_b = {{3{got_a}}, got_a ||
        (in_SYLLABLE && dbus_answer || in_ROOT_WORDS && dbus_answer ||
        in_ENTRY_WORD && dbus_answer || in_VMCB_WORDS && dbus_answer || in_BANK_LOAD && held_2 ||
        in_MIE && dbus_answer || in_LOAD && dbus_answer || in_SKIP_READ && dbus_answer ||
        in_COUNT && dbus_answer) && !refuses};

    always @(posedge clk)
        if (moves) begin
            asked <= {3'd0, moves_a && dbus_free} | {3'd0, moves_b && dbus_free} |
                {3'd0, moves_c && dbus_free} | {3'd0, at_operand_a && again_name && dbus_free} |
                {3'd0, moves_e && dbus_free} | {3'd0, map_write_form_c && dbus_free} |
                {3'd0, first_a && follows_a && dbus_free} | {3'd0, follows} |
                {3'd0, appends && appends_b} | {3'd0, in_COUNT && dbus_answer && dbus_free} |
                asked_k;
            got <= (4'd12 & {4{moves_i}}) | asked_k;
        end else begin
            asked <= asked + asked_l;
            // A word that was bad is gone back to, if it was not the last of its state.
            got <= got + got_b;
        end

    // ---- Words of its own ----

    wire shows_value = word == WORD_VALUE && cause_code == EXC_VMCB && !cause_interrupt;
    assign sequencer_word = ({32{word == WORD_FAULT_CAUSE}} &
        {23'd0, implicit, 2'd0, access, code}) |
        ({32{word == WORD_FAULT_ADDRESS && has_address}} & {walk_argument, looked_at[11:0]}) |
        ({32{word == WORD_SYLLABLE}} & {28'd0, next_syllable}) |
        ({32{shows_value}} & (at_operand ?
        {access_page, access_offset, 2'd0} : looked_at | {26'd0, got, 2'd0}));
    assign sequencer_has_instruction = has_insn;
    wire [4:0] sequencer_read_word_a =
        ((asked_word == LAST_WORD ? 5'h1c : {1'b0, asked + 4'd1}) & {5{in_STORE}}) |
        (5'h1c & {5{in_LINK}}) | ({1'b0, asked} & {5{in_BANK_LOAD || stores_bank}}) |
        (5'h1b & {5{in_SKIP_READ || in_SKIP_WRITE}}) |
        ({4'd12, in_COUNT && dbus_answer} & {5{in_COUNT}}) |
        ((cuts_a ? 5'd15 : {3'd6, asked[1:0] + 2'd1}) & {5{in_FAULT_RECORD}});
    assign sequencer_read_word = in_STORE || in_LINK || in_BANK_LOAD || stores_bank ||
        in_SKIP_READ || in_SKIP_WRITE || in_COUNT || in_FAULT_RECORD ? sequencer_read_word_a :
        WORD_PC;
    wire to_bank = held_2 && !in_BANK_LOAD;
    assign sequencer_write_word = {1'b0, (to_bank ? number_2 : got)};
    assign sequencer_word_write = held_2 || in_LOAD && dbus_answer;
    assign sequencer_read_bank = in_BANK_LOAD;
    assign sequencer_write_bank = to_bank;
    assign sequencer_take_word = held_1;
    assign sequencer_take_count = in_SKIP_READ && dbus_answer || in_COUNT && dbus_answer;
    assign sequencer_counts = faulting;
    assign sequencer_take_target = in_LOAD && dbus_answer && got == 4'd0;
    assign sequencer_skip = skipped && !in_IDLE;
    assign sequencer_loading = sequencer_rd_write || in_LOAD && dbus_answer || sequencer_take_count;
    assign sequencer_rd_write = in_CHAIN && dbus_answer;
    wire stalled = sequencer_request && sequencer_write && !dbus_free;
    assign word_hold = stalled;
    assign pc_is_next = !in_IDLE && (!faulting || next);

    // ---- Bus, scratchpad, composer, VMID ----

    wire probing = in_OPERAND || in_SYLLABLE || in_ROOT || in_ROOT_WORDS || in_ENTRY ||
        in_ENTRY_WORD || in_VMCB_START || in_VMCB || in_VMCB_WORDS;
    assign sequencer_busy = !in_IDLE;
    assign sequencer_request = moves_a || asked_a || moves_b || moves_c || asked_c ||
        at_operand_a && again_name || moves_e || asked_e || map_write_form_c || asked_f ||
        first_a && follows_a || in_STORE || in_LINK || appends_a && appends_b || asked_g ||
        asked_h || asked_i || in_SKIP_WRITE || asked_j || in_COUNT && dbus_answer ||
        in_FAULT_RECORD || in_UNLINK;
    assign sequencer_write = in_STORE || in_LINK || in_SKIP_WRITE || in_COUNT && dbus_answer ||
        in_FAULT_RECORD || in_UNLINK;

    // The first word of what comes next may be asked for in the last cycle of what is.
    wire [6:0] vmcb_word = (VMCB_PC & {7{in_CHAIN}}) | ((7'h10 + {3'd0, asked}) & {7{in_STORE}}) |
        ({2'd2, w_insn[19:15]} & {7{in_APPEND}}) | (VMCB_MIE & {7{in_MIE}}) |
        ((7'h10 + {3'd0, asked}) & {7{in_LOAD}}) | (VMCB_RESUME & {7{in_SKIP_READ}}) |
        (VMCB_RESUME & {7{in_SKIP_WRITE}}) |
        ({5'd3, {2{!(in_COUNT && dbus_answer)}}} & {7{in_COUNT}}) |
        ({5'd3, asked[1:0]} & {7{in_FAULT_RECORD}});
    assign sequencer_offset = probing ?
        (in_ROOT || in_ROOT_WORDS && !asked[1] || in_SYLLABLE && asked[0] ?
        (in_ROOT_WORDS && asked[0] ? 10'h12 : 10'h10) : in_OPERAND || in_SYLLABLE && !asked[0] ?
        access_offset : looked_at[11:2] | {6'd0, asked & {4{in_VMCB_WORDS}}}) :
        {map_offset[9:7], vmcb_word};
    assign sequencer_probing = probing;
    wire sequencer_row_a = in_VMCB_WORDS || in_TABLE_START || in_TABLE;
    wire sequencer_row_b = in_VMCB_WORDS ? mem_linear || io_linear : moves_j;
    wire sequencer_row_c = in_STORE && asked_word == LAST_WORD && faulting;
    wire sequencer_row_d = in_SKIP_START || in_SKIP_READ || in_SKIP_WRITE;
    wire sequencer_row_e = in_BROKEN || in_COUNT || in_FAULT_RECORD;
    wire sequencer_row_f = sequencer_row_a &&
        (sequencer_row_b || at_zero || !(first || looks_at_mie)) || sequencer_row_c || in_LINK ||
        in_APPEND || in_MIE && asked[0] || sequencer_row_d || in_BROKEN || in_COUNT ||
        in_FAULT_RECORD && !cuts_a;
    wire [2:0] sequencer_row_g = (level & {3{sequencer_row_a}}) |
        (receiver & {3{sequencer_row_c}}) | (level & {3{in_LINK}}) | (level & {3{in_APPEND}}) |
        (level & {3{in_MIE && asked[0]}}) |
        ({1'b0, (skip[0] ? 2'd0 : skip[1] ? 2'd1 : skip[2] ? 2'd2 : skip[3] ? 2'd3 : 2'd0)} &
        {3{sequencer_row_d}}) | (receiver & {3{sequencer_row_e}}) | (receiver & {3{in_UNLINK}});
    wire [2:0] sequencer_row_h = (sequencer_row_a || sequencer_row_c || in_LINK || in_APPEND ||
        in_MIE && asked[0] || sequencer_row_d || sequencer_row_e || in_UNLINK ?
        sequencer_row_g : level) - {2'd0, !sequencer_row_f};
    assign sequencer_row = {sequencer_row_h[1:0],
        (sequencer_row_a && sequencer_row_b ?
        {1'b0, !(in_VMCB_WORDS && mem_linear)} & {2{sequencer_row_a && sequencer_row_b}} : 2'd2)};
    assign sequencer_walk = start_lvmid || asked_b || asked_d || moves_h || moves_n || follows;
    assign sequencer_page = asked_b || follows ? HV_ROOT_PAGE :
        in_TABLE_START ? map_page :
        looked_at[31:12];
    assign sequencer_need = {!in_OPERAND, 1'b0, in_VMCB, !in_VMCB};
    assign vmid_append = appends;
    assign vmid_cut = cuts;
    assign syllable = next_syllable;
    assign vip_note = line_note && |(vip_left & left_mie);

    // ---- The last walk ----

    always @(posedge clk)
        if (sequencer_walk)
            last_walked <= in_IDLE ? access_page : sequencer_page;

    // Not needed here; for lint.
    wire _unused_ok = &{1'b0, walk_rights[0], walk_rights[3:2], w_insn[14:0], w_insn[31:20],
        table_end_a[20:11], sequencer_row_h[2], 1'b0};
endmodule

`default_nettype wire
