/* What the libFuzzer targets share. A target is one file with LLVMFuzzerTestOneInput: any bytes, and nothing may
 * happen that the sanitizers or its own checks notice. */
#ifndef TESTS_FUZZ_TARGET_H
#define TESTS_FUZZ_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* The bytes as a file that readers can open by its path; the file of the last call is gone. */
const char *target_file(const uint8_t *bytes, size_t size);

/* What must hold, whatever the input; libFuzzer keeps the input when it does not. */
#define CHECK(condition)                                                                                               \
    do                                                                                                                 \
        if (!(condition)) {                                                                                            \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);                              \
            abort();                                                                                                   \
        }                                                                                                              \
    while (0)

/* An error is one line that is not empty. */
void check_message(const char *text);

#endif
