/* nestor_core: the processor, its units and how they are joined. */
#include "rtlgen/core.h"

#include "rtlgen/associator.h"

#include "rtlgen/units.h"

#include <string.h>

USE(stage_w);
USE(multiplication);
USE(vm);
USE(translation);
USE(walk);
USE(prefix_ports);
USE(associator_ports);
USE(flushes);

enum { MAX_UNITS = 20 };

struct units {
    module *modules[MAX_UNITS];
    instance *instances[MAX_UNITS];
    size_t n;
};

/* The instance of nestor_fetch is u_fetch. */
static void add_unit(module *m, struct units *u, module *unit)
{
    u->modules[u->n] = unit;
    u->instances[u->n++] = inst(m, unit, fmt("u_%s", module_name(unit) + strlen(MODULE_PREFIX)));
}

void choose(struct choices *choices, sig condition, sig value)
{
    choices->conditions[choices->n] = condition;
    choices->values[choices->n++] = value;
}

sig choice_value(const struct choices *choices)
{
    return select_one_hot(choices->conditions, choices->values, choices->n);
}

sig choice_any(const struct choices *choices)
{
    sig any = choices->conditions[0];
    for (unsigned i = 1; i < choices->n; i++)
        any = or_(any, choices->conditions[i]);
    return any;
}

/* Is the page in [base, base + bytes)? */
static sig in_pages(module *m, sig page, uint32_t base, uint32_t bytes)
{
    return in_range(m, page, base >> HV_PAGE_BITS, bytes >> HV_PAGE_BITS);
}

sig page_is_ram(module *m, const struct core *c, sig page)
{
    return in_pages(m, page, c->config->ram_base, c->config->ram_bytes);
}

sig page_is_device(module *m, const struct core *c, sig page)
{
    sig any = lit(1, 0);
    for (unsigned i = 0; i < hv_config_devices(c->config); i++) {
        const struct hv_device_range device = hv_config_device(c->config, i);
        any = or_(any, in_pages(m, page, device.base, device.bytes));
    }
    return any;
}

static struct core describe_core(design *d, const struct hv_config *config, bool rvfi, unsigned outside, bool err,
                                 struct net_ports *ports)
{
    bool virtualizer = config->depth > 0;
    ports->n = 0;
    struct core c = {
        .d = d,
        .ports = ports,
        .config = config,
        .rvfi = rvfi,
        .outside = outside,
        .virtualizer = virtualizer,
        .phi = config->phi == HV_PHI_RB,
        .err = err,
        .atomic = config->isa == HV_ISA_RV32IMA,
        .serial_shifts = config->multiplier == HV_MULTIPLIER_SERIAL,
        .steers = config->prediction == HV_PREDICTION_STATIC,
        .fast = config->multiplier == HV_MULTIPLIER_FAST,
        .linear = virtualizer && (config->f_maps & HV_F_LINEAR),
        .rb = virtualizer && (config->f_maps & HV_F_RB),
        .associator = virtualizer && config->assoc_entries,
        .split = virtualizer && config->assoc_entries && config->assoc_split == HV_SPLIT,
        .prefix = config->depth >= 2 && config->prefix_entries,
        .level_bits = clog2(config->depth + 1),
        .row_bits = virtualizer ? clog2(config->depth) + 2 : 1,
        .syllable_bits = config->syllable_bits,
        .vmid_bits = virtualizer ? hv_config_vmid_bits(config) : 1,
    };
    if (config->depth == 1)
        c.row_bits = 2;
    c.entry_bits = virtualizer ? clog2(config->last_pages) : 0;
    c.flushed_bits = clog2(config->assoc_entries * (c.split ? 2 : 1) + 1);
    c.prefix_row = c.prefix && prefix_in_associator(config);
    if (c.associator && config->assoc_entries > config->assoc_ways)
        c.set_bits = clog2(config->assoc_entries / config->assoc_ways);
    c.sweep_bits = c.set_bits + (c.prefix_row ? 1 : 0);
    return c;
}

static void add_units(module *m, const struct core *c, struct units *u)
{
    add_unit(m, u, fetch_module(c));
    add_unit(m, u, decode_module(c));
    add_unit(m, u, execute_module(c));
    add_unit(m, u, registers_module(c));
    add_unit(m, u, commit_module(c));
    add_unit(m, u, access_module(c));
    add_unit(m, u, data_port_module(c));
    add_unit(m, u, csr_module(c));
    add_unit(m, u, counters_module(c));
    if (c->virtualizer) {
        add_unit(m, u, vmid_module(c));
        add_unit(m, u, scratchpad_module(c));
        add_unit(m, u, composer_module(c));
        add_unit(m, u, last_page_module(c));
        add_unit(m, u, sequencer_module(c));
    }
    if (c->rvfi)
        add_unit(m, u, rvfi_module(c));
}

static sig signal_of(module *m, const struct core *c, const struct units *u, const struct net *net)
{
    return net_signal(m, c, u->instances, u->modules, u->n, net);
}

static void add_muldiv(module *m, const struct core *c, const struct units *u)
{
    instance *muldiv = inst(m, muldiv_module(c->d, c->config), "u_muldiv");
    port_in(muldiv, "start_i", signal_of(m, c, u, net_ref(multiplication.muldiv_start)));
    sig insn = signal_of(m, c, u, net_ref(stage_w.w_insn)), b = signal_of(m, c, u, net_ref(stage_w.w_store));
    port_in(muldiv, "op_i", bits(insn, 14, 12));
    if (c->serial_shifts) {
        comment(m, "Of the instructions that come here, shifts alone have bit 25 clear, and some a constant for rs2.");
        sig places = mux(bit(insn, 5), bits(b, 4, 0), bits(insn, 24, 20));
        b = cat(bits(b, 31, 5), places);
        port_in(muldiv, "shift_i", not_(bit(insn, 25)));
        port_in(muldiv, "arithmetic_i", bit(insn, 30));
    }
    port_in(muldiv, "a_i", signal_of(m, c, u, net_ref(stage_w.w_result)));
    port_in(muldiv, "b_i", b);
    if (c->fast)
        port_in(muldiv, "at_once_i", signal_of(m, c, u, net_ref(multiplication.muldiv_at_once)));
    net_give(c, multiplication.muldiv_done, port_out(muldiv, "done_o"));
    net_give(c, multiplication.muldiv_result, port_out(muldiv, "result_o"));
}

/* The VMID of level n - 1: the last syllable is cut. */
static sig prefix_vmid(module *m, const struct core *c, sig vmid, sig level)
{
    sig list[HV_MAX_DEPTH];
    unsigned width = c->syllable_bits;
    for (unsigned i = 0; i < c->config->depth; i++) {
        sig syllable = bits(vmid, (i + 1) * width - 1, i * width);
        list[i] = and_(syllable, repeat(gt_u(level, lit(c->level_bits, i + 1)), width));
    }
    return name(m, "prefix_vmid", cat_array(list, c->config->depth));
}

/* What an associator or the prefix memory is asked for. */
struct request {
    sig lookup, fill, page, rights;
    sig tag; /* none with key none */
};

static struct request associator_request(module *m, const struct core *c, const struct units *u)
{
    struct request r = {
        .lookup = signal_of(m, c, u, net_ref(associator_ports.associator_lookup)),
        .fill = signal_of(m, c, u, net_ref(associator_ports.associator_fill)),
        .page = signal_of(m, c, u, net_ref(walk.count_page)),
        .rights = signal_of(m, c, u, net_ref(walk.walk_rights)),
    };
    if (c->config->assoc_key == HV_KEY_VMID)
        r.tag = signal_of(m, c, u, net_ref(vm.running_vmid));
    if (c->config->assoc_key == HV_KEY_LEVEL)
        r.tag = zext(signal_of(m, c, u, net_ref(vm.level)), 4);
    return r;
}

/* A flush compares the running VMID, whatever it empties. */
static struct request prefix_request(module *m, const struct core *c, const struct units *u)
{
    struct request r = {
        .lookup = signal_of(m, c, u, net_ref(prefix_ports.prefix_lookup)),
        .fill = signal_of(m, c, u, net_ref(prefix_ports.prefix_fill)),
        .page = signal_of(m, c, u, net_ref(prefix_ports.prefix_page)),
        .rights = signal_of(m, c, u, net_ref(prefix_ports.prefix_fill_rights)),
    };
    sig level = signal_of(m, c, u, net_ref(vm.level)), vmid = signal_of(m, c, u, net_ref(vm.running_vmid));
    if (c->config->assoc_key == HV_KEY_VMID)
        r.tag = prefix_vmid(m, c, vmid, level);
    if (c->config->assoc_key == HV_KEY_LEVEL)
        r.tag = sub(zext(level, 4), lit(4, 1));
    return r;
}

static void request_ports(module *m, const struct core *c, const struct units *u, instance *memory, struct request r)
{
    port_in(memory, "lookup_i", r.lookup);
    port_in(memory, "fill_i", r.fill);
    if (c->config->assoc_key != HV_KEY_NONE)
        port_in(memory, "tag_i", r.tag);
    port_in(memory, "page_i", r.page);
    port_in(memory, "need_i", signal_of(m, c, u, net_ref(walk.count_need)));
    port_in(memory, "real_i", signal_of(m, c, u, net_ref(walk.walk_page)));
    port_in(memory, "rights_i", r.rights);
    port_in(memory, "flush_i", signal_of(m, c, u, net_ref(flushes.flush_start)));
    port_in(memory, "flush_all_i", lit(1, c->config->assoc_key == HV_KEY_NONE));
    port_in(memory, "flush_level_i", signal_of(m, c, u, net_ref(flushes.flush_level)));
    port_in(memory, "flush_any_i", signal_of(m, c, u, net_ref(flushes.flush_any)));
    port_in(memory, "flush_syllable_i", signal_of(m, c, u, net_ref(flushes.flush_syllable)));
}

static void give_prefix(const struct core *c, instance *memory)
{
    net_give(c, prefix_ports.prefix_done, port_out(memory, "done_o"));
    net_give(c, prefix_ports.prefix_hit, port_out(memory, "hit_o"));
    net_give(c, prefix_ports.prefix_real, port_out(memory, "real_o"));
    net_give(c, prefix_ports.prefix_rights, port_out(memory, "rights_o"));
}

/* The prefix memory's requests go to the associator's row. They come while last_page waits for a walk or for the
 * associator, never with its own. */
static struct request with_prefix(module *m, const struct core *c, const struct units *u, instance *memory,
                                  struct request r)
{
    struct request p = prefix_request(m, c, u);
    sig is = name(m, "prefix_asks", or_(p.lookup, p.fill));
    port_in(memory, "prefix_i", is);
    port_in(memory, "prefix_ahead_i", signal_of(m, c, u, net_ref(prefix_ports.prefix_ahead)));
    give_prefix(c, memory);
    struct request both = {
        .lookup = or_(r.lookup, p.lookup),
        .fill = or_(r.fill, p.fill),
        .page = mux(is, p.page, r.page),
        .rights = mux(is, p.rights, r.rights),
    };
    if (c->config->assoc_key != HV_KEY_NONE)
        both.tag = mux(is, p.tag, r.tag);
    return both;
}

/* One associator, which serves the accesses of one port, or of both. */
static instance *add_associator(module *m, const struct core *c, const struct units *u, module *associator, bool data,
                                sig chosen)
{
    const char *split = data ? "u_associator_data" : "u_associator_fetch";
    instance *memory = inst(m, associator, c->split ? split : "u_associator");
    struct request r = associator_request(m, c, u);
    r.lookup = and_(r.lookup, chosen);
    r.fill = and_(r.fill, chosen);
    if (c->set_bits)
        port_in(memory, "ahead_i", signal_of(m, c, u, net_ref(translation.page_ahead)));
    request_ports(m, c, u, memory, c->prefix_row ? with_prefix(m, c, u, memory, r) : r);
    sig done = port_out(memory, "done_o"), flushed = zext(port_out(memory, "flushed_o"), c->flushed_bits);
    if (data) {
        net_give(c, associator_ports.associator_data_done, done);
        net_give(c, associator_ports.associator_data_flushed, flushed);
    } else {
        net_give(c, associator_ports.associator_fetch_done, done);
        net_give(c, associator_ports.associator_fetch_flushed, flushed);
    }
    return memory;
}

static void add_associators(module *m, const struct core *c, const struct units *u)
{
    module *associator = associator_module(c->d, c->config, "nestor_associator");
    sig fetch = not_(signal_of(m, c, u, net_ref(stage_w.w_valid)));
    instance *first = add_associator(m, c, u, associator, false, c->split ? fetch : lit(1, 1));
    sig hit = port_out(first, "hit_o");
    sig real = port_out(first, "real_o"), rights = port_out(first, "rights_o");
    if (c->split) {
        instance *data = add_associator(m, c, u, associator, true, not_(fetch));
        hit = mux(fetch, hit, port_out(data, "hit_o"));
        real = mux(fetch, real, port_out(data, "real_o"));
        rights = mux(fetch, rights, port_out(data, "rights_o"));
    }
    net_give(c, associator_ports.associator_hit, hit);
    net_give(c, associator_ports.associator_real, real);
    net_give(c, associator_ports.associator_rights, rights);
}

static void add_prefix_memory(module *m, const struct core *c, const struct units *u)
{
    instance *memory = inst(m, prefix_memory_module(c->d, c->config), "u_prefix_memory");
    struct request r = prefix_request(m, c, u);
    if (c->config->assoc_key == HV_KEY_VMID)
        r.tag =
            mux(signal_of(m, c, u, net_ref(flushes.flush_start)), signal_of(m, c, u, net_ref(vm.running_vmid)), r.tag);
    request_ports(m, c, u, memory, r);
    give_prefix(c, memory);
}

module *nestor_core_module(design *d, const struct hv_config *config, bool rvfi, unsigned outside, bool err)
{
    struct net_ports ports;
    struct core c = describe_core(d, config, rvfi, outside, err, &ports);
    module *m = module_new(d, "nestor_core");
    const char *wakers = outside == 0               ? "the timer's line"
                         : outside == LINE_EXTERNAL ? "the timer's and the external line"
                                                    : "any line";
    module_comment(m, fmt("The processor, with an instruction and a data port: units and the nets between them.\n"
                          "A net has one name everywhere. A WFI waits for %s that mie enables.",
                          wakers));
    struct units units = {.n = 0};
    add_units(m, &c, &units);
    add_muldiv(m, &c, &units);
    if (c.associator)
        add_associators(m, &c, &units);
    if (c.prefix && !c.prefix_row)
        add_prefix_memory(m, &c, &units);
    connect_nets(m, &c, units.instances, units.modules, units.n);
    return m;
}
