/* Names: equal if and only if space and page are, for pages of 64 bits in many spaces; and the flushes that references
 * become. */
#include "lab/stream.h"
#include "tests/unit/lab_support.h"

enum { REFERENCES = 6000 };

static struct lab_stream *new_stream(unsigned page_bits, unsigned last_pages, enum hv_key key)
{
    struct lab_stream *stream = lab_stream_new(&(struct lab_stream_plan){page_bits, last_pages, key});
    assert_non_null(stream);
    return stream;
}

static struct lab_reference anywhere(uint64_t *seed)
{
    struct lab_reference r = {.kind = LAB_STORE, .space = below(seed, 50), .level = 1};
    r.address = (uint64_t)random32(seed) << 32 | random32(seed);
    if (below(seed, 2)) /* near one another, so that blocks meet and pages come again */
        r.address &= UINT64_C(0xf0000003f0003fff);
    return r;
}

static void names_are_spaces_and_pages(void **state)
{
    static const unsigned page_bits[] = {12, 0, 30, 6};
    static struct lab_reference r[REFERENCES];
    (void)state;
    for (unsigned k = 0; k < 4; k++) {
        struct lab_stream *stream = new_stream(page_bits[k], 0, HV_KEY_VMID);
        struct lab_batch batch;
        uint64_t seed = 31 + k;
        unsigned same = 0;
        for (size_t i = 0; i < REFERENCES; i++)
            r[i] = anywhere(&seed);
        assert_true(lab_stream_feed(stream, r, REFERENCES, &batch));
        assert_int_equal(batch.count, REFERENCES);
        for (size_t i = 0; i < REFERENCES; i++) {
            const uint64_t page = r[i].address >> page_bits[k];
            assert_int_equal(lab_stream_space_of(stream, batch.names[i]), r[i].space);
            assert_true(lab_stream_page_of(stream, batch.names[i]) == page);
            assert_int_equal(batch.names[i] % 65536, page % 65536);
            assert_int_equal(batch.ports[i], 1);
            for (size_t other = i > 200 ? i - 200 : 0; other < i; other++) {
                const bool equal = r[other].space == r[i].space && r[other].address >> page_bits[k] == page;
                assert_int_equal(batch.names[other] == batch.names[i], equal);
                same += equal;
            }
        }
        assert_true(k != 2 || same > 10);
        lab_stream_free(stream);
    }
}

static bool empties(const struct lab_flush *flush, uint64_t name)
{
    for (size_t i = 0; flush->blocks && i < flush->block_count; i++)
        if (flush->blocks[i] == lab_block(name))
            return true;
    return !flush->blocks;
}

/* A page of each of 1, 1.1, 1.2, 2 and of 7, of which nothing is known; then one event. Which are emptied, as bits by
 * space. */
static unsigned emptied_by(enum hv_key key, uint32_t running, struct lab_reference event)
{
    static const uint8_t syllables[5][2] = {{0}, {1}, {1, 1}, {1, 2}, {2}};
    static const unsigned levels[5] = {0, 1, 2, 2, 1}, spaces[] = {1, 2, 3, 4, 7};
    struct lab_stream *stream = new_stream(12, 2, key);
    struct lab_reference references[8] = {{.kind = LAB_ENTER, .space = running}};
    struct lab_batch batch;
    uint64_t names[5];
    unsigned emptied = 0;
    for (unsigned i = 0; i < 5; i++) {
        assert_true(lab_stream_space(stream, i, levels[i], syllables[i]));
        references[1 + i] = (struct lab_reference){.kind = LAB_FETCH, .space = spaces[i]};
    }
    assert_true(lab_stream_feed(stream, references, 6, &batch));
    assert_int_equal(batch.count, 5);
    memcpy(names, batch.names, sizeof names);
    references[0] = event;
    references[1] =
        (struct lab_reference){.kind = LAB_FETCH, .space = 7}; /* that of the last-page register, if it is there */
    assert_true(lab_stream_feed(stream, references, 2, &batch));
    for (size_t i = 0; i < batch.flush_count; i++) {
        assert_int_equal(batch.flushes[i].at, 0);
        for (unsigned k = 0; k < 5; k++)
            emptied |= (unsigned)empties(&batch.flushes[i], names[k]) << spaces[k];
    }
    assert_int_equal(batch.count, event.kind == LAB_ENTER && event.space == running ? 0 : 1);
    lab_stream_free(stream);
    return emptied;
}

static void flushes_are_of_whom_they_say(void **state)
{
    enum { ALL = 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 7 };
    (void)state;
    for (enum hv_key key = HV_KEY_NONE; key <= HV_KEY_VMID; key++) {
        const bool some = key != HV_KEY_NONE;
        const struct lab_reference all = {.kind = LAB_FLUSH, .space = 0, .flags = LAB_CHILDREN};
        const struct lab_reference one = {.kind = LAB_FLUSH, .space = 1};
        const struct lab_reference inside = {.kind = LAB_FLUSH, .space = 1, .flags = LAB_CHILDREN};
        const struct lab_reference nothing = {.kind = LAB_FLUSH, .space = 1, .flags = LAB_NOTHING};
        const struct lab_reference unknown = {.kind = LAB_FLUSH, .space = 7};
        const struct lab_reference enter = {.kind = LAB_ENTER, .space = 4}, stay = {.kind = LAB_ENTER, .space = 2};
        assert_int_equal(emptied_by(key, 0, all), some ? ALL : 0);
        assert_int_equal(emptied_by(key, 0, one), some ? 1 << 1 | 1 << 2 | 1 << 3 : 0);
        assert_int_equal(emptied_by(key, 0, inside), some ? 1 << 2 | 1 << 3 : 0);
        assert_int_equal(emptied_by(key, 0, nothing), 0);
        assert_int_equal(emptied_by(key, 0, unknown), some ? 1 << 7 : 0);
        assert_int_equal(emptied_by(key, 2, stay), 0);
        /* from 1.1 to 2: another syllable at level 1 */
        assert_int_equal(emptied_by(key, 2, enter), key == HV_KEY_VMID ? 0 : ALL);
        /* from 1.2 to 1.1: another at level 2 */
        assert_int_equal(emptied_by(key, 3, (struct lab_reference){.kind = LAB_ENTER, .space = 2}),
                         key == HV_KEY_VMID    ? 0
                         : key == HV_KEY_LEVEL ? 1 << 2 | 1 << 3
                                               : ALL);
        /* from 1.1 to 1: cut */
        assert_int_equal(emptied_by(key, 2, (struct lab_reference){.kind = LAB_ENTER, .space = 1}), some ? 0 : ALL);
    }
}

/* Three pages in turn: two registers serve none of them, three all, and each port has its own. */
static void last_pages_are_the_last_ones(void **state)
{
    (void)state;
    for (unsigned registers = 0; registers <= LAB_STREAM_LAST_PAGES; registers++) {
        struct lab_stream *stream = new_stream(12, registers, HV_KEY_VMID);
        struct lab_batch batch;
        for (unsigned i = 0; i < 300; i++) {
            const struct lab_reference both[] = {{.kind = LAB_FETCH, .address = (uint64_t)(i % 3) << 12 | 8},
                                                 {.kind = LAB_STORE, .address = (uint64_t)(i % 2) << 12}};
            assert_true(lab_stream_feed(stream, both, 2, &batch));
        }
        assert_int_equal(lab_stream_counts(stream)->accesses[0], 300);
        assert_int_equal(lab_stream_counts(stream)->lookups[0], registers < 3 ? 300 : 3);
        assert_int_equal(lab_stream_counts(stream)->lookups[1], registers < 2 ? 300 : 2);
        lab_stream_free(stream);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_spaces_and_pages),
        cmocka_unit_test(flushes_are_of_whom_they_say),
        cmocka_unit_test(last_pages_are_the_last_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
