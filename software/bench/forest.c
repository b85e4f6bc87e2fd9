/*
 * What a forest of boosted decision trees says of samples. The trees are arrays over all nodes, one for each field, as
 * libraries for prediction keep them, so that each node visited is loads from four arrays and the sample: data on a
 * dozen pages, in turn.
 *
 * Check: on the way, that each tree ends in a leaf of its own; the digest of all predictions, which a native build has
 * confirmed.
 */

#include "bench.h"

enum { TREES = 24, DEPTH = 7, NODES = (1 << (DEPTH + 1)) - 1, FEATURES = 48, SAMPLES = 40 };

static PAGE_ALIGNED NOINIT uint8_t feature[TREES * NODES];   /* what a node asks about */
static PAGE_ALIGNED NOINIT int16_t threshold[TREES * NODES]; /* and whether it is below this */
static PAGE_ALIGNED NOINIT uint16_t below[TREES * NODES];    /* the child if it is; the other one follows. A leaf: 0 */
static PAGE_ALIGNED NOINIT int16_t value[TREES * NODES];     /* of a leaf */
static PAGE_ALIGNED NOINIT int16_t samples[SAMPLES][FEATURES];
static bool grown;

/* Trees of uneven depth: below the third level a node is a leaf with a chance of one in eight. */
static void grow(void)
{
    uint32_t random = 1984;

    for (unsigned t = 0; t < TREES; t++) {
        for (unsigned i = 0; i < NODES; i++) {
            uint32_t r = random_next(&random);
            unsigned n = t * NODES + i;
            bool leaf = 2 * i + 2 >= NODES || (i >= 15 && (r & 7) == 0);

            feature[n] = (uint8_t)((r >> 3) % FEATURES);
            threshold[n] = (int16_t)((r >> 9 & 0x3FF) - 512);
            below[n] = (uint16_t)(leaf ? 0 : t * NODES + 2 * i + 1);
            value[n] = (int16_t)((r >> 19 & 0xFFF) - 2048);
        }
    }
    for (int s = 0; s < SAMPLES; s++)
        for (int f = 0; f < FEATURES; f++)
            samples[s][f] = (int16_t)((random_next(&random) >> 7 & 0x3FF) - 512);
    grown = true;
}

static APART int32_t predict(const int16_t *sample)
{
    int32_t sum = 0;

    for (unsigned t = 0; t < TREES; t++) {
        unsigned n = t * NODES;

        while (below[n])
            n = below[n] + (unsigned)(sample[feature[n]] >= threshold[n]);
        check(n - t * NODES >= 15 && n - t * NODES < NODES, 2, "a leaf of this tree");
        sum += value[n];
    }
    return sum;
}

static uint32_t work(void)
{
    uint32_t sum = 0;

    if (!grown)
        grow();
    for (int s = 0; s < SAMPLES; s++)
        sum = digest(sum, (uint32_t)predict(samples[s]));
    return sum;
}

int main(void)
{
    return bench_run(work, 0x5E43F0CEu);
}
