/* The file of results: whole lines only, each written at once and on the disk before the next job counts as begun.
 * Whatever ends a sweep, at most the last line is torn, and that one can be told by its missing end. */
#include "cli/sweep.h"
#include "sim/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* How much of the text ends with a newline. */
static size_t whole_lines(const uint8_t *text, size_t length)
{
    while (length && text[length - 1] != '\n')
        length--;
    return length;
}

/* Results of the whole lines in `text`; a torn last line is not read. Returns how many bytes are whole, or -1. */
static ssize_t read_whole(struct lab_results *results, uint8_t *text, size_t length, const char *path,
                          struct hv_error *error)
{
    const size_t whole = whole_lines(text, length);
    if (whole < length && text[whole] != '{')
        return hv_fail(error, "%s: found a last line that is no result, expected JSON Lines of an earlier sweep", path);
    if (whole == 0)
        return 0;
    FILE *stream = fmemopen(text, whole, "rb");
    if (!stream)
        return hv_fail(error, "%s: out of memory", path);
    const int status = lab_results_read(results, stream, path, error);
    fclose(stream);
    return status ? -1 : (ssize_t)whole;
}

void sweep_warn_torn(const char *path)
{
    struct hv_error warning;
    hv_fail(&warning, "%s: the last line has no end, as of a sweep that was killed; it is left out", path);
    cli_warn(&warning);
}

static int read_file(struct sweep_file *file, struct hv_error *error)
{
    size_t length;
    uint8_t *text = hv_file_read(file->path, &length, error);
    if (!text)
        return -1;
    const ssize_t whole = read_whole(&file->results, text, length, file->path, error);
    free(text);
    if (whole < 0 || (size_t)whole == length)
        return whole < 0 ? -1 : 0;
    sweep_warn_torn(file->path);
    return ftruncate(file->fd, whole) == 0 ? 0 : hv_fail(error, "%s: cannot write: %s", file->path, strerror(errno));
}

int sweep_file_open(struct sweep_file *file, const char *path, struct hv_error *error)
{
    *file = (struct sweep_file){.path = path, .fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666)};
    if (file->fd < 0)
        return hv_fail(error, "%s: cannot open: %s", path, strerror(errno));
    int status = 0;
    struct stat is;
    if (fstat(file->fd, &is) != 0 || !S_ISREG(is.st_mode))
        status = hv_fail(error, "%s: found no regular file, expected one, to which results are added", path);
    else if (flock(file->fd, LOCK_EX | LOCK_NB) != 0)
        status = hv_fail(error, "%s: found another sweep that writes to it, expected a file for each", path);
    else
        status = read_file(file, error);
    if (status)
        sweep_file_close(file);
    return status;
}

/* One line at once. What was written of it goes again if the disk is full. */
static int write_line(const struct sweep_file *file, const char *line, size_t length, struct hv_error *error)
{
    const off_t end = lseek(file->fd, 0, SEEK_END);
    ssize_t written;
    do
        written = write(file->fd, line, length);
    while (written < 0 && errno == EINTR);
    if (written == (ssize_t)length && fsync(file->fd) == 0)
        return 0;
    const int problem = written >= 0 && written < (ssize_t)length ? ENOSPC : errno;
    if (end >= 0 && ftruncate(file->fd, end) != 0)
        return hv_fail(error, "%s: cannot write, nor take away what was written: %s", file->path, strerror(problem));
    return hv_fail(error, "%s: cannot write: %s", file->path, strerror(problem));
}

static int add_result(struct lab_results *results, const struct lab_result *result)
{
    if (results->count == results->room) {
        const size_t room = results->room ? 2 * results->room : 64;
        struct lab_result *list = realloc(results->list, room * sizeof *list);
        if (!list)
            return -1;
        results->list = list;
        results->room = room;
    }
    results->list[results->count++] = *result;
    return 0;
}

int sweep_file_add(struct sweep_file *file, const struct sweep_job *job, const char *text, size_t length,
                   struct hv_error *error)
{
    while (length && text[length - 1] == '\n')
        length--;
    json_t *object = memchr(text, '\n', length) ? NULL : lab_result_parse(text, length, job->label, error);
    if (!object)
        return hv_fail(error, "%s: found other than one result in what nestor measure printed", job->label);
    char *line = hv_text("{\"job\":\"%s\",%.*s\n", job->key, (int)length - 1, text + 1);
    struct lab_result result = {.object = object, .file = file->path, .line = file->results.count + 1};
    int status = line && json_object_set_new(object, "job", json_string(job->key)) == 0 &&
                         add_result(&file->results, &result) == 0
                     ? 0
                     : hv_fail(error, "out of memory");
    if (status)
        json_decref(object);
    else
        status = write_line(file, line, strlen(line), error);
    free(line);
    return status;
}

void sweep_file_close(struct sweep_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    lab_results_free(&file->results);
    file->fd = -1;
}

/* ---- What is there ---- */

const char *sweep_key_of(const struct lab_result *result)
{
    return lab_result_text(result->object, "job");
}

static int compare_keys(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

void sweep_mark_done(struct sweep_jobs *jobs, const struct sweep_file *file)
{
    size_t count = 0;
    const char **keys = calloc(file->results.count + 1, sizeof *keys);
    for (size_t i = 0; keys && i < file->results.count; i++)
        if (sweep_key_of(&file->results.list[i]))
            keys[count++] = sweep_key_of(&file->results.list[i]);
    if (!keys)
        return;
    qsort(keys, count, sizeof *keys, compare_keys);
    for (size_t i = 0; i < jobs->count; i++) {
        const char *key = jobs->list[i].key;
        jobs->list[i].done = bsearch(&key, keys, count, sizeof *keys, compare_keys) != NULL;
    }
    free(keys);
}

/* ---- Several files as one ---- */

/* But for what differs from one run to the next. */
static bool tell_the_same(const json_t *a, const json_t *b)
{
    static const char *const differing[] = {"seconds", "command"};
    json_t *x = json_copy((json_t *)(uintptr_t)a), *y = json_copy((json_t *)(uintptr_t)b);
    for (size_t i = 0; i < sizeof differing / sizeof *differing; i++) {
        json_object_del(x, differing[i]);
        json_object_del(y, differing[i]);
    }
    const bool same = x && y && json_equal(x, y);
    json_decref(x);
    json_decref(y);
    return same;
}

static int read_part(struct lab_results *results, const char *path, struct hv_error *error)
{
    size_t length;
    uint8_t *text = hv_file_read(path, &length, error);
    if (!text)
        return -1;
    const ssize_t whole = read_whole(results, text, length, path, error);
    free(text);
    if (whole >= 0 && (size_t)whole < length)
        sweep_warn_torn(path);
    return whole < 0 ? -1 : 0;
}

/* By job, then as they came; those of no job are last. */
static int compare_jobs(const void *left, const void *right)
{
    const struct lab_result *a = left, *b = right;
    const char *x = sweep_key_of(a), *y = sweep_key_of(b);
    const int order = x && y ? strcmp(x, y) : !x - !y;
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

/* Of neighbours that are of one job the first. */
static int drop_doubles(struct lab_results *results, struct hv_error *error)
{
    size_t kept = 0;
    int status = 0;
    for (size_t i = 0; i < results->count; i++) {
        const struct lab_result *result = &results->list[i], *other = kept ? &results->list[kept - 1] : NULL;
        const char *key = sweep_key_of(result), *other_key = other ? sweep_key_of(other) : NULL;
        if (!key || !other_key || strcmp(key, other_key) != 0)
            results->list[kept++] = *result;
        else {
            if (status == 0 && !tell_the_same(other->object, result->object))
                status = hv_fail(
                    error,
                    "%.120s:%zu: job: found %s with other numbers than in %.120s:%zu, expected the same of one job",
                    result->file, result->line, key, other->file, other->line);
            json_decref(result->object);
        }
    }
    results->count = kept;
    return status;
}

int sweep_merge(struct lab_results *results, char **files, int count, struct hv_error *error)
{
    for (int i = 0; i < count; i++)
        if (read_part(results, files[i], error))
            return -1;
    if (!results->count)
        return hv_fail(error, "%s: found no result%s, expected one at least", files[0],
                       count > 1 ? ", nor in the other files" : "");
    for (size_t i = 0; i < results->count; i++)
        results->list[i].order = i;
    if (results->count)
        qsort(results->list, results->count, sizeof *results->list, compare_jobs);
    return drop_doubles(results, error);
}

int sweep_write(const struct lab_results *results, const char *path, struct hv_error *error)
{
    struct cli_file file;
    if (cli_file_open(&file, path, error))
        return -1;
    for (size_t i = 0; i < results->count; i++) {
        json_dumpf(results->list[i].object, file.stream, JSON_COMPACT | JSON_REAL_PRECISION(9));
        fputc('\n', file.stream);
    }
    return cli_file_close(&file, true, error);
}
