/* Our own format, read. Items are taken one by one: what one says is kept only when it is there as a whole. */
#include "lab/format.h"
#include "lab/own.h"
#include "sim/files.h"

#include <endian.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct own_reader {
    struct own_last last[LAB_FLUSH]; /* of fetches, loads and stores */
    struct own_pages pages;
    uint32_t space; /* the VM that runs */
    uint8_t level;
    uint64_t kinds[LAB_KINDS];
    bool ended; /* the last item was there */
};

/* What is at hand of an item. `bad`: what is expected in place of something that cannot be. */
struct item {
    const uint8_t *at;
    const char *bad;
};

/* ---- the header ---- */

bool lab_own_looks(const uint8_t *bytes, size_t count)
{
    return count >= OWN_MAGIC_BYTES && memcmp(bytes, OWN_MAGIC, OWN_MAGIC_BYTES) == 0;
}

static uint32_t header_word(const uint8_t *bytes, unsigned i)
{
    uint32_t value;
    memcpy(&value, bytes + OWN_MAGIC_BYTES + 4 * i, sizeof value);
    return le32toh(value);
}

static int check_header(const struct lab_trace *trace, size_t have, struct hv_error *error)
{
    static const struct {
        const char *what;
        uint32_t min, max;
    } limits[OWN_WORDS] = {{"version", OWN_VERSION, OWN_VERSION},
                           {"page bits", LAB_MIN_PAGE_BITS, LAB_MAX_PAGE_BITS},
                           {"syllable bits", 0, HV_MAX_SYLLABLE_BITS},
                           {"depth", 0, HV_MAX_DEPTH},
                           {"bytes of the program's name", 0, OWN_MAX_NAME}};
    if (!lab_own_looks(trace->at, have) || have < OWN_HEADER_BYTES)
        return hv_fail(error, "%s: found no header of a Nestor trace, expected the %d bytes of one", trace->name,
                       OWN_HEADER_BYTES);
    for (unsigned i = 0; i < OWN_WORDS; i++) {
        const uint32_t value = header_word(trace->at, i);
        if (value < limits[i].min || value > limits[i].max)
            return hv_fail(error, "%s: header: found %s %" PRIu32 ", expected %" PRIu32 " to %" PRIu32, trace->name,
                           limits[i].what, value, limits[i].min, limits[i].max);
    }
    if (have - OWN_HEADER_BYTES < header_word(trace->at, OWN_WORD_NAME))
        return hv_fail(error, "%s: header: found the end of the file, expected the program's name", trace->name);
    return 0;
}

int lab_own_begin(struct lab_trace *trace, struct hv_error *error)
{
    if (check_header(trace, (size_t)(trace->stop - trace->at), error))
        return -1;
    const uint32_t length = header_word(trace->at, OWN_WORD_NAME);
    struct own_reader *reader = trace->state = calloc(1, sizeof *reader);
    trace->program = hv_text("%.*s", (int)length, (const char *)trace->at + OWN_HEADER_BYTES);
    if (!reader || !trace->program)
        return hv_fail(error, "%s: out of memory", trace->name);
    trace->facts.program = trace->program;
    trace->facts.page_bits = header_word(trace->at, OWN_WORD_PAGE_BITS);
    trace->facts.syllable_bits = header_word(trace->at, OWN_WORD_SYLLABLE_BITS);
    trace->facts.depth = header_word(trace->at, OWN_WORD_DEPTH);
    trace->at += OWN_HEADER_BYTES + length;
    return 0;
}

void lab_own_end(struct lab_trace *trace)
{
    struct own_reader *reader = trace->state;
    if (reader)
        free(reader->pages.page);
    free(reader);
}

const char *lab_own_missing(const struct lab_trace *trace)
{
    const struct own_reader *reader = trace->state;
    return reader->ended ? NULL : "the item that ends a trace: it is cut short";
}

/* ---- items ---- */

/* A number in groups of 7 bits, the lowest ones first; bit 7 says that there are more. */
static inline uint64_t number(struct item *item)
{
    uint64_t value = *item->at++;
    if (value < 0x80)
        return value;
    value &= 0x7f;
    for (unsigned shift = 7; shift < 64; shift += 7) {
        const uint64_t byte = *item->at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    item->bad = "a number of at most 64 bits";
    return 0;
}

static uint64_t number_to(struct item *item, uint64_t max, const char *what)
{
    const uint64_t value = number(item);
    if (value > max)
        item->bad = what;
    return value;
}

static inline uint64_t difference(struct item *item)
{
    const uint64_t value = number(item);
    return value >> 1 ^ -(value & 1);
}

/* The maps of the reference's page, told or remembered. */
static struct own_page *take_maps(struct own_reader *reader, struct item *item, unsigned head, unsigned page_bits,
                                  const struct lab_reference *reference, struct own_page *told)
{
    struct own_page *page = own_pages_find(&reader->pages, reader->last[reference->kind].maps, reader->space,
                                           lab_resource(reference) >> page_bits);
    if (!page) {
        item->bad = "memory for what is remembered of the pages";
        return NULL;
    }
    *told = *page;
    if (head & OWN_MAPS) {
        told->below = (uint32_t)number_to(item, UINT32_MAX, "a page number of 32 bits");
        told->lacks_top = *item->at & LAB_RIGHTS;
        told->lacks_below = *item->at++ >> 4;
        told->reads = *item->at++;
    }
    return page;
}

static inline void take_access(struct own_reader *reader, struct item *item, unsigned head, unsigned page_bits,
                               const uint8_t *stop, struct lab_reference *out)
{
    const unsigned kind = head & OWN_ITEM;
    struct own_last last = reader->last[kind];
    uint64_t address = last.next;
    if (head & OWN_ADDRESS)
        address += difference(item);
    if (head & OWN_SIZE)
        last.size = (uint16_t)number_to(item, UINT16_MAX, "a size of 16 bits");
    if (head & OWN_FLAGS) {
        last.flags = *item->at++;
        if (last.flags & ~(LAB_UNTRANSLATED | LAB_ATOMIC))
            item->bad = "flags of an access";
    }
    if (head & OWN_PHI)
        last.relocation = (uint32_t)number_to(item, UINT32_MAX, "a relocation of 32 bits");
    *out = (struct lab_reference){.address = address,
                                  .space = reader->space,
                                  .kind = (uint8_t)kind,
                                  .level = reader->level,
                                  .size = last.size,
                                  .relocation = last.relocation,
                                  .flags = last.flags};
    struct own_page *page = NULL, told;
    if (own_has_maps(out) && item->at <= stop && !item->bad) {
        if (!(page = take_maps(reader, item, head, page_bits, out, &told)))
            return;
        out->below = told.below;
        out->lacks_top = told.lacks_top;
        out->lacks_below = told.lacks_below;
        out->reads = told.reads;
    } else if (head & OWN_MAPS) {
        item->bad = "maps of a translated access only";
    }
    if (item->at > stop || item->bad)
        return;
    last.next = address + last.size;
    if (page) {
        *page = told;
        last.maps = (uint32_t)(page - reader->pages.page);
    }
    reader->last[kind] = last;
    reader->kinds[kind]++;
}

static uint32_t take_space(struct lab_trace *trace, struct item *item)
{
    const uint64_t space = number_to(item, trace->vms.count - 1, "the number of a VM that was brought up");
    return item->bad ? 0 : (uint32_t)space;
}

static void take_event(struct lab_trace *trace, struct item *item, unsigned head, struct lab_reference *out)
{
    struct own_reader *reader = trace->state;
    const unsigned kind = head & OWN_ITEM;
    const uint8_t flags = head & OWN_FLAGS ? *item->at++ : 0;
    const uint32_t space = take_space(trace, item);
    if ((head & ~(unsigned)(OWN_ITEM | OWN_FLAGS)) || (flags & ~(LAB_CHILDREN | LAB_NOTHING)) ||
        (flags && kind == LAB_ENTER))
        item->bad = "an event's flags";
    *out = (struct lab_reference){
        .kind = (uint8_t)kind, .space = space, .level = (uint8_t)trace->vms.vm[space].level, .flags = flags};
    if (item->bad || item->at > trace->stop)
        return;
    reader->kinds[kind]++;
    if (kind == LAB_ENTER) {
        reader->space = space;
        reader->level = out->level;
    }
}

static void take_vm(struct lab_trace *trace, struct item *item, unsigned head)
{
    const unsigned level = *item->at++;
    const uint8_t *syllables = item->at;
    bool good = head == OWN_VM && level && level <= trace->facts.depth;
    for (unsigned i = 0; i < level && level <= HV_MAX_DEPTH; i++) {
        const uint8_t syllable = *item->at++;
        good = good && syllable && syllable >> trace->facts.syllable_bits == 0;
    }
    if (item->at > trace->stop)
        return;
    if (!good)
        item->bad = "the syllables of a VM, as many as the header's depth at most and of its bits";
    else if (!lab_vms_add(&trace->vms, syllables, level))
        item->bad = "memory for the table of VMs";
}

static void take_end(struct lab_trace *trace, struct item *item, unsigned head)
{
    struct own_reader *reader = trace->state;
    bool good = head == OWN_END;
    for (unsigned i = 0; i < LAB_KINDS; i++)
        good &= number(item) == reader->kinds[i];
    good &= number(item) == trace->vms.count;
    const uint64_t instructions = number(item);
    if (item->at > trace->stop)
        return;
    if (!good)
        item->bad = "the counts of what came before: something is missing";
    trace->facts.instructions = instructions;
    reader->ended = !item->bad;
}

/* One item; true: it was a reference or an event, at *out. */
static inline bool take(struct lab_trace *trace, struct item *item, struct lab_reference *out)
{
    struct own_reader *reader = trace->state;
    const unsigned head = *item->at++;
    if ((head & OWN_ITEM) < LAB_FLUSH) {
        take_access(reader, item, head, trace->facts.page_bits, trace->stop, out);
        return true;
    }
    switch (head & OWN_ITEM) {
    case LAB_FLUSH:
    case LAB_ENTER:
        take_event(trace, item, head, out);
        return true;
    case OWN_VM:
        take_vm(trace, item, head);
        return false;
    case OWN_END:
        take_end(trace, item, head);
        return false;
    default:
        item->bad = "an item of a kind that there is";
        return false;
    }
}

/* An item of its first byte alone, at the address that is next and on the page that its kind was on: most are. False:
 * it is another one. */
static inline bool take_next(struct own_reader *reader, unsigned head, unsigned page_bits, struct lab_reference *out)
{
    struct own_last *last = &reader->last[head];
    *out = (struct lab_reference){.address = last->next,
                                  .space = reader->space,
                                  .kind = (uint8_t)head,
                                  .level = reader->level,
                                  .size = last->size,
                                  .relocation = last->relocation,
                                  .flags = last->flags};
    if (own_has_maps(out)) {
        if (last->maps >= reader->pages.room)
            return false;
        const struct own_page *page = &reader->pages.page[last->maps];
        if (!page->used || page->space != out->space || page->page != lab_resource(out) >> page_bits)
            return false;
        out->below = page->below;
        out->lacks_top = page->lacks_top;
        out->lacks_below = page->lacks_below;
        out->reads = page->reads;
    }
    last->next += last->size;
    reader->kinds[head]++;
    return true;
}

size_t lab_own_parse(struct lab_trace *trace, struct lab_reference *out, size_t capacity)
{
    struct own_reader *reader = trace->state;
    size_t count = 0;
    while (trace->at < trace->stop && count < capacity) {
        if (reader->ended) {
            trace->expected = "nothing behind the item that ends a trace";
            break;
        }
        if (*trace->at < LAB_FLUSH && take_next(reader, *trace->at, trace->facts.page_bits, &out[count])) {
            count++;
            trace->at++;
            trace->records++;
            continue;
        }
        struct item item = {.at = trace->at};
        const bool given = take(trace, &item, &out[count]);
        if (item.at > trace->stop)
            break;
        if (item.bad) {
            trace->expected = item.bad;
            break;
        }
        count += given;
        trace->at = item.at;
        trace->records++;
    }
    return count;
}
