# Linux for Nestor. Included by the Makefile at the top:
#
#   linux         $(LINUX)/Image, vmlinux (its symbols), nestor.dtb, initrd.cpio
#   linux-demo    its boot at depth 0 to 4 in lockstep
#   test-linux    the tests of it
#
# Each installs what is missing first: the packages of `make setup` and linux-source, 150 MB, flex, bison, bc.
#
# The kernel is Debian's linux-source, unpatched, with the options of kernel.config; the initial RAM disk has one program, init.
LINUX          := $(BUILD)/linux
LINUX_VERSION  := 6.12
LINUX_PACKAGE  := /usr/src/linux-source-$(LINUX_VERSION).tar.xz
# What other machines need, three quarters of the files; their Kconfig files stay, which the configuration reads.
linux.unneeded := $(patsubst %,--exclude='linux-source-*/%',Documentation/*.rst Documentation/*.yaml arch/arm*/*.dts* arch/x86/*.[chS] \
                  drivers/gpu/*.[ch] drivers/net/*.[ch] drivers/media/*.[ch] drivers/staging/*.[ch] drivers/infiniband/*.[ch] \
                  drivers/scsi/*.[ch] sound/*.[ch] tools/perf/* tools/testing/*)
linux.dir      := software/linux
linux.kernel   := $(abspath $(LINUX))/kernel
linux.make     := $(MAKE) -C $(LINUX)/source O=$(linux.kernel) ARCH=riscv CROSS_COMPILE=$(RISCV_PREFIX) CC=$(RISCV_PREFIX)gcc HOSTCC=gcc \
                  KBUILD_BUILD_USER=nestor KBUILD_BUILD_HOST=nestor KBUILD_BUILD_TIMESTAMP=1970-01-01 KBUILD_BUILD_VERSION=1

## linux: set-up, Debian's Linux for RV32IMA without an MMU, its device tree and its initial RAM disk, in build/linux
.PHONY: linux linux-setup build-linux
linux: linux-setup
	@$(MAKE) --no-print-directory -j$$(nproc) build-linux
linux-setup:
	@tools/setup.sh linux
build-linux: $(LINUX)/Image $(LINUX)/nestor.dtb $(LINUX)/initrd.cpio

## linux-demo: set-up, build, Linux's boot at depth 0 to 4 in lockstep
.PHONY: linux-demo
linux-demo: linux-setup
	@$(MAKE) --no-print-directory -j$$(nproc) all build-linux
	@software/linux/demo.sh

## test-linux: set-up, build, the tests of Linux: QEMU, every depth, lockstep, GDB, a save in its middle; ends with "N passed, M failed"
.PHONY: test-linux
test-linux: linux-setup
	@$(MAKE) --no-print-directory -j$$(nproc) all build-linux
	@tools/run-tests.sh tests/linux/linux.sh tests/linux/gdb.sh tests/linux/save.sh

$(LINUX_PACKAGE):
	@echo "linux: no $@; expected Debian's package linux-source-$(LINUX_VERSION): make linux" >&2; exit 1

$(LINUX)/source/Makefile: | $(LINUX_PACKAGE)
	@echo "  UNPACK $(LINUX_PACKAGE)"
	@rm -rf $(LINUX)/source $(LINUX)/source.new && mkdir -p $(LINUX)/source.new
	@tar -x -f $(LINUX_PACKAGE) -C $(LINUX)/source.new --strip-components=1 $(linux.unneeded)
	@mv $(LINUX)/source.new $(LINUX)/source

# Options that the kernel does not take as they are written are an error: they have other names, or need others.
$(LINUX)/kernel/.config: $(linux.dir)/kernel.config $(LINUX)/source/Makefile
	@mkdir -p $(@D)
	+@$(linux.make) -s KCONFIG_ALLCONFIG=$(abspath $<) allnoconfig >$(LINUX)/config.log 2>&1 || { cat $(LINUX)/config.log >&2; exit 1; }
	@missing=$$(grep '^CONFIG_' $< | grep -vxFf $@); \
	if [ -n "$$missing" ]; then echo "$<: Linux $(LINUX_VERSION) did not take:" $$missing >&2; rm $@; exit 1; fi

$(LINUX)/Image: $(LINUX)/kernel/.config
	@echo "  LINUX $@ (one to two minutes on two processors)"
	+@$(linux.make) -s Image >$(LINUX)/build.log 2>&1 || { tail -n 40 $(LINUX)/build.log >&2; exit 1; }
	@cp $(LINUX)/kernel/vmlinux $(LINUX)/vmlinux
	@cp $(LINUX)/kernel/arch/riscv/boot/Image $@

$(LINUX)/nestor.dtb: $(linux.dir)/nestor.dts
	@mkdir -p $(@D)
	@dtc -I dts -O dtb -o $@ $<

linux.cflags := -march=rv32ima -mabi=ilp32 -misa-spec=2.2 -mcmodel=medany -mno-relax -msmall-data-limit=0 -std=c11 -Os \
                -ffreestanding -fno-jump-tables -fno-common -fno-tree-loop-distribute-patterns -Wall -Wextra -Wconversion

$(LINUX)/%.o: $(linux.dir)/%.c
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(linux.cflags) -c $< -o $@ $(KEEP_WARNINGS)

$(LINUX)/%.o: $(linux.dir)/%.S
	@mkdir -p $(@D)
	@$(RISCV_PREFIX)gcc $(linux.cflags) -c $< -o $@ $(KEEP_WARNINGS)

# init.ld makes the file's format; it has no place for relocations, and so there must be none.
$(LINUX)/init: $(LINUX)/start.o $(LINUX)/init.o $(linux.dir)/init.ld
	@if $(RISCV_PREFIX)readelf -rW $(filter %.o,$^) | grep -w -e R_RISCV_32 -e R_RISCV_HI20; then \
	    echo "$@: found addresses in data or code, expected none (init.ld)" >&2; exit 1; fi
	@$(RISCV_PREFIX)gcc -march=rv32ima -mabi=ilp32 -nostdlib -Wl,--no-relax -T $(linux.dir)/init.ld $(filter %.o,$^) -lgcc -o $@.elf
	@$(RISCV_PREFIX)objcopy -O binary -j .text $@.elf $@

# With the kernel's own tool, so that device files take no root.
$(LINUX)/initrd.cpio: $(linux.dir)/initramfs.list $(LINUX)/init $(LINUX)/Image
	@sed 's,@BUILD@,$(BUILD),' $< >$(LINUX)/initramfs.list
	@$(LINUX)/kernel/usr/gen_init_cpio -t 0 $(LINUX)/initramfs.list >$@
