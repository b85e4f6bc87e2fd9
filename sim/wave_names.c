/* Names in place of numbers: enumeration tables in the FST's hierarchy, which GTKWave shows. A table is an attribute in
 * front of the first signal that uses it, the others refer to it by number; the text is its name, how many
 * values, their names, and the values in binary, a space between each. */
#include "rtlgen/rtlgen.h"
#include "sim/files.h"
#include "sim/fst.h"
#include "sim/wave_internal.h"
#include "view/disassemble.h"
#include "view/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* GTKWave reads so much of a text; more values than so many are not named. */
enum { MAX_TEXT = 65000, MAX_VALUES = 4096, MAX_TABLES = 1024, MAX_PATHS = 2, TEXT = 48 };
enum { TAG_ATTRIBUTE = 252, ATTRIBUTE_MISC = 0, MISC_ENUM_TABLE = 7 };

struct value {
    uint64_t value;
    char text[TEXT];
};

/* Names for the values of one signal, or of several. */
struct table {
    char *paths[MAX_PATHS]; /* below the SoC; NULL: no more */
    unsigned path_count;
    struct value *values;
    size_t count;
};

enum { INSTRUCTIONS, VMIDS, CAUSES, EVENTS, MODES, OWN_TABLES };

struct wave_names {
    struct hv_config config;
    struct table tables[MAX_TABLES]; /* the first OWN_TABLES are ours, then the generator's */
    unsigned count;
    bool no_memory;
};

/* ---- Tables ---- */

static void add_value(struct wave_names *names, struct table *table, uint64_t value, const char *text)
{
    for (size_t i = 0; i < table->count; i++)
        if (table->values[i].value == value) {
            if (strcmp(table->values[i].text, text) != 0)
                table->values[i].text[0] = 0; /* two meanings: none is shown */
            return;
        }
    if (table->count == MAX_VALUES)
        return;
    if ((table->count & (table->count - 1)) == 0) { /* full at every power of two */
        struct value *grown = realloc(table->values, (table->count ? 2 * table->count : 1) * sizeof *grown);
        if (!grown) {
            names->no_memory = true;
            return;
        }
        table->values = grown;
    }
    table->values[table->count].value = value;
    snprintf(table->values[table->count++].text, TEXT, "%s", text);
}

static void add_path(struct wave_names *names, struct table *table, const char *path)
{
    table->paths[table->path_count] = strdup(path);
    if (table->paths[table->path_count])
        table->path_count++;
    else
        names->no_memory = true;
}

/* The generator's names of a signal's values. */
static void see_names(void *context, const struct rtlgen_names *found)
{
    struct wave_names *names = context;
    if (names->count == MAX_TABLES)
        return;
    struct table *table = &names->tables[names->count++];
    add_path(names, table, found->path);
    for (size_t i = 0; i < found->count; i++)
        add_value(names, table, found->names[i].value, found->names[i].name);
}

struct wave_names *wave_names_new(const struct hv_config *config)
{
    static const char *const paths[OWN_TABLES][MAX_PATHS] = {{"rvfi_insn", "u_core.u_commit.w_insn"},
                                                             {"rvfi_hv_vmid", "u_core.u_vmid.running_vmid"},
                                                             {"rvfi_hv_cause"},
                                                             {"rvfi_hv_event"},
                                                             {"rvfi_mode"}};
    struct wave_names *names = calloc(1, sizeof *names);
    if (!names)
        return NULL;
    names->config = *config;
    names->count = OWN_TABLES;
    for (unsigned i = 0; i < OWN_TABLES; i++)
        for (unsigned j = 0; j < MAX_PATHS && paths[i][j]; j++)
            add_path(names, &names->tables[i], paths[i][j]);
    add_value(names, &names->tables[INSTRUCTIONS], 0, "-");
    add_value(names, &names->tables[CAUSES], 0, "-");
    add_value(names, &names->tables[EVENTS], HV_EVENT_NONE, "-");
    add_value(names, &names->tables[EVENTS], HV_EVENT_LVMID, "lvmid");
    add_value(names, &names->tables[EVENTS], HV_EVENT_VM_FAULT, "VM-fault");
    add_value(names, &names->tables[MODES], 0, view_mode(0));
    add_value(names, &names->tables[MODES], 3, view_mode(3));
    return names;
}

void wave_names_free(struct wave_names *names)
{
    if (!names)
        return;
    for (unsigned i = 0; i < names->count; i++) {
        for (unsigned j = 0; j < names->tables[i].path_count; j++)
            free(names->tables[i].paths[j]);
        free(names->tables[i].values);
    }
    free(names);
}

/* The same word is the same text wherever it is, so a branch's target is told from the branch. */
static void disassemble(uint32_t insn, char text[TEXT])
{
    uint32_t target;
    view_disassemble(insn, 0, text, TEXT);
    if (!view_branch_target(insn, 0, &target))
        return;
    char *last = strrchr(text, ',');
    last = last ? last : strchr(text, ' ');
    if (last)
        snprintf(last + 1, TEXT - (size_t)(last + 1 - text), ".%+" PRId32, (int32_t)target);
}

void wave_names_see(struct wave_names *names, const struct hv_commit *commit)
{
    char text[TEXT];
    disassemble((uint32_t)commit->insn, text);
    if (commit->insn)
        add_value(names, &names->tables[INSTRUCTIONS], commit->insn, text);
    add_value(names, &names->tables[VMIDS], commit->vmid,
              view_vmid(&names->config, commit->vmid, (unsigned)commit->level, text));
    if (*view_cause(commit, text) && commit->cause)
        add_value(names, &names->tables[CAUSES], commit->cause, text);
}

const char *wave_names_text(const struct wave_names *names, const char *path, uint64_t value)
{
    for (unsigned t = 0; t < names->count; t++)
        for (unsigned j = 0; j < names->tables[t].path_count; j++)
            for (size_t i = 0; i < names->tables[t].count && strcmp(names->tables[t].paths[j], path) == 0; i++)
                if (names->tables[t].values[i].value == value && names->tables[t].values[i].text[0])
                    return names->tables[t].values[i].text;
    return NULL;
}

/* ---- Into the file ---- */

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++)
        if (*text > ' ' && *text <= '~' && !strchr("\\'\"?", *text))
            fputc(*text, out);
        else
            fprintf(out, "\\x%02x", (unsigned char)*text);
}

/* What a value takes of the text, at most. */
static size_t room_of(const struct value *value, uint64_t bits)
{
    return 4 * strlen(value->text) + bits + 2;
}

/* Which values have a name that fits; how many. */
static size_t choose(const struct table *table, uint64_t bits, bool *chosen)
{
    size_t count = 0, length = 64;
    for (size_t i = 0; i < table->count; i++) {
        const struct value *value = &table->values[i];
        const bool fits = bits >= 64 || value->value >> bits == 0;
        chosen[i] = value->text[0] && fits && length + room_of(value, bits) < MAX_TEXT;
        length += chosen[i] ? room_of(value, bits) : 0;
        count += chosen[i];
    }
    return count;
}

static void put_attribute(FILE *out, unsigned number, const struct table *table, size_t count, const bool *chosen,
                          uint64_t bits)
{
    fputc(TAG_ATTRIBUTE, out);
    fputc(ATTRIBUTE_MISC, out);
    fputc(MISC_ENUM_TABLE, out);
    if (table) {
        fprintf(out, "names%u %zu", number, count);
        for (size_t i = 0; i < table->count; i++)
            if (chosen[i]) {
                fputc(' ', out);
                put_escaped(out, table->values[i].text);
            }
        for (size_t i = 0; i < table->count; i++)
            if (chosen[i]) {
                fputc(' ', out);
                for (uint64_t bit = bits; bit-- > 0;)
                    fputc(table->values[i].value >> bit & 1 ? '1' : '0', out);
            }
    }
    fputc(0, out);
    for (; number >= 128; number >>= 7) /* LEB128 */
        fputc((int)(number & 127) | 128, out);
    fputc((int)number, out);
}

/* The first signal that a table is for, and the others with as many bits; how many. */
static size_t users_of(const struct table *table, const struct wave_signals *signals, size_t users[MAX_PATHS])
{
    size_t count = 0;
    for (unsigned j = 0; j < table->path_count; j++) {
        const struct wave_signal *signal = wave_signal_find(signals, table->paths[j]);
        if (!signal || signal->bits > 64 || (count && signal->bits != signals->list[users[0]].bits))
            continue;
        users[count++] = (size_t)(signal - signals->list);
    }
    return count;
}

/* Numbers must ascend in the file, so the table of each signal, or NULL, is found first. */
static const struct table **find_tables(const struct wave_names *names, const struct wave_signals *signals)
{
    const struct table **tables = calloc(signals->count + 1, sizeof(const struct table *));
    for (unsigned t = 0; tables && t < names->count; t++) {
        size_t users[MAX_PATHS];
        const size_t count = users_of(&names->tables[t], signals, users);
        for (size_t i = 0; i < count; i++)
            if (!tables[users[i]])
                tables[users[i]] = &names->tables[t];
    }
    return tables;
}

struct insertions {
    struct hv_fst_entry *entries;
    size_t count;
    unsigned numbers[MAX_TABLES]; /* of tables defined so far; 0: not */
    unsigned next;
};

/* The entry before a signal; false when memory runs out. */
static bool insert(struct insertions *to, const struct wave_names *names, const struct table *table,
                   struct wave_signal *signal)
{
    const size_t index = (size_t)(table - names->tables);
    bool *chosen = calloc(table->count + 1, sizeof *chosen);
    char *text = NULL;
    size_t length = 0;
    FILE *out = chosen ? open_memstream(&text, &length) : NULL;
    if (!out) {
        free(chosen);
        return false;
    }
    const size_t count = choose(table, signal->bits, chosen);
    if (count && !to->numbers[index])
        put_attribute(out, to->numbers[index] = ++to->next, table, count, chosen, signal->bits);
    else if (count)
        put_attribute(out, to->numbers[index], NULL, 0, NULL, 0);
    free(chosen);
    if (fclose(out) != 0 || !text)
        return false;
    signal->has_names = count != 0;
    to->entries[to->count++] = (struct hv_fst_entry){signal->at, (uint8_t *)text, length};
    return true;
}

int wave_names_write(struct wave_names *names, const char *fst, struct wave_signals *signals, struct hv_error *error)
{
    if (rtlgen_names(&names->config, &(struct rtlgen_options){0}, see_names, names, error))
        return -1;
    struct insertions insertions = {.entries = calloc(signals->count + 1, sizeof *insertions.entries)};
    const struct table **tables = insertions.entries ? find_tables(names, signals) : NULL;
    bool good = tables && !names->no_memory;
    for (size_t i = 0; good && i < signals->count; i++)
        if (tables[i])
            good = insert(&insertions, names, tables[i], &signals->list[i]);
    int result = good ? hv_fst_insert(fst, insertions.entries, insertions.count, error)
                      : hv_fail(error, "%s: out of memory", fst);
    for (size_t i = 0; i < insertions.count; i++)
        free((void *)(uintptr_t)insertions.entries[i].bytes);
    free(insertions.entries);
    free(tables);
    return result;
}
