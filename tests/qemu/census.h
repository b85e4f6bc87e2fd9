/* A program that asks both machines of every CSR: is it there, in M- and U-mode, and what does it keep of what is
 * written. It shows that the table of legal differences is complete, and that each row of it is needed. */
#ifndef TESTS_QEMU_CENSUS_H
#define TESTS_QEMU_CENSUS_H

#include "tests/qemu/machines.h"

#include <stdbool.h>

/* One question and the two answers. `trapped` says that an illegal instruction was raised. */
struct answer {
    uint32_t csr;
    bool user;  /* asked in U-mode, else in M-mode */
    bool write; /* `written` was written first */
    uint32_t written;
    uint32_t value[2]; /* of the model, of QEMU: what was read, or CENSUS_TRAPPED + mcause */
};

#define CENSUS_TRAPPED UINT32_C(0xdead0000)

/* All answers of this kind of machine, to be freed. NULL with *error filled. */
struct answer *census(struct kind kind, size_t *count, struct hv_error *error);

#endif
