# Rules for the monitor. Included by the Makefile at the top:
#
#   $(BUILD)/software/monitor.bin   the image, for any ram_base
#   MONITOR_SOURCE                  the source that carries the image into the host library

BUILD        ?= build
RISCV_PREFIX ?= riscv64-unknown-elf-

MONITOR_SOURCE := software/monitor/image.S

# Code must run wherever RAM is: no absolute addresses, so no jump tables and no gp.
monitor.cflags := -march=rv32im -mabi=ilp32 -misa-spec=2.2 -mcmodel=medany -mno-relax -msmall-data-limit=0 \
                  -std=c11 -O2 -g -ffreestanding -fno-jump-tables -fno-common -fno-tree-loop-distribute-patterns \
                  -Wall -Wextra -Wconversion -I. -I$(BUILD)/include -MMD -MP
monitor.objects := $(patsubst %,$(BUILD)/software/monitor/%.o,entry short map main access uart console line time deliver counter tell)

# All has to fit into its pages: what is on the way of frequent VM-faults is fast, the rest short.
monitor.small := -Os -msave-restore
$(BUILD)/software/monitor/line.o: monitor.size := -Os
$(addprefix $(BUILD)/software/monitor/,access.o main.o map.o time.o short.o uart.o console.o deliver.o counter.o tell.o): monitor.size := $(monitor.small)

$(BUILD)/software/monitor/%.o: software/monitor/%.c $(BUILD)/include/hv.h
	@mkdir -p $(@D)
	$(RISCV_PREFIX)gcc $(monitor.cflags) $(monitor.size) -c $< -o $@ $(KEEP_WARNINGS)

$(BUILD)/software/monitor/%.o: software/monitor/%.S $(BUILD)/include/hv.h
	@mkdir -p $(@D)
	$(RISCV_PREFIX)gcc $(monitor.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(BUILD)/software/monitor.elf: $(monitor.objects) software/monitor/monitor.ld
	$(RISCV_PREFIX)gcc -march=rv32im -mabi=ilp32 -misa-spec=2.2 -nostdlib -mno-relax -Wl,--fatal-warnings \
	    -Wl,--no-relax -T software/monitor/monitor.ld $(monitor.objects) -lgcc -o $@

$(BUILD)/software/monitor.bin: $(BUILD)/software/monitor.elf
	$(RISCV_PREFIX)objcopy -O binary -j .start -j .text $< $@

# The image inside the host library.
monitor.image.flags = -DMONITOR_IMAGE='"$(BUILD)/software/monitor.bin"' -DMONITOR_ELF='"$(BUILD)/software/monitor.elf"'
$(BUILD)/obj/software/monitor/image.o $(BUILD)/san/obj/software/monitor/image.o: software/monitor/image.S \
    $(BUILD)/software/monitor.bin $(BUILD)/software/monitor.elf
	@mkdir -p $(@D)
	$(CC) $(monitor.image.flags) -c $< -o $@

-include $(wildcard $(BUILD)/software/monitor/*.d)
