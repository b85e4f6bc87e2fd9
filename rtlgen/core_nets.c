/* The nets between the processor's units, and how they are joined. */
#include "rtlgen/core.h"

#include "rtlgen/units.h"

#include <string.h>

/* Widths that the configuration decides. */
enum { LEVEL = 1000, VMID, SYLLABLE, ROW, FLUSHED, ENTRY };

struct net {
    const char *name;
    unsigned width;
    const char *meaning;
};

/* Nets with values that have names. */
static const struct {
    const char *net;
    const hdl_value *values;
} net_values[] = {
    {"x_kind", kind_values},
    {"w_kind", kind_values},
    {"word", word_values},
    {"csr_word", word_values},
    {"csr_held_word", word_values},
    {"commit_read_word", word_values},
    {"commit_write_word", word_values},
    {"sequencer_read_word", word_values},
    {"sequencer_write_word", word_values},
    {"cause_code", exception_values},
    {"irq_code", interrupt_values},
    {"walk_cause", fault_values},
    {"fault_code", fault_values},
    {"fault_access", access_values},
    {"map_kind", form_values},
    {"count_need", need_values},
};

/* clang-format off */
static const struct net core_nets[] = {
    /* Fetch. */
    {"head_valid", 1, "an instruction word is ready for X"},
    {"head", 32, "the word"},
    {"head_entry", ENTRY, "number of the last-page register that it came through"},
    {"head_taken", 1, "X takes it"},
    {"fetch_blocked", 1, "nothing comes, since the next word's page must be looked at first"},
    {"fetch_page", 20, "resource page of the word asked for"},
    {"fetch_offset", 10, "its word in the page"},
    {"fetch_refused", 1, "the bus has ended the fetch of that word with err"},
    {"fetch_hit", 1, "fetch may go on in that page"},
    {"fetch_real_page", 20, "where that page lies"},
    {"fetch_entry", ENTRY, "number of the last-page register that has it"},
    {"redirect", 1, "execution goes on elsewhere: forget everything ahead"},
    /* Stage X. */
    {"x_valid", 1, "X holds an instruction"},
    {"x_insn", 32, "the instruction in X"},
    {"x_entry", ENTRY, "number of the last-page register that it came through"},
    {"x_pc", 30, "its pc, or that of the next one to enter, in words"},
    {"x_go", 1, "it leaves for W"},
    {"x_kind", KIND_BITS, "what commit does with it"},
    {"x_result", 32, "its result, address or operand"},
    {"x_store", 32, "its second register"},
    {"x_target", 30, "where execution goes then, else the next instruction, in words"},
    {"x_taken", 1, "execution goes elsewhere than fetch did"},
    {"x_misaligned", 1, "its target is misaligned"},
    {"x_writes", 1, "a register is written"},
    {"x_page", 20, "page of its address, if it is a data access"},
    {"x_way", 31, "its pc + offset, in half-words"},
    {"steer", 1, "fetch is to go on there"},
    {"x_beyond", 1, "its pc is not below mbound"},
    {"x_rs1_value", 32, "value of its first register"},
    {"x_reads_rs1", 1, "its format reads rs1"},
    {"x_reads_rs2", 1, "its format reads rs2"},
    {"immediate", 32, "operand b when it is no register"},
    {"register_b", 1, "operand b is rs2"},
    {"reads_rs1", 1, "operand a is rs1, else 0"},
    {"reads_rs2", 1, "rs2 is used"},
    {"writes_rd", 1, "rd is written, and is not x0"},
    {"format_rs1", 1, "the format reads rs1"},
    {"format_rs2", 1, "the format reads rs2"},
    {"subtract", 1, "the sum is a - b"},
    {"select_less", 1, "the result is a comparison"},
    {"select_logic", 1, "the result is a logic operation"},
    {"select_shift", 1, "the result is a shift"},
    {"select_link", 1, "the result is the next pc"},
    {"select_offset", 1, "the result is pc + offset"},
    {"conditional", 1, "conditional branch"},
    {"jump_to_sum", 1, "the target is the sum"},
    /* Memory of registers. */
    {"read_rs1", 5, "register to read for operand a"},
    {"read_rs2", 5, "register to read for operand b"},
    {"reg_a", 32, "register or row read"},
    {"reg_b", 32, "register read"},
    {"sweeping", 1, "registers are being cleared after reset"},
    {"rd_write", 1, "write a general register"},
    {"rd_address", 5, "which one"},
    {"write_data", 32, "what is written to a register or CSR"},
    {"row_read", 1, "read a row in place of rs1"},
    {"row_read_address", 5, "which one: bit 4 level 0's bank"},
    {"row_write", 1, "write a row"},
    {"row_write_address", 5, "which one: bit 4 level 0's bank"},
    {"row_write_data", 32, "what is written to it"},
    /* Stage W. */
    {"w_valid", 1, "W holds an instruction"},
    {"w_kind", KIND_BITS, "what commit does with it"},
    {"w_insn", 32, "the instruction in W"},
    {"w_entry", ENTRY, "number of the last-page register that it came through"},
    {"w_uses_entry", 1, "which its fetch, that is an access, uses"},
    {"w_pc", 30, "its pc, in words"},
    {"w_result", 32, "its result or address"},
    {"w_store", 32, "its second operand"},
    {"w_target", 30, "where to go on a jump, in words"},
    {"w_writes", 1, "it writes a register"},
    {"w_rd", 5, "which one"},
    {"w_alone", 1, "no other instruction may be in X"},
    {"w_slow", 1, "its result is not in w_result"},
    {"w_done", 1, "it ends in this cycle"},
    {"fresh", 1, "nothing has been decided about this record"},
    {"first", 1, "the instruction in W does its first cycle"},
    {"record_end", 1, "a record ends"},
    {"retired", 1, "with an instruction that retires"},
    {"record_pc", 30, "pc of the record, in words"},
    {"record_trap", 1, "the record is a trap"},
    {"record_interrupted", 1, "an interrupt comes instead of the instruction in W"},
    {"record_halt", 1, "the machine stops"},
    {"record_access", 1, "a data access is attempted"},
    {"record_answer", 1, "data for a register arrives"},
    {"record_store", 1, "a store is done"},
    {"trap_enter", 1, "a trap changes the mode"},
    {"trap_return", 1, "MRET changes the mode"},
    {"cause_interrupt", 1, "mcause of the trap being taken: interrupt"},
    {"cause_code", 5, "its code"},
    {"words_used", 1, "the read port of rs1 serves words"},
    {"commit_read_word", WORD_BITS, "word that commit asks for"},
    {"commit_write_word", WORD_BITS, "word that commit writes"},
    {"commit_word_write", 1, "it writes"},
    {"counter_read", 1, "the counter that the instruction in W names is read"},
    {"counter_hold", 1, "it is still shown in the next cycle"},
    {"muldiv_start", 1, "start a multiplication or division"},
    {"muldiv_done", 1, "it is done"},
    {"muldiv_result", 32, "its result"},
    /* Data accesses. */
    {"access_misaligned", 1, "the address is misaligned"},
    {"access_beyond", 1, "the process name is not below mbound"},
    {"relocated", 1, "phi has been applied"},
    {"relocates", 1, "phi is being applied"},
    {"access_page", 20, "resource page"},
    {"access_offset", 10, "word in the page"},
    {"access_address", 30, "real name, in words"},
    {"access_lanes", 4, "bytes of the word"},
    {"access_data", 32, "data to store"},
    {"load_data", 32, "data loaded, for the register"},
    {"amo_data", 32, "what an AMO stores"},
    {"access_request", 1, "ask the bus"},
    {"access_write", 1, "for a store"},
    {"page_ram", 1, "the resource page, taken as a real page, is RAM"},
    {"page_backed", 1, "or a device"},
    {"dbus_free", 1, "the bus takes a request, whoever makes one"},
    {"dbus_accepted", 1, "the bus takes the request that is made"},
    /* State of the level. */
    {"word", WORD_BITS, "word being shown"},
    {"word_data", 32, "the word"},
    {"word_hold", 1, "keep showing it"},
    {"csr_word", WORD_BITS, "word of the CSR that the instruction in W names"},
    {"csr_held_word", WORD_BITS, "word of the CSR that the instruction in W named a cycle ago"},
    {"csr_writes", 1, "the CSR instruction in W writes"},
    {"csr_illegal", 1, "a cycle later: the instruction may not use that CSR"},
    {"csr_counter", 1, "a cycle later: that CSR is a counter that COUNTERS grants"},
    {"counter_word", 32, "word of a counter"},
    {"machine", 1, "mode M"},
    {"wfi_illegal", 1, "WFI may not execute: U-mode with mstatus.TW"},
    {"phi_on_fetch", 1, "phi is active for fetches"},
    {"phi_on_data", 1, "phi is active for data accesses"},
    {"mbase", 30, "relocation, in words"},
    {"mbound", 30, "bound, in words"},
    {"interrupts_enabled", 3, "mie: MSI, MTI, MEI"},
    {"lines", 3, "level 0's lines before the record"},
    {"irq_pending", 1, "an interrupt of the running level is pending and enabled in mie"},
    {"irq_own", 1, "an interrupt of the running level is to be taken"},
    {"irq_code", 4, "its cause"},
    {"irq_below", 1, "a line that level 0 has enabled is up while a VM runs"},
    {"timer_wakes", 1, "level 0's mie has MTI"},
    {"wakes_now", 1, "a line that level 0 has enabled is up now"},
    {"line_wakes", 1, "level 0's mie has a line that may come from outside"},
    {"record_word", 32, "a word of the record: pc, mtval, w_result, instruction"},
    /* VMID. */
    {"at_zero", 1, "n = 0"},
    {"at_depth", 1, "n = depth"},
    {"level", LEVEL, "n"},
    {"level_below", LEVEL, "n - 1"},
    {"running_vmid", VMID, "the VMID"},
    {"vm_capability", 1, "the running level may use LVMID and hv.fence"},
    {"exit_capability", 1, "it may use hv.exit"},
    {"counters_denied", 1, "a level denies reading counters"},
    {"counter_owner", LEVEL, "who gets a COUNTER fault"},
    {"wfi_denied", 1, "a level denies WFI"},
    {"wfi_owner", LEVEL, "who gets a WFI fault"},
    {"own_vip", 3, "VIP of the running level"},
    {"vip_lines", 3, "the same a cycle later: the running level's lines"},
    {"zero_enable", 3, "level 0's mie"},
    {"vip_fault", 1, "after LVMID: VIP of a level below is pending and enabled"},
    {"vip_fault_level", LEVEL, "the lowest such level"},
    /* Translation. */
    {"data_need", NEED_BITS, "rights that the data access needs"},
    {"data_access", 1, "the record's data access is counted"},
    {"data_hit", 1, "data's last-page register serves it, or the associator's answer"},
    {"data_real_page", 20, "where its page lies"},
    {"data_ram", 1, "that is RAM"},
    {"translate_fetch", 1, "a fetch asks for a translation, or waits for it"},
    {"translate_data", 1, "a data access does"},
    {"translate_done", 1, "it is there, or has failed"},
    {"translate_failed", 1, "it has failed"},
    {"evaluate_start", 1, "walk for an access that the bus has ended with err"},
    {"evaluates", 1, "such a walk goes on: it counts and fills nothing, and ends without a value"},
    {"walk_start", 1, "start a walk"},
    {"walk_done", 1, "the walk has ended"},
    {"walk_failed", 1, "without a value"},
    {"walk_page", 20, "the page to translate, then each value on the way"},
    {"walk_rights", NEED_BITS, "rights found: read, write, execute, RAM"},
    {"walk_ram", 1, "the value is a page of RAM"},
    {"walk_backed", 1, "or of a device"},
    {"walk_cause", 4, "cause of a VM-fault"},
    {"walk_receiver", LEVEL, "who gets it"},
    {"walk_argument", 20, "the page that was the argument of the last f"},
    {"walk_busy", 1, "the composer is at work"},
    {"walk_read", 1, "read a table"},
    {"walk_address", 30, "its word"},
    {"walk_row", ROW, "the scratchpad row the composer asks for"},
    {"walk_next_row", 1, "read it"},
    {"count_start", 1, "start it"},
    {"count_page", 20, "its page"},
    {"page_ahead", 20, "page that the associator may be asked for in the next cycle"},
    {"moved_page", 20, "resource page of the access in W, if phi is active"},
    {"count_need", NEED_BITS, "rights needed"},
    {"map_kind", FORM_BITS, "form of the map"},
    {"map_grain", 4, "its grain"},
    {"map_offset", 10, "word in the table's page"},
    {"map_first", 20, "first page of the window"},
    {"map_bound", 21, "pages in the window"},
    {"map_page", 20, "base page, or real page of the table"},
    {"event_accesses", 2, "accesses of this record"},
    {"event_lookups", 2, "lookups"},
    {"event_hits", 2, "hits"},
    {"event_misses", 2, "misses"},
    {"event_prefix_hits", 2, "prefix hits"},
    {"event_fills", 2, "fills"},
    {"event_walk_reads_fetch", 4, "table reads of the fetch's walk"},
    {"event_walk_reads_data", 4, "of the data access's walk"},
    {"event_flushed", FLUSHED, "entries emptied"},
    {"walk_reads_entry", 1, "a counted walk has read a table"},
    {"walk_prefix_hit", 1, "the prefix memory has ended a walk"},
    {"fetch_last_real", 20, "real page in the last-page register of W's instruction"},
    {"prefix_lookup", 1, "ask the prefix memory"},
    {"prefix_fill", 1, "fill it"},
    {"prefix_page", 20, "page of level n - 1"},
    {"prefix_fill_rights", NEED_BITS, "rights of the composition without level n"},
    {"prefix_done", 1, "its answer"},
    {"prefix_hit", 1, "it has the page"},
    {"prefix_real", 20, "real page"},
    {"prefix_rights", NEED_BITS, "rights"},
    {"associator_lookup", 1, "ask the associator"},
    {"associator_fill", 1, "fill it"},
    {"associator_hit", 1, "a cycle later: it has the page"},
    {"associator_real", 20, "real page"},
    {"associator_rights", NEED_BITS, "rights"},
    {"associator_fetch_done", 1, "answer of the fetches' or only associator"},
    {"associator_fetch_flushed", FLUSHED, "entries it has emptied"},
    {"associator_data_done", 1, "answer of the data accesses' associator"},
    {"associator_data_flushed", FLUSHED, "entries it has emptied"},
    /* Sequencer. */
    {"start_lvmid", 1, "LVMID's operand has a resource name"},
    {"start_fence", 1, "hv.fence begins"},
    {"start_fault", 1, "a VM-fault begins"},
    {"fault_code", 4, "its cause"},
    {"fault_access", 2, "access that caused it"},
    {"fault_receiver", LEVEL, "who gets it"},
    {"fault_next", 1, "its pc is the next instruction's"},
    {"fault_has_instruction", 1, "its record shows the instruction"},
    {"fault_has_address", 1, "its record has an address"},
    {"fault_fetching", 1, "it is a fetch's"},
    {"fault_enter", 1, "the receiver's entry becomes the pc"},
    {"receiver", LEVEL, "who gets the VM-fault"},
    {"reservation_end", 1, "the reservation ends"},
    {"sequencer_busy", 1, "the sequencer works"},
    {"sequence_end", 1, "its record ends"},
    {"sequence_more", 1, "another record of its own follows"},
    {"sequence_exception", 1, "LVMID raises exception 24"},
    {"sequence_retires", 1, "the record is no VM-fault"},
    {"sequencer_has_instruction", 1, "the fault record shows the instruction"},
    {"sequencer_request", 1, "ask the bus"},
    {"sequencer_write", 1, "to write"},
    {"sequencer_address", 30, "real name, in words"},
    {"sequencer_row", ROW, "the scratchpad row it asks for"},
    {"sequencer_walk", 1, "start a walk"},
    {"walk_again", 1, "for the page of the walk before, whose result holds"},
    {"sequencer_page", 20, "its page"},
    {"sequencer_need", NEED_BITS, "rights needed"},
    {"sequencer_read_word", WORD_BITS, "word it asks for"},
    {"sequencer_read_bank", 1, "of level 0's bank"},
    {"sequencer_write_word", WORD_BITS, "word it writes"},
    {"sequencer_write_bank", 1, "of level 0's bank"},
    {"sequencer_word_write", 1, "it writes"},
    {"sequencer_word", 32, "a word of its own"},
    {"sequencer_take_word", 1, "w_result takes the word shown"},
    {"sequencer_take_count", 1, "w_result takes the word read, changed"},
    {"sequencer_counts", 1, "namely one up"},
    {"sequencer_take_target", 1, "w_target takes the pc of a context"},
    {"sequencer_skip", 1, "and 4 more"},
    {"sequencer_loading", 1, "the word read is written to a register"},
    {"sequencer_rd_write", 1, "namely a general one"},
    {"sequencer_operand", 1, "it looks at LVMID's operand"},
    {"sequencer_operand_answer", 1, "which comes"},
    {"pc_is_next", 1, "the context's pc is the next instruction's"},
    {"vmid_append", 1, "append the syllable"},
    {"vmid_cut", 1, "cut the VMID to the receiver"},
    {"syllable", SYLLABLE, "the syllable to append"},
    {"held_syllable", SYLLABLE, "the one last held at the level to come"},
    {"caps_write", 1, "CAPS of the level to come"},
    {"vip_write", 1, "VIP of the level to come"},
    {"vip_note", 1, "the level that is left has an interrupt"},
    {"forget", 1, "empty the last-page registers"},
    {"flush_start", 1, "flush the associators and the prefix memory"},
    {"flush_level", 4, "which entries: see docs/microarchitecture.md"},
    {"flush_any", 1, "whatever the next syllable"},
    {"flush_syllable", SYLLABLE, "the next syllable"},
    {"flush_busy", 1, "a flush goes on"},
    {"map_write_row", ROW, "the scratchpad row to write"},
    {"map_write_form", 1, "write the form"},
    {"map_form_data", 16, "kind, grain, word in the page"},
    {"map_write_first", 1, "write the first page"},
    {"map_write_bound", 1, "write the bound"},
    {"map_write_page", 1, "write the page"},
    {"map_page_data", 20, "base page or real page"},
    {"record_fault", 1, "the record is a VM-fault"},
    {"record_lvmid", 1, "the record is an LVMID that retires"},
    {"record_fault_cause", 32, "cause word"},
    {"record_fault_address", 32, "fault address"},
    {"record_target_level", LEVEL, "level after the record"},
    {"dbus_answer", 1, "the bus answers a read"},
    {"dbus_idle", 1, "no answer is missing"},
    {"dbus_ends", 1, "the bus answers, with ack or err"},
    {"dbus_word", 32, "the word read, 0 with err"},
};
/* clang-format on */

/* The core's own ports. */
static const struct net core_ports[] = {
    {"ibus_cyc_o", 1, "instruction port, Wishbone B4 pipelined: a request, or one that waits for its answer"},
    {"ibus_stb_o", 1, "instruction port: request"},
    {"ibus_adr_o", 32, "instruction port: real name of a word: byte address, bits 1:0 zero"},
    {"ibus_stall_i", 1, "instruction port: the request is not taken"},
    {"ibus_ack_i", 1, "instruction port: an answer comes"},
    {"ibus_dat_i", 32, "instruction port: the word"},
    {"ibus_err_i", 1, "instruction port: in place of ack, no answer will come"},
    {"dbus_cyc_o", 1, "data port, Wishbone B4 pipelined: a request, or one that waits for its answer"},
    {"dbus_stb_o", 1, "data port: request"},
    {"dbus_we_o", 1, "data port: it writes"},
    {"dbus_adr_o", 32, "data port: real name of a word: byte address, bits 1:0 zero"},
    {"dbus_sel_o", 4, "data port: bytes of the word"},
    {"dbus_dat_o", 32, "data port: data to write"},
    {"dbus_stall_i", 1, "data port: the request is not taken"},
    {"dbus_ack_i", 1, "data port: an answer comes"},
    {"dbus_dat_i", 32, "data port: the word read"},
    {"dbus_err_i", 1, "data port: in place of ack, nothing was done"},
    {"irq_software_i", 1, "level 0's line of the software interrupt"},
    {"irq_timer_i", 1, "level 0's line of the timer interrupt"},
    {"irq_external_i", 1, "level 0's line of the external interrupt"},
    {"mtime_i", 64, "mtime, for reads of time"},
    {"commit_o", 1, "a commit record ends"},
    {"wfi_o", 1, "a WFI moves mtime to mtimecmp"},
    {"wfi_wakeable_i", 1, "mtimecmp can be reached: it is not 2^64-1"},
    {"halted_o", 1, "stopped at a WFI that nothing can wake"},
};

#define HV_BITS_VMID VMID

/* The ports of the commit record, in the order of the SoC's: its fields, and what comes beside them. */
static const struct net record_ports[] = {
    {"rvfi_valid", 1, "a commit record: its fields are valid in this cycle"},
#define COMMIT_FIELD(name, bits, port, meaning) {port, bits, meaning},
#include "isa/commit.def"
    {"rvfi_hv_bus_write", 1, "a word is written on the bus: one pulse for each, in order"},
    {"rvfi_hv_bus_addr", 32, "real name of the word written"},
    {"rvfi_hv_bus_data", 32, "data written, zero outside the mask"},
    {"rvfi_hv_bus_mask", 4, "bytes of the word that are written"},
    {"rvfi_hv_step", 1, "the composer has evaluated an f that has a value: one pulse for each"},
    {"rvfi_hv_step_level", 4, "level of that f"},
    {"rvfi_hv_step_page", 20, "page that is the argument of that f"},
    {"rvfi_hv_step_value", 20, "page that is the value of that f"},
};

#define LENGTH(table) (sizeof(table) / sizeof(table)[0])

static unsigned width_of_net(const struct core *c, const struct net *net)
{
    switch (net->width) {
    case LEVEL:
        return c->level_bits;
    case VMID:
        return c->vmid_bits;
    case SYLLABLE:
        return c->syllable_bits;
    case ROW:
        return c->row_bits;
    case FLUSHED:
        return c->flushed_bits;
    case ENTRY:
        return c->entry_bits;
    default:
        return net->width;
    }
}

static const struct net *find_in(const struct net *table, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(table[i].name, name))
            return &table[i];
    }
    return NULL;
}

static const struct net *find_net(const char *name)
{
    const struct net *net = find_in(core_nets, LENGTH(core_nets), name);
    if (!net)
        net = find_in(core_ports, LENGTH(core_ports), name);
    return net ? net : find_in(record_ports, LENGTH(record_ports), name);
}

unsigned net_width(const struct core *c, const char *name)
{
    return width_of_net(c, find_net(name));
}

const char *core_record_port(size_t i)
{
    return i < LENGTH(record_ports) ? record_ports[i].name : NULL;
}

const char *core_port_meaning(const char *name)
{
    return find_net(name)->meaning;
}

static struct net_port *find_port(const struct core *c, const module *m, const char *name)
{
    for (size_t i = 0; i < c->ports->n; i++) {
        struct net_port *port = &c->ports->port[i];
        if (port->m == m && !strcmp(port->name, name))
            return port;
    }
    return NULL;
}

static void remember(const struct core *c, module *m, const char *name, sig value, enum net_direction direction)
{
    struct net_ports *ports = c->ports;
    if (ports->n < sizeof ports->port / sizeof ports->port[0])
        ports->port[ports->n++] = (struct net_port){m, name, value, direction};
}

/* What the tables say about the net, of its port on a unit. */
static sig explain(sig port, const struct net *net)
{
    describe(port, net->meaning);
    for (size_t i = 0; i < LENGTH(net_values); i++) {
        if (!strcmp(net_values[i].net, net->name))
            name_values(port, net_values[i].values);
    }
    return port;
}

sig net_in(module *m, const struct core *c, const char *name)
{
    struct net_port *port = find_port(c, m, name);
    if (port)
        return port->value;
    const struct net *net = find_net(name);
    sig value = input(m, name, net ? width_of_net(c, net) : 1);
    if (net)
        explain(value, net);
    remember(c, m, net ? net->name : fmt("%s", name), value, NET_IN);
    return value;
}

sig net_out(module *m, const struct core *c, const char *name, sig value)
{
    const struct net *net = find_net(name);
    sig port = output(m, name, value);
    if (net)
        explain(port, net);
    remember(c, m, net ? net->name : fmt("%s", name), port, NET_OUT);
    return port;
}

void net_give(const struct core *c, const char *name, sig value)
{
    remember(c, NULL, find_net(name)->name, value, NET_OUT);
}

/* The signal of a net in m: what a unit gives, what was given, else an input. */
static sig source(module *m, const struct core *c, instance *const *units, module *const *modules, size_t n,
                  const char *name)
{
    for (size_t i = 0; i < c->ports->n; i++) {
        const struct net_port *port = &c->ports->port[i];
        if (port->direction != NET_OUT || strcmp(port->name, name) != 0)
            continue;
        if (!port->m)
            return port->value;
        for (size_t k = 0; k < n; k++) {
            if (modules[k] == port->m)
                return port_out(units[k], name);
        }
    }
    return net_in(m, c, name);
}

static bool goes_out(const char *name)
{
    size_t length = strlen(name);
    return !strncmp(name, "rvfi_", 5) || (length > 2 && !strcmp(name + length - 2, "_o"));
}

void connect_nets(module *m, const struct core *c, instance *const *units, module *const *modules, size_t n)
{
    size_t made = c->ports->n;
    for (size_t i = 0; i < made; i++) {
        struct net_port port = c->ports->port[i];
        for (size_t k = 0; k < n && port.m; k++) {
            if (modules[k] != port.m)
                continue;
            if (port.direction == NET_IN)
                port_in(units[k], port.name, source(m, c, units, modules, n, port.name));
            else if (goes_out(port.name))
                net_out(m, c, port.name, port_out(units[k], port.name));
        }
    }
}

sig net_signal(module *m, const struct core *c, instance *const *units, module *const *modules, size_t n,
               const char *name)
{
    return source(m, c, units, modules, n, name);
}
