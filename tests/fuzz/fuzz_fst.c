/* The reader of waveform hierarchies. */
#include "sim/fst.h"
#include "tests/fuzz/target.h"

#include <string.h>

enum { ENTRIES = 8 };

struct sum {
    size_t read, signals;
    struct hv_fst_entry entries[ENTRIES];
    size_t names; /* entries that were read back */
};

/* A table of names: attribute, its kind and subkind, an empty text, number 1. */
static const uint8_t entry[] = {252, 0, 7, 0, 1};

static void enter(void *context, const char *scope)
{
    ((struct sum *)context)->read += strlen(scope);
}

static void signal(void *context, const char *name, uint64_t bits, size_t at)
{
    struct sum *sum = context;
    (void)bits;
    CHECK(!strchr(name, ' '));
    sum->read += strlen(name);
    if (sum->signals < ENTRIES)
        sum->entries[sum->signals] = (struct hv_fst_entry){at, entry, sizeof entry};
    sum->signals++;
}

static void leave(void *context)
{
    ((struct sum *)context)->read += 1;
}

static void names(void *context, const char *text, uint64_t number)
{
    ((struct sum *)context)->names += !*text && number == 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    struct sum sum = {0}, again = {0};
    struct hv_fst_watch watch = {.context = &sum, .enter = enter, .signal = signal, .leave = leave, .names = names};
    const char *path = target_file(bytes, size);
    if (hv_fst_walk(path, &watch, &error)) {
        check_message(error.text);
        return 0;
    }
    /* What is put into it is read again, and nothing else changes. */
    const size_t count = sum.signals < ENTRIES ? sum.signals : ENTRIES;
    CHECK(hv_fst_insert(path, sum.entries, count, &error) == 0);
    watch.context = &again;
    CHECK(hv_fst_walk(path, &watch, &error) == 0);
    CHECK(again.read == sum.read && again.signals == sum.signals && again.names == sum.names + count);
    return 0;
}
