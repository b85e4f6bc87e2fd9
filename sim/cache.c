/* The cache of simulators (sim/simulator.h): entries are folders that appear whole or not at all. */
#include "sim/adapters.h"
#include "sim/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { STALE_SECONDS = 24 * 3600 };

void hv_argument(struct hv_arguments *arguments, const char *format, ...)
{
    char *text = NULL;
    va_list values;
    va_start(values, format);
    int length = vasprintf(&text, format, values);
    va_end(values);
    char **larger = realloc(arguments->list, (arguments->count + 2) * sizeof *larger);
    if (larger)
        arguments->list = larger;
    if (length < 0 || !larger) {
        if (length >= 0)
            free(text);
        arguments->failed = true;
        return;
    }
    larger[arguments->count++] = text;
    larger[arguments->count] = NULL;
}

void hv_arguments_free(struct hv_arguments *arguments)
{
    hv_names_free(arguments->list, arguments->count);
    *arguments = (struct hv_arguments){0};
}

int hv_arguments_run(struct hv_arguments *arguments, const char *directory, const char *log, struct hv_error *error)
{
    int result =
        arguments->failed ? hv_fail(error, "out of memory") : hv_program_run(directory, log, arguments->list, error);
    hv_arguments_free(arguments);
    return result;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Remove temporary folders of processes that were killed long ago. */
static void remove_stale(const char *cache)
{
    DIR *directory = opendir(cache);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char *path = strncmp(entry->d_name, "tmp-", 4) == 0 ? hv_text("%s/%s", cache, entry->d_name) : NULL;
        struct stat status;
        if (path && stat(path, &status) == 0 && time(NULL) - status.st_mtime > STALE_SECONDS)
            hv_directory_remove(path);
        free(path);
    }
    if (directory)
        closedir(directory);
}

/* Wait for the lock of an entry; the file descriptor, or -1. */
static int lock(const char *path, struct hv_error *error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0)
        return hv_fail(error, "%s: cannot create: %s", path, strerror(errno));
    while (flock(fd, LOCK_EX) != 0)
        if (errno != EINTR) {
            int problem = errno;
            close(fd);
            return hv_fail(error, "%s: cannot lock: %s", path, strerror(problem));
        }
    return fd;
}

/* Fill a temporary folder and give it its name. */
static int make(const char *cache, const char *entry,
                int (*fill)(void *context, const char *directory, struct hv_error *), void *context,
                struct hv_error *error)
{
    char *temporary = hv_text("%s/tmp-XXXXXX", cache);
    if (!temporary)
        return hv_fail(error, "out of memory");
    remove_stale(cache);
    int result = mkdtemp(temporary) ? 0 : hv_fail(error, "%s: cannot create directory: %s", cache, strerror(errno));
    if (result == 0) {
        result = fill(context, temporary, error);
        if (result == 0 && rename(temporary, entry) != 0 && !is_directory(entry))
            result = hv_fail(error, "%s: cannot create: %s", entry, strerror(errno));
        hv_directory_remove(temporary); /* nothing, when it has been renamed */
    }
    free(temporary);
    return result;
}

int hv_cache_make(const char *cache, const char *name,
                  int (*fill)(void *context, const char *directory, struct hv_error *), void *context,
                  struct hv_error *error)
{
    char *entry = hv_text("%s/%s", cache, name), *lock_path = hv_text("%s/%s.lock", cache, name);
    int result = entry && lock_path ? 0 : hv_fail(error, "out of memory");
    if (result == 0 && !is_directory(entry)) {
        int fd = lock(lock_path, error);
        result = fd < 0 ? -1 : 0;
        if (result == 0 && !is_directory(entry))
            result = make(cache, entry, fill, context, error);
        if (fd >= 0) {
            unlink(lock_path);
            close(fd);
        }
    }
    free(entry);
    free(lock_path);
    return result;
}
