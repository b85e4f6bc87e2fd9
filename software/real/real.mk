# Real programs as workloads: zlib, bzip2, Lua and SQLite, of Debian's source packages, which are fetched, and not in this
# tree. $(real)/NAME.elf is for Nestor, $(real)/NAME.host for the machine that builds it, $(real)/NAME_short.* has little to do.

REAL      := zlib bzip2 lua sqlite
real      := $(BUILD)/workloads-real
real.dir  := $(programs.dir)/real
real.src  := $(real)/src
# What the two compressors work on: HTML, 350 KB and more.
real.text := $(real.src)/lua5.4/doc/manual.html

real.sources.zlib   := $(addprefix zlib/,adler32 compress crc32 deflate inffast inflate inftrees trees uncompr zutil)
real.sources.bzip2  := $(addprefix bzip2/,blocksort bzlib compress crctable decompress huffman randtable)
real.sources.lua    := $(addprefix lua5.4/src/,lapi lauxlib lbaselib lcode lcorolib lctype ldblib ldebug ldo ldump lfunc lgc \
                       linit liolib llex lmathlib lmem loadlib lobject lopcodes loslib lparser lstate lstring lstrlib ltable \
                       ltablib ltm lundump lutf8lib lvm lzio)
real.sources.sqlite := sqlite3/build/sqlite3
real.flags.zlib     := -I$(real.src)/zlib
real.flags.bzip2    := -I$(real.src)/bzip2 -DBZ_NO_STDIO
# Strings are hashed with the same seed in each run, and no file gets a name; the header is one that Debian's build makes.
real.flags.lua      := -I$(real.src)/lua5.4/src -I$(real.dir)/debian -D'luai_makeseed(...)=1993' \
                       -DLUA_TMPNAMBUFSIZE=1 -D'lua_tmpnam(name,failed)=((void)(name),(failed)=1)'
real.flags.sqlite   := -I$(real.src)/sqlite3/build -DSQLITE_OS_OTHER=1 -DSQLITE_THREADSAFE=0 -DSQLITE_TEMP_STORE=3 \
                       -DSQLITE_ENABLE_MEMSYS5 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL -Os
real.embed.zlib     := $(real.text)
real.embed.bzip2    := $(real.text)
real.embed.lua      := $(real.dir)/work.lua
# RAM for code, data, heap and stack, of which the stack has 128 KiB; real.ram is the machine's.
real.bytes := 0x3c0000
real.ram   := 0x400000

real.guest := $(RISCV_PREFIX)gcc $(programs.arch) --specs=picolibc.specs -std=gnu11 -O2 -g -ffunction-sections -fdata-sections \
              -I$(programs.dir)/lib -MMD -MP
real.host  := $(CC) -std=gnu11 -O2 -g -DHOST -I$(programs.dir)/lib -MMD -MP
real.warn  := -Wall -Wextra
real.link  := $(programs.ldflags) -Wl,--wrap=main -Wl,--defsym=__ram_size=$(real.bytes) -Wl,--defsym=__stack_size=0x20000

# One fetch brings every source file that a rule below wants.
$(real.src)/fetched: $(real.dir)/fetch.sh
	@$(real.dir)/fetch.sh $(real.src) zlib bzip2 lua5.4 sqlite3
	@touch $@
$(foreach p,zlib bzip2 lua,$(real.sources.$p:%=$(real.src)/%.c)) $(real.text): $(real.src)/fetched ;

# SQLite is one file, which its own makefile makes of all others.
$(real.src)/sqlite3/build/sqlite3.c: $(real.src)/fetched
	@mkdir -p $(@D)
	@cd $(@D) && env -u MAKEFLAGS $(MAKE) -f ../main.mk TOP=.. BCC='$(CC) -O1 -w' TCC='$(CC)' NAWK=awk EXE= TCLSH=tclsh sqlite3.c >log 2>&1 || \
	    { tail -n 20 log >&2; rm -f sqlite3.c; exit 1; }

# The program, guest or host.
define real.objects
$(real)/$2/$1/%.o: $(real.src)/%.c $(real.dir)/real.mk
	@mkdir -p $$(@D)
	@$$(real.$2) $$(real.flags.$1) -w -c $$< -o $$@

$(real)/$2/$1.o: $(real.dir)/$1.c $(real.src)/fetched $(filter %/sqlite3.c,$(real.sources.$1:%=$(real.src)/%.c))
	@mkdir -p $$(@D)
	@$$(real.$2) $$(real.flags.$1) $(real.warn) -c $$< -o $$@ $$(KEEP_WARNINGS)

$(real)/$2/$1_short.o: $(real.dir)/$1.c $(real.src)/fetched $(filter %/sqlite3.c,$(real.sources.$1:%=$(real.src)/%.c))
	@mkdir -p $$(@D)
	@$$(real.$2) $$(real.flags.$1) $(real.warn) -DSHORT -c $$< -o $$@ $$(KEEP_WARNINGS)

$(real)/$2/$1_embed.o: $(real.dir)/embed.S $(real.embed.$1)
	@mkdir -p $$(@D)
	@$$(real.$2) -DEMBED='"$(real.embed.$1)"' -c $$< -o $$@

real.$2.$1 := $(if $(real.embed.$1),$(real)/$2/$1_embed.o) $(real.sources.$1:%=$(real)/$2/$1/%.o)
endef
$(foreach p,$(REAL),$(foreach side,guest host,$(eval $(call real.objects,$p,$(side)))))

define real.program
$(real)/$2.elf: $(programs.tmp)/start.o $(real)/guest/$2.o $(real.guest.$1) $(programs.tmp)/lib/libc.o $(programs.tmp)/libprogram.a \
                $(programs.dir)/program.ld $(real.dir)/real.mk
	@$(RISCV_PREFIX)gcc $$(real.link) $$(filter %.o %.a,$$^) -lm -o $$@

$(real)/$2.host: $(real)/host/$2.o $(real.host.$1)
	@$(CC) $$(filter %.o,$$^) -lm -o $$@
endef
$(foreach p,$(REAL),$(eval $(call real.program,$p,$p))$(eval $(call real.program,$p,$p_short)))

# The programs alone.
.PHONY: programs-real programs-real-short
programs-real: $(foreach p,$(REAL),$(real)/$p.elf $(real)/$p.host)
programs-real-short: $(foreach p,$(REAL),$(real)/$p_short.elf $(real)/$p_short.host)

## workloads-real: zlib, bzip2, Lua and SQLite of Debian's sources at depth 0 to 4, on the model and in lockstep; a table
.PHONY: workloads-real
workloads-real: all programs-real
	@$(real.dir)/run.sh $(BUILD)/nestor $(real) $(real.ram) $(REAL)

