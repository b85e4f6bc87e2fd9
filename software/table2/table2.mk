# The paper's example: build/software/table2.elf.
programs: $(BUILD)/software/table2.elf
$(BUILD)/software/table2.elf: software/table2/table2.S software/table2/table2.ld $(BUILD)/include/hv.h
	@mkdir -p $(@D)
	$(RISCV_PREFIX)gcc $(programs.arch) -g -nostdlib -static -I$(BUILD)/include -T software/table2/table2.ld $< -o $@
