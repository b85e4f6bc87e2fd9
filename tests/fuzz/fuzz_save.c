/* The reader of saves: the bytes are what zstd holds, since its checksum would keep all but what it made away. What is
 * taken makes a machine that runs, and is written and read as the same. */
#include "sim/save.h"
#include "tests/fuzz/target.h"

#include <string.h>
#include <zstd.h>

static void run(const struct hv_save *save)
{
    struct hv_error error;
    struct hv_machine *machine = hv_machine_new(&save->config, &error);
    struct hv_state *again = hv_state_new(&save->config);
    CHECK(machine && again);
    for (size_t i = 0; i < save->page_count; i++)
        CHECK(hv_machine_write_ram(machine, save->pages[i].real, save->pages[i].bytes, save->pages[i].length));
    CHECK(hv_machine_put(machine, save->state, &error) == 0);
    hv_machine_take(machine, again);
    for (unsigned e = 0; e < HV_STATE_ELEMENTS; e++)
        CHECK(memcmp(again->value[e], save->state->value[e], again->rows[e] * sizeof *again->value[e]) == 0);
    hv_machine_uart_input(machine, save->input, save->input_length);
    hv_machine_run(machine, 1000);
    hv_state_free(again);
    hv_machine_free(machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct hv_save save;
    struct hv_error error = {""};
    const size_t room = ZSTD_compressBound(size);
    uint8_t *packed = malloc(room);
    CHECK(packed);
    const size_t length = ZSTD_compress(packed, room, bytes, size, 1);
    CHECK(!ZSTD_isError(length));
    const int status = hv_save_read(&save, target_file(packed, length), &error);
    CHECK(status == 0 || status == HV_SAVE_REFUSED);
    if (status)
        check_message(error.text);
    else
        run(&save);
    hv_save_free(&save);
    free(packed);
    return 0;
}
