/* Icarus: compiles nestor_soc with sim/testbench.v, and sim/vpi.c as a module for vvp; a run is a vvp
 * process that sends its events over a socket. */
#include "sim/adapters.h"
#include "sim/files.h"
#include "sim/signals.h"
#include "sim/sources.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* ---- Building ---- */

/* iverilog does not notice a full disk: look for the table at its output's end, whole. */
static int check_output(const char *directory, struct hv_error *error)
{
    char *path = hv_text("%s/soc.vvp", directory);
    size_t length;
    char *text = path ? (char *)hv_file_read(path, &length, error) : NULL;
    free(path);
    if (!text)
        return -1;
    unsigned names, lines = 0;
    const char *table = strstr(text, "\n:file_names ");
    const bool found = table && sscanf(table, "\n:file_names %u;", &names) == 1;
    for (const char *c = found ? table + 1 : ""; *c; c++)
        lines += *c == '\n';
    const bool whole = found && lines == names + 1;
    free(text);
    return whole ? 0 : hv_fail(error, "iverilog: wrote an incomplete file in %s: is the disk full?", directory);
}

static int build(const char *directory, const char *cache, char **verilog, size_t count, bool wave,
                 struct hv_error *error)
{
    (void)cache, (void)wave; /* every vvp can write waveforms */
    static const char *const options[] = {"iverilog", "-g2005",  "-s",         "nestor_testbench",
                                          "-o",       "soc.vvp", "testbench.v"};
    struct hv_arguments arguments = {0};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        hv_argument(&arguments, "%s", options[i]);
    for (size_t i = 0; i < count; i++)
        hv_argument(&arguments, "rtl/%s", verilog[i]);
    if (hv_arguments_run(&arguments, directory, "iverilog.log", error) || check_output(directory, error))
        return -1;
    hv_argument(&arguments, "iverilog-vpi");
    hv_argument(&arguments, "--name=nestor");
    hv_argument(&arguments, "vpi.c");
    return hv_arguments_run(&arguments, directory, "iverilog-vpi.log", error);
}

/* ---- Running ---- */

struct vvp_dut {
    struct hv_dut dut;
    pid_t child;
    FILE *events; /* from vvp */
    int log;      /* its messages, in memory */
    char *wave;   /* file wanted, or NULL */
    char *folder; /* where vvp runs then */
    int channel;  /* to vvp, and from it */
    void (*window)(void *context, struct hv_dut_window *request);
    void *window_context;
};

/* vvp has gone: say why. */
static int lost(struct vvp_dut *v, struct hv_error *error)
{
    char line[400];
    const ssize_t length = pread(v->log, line, sizeof line - 1, 0);
    line[length > 0 ? length : 0] = 0;
    line[strcspn(line, "\n")] = 0;
    return hv_fail(error, "vvp: ended early: %s", *line ? line : "perhaps the Verilog calls $finish");
}

static bool send_all(int channel, const void *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = send(channel, (const char *)bytes + done, length - done, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static int run(struct hv_dut *dut, struct hv_dut_event *events, size_t capacity, size_t *count, struct hv_error *error)
{
    (void)capacity;
    struct vvp_dut *v = (struct vvp_dut *)dut;
    *count = fread(events, sizeof *events, 1, v->events);
    if (!*count)
        return lost(v, error);
    if (events->kind == HV_DUT_WINDOW) {
        if (v->window)
            v->window(v->window_context, &events->window);
        if (!send_all(v->channel, &events->window, sizeof events->window))
            return lost(v, error);
    }
    return 0;
}

static int copy_ram(struct hv_dut *dut, uint8_t *bytes, size_t length, struct hv_error *error)
{
    struct vvp_dut *v = (struct vvp_dut *)dut;
    for (size_t i = 0; i < length; i += 4) {
        uint32_t word;
        if (fread(&word, sizeof word, 1, v->events) != 1)
            return lost(v, error);
        for (size_t j = 0; j < 4; j++)
            bytes[i + j] = (uint8_t)(word >> 8 * j);
    }
    return 0;
}

static void close_dut(struct hv_dut *dut)
{
    struct vvp_dut *v = (struct vvp_dut *)dut;
    if (v->child > 0 && !v->wave)
        kill(v->child, SIGKILL); /* it may be far from its end */
    if (v->events)
        fclose(v->events);
    if (v->child > 0)
        waitpid(v->child, NULL, 0);
    if (v->wave && v->folder) {
        char *made = hv_text("%s/wave.fst", v->folder);
        if (made)
            rename(made, v->wave);
        free(made);
    }
    if (v->folder)
        hv_directory_remove(v->folder);
    if (v->log >= 0)
        close(v->log);
    free(v->folder);
    free(v->wave);
    free(v);
}

/* A folder for a run with a waveform: beside that, so that it can be renamed. */
static int make_folder(struct vvp_dut *v, struct hv_error *error)
{
    v->folder = hv_text("%s.XXXXXX", v->wave);
    if (v->folder && mkdtemp(v->folder))
        return 0;
    hv_fail(error, "%s: cannot create directory: %s", v->folder ? v->folder : "vvp", strerror(errno));
    free(v->folder);
    v->folder = NULL;
    return -1;
}

static void vvp_arguments(struct hv_arguments *arguments, const char *directory, const struct hv_config *config,
                          const struct hv_dut_setup *setup)
{
    hv_argument(arguments, "vvp");
    hv_argument(arguments, "-n");
    hv_argument(arguments, "-M%s", directory);
    hv_argument(arguments, "-mnestor");
    hv_argument(arguments, "%s/soc.vvp", directory);
    hv_argument(arguments, "+ram_words=%u", config->ram_bytes / 4);
    if (!setup->wave)
        return;
    hv_argument(arguments, "-fst");
    hv_argument(arguments, "+wave_from=%llu", (unsigned long long)setup->wave_from);
    hv_argument(arguments, "+wave_to=%llu", (unsigned long long)setup->wave_to);
}

/* Start vvp, in the run's folder if it has one, with the other end of our channel; an error number. */
static int spawn(struct vvp_dut *v, int other_end, char *const argv[])
{
    sigset_t mask;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    hv_signals_of_child(&mask);
    int problem = posix_spawn_file_actions_init(&actions);
    if (problem)
        return problem;
    problem = posix_spawnattr_init(&attributes);
    if (!problem)
        problem = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (!problem)
        problem = posix_spawnattr_setsigmask(&attributes, &mask);
    if (!problem && v->folder)
        problem = posix_spawn_file_actions_addchdir_np(&actions, v->folder);
    if (!problem)
        problem = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!problem) /* before the channel: the log may have its number */
        problem = posix_spawn_file_actions_adddup2(&actions, v->log, 1);
    if (!problem)
        problem = posix_spawn_file_actions_adddup2(&actions, v->log, 2);
    if (!problem)
        problem = posix_spawn_file_actions_adddup2(&actions, other_end, HV_DUT_CHANNEL);
    if (!problem)
        problem = posix_spawnp(&v->child, argv[0], &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return problem;
}

static int start_vvp(struct vvp_dut *v, const char *directory, const struct hv_config *config,
                     const struct hv_dut_setup *setup, int *channel, struct hv_error *error)
{
    struct hv_arguments arguments = {0};
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return hv_fail(error, "vvp: cannot make a socket: %s", strerror(errno));
    /* dup2 onto itself would keep close-on-exec */
    if (ends[1] == HV_DUT_CHANNEL) {
        ends[1] = ends[0];
        ends[0] = HV_DUT_CHANNEL;
    }
    vvp_arguments(&arguments, directory, config, setup);
    int problem = arguments.failed ? ENOMEM : spawn(v, ends[1], arguments.list);
    hv_arguments_free(&arguments);
    close(ends[1]);
    *channel = ends[0];
    v->events = fdopen(ends[0], "rb");
    if (problem == ENOENT)
        return hv_fail(error, "vvp: program not found on PATH (tools/setup.sh installs what Nestor needs)");
    if (problem || !v->events)
        return hv_fail(error, "vvp: cannot run: %s", strerror(problem ? problem : errno));
    return 0;
}

static int send_image(int channel, const struct hv_config *config, const struct hv_image *image,
                      const struct hv_dut_setup *setup, struct hv_error *error)
{
    uint32_t *words = calloc(config->ram_bytes / 4, sizeof *words);
    if (!words)
        return hv_fail(error, "out of memory for a copy of RAM (%u bytes)", config->ram_bytes);
    for (size_t i = 0; i < image->count; i++) {
        const struct hv_segment *s = &image->segments[i];
        for (size_t j = 0; j < s->length; j++) {
            const uint32_t at = (uint32_t)(s->real - config->ram_base + j), shift = 8 * (at % 4);
            words[at / 4] = (words[at / 4] & ~(UINT32_C(0xff) << shift)) | (uint32_t)s->bytes[j] << shift;
        }
    }
    const struct hv_dut_header header = {.seed = setup->seed,
                                         .wait_percent = setup->wait_percent,
                                         .input_length = setup->input_length,
                                         .ram_words = config->ram_bytes / 4};
    bool sent = send_all(channel, &header, sizeof header) && send_all(channel, setup->input, setup->input_length) &&
                send_all(channel, words, config->ram_bytes);
    free(words);
    (void)sent; /* a module that gave up has said why, in an event that is still to be read */
    return 0;
}

static struct hv_dut *start(const char *directory, const struct hv_config *config, const struct hv_image *image,
                            const struct hv_dut_setup *setup, struct hv_error *error)
{
    struct vvp_dut *v = calloc(1, sizeof *v);
    if (!v) {
        hv_fail(error, "out of memory");
        return NULL;
    }
    int channel = -1;
    v->dut = (struct hv_dut){.run = run, .ram = copy_ram, .close = close_dut};
    v->wave = setup->wave ? strdup(setup->wave) : NULL;
    v->log = memfd_create("vvp.log", MFD_CLOEXEC);
    int result = v->log < 0 ? hv_fail(error, "vvp: cannot keep its messages: %s", strerror(errno)) : 0;
    if (result == 0 && setup->wave)
        result = v->wave ? make_folder(v, error) : hv_fail(error, "out of memory");
    if (result == 0)
        result = start_vvp(v, directory, config, setup, &channel, error);
    if (result == 0)
        result = send_image(channel, config, image, setup, error);
    if (result) {
        close_dut(&v->dut);
        return NULL;
    }
    v->channel = channel;
    v->window = setup->window;
    v->window_context = setup->window_context;
    return &v->dut;
}

const struct hv_adapter hv_icarus_adapter = {
    .name = "icarus", .sources = hv_icarus_sources, .build = build, .start = start};
