/*
 * A Petri net as a generator of code makes it: a case of one large switch for each of 144 transitions, with the numbers
 * of its places as constants. The code spans many pages, and each step jumps to another one of them.
 *
 * Each transition takes two tokens and gives two, and stamps them. Then the transitions that its places feed are tried,
 * or one at random. Check: the number of tokens; the digest of the marking, which a native build has confirmed.
 */

#include "bench.h"

enum { PLACES = 96, TRANSITIONS = 144, STEPS = 6000, TOKENS = 288, WAITING = 64 };

static PAGE_ALIGNED uint8_t tokens[PLACES];
static uint32_t stamps[PLACES];
static uint16_t fired[TRANSITIONS];
static uint8_t waiting[WAITING];
static uint32_t head, tail;

/* The net: what transition t takes from and gives to, and which transitions those places feed first. */
#define FROM_1(t) (((t)*37 + 11) % PLACES)
#define FROM_2(t) (((t)*53 + 29) % PLACES)
#define TO_1(t)   (((t)*71 + 5 + (t) / 32) % PLACES)
#define TO_2(t)   (((t)*29 + 47 + (t) / 16) % PLACES)
#define NEXT_1(t) (((t)*67 + 3) % TRANSITIONS)
#define NEXT_2(t) (((t)*43 + 101) % TRANSITIONS)

static inline ALWAYS void put(unsigned number)
{
    if (head - tail < WAITING)
        waiting[head++ % WAITING] = (uint8_t)number;
}

/* What the code of a transition does. The stamp is different arithmetic for each, so that no two are merged. */
static inline ALWAYS void transition(const unsigned t, uint32_t time)
{
    const unsigned a = FROM_1(t), b = FROM_2(t), c = TO_1(t), d = TO_2(t);

    if (tokens[a] < 1 + (a == b) || !tokens[b])
        return;
    tokens[a]--;
    tokens[b]--;
    tokens[c]++;
    tokens[d]++;
    fired[t]++;
    uint32_t stamp = (stamps[a] << (t % 7 + 1)) ^ (stamps[b] >> (t % 5 + 1)) ^ (time + t * 2654435761u);
    if (stamp & 1u << (t % 31))
        stamp += stamps[c];
    else
        stamp ^= stamps[d] + t;
    stamps[c] = stamp;
    stamps[d] = (stamp >> 9) + (stamp << (t % 3 + 4));
    put(NEXT_1(t));
    if (tokens[d] > 1 + t % 3)
        put(NEXT_2(t));
}

#define CASE(t)                                                                                                        \
    case t:                                                                                                            \
        transition(t, time);                                                                                           \
        break;
#define CASES_4(t)  CASE(t) CASE((t) + 1) CASE((t) + 2) CASE((t) + 3)
#define CASES_16(t) CASES_4(t) CASES_4((t) + 4) CASES_4((t) + 8) CASES_4((t) + 12)

static void try(unsigned number, uint32_t time)
{
    switch (number) {
        CASES_16(0)
        CASES_16(16)
        CASES_16(32)
        CASES_16(48)
        CASES_16(64)
        CASES_16(80)
        CASES_16(96)
        CASES_16(112)
        CASES_16(128)
    }
}

static uint32_t work(void)
{
    uint32_t random = 1962, sum = 0, count = 0;

    head = tail = 0;
    for (int i = 0; i < PLACES; i++) {
        tokens[i] = TOKENS / PLACES;
        stamps[i] = random_next(&random);
    }
    for (int i = 0; i < TRANSITIONS; i++)
        fired[i] = 0;
    for (uint32_t time = 0; time < STEPS; time++) {
        unsigned next = head != tail ? waiting[tail++ % WAITING] : (random_next(&random) >> 8) % TRANSITIONS;

        try(next, time);
    }
    for (int i = 0; i < PLACES; i++) {
        count += tokens[i];
        sum = digest(sum, tokens[i] ^ stamps[i]);
    }
    for (int i = 0; i < TRANSITIONS; i++)
        sum = digest(sum, fired[i]);
    check(count == TOKENS, 2, "the number of tokens");
    return sum;
}

int main(void)
{
    return bench_run(work, 0x59157446u);
}
