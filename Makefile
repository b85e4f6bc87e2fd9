# Nestor. `make help` lists the targets.
#
# Folders are libraries: build/lib<room>.a from every .c of the room. Everything made is below build/.

CC = gcc
AR = ar
BUILD = build
WARNINGS = -Wall -Wextra -Wconversion
CPPFLAGS = -I. -I$(BUILD)/include -D_GNU_SOURCE
CFLAGS = -std=c11 -O2 -g $(WARNINGS)
LDLIBS = -ldw -lelf -lfdt -ljansson -linih -larchive -lzstd -lz -lpthread -ldl -lm
# Ends a compiler's command: its warnings are printed and kept beside what it made. `make test` (tests/lint.sh) fails by any;
# a build does not, since a newer compiler may warn of more.
KEEP_WARNINGS = 2>$@.warnings; status=$$?; cat $@.warnings >&2; exit $$status
# Debian's package of a version only, where there is no other.
CLANG = $(firstword $(shell command -v clang || command -v clang-14) clang)
SANITIZE = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

# make fresh: the release and what is made there.
DEBIAN = trixie
GOAL = test

.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
# Objects of the tests would be removed as intermediate, and be compiled again by the next make.
.SECONDARY:
.SUFFIXES:

include software/programs.mk
include software/monitor/monitor.mk
include software/loader/loader.mk
include software/table2/table2.mk
include software/linux/linux.mk
include software/real/real.mk

# One variant of all objects: $(1) is its folder below build/, $(2) its extra flags.
ROOMS = config model view gdb hdl rtlgen sim fuzz lab support
SRC_config = $(wildcard config/*.c) config/preset_text.S
SRC_model = $(wildcard model/*.c)
SRC_view = $(wildcard view/*.c)
SRC_gdb = $(wildcard gdb/*.c)
SRC_hdl = $(wildcard rtlgen/hdl/*.c)
SRC_rtlgen = $(wildcard rtlgen/*.c) $(LOADER_SOURCE)
SRC_sim = $(filter-out sim/vpi.c,$(wildcard sim/*.c)) $(MONITOR_SOURCE)
SRC_fuzz = $(wildcard fuzz/*.c)
SRC_lab = $(wildcard lab/*.c) lab/assets.S
SRC_support = $(wildcard tests/support/*.c)
SRC_cli = $(wildcard cli/*.c)

objects = $(patsubst %.c,$(1)/obj/%.o,$(patsubst %.S,$(1)/obj/%.o,$(2)))

# The library of a room: $(1) as below, $(2) the room.
define library
$(1)/lib$(2).a: $(call objects,$(1),$(SRC_$(2)))
	@rm -f $$@
	@$(AR) rcs $$@ $$^

endef

# The version, from VERSION, and what git says of the commit: nothing in a folder that is no clone.
$(BUILD)/include/nestor_version.h: VERSION
	@mkdir -p $(@D)
	@echo "#define NESTOR_VERSION \"$$(cat VERSION)\"" > $@.new && mv $@.new $@
# Written only where it changes: planted bugs are built side by side, and all of them look at it.
.PHONY: always
$(BUILD)/include/nestor_commit.h: always
	@mkdir -p $(@D)
	@commit=$$(test ! -e .git || git describe --always --dirty --tags 2>/dev/null || true); \
	line="#define NESTOR_COMMIT \"$$commit\""; \
	[ "$$line" = "$$(cat $@ 2>/dev/null)" ] || { echo "$$line" > $@.new && mv $@.new $@; }
$(BUILD)/obj/cli/main.o $(BUILD)/san/obj/cli/main.o $(BUILD)/libfuzzer/obj/cli/main.o: $(BUILD)/include/nestor_commit.h

define variant
$(foreach room,$(ROOMS),$(call library,$(1),$(room)))
$(1)/obj/%.o: %.c | $(BUILD)/include/nestor_version.h
	@mkdir -p $$(@D)
	@echo "  CC $$@"
	@$$(CC) $$(CPPFLAGS) $$(CFLAGS) $(2) -MMD -MP -c $$< -o $$@ $$(KEEP_WARNINGS)
$(1)/obj/%.o: %.S
	@mkdir -p $$(@D)
	@echo "  AS $$@"
	@$$(CC) $$(CPPFLAGS) -g -c $$< -o $$@
LIBS_$(1) = $(1)/liblab.a $(1)/libfuzz.a $(1)/libsim.a $(1)/librtlgen.a $(1)/libhdl.a $(1)/libgdb.a $(1)/libview.a $(1)/libmodel.a $(1)/libconfig.a
endef
$(eval $(call variant,$(BUILD),$(FAST)))
$(eval $(call variant,$(BUILD)/san,$(SANITIZE) -O1))

$(BUILD)/obj/model/%.o: CFLAGS += -O3
$(BUILD)/obj/lab/%.o: CFLAGS += -O3

$(BUILD)/obj/config/preset_text.o $(BUILD)/san/obj/config/preset_text.o: $(wildcard config/presets/*.ini)

# Vega-Lite for the reports, if `make report-assets` has fetched it.
VEGA = $(wildcard $(BUILD)/vega/vega.js)
$(BUILD)/obj/lab/assets.o $(BUILD)/san/obj/lab/assets.o: lab/plot.css lab/report.css lab/report.js $(VEGA)
$(BUILD)/obj/lab/assets.o $(BUILD)/san/obj/lab/assets.o: CPPFLAGS += $(if $(VEGA),-DNESTOR_VEGA='"$(VEGA)"')
$(BUILD)/obj/rtlgen/board_known.o $(BUILD)/san/obj/rtlgen/board_known.o: boards/list.def docs/boards.tsv $(wildcard boards/*.ini)
$(BUILD)/obj/rtlgen/board_files.o $(BUILD)/san/obj/rtlgen/board_files.o: rtlgen/build.sh

$(BUILD)/obj/sim/sources.o $(BUILD)/san/obj/sim/sources.o: sim/dut.h sim/verilator.cpp sim/vpi.c sim/testbench.v sim/lut.v

## all: the command build/nestor, the guest header and the programs (default)
.PHONY: all
all: $(BUILD)/nestor programs

$(BUILD)/nestor: $(call objects,$(BUILD),$(SRC_cli)) $(LIBS_$(BUILD))
	@echo "  LINK $@"
	@$(CC) $(CFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

# The same command under sanitizers, for the tests of bad input.
$(BUILD)/san/nestor: $(call objects,$(BUILD)/san,$(SRC_cli)) $(LIBS_$(BUILD)/san)
	@echo "  LINK $@"
	@$(CC) $(CFLAGS) $(SANITIZE) -rdynamic -o $@ $^ $(LDLIBS)

# The same command with source files edited, for tests/planted/planted.sh, which writes them: of a library that has one only
# the members that are needed beside it are linked.
PLANT = $(BUILD)/planted/$(PLANTED)
PLANTED_OBJECTS = $(PLANTED_FILES:%.c=$(PLANT)/%.o)
$(BUILD)/planted/%.o: $(BUILD)/planted/%.c
	@$(CC) $(CPPFLAGS) $(CFLAGS) -w -O3 -c $< -o $@
$(PLANT)/nestor: $(PLANTED_OBJECTS) $(call objects,$(BUILD),$(SRC_cli)) $(LIBS_$(BUILD))
	@$(CC) $(CFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

# Guest header and the tables of the spec, from isa/*.def.
$(BUILD)/isa-print: isa/print.c config/config.c $(wildcard isa/*.def) isa/isa.h config/keys.def
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -o $@ isa/print.c $(KEEP_WARNINGS)
$(BUILD)/include/hv.h: $(BUILD)/isa-print
	@mkdir -p $(@D)
	$(BUILD)/isa-print header > $@.new && mv $@.new $@

## setup: install what is missing (apt-get on Debian and Ubuntu)
.PHONY: setup
setup:
	@tools/setup.sh

# Goals that do everything, set-up first: a second make, since what it installs may be needed to read rules.
## demo: set-up, build, Table II, every workload at depth 0 to 4 in lockstep
.PHONY: demo
demo: setup
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@$(MAKE) --no-print-directory run-demo

## test: set-up, build, every test; ends with "N passed, M failed"
.PHONY: test
test: setup
	@$(MAKE) --no-print-directory -j$$(nproc) all tests
	@$(MAKE) --no-print-directory run-test

.PHONY: run-demo
run-demo: all
	@$(BUILD)/nestor demo $(BUILD)/software/table2.elf $(WORKLOADS:%=$(BUILD)/software/%.elf)

UNIT_TESTS = $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c tests/directed/test_*.c tests/lockstep/test_*.c tests/qemu/test_*.c))
CLI_TESTS = $(wildcard tests/cli/*.sh)
export NESTOR_WORKLOADS = $(WORKLOADS)
export NESTOR_BENCHMARKS = $(BENCHMARKS)
export NESTOR_REAL = $(REAL)
export NESTOR_REAL_RAM = $(real.ram)

$(BUILD)/tests/%: $(BUILD)/san/obj/tests/%.o $(BUILD)/san/libsupport.a $(LIBS_$(BUILD)/san)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(CC) $(CFLAGS) $(SANITIZE) -rdynamic -o $@ $^ -lcmocka $(LDLIBS)

## tests: build the tests, to run one: CMOCKA_MESSAGE_OUTPUT=STDOUT build/tests/unit/test_x
.PHONY: tests
tests: $(BUILD)/san/nestor $(UNIT_TESTS)

.PHONY: run-test
run-test: all tests
	@tools/run-tests.sh tests/lint.sh $(UNIT_TESTS) $(CLI_TESTS) $(FUZZ_TESTS) tests/planted/slice.sh

include docs/pictures/pictures.mk
include tests/report/report.mk
include tests/slurm/slurm.mk
include tools/install.mk
include boards/boards.mk
include tests/bench/bench.mk
include tests/qemu/qemu.mk
include tests/fuzz/fuzz.mk

CAMPAIGN = $(BUILD)/campaign
CAMPAIGN_SECONDS = 3600

# Those that use every processor, one after another; then those that use one, side by side.
CAMPAIGN_WIDE = fuzz planted directed libfuzzer
CAMPAIGN_NARROW = qemu synthesis valgrind boards corpus

## campaign: everything that takes long: random worlds until all is covered, kept worlds, planted bugs, directed cases on the slow simulators, synthesis of the largest preset, QEMU, libFuzzer, valgrind
.PHONY: campaign
campaign: all tests $(BUILD)/campaign-qemu
	@mkdir -p $(CAMPAIGN) && rm -f $(CAMPAIGN)/failed
	@for part in $(CAMPAIGN_WIDE); do tools/campaign-part.sh $(CAMPAIGN) $$part; done
	@printf '%s\n' $(CAMPAIGN_NARROW) | xargs -P $$(nproc) -n 1 tools/campaign-part.sh $(CAMPAIGN)
	@if [ -s $(CAMPAIGN)/failed ]; then echo "campaign: failed: $$(tr '\n' ' ' <$(CAMPAIGN)/failed)"; exit 1; fi; \
	echo "campaign: all parts passed"

## campaign-fuzz: random worlds on all simulators until all that is reachable is covered, at most CAMPAIGN_SECONDS (3600)
.PHONY: campaign-fuzz
campaign-fuzz: all
	@mkdir -p $(CAMPAIGN)
	@$(BUILD)/nestor fuzz --sim all --until-covered --time $(CAMPAIGN_SECONDS) --verbose --output $(CAMPAIGN) $(CAMPAIGN_OPTIONS)

## campaign-corpus: every world that is kept, on Verilator, on Icarus and at gate level
.PHONY: campaign-corpus
campaign-corpus: all
	@for world in $$(grep -l '^limit ' tests/fuzz/corpus/world/*); do \
	    for sim in verilator icarus gates; do \
	        $(BUILD)/nestor replay --no-wave --sim $$sim $$world || exit 1; \
	    done; \
	done

## campaign-planted: every planted bug is found and shrunk
.PHONY: campaign-planted
campaign-planted: all
	@tests/planted/planted.sh $(BUILD)

## campaign-directed: every directed case under Icarus, and those of the usual configuration at gate level
.PHONY: campaign-directed
campaign-directed: all tests
	@tests/directed/campaign.sh $(BUILD)

## campaign-synthesis: the largest preset through Yosys for the three FPGA families (make test has the others)
.PHONY: campaign-synthesis
campaign-synthesis: tests
	@CMOCKA_MESSAGE_OUTPUT=STDOUT $(BUILD)/tests/unit/test_synthesis wide

## rtl: regenerate rtl/ (the Verilog of small, default and plain, committed), and the block diagram's text
.PHONY: rtl
rtl: $(BUILD)/nestor
	@mkdir -p rtl
	@for c in small default plain; do \
	    rm -rf rtl/$$c; \
	    $(BUILD)/nestor gen --config $$c -o rtl/$$c 2>$(BUILD)/rtl.err || { cat $(BUILD)/rtl.err >&2; exit 1; }; \
	done
	@$(BUILD)/nestor gen --diagram docs/pictures/units.dot

## docs: make the tables of docs/spec.md again from isa/*.def
.PHONY: docs
docs: $(BUILD)/isa-print
	@sed '/^<!-- tables:/q' docs/spec.md > $(BUILD)/spec.md && $(BUILD)/isa-print docs >> $(BUILD)/spec.md && mv $(BUILD)/spec.md docs/spec.md

## format: clang-format over the C sources, of the version that tools/formatter.sh names
.PHONY: format
format:
	@tools/formatter.sh -i $(filter %.c %.h,$(shell git ls-files))

## fresh: make GOAL (test) of the commit on a new Debian DEBIAN (trixie), in build/fresh; needs root and debootstrap
.PHONY: fresh
fresh:
	@tools/fresh.sh $(DEBIAN) $(GOAL)

## clean: remove build/
.PHONY: clean
clean:
	rm -rf $(BUILD)

## help: this list
.PHONY: help
help:
	@sed -n 's/^## //p' Makefile software/linux/linux.mk software/real/real.mk tools/install.mk tests/bench/bench.mk boards/boards.mk tests/qemu/qemu.mk tests/fuzz/fuzz.mk docs/pictures/pictures.mk tests/report/report.mk tests/slurm/slurm.mk | sort

-include $(shell find $(BUILD) \( -path $(BUILD)/fresh -o -path $(BUILD)/linux -o -path $(BUILD)/workloads-real/src -o -path $(BUILD)/yowasp -o -path $(BUILD)/fusesoc -o -path $(BUILD)/litex \) \
    -prune -o -name '*.d' -print 2>/dev/null)
