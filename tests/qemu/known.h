/* For test programs that need the QEMU of the table of legal differences. */
#ifndef TESTS_QEMU_KNOWN_H
#define TESTS_QEMU_KNOWN_H

#include "tests/qemu/machines.h"

#include <stdio.h>

/* For main(): true if the tests can be run. Else TAP has been printed, one test, skipped if QEMU is another version
 * and failed if there is none, and *status is for main to return. */
static inline bool is_known_qemu(int *status)
{
    char version[32];
    struct hv_error error;
    bool known;
    *status = qemu_version(version, &known, &error) ? 1 : 0;
    if (*status)
        printf("1..1\nnot ok 1 - %s\n", error.text);
    else if (!known)
        printf("1..1\nok 1 # SKIP QEMU is %s, the table of legal differences is for %s\n", version, QEMU_KNOWN);
    return *status == 0 && known;
}

#endif
