/* A target with a mistake in it, behind the reader of configurations, to show that a mistake is found. */
#include "config/config.h"
#include "tests/fuzz/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_config config;
    struct hv_error error;
    if (hv_config_parse(&config, (const char *)bytes, size, "input", &error) == 0)
        CHECK(config.depth != 7);
    return 0;
}
