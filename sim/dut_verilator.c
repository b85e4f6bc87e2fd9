/* Verilator: compiles nestor_soc with sim/verilator.cpp into a shared object and runs it in this
 * process. What belongs to Verilator and not to the Verilog is compiled once and shared. */
#include "sim/adapters.h"
#include "sim/files.h"
#include "sim/rtl_state.h"
#include "sim/sources.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUN_CYCLES = 4096 };

/* ---- Building ---- */

#define OPTIMIZATION "-O2"

/* -fno-gnu-unique: several of these objects live in one process, and each needs its own statics. */
#define COMPILER_FLAGS                                                                                                 \
    "-std=gnu++17", "-fPIC", "-fvisibility=hidden", "-fno-gnu-unique", "-fcf-protection=none", "-w",                   \
        "-DVL_USER_FINISH", "-DVL_USER_STOP", "-DVL_USER_FATAL", "-DVL_USER_WARN", "-DVM_SC=0", "-DVM_COVERAGE=0",     \
        "-DVM_TRACE_VCD=0", "-DVERILATOR=1"

static void compiler(struct hv_arguments *arguments, const char *root, const char *optimization, bool wave)
{
    static const char *const flags[] = {COMPILER_FLAGS};
    const char *chosen = getenv("CXX");
    hv_argument(arguments, "%s", chosen && *chosen ? chosen : "g++");
    hv_argument(arguments, "%s", optimization);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        hv_argument(arguments, "%s", flags[i]);
    hv_argument(arguments, "-DVM_TRACE=%d", wave);
    hv_argument(arguments, "-DVM_TRACE_FST=%d", wave);
    if (wave)
        hv_argument(arguments, "-DHV_WAVE");
    hv_argument(arguments, "-I.");
    hv_argument(arguments, "-Iobj");
    hv_argument(arguments, "-I%s/include", root);
    hv_argument(arguments, "-I%s/include/vltstd", root);
}

/* VERILATOR_ROOT of the installed Verilator, to be freed. */
static char *verilator_root(const char *directory, struct hv_error *error)
{
    struct hv_arguments arguments = {0};
    hv_argument(&arguments, "verilator");
    hv_argument(&arguments, "--getenv");
    hv_argument(&arguments, "VERILATOR_ROOT");
    if (hv_arguments_run(&arguments, directory, "root.log", error))
        return NULL;
    char *path = hv_text("%s/root.log", directory);
    size_t length;
    char *root = path ? (char *)hv_file_read(path, &length, error) : NULL;
    free(path);
    if (root)
        root[strcspn(root, "\n")] = 0;
    return root;
}

struct runtime {
    const char *root;
    bool wave;
};

static int compile_runtime(void *context, const char *directory, struct hv_error *error)
{
    const struct runtime *runtime = context;
    struct hv_arguments arguments = {0};
    compiler(&arguments, runtime->root, OPTIMIZATION, runtime->wave);
    hv_argument(&arguments, "-c");
    hv_argument(&arguments, "%s/include/verilated.cpp", runtime->root);
    hv_argument(&arguments, "%s/include/verilated_threads.cpp", runtime->root);
    if (runtime->wave)
        hv_argument(&arguments, "%s/include/verilated_fst_c.cpp", runtime->root);
    return hv_arguments_run(&arguments, directory, "runtime.log", error);
}

/* The shared objects of Verilator itself; their folder's name in `name`. */
static int make_runtime(const char *cache, const char *root, bool wave, char name[64], struct hv_error *error)
{
    static const char *const flags[] = {COMPILER_FLAGS};
    char *path = hv_text("%s/include/verilated_config.h", root);
    size_t length;
    uint8_t *version = path ? hv_file_read(path, &length, error) : NULL;
    free(path);
    if (!version)
        return -1;
    uint64_t hash = hv_hash(HV_HASH_BEGIN, HV_CACHE_LAYOUT, sizeof HV_CACHE_LAYOUT);
    hash = hv_hash(hv_hash(hash, root, strlen(root)), OPTIMIZATION, sizeof OPTIMIZATION);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        hash = hv_hash(hash, flags[i], strlen(flags[i]) + 1);
    hash = hv_hash(hash, version, length);
    free(version);
    snprintf(name, 64, "runtime-%016llx%s", (unsigned long long)hash, wave ? "-wave" : "");
    return hv_cache_make(cache, name, compile_runtime, &(struct runtime){root, wave}, error);
}

/* Which variables can be reached from outside: RAM, and those of the state. To be freed; NULL with *error. */
static char *public_text(bool state, size_t *length, struct hv_error *error)
{
    char *text = NULL;
    FILE *stream = open_memstream(&text, length);
    if (stream) {
        fputs("`verilator_config\npublic_flat_rw -module \"*\" -var \"mem\"\n", stream);
        for (const struct hv_rtl_variable *v = hv_rtl_variables; state && v->module; v++)
            for (const char *const *name = v->names; *name; name++)
                fprintf(stream, "public_flat_rw -module \"%s\" -var \"%s\"\n", v->module, *name);
    }
    if (stream && fclose(stream) == 0)
        return text;
    free(text);
    hv_fail(error, "out of memory");
    return NULL;
}

static int hash_public(bool state, uint64_t *hash, struct hv_error *error)
{
    size_t length;
    char *text = public_text(state, &length, error);
    if (!text)
        return -1;
    *hash = hv_hash(*hash, text, length);
    free(text);
    return 0;
}

static int write_public(const char *directory, bool state, struct hv_error *error)
{
    size_t length;
    char *path = hv_text("%s/public.vlt", directory), *text = public_text(state, &length, error);
    const int result = !text ? -1 : path ? hv_file_write(path, text, length, error) : hv_fail(error, "out of memory");
    free(path);
    free(text);
    return result;
}

static int verilate(const char *directory, char **verilog, size_t count, bool wave,
                    const struct hv_verilation *verilation, struct hv_error *error)
{
    static const char *const options[] = {"verilator",  "--cc",        "--top-module", "nestor_soc", "-O3",
                                          "--x-assign", "fast",        "--x-initial",  "unique",     "--noassert",
                                          "-Wno-fatal", "-Wno-lint",   "-Wno-style",   "--Mdir",     "obj",
                                          "--prefix",   "Vnestor_soc", "public.vlt"};
    if (write_public(directory, verilation->state, error))
        return -1;
    struct hv_arguments arguments = {0};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        hv_argument(&arguments, "%s", options[i]);
    for (const char *const *more = verilation->options; *more; more++)
        hv_argument(&arguments, "%s", *more);
    if (wave)
        hv_argument(&arguments, "--trace-fst");
    for (size_t i = 0; i < count; i++)
        hv_argument(&arguments, "rtl/%s", verilog[i]);
    return hv_arguments_run(&arguments, directory, "verilator.log", error);
}

/* One file that includes all that is to be compiled: quicker than many small ones. What runs once is not optimized,
 * it is half of it all. */
static int write_all(const char *directory, struct hv_error *error)
{
    char *path = hv_text("%s/obj", directory), *all = hv_text("#include \"verilator.cpp\"\n");
    size_t count = 0;
    char **names = path ? hv_directory_list(path, ".cpp", &count, error) : NULL;
    for (size_t i = 0; names && all && i < count; i++) {
        const bool once = strstr(names[i], "__Slow") != NULL;
        char *longer = hv_text("%s%s#include \"obj/%s\"\n%s", all,
                               once ? "#pragma GCC push_options\n#pragma GCC optimize(\"O0\")\n" : "", names[i],
                               once ? "#pragma GCC pop_options\n" : "");
        free(all);
        all = longer;
    }
    free(path);
    path = hv_text("%s/all.cpp", directory);
    int result = -1;
    if (names)
        result = all && path ? hv_file_write(path, all, strlen(all), error) : hv_fail(error, "out of memory");
    hv_names_free(names, count);
    free(all);
    free(path);
    return result;
}

static int link_object(const char *directory, const char *cache, const char *root, const char *optimization, bool wave,
                       struct hv_error *error)
{
    char runtime[64];
    if (make_runtime(cache, root, wave, runtime, error) || write_all(directory, error))
        return -1;
    struct hv_arguments arguments = {0};
    compiler(&arguments, root, optimization, wave);
    hv_argument(&arguments, "-shared");
    hv_argument(&arguments, "-Wl,-Bsymbolic");
    hv_argument(&arguments, "-o");
    hv_argument(&arguments, "libdut.so");
    hv_argument(&arguments, "all.cpp");
    hv_argument(&arguments, "%s/%s/verilated.o", cache, runtime);
    hv_argument(&arguments, "%s/%s/verilated_threads.o", cache, runtime);
    if (wave) {
        hv_argument(&arguments, "%s/%s/verilated_fst_c.o", cache, runtime);
        hv_argument(&arguments, "-lz");
    }
    hv_argument(&arguments, "-pthread");
    return hv_arguments_run(&arguments, directory, "compiler.log", error);
}

int hv_verilator_build(const char *directory, const char *cache, char **verilog, size_t count, bool wave,
                       const struct hv_verilation *verilation, struct hv_error *error)
{
    char *root = verilator_root(directory, error);
    if (!root)
        return -1;
    int result = verilate(directory, verilog, count, wave, verilation, error);
    if (result == 0)
        result = link_object(directory, cache, root, verilation->optimization, wave, error);
    free(root);
    char *objects = hv_text("%s/obj", directory);
    if (objects)
        hv_directory_remove(objects);
    free(objects);
    return result;
}

static int hash_tools(const char *directory, uint64_t *hash, struct hv_error *error)
{
    (void)directory;
    return hash_public(false, hash, error);
}

static int hash_tools_state(const char *directory, uint64_t *hash, struct hv_error *error)
{
    (void)directory;
    return hash_public(true, hash, error);
}

static int build(const char *directory, const char *cache, char **verilog, size_t count, bool wave,
                 struct hv_error *error)
{
    const struct hv_verilation verilation = {.options = (const char *const[]){NULL}, .optimization = OPTIMIZATION};
    return hv_verilator_build(directory, cache, verilog, count, wave, &verilation, error);
}

static int build_state(const char *directory, const char *cache, char **verilog, size_t count, bool wave,
                       struct hv_error *error)
{
    const struct hv_verilation verilation = {
        .options = (const char *const[]){NULL}, .optimization = OPTIMIZATION, .state = true};
    return hv_verilator_build(directory, cache, verilog, count, wave, &verilation, error);
}

/* ---- Running ---- */

struct verilated_dut {
    struct hv_dut dut;
    void *object;
    struct hv_verilated *verilated;
    uint32_t *ram;
    uint64_t words;
    void (*free_verilated)(struct hv_verilated *);
    uint32_t *(*get_ram)(struct hv_verilated *, uint64_t *);
    size_t (*advance)(struct hv_verilated *, struct hv_dut_event *, size_t, uint64_t);
    int (*variable)(struct hv_verilated *, const char *, const char *, struct hv_dut_variable *);
    int (*prepare)(struct hv_verilated *, uint64_t);
    void (*stop_order)(struct hv_verilated *, uint64_t);
    uint64_t (*input_received)(const struct hv_verilated *);
    struct hv_config config;
};

static int run(struct hv_dut *dut, struct hv_dut_event *events, size_t capacity, size_t *count, struct hv_error *error)
{
    (void)error;
    struct verilated_dut *v = (struct verilated_dut *)dut;
    *count = v->advance(v->verilated, events, capacity, RUN_CYCLES);
    return 0;
}

static int copy_ram(struct hv_dut *dut, uint8_t *bytes, size_t length, struct hv_error *error)
{
    const struct verilated_dut *v = (struct verilated_dut *)dut;
    if (length > v->words * 4)
        return hv_fail(error, "u_ram.mem: found %zu words, expected %zu", (size_t)v->words, length / 4);
    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)(v->ram[i / 4] >> 8 * (i % 4));
    return 0;
}

/* ---- State ---- */

static bool find(void *context, const char *instance, const char *name, struct hv_dut_variable *variable)
{
    const struct verilated_dut *v = context;
    return v->variable(v->verilated, instance, name, variable);
}

static struct hv_rtl rtl_of(struct verilated_dut *v)
{
    return (struct hv_rtl){.config = &v->config, .context = v, .find = find};
}

static void stop_at(struct hv_dut *dut, uint64_t order)
{
    struct verilated_dut *v = (struct verilated_dut *)dut;
    v->stop_order(v->verilated, order);
}

static int hold(struct hv_dut *dut, struct hv_error *error)
{
    const struct hv_rtl rtl = rtl_of((struct verilated_dut *)dut);
    return hv_rtl_hold(&rtl, error);
}

static int take(struct hv_dut *dut, struct hv_state *state, uint64_t *received, struct hv_error *error)
{
    struct verilated_dut *v = (struct verilated_dut *)dut;
    const struct hv_rtl rtl = rtl_of(v);
    *received = v->input_received(v->verilated);
    return hv_rtl_take(&rtl, state, error);
}

static int go(struct hv_dut *dut, struct hv_error *error)
{
    const struct hv_rtl rtl = rtl_of((struct verilated_dut *)dut);
    return hv_rtl_go(&rtl, error);
}

/* Reset, hold, put, and let it come to rest before it begins. */
static int put(struct verilated_dut *v, const struct hv_state *state, struct hv_error *error)
{
    const struct hv_rtl rtl = rtl_of(v);
    bool works = v->prepare(v->verilated, 0);
    if (works && hv_rtl_hold(&rtl, error))
        return -1;
    works = works && v->prepare(v->verilated, HV_RTL_REST);
    if (works && hv_rtl_put(&rtl, state, error))
        return -1;
    works = works && v->prepare(v->verilated, HV_RTL_REST);
    return works ? hv_rtl_go(&rtl, error) : hv_fail(error, "simulator: ended while the state was put into it");
}

static void close_dut(struct hv_dut *dut)
{
    struct verilated_dut *v = (struct verilated_dut *)dut;
    if (v->verilated)
        v->free_verilated(v->verilated);
    if (v->object)
        dlclose(v->object);
    free(v);
}

static int load_object(struct verilated_dut *v, const char *directory, const struct hv_dut_setup *setup,
                       struct hv_error *error)
{
    char *path = hv_text("%s/libdut.so", directory);
    v->object = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : NULL;
    free(path);
    if (!v->object)
        return hv_fail(error, "simulator: cannot load: %s", dlerror());
    struct hv_verilated *(*create)(const struct hv_dut_setup *);
    *(void **)&create = dlsym(v->object, "hv_verilated_new");
    *(void **)&v->free_verilated = dlsym(v->object, "hv_verilated_free");
    *(void **)&v->get_ram = dlsym(v->object, "hv_verilated_ram");
    *(void **)&v->advance = dlsym(v->object, "hv_verilated_run");
    *(void **)&v->variable = dlsym(v->object, "hv_verilated_variable");
    *(void **)&v->prepare = dlsym(v->object, "hv_verilated_prepare");
    *(void **)&v->stop_order = dlsym(v->object, "hv_verilated_stop_at");
    *(void **)&v->input_received = dlsym(v->object, "hv_verilated_received");
    if (!create || !v->free_verilated || !v->get_ram || !v->advance || !v->variable || !v->prepare || !v->stop_order ||
        !v->input_received)
        return hv_fail(error, "%s/libdut.so: not a simulator; remove that directory", directory);
    v->verilated = create(setup);
    return v->verilated ? 0 : hv_fail(error, "simulator: out of memory");
}

/* RAM gets its contents after the reset: in its first clock registers that begin with any value may write a word. A
 * reset that fails does so again, and is told, when the simulation begins. */
static int load_image(struct verilated_dut *v, const struct hv_config *config, const struct hv_image *image,
                      struct hv_error *error)
{
    v->ram = v->get_ram(v->verilated, &v->words);
    if (!v->ram)
        return hv_fail(error, "Verilog: found no array nestor_soc.u_ram.mem of 32-bit words");
    if (v->words * 4 < config->ram_bytes)
        return hv_fail(error, "u_ram.mem: found %zu words, expected %u", (size_t)v->words, config->ram_bytes / 4);
    v->prepare(v->verilated, 0);
    memset(v->ram, 0, v->words * 4);
    for (size_t i = 0; i < image->count; i++) {
        const struct hv_segment *s = &image->segments[i];
        for (size_t j = 0; j < s->length; j++) {
            const uint32_t at = (uint32_t)(s->real - config->ram_base + j), shift = 8 * (at % 4);
            v->ram[at / 4] = (v->ram[at / 4] & ~(UINT32_C(0xff) << shift)) | (uint32_t)s->bytes[j] << shift;
        }
    }
    return 0;
}

struct hv_dut *hv_verilator_start(const char *directory, const struct hv_config *config, const struct hv_image *image,
                                  const struct hv_dut_setup *setup, struct hv_error *error)
{
    struct verilated_dut *v = calloc(1, sizeof *v);
    if (!v) {
        hv_fail(error, "out of memory");
        return NULL;
    }
    v->dut = (struct hv_dut){
        .run = run, .ram = copy_ram, .stop_at = stop_at, .hold = hold, .take = take, .go = go, .close = close_dut};
    v->config = *config;
    if (load_object(v, directory, setup, error) || load_image(v, config, image, error) ||
        (image->state && put(v, image->state, error))) {
        close_dut(&v->dut);
        return NULL;
    }
    return &v->dut;
}

const struct hv_adapter hv_verilator_adapter = {.name = "verilator",
                                                .sources = hv_verilator_sources,
                                                .wave_differs = true,
                                                .hash_tools = hash_tools,
                                                .build = build,
                                                .start = hv_verilator_start};

const struct hv_adapter hv_verilator_state_adapter = {.name = "verilator-state",
                                                      .sources = hv_verilator_sources,
                                                      .wave_differs = true,
                                                      .hash_tools = hash_tools_state,
                                                      .build = build_state,
                                                      .start = hv_verilator_start};
