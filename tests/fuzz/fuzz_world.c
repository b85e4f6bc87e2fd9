/* The reader of worlds (replay files). What it accepts can be printed and read again, to the same memory and the same
 * text; and the model bears it. */
#include "fuzz/run.h"
#include "tests/fuzz/target.h"

#include <string.h>

enum { LIMIT = 200, BIG_RAM = 1 << 18 };

static char *print(const struct fuzz_world *world, size_t *length)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, length);
    CHECK(stream);
    CHECK(fuzz_world_print(world, NULL, stream) == 0);
    fclose(stream);
    return text;
}

static void check_round_trip(const struct fuzz_world *world)
{
    struct fuzz_world again;
    struct hv_error error = {""};
    size_t length, other_length;
    char *text = print(world, &length);
    if (fuzz_world_parse(&again, text, length, "printed", &error)) {
        fprintf(stderr, "%s\n%s", error.text, text);
        abort();
    }
    char *other = print(&again, &other_length);
    CHECK(length == other_length && memcmp(text, other, length) == 0);
    fuzz_world_end(&again);
    free(text);
    free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    struct fuzz_world world;
    char *text = malloc(size + 1);
    CHECK(text);
    memcpy(text, bytes, size);
    text[size] = 0;
    if (fuzz_world_parse(&world, text, size, "input", &error)) {
        check_message(error.text);
        free(text);
        return 0;
    }
    free(text);
    check_round_trip(&world);
    if (world.config.ram_bytes <= BIG_RAM) {
        struct fuzz_result result;
        if (world.limit > LIMIT)
            world.limit = LIMIT;
        CHECK(fuzz_run_without_associator(&world, NULL, &result, &error) == 0);
        fuzz_result_free(&result);
    }
    fuzz_world_end(&world);
    return 0;
}
