/* Running programs; declared in sim/files.h. */
#include "sim/files.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

extern char **environ;

/* Start argv in `directory` with both outputs in `log`; an error number. */
static int start(pid_t *child, const char *directory, const char *log, char *const argv[])
{
    posix_spawn_file_actions_t actions;
    int problem = posix_spawn_file_actions_init(&actions);
    if (problem)
        return problem;
    problem = posix_spawn_file_actions_addchdir_np(&actions, directory);
    if (!problem)
        problem = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (!problem)
        problem = posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (!problem)
        problem = posix_spawn_file_actions_adddup2(&actions, 1, 2);
    if (!problem)
        problem = posix_spawnp(child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return problem;
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
    pid_t child;
    int problem = start(&child, directory, log, argv);
    if (problem == ENOENT)
        return hv_fail(error, "%s: program not found on PATH (tools/setup.sh installs what Nestor needs)", argv[0]);
    if (problem)
        return hv_fail(error, "%s: cannot run: %s", argv[0], strerror(problem));
    int status;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return hv_fail(error, "%s: lost: %s", argv[0], strerror(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    if (WIFSIGNALED(status))
        return hv_fail(error, "%s: killed by signal %d (%s)", argv[0], WTERMSIG(status), strsignal(WTERMSIG(status)));
    char *path = hv_text("%s/%s", directory, log), line[400];
    error_line(path ? path : "", line, sizeof line);
    free(path);
    return hv_fail(error, "%s: failed: %s", argv[0], line);
}
