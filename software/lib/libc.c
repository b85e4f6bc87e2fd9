/*
 * What picolibc wants of a machine: the whole of it links and runs, with the UART as the console.
 *
 * A program that uses it is linked with --wrap=main, so that it begins and ends here: constructors run before main(),
 * and what main() returns goes through exit(), as ISO C has it. There are no files; stdin, stdout and stderr are the
 * UART, unbuffered. Input waits for ever when nothing comes.
 */
#include "program.h"
#include "timer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

enum { TICKS_A_SECOND = 10000000, MICROSECONDS = 1000000 }; /* as on the virt board */

/* ---- Begin and end ---- */

typedef void constructor(void);
extern constructor *const init_array_start[] __asm__("__init_array_start");
extern constructor *const init_array_end[] __asm__("__init_array_end");

int __real_main(int count, char **arguments);
int __wrap_main(void);

/* The far end of the stack, below which the heap is: written before main() and looked at in the end. */
enum { GUARD_WORDS = 128 };
#define GUARD 0x5AFE57ACu
extern uint32_t stack_guard[GUARD_WORDS] __asm__("__heap_end");

/* A thread-local variable that is not zero: of zeros alone the linker makes a section without contents, as which it
   takes no room, and errno would be where .bss begins. */
static _Thread_local uint32_t contents = 1;

/* What the program finds as its arguments: the name of a program that nobody has called by a name. */
static char *arguments[] = {"program", NULL};

int __wrap_main(void)
{
    __asm__ volatile("la tp, __tls_base" : : "r"(&contents));
    for (int i = 0; i < GUARD_WORDS; i++)
        stack_guard[i] = GUARD;
    for (constructor *const *next = init_array_start; next != init_array_end; next++)
        (*next)();
    exit(__real_main(1, arguments));
}

_Noreturn void _exit(int status)
{
    for (int i = 0; i < GUARD_WORDS; i++) {
        if (stack_guard[i] == GUARD)
            continue;
        uart_put_string(
            "stack overflow: the program has used more than __stack_size bytes of it (STACK_SIZE of the template)\n");
        program_exit(99);
    }
    program_exit(status & 255);
}

/* ---- The console ---- */

static int put(char c, FILE *file)
{
    (void)file;
    uart_put_char(c);
    return (unsigned char)c;
}

static int get(FILE *file)
{
    (void)file;
    return (unsigned char)uart_get_char();
}

static FILE console = FDEV_SETUP_STREAM(put, get, NULL, _FDEV_SETUP_RW);
FILE *const stdin = &console;
FILE *const stdout = &console;
FILE *const stderr = &console;

/* ---- What a system would do ---- */

static int fails(int number)
{
    errno = number;
    return -1;
}

static bool is_console(int file)
{
    return file >= 0 && file <= 2;
}

int open(const char *path, int flags, ...)
{
    (void)path;
    (void)flags;
    return fails(ENOENT);
}

int close(int file)
{
    return is_console(file) ? 0 : fails(EBADF);
}

ssize_t read(int file, void *bytes, size_t length)
{
    if (!is_console(file))
        return fails(EBADF);
    if (length)
        *(char *)bytes = uart_get_char();
    return length != 0;
}

ssize_t write(int file, const void *bytes, size_t length)
{
    if (!is_console(file))
        return fails(EBADF);
    for (size_t i = 0; i < length; i++)
        uart_put_char(((const char *)bytes)[i]);
    return (ssize_t)length;
}

off_t lseek(int file, off_t offset, int whence)
{
    (void)offset;
    (void)whence;
    return fails(is_console(file) ? ESPIPE : EBADF);
}

int fstat(int file, struct stat *status)
{
    if (!is_console(file))
        return fails(EBADF);
    memset(status, 0, sizeof *status);
    status->st_mode = S_IFCHR;
    return 0;
}

int stat(const char *path, struct stat *status)
{
    (void)path;
    (void)status;
    return fails(ENOENT);
}

int unlink(const char *path)
{
    (void)path;
    return fails(ENOENT);
}

int rename(const char *from, const char *to)
{
    (void)from;
    (void)to;
    return fails(ENOENT);
}

int isatty(int file)
{
    if (is_console(file))
        return 1;
    errno = EBADF;
    return 0;
}

/* One process, whose signals that nobody handles end it, as abort() does. */
pid_t getpid(void)
{
    return 1;
}

int kill(pid_t process, int number)
{
    if (process != getpid())
        return fails(ESRCH);
    _exit(128 + number);
}

int sigprocmask(int how, const sigset_t *set, sigset_t *old)
{
    (void)how;
    (void)set;
    if (old)
        *old = 0;
    return 0;
}

int gettimeofday(struct timeval *time, void *zone)
{
    uint64_t now = timer_now();

    (void)zone;
    time->tv_sec = (time_t)(now / TICKS_A_SECOND);
    time->tv_usec = (suseconds_t)(now % TICKS_A_SECOND / (TICKS_A_SECOND / MICROSECONDS));
    return 0;
}

clock_t times(struct tms *used)
{
    clock_t now = (clock_t)(timer_now() / (TICKS_A_SECOND / CLOCKS_PER_SEC));

    *used = (struct tms){.tms_utime = now};
    return now;
}

/* There is no entropy here, and a program that asks for it is told so. */
int getentropy(void *bytes, size_t length)
{
    (void)bytes;
    (void)length;
    return fails(ENOSYS);
}
