/* The nets between the processor's units.
 *
 * Units are modules whose ports have one name everywhere: the output `head_valid` of fetch is the input `head_valid` of
 * every unit that looks at it. rtlgen/nets.def lists them once, in bundles: what a pair or a group of units has to say
 * to each other, one struct in C and one group of ports in the Verilog.
 *
 * At its top a unit's file names the bundles that its ports are in. That is its room: no other net has a name there.
 *
 *     USE(words);
 *     sig taken = net_in(m, c, words.head_taken);
 */
#ifndef RTLGEN_NETS_H
#define RTLGEN_NETS_H

#include "rtlgen/hdl/hdl.h"

struct core;

struct net {
    const char *name;
    unsigned width;
    const hdl_value *values; /* names of its values, or NULL */
    const char *meaning;
};

/* struct words_nets has a field for each net of the bundle `words`. */
#define BUNDLE(bundle, title)                          struct bundle##_nets {
#define NAMED_NET(field, name, width, values, meaning) struct net field;
#define END(bundle)                                                                                                    \
    }                                                                                                                  \
    ;
#include "rtlgen/nets.def"

#define USE(bundle) extern const struct bundle##_nets nets_##bundle

/* The net as an argument: net_ref(words.head_taken). */
#define net_ref(net) (&nets_##net)

/* A net's port on a unit's module, made when it is asked for first; net_out() gives it its value. */
#define net_in(m, c, net)         net_input(m, c, net_ref(net))
#define net_out(m, c, net, value) net_output(m, c, net_ref(net), value)
sig net_input(module *m, const struct core *c, const struct net *net);
sig net_output(module *m, const struct core *c, const struct net *net, sig value);
unsigned net_width(const struct core *c, const struct net *net);

/* A net that comes out of no unit, but out of something with ports of other names. */
#define net_give(c, net, value) net_given(c, net_ref(net), value)
void net_given(const struct core *c, const struct net *net, sig value);

/* Join the nets of units that are instances in m. A net that nobody gives is an input of m, and one whose name ends
 * in _o or begins with rvfi_ is an output, too. */
void connect_nets(module *m, const struct core *c, instance *const *units, module *const *modules, size_t n);

/* The signal of a net in m: what a unit gives, what was given, else an input. */
sig net_signal(module *m, const struct core *c, instance *const *units, module *const *modules, size_t n,
               const struct net *net);

#endif
