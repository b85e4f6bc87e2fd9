/* The GTKWave save file: what one wants to see first on top, then a closed group for each unit. */
#include "isa/isa.h"
#include "sim/wave_internal.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* Flags of a GTKWave trace: right-justified, binary, hexadecimal or names of values; a line of text; groups. */
#define FLAGS_BIT   UINT64_C(0x28)
#define FLAGS_HEX   UINT64_C(0x22)
#define FLAGS_NAMES UINT64_C(0x100000028)
#define FLAGS_TEXT  0x200
#define GROUP_BEGIN "@c00200\n" /* closed */
#define GROUP_END   "@1401200\n"

enum { COLOUR_NONE, COLOUR_RED };

struct field {
    const char *name, *port;
};
static const struct field fields[] = {
#define COMMIT_FIELD(name, bits, port, meaning) {#name, port},
#include "isa/commit.def"
};

static uint64_t field_value(const struct hv_commit *commit, unsigned field)
{
    const uint64_t values[] = {
#define COMMIT_FIELD(name, bits, port, meaning) commit->name,
#include "isa/commit.def"
    };
    return values[field];
}

/* ---- Traces ---- */

static void write_trace(FILE *out, const struct wave_signal *signal, const char *alias, unsigned colour)
{
    if (colour)
        fprintf(out, "[color] %u\n", colour);
    fprintf(out, "@%" PRIx64 "\n", signal->has_names ? FLAGS_NAMES : signal->bits == 1 ? FLAGS_BIT : FLAGS_HEX);
    if (alias)
        fprintf(out, "+{%s} ", alias);
    fprintf(out, "%s\n", signal->path);
}

/* The signal with this path below the SoC, if it is there. */
static void write_signal(FILE *out, const struct wave_signals *signals, const char *path, const char *alias,
                         unsigned colour)
{
    const struct wave_signal *signal = wave_signal_find(signals, path);
    if (signal)
        write_trace(out, signal, alias, colour);
}

static void write_text(FILE *out, const char *text, size_t length)
{
    fprintf(out, "@%x\n-%.*s\n", FLAGS_TEXT, (int)length, text);
}

/* ---- What one wants to see first ---- */

/* A field that differs: the RTL's signal in red, and what the model has. */
static void write_field(const struct hv_wave *wave, const struct wave_signals *signals, const struct wave_names *names,
                        unsigned field)
{
    const uint64_t value = field_value(&wave->mismatch->model, field);
    const char *port = fields[field].port, *name = wave_names_text(names, port, value);
    char text[128];
    snprintf(text, sizeof text, "%s of the RTL", fields[field].name);
    write_signal(wave->save, signals, port, text, COLOUR_RED);
    if (name)
        snprintf(text, sizeof text, "%s of the model: %s", fields[field].name, name);
    else
        snprintf(text, sizeof text, "%s of the model: %08" PRIX64, fields[field].name, value);
    write_text(wave->save, text, strlen(text));
}

/* What it is, in a line that is not so long that it hides the values: names are as wide as the longest. */
static void write_title(FILE *out, const struct hv_lockstep_result *mismatch)
{
    enum { LONGEST = 50 };
    char text[512];
    const char *report = mismatch->report ? mismatch->report : "", *what = strstr(report, ": ");
    size_t length = (size_t)snprintf(text, sizeof text, "mismatch at record %" PRIu64 "%s", mismatch->commits,
                                     mismatch->fields || what ? ":" : "");
    for (unsigned i = 0; i < HV_COMMIT_FIELDS && length < LONGEST; i++)
        if (mismatch->fields >> i & 1)
            length += (size_t)snprintf(text + length, sizeof text - length, " %s", fields[i].name);
    if (!mismatch->fields && what)
        length +=
            (size_t)snprintf(text + length, sizeof text - length, " %.*s", (int)strcspn(what + 2, "\n"), what + 2);
    if (length > LONGEST)
        length = (size_t)snprintf(text + LONGEST - 3, 4, "...") + LONGEST - 3;
    write_text(out, text, length);
}

static void write_difference(const struct hv_wave *wave, const struct wave_signals *signals,
                             const struct wave_names *names)
{
    enum { MOST = 6 };
    const struct hv_lockstep_result *mismatch = wave->mismatch;
    FILE *out = wave->save;
    unsigned shown = 0;
    write_title(out, mismatch);
    for (unsigned i = 0; i < HV_COMMIT_FIELDS && shown < MOST; i++)
        if (mismatch->fields >> i & 1) {
            write_field(wave, signals, names, i);
            shown++;
        }
    if (mismatch->difference == HV_DIFFERENCE_WRITE) {
        write_signal(out, signals, "rvfi_hv_bus_write", "bus write of the RTL", COLOUR_RED);
        write_signal(out, signals, "rvfi_hv_bus_addr", "its address", COLOUR_RED);
        write_signal(out, signals, "rvfi_hv_bus_data", "its data", COLOUR_RED);
        write_signal(out, signals, "rvfi_hv_bus_mask", "its byte lanes", COLOUR_RED);
    }
    write_text(out, "", 0);
}

static void write_first(const struct hv_wave *wave, const struct wave_signals *signals, const struct wave_names *names)
{
    static const struct {
        const char *path, *alias;
    } rows[] = {{"clk", "clk"},
                {"rvfi_valid", "record"},
                {"rvfi_pc_rdata", "pc"},
                {"rvfi_insn", "insn"},
                {"rvfi_hv_vmid", "VMID"},
                {"rvfi_hv_level", "level"},
                {"rvfi_mode", "mode"},
                {"rvfi_hv_event", "VM event"},
                {"u_core.u_commit.w_insn", "in commit"},
                {"u_core.u_commit.state", "commit"},
                {"u_core.u_sequencer.state", "sequencer"},
                {"u_core.u_last_page.state", "last_page"},
                {"u_core.u_composer.state", "composer"}};
    if (wave->mismatch)
        write_difference(wave, signals, names);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        write_signal(wave->save, signals, rows[i].path, rows[i].alias, COLOUR_NONE);
    write_text(wave->save, "", 0);
}

/* ---- Units ---- */

static void write_unit(FILE *out, const struct wave_signal *signal)
{
    fprintf(out, "-%.*s\n", (int)(signal->name - signal->unit - 1), signal->path + signal->unit);
}

static bool same_unit(const struct wave_signal *a, const struct wave_signal *b)
{
    return a->name == b->name && memcmp(a->path, b->path, a->name) == 0;
}

static void write_units(FILE *out, const struct wave_signals *signals)
{
    for (size_t i = 0; i < signals->count; i++) {
        const struct wave_signal *signal = &signals->list[i];
        if (i == 0 || !same_unit(signal, signal - 1)) {
            fputs(GROUP_BEGIN, out);
            write_unit(out, signal);
        }
        write_trace(out, signal, NULL, COLOUR_NONE);
        if (i + 1 == signals->count || !same_unit(signal, signal + 1)) {
            fputs(GROUP_END, out);
            write_unit(out, signal);
        }
    }
}

/* ---- All ---- */

static uint64_t time_of(uint64_t cycle)
{
    return (cycle + HV_DUT_RESET_CYCLES) * HV_DUT_CYCLE_TIME;
}

/* The cycles on screen: from the record before the difference, if it is not too far away; without one, from the first
 * record. */
static void choose_window(const struct hv_wave *wave, uint64_t *begin, uint64_t *cycles)
{
    enum { SHORTEST = 24, LONGEST = 56, BEFORE = 5, AFTER = 7 };
    *begin = wave->first > wave->from + 2 ? wave->first - 2 : wave->from;
    *cycles = SHORTEST;
    if (!wave->mismatch)
        return;
    const uint64_t mark = wave->mark, last = wave->mismatch->cycles;
    if (wave->mismatch->difference == HV_DIFFERENCE_HANG) { /* what follows the last record matters */
        *begin = mark > wave->from + BEFORE ? mark - BEFORE : wave->from;
        *cycles = LONGEST;
        return;
    }
    uint64_t before = (last < mark ? mark - last : 0) + BEFORE;
    if (before > LONGEST - AFTER)
        before = LONGEST - AFTER;
    if (before < SHORTEST - AFTER)
        before = SHORTEST - AFTER;
    *begin = mark > wave->from + before ? mark - before : wave->from;
    *cycles = before + AFTER;
}

void wave_save_write(const struct hv_wave *wave, const struct wave_signals *signals, const struct wave_names *names)
{
    enum { MARKERS = 26 };
    FILE *out = wave->save;
    const char *slash = strrchr(wave->name, '/'), *name = slash ? slash + 1 : wave->name;
    const int64_t mark = wave->mismatch ? (int64_t)time_of(wave->mark) : -1;
    uint64_t begin, cycles;
    choose_window(wave, &begin, &cycles);
    /* Both names, so that GTKWave finds the waveform beside the save file, wherever it is started. */
    fprintf(out, "[*] Made by nestor: what matters first, then a group for each unit\n[dumpfile] \"%s\"\n", name);
    fprintf(out, "[savefile] \"%.*s.gtkw\"\n", (int)hv_wave_stem(name), name);
    fprintf(out, "[timestart] %" PRIu64 "\n[size] 1600 900\n[pos] -1 -1\n", time_of(begin));
    fprintf(out, "*%.2f %" PRId64, -log2((double)cycles * 2.2), mark); /* so many in some 980 pixels */
    for (unsigned i = 0; i < MARKERS; i++)
        fprintf(out, " %" PRId64, i == 0 ? mark : -1);
    fprintf(out, "\n%s[sst_expanded] 0\n[signals_width] 520\n",
            !wave->mismatch                                    ? ""
            : wave->mismatch->difference == HV_DIFFERENCE_HANG ? "[markername] Alast record\n"
                                                               : "[markername] Amismatch\n");
    write_first(wave, signals, names);
    write_units(out, signals);
}
