/* What `monitor` does in GDB: the levels, their maps, the way of a name, memory by other names, for which VMs
 * breakpoints hold, events to be caught. */
#include "gdb/session_internal.h"

#include "view/names.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_READ = 256 };

const char *gdb_next_word(struct gdb_line *line)
{
    return line->next < line->count ? line->words[line->next++] : NULL;
}

/* ---- Words ---- */

bool gdb_read_number(const char *word, uint64_t max, uint64_t *value)
{
    char *end;
    if (!word || *word < '0' || *word > '9')
        return false;
    errno = 0;
    *value = strtoull(word, &end, 0);
    return !*end && !errno && *value <= max;
}

/* "any", "level N", or a VMID; says what is wrong. */
static bool read_vms(const struct gdb_session *s, struct gdb_line *line, struct hv_vms *vms, FILE *out)
{
    const struct hv_config *config = hv_machine_config(s->machine);
    const char *word = gdb_next_word(line);
    uint64_t level;
    *vms = (struct hv_vms){.kind = HV_ALL_VMS};
    if (word && strcmp(word, "any") == 0)
        return true;
    if (word && strcmp(word, "level") == 0) {
        word = gdb_next_word(line);
        if (gdb_read_number(word, config->depth, &level)) {
            vms->kind = HV_VMS_OF_LEVEL;
            vms->level = (unsigned)level;
            return true;
        }
        fprintf(out, "level: found '%s', expected a number from 0 to %u\n", word ? word : "nothing", config->depth);
        return false;
    }
    vms->kind = HV_ONE_VM;
    if (word && view_vmid_parse(config, word, &vms->vmid, &vms->level))
        return true;
    fprintf(out, "found '%s', expected any, level N, or a VMID: NULL, or up to %u syllables of 1 to %u, as 1.2\n",
            word ? word : "nothing", config->depth, (1u << config->syllable_bits) - 1);
    return false;
}

static void print_vms(const struct gdb_session *s, const struct hv_vms *vms, FILE *out)
{
    char vmid[VIEW_VMID_SIZE];
    if (vms->kind == HV_ALL_VMS)
        fputs("any VM", out);
    else if (vms->kind == HV_VMS_OF_LEVEL)
        fprintf(out, "level %u", vms->level);
    else
        fprintf(out, "VMID %s", view_vmid(hv_machine_config(s->machine), vms->vmid, vms->level, vmid));
}

/* A level behind "resource", which the VMID has; without one, the level that runs. An address is no level. */
static bool read_level(const struct gdb_session *s, struct gdb_line *line, unsigned *level)
{
    uint64_t number;
    *level = GDB_RUNNING_LEVEL;
    if (line->next == line->count || !gdb_read_number(line->words[line->next], HV_MAX_DEPTH, &number))
        return true;
    line->next++;
    *level = (unsigned)number;
    return number <= hv_machine_level(s->machine);
}

/* "process", "resource [LEVEL]" or "real"; false, with *space untouched, for another word. */
static bool read_space(const struct gdb_session *s, struct gdb_line *line, struct gdb_space *space)
{
    const char *word = gdb_next_word(line);
    struct gdb_space found = {.kind = GDB_PROCESS};
    if (!word)
        return false;
    if (strcmp(word, "real") == 0)
        found.kind = GDB_REAL;
    else if (strcmp(word, "resource") == 0)
        found.kind = GDB_RESOURCE;
    else if (strcmp(word, "process") != 0)
        return false;
    if (found.kind == GDB_RESOURCE && !read_level(s, line, &found.level))
        return false;
    *space = found;
    return true;
}

/* ---- Memory ---- */

static void set_space(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    static const char *const names[] = {[GDB_PROCESS] = "process", [GDB_RESOURCE] = "resource", [GDB_REAL] = "real"};
    struct gdb_space space = s->space;
    if (line->count > 1 && (!read_space(s, line, &space) || line->next < line->count)) {
        fprintf(out, "expected space process, space real, or space resource [LEVEL], of level 0 to %u\n",
                hv_machine_level(s->machine));
        return;
    }
    s->space = space;
    fprintf(out, "memory is read and written by %s name", names[space.kind]);
    if (s->space.kind == GDB_RESOURCE && s->space.level != GDB_RUNNING_LEVEL)
        fprintf(out, " of level %u", s->space.level);
    else if (s->space.kind == GDB_RESOURCE)
        fputs(" of the level that runs", out);
    fputc('\n', out);
}

static void print_words(struct gdb_session *s, const struct gdb_space *space, uint32_t name, unsigned count, FILE *out)
{
    for (unsigned i = 0; i < count; i++, name += 4) {
        uint8_t b[4];
        if (gdb_memory_read(s->machine, space, name, b, sizeof b) < sizeof b) {
            fprintf(out, "%s%08" PRIx32 ": no RAM that can be read\n", i % 4 ? "\n" : "", name);
            return;
        }
        if (i % 4 == 0)
            fprintf(out, "%s%08" PRIx32 ":", i ? "\n" : "", name);
        fprintf(out, " %02x%02x%02x%02x", b[3], b[2], b[1], b[0]);
    }
    fputc('\n', out);
}

static void read_memory(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    struct gdb_space space;
    uint64_t name, count = 1;
    const bool good = read_space(s, line, &space) && gdb_read_number(gdb_next_word(line), UINT32_MAX, &name) &&
                      (line->next == line->count || gdb_read_number(gdb_next_word(line), MAX_READ, &count));
    if (!good || !count || line->next < line->count) {
        fprintf(out, "expected read process|resource [LEVEL]|real ADDRESS [WORDS], of level 0 to %u, 1 to %d words\n",
                hv_machine_level(s->machine), MAX_READ);
        return;
    }
    const struct gdb_space kept = s->space;
    s->space = space;
    space = gdb_session_space(s);
    s->space = kept;
    print_words(s, &space, (uint32_t)name, (unsigned)count, out);
}

/* ---- Stops ---- */

static void show_scope(const struct gdb_session *s, FILE *out)
{
    fputs("breakpoints and watchpoints hold for ", out);
    print_vms(s, &s->stops.scope, out);
    fputc('\n', out);
    for (size_t i = 0; i < s->stops.bound; i++) {
        fprintf(out, "breakpoints at %08" PRIx32 " hold for ", s->stops.bindings[i].address);
        print_vms(s, &s->stops.bindings[i].vms, out);
        fputc('\n', out);
    }
}

static void set_scope(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    struct hv_vms vms;
    if (line->count > 1) {
        if (!read_vms(s, line, &vms, out))
            return;
        gdb_stops_set_scope(&s->stops, s->machine, &vms);
    }
    show_scope(s, out);
}

static void bind(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    struct hv_vms vms;
    uint64_t address;
    if (line->count == 3 && strcmp(line->words[1], "none") == 0) {
        if (gdb_read_number(line->words[2], UINT32_MAX, &address))
            gdb_stops_bind(&s->stops, s->machine, (uint32_t)address, NULL);
        show_scope(s, out);
        return;
    }
    if (!read_vms(s, line, &vms, out))
        return;
    if (line->next == line->count)
        gdb_stops_set_scope(&s->stops, s->machine, &vms);
    else if (!gdb_read_number(gdb_next_word(line), UINT32_MAX, &address))
        fputs("expected an address behind it, as 0x80000000, or nothing\n", out);
    else if (!gdb_stops_bind(&s->stops, s->machine, (uint32_t)address, &vms))
        fprintf(out, "there are %d already\n", GDB_MAX_POINTS);
    show_scope(s, out);
}

static const char *const catch_names[GDB_CATCHES] = {
    [GDB_CATCH_VMFAULT] = "vmfault", [GDB_CATCH_LVMID] = "lvmid", [GDB_CATCH_TRAP] = "trap"};

static void show_catches(const struct gdb_session *s, FILE *out)
{
    bool any = false;
    for (unsigned i = 0; i < GDB_CATCHES; i++) {
        if (!s->stops.catches[i].on)
            continue;
        fprintf(out, "catches %s of ", catch_names[i]);
        print_vms(s, &s->stops.catches[i].vms, out);
        fputc('\n', out);
        any = true;
    }
    if (!any)
        fputs("catches nothing\n", out);
}

static void set_catch(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    const char *word = gdb_next_word(line);
    struct hv_vms vms = {.kind = HV_ALL_VMS};
    unsigned i = 0;
    if (word && strcmp(word, "none") == 0) {
        for (; i < GDB_CATCHES; i++)
            s->stops.catches[i].on = false;
    } else if (word) {
        while (i < GDB_CATCHES && strcmp(word, catch_names[i]) != 0)
            i++;
        if (i == GDB_CATCHES) {
            fputs("expected catch vmfault|lvmid|trap [any|level N|VMID], or catch none\n", out);
            return;
        }
        if (line->next < line->count && !read_vms(s, line, &vms, out))
            return;
        s->stops.catches[i].on = true;
        s->stops.catches[i].vms = vms;
    }
    show_catches(s, out);
}

/* ---- The commands ---- */

static void help(struct gdb_session *s, struct gdb_line *line, FILE *out);

static const struct command {
    const char *name, *arguments, *what;
    void (*run)(struct gdb_session *, struct gdb_line *, FILE *);
} commands[] = {
    {"help", "", "this list", help},
    {"vmid", "", "the levels of the VMID, and where each is", gdb_show_vmid},
    {"maps", "", "f of each level: windows, tables, and what real memory they lead to", gdb_show_maps},
    {"walk", " ADDRESS [fetch|load|store]", "the way of a process name, the tables' entries, the associator's",
     gdb_show_walk},
    {"world", "", "the tree of virtual machines as memory holds it", gdb_show_world},
    {"space", " [process|real|resource [LEVEL]]", "by which names GDB reads and writes memory", set_space},
    {"read", " process|real|resource [LEVEL] ADDRESS [WORDS]", "words by other names", read_memory},
    {"scope", " [any|level N|VMID]", "for which VMs breakpoints and watchpoints hold", set_scope},
    {"break-vmid", " any|level N|VMID [ADDRESS]", "the same; with an address, for breakpoints there", bind},
    {"break-vmid", " none ADDRESS", "breakpoints there hold for the scope again", bind},
    {"catch", " [vmfault|lvmid|trap [any|level N|VMID]]", "stop at such an event of those VMs", set_catch},
    {"catch", " none", "stop at no such event", set_catch},
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static void help(struct gdb_session *s, struct gdb_line *line, FILE *out)
{
    (void)s, (void)line;
    for (unsigned i = 0; i < COMMANDS; i++)
        fprintf(out, "%s%s\n    %s\n", commands[i].name, commands[i].arguments, commands[i].what);
}

void gdb_monitor(struct gdb_session *s, char *text, FILE *out)
{
    struct gdb_line line = {.next = 1};
    char *rest = text;
    for (char *word; (word = strtok_r(rest, " \t\n", &rest)) != NULL;) {
        if (line.count == GDB_MAX_WORDS) {
            fprintf(out, "found more than %d words (see monitor help)\n", GDB_MAX_WORDS);
            return;
        }
        line.words[line.count++] = word;
    }
    for (unsigned i = 0; line.count && i < COMMANDS; i++)
        if (strcmp(line.words[0], commands[i].name) == 0) {
            commands[i].run(s, &line, out);
            return;
        }
    fprintf(out, "found '%s', expected a command (see monitor help)\n", line.count ? line.words[0] : "nothing");
}
