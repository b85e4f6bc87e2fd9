/* The tables of the coverage, their axes, and the numbering of points. */
#include "fuzz/coverage_internal.h"

#include <stdio.h>
#include <string.h>

/* ---- axes ---- */

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define AT(field)    offsetof(struct fuzz_point, field)
#define AXIS(name, field, list)                                                                                        \
    {                                                                                                                  \
        name, AT(field), FUZZ_ONE_FIELD, list, COUNT(list)                                                             \
    }
#define AXIS2(name, a, b, list)                                                                                        \
    {                                                                                                                  \
        name, AT(a), AT(b), list, COUNT(list)                                                                          \
    }
#define ROW(number, text)                                                                                              \
    {                                                                                                                  \
        number, 0, text                                                                                                \
    }

/* A table of isa/causes.def, or a part of it. */
static const struct fuzz_value fault_values[] = {
#define VM_FAULT(name, code, meaning) ROW(code, #name),
#include "isa/causes.def"
};
static const struct fuzz_value access_values[] = {
#define ACCESS(name, code, meaning) ROW(code, #name),
#include "isa/causes.def"
};
static const struct fuzz_value exception_values[] = {
#define EXCEPTION(name, code, meaning) ROW(code, #name),
#include "isa/causes.def"
};
static const struct fuzz_value interrupt_values[] = {
#define INTERRUPT(name, code, meaning) ROW(code, #name),
#include "isa/causes.def"
};
static const struct fuzz_value probe_values[] = {
#define PROBE_STEP(name, meaning) ROW(HV_PROBE_##name, #name),
#include "isa/probe.def"
};

static const struct fuzz_value path_values[] = {
    {1, 0, "1>0"}, {2, 0, "2>0"}, {2, 1, "2>1"}, {3, 0, "3>0"}, {3, 1, "3>1"},
    {3, 2, "3>2"}, {4, 0, "4>0"}, {4, 1, "4>1"}, {4, 2, "4>2"}, {4, 3, "4>3"},
};
static const struct fuzz_value deep_path_values[] = {
    {5, 0, "5>0"}, {5, 1, "5>1"}, {5, 2, "5>2"}, {5, 3, "5>3"}, {5, 4, "5>4"}, {6, 0, "6>0"}, {6, 1, "6>1"},
    {6, 2, "6>2"}, {6, 3, "6>3"}, {6, 4, "6>4"}, {6, 5, "6>5"}, {7, 0, "7>0"}, {7, 1, "7>1"}, {7, 2, "7>2"},
    {7, 3, "7>3"}, {7, 4, "7>4"}, {7, 5, "7>5"}, {7, 6, "7>6"}, {8, 0, "8>0"}, {8, 1, "8>1"}, {8, 2, "8>2"},
    {8, 3, "8>3"}, {8, 4, "8>4"}, {8, 5, "8>5"}, {8, 6, "8>6"}, {8, 7, "8>7"},
};
static const struct fuzz_value deep_values[] = {ROW(5, "5"), ROW(6, "6"), ROW(7, "7"), ROW(8, "8")};
static const struct fuzz_value level_values[] = {ROW(0, "0"), ROW(1, "1"), ROW(2, "2"), ROW(3, "3"), ROW(4, "4")};
static const struct fuzz_value vm_level_values[] = {ROW(1, "1"), ROW(2, "2"), ROW(3, "3"), ROW(4, "4")};
static const struct fuzz_value receiver_values[] = {ROW(0, "0"), ROW(1, "1"), ROW(2, "2"), ROW(3, "3")};
static const struct fuzz_value start_values[] = {ROW(0, "0"), ROW(1, "1"), ROW(2, "2"), ROW(3, "3"),
                                                 ROW(4, "4"), ROW(5, "5"), ROW(6, "6"), ROW(7, "7")};
static const struct fuzz_value length_values[] = {ROW(1, "1"), ROW(2, "2"), ROW(3, "3"), ROW(4, "4"),
                                                  ROW(5, "5"), ROW(6, "6"), ROW(7, "7"), ROW(8, "8")};
static const struct fuzz_value implicit_values[] = {ROW(0, "explicit"), ROW(1, "implicit")};
static const struct fuzz_value form_values[] = {ROW(FUZZ_FORM_LINEAR, "linear"), ROW(FUZZ_FORM_RB, "rb"),
                                                ROW(FUZZ_FORM_OUTSIDE, "outside"), ROW(FUZZ_FORM_NONE, "none")};
static const struct fuzz_value key_values[] = {ROW(FUZZ_KEY_ABSENT, "no-associator"), ROW(FUZZ_KEY_NONE, "none"),
                                               ROW(FUZZ_KEY_LEVEL, "level"), ROW(FUZZ_KEY_VMID, "vmid")};
static const struct fuzz_value simulator_values[] = {ROW(FUZZ_VERILATOR, "verilator"), ROW(FUZZ_ICARUS, "icarus"),
                                                     ROW(FUZZ_GATES, "gates")};
static const struct fuzz_value keyed_values[] = {ROW(FUZZ_KEY_NONE, "none"), ROW(FUZZ_KEY_LEVEL, "level"),
                                                 ROW(FUZZ_KEY_VMID, "vmid")};
static const struct fuzz_value tagged_values[] = {ROW(FUZZ_KEY_LEVEL, "level"), ROW(FUZZ_KEY_VMID, "vmid")};
static const struct fuzz_value chain_values[] = {ROW(0, "lvmid"), ROW(1, "chain")};
static const struct fuzz_value outcome_values[] = {ROW(FUZZ_DONE, "done"),           ROW(FUZZ_TRAPPED, "exception"),
                                                   ROW(FUZZ_TO_LEVEL_0, "to-0"),     ROW(FUZZ_TO_LEVEL_0 + 1, "to-1"),
                                                   ROW(FUZZ_TO_LEVEL_0 + 2, "to-2"), ROW(FUZZ_TO_LEVEL_0 + 3, "to-3")};
static const struct fuzz_value deep_outcome_values[] = {
    ROW(FUZZ_DONE, "done"),           ROW(FUZZ_TRAPPED, "exception"),   ROW(FUZZ_TO_LEVEL_0, "to-0"),
    ROW(FUZZ_TO_LEVEL_0 + 1, "to-1"), ROW(FUZZ_TO_LEVEL_0 + 2, "to-2"), ROW(FUZZ_TO_LEVEL_0 + 3, "to-3"),
    ROW(FUZZ_TO_LEVEL_0 + 4, "to-4"), ROW(FUZZ_TO_LEVEL_0 + 5, "to-5"), ROW(FUZZ_TO_LEVEL_0 + 6, "to-6"),
    ROW(FUZZ_TO_LEVEL_0 + 7, "to-7")};
static const struct fuzz_value ended_values[] = {ROW(FUZZ_CHAIN_DONE, "done"), ROW(FUZZ_CHAIN_BROKEN, "broken"),
                                                 ROW(FUZZ_CHAIN_INTERRUPTED, "interrupted")};
static const struct fuzz_value operand_values[] = {ROW(FUZZ_FENCE_ALL, "all"), ROW(FUZZ_FENCE_SYLLABLE, "syllable"),
                                                   ROW(FUZZ_FENCE_NO_SYLLABLE, "no-syllable")};
static const struct fuzz_value memory_values[] = {ROW(FUZZ_FETCH_HALF, "fetch"), ROW(FUZZ_DATA_HALF, "data"),
                                                  ROW(FUZZ_UNIFIED, "unified"), ROW(FUZZ_PREFIX, "prefix")};
static const struct fuzz_value kin_values[] = {ROW(FUZZ_CHILD, "child"),       ROW(FUZZ_DESCENDANT, "descendant"),
                                               ROW(FUZZ_OTHER, "other-child"), ROW(FUZZ_SELF, "self"),
                                               ROW(FUZZ_ANCESTOR, "ancestor"), ROW(FUZZ_COUSIN, "cousin")};
static const struct fuzz_value after_values[] = {
    ROW(FUZZ_AFTER_FETCH, "fetch-register"), ROW(FUZZ_AFTER_DATA, "data-register"),
    ROW(FUZZ_AFTER_GONE, "prefix-gone"),     ROW(FUZZ_AFTER_OWN, "prefix-own"),
    ROW(FUZZ_AFTER_OTHER, "prefix-other"),   ROW(FUZZ_AFTER_COUSIN, "prefix-cousin")};
static const struct fuzz_value flushed_values[] = {ROW(0, "nothing"), ROW(1, "something")};
static const struct fuzz_value change_values[] = {ROW(FUZZ_APPEND, "append"), ROW(FUZZ_CUT, "cut")};
static const struct fuzz_value mode_values[] = {ROW(0, "U"), ROW(3, "M")};
static const struct fuzz_value skip_values[] = {ROW(1, "1"), ROW(2, "more")};
static const struct fuzz_value atomic_values[] = {ROW(FUZZ_LR, "lr"),
                                                  ROW(FUZZ_SC_STORED, "sc-stored"),
                                                  ROW(FUZZ_SC_OTHER_WORD, "sc-other-word"),
                                                  ROW(FUZZ_SC_NONE, "sc-no-reservation"),
                                                  ROW(FUZZ_SC_AFTER_TRAP, "sc-after-trap"),
                                                  ROW(FUZZ_SC_AFTER_MRET, "sc-after-mret"),
                                                  ROW(FUZZ_SC_AFTER_CHANGE, "sc-after-change"),
                                                  ROW(FUZZ_AMO, "amo")};
static const struct fuzz_value refusal_values[] = {ROW(FUZZ_NO_LVMID, "no-lvmid"),
                                                   ROW(FUZZ_NO_FENCE, "no-fence"),
                                                   ROW(FUZZ_NO_EXIT, "no-exit"),
                                                   ROW(FUZZ_COUNTER_READ, "counter-read"),
                                                   ROW(FUZZ_COUNTER_DENIED, "counter-write-denied"),
                                                   ROW(FUZZ_COUNTER_WRITE, "counter-write"),
                                                   ROW(FUZZ_WFI_DENIED, "wfi-denied"),
                                                   ROW(FUZZ_WFI_SLEEPS, "wfi-sleeps")};

static const struct fuzz_axis path_axis = AXIS2("path", level, receiver, path_values);
static const struct fuzz_axis deep_path_axis = AXIS2("path", level, receiver, deep_path_values);
static const struct fuzz_axis deep_level_axis = AXIS("level", level, deep_values);
static const struct fuzz_axis deep_monitor_axis = AXIS("monitor", level, deep_values);
static const struct fuzz_axis deep_receiver_axis = AXIS("receiver", receiver, start_values);
static const struct fuzz_axis deep_outcome_axis = AXIS("outcome", outcome, deep_outcome_values);
static const struct fuzz_axis level_axis = AXIS("level", level, level_values);
static const struct fuzz_axis vm_level_axis = AXIS("level", level, vm_level_values);
static const struct fuzz_axis receiver_axis = AXIS("receiver", receiver, receiver_values);
static const struct fuzz_axis monitor_axis = AXIS("monitor", level, level_values);
static const struct fuzz_axis start_axis = AXIS("monitor", level, start_values);
static const struct fuzz_axis fault_axis = AXIS("cause", cause, fault_values);
static const struct fuzz_axis access_axis = AXIS("access", access, access_values);
static const struct fuzz_axis implicit_axis = AXIS("implicit", implicit, implicit_values);
static const struct fuzz_axis form_axis = AXIS("form", form, form_values);
static const struct fuzz_axis key_axis = AXIS("key", key, key_values);
static const struct fuzz_axis simulator_axis = AXIS("simulator", simulator, simulator_values);
static const struct fuzz_axis probe_axis = AXIS("step", probe, probe_values);
static const struct fuzz_axis chain_axis = AXIS("probe", chain, chain_values);
static const struct fuzz_axis outcome_axis = AXIS("outcome", outcome, outcome_values);
static const struct fuzz_axis length_axis = AXIS("length", length, length_values);
static const struct fuzz_axis ended_axis = AXIS("ended", ended, ended_values);
static const struct fuzz_axis operand_axis = AXIS("operand", operand, operand_values);
static const struct fuzz_axis keyed_axis = AXIS("key", key, keyed_values);
static const struct fuzz_axis tagged_axis = AXIS("key", key, tagged_values);
static const struct fuzz_axis memory_axis = AXIS("memory", memory, memory_values);
static const struct fuzz_axis kin_axis = AXIS("kin", kin, kin_values);
static const struct fuzz_axis after_axis = AXIS("after", after, after_values);
static const struct fuzz_axis flushed_axis = AXIS("flushed", flushed, flushed_values);
static const struct fuzz_axis change_axis = AXIS("change", change, change_values);
static const struct fuzz_axis exception_axis = AXIS("cause", cause, exception_values);
static const struct fuzz_axis interrupt_axis = AXIS("cause", cause, interrupt_values);
static const struct fuzz_axis mode_axis = AXIS("mode", mode, mode_values);
static const struct fuzz_axis skip_axis = AXIS("skips", skips, skip_values);
static const struct fuzz_axis atomic_axis = AXIS("outcome", atomic, atomic_values);
static const struct fuzz_axis refusal_axis = AXIS("refusal", refusal, refusal_values);

/* ---- tables ---- */

const struct fuzz_table_info fuzz_tables[FUZZ_TABLE_COUNT] = {
    [FUZZ_TABLE_VM_FAULT] = {.axes = {&simulator_axis, &key_axis, &path_axis, &fault_axis, &implicit_axis, &access_axis,
                                      &form_axis},
                             .matrices = {{&vm_level_axis, &receiver_axis, NULL},
                                          {&fault_axis, &form_axis, NULL},
                                          {&fault_axis, &key_axis, &simulator_axis}}},
    [FUZZ_TABLE_DEEP_FAULT] = {.axes = {&deep_path_axis, &fault_axis, &implicit_axis, &access_axis, &form_axis},
                               .matrices = {{&deep_level_axis, &deep_receiver_axis, NULL},
                                            {&fault_axis, &deep_level_axis, NULL},
                                            {&fault_axis, &form_axis, NULL}}},
    [FUZZ_TABLE_PROBE] = {.axes = {&chain_axis, &probe_axis, &monitor_axis, &outcome_axis},
                          .matrices = {{&probe_axis, &monitor_axis, &chain_axis},
                                       {&monitor_axis, &outcome_axis, &chain_axis}}},
    [FUZZ_TABLE_DEEP_PROBE] = {.axes = {&chain_axis, &probe_axis, &deep_monitor_axis, &deep_outcome_axis},
                               .matrices = {{&probe_axis, &deep_monitor_axis, &chain_axis},
                                            {&deep_outcome_axis, &deep_monitor_axis, &chain_axis}}},
    [FUZZ_TABLE_CHAIN] = {.axes = {&ended_axis, &start_axis, &length_axis},
                          .matrices = {{&start_axis, &length_axis, &ended_axis}}},
    [FUZZ_TABLE_FENCE] = {.axes = {&key_axis, &operand_axis, &level_axis, &flushed_axis},
                          .matrices = {{&operand_axis, &level_axis, &flushed_axis}, {&key_axis, &flushed_axis, NULL}}},
    [FUZZ_TABLE_HELD] = {.axes = {&keyed_axis, &operand_axis, &level_axis, &memory_axis, &kin_axis},
                         .matrices = {{&kin_axis, &memory_axis, &operand_axis}, {&kin_axis, &level_axis, &keyed_axis}}},
    [FUZZ_TABLE_AFTER] = {.axes = {&tagged_axis, &operand_axis, &level_axis, &after_axis},
                          .matrices = {{&after_axis, &operand_axis, &tagged_axis}, {&after_axis, &level_axis, NULL}}},
    [FUZZ_TABLE_FLUSH] = {.axes = {&change_axis, &key_axis, &level_axis, &flushed_axis},
                          .matrices = {{&key_axis, &level_axis, &change_axis}}},
    [FUZZ_TABLE_EXCEPTION] = {.axes = {&exception_axis, &mode_axis, &level_axis},
                              .matrices = {{&exception_axis, &level_axis, &mode_axis}}},
    [FUZZ_TABLE_INTERRUPT] = {.axes = {&interrupt_axis, &mode_axis, &level_axis},
                              .matrices = {{&interrupt_axis, &level_axis, &mode_axis}}},
    [FUZZ_TABLE_SKIP] = {.axes = {&skip_axis, &monitor_axis}, .matrices = {{&skip_axis, &monitor_axis, NULL}}},
    [FUZZ_TABLE_ATOMIC] = {.axes = {&atomic_axis, &level_axis}, .matrices = {{&atomic_axis, &level_axis, NULL}}},
    [FUZZ_TABLE_CAPABILITY] = {.axes = {&refusal_axis, &level_axis}, .matrices = {{&refusal_axis, &level_axis, NULL}}},
};

const struct fuzz_table_text fuzz_table_texts[FUZZ_TABLE_COUNT] = {
#define FUZZ_TABLE(id, text, meaning) {text, meaning},
    FUZZ_TABLES(FUZZ_TABLE)
#undef FUZZ_TABLE
};

enum fuzz_table fuzz_coverage_family(enum fuzz_table table)
{
    switch (table) {
    case FUZZ_TABLE_DEEP_FAULT:
        return FUZZ_TABLE_VM_FAULT;
    case FUZZ_TABLE_DEEP_PROBE:
        return FUZZ_TABLE_PROBE;
    default:
        return table;
    }
}

/* ---- numbering ---- */

static size_t table_points(enum fuzz_table table)
{
    size_t points = 1;
    for (const struct fuzz_axis *const *axis = fuzz_tables[table].axes; *axis; axis++)
        points *= (*axis)->count;
    return points;
}

void fuzz_table_range(enum fuzz_table table, size_t *first, size_t *count)
{
    *first = 0;
    for (enum fuzz_table before = 0; before < table; before++)
        *first += table_points(before);
    *count = table < FUZZ_TABLE_COUNT ? table_points(table) : 0;
}

size_t fuzz_coverage_points(void)
{
    size_t end, none;
    fuzz_table_range(FUZZ_TABLE_COUNT, &end, &none);
    return end;
}

static unsigned get_field(const struct fuzz_point *point, size_t offset)
{
    unsigned value;
    memcpy(&value, (const char *)point + offset, sizeof value);
    return value;
}

static void set_field(struct fuzz_point *point, size_t offset, unsigned value)
{
    memcpy((char *)point + offset, &value, sizeof value);
}

unsigned fuzz_axis_value(const struct fuzz_axis *axis, const struct fuzz_point *point)
{
    unsigned i = 0, number = get_field(point, axis->field);
    unsigned second = axis->second == FUZZ_ONE_FIELD ? 0 : get_field(point, axis->second);
    while (i < axis->count && (axis->values[i].number != number || axis->values[i].second != second))
        i++;
    return i;
}

size_t fuzz_coverage_index(const struct fuzz_point *point)
{
    size_t first, count, index = 0;
    if (point->table >= FUZZ_TABLE_COUNT)
        return fuzz_coverage_points();
    for (const struct fuzz_axis *const *axis = fuzz_tables[point->table].axes; *axis; axis++) {
        unsigned value = fuzz_axis_value(*axis, point);
        if (value == (*axis)->count)
            return fuzz_coverage_points();
        index = index * (*axis)->count + value;
    }
    fuzz_table_range(point->table, &first, &count);
    return first + index;
}

/* `index`: inside the table. */
static void fill_fields(struct fuzz_point *point, size_t index)
{
    const struct fuzz_axis *const *axes = fuzz_tables[point->table].axes;
    while (axes[point->dimensions])
        point->dimensions++;
    for (unsigned i = point->dimensions; i-- > 0;) {
        const struct fuzz_value *value = &axes[i]->values[index % axes[i]->count];
        index /= axes[i]->count;
        set_field(point, axes[i]->field, value->number);
        if (axes[i]->second != FUZZ_ONE_FIELD)
            set_field(point, axes[i]->second, value->second);
        point->dimension[i].name = axes[i]->name;
        point->dimension[i].value = value->text;
    }
}

void fuzz_fill(enum fuzz_table table, size_t inside, struct fuzz_point *out)
{
    memset(out, 0, sizeof *out);
    out->table = table;
    out->table_name = fuzz_table_texts[table].name;
    fill_fields(out, inside);
}

void fuzz_coverage_describe(size_t point, struct fuzz_point *out)
{
    size_t first, count;
    enum fuzz_table table = 0;
    for (fuzz_table_range(table, &first, &count); point >= first + count && table < FUZZ_TABLE_COUNT - 1;)
        fuzz_table_range(++table, &first, &count);
    fuzz_fill(table, point - first, out);
    out->unreachable = fuzz_unreachable(out);
}

void fuzz_point_name(const struct fuzz_point *point, char name[FUZZ_NAME_BYTES])
{
    size_t length = 0;
    name[0] = '\0';
    for (unsigned i = 0; i < point->dimensions && length < FUZZ_NAME_BYTES; i++)
        length +=
            (size_t)snprintf(name + length, FUZZ_NAME_BYTES - length, "%s%s", i ? "/" : "", point->dimension[i].value);
}
