/* Which points the architecture allows, and what they need of a configuration: coverage_reach.def as functions. */
#include "fuzz/coverage_internal.h"

/* ---- VM-faults ---- */

/* A cause that a map gives; INVALID without an access is a broken chain's. */
static bool maps(const struct fuzz_point *p)
{
    return p->cause == HV_FAULT_MISSING || p->cause == HV_FAULT_DENIED || p->cause == HV_FAULT_INVALID;
}

/* An access to the root, VMTAB, VMCB or tables of a child that the VM means to run. */
static bool probes(const struct fuzz_point *p)
{
    return p->implicit && p->access;
}

/* ---- probes ---- */

static bool faults(const struct fuzz_point *p)
{
    return p->outcome >= FUZZ_TO_LEVEL_0;
}

static unsigned to_level(const struct fuzz_point *p)
{
    return p->outcome - FUZZ_TO_LEVEL_0;
}

static bool just_below(const struct fuzz_point *p)
{
    return faults(p) && to_level(p) + 1 == p->level;
}

/* What keeps an operand from being read at the level itself. */
static bool stays(const struct fuzz_point *p)
{
    return p->probe == HV_PROBE_OPERAND_MISALIGNED || p->probe == HV_PROBE_OPERAND_PHI;
}

static bool reads_operand(const struct fuzz_point *p)
{
    return stays(p) || p->probe == HV_PROBE_OPERAND;
}

/* A page that is translated for the probe, not for the program. */
static bool implicit_page(const struct fuzz_point *p)
{
    return p->probe == HV_PROBE_ROOT || p->probe == HV_PROBE_VMTAB_ENTRY_PAGE || p->probe == HV_PROBE_VMCB ||
           p->probe == HV_PROBE_MEM_TABLE || p->probe == HV_PROBE_IO_TABLE;
}

/* A word that was read and found bad. */
static bool found_bad(const struct fuzz_point *p)
{
    return p->probe >= HV_PROBE_SYLLABLE && p->probe < HV_PROBE_DONE && !implicit_page(p);
}

/* ---- fences ---- */

/* Entries of levels above the monitor's. */
static bool deeper(const struct fuzz_point *p)
{
    return p->kin == FUZZ_CHILD || p->kin == FUZZ_DESCENDANT || p->kin == FUZZ_OTHER || p->kin == FUZZ_COUSIN;
}

/* The least depth at which such an entry is made: a prefix, by the walks of a level more. */
static unsigned made_at(const struct fuzz_point *p)
{
    unsigned level = p->level;
    if (deeper(p))
        level += p->kin == FUZZ_DESCENDANT ? 2 : 1;
    return p->memory == FUZZ_PREFIX && p->kin != FUZZ_ANCESTOR ? level + 1 : level;
}

static bool associator_of(const struct hv_config *c, enum fuzz_memory memory)
{
    return c->assoc_entries && (memory == FUZZ_UNIFIED) == (c->assoc_split == HV_UNIFIED);
}

static bool about_prefix(const struct fuzz_point *p)
{
    return p->after != FUZZ_AFTER_FETCH && p->after != FUZZ_AFTER_DATA;
}

/* ---- exceptions ---- */

static bool access_fault(const struct fuzz_point *p)
{
    return p->cause == HV_EXC_FETCH_FAULT || p->cause == HV_EXC_LOAD_FAULT || p->cause == HV_EXC_STORE_FAULT;
}

/* ---- the rows ---- */

static bool applies(const struct fuzz_point *p, enum fuzz_table table)
{
    return p->table == table || fuzz_coverage_family(p->table) == table;
}

const char *fuzz_unreachable(const struct fuzz_point *p)
{
#define UNREACHABLE(name, condition, reason)                                                                           \
    if (applies(p, FUZZ_TABLE_##name) && (condition))                                                                  \
        return reason;
#include "fuzz/coverage_reach.def"
    return NULL;
}

bool fuzz_coverage_fits(const struct fuzz_point *p, const struct hv_config *c)
{
#define NEEDS(name, condition, configured, need)                                                                       \
    if (applies(p, FUZZ_TABLE_##name) && (condition) && !(configured))                                                 \
        return false;
#include "fuzz/coverage_reach.def"
    return true;
}

const char *fuzz_point_need(const struct fuzz_point *p, unsigned i)
{
#define NEEDS(name, condition, configured, need)                                                                       \
    if (applies(p, FUZZ_TABLE_##name) && (condition) && i-- == 0)                                                      \
        return need;
#include "fuzz/coverage_reach.def"
    return NULL;
}
