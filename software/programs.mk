# Rules for the programs of Nestor. Included by the Makefile at the top:
#
#   programs                everything into $(BUILD)/software/*.elf
#   check-programs-qemu     each program on QEMU; its exit status is compared
#   check-programs-host     the workloads as native programs, with sanitizers
#   count-programs-qemu     instructions that each workload retires
#
# A program is one file in workloads/, with an assembly file of the same name
# beside it where it needs one.

BUILD        ?= build
RISCV_PREFIX ?= riscv64-unknown-elf-
QEMU_RISCV32 ?= qemu-system-riscv32

programs.dir := $(patsubst %/,%,$(dir $(lastword $(MAKEFILE_LIST))))
programs.out := $(BUILD)/software
programs.tmp := $(BUILD)/software/obj

# -march must be rv32im to the letter, or gcc silently picks the C library of
# another architecture; ISA 2.2 is the one in which I includes CSRs and FENCE.I.
programs.arch   := -march=rv32im -mabi=ilp32 -misa-spec=2.2 -mstrict-align
programs.cflags := $(programs.arch) --specs=picolibc.specs -std=gnu11 -O2 -g \
                   -ffreestanding -fno-common -ffunction-sections -fdata-sections \
                   -fno-tree-loop-distribute-patterns \
                   -Wall -Wextra -Wconversion -I$(programs.dir)/lib -MMD -MP
programs.ldflags := $(programs.arch) --specs=picolibc.specs -nostartfiles -Wl,--gc-sections \
                    -Wl,--fatal-warnings -T $(programs.dir)/program.ld

# WORKLOADS have a region of interest worth measuring; TRIALS show one thing.
WORKLOADS := sort matmul sieve crc lz hash tree_list strsearch fft pagewalk \
             procswitch vmswitch mix
TRIALS    := hello exit42 trap99 ticks tty serial procswitch_timer
PROGRAMS  := $(WORKLOADS) $(TRIALS)
# Benchmarks, for `make qor`: NAME.elf of ten million instructions and more, NAME_short.elf with one round. The rounds
# of the long one, the source where it has another name, flags of its own.
BENCHMARKS := kernels_o2 kernels_o3 records petri forest merge squeeze
bench.rounds.kernels_o2 := 44
bench.rounds.kernels_o3 := 56
bench.rounds.records    := 26
bench.rounds.petri      := 44
bench.rounds.forest     := 96
bench.rounds.merge      := 22
bench.rounds.squeeze    := 15
bench.source.kernels_o2 := kernels
bench.source.kernels_o3 := kernels
bench.flags.kernels_o3  := -O3
bench.sources           := kernels records petri forest merge squeeze
# Programs of examples/: those that need a configuration of their own, and monitors, which have the C library.
EXAMPLES  := gpio crc32 leds
MONITORS  := two_vms

# The exit status that each is to have; 0 where nothing is said.
programs.status.exit42 := 42
programs.status.trap99 := 99

programs.lib.objects := $(addprefix $(programs.tmp)/lib/,console.o exit.o timer.o trap.o)
programs.elf         := $(PROGRAMS:%=$(programs.out)/%.elf)

.PHONY: programs check-programs-qemu check-programs-host count-programs-qemu
programs: $(programs.elf) $(BENCHMARKS:%=$(programs.out)/%.elf) $(BENCHMARKS:%=$(programs.out)/%_short.elf) \
          $(EXAMPLES:%=$(programs.out)/%.elf) $(MONITORS:%=$(programs.out)/%.elf) $(programs.out)/kernel.img

$(programs.tmp)/lib/%.o: $(programs.dir)/lib/%.c
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(programs.tmp)/lib/%.o: $(programs.dir)/lib/%.S
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -I$(BUILD)/include -c $< -o $@ $(KEEP_WARNINGS)

$(programs.tmp)/start.o: $(programs.dir)/start.S
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(programs.tmp)/libprogram.a: $(programs.lib.objects)
	@rm -f $@
	@$(RISCV_PREFIX)ar rcs $@ $^

$(programs.tmp)/%.c.o: $(programs.dir)/workloads/%.c
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(programs.tmp)/%.S.o: $(programs.dir)/workloads/%.S
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -c $< -o $@ $(KEEP_WARNINGS)

define programs.example
$(programs.tmp)/examples/$1.c.o: $(programs.dir)/examples/$1/$1.c
	@mkdir -p $$(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -c $$< -o $$@ $$(KEEP_WARNINGS)

$(programs.out)/$1.elf: $(programs.tmp)/start.o $(programs.tmp)/examples/$1.c.o $(programs.tmp)/libprogram.a \
                        $(programs.dir)/program.ld
	@$(RISCV_PREFIX)gcc $(programs.ldflags) $$(filter %.o %.a,$$^) -o $$@
endef
$(foreach p,$(EXAMPLES),$(eval $(call programs.example,$p)))

# A kernel: an ELF file and the flat Image of it, for rv32ima as Linux is.
programs.kernel.objects := $(programs.tmp)/examples/head.S.o $(programs.tmp)/examples/kernel.c.o $(programs.tmp)/libprogram.a
$(programs.tmp)/examples/head.S.o: $(programs.dir)/examples/kernel/head.S
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(programs.tmp)/examples/kernel.c.o: $(programs.dir)/examples/kernel/kernel.c
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -msmall-data-limit=0 -c $< -o $@ $(KEEP_WARNINGS)

$(programs.out)/kernel.elf: $(programs.kernel.objects) $(programs.dir)/examples/kernel/kernel.ld
	@$(RISCV_PREFIX)gcc $(programs.arch) --specs=picolibc.specs -nostartfiles -Wl,--gc-sections -Wl,--no-relax \
	    -T $(programs.dir)/examples/kernel/kernel.ld $(programs.kernel.objects) -o $@

$(programs.out)/kernel.img: $(programs.out)/kernel.elf
	@$(RISCV_PREFIX)objcopy -O binary -j .text $< $@

# The same processes with a timer that takes the processor from them.
$(programs.tmp)/procswitch_timer.c.o: $(programs.dir)/workloads/procswitch.c
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -DPREEMPT_TICKS=2000 -c $< -o $@ $(KEEP_WARNINGS)

programs.objects.of = $(programs.tmp)/$1.c.o \
    $(patsubst $(programs.dir)/workloads/%,$(programs.tmp)/%.o,$(wildcard $(programs.dir)/workloads/$1.S))

define programs.rule
$(programs.out)/$1.elf: $(programs.tmp)/start.o $(call programs.objects.of,$1) \
                        $(programs.tmp)/libprogram.a $(programs.dir)/program.ld
	@$(RISCV_PREFIX)gcc $(programs.ldflags) $$(filter %.o %.a,$$^) -o $$@

$(programs.tmp)/count/$1.elf: $(programs.tmp)/start.o $(call programs.objects.of,$1) \
                        $(programs.tmp)/lib/count.o $(programs.tmp)/libprogram.a \
                        $(programs.dir)/program.ld
	@mkdir -p $$(@D)
	@$(RISCV_PREFIX)gcc $(programs.ldflags) -Wl,--wrap=main $$(filter %.o %.a,$$^) -o $$@
endef
$(foreach p,$(PROGRAMS),$(eval $(call programs.rule,$p)))

$(programs.tmp)/lib/vm.o: | $(BUILD)/include/hv.h

define programs.monitor
$(programs.tmp)/monitors/$1.o: $(programs.dir)/examples/$1/$1.c | $(BUILD)/include/hv.h
	@mkdir -p $$(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) -I$(BUILD)/include -c $$< -o $$@ $$(KEEP_WARNINGS)

$(programs.out)/$1.elf: $(programs.tmp)/start.o $(programs.tmp)/monitors/$1.o $(programs.tmp)/lib/vm.o \
                        $(programs.tmp)/lib/libc.o $(programs.tmp)/libprogram.a $(programs.dir)/program.ld
	@$(RISCV_PREFIX)gcc $(programs.ldflags) -Wl,--wrap=main $$(filter %.o %.a,$$^) -o $$@
endef
$(foreach p,$(MONITORS),$(eval $(call programs.monitor,$p)))

# The name, that of its ELF file, how many rounds.
define programs.bench
$(programs.tmp)/bench/$2.o: $(programs.dir)/bench/$(or $(bench.source.$1),$1).c $(programs.dir)/programs.mk
	@mkdir -p $$(@D)
	@$(RISCV_PREFIX)gcc $(programs.cflags) $(bench.flags.$1) -DROUNDS=$3 -c $$< -o $$@ $$(KEEP_WARNINGS)

$(programs.out)/$2.elf: $(programs.tmp)/start.o $(programs.tmp)/bench/$2.o $(programs.tmp)/libprogram.a \
                        $(programs.dir)/program.ld
	@$(RISCV_PREFIX)gcc $(programs.ldflags) $$(filter %.o %.a,$$^) -o $$@
endef
$(foreach p,$(BENCHMARKS),$(eval $(call programs.bench,$p,$p,$(bench.rounds.$p))))
$(foreach p,$(BENCHMARKS),$(eval $(call programs.bench,$p,$(p)_short,1)))

# --- on QEMU -------------------------------------------------------------------
# icount makes the run repeatable and lets it count instructions.

# Its UART's interrupt goes to a PLIC.
programs.not.qemu := tty serial

programs.qemu := timeout 60 $(QEMU_RISCV32) -M virt -m 16M -bios none -nographic \
                 -icount shift=0 -kernel

check-programs-qemu: $(patsubst %,check-program-qemu-%,$(filter-out $(programs.not.qemu),$(PROGRAMS)))
	@echo "programs on QEMU: $(words $^) passed, 0 failed"

.PHONY: $(PROGRAMS:%=check-program-qemu-%)
$(PROGRAMS:%=check-program-qemu-%): check-program-qemu-%: $(programs.out)/%.elf
	@$(programs.qemu) $< </dev/null; status=$$?; expected=$(or $(programs.status.$*),0); \
	if [ $$status -ne $$expected ]; then \
	    echo "$*: exit status $$status, expected $$expected" >&2; exit 1; fi

count-programs-qemu: $(PROGRAMS:%=$(programs.tmp)/count/%.elf)
	@for p in $(filter-out $(programs.not.qemu),$(PROGRAMS)); do \
	    printf '%-18s' $$p; \
	    $(programs.qemu) $(programs.tmp)/count/$$p.elf </dev/null | grep instructions || echo; done

# --- as native programs -----------------------------------------------------------
# Signed shifts to the right and the like are checked by another compiler
# back end; the expected results in the sources must hold here too.

programs.host.cflags := -DHOST -std=gnu11 -O1 -g -fsanitize=address,undefined \
                        -fno-sanitize-recover=all -Wall -Wextra -Werror -I$(programs.dir)/lib

$(programs.tmp)/host/%: $(programs.dir)/workloads/%.c $(programs.dir)/lib/console.c \
                        $(programs.dir)/lib/exit.c
	@mkdir -p $(@D)
	@$(CC) $(programs.host.cflags) $^ -o $@ -lm

$(programs.tmp)/host/bench/%: $(programs.dir)/bench/%.c $(programs.dir)/lib/console.c \
                        $(programs.dir)/lib/exit.c
	@mkdir -p $(@D)
	@$(CC) $(programs.host.cflags) $^ -o $@ -lm

check-programs-host: $(WORKLOADS:%=$(programs.tmp)/host/%) $(bench.sources:%=$(programs.tmp)/host/bench/%)
	@for p in $^; do $$p || { echo "$$p: exit status $$?" >&2; exit 1; }; done
	@echo "workloads as native programs: $(words $^) passed, 0 failed"

-include $(wildcard $(programs.tmp)/*.d $(programs.tmp)/bench/*.d $(programs.tmp)/examples/*.d $(programs.tmp)/monitors/*.d $(programs.tmp)/lib/*.d)
