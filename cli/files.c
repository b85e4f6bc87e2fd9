/* Output files: under a temporary name beside the wanted one until they are whole. A process that
 * is ended by a signal takes them with it. What is written to a symbolic link goes where the link leads, as with any
 * other program. */
#include "sim/files.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
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

/* As many links in a row as Linux follows. */
enum { MAX_LINKS = 40 };

/* Where one symbolic link leads, to be freed; NULL with errno, EINVAL when `path` is no link. */
static char *link_target(const char *path)
{
    char text[PATH_MAX];
    const ssize_t length = readlink(path, text, sizeof text - 1);
    if (length < 0)
        return NULL;
    text[length] = 0;
    const char *slash = strrchr(path, '/');
    if (*text == '/' || !slash)
        return hv_text("%s", text);
    return hv_text("%.*s%s", (int)(slash + 1 - path), path, text);
}

/* The file that `path` names when all links are followed, there or not; to be freed, NULL with errno. */
static char *follow_links(const char *path)
{
    char *target = hv_text("%s", path);
    for (unsigned links = 0; target; links++) {
        char *next = link_target(target);
        if (!next && errno != ENOMEM) /* no link, or nothing there: creating it will tell of anything else */
            return target;
        free(target);
        target = next;
        if (links == MAX_LINKS) {
            free(target);
            errno = ELOOP;
            return NULL;
        }
    }
    return NULL;
}

static void free_names(struct cli_file *file)
{
    free(file->temporary);
    free(file->target);
    file->temporary = file->target = NULL;
}

/* Begin to write beside the file that is wanted. */
static int open_temporary(struct cli_file *file, struct hv_error *error)
{
    file->target = follow_links(file->path);
    file->temporary = file->target ? hv_text("%s.XXXXXX", file->target) : NULL;
    const int fd = file->temporary ? mkstemp(file->temporary) : -1;
    if (fd < 0) {
        hv_fail(error, "%s: cannot create: %s", file->path, strerror(errno));
        free_names(file);
        return -1;
    }
    remember(file->temporary);
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    file->stream = fdopen(fd, "wb");
    return file->stream ? 0 : hv_fail(error, "%s: out of memory", file->path);
}

/* What is in the way of a file with that name: EISDIR, EEXIST for a device or pipe, or 0. */
static int obstacle(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return 0;
    return S_ISDIR(status.st_mode) ? EISDIR : EEXIST;
}

int cli_file_open(struct cli_file *file, const char *path, struct hv_error *error)
{
    const bool standard = strcmp(path, "-") == 0;
    *file = (struct cli_file){.path = standard ? "standard output" : path};
    if (!standard && !obstacle(path))
        return open_temporary(file, error);
    fflush(stdout);
    file->stream = standard ? fdopen(dup(STDOUT_FILENO), "wb") : fopen(path, "wb"); /* nothing to rename */
    return file->stream ? 0 : hv_fail(error, "%s: cannot open: %s", path, strerror(errno));
}

int cli_file_open_regular(struct cli_file *file, const char *path, struct hv_error *error)
{
    const int problem = obstacle(path);
    *file = (struct cli_file){.path = path};
    if (problem)
        return hv_fail(error, "%s: found a %s, expected a regular file or none", path,
                       problem == EISDIR ? "directory" : "device or pipe");
    return open_temporary(file, error);
}

/* Write what is left; errno of what went wrong, or 0. */
static int finish(struct cli_file *file)
{
    const bool bad =
        fflush(file->stream) != 0 || ferror(file->stream) || (file->durable && fsync(fileno(file->stream)) != 0);
    int problem = !bad ? 0 : errno ? errno : EIO;
    if (fclose(file->stream) != 0 && !problem)
        problem = errno;
    return problem;
}

/* Bring the name of a file to the disk; errno, or 0. */
static int sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? hv_text("%.*s", (int)(slash + 1 - path), path) : hv_text(".");
    const int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    const int problem = fd < 0 || fsync(fd) != 0 ? errno : 0;
    if (fd >= 0)
        close(fd);
    free(folder);
    return problem == EINVAL ? 0 : problem; /* a file system that has nothing to bring */
}

/* Rename to what is wanted; errno, or 0. */
static int take_name(const struct cli_file *file)
{
    const int problem = obstacle(file->target); /* it may be younger than the temporary file */
    if (problem)
        return problem;
    if (rename(file->temporary, file->target) != 0)
        return errno;
    return file->durable ? sync_folder(file->target) : 0;
}

/* Remove what still has the temporary name. */
static void drop(struct cli_file *file)
{
    unlink(file->temporary);
    forget(file->temporary);
    free_names(file);
}

static int cannot_write(const struct cli_file *file, int problem, struct hv_error *error)
{
    return hv_fail(error, "%s: cannot write: %s", file->path, strerror(problem));
}

int cli_file_keep_input(const char *input, const char *output, struct hv_error *error)
{
    struct stat in, out;
    if (strcmp(input, "-") == 0 || strcmp(output, "-") == 0 || stat(input, &in) != 0 || stat(output, &out) != 0 ||
        !S_ISREG(in.st_mode) || in.st_dev != out.st_dev || in.st_ino != out.st_ino)
        return 0;
    return hv_fail(error, "%s: found what is read, expected another file to write", output);
}

int cli_file_close(struct cli_file *file, bool keep, struct hv_error *error)
{
    int problem = finish(file);
    if (file->temporary) {
        if (!problem && keep)
            problem = take_name(file);
        drop(file);
    }
    return problem ? cannot_write(file, problem, error) : 0;
}

/* Both names or neither: the first file's former content stays until the second file has its name. */
static int take_names(const struct cli_file *first, const struct cli_file *second, struct hv_error *error)
{
    char *former = hv_text("%s.old", first->temporary);
    if (!former)
        return hv_fail(error, "%s: out of memory", first->path);
    const bool replaces = !obstacle(first->target) && rename(first->target, former) == 0;
    const int problem = take_name(first), other_problem = problem ? 0 : take_name(second);
    if (other_problem)
        unlink(first->target);
    if (replaces && (problem || other_problem))
        rename(former, first->target);
    else if (replaces)
        unlink(former);
    free(former);
    if (problem)
        return cannot_write(first, problem, error);
    return other_problem ? cannot_write(second, other_problem, error) : 0;
}

int cli_file_close_both(struct cli_file *first, struct cli_file *second, bool keep, struct hv_error *error)
{
    const int problem = finish(first), other_problem = finish(second);
    int result = problem         ? cannot_write(first, problem, error)
                 : other_problem ? cannot_write(second, other_problem, error)
                 : keep          ? take_names(first, second, error)
                                 : 0;
    drop(first);
    drop(second);
    return result;
}

/* ---- files that are read ---- */

bool cli_is_program(const char *path)
{
    char magic[4] = "";
    struct stat status;
    FILE *stream = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "rb") : NULL;
    const bool found = stream && fread(magic, 1, 4, stream) == 4 && memcmp(magic, "\177ELF", 4) == 0;
    if (stream)
        fclose(stream);
    return found || hv_kernel_is_image_file(path);
}
