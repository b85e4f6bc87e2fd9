/* rtlgen_diagram: the units and what is between them, as text for Graphviz. Everything is asked of the design; only
 * into which of three parts of the processor a unit belongs is written here. */
#include "rtlgen/design.h"

#include "rtlgen/units.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_UNITS = 40, MAX_NETS = 96, MAX_BUNDLES = 256 };
/* A bundle is drawn if it has so many bits of its own, or so many nets; a net that goes to many units is nobody's own.
 * The others are comments of the text: drawn, they would hide the rest. */
enum { DRAWN_BITS = 30, DRAWN_NETS = 9, MANY_UNITS = 4 };

struct unit {
    const char *name; /* without prefix; NULL: what is outside of the top */
    module *m;
    unsigned part;
};

struct net {
    const char *name;
    unsigned width;
    bool back; /* from the bundle's second unit to the first */
};

/* All nets between two units. */
struct bundle {
    unsigned a, b;
    struct net nets[MAX_NETS];
    unsigned count, bits;
};

struct diagram {
    struct unit units[MAX_UNITS];
    unsigned unit_count;
    struct bundle bundles[MAX_BUNDLES];
    unsigned bundle_count;
    module *core, *soc;
    hdl_link inner; /* of the core, whose other end is looked for in the SoC */
};

/* ---- Units ---- */

enum { OUTSIDE, PIPELINE, TRANSLATION, VIRTUALIZER, PARTS };
static const char *const part_titles[PARTS] = {"Beside the processor", "Pipeline", "Accesses", "Hardware Virtualizer"};
static const struct {
    const char *unit;
    unsigned part;
} parts[] = {{"last_page", TRANSLATION},
             {"access", TRANSLATION},
             {"data_port", TRANSLATION},
             {"associator", TRANSLATION},
             {"associator_fetch", TRANSLATION},
             {"associator_data", TRANSLATION},
             {"prefix_memory", VIRTUALIZER},
             {"composer", VIRTUALIZER},
             {"scratchpad", VIRTUALIZER},
             {"sequencer", VIRTUALIZER},
             {"vmid", VIRTUALIZER}};

static unsigned part_of(const char *unit, bool in_core)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strcmp(parts[i].unit, unit) == 0)
            return parts[i].part;
    return in_core ? PIPELINE : OUTSIDE;
}

/* The instance u_fetch is the unit fetch. */
static const char *unit_name(const char *instance)
{
    return strncmp(instance, "u_", 2) == 0 ? instance + 2 : instance;
}

static unsigned find_unit(const struct diagram *d, const char *instance)
{
    unsigned i = 0;
    while (i < d->unit_count && strcmp(d->units[i].name, unit_name(instance)) != 0)
        i++;
    return i;
}

static void add_units(struct diagram *d, module *m)
{
    for (size_t i = 0; i < hdl_instance_count(m) && d->unit_count < MAX_UNITS; i++) {
        const hdl_instance_info info = hdl_instance(m, i);
        if (info.sub == d->core)
            continue;
        const char *name = unit_name(info.name);
        d->units[d->unit_count++] = (struct unit){name, info.sub, part_of(name, m == d->core)};
    }
}

/* ---- Nets ---- */

static void add_net(struct diagram *d, unsigned from, unsigned to, const char *name, unsigned width)
{
    const unsigned a = from < to ? from : to, b = from < to ? to : from;
    unsigned i = 0;
    if (from == to || a >= d->unit_count || b >= d->unit_count)
        return;
    while (i < d->bundle_count && (d->bundles[i].a != a || d->bundles[i].b != b))
        i++;
    if (i == MAX_BUNDLES)
        return;
    if (i == d->bundle_count)
        d->bundles[d->bundle_count++] = (struct bundle){.a = a, .b = b};
    struct bundle *bundle = &d->bundles[i];
    for (unsigned j = 0; j < bundle->count; j++)
        if (strcmp(bundle->nets[j].name, name) == 0)
            return;
    if (bundle->count == MAX_NETS)
        return;
    bundle->nets[bundle->count++] = (struct net){name, width, from > to};
    bundle->bits += width;
}

/* The other end of a port of the core, in the SoC. */
static void see_outer(void *context, const hdl_link *link)
{
    struct diagram *d = context;
    const bool comes = !d->inner.from;
    if (comes
            ? !link->to || find_unit(d, link->to) < d->unit_count || strcmp(link->to_port, d->inner.from_port) != 0
            : !link->from || find_unit(d, link->from) < d->unit_count || strcmp(link->from_port, d->inner.to_port) != 0)
        return;
    if (comes && link->from)
        add_net(d, find_unit(d, link->from), find_unit(d, d->inner.to), d->inner.from_port, link->width);
    if (!comes && link->to)
        add_net(d, find_unit(d, d->inner.from), find_unit(d, link->to), d->inner.to_port, d->inner.width);
}

static void see_link(void *context, const hdl_link *link)
{
    struct diagram *d = context;
    if (link->from && link->to) {
        add_net(d, find_unit(d, link->from), find_unit(d, link->to), link->from_port, link->width);
    } else if (d->core != d->soc && (link->from || link->to)) {
        d->inner = *link;
        hdl_links(d->soc, see_outer, d);
    }
}

static void see_soc_link(void *context, const hdl_link *link)
{
    struct diagram *d = context;
    if (link->from && link->to) /* those of the core are no units, and fall out */
        add_net(d, find_unit(d, link->from), find_unit(d, link->to), link->from_port, link->width);
}

/* ---- Printing ---- */

/* Length of what a net's name has in common with its relatives: up to the first "_". */
static size_t stem_of(const char *name)
{
    return strcspn(name, "_");
}

static bool same_stem(const char *a, const char *b)
{
    return stem_of(a) == stem_of(b) && strncmp(a, b, stem_of(a)) == 0;
}

struct group {
    const struct net *first;
    unsigned nets, bits;
};

static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    if (a->bits != b->bits)
        return a->bits > b->bits ? -1 : 1;
    return strcmp(a->first->name, b->first->name);
}

static void find_groups(const struct bundle *bundle, struct group groups[MAX_NETS])
{
    unsigned count = 0;
    for (unsigned i = 0; i < bundle->count; i++) {
        unsigned g = 0;
        while (g < count && !same_stem(groups[g].first->name, bundle->nets[i].name))
            g++;
        if (g == count)
            groups[count++] = (struct group){.first = &bundle->nets[i]};
        groups[g].nets++;
        groups[g].bits += bundle->nets[i].width;
    }
    qsort(groups, count, sizeof *groups, compare_groups);
}

/* The group with the most bits: "x_*", or the net itself if it has no relatives. */
static void print_label(const struct bundle *bundle, FILE *out)
{
    struct group groups[MAX_NETS] = {0};
    find_groups(bundle, groups);
    if (groups[0].nets > 1)
        fprintf(out, "%.*s_*", (int)stem_of(groups[0].first->name), groups[0].first->name);
    else
        fputs(groups[0].first->name, out);
}

/* All nets, the one way and the other, with `between` between. */
static void print_nets(const struct bundle *bundle, const char *a, const char *b, const char *between, FILE *out)
{
    bool any = false;
    for (unsigned back = 0; back < 2; back++) {
        bool first = true;
        for (unsigned i = 0; i < bundle->count; i++) {
            if (bundle->nets[i].back != back)
                continue;
            if (first)
                fprintf(out, "%s%s to %s:", any ? between : "", back ? b : a, back ? a : b);
            first = false;
            any = true;
            fprintf(out, " %s[%u]", bundle->nets[i].name, bundle->nets[i].width);
        }
    }
}

/* How many units a net of `unit` goes to. */
static unsigned readers_of(const struct diagram *d, unsigned unit, const char *net)
{
    unsigned count = 0;
    for (unsigned i = 0; i < d->bundle_count; i++)
        for (unsigned j = 0; j < d->bundles[i].count; j++)
            count += strcmp(d->bundles[i].nets[j].name, net) == 0 &&
                     unit == (d->bundles[i].nets[j].back ? d->bundles[i].b : d->bundles[i].a);
    return count;
}

static bool is_drawn(const struct diagram *d, const struct bundle *bundle)
{
    unsigned bits = 0;
    for (unsigned i = 0; i < bundle->count; i++) {
        const struct net *net = &bundle->nets[i];
        if (readers_of(d, net->back ? bundle->b : bundle->a, net->name) < MANY_UNITS)
            bits += net->width;
    }
    return bits >= DRAWN_BITS || bundle->count >= DRAWN_NETS;
}

static void print_bundle(const struct diagram *d, const struct bundle *bundle, FILE *out)
{
    bool forth = false, back = false;
    const char *a = d->units[bundle->a].name, *b = d->units[bundle->b].name;
    for (unsigned i = 0; i < bundle->count; i++) {
        forth |= !bundle->nets[i].back;
        back |= bundle->nets[i].back;
    }
    if (!is_drawn(d, bundle)) {
        fputs("    // ", out);
        print_nets(bundle, a, b, "; ", out);
        fputc('\n', out);
        return;
    }
    fprintf(out, "    %s -> %s [dir=%s, penwidth=%s, label=\"", a, b,
            forth && back ? "both"
            : forth       ? "forward"
                          : "back",
            bundle->bits >= 128  ? "2.6"
            : bundle->bits >= 64 ? "1.9"
                                 : "1.2");
    print_label(bundle, out);
    fputs("\", edgetooltip=\"", out);
    print_nets(bundle, a, b, "\\n", out);
    fputs("\", labeltooltip=\"", out);
    print_nets(bundle, a, b, "\\n", out);
    fputs("\"];\n", out);
}

static void print_unit(const struct unit *unit, FILE *out)
{
    const unsigned long long registers = hdl_register_bits(unit->m), memory = hdl_memory_bits(unit->m);
    fprintf(out, "        %s [class=part%u, label=<<b>%s</b>", unit->name, unit->part, unit->name);
    if (registers)
        fprintf(out, "<br/><font point-size=\"9\">%llu register bits</font>", registers);
    if (memory % 8192 == 0 && memory)
        fprintf(out, "<br/><font point-size=\"9\">%llu KiB of memory</font>", memory / 8192);
    else if (memory)
        fprintf(out, "<br/><font point-size=\"9\">%llu memory bits</font>", memory);
    fputs(">];\n", out);
}

static void print_part(const struct diagram *d, unsigned part, FILE *out)
{
    bool any = false;
    for (unsigned i = 0; i < d->unit_count; i++)
        any |= d->units[i].part == part;
    if (!any)
        return;
    fprintf(out, "    subgraph cluster_%u {\n        class=part%u;\n        label=\"%s\";\n", part, part,
            part_titles[part]);
    for (unsigned i = 0; i < d->unit_count; i++)
        if (d->units[i].part == part)
            print_unit(&d->units[i], out);
    fputs("    }\n", out);
}

static void print_diagram(const struct diagram *d, const struct hv_config *config, FILE *out)
{
    fprintf(out,
            "// Units of configuration %s and the nets between them, for Graphviz: made by nestor gen --diagram.\n"
            "digraph nestor {\n"
            "    graph [fontname=\"sans-serif\", fontsize=12, rankdir=LR, nodesep=0.3, ranksep=0.35, labeljust=l, "
            "style=rounded];\n"
            "    node [fontname=\"sans-serif\", fontsize=12, shape=box, style=rounded];\n"
            "    edge [fontname=\"monospace\", fontsize=9, arrowsize=0.6];\n",
            config->name);
    for (unsigned part = 0; part < PARTS; part++)
        print_part(d, part, out);
    for (unsigned i = 0; i < d->bundle_count; i++)
        print_bundle(d, &d->bundles[i], out);
    fputs("}\n", out);
}

static module *find_module(design *d, const char *name)
{
    for (size_t i = 0; i < hdl_module_count(d); i++)
        if (strcmp(module_name(hdl_module(d, i)), name) == 0)
            return hdl_module(d, i);
    return NULL;
}

int rtlgen_diagram(const struct hv_config *config, const struct rtlgen_options *options, FILE *out,
                   struct hv_error *error)
{
    const struct rtlgen_options without_record = {.core_only = options->core_only, .no_rvfi = true};
    design *d = rtlgen_design(config, &without_record, error);
    if (!d)
        return -1;
    struct diagram *diagram = calloc(1, sizeof *diagram);
    if (!diagram) {
        snprintf(error->text, sizeof error->text, "%s: out of memory", config->name);
        design_free(d);
        return -1;
    }
    diagram->core = find_module(d, MODULE_PREFIX "core");
    diagram->soc = hdl_module(d, hdl_module_count(d) - 1);
    add_units(diagram, diagram->core);
    if (diagram->soc != diagram->core)
        add_units(diagram, diagram->soc);
    hdl_links(diagram->core, see_link, diagram);
    if (diagram->soc != diagram->core)
        hdl_links(diagram->soc, see_soc_link, diagram);
    print_diagram(diagram, config, out);
    free(diagram);
    design_free(d);
    return 0;
}
