/* The reader of coverage files. What it accepts is written and read again to the same. */
#include "fuzz/coverage.h"
#include "tests/fuzz/target.h"

#include <string.h>

static uint64_t *new_counts(void)
{
    uint64_t *counts = calloc(fuzz_coverage_points(), sizeof *counts);
    CHECK(counts);
    return counts;
}

static void check_round_trip(const uint64_t *counts)
{
    struct hv_error error = {""};
    uint64_t *again = new_counts();
    json_t *json = fuzz_coverage_json(counts);
    CHECK(json);
    CHECK(fuzz_coverage_merge(again, json, &error) == 0);
    CHECK(memcmp(counts, again, fuzz_coverage_points() * sizeof *counts) == 0);
    json_decref(json);
    free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    json_error_t json_error;
    struct hv_error error = {""};
    json_t *json = json_loadb((const char *)bytes, size, 0, &json_error);
    if (!json)
        return 0;
    uint64_t *counts = new_counts(), *before = new_counts();
    if (fuzz_coverage_merge(counts, json, &error) == 0) {
        check_round_trip(counts);
    } else { /* nothing is added by halves */
        CHECK(error.text[0]);
        CHECK(memcmp(counts, before, fuzz_coverage_points() * sizeof *counts) == 0);
    }
    json_decref(json);
    free(counts);
    free(before);
    return 0;
}
