/* Comparisons in few cells. */
#include "rtlgen/units.h"

sig in_range(module *m, sig value, uint32_t first, uint32_t count)
{
    const unsigned width = width_of(value);
    uint64_t block = 1;
    unsigned bits_within = 0, zeros_below = 0;
    for (; block < count; block <<= 1)
        bits_within++;
    if (first & (block - 1)) /* not aligned */
        return lt_u(sub(value, lit(width, first)), lit(width, count));
    sig there = match(value, (UINT64_C(1) << width) - block, first);
    if (count == block)
        return there;
    while (!(count >> zeros_below & 1))
        zeros_below++;
    sig within = bits(value, bits_within - 1, zeros_below);
    return and_(there, lt_u(within, lit(width_of(within), count >> zeros_below)));
}

sig above(module *m, const char *label, sig a, sig b_complement)
{
    const unsigned width = width_of(a);
    return bit(name(m, label, add(zext(a, width + 1), zext(b_complement, width + 1))), width);
}
