/* Running programs; declared in sim/files.h. */
#include "sim/files.h"
#include "sim/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

extern char **environ;

/* Of a group of its own, so that it can be ended with all that it starts, and with the signals of a usual program. */
static int prepare(posix_spawnattr_t *attributes)
{
    sigset_t mask;
    hv_signals_of_child(&mask);
    int problem = posix_spawnattr_init(attributes);
    if (!problem)
        problem = posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    if (!problem)
        problem = posix_spawnattr_setpgroup(attributes, 0);
    if (!problem)
        problem = posix_spawnattr_setsigmask(attributes, &mask);
    return problem;
}

/* Start argv in `directory` with both outputs in `log`; an error number. */
static int start(pid_t *child, const char *directory, const char *log, char *const argv[])
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    int problem = posix_spawn_file_actions_init(&actions);
    if (problem)
        return problem;
    problem = prepare(&attributes);
    if (!problem)
        problem = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (!problem)
        problem = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!problem)
        problem = posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (!problem)
        problem = posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (!problem)
        problem = posix_spawnp(child, argv[0], &actions, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return problem;
}

/* End the group of a child, and see all of it gone, so that nothing of it writes any more: what loses its parent
 * becomes a child of this process. */
static void end_group(pid_t child)
{
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    kill(-child, SIGKILL);
    while (waitpid(-child, NULL, 0) > 0 || errno == EINTR)
        continue;
    prctl(PR_SET_CHILD_SUBREAPER, 0L);
}

/* Wait for the child's end. -1 when there is no such child, or a signal is to end this process: then the child and what
 * it has started is gone too. */
static int await(pid_t child, const char *name, int *status, struct hv_error *error)
{
    for (;;) {
        const pid_t ended = waitpid(child, status, WNOHANG);
        if (ended == child)
            return 0;
        if (ended < 0 && errno != EINTR)
            return hv_fail(error, "%s: lost: %s", name, strerror(errno));
        if (hv_signals_wait()) {
            end_group(child);
            return hv_fail(error, "%s: interrupted", name);
        }
    }
}

static bool tells_of_error(const char *line)
{
    static const char *const words[] = {
        " error", "%Error", "No space left", "undefined reference", "multiple definition", "cannot find"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strstr(line, words[i]))
            return true;
    return false;
}

/* The first line of the log that tells of an error, else its last; without the newline. */
static void error_line(const char *path, char *line, size_t size)
{
    snprintf(line, size, "no message");
    FILE *stream = fopen(path, "r");
    if (!stream)
        return;
    char *text = NULL;
    size_t capacity = 0;
    while (getline(&text, &capacity, stream) > 0) {
        text[strcspn(text, "\n")] = 0;
        if (*text)
            snprintf(line, size, "%s", text);
        if (tells_of_error(text))
            break;
    }
    free(text);
    fclose(stream);
}

int hv_program_run(const char *directory, const char *log, char *const argv[], struct hv_error *error)
{
    pid_t child = 0;
    int status = 0;
    struct hv_signals before;
    hv_signals_hold(&before);
    int problem = hv_signals_came() ? EINTR : start(&child, directory, log, argv);
    const int result = problem ? 0 : await(child, argv[0], &status, error);
    hv_signals_release(&before);
    if (problem == ENOENT)
        return hv_fail(error, "%s: program not found on PATH (tools/setup.sh installs what Nestor needs)", argv[0]);
    if (problem)
        return hv_fail(error, "%s: cannot run: %s", argv[0], strerror(problem));
    if (result || (WIFEXITED(status) && WEXITSTATUS(status) == 0))
        return result;
    if (WIFSIGNALED(status))
        return hv_fail(error, "%s: killed by signal %d (%s)", argv[0], WTERMSIG(status), strsignal(WTERMSIG(status)));
    char *path = hv_text("%s/%s", directory, log), line[400];
    error_line(path ? path : "", line, sizeof line);
    free(path);
    return hv_fail(error, "%s: failed: %s", argv[0], line);
}
