/* Output files: under a temporary name beside the wanted one until they are whole. A process that
 * is ended by a signal takes them with it. */
#include "sim/files.h"
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OPEN_FILES = 4 };
static char *volatile open_files[OPEN_FILES];

static void remove_and_die(int signal_number)
{
    for (unsigned i = 0; i < OPEN_FILES; i++)
        if (open_files[i])
            unlink(open_files[i]);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void remember(char *path)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
        if (signal(signals[i], remove_and_die) == SIG_IGN)
            signal(signals[i], SIG_IGN);
    for (unsigned i = 0; i < OPEN_FILES; i++)
        if (!open_files[i]) {
            open_files[i] = path;
            return;
        }
}

static void forget(const char *path)
{
    for (unsigned i = 0; i < OPEN_FILES; i++)
        if (open_files[i] == path)
            open_files[i] = NULL;
}

int cli_file_open(struct cli_file *file, const char *path, struct hv_error *error)
{
    struct stat status;
    *file = (struct cli_file){.path = path};
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) { /* a device or pipe: nothing to rename */
        file->stream = fopen(path, "wb");
        return file->stream ? 0 : hv_fail(error, "%s: cannot open: %s", path, strerror(errno));
    }
    file->temporary = hv_text("%s.XXXXXX", path);
    if (!file->temporary)
        return hv_fail(error, "%s: out of memory", path);
    const int fd = mkstemp(file->temporary);
    if (fd < 0) {
        hv_fail(error, "%s: cannot create: %s", path, strerror(errno));
        free(file->temporary);
        return -1;
    }
    remember(file->temporary);
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    file->stream = fdopen(fd, "wb");
    return file->stream ? 0 : hv_fail(error, "%s: out of memory", path);
}

int cli_file_close(struct cli_file *file, bool keep, struct hv_error *error)
{
    int problem = fflush(file->stream) != 0 || ferror(file->stream) ? errno : 0;
    if (fclose(file->stream) != 0 && !problem)
        problem = errno;
    if (file->temporary) {
        if (!problem && keep && rename(file->temporary, file->path) != 0)
            problem = errno;
        if (problem || !keep)
            unlink(file->temporary);
        forget(file->temporary);
        free(file->temporary);
    }
    return problem ? hv_fail(error, "%s: cannot write: %s", file->path, strerror(problem)) : 0;
}
