/*
 * What the real programs share: known programs of Debian's source packages, each with a main() of ours around it that
 * gives it work, checks the result and prints it. The same sources are compiled for the machine that builds them, and
 * both must print the same (run.sh).
 */
#ifndef REAL_H
#define REAL_H

#include "program.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* NAME_short.elf, for the tests, has a tenth of the work or so. */
#ifdef SHORT
#define LONG_OR_SHORT(of_long, of_short) (of_short)
#else
#define LONG_OR_SHORT(of_long, of_short) (of_long)
#endif

/* A text, or whatever a program works on, in its image: embed.S. */
extern const unsigned char embedded[];
extern const unsigned char embedded_end[];

static inline size_t embedded_length(void)
{
    return (size_t)(embedded_end - embedded);
}

/* Ends the program with status 1 unless `holds`. */
static inline void expect(bool holds, const char *what)
{
    if (holds)
        return;
    printf("failed: %s\n", what);
    exit(1);
}

static inline uint32_t checksum(const unsigned char *bytes, size_t length)
{
    uint32_t sum = 0;

    for (size_t i = 0; i < length; i++)
        sum = digest(sum, bytes[i]);
    return sum;
}

#endif
