/* The nets between the processor's units, and how they are joined. */
#include "rtlgen/nets.h"

#include "rtlgen/core.h"
#include "rtlgen/units.h"

#include <assert.h>
#include <string.h>

/* Widths that the configuration decides. */
enum { LEVEL = 1000, VMID, SYLLABLE, ROW, FLUSHED, ENTRY };

#define HV_BITS_VMID VMID

#define BUNDLE(bundle, title)                          const struct bundle##_nets nets_##bundle = {
#define NAMED_NET(field, name, width, values, meaning) .field = {name, width, values, meaning},
#define END(bundle)                                                                                                    \
    }                                                                                                                  \
    ;
#include "rtlgen/nets.def"

/* The bundles in order. A struct of nets is an array of them. */
static const struct bundle {
    const char *title;
    const struct net *nets;
    size_t n;
} bundles[] = {
#define BUNDLE(bundle, title)                                                                                          \
    {                                                                                                                  \
        title, (const struct net *)&nets_##bundle,
#define NAMED_NET(field, name, width, values, meaning)
#define END(bundle)                                                                                                    \
    sizeof nets_##bundle / sizeof(struct net)                                                                          \
    }                                                                                                                  \
    ,
#include "rtlgen/nets.def"
};

enum { BUNDLES = sizeof bundles / sizeof bundles[0] };

unsigned net_width(const struct core *c, const struct net *net)
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

static const struct bundle *bundle_of(const struct net *net)
{
    for (size_t i = 0; i < BUNDLES; i++) {
        if (net >= bundles[i].nets && net < bundles[i].nets + bundles[i].n)
            return &bundles[i];
    }
    return NULL;
}

static const struct net *find_net(const char *name)
{
    for (size_t i = 0; i < BUNDLES; i++) {
        for (size_t k = 0; k < bundles[i].n; k++) {
            if (!strcmp(bundles[i].nets[k].name, name))
                return &bundles[i].nets[k];
        }
    }
    return NULL;
}

const char *core_record_port(size_t i)
{
    const struct bundle *record = bundle_of(net_ref(commit_record.valid));
    return i < record->n ? record->nets[i].name : NULL;
}

const char *core_port_meaning(const char *name)
{
    return find_net(name)->meaning;
}

static struct net_port *find_port(const struct core *c, const module *m, const struct net *net)
{
    for (size_t i = 0; i < c->ports->n; i++) {
        struct net_port *port = &c->ports->port[i];
        if (port->m == m && port->net == net)
            return port;
    }
    return NULL;
}

static void remember(const struct core *c, module *m, const struct net *net, sig value, enum net_direction direction)
{
    struct net_ports *ports = c->ports;
    assert(ports->n < sizeof ports->port / sizeof ports->port[0]);
    ports->port[ports->n++] = (struct net_port){m, net, value, direction};
}

/* What the table says about the net, of its port on a unit: ports come in the order of the table. */
static sig explain(sig port, const struct net *net)
{
    const struct bundle *bundle = bundle_of(net);
    unsigned rank = 1 + (unsigned)(net - bundle->nets);
    for (const struct bundle *b = bundles; b < bundle; b++)
        rank += (unsigned)b->n;
    describe(port, net->meaning);
    port_group(port, rank, bundle->title);
    if (net->values)
        name_values(port, net->values);
    return port;
}

sig net_input(module *m, const struct core *c, const struct net *net)
{
    struct net_port *port = find_port(c, m, net);
    if (port)
        return port->value;
    sig value = explain(input(m, net->name, net_width(c, net)), net);
    remember(c, m, net, value, NET_IN);
    return value;
}

sig net_output(module *m, const struct core *c, const struct net *net, sig value)
{
    sig port = explain(output(m, net->name, value), net);
    remember(c, m, net, port, NET_OUT);
    return port;
}

void net_given(const struct core *c, const struct net *net, sig value)
{
    remember(c, NULL, net, value, NET_OUT);
}

sig net_signal(module *m, const struct core *c, instance *const *units, module *const *modules, size_t n,
               const struct net *net)
{
    for (size_t i = 0; i < c->ports->n; i++) {
        const struct net_port *port = &c->ports->port[i];
        if (port->direction != NET_OUT || port->net != net)
            continue;
        if (!port->m)
            return port->value;
        for (size_t k = 0; k < n; k++) {
            if (modules[k] == port->m)
                return port_out(units[k], net->name);
        }
    }
    return net_input(m, c, net);
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
                port_in(units[k], port.net->name, net_signal(m, c, units, modules, n, port.net));
            else if (goes_out(port.net->name))
                net_output(m, c, port.net, port_out(units[k], port.net->name));
        }
    }
}
