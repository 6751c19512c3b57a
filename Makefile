# iolab. Two commands to begin with: make demo, make test. What each target does: make help.

BUILD   := build
STAGES  := base event scenario client server trace run judge report
CC      ?= gcc
WARN    := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
           -Wold-style-definition -Wvla -Wformat=2 -Wundef -Werror
LUA     := $(shell pkg-config --cflags lua5.4 2>/dev/null)
CFLAGS  := -std=gnu17 -O2 -g -D_GNU_SOURCE -Iharness -I. $(LUA) $(WARN) $(EXTRA_CFLAGS)
LDLIBS  := -llua5.4 -ljansson -lseccomp -lpthread -lm

LIB_SRC := $(foreach stage,$(STAGES),$(wildcard harness/$(stage)/*.c)) $(wildcard visualizer/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
LIB     := $(BUILD)/libiolab.a
COMMANDS := $(patsubst harness/cmd/%.c,$(BUILD)/iolab-%,$(wildcard harness/cmd/*.c))
UNITS   := $(patsubst harness/tests/%.c,$(BUILD)/tests/%,$(wildcard harness/tests/test_*.c))

all: $(COMMANDS) iolab
units: $(UNITS)

iolab: $(BUILD)/iolab-main
	ln -sf $< $@

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/iolab-%: $(BUILD)/harness/cmd/%.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/tests/test_%: $(BUILD)/harness/tests/test_%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(LDLIBS)

clean:
	rm -rf $(BUILD) iolab

-include $(LIB_OBJ:.o=.d)

.PHONY: all units clean
.SECONDARY:
