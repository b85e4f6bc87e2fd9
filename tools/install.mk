# make install and make uninstall. What is installed needs no clone: presets, simulators' sources and the monitor are in the
# command; a program's start-up, libraries, linker script and hv.h go to SHARE, laid out as in the clone.
PREFIX = /usr/local
DESTDIR =
INSTALL = install
install.bin = $(DESTDIR)$(PREFIX)/bin
install.share = $(DESTDIR)$(PREFIX)/share/nestor
install.man = $(DESTDIR)$(PREFIX)/share/man/man1
install.completion = $(DESTDIR)$(PREFIX)/share/bash-completion/completions
install.doc = $(DESTDIR)$(PREFIX)/share/doc/nestor
# Folders of software/ with what can be built from.
install.folders = lib template workloads monitor table2 $(patsubst software/%,%,$(wildcard software/examples/*))

## install: the command, man pages, bash completion, hv.h, template and programs below DESTDIR and PREFIX (/usr/local)
.PHONY: install
install: all
	@$(INSTALL) -d $(install.bin) $(install.man) $(install.completion) $(install.doc) $(install.share)/include \
	    $(install.share)/programs $(install.share)/software
	@$(INSTALL) $(BUILD)/nestor $(install.bin)/nestor
	@tools/man.sh $(BUILD)/nestor $(install.man)
	@tools/completion.sh $(BUILD)/nestor > $(install.completion)/nestor
	@$(INSTALL) -d $(install.doc)/pictures
	@$(INSTALL) -m 644 CHANGELOG.md LICENSE docs/*.md $(install.doc)
	@$(INSTALL) -m 644 docs/pictures/*.svg $(install.doc)/pictures
	@sed 's,](docs/,](,g' README.md > $(install.doc)/README.md
	@$(INSTALL) -m 644 $(BUILD)/include/hv.h $(install.share)/include
	@$(INSTALL) -m 644 $(BUILD)/software/*.elf $(install.share)/programs
	@$(INSTALL) -m 644 software/README.md software/start.S software/program.ld software/programs.mk $(install.share)/software
	@for folder in $(install.folders); do \
	    $(INSTALL) -d $(install.share)/software/$$folder || exit 1; \
	    for file in software/$$folder/*; do \
	        test ! -f $$file || $(INSTALL) -m 644 $$file $(install.share)/software/$$folder || exit 1; \
	    done; \
	done
	@sed 's,^NESTOR  *?= .*,NESTOR       ?= $(PREFIX)/share/nestor,' software/template/Makefile > $(install.share)/software/template/Makefile
	@echo "nestor: installed: $(install.bin)/nestor; man nestor; the guide $(install.doc)/guide.md; to begin a program:"
	@echo "  cp -r $(install.share)/software/template myprogram && make -C myprogram run"

## uninstall: remove what install has installed there
.PHONY: uninstall
uninstall:
	rm -f $(install.bin)/nestor $(install.man)/nestor.1 $(install.man)/nestor-*.1 $(install.completion)/nestor
	rm -rf $(install.share) $(install.doc)
