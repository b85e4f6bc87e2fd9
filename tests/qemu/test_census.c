/* Every CSR on the model and on QEMU: where they differ, the table of legal differences says so, and where it says
 * so, they differ. */
#include "tests/qemu/census.h"
#include "tests/qemu/known.h"
#include "tests/qemu/legal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* Bare hardware and virtual machines. */
static const struct kind kinds[] = {{HV_ISA_RV32IMA, HV_PHI_IDENTITY, 0},
                                    {HV_ISA_RV32IM, HV_PHI_RB, 0},
                                    {HV_ISA_RV32IMA, HV_PHI_RB, 1},
                                    {HV_ISA_RV32IM, HV_PHI_IDENTITY, 3}};
enum { ASKED = sizeof kinds / sizeof kinds[0] };
static struct answer *answers[ASKED];
static size_t count;

static bool trapped(uint32_t value)
{
    return (value & 0xffff0000) == CENSUS_TRAPPED;
}

/* 1 and 2 are not written into MPP. */
static bool is_bad_mpp(const struct answer *a)
{
    uint32_t mpp = a->written & HV_MSTATUS_MPP;
    return a->csr == HV_CSR_MSTATUS && a->write && mpp && mpp != HV_MSTATUS_MPP;
}

static void check_complete(unsigned k)
{
    for (size_t i = 0; i < count; i++) {
        const struct answer *a = &answers[k][i];
        uint32_t differ = a->value[0] ^ a->value[1];
        bool excused = is_bad_mpp(a) || (a->write && (a->written & ~legal_written(a->csr)));
        if (trapped(a->value[0]) || trapped(a->value[1]))
            excused = legal_only_one(a->csr);
        else
            differ &= legal_read(a->csr);
        if (differ && !excused)
            fail_msg("kind %u: CSR 0x%03x in %c-mode, %s0x%08x: model 0x%08x, QEMU 0x%08x", k, a->csr,
                     a->user ? 'U' : 'M', a->write ? "after a write of " : "as it is, ", a->written, a->value[0],
                     a->value[1]);
    }
}

static void test_complete(void **state)
{
    (void)state;
    for (unsigned k = 0; k < ASKED; k++)
        check_complete(k);
}

/* Some question about the CSR has two answers. */
static void need(uint32_t csr)
{
    for (unsigned k = 0; k < ASKED; k++)
        for (size_t i = 0; i < count; i++)
            if (answers[k][i].csr == csr && answers[k][i].value[0] != answers[k][i].value[1])
                return;
    fail_msg("CSR 0x%03x is the same on model and QEMU, but has a row in legal.def", csr);
}

static void test_needed(void **state)
{
    (void)state;
    static const struct {
        uint32_t first, last;
    } rows[] = {
#define LEGAL_CSR(first, last, written, read, reason) {first, last},
#define LEGAL_ONE(first, last, reason)                {first, last},
#include "tests/qemu/legal.def"
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (uint32_t csr = rows[i].first; csr <= rows[i].last; csr++)
            need(csr);
}

static int ask(void **state)
{
    (void)state;
    for (unsigned k = 0; k < ASKED; k++) {
        struct hv_error error = {""};
        answers[k] = census(kinds[k], &count, &error);
        if (!answers[k]) {
            print_error("%s\n", error.text);
            return -1;
        }
    }
    return 0;
}

static int forget(void **state)
{
    (void)state;
    for (unsigned k = 0; k < ASKED; k++)
        free(answers[k]);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_complete),
        cmocka_unit_test(test_needed),
    };
    int status;
    if (!is_known_qemu(&status))
        return status;
    return cmocka_run_group_tests_name("qemu census", tests, ask, forget);
}
