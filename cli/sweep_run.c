/* Running jobs: each is a process of its own, so that what ends it ends nothing else. */
#include "cli/sweep.h"
#include "sim/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A process that runs; pid 0: none. */
struct child {
    struct sweep_job *job;
    pid_t pid;
    int out, messages; /* its standard output; a file with what it says on stderr */
    char *text;
    size_t length, room;
};

struct state {
    struct sweep_run *run;
    struct child *children;
    size_t next, todo;
    unsigned running;
    double begin, shown;
};

/* ---- A process ---- */

/* In the child: the command. Never returns. */
static _Noreturn void become(const struct sweep_job *job, int out, int messages, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a sweep that is killed leaves nothing running */
    if (getppid() != parent)
        _exit(NESTOR_ERROR);
    const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(messages, STDERR_FILENO);
    execv("/proc/self/exe", job->argv);
    dprintf(STDERR_FILENO, "nestor: cannot start: %s\n", strerror(errno));
    _exit(NESTOR_ERROR);
}

static int start(struct child *child, struct sweep_job *job, struct hv_error *error)
{
    int ends[2];
    const pid_t parent = getpid();
    *child = (struct child){.job = job, .messages = memfd_create("messages", MFD_CLOEXEC)};
    if (child->messages < 0)
        return hv_fail(error, "cannot start a process: %s", strerror(errno));
    if (pipe2(ends, O_CLOEXEC) != 0) {
        close(child->messages);
        return hv_fail(error, "cannot start a process: %s", strerror(errno));
    }
    fflush(NULL);
    const pid_t pid = fork();
    if (pid == 0)
        become(job, ends[1], child->messages, parent);
    close(ends[1]);
    child->out = ends[0];
    child->pid = pid > 0 ? pid : 0;
    if (pid > 0)
        return 0;
    hv_fail(error, "cannot start a process: %s", strerror(errno));
    close(child->out);
    close(child->messages);
    return -1;
}

/* What it has printed since; false at the end. */
static bool read_more(struct child *child)
{
    if (child->room - child->length < 1 << 16) {
        const size_t room = 2 * child->room + (1 << 17);
        char *text = realloc(child->text, room);
        if (!text)
            return false;
        child->text = text;
        child->room = room;
    }
    const ssize_t count = read(child->out, child->text + child->length, child->room - child->length);
    if (count > 0)
        child->length += (size_t)count;
    return count > 0 || (count < 0 && errno == EINTR);
}

static void end(struct child *child)
{
    close(child->out);
    close(child->messages);
    free(child->text);
    *child = (struct child){0};
}

/* The last line of what it said, without "nestor: ". */
static void last_message(const struct child *child, char *text, size_t size)
{
    static const char prefix[] = "nestor: ";
    const off_t length = lseek(child->messages, 0, SEEK_END),
                from = length > (off_t)size - 1 ? length - (off_t)size + 1 : 0;
    ssize_t count = pread(child->messages, text, size - 1, from);
    count = count < 0 ? 0 : count;
    while (count && text[count - 1] == '\n')
        count--;
    text[count] = 0;
    const char *line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    line += strncmp(line, prefix, strlen(prefix)) == 0 ? strlen(prefix) : 0;
    memmove(text, line, strlen(line) + 1);
}

/* ---- Progress ---- */

static void show(struct state *state)
{
    const double now = cli_now(), spent = now - state->begin;
    const size_t over = state->run->made + state->run->failed;
    if (now - state->shown < 0.5 || !isatty(STDERR_FILENO))
        return;
    state->shown = now;
    fprintf(stderr, "\r%zu of %zu jobs, %u running", over, state->todo, state->running);
    if (over)
        fprintf(stderr, ", %.0f s to go", spent / (double)over * (double)(state->todo - over));
    fputs("\033[K", stderr);
}

static void hide(const struct state *state)
{
    if (state->shown > 0)
        fputs("\r\033[K", stderr);
}

/* ---- All of them ---- */

/* A job has ended: its line, or what there is to say. */
static int finish(struct state *state, struct child *child, struct hv_error *error)
{
    int how, status = 0;
    while (waitpid(child->pid, &how, 0) < 0 && errno == EINTR)
        continue;
    state->running--;
    if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
        status = sweep_file_add(state->run->file, child->job, child->text, child->length, error);
        child->job->done = status == 0;
        state->run->made += status == 0;
    } else if (!cli_interrupted()) {
        char message[400];
        last_message(child, message, sizeof message);
        hide(state);
        if (WIFSIGNALED(how))
            cli_failf("%s: ended by signal %d, %s", child->job->label, WTERMSIG(how), strsignal(WTERMSIG(how)));
        else
            cli_failf("%s: exit status %d: %s", child->job->label, WEXITSTATUS(how), message);
        state->run->failed++;
    }
    end(child);
    return status;
}

/* The next job to do, or NULL. */
static struct sweep_job *next_job(struct state *state)
{
    struct sweep_jobs *jobs = state->run->jobs;
    while (state->next < jobs->count) {
        const size_t index = state->next++;
        if (index % state->run->shards == state->run->shard && !jobs->list[index].done)
            return &jobs->list[index];
    }
    return NULL;
}

static int start_more(struct state *state, struct hv_error *error)
{
    for (unsigned i = 0; i < state->run->at_once; i++) {
        struct sweep_job *job = state->children[i].pid ? NULL : next_job(state);
        if (!job)
            continue;
        if (start(&state->children[i], job, error)) {
            state->children[i].pid = 0;
            return -1;
        }
        state->running++;
    }
    return 0;
}

/* Wait for output of any child. */
static int serve(struct state *state, struct pollfd *polled, struct hv_error *error)
{
    for (unsigned i = 0; i < state->run->at_once; i++)
        polled[i] = (struct pollfd){.fd = state->children[i].pid ? state->children[i].out : -1, .events = POLLIN};
    if (poll(polled, state->run->at_once, 500) < 0 && errno != EINTR)
        return hv_fail(error, "cannot wait for a process: %s", strerror(errno));
    for (unsigned i = 0; i < state->run->at_once; i++)
        if (polled[i].revents && state->children[i].pid && !read_more(&state->children[i]) &&
            finish(state, &state->children[i], error))
            return -1;
    return 0;
}

static void stop_all(struct state *state)
{
    for (unsigned i = 0; i < state->run->at_once; i++)
        if (state->children[i].pid) {
            kill(state->children[i].pid, SIGKILL);
            waitpid(state->children[i].pid, NULL, 0);
            end(&state->children[i]);
        }
    state->running = 0;
}

static size_t count_todo(const struct sweep_run *run)
{
    size_t todo = 0;
    for (size_t i = run->shard; i < run->jobs->count; i += run->shards)
        todo += !run->jobs->list[i].done;
    return todo;
}

int sweep_run(struct sweep_run *run, struct hv_error *error)
{
    struct state state = {.run = run, .todo = count_todo(run), .begin = cli_now()};
    state.children = calloc(run->at_once, sizeof *state.children);
    struct pollfd *polled = calloc(run->at_once, sizeof *polled);
    int status = state.children && polled ? 0 : hv_fail(error, "out of memory");
    cli_interrupt_catch();
    while (status == 0 && !cli_interrupted()) {
        status = start_more(&state, error);
        if (status || state.running == 0)
            break;
        status = serve(&state, polled, error);
        show(&state);
    }
    hide(&state);
    if (state.children)
        stop_all(&state);
    free(state.children);
    free(polled);
    return status;
}
