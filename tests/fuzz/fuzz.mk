# libFuzzer targets and valgrind (docs/verification.md). The libraries are built once more, by clang, which has libFuzzer.
COMMA = ,
FUZZ = $(BUILD)/libfuzzer
FUZZ_TARGETS = $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_PROGRAMS = $(FUZZ_TARGETS:%=$(FUZZ)/%)
FUZZ_TESTS = tests/fuzz/fuzz.sh tests/fuzz/valgrind.sh

$(eval $(call variant,$(FUZZ),-fsanitize=fuzzer-no-link$(COMMA)address$(COMMA)undefined -fno-sanitize-recover=all -O2))
$(FUZZ)/obj/%.o: CC = $(CLANG)
$(FUZZ)/obj/config/preset_text.o: $(wildcard config/presets/*.ini)
$(FUZZ)/obj/lab/assets.o: lab/plot.css lab/report.css lab/report.js
$(FUZZ)/obj/sim/sources.o: sim/dut.h sim/verilator.cpp sim/vpi.c sim/testbench.v
$(FUZZ)/obj/software/monitor/image.o: software/monitor/image.S $(BUILD)/software/monitor.bin $(BUILD)/software/monitor.elf
	@mkdir -p $(@D)
	@$(CC) $(monitor.image.flags) -c $< -o $@

$(FUZZ)/obj/software/loader/image.o: software/loader/image.S $(BUILD)/software/loader.bin
	@mkdir -p $(@D)
	@$(CC) -DLOADER_IMAGE='"$(BUILD)/software/loader.bin"' -c $< -o $@

$(FUZZ_PROGRAMS): $(FUZZ)/%: $(FUZZ)/obj/tests/fuzz/fuzz_%.o $(FUZZ)/obj/tests/fuzz/target.o \
    $(FUZZ)/obj/tests/fuzz/image.o $(FUZZ)/liblab.a $(FUZZ)/libfuzz.a $(FUZZ)/libsim.a $(FUZZ)/librtlgen.a $(FUZZ)/libhdl.a $(FUZZ)/libgdb.a $(FUZZ)/libview.a $(FUZZ)/libmodel.a $(FUZZ)/libconfig.a
	@echo "  LINK $@"
	@$(CLANG) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LDLIBS)

# How tests/fuzz/corpus/machine was made.
$(BUILD)/fuzz-seeds: $(BUILD)/obj/tests/fuzz/seeds.o $(BUILD)/libsupport.a $(LIBS_$(BUILD))
	@$(CC) $(CFLAGS) -rdynamic -o $@ $^ -lcmocka $(LDLIBS)

# The command's own sources have no target; clang is to see them too.
tests: $(FUZZ_PROGRAMS) $(call objects,$(FUZZ),$(SRC_cli))

FUZZ_SECONDS = 600

## campaign-libfuzzer: every libFuzzer target for FUZZ_SECONDS (600), one on each processor
.PHONY: campaign-libfuzzer
campaign-libfuzzer: $(FUZZ_PROGRAMS)
	@printf '%s\n' $(FUZZ_TARGETS) | FUZZ_SECONDS=$(FUZZ_SECONDS) xargs -P $$(nproc) -n 1 tests/fuzz/fuzz.sh

## campaign-valgrind: the command under valgrind, every preset and depth
.PHONY: campaign-valgrind
campaign-valgrind: all
	@VALGRIND_ALL=1 tests/fuzz/valgrind.sh
