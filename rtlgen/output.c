/* Files that are written completely or not at all. */
#define _POSIX_C_SOURCE 200809L

#include "rtlgen/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FILES = 64 };

struct output {
    char *directory;
    bool made_directory;
    FILE *open; /* the last file of the set, in memory: it is then written at once, and errno says what failed */
    char *text;
    size_t length;
    size_t count;
    char *names[MAX_FILES];
    int failure; /* errno of what went wrong first, or 0 */
    char *failed_name;
};

/* "directory/name", or "directory/.name.new" for the time of writing; NULL without memory. */
static char *path_of(const struct output *o, const char *name, bool temporary)
{
    size_t size = strlen(o->directory) + strlen(name) + sizeof "/..new";
    char *path = malloc(size);
    if (path)
        snprintf(path, size, temporary ? "%s/.%s.new" : "%s/%s", o->directory, name);
    return path;
}

static void fail(struct output *o, const char *name, int number)
{
    if (o->failure)
        return;
    o->failure = number;
    o->failed_name = strdup(name);
}

struct output *output_open(const char *directory, struct hv_error *error)
{
    struct output *o = calloc(1, sizeof *o);
    if (o)
        o->directory = strdup(directory);
    if (!o || !o->directory) {
        snprintf(error->text, sizeof error->text, "%s: %s", directory, strerror(ENOMEM));
        free(o);
        return NULL;
    }
    struct stat status;
    if (mkdir(directory, 0777) == 0)
        o->made_directory = true;
    else if (errno == EEXIST && stat(directory, &status) == 0 && !S_ISDIR(status.st_mode))
        fail(o, "", ENOTDIR);
    else if (errno != EEXIST)
        fail(o, "", errno);
    if (!o->failure)
        return o;
    snprintf(error->text, sizeof error->text, "%s: cannot make the folder: %s", directory, strerror(o->failure));
    output_abandon(o);
    return NULL;
}

/* Write the last file's text under its temporary name; errno of what went wrong, or 0. */
static int write_text(const struct output *o)
{
    char *path = path_of(o, o->names[o->count - 1], true);
    if (!path)
        return ENOMEM;
    FILE *file = fopen(path, "w");
    int problem = file && fwrite(o->text, 1, o->length, file) == o->length ? 0 : errno;
    if (file && fclose(file) && !problem)
        problem = errno;
    free(path);
    return problem;
}

static void close_file(struct output *o)
{
    if (!o->open)
        return;
    const bool bad = ferror(o->open);
    const int problem = fclose(o->open) || bad ? ENOMEM : write_text(o);
    if (problem)
        fail(o, o->names[o->count - 1], problem);
    free(o->text);
    o->open = NULL;
    o->text = NULL;
}

FILE *output_file(struct output *o, const char *name)
{
    close_file(o);
    char *copy = o->count < MAX_FILES ? strdup(name) : NULL;
    o->open = copy ? open_memstream(&o->text, &o->length) : NULL;
    if (o->open) {
        o->names[o->count++] = copy;
    } else {
        fail(o, name, ENOMEM);
        free(copy);
    }
    return o->open;
}

/* Give every temporary file its name; the first that fails leaves it and the rest to be removed. */
static void rename_all(struct output *o)
{
    for (size_t i = 0; i < o->count && !o->failure; i++) {
        char *from = path_of(o, o->names[i], true), *to = path_of(o, o->names[i], false);
        if (!from || !to)
            fail(o, o->names[i], ENOMEM);
        else if (rename(from, to))
            fail(o, o->names[i], errno);
        else
            o->made_directory = false; /* it is no longer empty, and stays */
        free(from);
        free(to);
    }
}

int output_commit(struct output *o, struct hv_error *error)
{
    close_file(o);
    rename_all(o);
    int failure = o->failure;
    if (failure)
        snprintf(error->text, sizeof error->text, "%s/%s: cannot write: %s", o->directory,
                 o->failed_name ? o->failed_name : "", strerror(failure));
    output_abandon(o);
    return failure ? -1 : 0;
}

void output_abandon(struct output *o)
{
    if (o->open)
        fclose(o->open);
    free(o->text);
    for (size_t i = 0; i < o->count; i++) {
        char *path = path_of(o, o->names[i], true);
        if (path)
            unlink(path); /* does nothing to a file that has its name */
        free(path);
        free(o->names[i]);
    }
    if (o->made_directory)
        rmdir(o->directory);
    free(o->failed_name);
    free(o->directory);
    free(o);
}
