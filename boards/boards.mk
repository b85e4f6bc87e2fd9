# Bit streams of boards. What is made for a board is below build/boards/NAME.
BOARD =
PROGRAM =
# Options of nestor gen: CONFIG=goldberg, GENFLAGS="--set associator.entries=64".
CONFIG =
GENFLAGS =
boards.out = $(BUILD)/boards
boards.dir = $(boards.out)/$(patsubst %.ini,%,$(notdir $(BOARD)))
boards.known = $(sort $(patsubst boards/%.ini,%,$(wildcard boards/*.ini)))

.PHONY: board-given board-verilog
board-given:
	@test -n "$(BOARD)" || { echo "make: found no BOARD, expected one of: $(boards.known), or a file's path" >&2; exit 1; }

board-verilog: board-given $(BUILD)/nestor
	@mkdir -p $(boards.out)
	@$(BUILD)/nestor gen --board $(BOARD) $(if $(PROGRAM),--program $(PROGRAM)) $(if $(CONFIG),--config $(CONFIG)) $(GENFLAGS) -o $(boards.dir)

## bitstream: the bit stream of BOARD, with PROGRAM (an ELF file) in its RAM, in build/boards; fails if it does not fit, or is too slow
.PHONY: bitstream
bitstream: board-verilog $(if $(PROGRAM),$(filter $(BUILD)/%,$(PROGRAM)))
	@PATH="$$(tools/board-tools.sh $(boards.dir) $(BUILD)/yowasp)" && export PATH && sh $(boards.dir)/build.sh

## flash: load the bit stream of BOARD onto the board that is connected
.PHONY: flash
flash: board-given
	@test -f "$(boards.dir)/build.sh" || { echo "make: found no $(boards.dir)/build.sh, expected it: make bitstream BOARD=$(BOARD)" >&2; exit 1; }
	@sh $(boards.dir)/build.sh load

## constraints: the boards' constraint files again (constraints/), from boards/*.ini
.PHONY: constraints
constraints: $(BUILD)/nestor
	@rm -rf constraints.new && mkdir constraints.new
	@for board in $(boards.known); do \
	    $(BUILD)/nestor gen --board $$board --constraints constraints.new/$$board || exit 1; \
	    case $$(sed -n 's/^family = //p' boards/$$board.ini) in \
	    ice40) suffix=pcf ;; ecp5) suffix=lpf ;; xilinx) suffix=xdc ;; *) suffix=cst ;; esac; \
	    mv constraints.new/$$board constraints.new/$$board.$$suffix || exit 1; \
	done
	@rm -rf constraints && mv constraints.new constraints

# Boards that make boards builds: all.
BOARDS = $(boards.known)
## boards: the bit streams of all BOARDS; what each takes and how fast it is goes to docs/boards.tsv and docs/results.md
.PHONY: boards
boards: $(BUILD)/nestor programs
	@tests/bench/boards.sh $(BUILD)/nestor $(boards.out) $(BUILD)/software/hello.elf $(BOARDS)

## board-gates: the loader on the synthesized netlist of an iCE40 BOARD (after its make bitstream) takes and runs a program
.PHONY: board-gates
board-gates: board-given $(BUILD)/nestor programs
	@test -f "$(boards.dir)/nestor_top.json" || { echo "make: found no $(boards.dir)/nestor_top.json, expected it: make bitstream BOARD=$(BOARD)" >&2; exit 1; }
	@tests/bench/board_gates.sh $(BUILD)/nestor $(boards.dir) $(BOARD) $(BUILD)/software/hello.elf

## campaign-boards: the iCEBreaker's bit stream, and its netlist at the pins
.PHONY: campaign-boards
campaign-boards: all
	@$(MAKE) --no-print-directory bitstream BOARD=icebreaker
	@$(MAKE) --no-print-directory board-gates BOARD=icebreaker

## test-fusesoc: what gen writes for FuseSoC, with FuseSoC of PyPI (needs python3-venv and a network once); Yosys takes minutes
.PHONY: test-fusesoc
test-fusesoc: $(BUILD)/nestor programs
	@tools/run-tests.sh tests/fusesoc/fusesoc.sh

## test-litex: Nestor as a CPU of LiteX, of PyPI, in litex_sim (needs python3-venv, libevent-dev, libjson-c-dev, and a network once)
.PHONY: test-litex
test-litex: $(BUILD)/nestor programs
	@tools/run-tests.sh tests/litex/litex.sh
