#include "sim/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int hv_fail(struct hv_error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return -1;
}

char *hv_text(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length < 0 ? NULL : text;
}

/* Read `stream` to its end. */
static uint8_t *read_all(FILE *stream, size_t *length)
{
    size_t capacity = 1 << 16;
    uint8_t *bytes = malloc(capacity);
    *length = 0;
    while (bytes) {
        *length += fread(bytes + *length, 1, capacity - *length - 1, stream);
        if (*length < capacity - 1)
            break;
        capacity *= 2;
        uint8_t *larger = realloc(bytes, capacity);
        if (!larger)
            free(bytes);
        bytes = larger;
    }
    if (bytes)
        bytes[*length] = 0;
    return bytes;
}

uint8_t *hv_file_read(const char *path, size_t *length, struct hv_error *error)
{
    FILE *stream = fopen(path, "rb");
    if (!stream) {
        hv_fail(error, "%s: cannot open: %s", path, strerror(errno));
        return NULL;
    }
    errno = 0;
    uint8_t *bytes = read_all(stream, length);
    if (!bytes) {
        hv_fail(error, "%s: out of memory", path);
    } else if (ferror(stream)) {
        hv_fail(error, "%s: cannot read: %s", path, strerror(errno));
        free(bytes);
        bytes = NULL;
    }
    fclose(stream);
    return bytes;
}

int hv_file_write(const char *path, const void *bytes, size_t length, struct hv_error *error)
{
    FILE *stream = fopen(path, "wb");
    if (!stream)
        return hv_fail(error, "%s: cannot create: %s", path, strerror(errno));
    size_t written = fwrite(bytes, 1, length, stream);
    int problem = written == length ? 0 : errno;
    if (fclose(stream) != 0 && problem == 0)
        problem = errno;
    return problem ? hv_fail(error, "%s: cannot write: %s", path, strerror(problem)) : 0;
}

static bool ends_in(const char *name, const char *ending)
{
    size_t length = strlen(name), tail = strlen(ending);
    return length > tail && strcmp(name + length - tail, ending) == 0;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Append a copy of `name`; false when memory runs out. */
static bool add_name(char ***names, size_t *count, const char *name)
{
    char **larger = realloc(*names, (*count + 2) * sizeof **names);
    if (!larger)
        return false;
    *names = larger;
    larger[*count] = strdup(name);
    larger[*count + 1] = NULL;
    return larger[*count] && ++*count;
}

char **hv_directory_list(const char *path, const char *ending, size_t *count, struct hv_error *error)
{
    DIR *directory = opendir(path);
    if (!directory) {
        hv_fail(error, "%s: cannot open: %s", path, strerror(errno));
        return NULL;
    }
    char **names = NULL;
    *count = 0;
    bool enough = true;
    for (struct dirent *entry; enough && (entry = readdir(directory));)
        if (ends_in(entry->d_name, ending))
            enough = add_name(&names, count, entry->d_name);
    closedir(directory);
    if (!enough || *count == 0) {
        hv_names_free(names, *count);
        hv_fail(error, enough ? "%s: found no file that ends in %s" : "%s: out of memory listing *%s", path, ending);
        return NULL;
    }
    qsort(names, *count, sizeof *names, compare_names);
    return names;
}

void hv_names_free(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

int hv_directory_make(const char *path, struct hv_error *error)
{
    char *part = strdup(path);
    if (!part)
        return hv_fail(error, "%s: out of memory", path);
    int result = 0;
    for (char *end = part + 1; result == 0; end++) {
        if (*end != '/' && *end != 0)
            continue;
        bool last = *end == 0;
        *end = 0;
        if (mkdir(part, 0777) != 0 && errno != EEXIST)
            result = hv_fail(error, "%s: cannot create directory: %s", part, strerror(errno));
        if (last)
            break;
        *end = '/';
    }
    struct stat status;
    if (result == 0 && (stat(path, &status) != 0 || !S_ISDIR(status.st_mode)))
        result = hv_fail(error, "%s: not a directory", path);
    free(part);
    return result;
}

char *hv_temporary_directory(struct hv_error *error)
{
    const char *base = getenv("TMPDIR");
    char *path = hv_text("%s/nestor-XXXXXX", base && *base ? base : "/tmp");
    if (path && mkdtemp(path))
        return path;
    hv_fail(error, "%s: cannot create directory: %s", path ? path : "TMPDIR", strerror(errno));
    free(path);
    return NULL;
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

void hv_directory_remove(const char *path)
{
    nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

uint64_t hv_hash(uint64_t hash, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}
