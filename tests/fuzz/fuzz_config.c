/* The reader of configurations. What it accepts can be printed and read again, to the same configuration; and what
 * validation accepts, the model takes. */
#include "model/machine.h"
#include "tests/fuzz/target.h"

#include <string.h>

enum { TEXT = 1 << 14, BIG_RAM = 1 << 20 };

static void check_same(const struct hv_config *a, const struct hv_config *b)
{
#define NUMBER(section, key, field, min, max, default_value, meaning) CHECK(a->field == b->field);
#define CHOICE(section, key, field, choices, default_value, meaning)  CHECK(a->field == b->field);
#define FLAGS(section, key, field, choices, default_value, meaning)   CHECK(a->field == b->field);
#include "config/keys.def"
    CHECK(a->windows == b->windows);
    for (uint32_t i = 0; i < a->windows; i++) {
        CHECK(strcmp(a->window[i].name, b->window[i].name) == 0);
#define DEVICE_KEY(key, field, min, max, meaning) CHECK(a->window[i].field == b->window[i].field);
#include "config/keys.def"
    }
}

static void check_round_trip(const struct hv_config *config, size_t (*print)(const struct hv_config *, char *, size_t))
{
    char text[TEXT];
    struct hv_error error = {""};
    struct hv_config again;
    size_t length = print(config, text, sizeof text);
    CHECK(length < sizeof text && strlen(text) == length);
    CHECK(hv_config_parse(&again, text, length, "printed", &error) == 0);
    check_same(config, &again);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_error error = {""};
    struct hv_config config, by_path;
    bool parsed = hv_config_parse(&config, (const char *)bytes, size, "input", &error) == 0;
    bool read = hv_config_read(&by_path, target_file(bytes, size), &error) == 0;
    if (!read)
        check_message(error.text);
    CHECK(parsed || !read);
    if (!parsed)
        return 0;
    snprintf(config.name, sizeof config.name, "input");
    check_round_trip(&config, hv_config_print);
    check_round_trip(&config, hv_config_explain);
    if (hv_config_validate(&config, HV_FOR_MODEL, &error)) {
        check_message(error.text);
        CHECK(!read);
        return 0;
    }
    CHECK(read);
    check_same(&config, &by_path);
    if (config.ram_bytes > BIG_RAM)
        return 0;
    struct hv_machine *machine = hv_machine_new(&config, &error);
    CHECK(machine);
    hv_machine_run(machine, 10);
    hv_machine_free(machine);
    return 0;
}
