# The loader of boards. Included by the Makefile at the top:
#
#   $(BUILD)/software/loader.bin   the image, for any ram_base
LOADER_SOURCE := software/loader/image.S

loader.cflags := -march=rv32im -mabi=ilp32 -misa-spec=2.2 -mcmodel=medany -mno-relax -msmall-data-limit=0 -std=c11 -Os -g \
                 -ffreestanding -fno-jump-tables -fno-common -fno-tree-loop-distribute-patterns -Wall -Wextra -Wconversion -I. -MMD -MP

$(BUILD)/software/loader/%.o: software/loader/%.c
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(loader.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(BUILD)/software/loader/%.o: software/loader/%.S
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(loader.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(BUILD)/software/loader.elf: $(BUILD)/software/loader/entry.o $(BUILD)/software/loader/loader.o software/loader/loader.ld
	@$(RISCV_PREFIX)gcc -march=rv32im -mabi=ilp32 -misa-spec=2.2 -nostdlib -mno-relax -Wl,--no-relax \
	    -T software/loader/loader.ld $(filter %.o,$^) -lgcc -o $@

$(BUILD)/software/loader.bin: $(BUILD)/software/loader.elf
	@$(RISCV_PREFIX)objcopy -O binary -j .text $< $@

# The image inside the generator's library.
$(BUILD)/obj/software/loader/image.o $(BUILD)/san/obj/software/loader/image.o: software/loader/image.S $(BUILD)/software/loader.bin
	@mkdir -p $(@D)
	@$(CC) -DLOADER_IMAGE='"$(BUILD)/software/loader.bin"' -c $< -o $@

-include $(wildcard $(BUILD)/software/loader/*.d)
