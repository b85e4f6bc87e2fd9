/* Running QEMU; declared in machines.h. */
#include "sim/files.h"
#include "tests/qemu/machines.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

/* Far above what any program needs on a busy machine: for one that hangs. */
enum { MAX_SECONDS = 900 };

/* The same machine, as far as QEMU can be told: M and U, no PMP, and what is not there switched off. */
static int start_qemu(pid_t *child, const char *file, const char *output, struct kind kind)
{
    char *memory = hv_text("memory-backend-file,id=ram,size=%dM,share=on,mem-path=%s", RAM_BYTES >> 20, file);
    char *serial = hv_text("file:%s", output);
    char *size = hv_text("%dM", RAM_BYTES >> 20);
    char *cpu =
        hv_text("rv32,a=%s,c=off,f=off,d=off,s=off,h=off,mmu=off,pmp=off,sstc=off,zba=off,zbb=off,zbc=off,zbs=off,"
                "pmu-num=29,marchid=0,mimpid=0",
                kind.isa == HV_ISA_RV32IMA ? "on" : "off");
    int problem = memory && serial && size && cpu ? 0 : ENOMEM;
    char *const argv[] = {"qemu-system-riscv32",
                          "-machine",
                          "virt,memory-backend=ram",
                          "-object",
                          memory,
                          "-m",
                          size,
                          "-cpu",
                          cpu,
                          "-bios",
                          "none",
                          "-display",
                          "none",
                          "-monitor",
                          "none",
                          "-serial",
                          serial,
                          "-nodefaults",
                          NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (!problem)
        problem = posix_spawnp(child, argv[0], &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    free(memory);
    free(serial);
    free(size);
    free(cpu);
    return problem;
}

/* Wait for QEMU to end by itself; one that does not is killed. */
static int wait_qemu(pid_t child, struct hv_error *error)
{
    const struct timespec nap = {.tv_nsec = 1000000};
    int status = 0;
    for (unsigned naps = 0; waitpid(child, &status, WNOHANG) == 0; naps++) {
        if (naps == MAX_SECONDS * 1000) {
            kill(child, SIGKILL);
            waitpid(child, &status, 0);
            return hv_fail(error, "QEMU: the program did not end in %d seconds", MAX_SECONDS);
        }
        nanosleep(&nap, NULL);
    }
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return 0;
    return hv_fail(error, "QEMU: the program did not end well: wait status 0x%x", (unsigned)status);
}

/* A file that is not there any more when it is closed. */
struct temporary {
    char path[32];
    int file;
};

static int temporary_open(struct temporary *temporary, struct hv_error *error)
{
    strcpy(temporary->path, "/tmp/nestor-qemu-XXXXXX");
    temporary->file = mkostemp(temporary->path, O_CLOEXEC);
    return temporary->file < 0 ? hv_fail(error, "%s: %s", temporary->path, strerror(errno)) : 0;
}

static void temporary_close(struct temporary *temporary)
{
    if (temporary->file < 0)
        return;
    close(temporary->file);
    unlink(temporary->path);
}

static int run_on_files(const struct temporary *memory, const struct temporary *output, const uint8_t *image,
                        struct kind kind, uint8_t *ram, struct hv_error *error)
{
    if (ftruncate(memory->file, RAM_BYTES))
        return hv_fail(error, "%s: %s", memory->path, strerror(errno));
    void *map = mmap(NULL, RAM_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory->file, 0);
    if (map == MAP_FAILED)
        return hv_fail(error, "%s: %s", memory->path, strerror(errno));
    memcpy(map, image, RAM_BYTES);
    pid_t child;
    int problem = start_qemu(&child, memory->path, output->path, kind);
    int result = problem ? hv_fail(error, "qemu-system-riscv32: %s (tools/setup.sh installs it)", strerror(problem))
                         : wait_qemu(child, error);
    memcpy(ram, map, RAM_BYTES);
    munmap(map, RAM_BYTES);
    if (result == 0 && pread(output->file, ram + (TREE_BASE - RAM_BASE), TREE_BYTES, 0) < 0)
        result = hv_fail(error, "%s: %s", output->path, strerror(errno));
    return result;
}

int run_qemu(const uint8_t *image, struct kind kind, uint8_t *ram, struct hv_error *error)
{
    struct temporary memory, output = {.file = -1};
    int result = temporary_open(&memory, error);
    if (!result)
        result = temporary_open(&output, error);
    if (!result)
        result = run_on_files(&memory, &output, image, kind, ram, error);
    temporary_close(&memory);
    temporary_close(&output);
    return result;
}

int qemu_version(char version[32], bool *known, struct hv_error *error)
{
    const size_t length = strlen(QEMU_KNOWN);
    FILE *stream = popen("qemu-system-riscv32 --version", "r");
    int found = stream ? fscanf(stream, "QEMU emulator version %31[0-9.]", version) : 0;
    if (stream)
        pclose(stream);
    if (found != 1)
        return hv_fail(error, "qemu-system-riscv32: found no version (tools/setup.sh installs it)");
    *known = !strncmp(version, QEMU_KNOWN, length) && (version[length] == '.' || !version[length]);
    return 0;
}
