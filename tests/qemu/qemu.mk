# Random programs on the model and on QEMU (docs/verification.md).
SRC_qemu = $(filter-out tests/qemu/campaign.c tests/qemu/test_%,$(wildcard tests/qemu/*.c))
$(eval $(call library,$(BUILD),qemu))
$(eval $(call library,$(BUILD)/san,qemu))

$(BUILD)/tests/qemu/%: $(BUILD)/san/obj/tests/qemu/%.o $(BUILD)/san/libqemu.a $(BUILD)/san/libsupport.a $(LIBS_$(BUILD)/san)
	@mkdir -p $(@D)
	@echo "  LINK $@"
	@$(CC) $(CFLAGS) $(SANITIZE) -rdynamic -o $@ $^ -lcmocka $(LDLIBS)

$(BUILD)/campaign-qemu: $(BUILD)/obj/tests/qemu/campaign.o $(BUILD)/libqemu.a $(BUILD)/libsupport.a $(LIBS_$(BUILD))
	@echo "  LINK $@"
	@$(CC) $(CFLAGS) -rdynamic -o $@ $^ $(LDLIBS)

QEMU_SEED = 1000
QEMU_PROGRAMS = 1000

## campaign-qemu: QEMU_PROGRAMS random programs, from QEMU_SEED on, on the model and on QEMU
.PHONY: campaign-qemu
campaign-qemu: $(BUILD)/campaign-qemu
	@$(BUILD)/campaign-qemu --seed $(QEMU_SEED) --programs $(QEMU_PROGRAMS)
