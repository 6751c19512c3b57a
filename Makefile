# iolab. Two commands to begin with: make demo, make test. All targets: make help.

BUILD  := build
CC     := gcc
TOOLS  := harness/tools
WARN   := -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes \
          -Wold-style-definition -Wvla -Wformat=2 -Wundef -Werror
LUA    := $(shell pkg-config --cflags lua5.4 2>&-)
CFLAGS := -std=gnu17 -O2 -g -D_GNU_SOURCE -Iharness -I. $(LUA) $(WARN) $(EXTRA_CFLAGS)
LDLIBS := -llua5.4 -ljansson -lseccomp -lelf -lpthread -lm

# The stages in the order in which data flows; each is a folder, each file is found by glob.
STAGES   := base event scenario load client server trace run judge report grade bench claims \
            quiz objectives claims/probes
LIB      := $(BUILD)/libiolab.a

# Grading of classes, which the students' tree does not have: another library, more packages.
CLASS     := $(if $(wildcard grading),class)
FOLDERS   := result intake one book pages export batch
CLASS_LIB := $(BUILD)/libgrading.a
CLASS_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(FOLDERS:%=grading/%/*.c)))
CLASS_LIBS := -lsqlite3 -larchive -lcrypto
LIB_OBJ  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(STAGES:%=harness/%/*.c) visualizer/*.c))
COMMANDS := $(patsubst %.c,$(BUILD)/iolab-%,$(notdir $(wildcard harness/cmd/*.c grading/cmd/*.c)))
UNITS    := $(patsubst %.c,$(BUILD)/tests/%,$(notdir $(wildcard harness/tests/test_*.c grading/tests/test_*.c)))
AIDS     := $(patsubst harness/tests/%.c,$(BUILD)/tests/%,$(wildcard harness/tests/aid_*.c))
BENCHES  := $(patsubst harness/tests/%.c,$(BUILD)/tests/%,$(wildcard harness/tests/bench_*.c))

# Those that have threads. Not under ThreadSanitizer: ten thousand clients of one thread (minutes),
# handlers of signals, which it puts off in the programs that are watched, and rings, whose memory
# it takes for that of others: liburing maps it by system calls that it does not see.
THREADED := $(filter-out %/test_client_many %/test_trace_handlers $(BUILD)/tests/test_trace_rings%, \
              $(filter %/test_event_writer %/test_load %/test_load_http $(BUILD)/tests/test_client_% \
              $(BUILD)/tests/test_trace_%,$(UNITS)))

.PHONY: all help demo test aids units sanitized threaded threads threads-build bench bench-wrk \
        flaky mutants lint skeletons figures screens new-lab dist gradescope class attacks slurm \
        slides slides-test slides-data present clean

all: $(COMMANDS) iolab
	@$(TOOLS)/skeletons $(BUILD)/skeletons

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

demo: ## grade the reference servers and show where they waited; installs what it needs
	@$(TOOLS)/install build $(CLASS)
	@$(MAKE) --no-print-directory -s all
	@$(TOOLS)/demo

test: ## all tests; installs what it needs; ends with "N passed, N failed"
	@$(TOOLS)/install build $(CLASS) test
	@$(MAKE) --no-print-directory -s -j2 all aids
	@harness/tests/run

units: $(UNITS) $(AIDS) ## the unit tests' programs

aids: $(AIDS)

# Unit tests again under AddressSanitizer and UBSan, in a build folder of their own. (Sanitizers
# make gcc see formats overflow that do not.)
sanitized:
	@$(MAKE) --no-print-directory -s BUILD=$(BUILD)/sanitized units \
	    EXTRA_CFLAGS="-O0 -fsanitize=address,undefined -fno-omit-frame-pointer -Wno-format-overflow" \
	    LDFLAGS="-fsanitize=address,undefined"

threaded: $(THREADED)

threads-build:
	@$(MAKE) --no-print-directory -s BUILD=$(BUILD)/threads threaded \
	    EXTRA_CFLAGS="-O0 -fsanitize=thread -fno-omit-frame-pointer" LDFLAGS="-fsanitize=thread"

threads: ## the tests that have threads, under ThreadSanitizer (a part of make test)
	@$(TOOLS)/install build $(CLASS) test
	@$(MAKE) --no-print-directory -s threads-build
	@status=0; for unit in $(BUILD)/threads/tests/test_*; do $$unit || status=1; done; \
	    exit $$status

bench: ## tracer beside strace, cost of live drawing, our servers beside libuv and libevent
	@$(TOOLS)/install build $(CLASS) test bench
	@$(MAKE) --no-print-directory -s all $(BENCHES)
	@$(BUILD)/tests/bench_trace $(BUILD)/iolab-trace
	@visualizer/tests/bench_live
	@./iolab bench --solution 05 06 09 libuv libevent --connections 1,50,1000 --size 64,4096

bench-wrk: all ## the load generator beside wrk, on the same nginx (which must be there)
	@harness/tests/bench_wrk

flaky: ## every solution 100 times, every mutant 20 times, under load (long)
	@$(TOOLS)/install build $(CLASS) test
	@$(MAKE) --no-print-directory -s all
	@harness/tests/flaky

mutants: ## every mutant against all checks of its lab (make test: half of them, some checks)
	@$(TOOLS)/install build $(CLASS) test
	@$(MAKE) --no-print-directory -s all
	@WHOLE=1 harness/tests/labs

lint: ## layout, static analysis, directions of includes
	@$(TOOLS)/install build $(CLASS) lint
	@$(TOOLS)/lint

skeletons: all ## labs/*/server.c made again from the solutions
	@$(TOOLS)/take-skeletons

figures: all ## the figures in labs/*/README.md made again from recordings
	@$(TOOLS)/figures

screens: all ## golden screens of the visualizer recorded again: look at what changed
	@$(TOOLS)/install build $(CLASS) test
	@mkdir -p visualizer/tests/golden
	@RECORD=1 bats visualizer/tests/screens.bats

new-lab: all ## NAME=07-signal-driven: stamps a lab and its twin
	@$(TOOLS)/new-lab "$(NAME)"

dist: all ## build/iolab-students.tar.gz: no solutions, no hidden scenarios
	@$(TOOLS)/dist $(BUILD)/iolab-students.tar.gz

gradescope: ## LAB=05: build/gradescope-05.zip, an autograder; HIDDEN=1: with hidden checks
	@$(TOOLS)/install build $(CLASS)
	@grading/gradescope/build $(if $(HIDDEN),--hidden) "$(LAB)" $(BUILD)/gradescope-$(LAB).zip

class: all ## a class of 300 graded twice, killed 30 times, marks against what is known (long)
	@$(TOOLS)/install build $(CLASS) test
	@grading/tests/long

attacks: all ## every attack on the grader that is known, as root and as an ordinary user
	@$(TOOLS)/install build $(CLASS) test
	@grading/tests/attacks.sh
	@grading/tests/attacks.sh --user

slurm: all ## classes through real daemons of Slurm on this machine (as root)
	@$(TOOLS)/install build $(CLASS) test slurm
	@bats grading/tests/slurm.bats

slides: ## the decks for lectures: build/slides/index.html; DECKS=05: only this one
	@$(TOOLS)/install build $(CLASS) slides
	@$(MAKE) --no-print-directory -s all
	@slides/tools/build $(DECKS)

slides-test: slides ## every slide in a browser, every command of the speaker's notes (minutes)
	@$(TOOLS)/install build $(CLASS) test slides
	@bats slides/tests/browser.bats slides/tests/commands.bats

slides-data: ## the measurements that decks show, again on this machine (long, on a quiet one)
	@$(TOOLS)/install build $(CLASS) bench
	@$(MAKE) --no-print-directory -s all
	@slides/tools/measure

present: ## LAB=05: its deck in a browser, the visualizer beside it
	@$(TOOLS)/install build $(CLASS) slides
	@$(MAKE) --no-print-directory -s all
	@slides/tools/present "$(LAB)"

clean:
	rm -rf $(BUILD) iolab

iolab: $(BUILD)/iolab-main
	@ln -sf $< $@

$(BUILD)/%.o: %.c
	$(if $(LUA),,$(error Packages are missing: run $(TOOLS)/install build $(CLASS), or make demo))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB): $(LIB_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(CLASS_LIB): $(CLASS_OBJ)
	@rm -f $@
	ar rcs $@ $^

$(BUILD)/iolab-%: $(BUILD)/grading/cmd/%.o $(CLASS_LIB) $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(CLASS_LIBS) $(LDLIBS)

$(BUILD)/iolab-%: $(BUILD)/harness/cmd/%.o $(LIB)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/iolab-show: LDLIBS += -lncursesw
$(BUILD)/iolab-bench $(BUILD)/iolab-quiz: LDLIBS += -luring

$(BUILD)/tests/%: $(BUILD)/harness/tests/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka -luring $(LDLIBS)

$(BUILD)/tests/%: $(BUILD)/grading/tests/%.o $(CLASS_LIB) $(LIB)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -lcmocka $(CLASS_LIBS) $(LDLIBS)

-include $(shell find $(BUILD) -name '*.d' 2>&-)
.SECONDARY:
