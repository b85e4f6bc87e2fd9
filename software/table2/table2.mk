# The paper's example: build/software/table2.elf. Its segments are readable, writable and executable, as the paper's memory
# is: nothing to be warned of, where the linker knows how to be told so.
table2.ldflags = $(if $(shell $(RISCV_PREFIX)ld --help | grep -e --no-warn-rwx-segments),-Xlinker --no-warn-rwx-segments)

programs: $(BUILD)/software/table2.elf
$(BUILD)/software/table2.elf: software/table2/table2.S software/table2/table2.ld $(BUILD)/include/hv.h
	@mkdir -p $(@D)
	$(RISCV_PREFIX)gcc $(programs.arch) -g -nostdlib -static $(table2.ldflags) -I$(BUILD)/include \
	    -T software/table2/table2.ld $< -o $@ $(KEEP_WARNINGS)

# The same, telling its lines over the UART.
programs: $(BUILD)/software/table2_board.elf
$(programs.tmp)/tell.o: software/table2/tell.c software/table2/table2.mk $(BUILD)/include/hv.h
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(programs.arch) -Os -g -std=c11 -ffreestanding -fno-builtin -fno-delete-null-pointer-checks -fno-tree-loop-distribute-patterns \
	    -Wall -Wextra -I$(BUILD)/include -c $< -o $@ $(KEEP_WARNINGS)
$(BUILD)/software/table2_board.elf: software/table2/table2.S software/table2/table2.ld $(programs.tmp)/tell.o
	$(RISCV_PREFIX)gcc $(programs.arch) -g -nostdlib -static $(table2.ldflags) -I$(BUILD)/include -DTELL \
	    -T software/table2/table2.ld $< $(programs.tmp)/tell.o -lgcc -o $@ $(KEEP_WARNINGS)
