/* Files that are written completely or not at all, in the place of those written before. */
#define _XOPEN_SOURCE 700

#include "rtlgen/output.h"

#include "rtlgen/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct output {
    char *directory;
    bool made_directory;
    FILE *open; /* the last file of the set, in memory: it is then written at once, and errno says what failed */
    char *text;
    size_t length;
    struct manifest files; /* of the set */
    int failure;           /* errno of what went wrong first, or 0 */
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

char *output_path(const struct output *output)
{
    return realpath(output->directory, NULL);
}

/* Write a text under its temporary name; errno of what went wrong, or 0. */
static int write_text(const struct output *o, const char *name, const char *text, size_t length)
{
    char *path = path_of(o, name, true);
    if (!path)
        return ENOMEM;
    FILE *file = fopen(path, "w");
    int problem = file && fwrite(text, 1, length, file) == length ? 0 : errno;
    if (file && fclose(file) && !problem)
        problem = errno;
    free(path);
    return problem;
}

static void close_file(struct output *o)
{
    if (!o->open)
        return;
    struct manifest_file *last = &o->files.file[o->files.count - 1];
    const bool bad = ferror(o->open);
    const int problem = fclose(o->open) || bad ? ENOMEM : write_text(o, last->name, o->text, o->length);
    if (problem)
        fail(o, last->name, problem);
    else
        last->hash = manifest_hash(o->text, o->length);
    free(o->text);
    o->open = NULL;
    o->text = NULL;
}

FILE *output_file(struct output *o, const char *name)
{
    close_file(o);
    if (!manifest_find(&o->files, name) && manifest_add(&o->files, name, 0))
        o->open = open_memstream(&o->text, &o->length);
    if (!o->open)
        fail(o, name, ENOMEM);
    return o->open;
}

/* The manifest of the set, under its temporary name. */
static void write_manifest(struct output *o)
{
    char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream)
        manifest_write(&o->files, stream);
    const int problem = !stream || fclose(stream) ? ENOMEM : write_text(o, MANIFEST, text, length);
    if (problem)
        fail(o, MANIFEST, problem);
    free(text);
}

/* Give a temporary file its name. */
static void rename_file(struct output *o, const char *name)
{
    char *from = path_of(o, name, true), *to = path_of(o, name, false);
    if (!from || !to)
        fail(o, name, ENOMEM);
    else if (rename(from, to))
        fail(o, name, errno);
    else
        o->made_directory = false; /* it is no longer empty, and stays */
    free(from);
    free(to);
}

static void remove_file(struct output *o, const char *name)
{
    char *path = path_of(o, name, false);
    if (!path)
        fail(o, name, ENOMEM);
    else if (unlink(path))
        fail(o, name, errno);
    free(path);
}

/* The set takes the place of the one before. The first rename that fails leaves the rest to be removed. */
static void put_into_place(struct output *o, const struct manifest *stale)
{
    for (size_t i = 0; i < o->files.count && !o->failure; i++)
        rename_file(o, o->files.file[i].name);
    for (size_t i = 0; i < stale->count && !o->failure; i++)
        remove_file(o, stale->file[i].name);
    if (!o->failure)
        rename_file(o, MANIFEST);
}

int output_commit(struct output *o, bool force, struct hv_error *error)
{
    struct manifest stale = {0};
    close_file(o);
    if (!o->failure)
        write_manifest(o);
    int result = o->failure ? 0 : manifest_replace(&o->files, o->directory, force, &stale, error);
    if (result == 0 && !o->failure)
        put_into_place(o, &stale);
    if (o->failure)
        result = -1;
    if (o->failure)
        snprintf(error->text, sizeof error->text, "%s/%s: cannot write: %s", o->directory,
                 o->failed_name ? o->failed_name : "", strerror(o->failure));
    manifest_free(&stale);
    output_abandon(o);
    return result;
}

static void remove_temporary(const struct output *o, const char *name)
{
    char *path = path_of(o, name, true);
    if (path)
        unlink(path); /* or it has its name already */
    free(path);
}

void output_abandon(struct output *o)
{
    close_file(o);
    for (size_t i = 0; i < o->files.count; i++)
        remove_temporary(o, o->files.file[i].name);
    remove_temporary(o, MANIFEST);
    if (o->made_directory)
        rmdir(o->directory);
    manifest_free(&o->files);
    free(o->directory);
    free(o->failed_name);
    free(o);
}
