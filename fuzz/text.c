/* Worlds as text files (docs/formats.md, "Replay files"). */
#include "fuzz/world.h"

#include "isa/isa.h"
#include "sim/files.h"
#include "sim/simulator.h"
#include "view/disassemble.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define HEAD "nestor world 1"

/* ---- Printing ---- */

static int by_name(const void *a, const void *b)
{
    const struct fuzz_word *x = a, *y = b;
    return x->name < y->name ? -1 : x->name > y->name;
}

/* In order of names; names are unique, since put changes what is there. */
static int print_words(const struct fuzz_world *world, unsigned number, FILE *stream)
{
    const struct fuzz_vm *vm = &world->vm[number];
    struct fuzz_word *words = malloc((vm->count + 1) * sizeof *words);
    uint32_t real;
    size_t count = 0;
    if (!words)
        return -1;
    for (size_t i = 0; i < vm->count; i++) /* what has no place is nowhere, here too */
        if (fuzz_world_real(world, number, vm->words[i].name, &real))
            words[count++] = vm->words[i];
    qsort(words, count, sizeof *words, by_name);
    for (size_t i = 0; i < count; i++) {
        const struct fuzz_word *w = &words[i];
        if (i && (w->name != words[i - 1].name + 4 || w->kind != words[i - 1].kind))
            fputc('\n', stream);
        fprintf(stream, "%s 0x%08" PRIx32 " 0x%08" PRIx32, w->kind == FUZZ_CODE ? "code" : "word", w->name, w->value);
        char text[64];
        view_disassemble(w->value, w->name, text, sizeof text);
        const char *note = w->kind == FUZZ_CODE && !w->note ? text : w->note;
        if (note)
            fprintf(stream, "  # %s", note);
        fputc('\n', stream);
    }
    free(words);
    return 0;
}

static void print_frames(const struct fuzz_vm *vm, FILE *stream)
{
    fputs("frames", stream);
    for (uint32_t i = 0; i < vm->pages; i++) {
        if (vm->frame[i] == FUZZ_HOLE)
            fputs(" -", stream);
        else
            fprintf(stream, " %u", vm->frame[i]);
    }
    fputc('\n', stream);
}

int fuzz_world_print(const struct fuzz_world *world, const char *comment, FILE *stream)
{
    char config[8192];
    hv_config_print(&world->config, config, sizeof config);
    fputs(HEAD "\n", stream);
    for (const char *at = comment; at && *at;) {
        const size_t length = strcspn(at, "\n");
        fprintf(stream, "# %.*s\n", (int)length, at);
        at += length + (at[length] == '\n');
    }
    fprintf(stream, "\nconfig\n%s%send\n\n", config, config[0] && config[strlen(config) - 1] == '\n' ? "" : "\n");
    fprintf(stream, "seed %" PRIu64 "\nlimit %" PRIu64 "\nwait %u %" PRIu64 "\n", world->seed, world->limit,
            world->wait_percent, world->wait_seed);
    if (world->simulator)
        fprintf(stream, "sim %s\n", world->simulator);
    if (world->fenced)
        fputs("fenced\n", stream);
    if (world->input_length) {
        fputs("input", stream);
        for (size_t i = 0; i < world->input_length; i++)
            fprintf(stream, " %u", world->input[i]);
        fputc('\n', stream);
    }
    for (unsigned i = 0; i < world->vms; i++) {
        const struct fuzz_vm *vm = &world->vm[i];
        fprintf(stream, "\nvm %u\n", i);
        if (i) {
            fprintf(stream, "parent %u\nsyllable %" PRIu32 "\nvmcb 0x%08" PRIx32 "\n", vm->parent, vm->syllable,
                    vm->vmcb);
            print_frames(vm, stream);
        }
        if (print_words(world, i, stream))
            return -1;
    }
    return ferror(stream) ? -1 : 0;
}

/* ---- Reading ---- */

struct reader {
    struct fuzz_world *world;
    const char *at, *end, *file;
    unsigned line;
    bool vm_open, has_parent, has_frames; /* of the VM that is read */
    char text[256];                       /* the line, without its comment; only frames and input may be longer */
    struct hv_error *error;
};

__attribute__((format(printf, 2, 3))) static int bad(const struct reader *r, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return hv_fail(r->error, "%s:%u: %s", r->file, r->line, text);
}

/* The next line into r->text, cut if it is too long, and whole in `raw`; false at the end. */
static bool next_line(struct reader *r, const char **raw, size_t *raw_length)
{
    if (r->at >= r->end)
        return false;
    const char *newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
    const char *stop = newline ? newline : r->end;
    *raw = r->at;
    *raw_length = (size_t)(stop - r->at);
    const char *comment = memchr(r->at, '#', *raw_length);
    size_t length = comment ? (size_t)(comment - r->at) : *raw_length;
    while (length && isspace((unsigned char)r->at[length - 1]))
        length--;
    *raw_length = length;
    snprintf(r->text, sizeof r->text, "%.*s", length < sizeof r->text ? (int)length : (int)sizeof r->text - 1, r->at);
    r->at = newline ? newline + 1 : r->end;
    r->line++;
    return true;
}

/* A number at *at, followed by a blank or the end of the line. */
static bool number(const char **at, uint64_t max, uint64_t *value)
{
    while (**at == ' ' || **at == '\t')
        (*at)++;
    if (!isdigit((unsigned char)**at))
        return false;
    char *end;
    errno = 0;
    *value = strtoull(*at, &end, (*at)[0] == '0' && (*at)[1] == 'x' ? 16 : 10);
    if (errno || (*end && !isspace((unsigned char)*end)) || *value > max)
        return false;
    *at = end;
    return true;
}

/* The word `key` and then `count` numbers, and nothing else. */
static bool line_is(const struct reader *r, const char *key, unsigned count, const uint64_t *max, uint64_t *values)
{
    const size_t length = strlen(key);
    if (strncmp(r->text, key, length) || (r->text[length] && r->text[length] != ' '))
        return false;
    const char *at = r->text + length;
    for (unsigned i = 0; i < count; i++)
        if (!number(&at, max[i], &values[i]))
            return false;
    return *at == 0;
}

/* The configuration's lines with as many empty ones before them, so that messages have the file's numbers. */
static int parse_config(const struct reader *r, struct hv_config *config, unsigned before, const char *text,
                        size_t length)
{
    char *padded = malloc(before + length + 1);
    if (!padded)
        return hv_fail(r->error, "out of memory");
    memset(padded, '\n', before);
    memcpy(padded + before, text, length);
    padded[before + length] = 0;
    const int status = hv_config_parse(config, padded, before + length, r->file, r->error);
    free(padded);
    return status;
}

static int read_config(struct reader *r)
{
    const unsigned first = r->line;
    const char *begin = r->at, *raw;
    size_t length;
    while (next_line(r, &raw, &length)) {
        if (strcmp(r->text, "end"))
            continue;
        struct hv_config config;
        hv_config_default(&config);
        if (parse_config(r, &config, first, begin, (size_t)(raw - begin)) ||
            hv_config_validate(&config, HV_FOR_HARDWARE, r->error))
            return -1;
        if (config.ram_bytes > FUZZ_MAX_RAM)
            return bad(r, "ram_bytes: found %" PRIu32 ", expected at most %d", config.ram_bytes, FUZZ_MAX_RAM);
        snprintf(config.name, sizeof config.name, "world");
        fuzz_world_begin(r->world, &config);
        return 0;
    }
    return bad(r, "found the end of the file, expected 'end' of the configuration");
}

static int read_frames(struct reader *r, const char *raw, size_t length)
{
    struct fuzz_vm *vm = &r->world->vm[r->world->vms - 1];
    const uint32_t parent_pages = r->world->vm[vm->parent].pages;
    if (r->has_frames || vm->count)
        return bad(r, "frames: found %s, expected them once, before words", r->has_frames ? "again" : "after words");
    r->has_frames = true;
    const char *at = raw + strlen("frames"), *end = raw + length;
    vm->pages = 0;
    while (at < end) {
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (at == end)
            break;
        if (vm->pages == FUZZ_MAX_PAGES)
            return bad(r, "frames: found more than %u, expected at most so many", (unsigned)FUZZ_MAX_PAGES);
        uint64_t page = FUZZ_HOLE;
        if (*at == '-' && (at + 1 == end || isspace((unsigned char)at[1])))
            at++;
        else if (!parent_pages || !number(&at, parent_pages - 1, &page))
            return bad(r, "frames: found '%.*s', expected page numbers below %" PRIu32 " of the parent, or -",
                       (int)strcspn(at, " \t\n") < 16 ? (int)strcspn(at, " \t\n") : 16, at, parent_pages);
        vm->frame[vm->pages++] = (uint16_t)page;
    }
    return 0;
}

static int open_vm(struct reader *r, uint64_t number)
{
    r->has_parent = r->has_frames = false;
    if (number == 0 && !r->vm_open) {
        r->vm_open = true;
        return 0;
    }
    if (!r->vm_open || number != r->world->vms)
        return bad(r, "vm: found %" PRIu64 ", expected %u", number, r->vm_open ? r->world->vms : 0);
    fuzz_world_add(r->world, 0, 0);
    return 0;
}

static int read_parent(struct reader *r, uint64_t parent)
{
    struct fuzz_world *world = r->world;
    struct fuzz_vm *vm = &world->vm[world->vms - 1];
    if (world->vms == 1 || parent >= world->vms - 1)
        return bad(r, "parent: found %" PRIu64 ", expected the number of an earlier VM", parent);
    if (world->vm[parent].level == HV_MAX_DEPTH)
        return bad(r, "parent: found VM %" PRIu64 " of level %d, expected a lower level", parent, HV_MAX_DEPTH);
    if (r->has_parent || r->has_frames || vm->count)
        return bad(r, "parent: found %s, expected it once, before frames and words",
                   r->has_parent ? "again" : "after them");
    r->has_parent = true;
    vm->parent = (unsigned)parent;
    vm->level = world->vm[parent].level + 1;
    return 0;
}

static int read_word(struct reader *r, const uint64_t values[2], enum fuzz_kind kind)
{
    struct fuzz_world *world = r->world;
    uint32_t real;
    const uint32_t name = (uint32_t)values[0];
    if (name % 4)
        return bad(r, "found name 0x%08" PRIx32 ", expected a multiple of 4", name);
    if (!fuzz_world_real(world, world->vms - 1, name, &real))
        return bad(r, "found name 0x%08" PRIx32 ", expected one in a page of this VM that has a frame", name);
    if (world->vm[world->vms - 1].count == FUZZ_MAX_WORDS)
        return bad(r, "found more than %u words, expected at most so many", (unsigned)FUZZ_MAX_WORDS);
    fuzz_world_put(world, world->vms - 1, name, (uint32_t)values[1], kind, NULL);
    return 0;
}

static int read_input(struct reader *r, const char *raw, size_t length)
{
    struct fuzz_world *world = r->world;
    const char *at = raw + strlen("input"), *end = raw + length;
    uint64_t byte;
    for (world->input_length = 0; at < end; world->input[world->input_length++] = (uint8_t)byte)
        if (world->input_length == FUZZ_MAX_INPUT || !number(&at, 255, &byte))
            return bad(r, "found '%.32s', expected input and at most %d bytes from 0 to 255", r->text, FUZZ_MAX_INPUT);
    return 0;
}

static int read_simulator(struct reader *r)
{
    enum hv_simulator_kind kind;
    const char *name = r->text + strlen("sim ");
    if (!hv_simulator_find(name, &kind))
        return bad(r, "sim: found '%.32s', expected verilator, icarus or gates", name);
    r->world->simulator = hv_simulator_name(kind);
    return 0;
}

static int read_head(struct reader *r, const char *raw, size_t length, bool *done)
{
    struct fuzz_world *world = r->world;
    uint64_t values[2];
    *done = true;
    if (line_is(r, "seed", 1, (uint64_t[]){UINT64_MAX}, &world->seed))
        return 0;
    if (line_is(r, "limit", 1, (uint64_t[]){FUZZ_MAX_COMMITS}, &world->limit))
        return 0;
    if (line_is(r, "wait", 2, (uint64_t[]){HV_MAX_WAIT_PERCENT, UINT64_MAX}, values)) {
        world->wait_percent = (unsigned)values[0];
        world->wait_seed = values[1];
        return 0;
    }
    if (line_is(r, "fenced", 0, NULL, NULL)) {
        world->fenced = true;
        return 0;
    }
    if (strncmp(r->text, "sim ", 4) == 0)
        return read_simulator(r);
    if (strncmp(r->text, "input ", 6) == 0)
        return read_input(r, raw, length);
    *done = false;
    return 0;
}

static int read_line(struct reader *r, const char *raw, size_t length)
{
    uint64_t values[2];
    bool done = false;
    if (length >= sizeof r->text && strncmp(r->text, "frames ", 7) && strncmp(r->text, "input ", 6))
        return bad(r, "found a line of %zu characters, expected at most %zu", length, sizeof r->text - 1);
    if (line_is(r, "vm", 1, (uint64_t[]){FUZZ_MAX_VMS - 1}, values))
        return open_vm(r, values[0]);
    if (!r->vm_open) {
        const int status = read_head(r, raw, length, &done);
        if (done || status)
            return status;
        return bad(r, "found '%.32s', expected seed, limit, wait, sim, fenced, input or vm, and numbers in their range",
                   r->text);
    }
    if (line_is(r, "parent", 1, (uint64_t[]){FUZZ_MAX_VMS}, values))
        return read_parent(r, values[0]);
    if (line_is(r, "syllable", 1, (uint64_t[]){UINT32_MAX}, values)) {
        r->world->vm[r->world->vms - 1].syllable = (uint32_t)values[0];
        return 0;
    }
    if (line_is(r, "vmcb", 1, (uint64_t[]){UINT32_MAX}, values)) {
        r->world->vm[r->world->vms - 1].vmcb = (uint32_t)values[0];
        return 0;
    }
    if ((strncmp(r->text, "frames ", 7) == 0 || strcmp(r->text, "frames") == 0) && r->world->vms > 1)
        return read_frames(r, raw, length);
    if (line_is(r, "word", 2, (uint64_t[]){UINT32_MAX, UINT32_MAX}, values))
        return read_word(r, values, FUZZ_DATA);
    if (line_is(r, "code", 2, (uint64_t[]){UINT32_MAX, UINT32_MAX}, values))
        return read_word(r, values, FUZZ_CODE);
    return bad(r, "found '%.32s', expected vm, parent, syllable, vmcb, frames, word or code", r->text);
}

static int read_all(struct reader *r)
{
    const char *raw;
    size_t length;
    bool configured = false;
    if (!next_line(r, &raw, &length) || strcmp(r->text, HEAD))
        return bad(r, "found '%.32s', expected '" HEAD "'", r->text);
    while (next_line(r, &raw, &length)) {
        if (!r->text[0])
            continue;
        if (!configured && strcmp(r->text, "config"))
            return bad(r, "found '%.32s', expected 'config'", r->text);
        if (configured ? read_line(r, raw, length) : read_config(r))
            return -1;
        configured = true;
    }
    return configured ? 0 : bad(r, "found the end of the file, expected 'config'");
}

int fuzz_world_parse(struct fuzz_world *world, const char *text, size_t length, const char *file,
                     struct hv_error *error)
{
    struct reader r = {.world = world, .at = text, .end = text + length, .file = file, .error = error};
    memset(world, 0, sizeof *world);
    if (read_all(&r)) {
        fuzz_world_end(world);
        return -1;
    }
    if (!world->limit)
        world->limit = FUZZ_MAX_COMMITS;
    return 0;
}
