/* The first process of a Linux on Nestor, and, called with arguments, its children: it asks of the kernel what kernels
 * are for, checks the answers, tells them on the console, and switches the machine off; or restarts it, which ends a
 * run with status 1, if any answer is wrong.
 *
 * No C library: raw system calls, numbers of asm-generic/unistd.h as 32-bit RISC-V has them. No pointer in initialized
 * data (init.ld). Words of a line that are not the same in each run have a ~ in front. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SYS_IOCTL = 29,
    SYS_MKDIRAT = 34,
    SYS_UNLINKAT = 35,
    SYS_OPENAT = 56,
    SYS_CLOSE = 57,
    SYS_PIPE2 = 59,
    SYS_READ = 63,
    SYS_WRITE = 64,
    SYS_WAITID = 95,
    SYS_REBOOT = 142,
    SYS_UNAME = 160,
    SYS_GETPPID = 173,
    SYS_MUNMAP = 215,
    SYS_MMAP2 = 222,
    SYS_RENAMEAT2 = 276,
    SYS_CLOCK_GETTIME64 = 403,
    SYS_CLOCK_NANOSLEEP64 = 407,
};
enum { ENOENT = 2, ECHILD = 10, EXDEV = 18 };
enum { AT_FDCWD = -100, O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0100, O_EXCL = 0200 };
enum { P_PID = 1, WEXITED = 4, CLD_EXITED = 1, CLOCK_MONOTONIC = 1, TCSBRK = 0x5409 };
enum { PROT_READ_WRITE = 3, MAP_PRIVATE_ANONYMOUS = 0x22 };
enum { LINUX_REBOOT_CMD_RESTART = 0x01234567, LINUX_REBOOT_CMD_POWER_OFF = 0x4321fedc };

enum { WORKERS = 4, SPAN = 500, PRIMES_BELOW_2000 = 303 };
enum { FILE_BYTES = 20000, BLOCK = 1000, PIPE_BYTES = 6000, CALLS = 200, MEMORY = 65536 };

static unsigned passed, failed;

static long system_call(long number, long a, long b, long c, long d, long e)
{
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = 0;
    register long a7 __asm__("a7") = number;
    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5), "r"(a7) : "memory");
    return a0;
}

int spawn(const char *path, const char *const argv[], const char *const envp[]); /* start.S */

/* ---- What a compiler may call, and text ---- */

void *memset(void *to, int value, size_t length)
{
    uint8_t *bytes = to;
    while (length--)
        *bytes++ = (uint8_t)value;
    return to;
}

void *memcpy(void *to, const void *from, size_t length)
{
    uint8_t *bytes = to;
    const uint8_t *source = from;
    while (length--)
        *bytes++ = *source++;
    return to;
}

static size_t length_of(const char *text)
{
    size_t length = 0;
    while (text[length])
        length++;
    return length;
}

/* A line of the console, put together before it is written. */
struct line {
    char text[160];
    size_t length;
};

static void put(struct line *line, const char *text)
{
    while (*text && line->length < sizeof line->text - 1)
        line->text[line->length++] = *text++;
}

static void put_number(struct line *line, unsigned long value)
{
    char digits[12];
    size_t i = sizeof digits;
    digits[--i] = 0;
    do
        digits[--i] = (char)('0' + value % 10);
    while (value /= 10);
    put(line, digits + i);
}

static void say(struct line *line)
{
    line->text[line->length++] = '\n';
    for (size_t done = 0; done < line->length;) {
        const long count = system_call(SYS_WRITE, 1, (long)(line->text + done), (long)(line->length - done), 0, 0);
        if (count <= 0)
            return;
        done += (size_t)count;
    }
}

/* One thing that was to be so; `found` beside what was expected. */
static void expect(const char *what, unsigned long found, unsigned long expected)
{
    struct line line = {.length = 0};
    if (found == expected) {
        passed++;
        return;
    }
    failed++;
    put(&line, "init: ");
    put(&line, what);
    put(&line, ": found ");
    put_number(&line, found);
    put(&line, ", expected ");
    put_number(&line, expected);
    say(&line);
}

/* ---- Time ---- */

struct time {
    int64_t seconds, nanoseconds;
};

static uint32_t microseconds(void)
{
    struct time now = {0, 0};
    expect("clock_gettime", (unsigned long)system_call(SYS_CLOCK_GETTIME64, CLOCK_MONOTONIC, (long)&now, 0, 0, 0), 0);
    return (uint32_t)now.seconds * 1000000 + (uint32_t)now.nanoseconds / 1000;
}

static void told_time(const char *what, uint32_t since)
{
    struct line line = {.length = 0};
    const uint32_t spent = microseconds() - since;
    put(&line, "init: ");
    put(&line, what);
    put(&line, ": ~");
    put_number(&line, spent);
    put(&line, " us");
    say(&line);
}

/* ---- Processes and pipes ---- */

static bool is_prime(unsigned n)
{
    for (unsigned d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

/* A child: counts the primes of its span, and writes the number into the pipe that it has been given. */
static int count_primes(unsigned which, int pipe)
{
    uint32_t count = 0;
    for (unsigned n = which * SPAN; n < (which + 1) * SPAN; n++)
        count += is_prime(n) ? 1 : 0;
    const long written = system_call(SYS_WRITE, pipe, (long)&count, sizeof count, 0, 0);
    return written == sizeof count ? (int)which + 10 : 1;
}

/* A child: a filter from one pipe to another, to capital letters. */
static int filter(int from, int to)
{
    char bytes[64];
    long count;
    while ((count = system_call(SYS_READ, from, (long)bytes, sizeof bytes, 0, 0)) > 0) {
        for (long i = 0; i < count; i++)
            if (bytes[i] >= 'a' && bytes[i] <= 'z')
                bytes[i] = (char)(bytes[i] - 'a' + 'A');
        if (system_call(SYS_WRITE, to, (long)bytes, count, 0, 0) != count)
            return 1;
    }
    return count ? 1 : 0;
}

/* This program once more, with three arguments of a character each. */
static int start(char role, unsigned first, unsigned second)
{
    char words[3][2] = {{role, 0}, {(char)('0' + first), 0}, {(char)('0' + second), 0}};
    const char *const argv[] = {"init", words[0], words[1], words[2], NULL};
    const char *const envp[] = {NULL};
    const int child = spawn("/init", argv, envp);
    expect("spawn", child < 0 ? (unsigned long)-child : 0, 0);
    return child;
}

static void wait_for(int child, int status)
{
    int32_t info[32] = {0}; /* siginfo_t: signal, error, code; then process, user, status */
    expect("waitid", (unsigned long)system_call(SYS_WAITID, P_PID, child, (long)info, WEXITED, 0), 0);
    expect("how the child ended", (unsigned long)info[2], CLD_EXITED);
    expect("its status", (unsigned long)info[5], (unsigned long)status);
}

static void close_file(int file)
{
    expect("close", (unsigned long)system_call(SYS_CLOSE, file, 0, 0, 0, 0), 0);
}

static void try_processes(void)
{
    int pipe[2] = {0, 0}, child[WORKERS];
    uint32_t sum = 0, count = 0;
    const uint32_t begin = microseconds();
    expect("pipe", (unsigned long)system_call(SYS_PIPE2, (long)pipe, 0, 0, 0, 0), 0);
    for (unsigned i = 0; i < WORKERS; i++)
        child[i] = start('p', i, (unsigned)pipe[1]);
    close_file(pipe[1]);
    for (unsigned i = 0; i < WORKERS; i++) {
        expect("read of a pipe", (unsigned long)system_call(SYS_READ, pipe[0], (long)&count, sizeof count, 0, 0),
               sizeof count);
        sum += count;
    }
    for (unsigned i = 0; i < WORKERS; i++)
        wait_for(child[i], (int)i + 10);
    expect("end of a pipe", (unsigned long)system_call(SYS_READ, pipe[0], (long)&count, sizeof count, 0, 0), 0);
    expect("primes", sum, PRIMES_BELOW_2000);
    close_file(pipe[0]);
    told_time("4 processes that count the 303 primes below 2000", begin);
}

/* To a child through one pipe and back through another; the child sees the end of the first only if nobody else has it.
 */
static void try_pipeline(void)
{
    static const char text[] = "goldberg, hardware virtualizer. ";
    int to[2] = {0, 0}, from[2] = {0, 0};
    uint32_t sent = 0, came = 0, wrong = 0;
    char bytes[sizeof text - 1];
    const uint32_t begin = microseconds();
    system_call(SYS_PIPE2, (long)from, 0, 0, 0, 0);
    system_call(SYS_PIPE2, (long)to, 02000000, 0, 0, 0);       /* O_CLOEXEC, for the end that is ours */
    const int input = (int)system_call(23, to[0], 0, 0, 0, 0); /* dup: the child's end, kept by exec */
    const int child = start('f', (unsigned)input, (unsigned)from[1]);
    close_file(input);
    close_file(from[1]);
    close_file(to[0]);
    while (sent < PIPE_BYTES && system_call(SYS_WRITE, to[1], (long)text, sizeof bytes, 0, 0) == sizeof bytes)
        sent += sizeof bytes;
    close_file(to[1]);
    for (long count; (count = system_call(SYS_READ, from[0], (long)bytes, sizeof bytes, 0, 0)) > 0;)
        for (long i = 0; i < count; i++) {
            const char c = text[came++ % sizeof bytes];
            wrong += bytes[i] != (c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        }
    close_file(from[0]);
    expect("bytes from the filter", came, sent);
    expect("wrong ones", wrong, 0);
    wait_for(child, 0);
    told_time("a text through a filter, two pipes", begin);
}

/* ---- Files ---- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525 + 1013904223;
    return *state >> 24;
}

static void write_file(const char *path)
{
    uint8_t block[BLOCK];
    uint32_t state = 1;
    const int file = (int)system_call(SYS_OPENAT, AT_FDCWD, (long)path, O_WRONLY | O_CREAT | O_EXCL, 0644, 0);
    expect("create a file", file < 0, 0);
    for (unsigned done = 0; done < FILE_BYTES; done += BLOCK) {
        for (unsigned i = 0; i < BLOCK; i++)
            block[i] = (uint8_t)next_random(&state);
        expect("write", (unsigned long)system_call(SYS_WRITE, file, (long)block, BLOCK, 0, 0), BLOCK);
    }
    close_file(file);
}

static void check_file(const char *path)
{
    uint8_t block[BLOCK / 4 * 3]; /* not as it was written */
    uint32_t state = 1, bytes = 0, wrong = 0;
    const int file = (int)system_call(SYS_OPENAT, AT_FDCWD, (long)path, O_RDONLY, 0, 0);
    expect("open", file < 0, 0);
    for (long count; (count = system_call(SYS_READ, file, (long)block, sizeof block, 0, 0)) > 0;
         bytes += (uint32_t)count)
        for (long i = 0; i < count; i++)
            wrong += block[i] != next_random(&state);
    expect("bytes of the file", bytes, FILE_BYTES);
    expect("wrong bytes of the file", wrong, 0);
    close_file(file);
}

static void try_files(void)
{
    const uint32_t begin = microseconds();
    expect("mkdir", (unsigned long)system_call(SYS_MKDIRAT, AT_FDCWD, (long)"/data", 0755, 0, 0), 0);
    write_file("/data/one");
    check_file("/data/one");
    expect("rename",
           (unsigned long)system_call(SYS_RENAMEAT2, AT_FDCWD, (long)"/data/one", AT_FDCWD, (long)"/data/two", 0), 0);
    check_file("/data/two");
    expect("open of what is no more",
           (unsigned long)-system_call(SYS_OPENAT, AT_FDCWD, (long)"/data/one", O_RDONLY, 0, 0), ENOENT);
    expect("unlink", (unsigned long)system_call(SYS_UNLINKAT, AT_FDCWD, (long)"/data/two", 0, 0, 0), 0);
    told_time("a file of 20000 bytes, written, read, renamed, read", begin);
}

/* ---- Measured ---- */

static void try_memory(void)
{
    const uint32_t begin = microseconds();
    const long found = system_call(SYS_MMAP2, 0, MEMORY, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1);
    uint32_t *words = (uint32_t *)found, sum = 0;
    expect("mmap", found > -4096 && found < 0, 0);
    if (found > -4096 && found < 0)
        return;
    for (uint32_t i = 0; i < MEMORY / 4; i++)
        sum |= words[i];
    expect("fresh memory", sum, 0);
    for (uint32_t i = 0; i < MEMORY / 4; i++)
        words[i] = i * 2654435761u;
    for (uint32_t i = 0; i < MEMORY / 4; i++)
        sum += words[i] ^ i;
    expect("sum of memory", sum, 0x98c90000);
    expect("munmap", (unsigned long)system_call(SYS_MUNMAP, found, MEMORY, 0, 0, 0), 0);
    told_time("64 KiB of memory", begin);
}

static void try_calls(void)
{
    const uint32_t begin = microseconds();
    long parent = 0;
    for (unsigned i = 0; i < CALLS; i++)
        parent |= system_call(SYS_GETPPID, 0, 0, 0, 0, 0);
    expect("parent of the first process", (unsigned long)parent, 0);
    told_time("200 system calls", begin);
}

static void try_sleep(void)
{
    const struct time wish = {0, 25000000};
    const uint32_t begin = microseconds();
    expect("sleep", (unsigned long)system_call(SYS_CLOCK_NANOSLEEP64, CLOCK_MONOTONIC, 0, (long)&wish, 0, 0), 0);
    expect("a sleep that is too short", microseconds() - begin < 25000, 0);
    told_time("a sleep of 25000 us", begin);
}

/* ---- The beginning and the end ---- */

static void greet(void)
{
    char name[6][65]; /* struct utsname */
    struct line line = {.length = 0};
    memset(name, 0, sizeof name);
    expect("uname", (unsigned long)system_call(SYS_UNAME, (long)name, 0, 0, 0, 0), 0);
    put(&line, "init: ");
    put(&line, name[0]);
    put(&line, " ");
    put(&line, name[2]);
    put(&line, " on ");
    put(&line, name[4]);
    say(&line);
}

static void end(void)
{
    struct line line = {.length = 0};
    put(&line, "init: ");
    put_number(&line, passed);
    put(&line, " checks passed, ");
    put_number(&line, failed);
    put(&line, " failed");
    say(&line);
    system_call(SYS_IOCTL, 1, TCSBRK, 1, 0, 0); /* until the last character is out */
    system_call(SYS_REBOOT, (long)0xfee1dead, 0x28121969,
                failed ? LINUX_REBOOT_CMD_RESTART : LINUX_REBOOT_CMD_POWER_OFF, 0, 0);
}

static int run_child(const char *const argv[])
{
    const unsigned first = (unsigned)(argv[2][0] - '0'), second = (unsigned)(argv[3][0] - '0');
    return argv[1][0] == 'p' ? count_primes(first, (int)second) : filter((int)first, (int)second);
}

/* `stack`: as the kernel has left it, argc first. Called by start.S. */
int flat_main(const long *stack)
{
    const char *const *argv = (const char *const *)(stack + 1);
    if (stack[0] == 4 && length_of(argv[1]) == 1)
        return run_child(argv);
    greet();
    try_processes();
    try_pipeline();
    try_files();
    try_memory();
    try_calls();
    try_sleep();
    end();
    return 1;
}
