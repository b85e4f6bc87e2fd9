/* The cache of simulators (sim/simulator.h): entries are folders that appear whole or not at all.
 *
 * NAME is built as tmp-NAME by who holds the lock on the file NAME.lock. Both go when it is done or given up; after a
 * process that was killed they stay, but nobody holds the lock: the next build removes them. */
#include "sim/adapters.h"
#include "sim/files.h"
#include "sim/manifest.h"
#include "sim/signals.h"

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

#define TEMPORARY "tmp-"
#define LOCK      ".lock"
enum { OLD_SECONDS = 3600 };

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

/* ---- The lock of an entry ---- */

struct lock {
    char *path;
    int fd; /* -1: not held */
};

/* Is the file of that name still the one that was opened? Who had the lock before may have removed it. */
static bool is_current(const struct lock *lock)
{
    struct stat ours, there;
    return fstat(lock->fd, &ours) == 0 && stat(lock->path, &there) == 0 && ours.st_dev == there.st_dev &&
           ours.st_ino == there.st_ino;
}

static void unlock(struct lock *lock)
{
    if (lock->fd >= 0) {
        unlink(lock->path);
        close(lock->fd);
    }
    free(lock->path);
}

/* Take the lock if it is free: 0; -1 with errno, EWOULDBLOCK when another process has it. */
static int try_lock(struct lock *lock, int flags)
{
    for (;;) {
        lock->fd = open(lock->path, O_RDWR | O_CLOEXEC | flags, 0666);
        if (lock->fd < 0)
            return -1;
        const int problem = flock(lock->fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
        if (!problem && is_current(lock))
            return 0;
        close(lock->fd);
        lock->fd = -1;
        errno = problem;
        if (problem)
            return -1;
    }
}

/* Wait for the lock, or for a signal that is to end this process. */
static int lock_entry(struct lock *lock, const char *cache, const char *name, struct hv_error *error)
{
    *lock = (struct lock){hv_text("%s/%s" LOCK, cache, name), -1};
    if (!lock->path)
        return hv_fail(error, "out of memory");
    while (try_lock(lock, O_CREAT) != 0) {
        if (errno != EWOULDBLOCK)
            return hv_fail(error, "%s: cannot write the cache of simulators (NESTOR_CACHE names another): %s", cache,
                           strerror(errno));
        if (hv_signals_wait())
            return hv_fail(error, "%s: interrupted", lock->path);
    }
    return 0;
}

/* ---- What killed processes have left ---- */

/* The entry that a file or folder of the cache belongs to: NAME of tmp-NAME and NAME.lock; to be freed. NULL: it is
 * an entry itself. */
static char *entry_of(const char *file)
{
    const size_t length = strlen(file), before = strlen(TEMPORARY), behind = strlen(LOCK);
    if (strncmp(file, TEMPORARY, before) == 0)
        return strdup(file + before);
    if (length > behind && strcmp(file + length - behind, LOCK) == 0)
        return strndup(file, length - behind);
    return NULL;
}

/* A folder without a lock is of an earlier Nestor, which may be at work. */
static bool is_old(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && time(NULL) - status.st_mtime > OLD_SECONDS;
}

static void remove_left(const char *cache, const char *name)
{
    struct lock lock = {hv_text("%s/%s" LOCK, cache, name), -1};
    char *temporary = hv_text("%s/" TEMPORARY "%s", cache, name);
    if (lock.path && temporary && (try_lock(&lock, 0) == 0 || (errno == ENOENT && is_old(temporary))))
        hv_directory_remove(temporary);
    unlock(&lock);
    free(temporary);
}

static void remove_all_left(const char *cache)
{
    DIR *directory = opendir(cache);
    for (struct dirent *entry; directory && (entry = readdir(directory));) {
        char *name = entry_of(entry->d_name);
        if (name)
            remove_left(cache, name);
        free(name);
    }
    if (directory)
        closedir(directory);
}

/* ---- Entries ---- */

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

/* Fill a temporary folder and give it its name. */
static int fill_and_rename(const char *temporary, const char *entry,
                           int (*fill)(void *context, const char *directory, struct hv_error *), void *context,
                           struct hv_error *error)
{
    hv_directory_remove(temporary); /* of a process that was killed */
    hv_directory_remove(entry);     /* a damaged one */
    int result = hv_directory_make(temporary, error);
    if (result == 0)
        result = fill(context, temporary, error);
    if (result == 0)
        result = hv_manifest_write(temporary, error);
    if (result == 0 && hv_signals_came())
        result = hv_fail(error, "%s: interrupted", temporary);
    if (result == 0 && rename(temporary, entry) != 0)
        result = hv_fail(error, "%s: cannot create: %s", entry, strerror(errno));
    if (result)
        hv_directory_remove(temporary);
    return result;
}

/* Build the entry, unless another process has done so in the meantime. `damage`: what is wrong with the one that is
 * there. */
static int make(const char *cache, const char *name, const char *entry, const struct hv_error *damage,
                int (*fill)(void *context, const char *directory, struct hv_error *), void *context,
                struct hv_error *error)
{
    struct hv_error ignored;
    struct lock lock;
    char *temporary = hv_text("%s/" TEMPORARY "%s", cache, name);
    int result = temporary ? lock_entry(&lock, cache, name, error) : hv_fail(error, "out of memory");
    if (result && temporary && *damage->text) {
        const struct hv_error why = *error;
        hv_fail(error, "%.200s; cannot be built again: %.280s", damage->text, why.text);
    }
    if (result == 0 && hv_manifest_check(entry, &ignored) != 0)
        result = fill_and_rename(temporary, entry, fill, context, error);
    if (temporary)
        unlock(&lock);
    free(temporary);
    remove_all_left(cache);
    return result;
}

int hv_cache_make(const char *cache, const char *name,
                  int (*fill)(void *context, const char *directory, struct hv_error *), void *context,
                  struct hv_error *error)
{
    struct hv_error damage;
    struct hv_signals before;
    char *entry = hv_text("%s/%s", cache, name);
    if (!entry)
        return hv_fail(error, "out of memory");
    int result = 0;
    hv_signals_hold(&before);
    if (hv_manifest_check(entry, &damage) != 0) {
        if (!exists(entry))
            *damage.text = 0;
        result = make(cache, name, entry, &damage, fill, context, error);
    }
    hv_signals_release(&before);
    free(entry);
    return result;
}
