/* nestor run --console at a pseudo-terminal: what is typed comes to the guest as it comes, the guest waits for it at
 * any depth, Ctrl-A X ends, the terminal is as it was before, and a record makes the same run again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
// cmocka wants the four above first
#include <cmocka.h>
#include <poll.h>
#include <pty.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { OUTPUT = 8192, PATIENCE = 60000 /* ms: only a failure takes as long */ };
#define NESTOR "build/san/nestor"
#define LAST   "one interrupt for each load\r\n" /* the end of what tty says by itself */

static struct {
    int fd;
    pid_t pid;
    char output[OUTPUT];
    size_t length;
} terminal;

static void start(char *const argv[])
{
    terminal.length = 0;
    terminal.output[0] = 0;
    terminal.pid = forkpty(&terminal.fd, NULL, NULL, NULL);
    assert_true(terminal.pid >= 0);
    if (terminal.pid == 0) {
        execv(NESTOR, argv);
        _exit(99);
    }
}

/* More of the output; false at its end. */
static bool more(void)
{
    struct pollfd fd = {.fd = terminal.fd, .events = POLLIN};
    if (poll(&fd, 1, PATIENCE) <= 0)
        fail_msg("nothing came: '%s'", terminal.output);
    assert_true(terminal.length < OUTPUT - 1);
    const ssize_t count = read(terminal.fd, terminal.output + terminal.length, OUTPUT - 1 - terminal.length);
    if (count <= 0)
        return false;
    terminal.length += (size_t)count;
    terminal.output[terminal.length] = 0;
    return true;
}

/* Until the text has come `times` times. */
static void expect(const char *text, unsigned times)
{
    for (;;) {
        unsigned found = 0;
        for (const char *at = terminal.output; (at = strstr(at, text)); at += strlen(text))
            found++;
        if (found >= times)
            return;
        if (!more())
            fail_msg("found '%s', expected '%s'", terminal.output, text);
    }
}

static void type(const char *text)
{
    assert_int_equal(write(terminal.fd, text, strlen(text)), strlen(text));
}

/* Its exit status. */
static int end(void)
{
    int status;
    while (more())
        continue;
    assert_int_equal(waitpid(terminal.pid, &status, 0), terminal.pid);
    close(terminal.fd);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static char depth_option[16];

static void start_tty(unsigned depth, char *more_option)
{
    snprintf(depth_option, sizeof depth_option, "--depth=%u", depth);
    start((char *[]){NESTOR, "run", "--console", depth_option, "build/software/tty.elf", more_option, NULL});
}

/* Nothing is echoed but by the guest, Ctrl-C is its own, and it gets what is typed after it has begun to wait. */
static void test_typed(void **state)
{
    (void)state;
    for (unsigned depth = 0; depth <= 4; depth += 2) {
        start_tty(depth, NULL);
        expect(LAST, 3);
        type("hello");
        expect("hello", 1);
        type("\003\001\001 again"); /* Ctrl-C; Ctrl-A, twice for one */
        expect("hello\003\001 again", 1);
        type("\004");
        assert_int_equal(end(), 0);
        assert_null(strstr(strstr(terminal.output, "hello") + 1, "hello"));
    }
}

static void test_ctrl_a_x(void **state)
{
    (void)state;
    start_tty(1, NULL);
    expect(LAST, 3);
    type("abc");
    expect("abc", 1);
    type("\001x");
    assert_int_equal(end(), 130);
    assert_non_null(strstr(terminal.output, "ended by Ctrl-A X\r\n"));
}

/* A shell starts Nestor and looks at the terminal before and behind it. */
static void test_restored(void **state)
{
    (void)state;
    terminal.length = 0;
    terminal.pid = forkpty(&terminal.fd, NULL, NULL, NULL);
    assert_true(terminal.pid >= 0);
    if (terminal.pid == 0) {
        execl("/bin/sh", "sh", "-c",
              "a=$(stty -g); " NESTOR " run --console build/software/tty.elf; "
              "[ \"$a\" = \"$(stty -g)\" ] && echo as before",
              NULL);
        _exit(99);
    }
    expect(LAST, 3);
    type("\001x");
    expect("as before", 1);
    assert_int_equal(end(), 0);
}

static char *read_file(const char *path)
{
    static char text[4096];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    fclose(file);
    return text;
}

/* The run that was typed, from its record: the same output, the same number of records. */
static void replayed(const char *path, const char *guest_output)
{
    char command[256], line[OUTPUT];
    size_t length = 0;
    snprintf(command, sizeof command, NESTOR " run --depth=2 --replay-console=%s build/software/tty.elf 2>/dev/null",
             path);
    for (unsigned i = 0; i < 2; i++) {
        FILE *pipe = popen(command, "r");
        assert_non_null(pipe);
        length = fread(line, 1, sizeof line - 1, pipe);
        line[length] = 0;
        assert_int_equal(pclose(pipe), 0);
        if (!strstr(line, guest_output))
            fail_msg("found '%s', expected '%s'", line, guest_output);
    }
}

static void test_record(void **state)
{
    (void)state;
    char path[] = "/tmp/nestor-console-XXXXXX", option[64];
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    snprintf(option, sizeof option, "--record-console=%s", path);
    start_tty(2, option);
    expect(LAST, 3);
    type("uno");
    expect("uno", 1);
    type("due\004");
    assert_int_equal(end(), 0);
    char *text = read_file(path);
    assert_int_equal(strncmp(text, "nestor-console 1\n", 17), 0);
    unsigned lines = 0;
    for (const char *c = text; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 1 + strlen("unodue\004"));
    assert_non_null(strstr(text, " 117\n")); /* u */
    replayed(path, "unodue");
    unlink(path);
}

/* From a pipe, whose end is the input's end: nothing is left that could wake the guest. */
static void test_pipe(void **state)
{
    (void)state;
    FILE *pipe = popen("printf abc | " NESTOR " run --console build/software/tty.elf 2>&1", "r");
    char text[OUTPUT];
    assert_non_null(pipe);
    text[fread(text, 1, sizeof text - 1, pipe)] = 0;
    assert_int_equal(WEXITSTATUS(pclose(pipe)), 125);
    assert_non_null(strstr(text, "abc"));
    assert_non_null(strstr(text, "waits for ever"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_typed),  cmocka_unit_test(test_ctrl_a_x), cmocka_unit_test(test_restored),
        cmocka_unit_test(test_record), cmocka_unit_test(test_pipe),
    };
    return cmocka_run_group_tests_name("console", tests, NULL, NULL);
}
