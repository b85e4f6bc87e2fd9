/* prefix_memory: compositions of the prefix s1..s(n-1) (docs/spec.md, 7 and 10.8, rule 7).
 *
 * An associator's hardware, fully associative and fifo whatever the associator's policy; its
 * tag is that of the level below the running one.
 */
#include "rtlgen/associator.h"
#include "rtlgen/units.h"

module *prefix_memory_module(design *d, const struct hv_config *config)
{
    const struct geometry g = {
        .entries = config->prefix_entries,
        .ways = config->prefix_entries,
        .replacement = HV_REPLACEMENT_FIFO,
        .key = config->assoc_key,
        .depth = config->depth,
        .syllable_bits = config->syllable_bits,
    };
    module *m = translation_memory(d, "nestor_prefix_memory", &g);
    module_comment(m, fmt("Prefix memory of %u entries: (tag of s1..s(n-1), page of level n-1) -> real page\n"
                          "and rights. lookup_i, fill_i or flush_i is one pulse, done_o answers it.",
                          g.entries));
    return m;
}
