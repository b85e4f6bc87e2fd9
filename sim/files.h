/* Files and programs, with errors in one line: what lockstep needs of the operating system. */
#ifndef HV_FILES_H
#define HV_FILES_H

#include "config/config.h"

#include <stdint.h>

/* Fill *error; returns -1, so that a failing call can end in it. */
__attribute__((format(printf, 2, 3))) int hv_fail(struct hv_error *error, const char *format, ...);

/* A string made as by printf, to be freed; NULL when memory runs out. */
__attribute__((format(printf, 1, 2))) char *hv_text(const char *format, ...);

/* The whole file with a NUL behind it, to be freed; NULL with *error filled. */
uint8_t *hv_file_read(const char *path, size_t *length, struct hv_error *error);

/* Write a file that is not to be seen by others before it is whole: in a temporary folder. */
int hv_file_write(const char *path, const void *bytes, size_t length, struct hv_error *error);

/* Names of the files of a directory that end in `ending`, sorted; *count of them. Free with
 * hv_names_free. NULL with *error filled. */
char **hv_directory_list(const char *path, const char *ending, size_t *count, struct hv_error *error);
void hv_names_free(char **names, size_t count);

/* Create a directory with its parents. */
int hv_directory_make(const char *path, struct hv_error *error);
/* A new directory below ${TMPDIR:-/tmp}; its path, to be freed, or NULL with *error filled. */
char *hv_temporary_directory(struct hv_error *error);
/* Remove a directory with all in it; what is not there is no error. */
void hv_directory_remove(const char *path);

/* 64-bit FNV-1a; begin with HV_HASH_BEGIN. */
#define HV_HASH_BEGIN UINT64_C(0xcbf29ce484222325)
uint64_t hv_hash(uint64_t hash, const void *bytes, size_t length);

/* Run a program found on PATH in `directory`, its output going to the file `log` there. Returns 0 when
 * it succeeds; else -1 with *error filled: not found, or the first line of `log` that tells of an error. A signal that
 * ends this process ends that one first, with all that it has started; where signals are held (sim/signals.h) this is
 * an error. */
int hv_program_run(const char *directory, const char *log, char *const argv[], struct hv_error *error);

#endif
