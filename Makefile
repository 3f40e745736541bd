# One non-recursive makefile; everything it makes is under $(BUILD).
# Lines that begin with two hashes are what `make help` prints.

VERSION  := 0.1.0
ABI      := 0
BUILD    ?= build
PREFIX   ?= /usr/local
BINDIR   ?= $(PREFIX)/bin
LIBDIR   ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR   ?= $(PREFIX)/share/man
# DESTDIR goes in front of all of them at install time only.
INSTALL  ?= install
PKG_CONFIG ?= pkg-config
# 0 release, 1 cheap assertions, 3 also those that walk whole structures.
DEBUG    ?= 0
OPT      ?= -O2 -g
SAN      ?=
WERROR   ?=
FUZZ_SECONDS ?= 60
JOBS     ?= $(shell nproc 2>/dev/null || echo 2)

WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wconversion -Wswitch-enum \
            -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wformat=2 \
            -Wwrite-strings -Wpointer-arith
# Sanitizers bring checks of their own, and fortified calls hide some from them;
# without optimisation the C library refuses to fortify.
ifeq ($(SAN)$(filter -O0,$(OPT)),)
FORTIFY  := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
ifeq ($(SAN),)
HARDEN   := -fstack-protector-strong
endif
HARDEN_LD := -Wl,-z,relro -Wl,-z,now

pmt_cppflags = -D_GNU_SOURCE -DPMT_DEBUG=$(DEBUG) -DPMT_VERSION='"$(VERSION)"' $(FORTIFY) $(CPPFLAGS)
pmt_cflags = -std=c11 $(OPT) $(WARN) $(WERROR) -fPIC -fvisibility=hidden -pthread $(HARDEN) $(CFLAGS)
pmt_ldflags = -pthread $(HARDEN_LD) $(LDFLAGS)
LDLIBS   ?= -lsqlite3 -lz -lm

LIB_SRC  := $(filter-out src/cli/% src/agent/%,$(wildcard src/*/*.c))
CLI_SRC  := $(wildcard src/cli/*.c)
AGENT_SRC := $(wildcard src/agent/*.c)
TEST_SRC := $(wildcard tests/unit/*.c tests/support/*.c)
FUZZ_SRC := $(wildcard tests/fuzz/fuzz_*.c)
HEADERS  := $(wildcard include/pymemtrace/*.h include/pymemtrace/*.def)
MAN1     := $(wildcard man/*.1)
MAN3     := $(wildcard man/*.3)
MAN5     := $(wildcard man/*.5)
obj       = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJ  := $(call obj,$(LIB_SRC))
CLI_OBJ  := $(call obj,$(CLI_SRC))
AGENT_OBJ := $(call obj,$(AGENT_SRC))
TEST_OBJ := $(call obj,$(TEST_SRC))
FUZZERS  := $(patsubst tests/fuzz/%.c,$(BUILD)/%,$(FUZZ_SRC))

# One short line per step; V=1 shows the whole commands.
V        ?=
silent   := $(findstring s,$(firstword -$(MAKEFLAGS)))
say       = $(if $(V),,@$(if $(silent),:,echo) '  $(1)	$(2)' &&)

# A second make in another folder, in parallel unless the caller said how.
submake   = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

## all: the program, the library (static, shared) and the agent, into build/
.PHONY: all
all: $(BUILD)/pymemtrace $(BUILD)/libpymemtrace.a $(BUILD)/libpymemtrace.so \
     $(BUILD)/libpymemtrace-agent.so $(BUILD)/libpymemtrace.pc

$(BUILD)/libpymemtrace.a: $(LIB_OBJ)
	@rm -f $@
	$(call say,AR,$@) $(AR) rcs $@ $^

$(BUILD)/libpymemtrace.so: $(LIB_OBJ)
	$(call say,LD,$@) $(CC) -shared -Wl,-soname,libpymemtrace.so.$(ABI) $(SAN) $(pmt_ldflags) -o $@ $^ $(LDLIBS)

$(BUILD)/pymemtrace: $(CLI_OBJ) $(BUILD)/libpymemtrace.a
	$(call say,LD,$@) $(CC) $(SAN) $(pmt_ldflags) -o $@ $^ $(LDLIBS)

# The agent lives in a foreign process, which has no sanitizer runtime.
$(BUILD)/libpymemtrace-agent.so: $(AGENT_OBJ)
	$(call say,LD,$@) $(CC) -shared -Wl,-soname,libpymemtrace-agent.so $(pmt_ldflags) -o $@ $^ -ldl

$(BUILD)/run-tests: $(TEST_OBJ) $(BUILD)/libpymemtrace.a
	$(call say,LD,$@) $(CC) $(SAN) $(pmt_ldflags) -o $@ $^ -lcunit $(LDLIBS)

$(BUILD)/bench-engine: $(BUILD)/obj/tests/tools/bench_engine.o $(BUILD)/libpymemtrace.a
	$(call say,LD,$@) $(CC) $(SAN) $(pmt_ldflags) -o $@ $^ $(LDLIBS)

$(BUILD)/list-hits.so: $(BUILD)/obj/tests/tools/list_hits.o
	$(call say,LD,$@) $(CC) -shared $(pmt_ldflags) -o $@ $^ -ldl

# What one source is compiled with besides the flags of all: $< is its path.
own_flags = -Iinclude -Isrc $(if $(filter tests/%,$<),-Itests) \
            $(if $(filter src/agent/%,$<),,$(SAN)) \
            $(if $(filter src/cli/cmd_record.c,$<),-DPMT_LIBDIR='"$(LIBDIR)"')
$(BUILD)/obj/src/cli/cmd_record.o: $(BUILD)/libdir.stamp

$(BUILD)/obj/%.o: %.c $(BUILD)/flags.stamp
	@mkdir -p $(@D)
	$(call say,CC,$<) $(CC) $(pmt_cppflags) $(pmt_cflags) $(own_flags) -MMD -MP -c -o $@ $<

# Other flags, other objects: the stamps change only when their text does.
stamp     = @mkdir -p $(BUILD); printf '%s\n' $(1) | cmp -s - $@ || printf '%s\n' $(1) > $@
$(BUILD)/flags.stamp: FORCE
	$(call stamp,'$(CC) $(subst ','"'"',$(pmt_cppflags)) $(pmt_cflags) $(SAN)')
$(BUILD)/libdir.stamp: FORCE
	$(call stamp,'$(LIBDIR)')
.PHONY: FORCE
FORCE:

-include $(patsubst %.o,%.d,$(LIB_OBJ) $(CLI_OBJ) $(AGENT_OBJ) $(TEST_OBJ))

# Its text depends on the folders given, so it is written anew each time.
$(BUILD)/libpymemtrace.pc: src/libpymemtrace.pc.in FORCE
	@mkdir -p $(BUILD)
	@sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	     -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' $< > $@

## debug: the same with all assertions, into build/debug
.PHONY: debug
debug:
	$(submake) BUILD=$(BUILD)/debug DEBUG=3 OPT='-Og -g' all

## demo: record, verify, replay and compare a real program, under a minute
.PHONY: demo
demo: deps
	@$(submake) all
	@sh tests/tools/demo.sh $(BUILD)

## bench: the figures of the README, measured side by side
.PHONY: bench
bench: deps
	@$(submake) all
	@$(submake) $(BUILD)/bench-engine
	@python3 tests/tools/bench.py $(BUILD) $(BENCH)

## determinism: gcc -O0, gcc -O2 and clang -O2 give the same database, byte for byte
.PHONY: determinism
determinism: deps-lint
	@MAKE='$(MAKE)' sh tests/tools/determinism.sh $(BUILD)

## kills: the recorded program killed 200 times, the recorder 20 times
.PHONY: kills
kills: deps
	@$(submake) all
	@python3 tests/tools/kill_test.py $(BUILD) --times 200

## accuracy: predictions beside real runs under several gc thresholds
.PHONY: accuracy
accuracy: deps
	@$(submake) all
	@python3 tests/tools/accuracy.py $(BUILD) $(ACCURACY)

## objects: recordings with objects beside unrecorded runs: collections, pool tables, hits
.PHONY: objects
objects: deps
	@$(submake) all $(BUILD)/list-hits.so
	@python3 tests/tools/objects.py $(BUILD) $(OBJECTS)

## differential: 10,000 random scripts under the model and each interpreter here; long
.PHONY: differential
differential: deps
	@$(submake) all
	@python3 tests/tools/differential.py $(BUILD) --scripts 10000 $(DIFFERENTIAL)

## check: all tests, with assertions on, in build/check
.PHONY: check
check: deps
	@$(submake) BUILD=$(BUILD)/check DEBUG=1 all $(BUILD)/check/run-tests
	@sh tests/tools/check.sh $(BUILD)/check

# The same tests in another build: $(call checked,folder,variables).
checked   = @$(submake) BUILD=$(BUILD)/$(1) WERROR=-Werror $(2) all $(BUILD)/$(1)/run-tests && \
            sh tests/tools/check.sh $(BUILD)/$(1)

asan_build = DEBUG=3 OPT='-O1 -g -fno-omit-frame-pointer' \
             SAN='-fsanitize=address,undefined -fno-sanitize-recover=all'
tsan_build = DEBUG=1 OPT='-O1 -g -fno-omit-frame-pointer' SAN=-fsanitize=thread

## asan: the tests under the address, leak and undefined-behaviour sanitizers
.PHONY: asan
asan: deps
	$(call checked,asan,$(asan_build))

## tsan: the tests under the thread sanitizer
.PHONY: tsan
tsan: deps
	$(call checked,tsan,$(tsan_build))

# Memory errors and leaks end a run with 99, which no command of the program does.
valgrind  = valgrind -q --error-exitcode=99 --leak-check=full

## scripts: every reference script under every preset, nothing lost; long
.PHONY: scripts
scripts: deps
	@$(submake) BUILD=$(BUILD)/check DEBUG=1 all
	@sh tests/tools/scripts.sh $(BUILD)/check

## valgrind: the unit tests, and every script under every preset, under valgrind; very long
.PHONY: valgrind
valgrind: deps
	@$(submake) BUILD=$(BUILD)/check DEBUG=1 all $(BUILD)/check/run-tests
	$(valgrind) $(BUILD)/check/run-tests
	sh tests/tools/scripts.sh $(BUILD)/check $(valgrind)

## fuzz: each fuzzer for FUZZ_SECONDS (60), with clang
.PHONY: fuzz
fuzz:
	@test -n '$(FUZZ_SRC)' || { echo 'fuzz: no tests/fuzz/fuzz_*.c' >&2; exit 1; }
	@$(submake) BUILD=$(BUILD)/fuzz CC=clang DEBUG=3 OPT='-O1 -g' \
	    SAN='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -DFUZZING_BUILD_MODE_UNSAFE_FOR_PRODUCTION' \
	    fuzzers $(BUILD)/fuzz/make_corpus
	@mkdir -p $(BUILD)/fuzz/seeds && $(BUILD)/fuzz/make_corpus $(BUILD)/fuzz/seeds
	@set -e; for f in $(FUZZERS:$(BUILD)/%=%); do \
	    mkdir -p $(BUILD)/fuzz/corpus/$$f; dict=tests/fuzz/pmt.dict; \
	    [ -e $$dict ] && dict=-dict=$$dict || dict=; \
	    seeds=$(BUILD)/fuzz/seeds; [ -d $$seeds/$$f ] && seeds=$$seeds/$$f; \
	    echo "== $$f"; \
	    $(BUILD)/fuzz/$$f $$dict -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
	        -artifact_prefix=$(BUILD)/fuzz/ $(BUILD)/fuzz/corpus/$$f $$seeds; done

.PHONY: fuzzers
fuzzers: $(FUZZERS)
$(BUILD)/make_corpus: tests/fuzz/make_corpus.c $(BUILD)/obj/tests/support/builder.o $(BUILD)/libpymemtrace.a
	$(call say,LD,$@) $(CC) $(pmt_cppflags) -Iinclude -Isrc -Itests $(pmt_cflags) $(SAN) -o $@ $^ $(LDLIBS)
$(FUZZERS): $(BUILD)/%: tests/fuzz/%.c $(BUILD)/obj/tests/support/builder.o $(BUILD)/libpymemtrace.a
	$(call say,LD,$@) $(CC) $(pmt_cppflags) -Iinclude -Isrc -Itests $(pmt_cflags) $(SAN) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

## lint: layers, headers, names, sizes, symbols, manual pages, both compilers with -Werror
.PHONY: lint lint-text lint-headers lint-build lint-symbols lint-man lint-install
lint: deps-lint lint-text lint-headers lint-man lint-build lint-symbols lint-install
	@echo 'lint: all good'

lint-text:
	@sh tests/lint/layers.sh
	@sh tests/lint/names.sh
	@sh tests/lint/sizes.sh

lint-headers:
	@CC='$(CC)' sh tests/lint/headers.sh

lint-man:
	@sh tests/lint/man.sh

lint-build:
	@mkdir -p $(BUILD); for cc in gcc clang; do \
	    $(submake) BUILD=$(BUILD)/lint-$$cc CC=$$cc WERROR=-Werror DEBUG=1 all \
	        $(BUILD)/lint-$$cc/run-tests >$(BUILD)/lint-$$cc.log 2>&1 || \
	        { cat $(BUILD)/lint-$$cc.log; echo "lint: $$cc -Werror failed" >&2; exit 1; }; \
	    echo "lint: $$cc -Werror builds all"; done

lint-symbols: lint-build
	@sh tests/lint/symbols.sh $(BUILD)/lint-gcc

lint-install: lint-build
	@sh tests/lint/install.sh $(BUILD)/lint-gcc

## deps: install the Debian packages that build, check and demo need (by apt-get)
.PHONY: deps deps-lint
deps:
	@sh tests/tools/deps.sh build
deps-lint:
	@sh tests/tools/deps.sh build lint

## install: into $(DESTDIR)$(PREFIX), /usr/local if not given
.PHONY: install
install: all
	$(INSTALL) -d $(addprefix $(DESTDIR),$(BINDIR) $(LIBDIR)/pkgconfig $(INCLUDEDIR)/pymemtrace \
	    $(MANDIR)/man1 $(MANDIR)/man3 $(MANDIR)/man5)
	$(INSTALL) -m 755 $(BUILD)/pymemtrace $(DESTDIR)$(BINDIR)/
	$(INSTALL) -m 755 $(BUILD)/libpymemtrace-agent.so $(DESTDIR)$(LIBDIR)/
	$(INSTALL) -m 644 $(BUILD)/libpymemtrace.a $(DESTDIR)$(LIBDIR)/
	$(INSTALL) -m 755 $(BUILD)/libpymemtrace.so $(DESTDIR)$(LIBDIR)/libpymemtrace.so.$(VERSION)
	ln -sf libpymemtrace.so.$(VERSION) $(DESTDIR)$(LIBDIR)/libpymemtrace.so.$(ABI)
	ln -sf libpymemtrace.so.$(ABI) $(DESTDIR)$(LIBDIR)/libpymemtrace.so
	$(INSTALL) -m 644 $(BUILD)/libpymemtrace.pc $(DESTDIR)$(LIBDIR)/pkgconfig/
	$(INSTALL) -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)/pymemtrace/
	$(if $(MAN1),$(INSTALL) -m 644 $(MAN1) $(DESTDIR)$(MANDIR)/man1/)
	$(if $(MAN3),$(INSTALL) -m 644 $(MAN3) $(DESTDIR)$(MANDIR)/man3/)
	$(if $(MAN5),$(INSTALL) -m 644 $(MAN5) $(DESTDIR)$(MANDIR)/man5/)

## uninstall: remove what install put there (same PREFIX and DESTDIR)
.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(BINDIR)/pymemtrace \
	    $(addprefix $(DESTDIR)$(LIBDIR)/,libpymemtrace-agent.so libpymemtrace.a libpymemtrace.so \
	        libpymemtrace.so.$(ABI) libpymemtrace.so.$(VERSION) pkgconfig/libpymemtrace.pc) \
	    $(addprefix $(DESTDIR)$(MANDIR)/man1/,$(notdir $(MAN1))) \
	    $(addprefix $(DESTDIR)$(MANDIR)/man3/,$(notdir $(MAN3))) \
	    $(addprefix $(DESTDIR)$(MANDIR)/man5/,$(notdir $(MAN5))) \
	    $(addprefix $(DESTDIR)$(INCLUDEDIR)/pymemtrace/,$(notdir $(HEADERS)))
	-rmdir $(DESTDIR)$(INCLUDEDIR)/pymemtrace

## clean: remove build/
.PHONY: clean
clean:
	rm -rf $(BUILD)

## help: this list
.PHONY: help
help:
	@sed -n 's/^## \([a-z-]*\): \(.*\)/\1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
	    while IFS='	' read -r target text; do printf '  %-10s %s\n' "$$target" "$$text"; done
