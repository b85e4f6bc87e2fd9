/* The reader of waveform hierarchies. */
#include "sim/fst.h"
#include "tests/fuzz/target.h"

#include <string.h>

static void enter(void *context, const char *scope)
{
    *(size_t *)context += strlen(scope);
}

static void signal(void *context, const char *name, uint64_t bits)
{
    (void)bits;
    CHECK(!strchr(name, ' '));
    *(size_t *)context += strlen(name);
}

static void leave(void *context)
{
    *(size_t *)context += 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    size_t read = 0;
    struct hv_fst_watch watch = {.context = &read, .enter = enter, .signal = signal, .leave = leave};
    if (hv_fst_walk(target_file(bytes, size), &watch, &error))
        check_message(error.text);
    return 0;
}
