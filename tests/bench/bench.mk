# Measurements; not tests. Every figure is a ratio within one run.
$(BUILD)/bench/long.elf: tests/bench/long.c $(programs.tmp)/start.o $(programs.tmp)/libprogram.a $(programs.dir)/program.ld
	@mkdir -p $(@D)
	$(RISCV_PREFIX)gcc $(programs.cflags) -c $< -o $(BUILD)/bench/long.o
	$(RISCV_PREFIX)gcc $(programs.ldflags) $(programs.tmp)/start.o $(BUILD)/bench/long.o $(programs.tmp)/libprogram.a -o $@

## bench: MIPS of the model and of QEMU, speed of lockstep; writes build/bench/*.md
.PHONY: bench
bench: $(BUILD)/nestor $(BUILD)/bench/long.elf $(BUILD)/bench/bench_lockstep $(BUILD)/bench/bench_model programs
	@tests/bench/speed.sh $(BUILD)/nestor $(BUILD)/bench/long.elf $(QEMU_RISCV32)
	@$(BUILD)/bench/bench_lockstep $(BUILD)/software/mix.elf
	@tests/bench/model.sh $(BUILD)/bench/bench_model $(MODEL_PROGRAMS:%=$(BUILD)/software/%.elf)

## bench-model: the part of make bench that has the model alone, Linux too if make linux has made it; BEFORE=PATH: beside another build's bench_model
.PHONY: bench-model
MODEL_PROGRAMS = kernels_o2 kernels_o3 petri tree_list forest
bench-model: $(BUILD)/bench/bench_model programs
	@tests/bench/model.sh $(BUILD)/bench/bench_model $(MODEL_PROGRAMS:%=$(BUILD)/software/%.elf) $(wildcard $(BUILD)/linux/Image)

## bench-trace: references a second that the readers of traces give, beside memchr over the same bytes
.PHONY: bench-trace
bench-trace: $(BUILD)/bench/bench_trace
	@$(BUILD)/bench/bench_trace

$(BUILD)/bench/%: tests/bench/%.c $(LIBS_$(BUILD))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -rdynamic -o $@ $< $(LIBS_$(BUILD)) $(LDLIBS)

## qor: cells, MHz, CPI, slowdown, cycles, against those committed and the aims (QOR_PARTS=keys: what each choice costs); writes docs/qor.tsv, docs/results.md
.PHONY: qor
qor: all $(BUILD)/tests/lockstep/test_cycles
	@case "$${QOR_PARTS:-real}" in *real*) $(MAKE) --no-print-directory programs-real || \
	    echo "qor: without the real programs, which cannot be built" >&2 ;; esac
	@tests/bench/qor.sh $(BUILD)

## cpi-stack: cycles for each instruction by cause, of every workload in lockstep, as a table; STACK_OPTIONS="--config plain"
.PHONY: cpi-stack
cpi-stack: all
	@tests/bench/cpi_stack.sh $(BUILD)

## area: the part of make qor that has cells and MHz
.PHONY: area
area:
	@QOR_PARTS="area ecp5" $(MAKE) --no-print-directory qor

$(BUILD)/bench/bench_lab: $(wildcard tests/bench/*lab*.[ch]) $(LIBS_$(BUILD))
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -O3 -rdynamic -o $@ $(filter %.c,$^) $(LIBS_$(BUILD)) $(LDLIBS)

## bench-measure: what nestor measure takes, beside nestor run of the same program
.PHONY: bench-measure
bench-measure: $(BUILD)/nestor programs
	@tests/bench/measure.sh $(BUILD)/nestor $(patsubst %,$(BUILD)/software/%.elf,kernels_o2 records petri forest)

## bench-lab: lookups a second of the laboratory's engines, with textbook loops beside them
.PHONY: bench-lab
bench-lab: $(BUILD)/bench/bench_lab programs
	@$(BUILD)/bench/bench_lab $(BENCHMARKS:%=$(BUILD)/software/%.elf)
