# One non-recursive makefile; everything it makes is under $(BUILD).
# `make help` lists the targets.

VERSION  := 0.1.0
BUILD    ?= build
CC       ?= cc
PREFIX   ?= /usr/local
DEBUG    ?= 0
OPT      ?= -O2 -g
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wundef -Wconversion -Wswitch-enum \
            -Wmissing-prototypes -Wstrict-prototypes -Wvla -Wformat=2 \
            -Wwrite-strings -Wpointer-arith
CPPFLAGS += -D_GNU_SOURCE -DPMT_DEBUG=$(DEBUG) -DPMT_VERSION='"$(VERSION)"'
CFLAGS   += -std=c11 $(OPT) $(WARN) $(WERROR) $(SAN) -fPIC -fvisibility=hidden -pthread
LDFLAGS  += $(SAN) -pthread
LDLIBS   := -lsqlite3 -lz

LAYERS   := base heap replay trace store record run report
LIB_SRC  := $(foreach l,$(LAYERS),$(wildcard src/$(l)/*.c))
CLI_SRC  := $(wildcard src/cli/*.c)
AGENT_SRC := $(wildcard src/agent/*.c)
TEST_SRC := $(wildcard tests/unit/*.c tests/support/*.c)
obj       = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
LIB_OBJ  := $(call obj,$(LIB_SRC))
CLI_OBJ  := $(call obj,$(CLI_SRC))
AGENT_OBJ := $(call obj,$(AGENT_SRC))
TEST_OBJ := $(call obj,$(TEST_SRC))

.PHONY: all
all: $(BUILD)/pymemtrace $(BUILD)/libpymemtrace.a $(BUILD)/libpymemtrace.so $(BUILD)/libpymemtrace-agent.so

$(BUILD)/libpymemtrace.a: $(LIB_OBJ)
	$(AR) rcs $@ $^

$(BUILD)/libpymemtrace.so: $(LIB_OBJ)
	$(CC) -shared -Wl,-soname,libpymemtrace.so.0 $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/pymemtrace: $(CLI_OBJ) $(BUILD)/libpymemtrace.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/libpymemtrace-agent.so: $(AGENT_OBJ)
	$(CC) -shared $(LDFLAGS) -o $@ $^

$(BUILD)/run-tests: $(TEST_OBJ) $(BUILD)/libpymemtrace.a
	$(CC) $(LDFLAGS) -o $@ $^ -lcunit $(LDLIBS)

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Iinclude $(if $(filter src/cli/%,$<),-Isrc/cli -Isrc,-Isrc) $(if $(filter tests/%,$<),-Itests) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(AGENT_OBJ:.o=.d) $(TEST_OBJ:.o=.d)

.PHONY: clean
clean:
	rm -rf $(BUILD)
