/* The list of what is in a folder of the cache, with lengths and hashes: a file `manifest` there, by which a folder
 * that a full disk or a power cut has damaged is known. */
#ifndef HV_MANIFEST_H
#define HV_MANIFEST_H

#include "config/config.h"

/* Write the list of all files below `directory`, as they are now. */
int hv_manifest_write(const char *directory, struct hv_error *error);

/* 0 when all files of the list are there as they were; else -1, and *error says which is not. */
int hv_manifest_check(const char *directory, struct hv_error *error);

#endif
