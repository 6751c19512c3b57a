/*
 * iolab bench WHAT…: servers under load, compared. WHAT is a lab, "all" labs, a peer for comparison
 * (libuv, libevent and others), FILE.c, a program, or the address of a server that runs already.
 */
#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/gnuplot.h"
#include "bench/bench.h"
#include "bench/chart.h"
#include "bench/page.h"
#include "bench/saved.h"
#include "claims/claims.h"

#define NUMBERS_MOST    8
#define PATTERN_SECONDS 60 /* at most, for those that end when all is answered */

struct numbers {
    double values[NUMBERS_MOST];
    size_t count;
};

struct load_pattern;

struct call {
    char **what;
    int count;
    bool solution;
    struct numbers connections, sizes, idle;
    const struct load_pattern *patterns[NUMBERS_MOST]; /* instead of connections */
    size_t pattern_count;
    bool takes_long;
    struct load_spec load;
    struct bench_spec bench;
    int (*write)(const struct bench *bench, FILE *out);
    const char *output, *charts;
    const char *read;          /* results of an earlier run, instead of servers; NULL */
    bool claims;               /* instead of servers: what is said of I/O models */
    const char *only, *format; /* of claims */
};

enum {
    KEY_WARM_UP = 256,
    KEY_IDLE,
    KEY_EACH,
    KEY_PIPELINE,
    KEY_HISTOGRAMS,
    KEY_AT_ONCE,
    KEY_THREADS,
    KEY_TOTAL,
    KEY_PATTERN,
    KEY_LONG,
    KEY_HTTP,
    KEY_CHARTS,
    KEY_SLOW,
    KEY_SLOW_RATE,
    KEY_RAMP,
    KEY_PROCESSES,
    KEY_UNWATCHED,
    KEY_CLAIMS,
    KEY_ONLY,
    KEY_READ
};

static const struct argp_option options[] = {
    {"connections", 'c', "N,...", 0, "Connections that speak, a load for each number (50)", 0},
    {"size", 'z', "BYTES,...", 0, "Bytes of a message, a load for each (64)", 0},
    {"http", KEY_HTTP, "PATH", 0, "HTTP/1.1, GET PATH with keep-alive, instead of echo", 0},
    {"rate", 'r', "N", 0,
     "Open loop: so many messages a second, latency also counted from when they were due", 0},
    {"pipeline", KEY_PIPELINE, "N", 0, "Messages under way on a connection (1)", 0},
    {"each", KEY_EACH, "N", 0, "Messages until a connection is closed and made anew", 0},
    {"total", KEY_TOTAL, "N", 0, "Messages of each connection, instead of a time", 0},
    {"pattern", KEY_PATTERN, "NAME,...", 0,
     "low (10 connections, 100 messages each), medium (100, 50), high (1000, 10), burst (500 "
     "at "
     "once, 1), sustained (50 for five minutes, with --long)",
     0},
    {"long", KEY_LONG, NULL, 0, "Patterns that take minutes are wanted", 0},
    {"idle", KEY_IDLE, "N,...", 0, "Further connections that say nothing, a load for each", 0},
    {"slow", KEY_SLOW, "N", 0, "Further connections that send all they can and read slowly (0)",
     0},
    {"slow-rate", KEY_SLOW_RATE, "BYTES", 0, "What each of them reads in a second (1000)", 0},
    {"ramp", KEY_RAMP, "SECONDS", 0, "Connections come one after another, over so long", 0},
    {"at-once", KEY_AT_ONCE, "N", 0, "Connects under way at a time (100)", 0},
    {"seconds", 't', "N", 0, "Time that is measured in a round (2)", 0},
    {"warm-up", KEY_WARM_UP, "N", 0, "Time before it that is not (0.5)", 0},
    {"rounds", 'n', "N", 0, "Rounds (5)", 0},
    {"threads", KEY_THREADS, "N", 0, "Threads of the generator, in each process (1)", 0},
    {"processes", KEY_PROCESSES, "N", 0, "Processes of the generator (1)", 0},
    {"unwatched", KEY_UNWATCHED, NULL, 0,
     "Without a further round that counts calls and wake-ups for a message", 0},
    {"solution", 'S', NULL, 0, "Of labs the reference solutions", 0},
    {"format", 'f', "FORMAT", 0, "text, json, csv or html (one page with charts, by gnuplot)",
     0},
    {"output", 'o', "FILE", 0, "Write the results to FILE", 0},
    {"charts", KEY_CHARTS, "DIR", 0, "Charts, as SVG and PNG, light and dark (by gnuplot)", 0},
    {"histograms", KEY_HISTOGRAMS, "DIR", 0, "Latencies of the last round as .hgrm files", 0},
    {"claims", KEY_CLAIMS, NULL, 0,
     "Instead of servers: test what the course's documents say about performance and limits",
     0},
    {"only", KEY_ONLY, "ID,...", 0, "Of claims these; patterns too: 'stack-*'", 0},
    {"read", KEY_READ, "FILE", 0,
     "Measure nothing: results of an earlier run (its JSON), of all servers or of those that "
     "are named, as text, csv and --charts",
     0},
    {0},
};

static double number_of(const char *text, char **end, double least, double most,
                        struct argp_state *state)
{
    double number = strtod(text, end);
    if (*end == text || !(number >= least && number <= most) || (**end && **end != ','))
        argp_error(state, "\"%s\" is no number from %g to %g", text, least, most);
    return number;
}

static double one_number(const char *text, double least, double most, struct argp_state *state)
{
    char *end;
    double number = number_of(text, &end, least, most, state);
    if (*end)
        argp_error(state, "\"%s\" is no single number", text);
    return number;
}

static void many_numbers(struct numbers *numbers, char *text, double least, double most,
                         struct argp_state *state)
{
    numbers->count = 0;
    for (;;) {
        if (numbers->count == NUMBERS_MOST)
            argp_error(state, "at most %d numbers go side by side", NUMBERS_MOST);
        numbers->values[numbers->count++] = number_of(text, &text, least, most, state);
        if (*text++ == '\0')
            return;
    }
}

/* The loads of the course's first exercise. */
static const struct load_pattern {
    const char *name;
    int connections, total, at_once;
    double seconds; /* 0: as asked, as a limit */
} patterns[] = {
    {"low", 10, 100, 0, 0},    {"medium", 100, 50, 0, 0},    {"high", 1000, 10, 0, 0},
    {"burst", 500, 1, 500, 0}, {"sustained", 50, 0, 0, 300},
};

static void choose_patterns(struct call *call, char *names, struct argp_state *state)
{
    for (char *name = strtok(names, ","); name; name = strtok(NULL, ",")) {
        size_t i = 0;
        while (i < sizeof patterns / sizeof *patterns && strcmp(patterns[i].name, name) != 0)
            i++;
        if (i == sizeof patterns / sizeof *patterns)
            argp_error(state, "there is no pattern \"%s\"", name);
        if (call->pattern_count == NUMBERS_MOST)
            argp_error(state, "at most %d patterns go side by side", NUMBERS_MOST);
        call->patterns[call->pattern_count++] = &patterns[i];
    }
}

static void choose_format(struct call *call, const char *name, struct argp_state *state)
{
    call->format = name;
    if (strcmp(name, "text") == 0)
        call->write = bench_text;
    else if (strcmp(name, "json") == 0)
        call->write = bench_json;
    else if (strcmp(name, "csv") == 0)
        call->write = bench_csv;
    else if (strcmp(name, "html") == 0)
        call->write = bench_page;
    else
        argp_error(state, "there is no format \"%s\": text, json, csv or html", name);
}

static error_t parse_load(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    struct load_spec *load = &call->load;
    if (key == 'c')
        many_numbers(&call->connections, argument, 1, LOAD_CONNECTIONS_MOST, state);
    else if (key == 'z')
        many_numbers(&call->sizes, argument, 1, LOAD_SIZE_MOST, state);
    else if (key == 'r')
        load->rate = one_number(argument, 1, 1e7, state);
    else if (key == KEY_PIPELINE)
        load->pipeline = (int)one_number(argument, 1, LOAD_PIPELINE_MOST, state);
    else if (key == KEY_EACH)
        load->each = (int)one_number(argument, 1, 1e9, state);
    else if (key == KEY_HTTP && argument[0] != '/')
        argp_error(state, "a path begins with a slash: \"%s\"", argument);
    else if (key == KEY_HTTP)
        load->path = argument;
    else if (key == KEY_TOTAL)
        load->total = (int)one_number(argument, 1, 1e9, state);
    else if (key == KEY_PATTERN)
        choose_patterns(call, argument, state);
    else if (key == KEY_LONG)
        call->takes_long = true;
    else if (key == KEY_IDLE)
        many_numbers(&call->idle, argument, 0, LOAD_CONNECTIONS_MOST, state);
    else if (key == KEY_AT_ONCE)
        load->at_once = (int)one_number(argument, 1, LOAD_CONNECTIONS_MOST, state);
    else if (key == 't')
        load->seconds = one_number(argument, 0.01, 86400, state);
    else if (key == KEY_WARM_UP)
        load->warm_up = one_number(argument, 0, 3600, state);
    else if (key == KEY_THREADS)
        load->threads = (int)one_number(argument, 1, LOAD_WORKERS_MOST, state);
    else if (key == KEY_PROCESSES)
        load->processes = (int)one_number(argument, 1, LOAD_PROCESSES_MOST, state);
    else if (key == KEY_SLOW)
        load->slow = (int)one_number(argument, 0, LOAD_CONNECTIONS_MOST, state);
    else if (key == KEY_SLOW_RATE)
        load->slow_rate = (int)one_number(argument, 1, LOAD_SLOW_RATE_MOST, state);
    else if (key == KEY_RAMP)
        load->ramp = one_number(argument, 0, 86400, state);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static void check_claims(const struct call *call, struct argp_state *state)
{
    if (call->claims && call->count > 0)
        argp_error(state, "--claims has servers of its own: leave out %s", call->what[0]);
    if (call->claims && strcmp(call->format, "csv") == 0)
        argp_error(state, "--claims writes text, json or html");
    if (call->only && !call->claims)
        argp_error(state, "--only goes with --claims");
}

static void check_read(const struct call *call, struct argp_state *state)
{
    if (!call->read)
        return;
    if (call->claims)
        argp_error(state, "--read measures nothing: leave out --claims");
    if (call->write != bench_text && call->write != bench_csv)
        argp_error(state,
                   "--read writes text or csv (json and html say on which machine it was "
                   "measured, which is not this one)");
}

static void check(const struct call *call, struct argp_state *state)
{
    check_claims(call, state);
    check_read(call, state);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    if (key == 'n')
        call->bench.rounds = (int)one_number(argument, 1, BENCH_ROUNDS_MOST, state);
    else if (key == 'S')
        call->solution = true;
    else if (key == KEY_UNWATCHED)
        call->bench.watched = false;
    else if (key == 'f')
        choose_format(call, argument, state);
    else if (key == 'o')
        call->output = argument;
    else if (key == KEY_CHARTS)
        call->charts = argument;
    else if (key == KEY_CLAIMS)
        call->claims = true;
    else if (key == KEY_ONLY)
        call->only = argument;
    else if (key == KEY_READ)
        call->read = argument;
    else if (key == KEY_HISTOGRAMS)
        call->bench.histograms = argument;
    else if (key == ARGP_KEY_ARGS) {
        call->what = state->argv + state->next;
        call->count = state->argc - state->next;
    } else if (key == ARGP_KEY_NO_ARGS && !call->claims && !call->only && !call->read)
        argp_error(state, "which servers? Labs, all, libuv, libevent, prefork, constant, "
                          "nginx, FILE.c, a program or "
                          "ADDRESS:PORT");
    else if (key == ARGP_KEY_END)
        check(call, state);
    else
        return parse_load(key, argument, state);
    return 0;
}

static const struct argp bench_argp = {
    .options = options,
    .parser = parse,
    .args_doc = "WHAT...\n--claims\n--read=FILE [WHAT...]",
    .doc =
        "Compare servers under the same load on this machine: each in turn, in several rounds, "
        "every answer's bytes verified; medians, spread, and ratios to the first one.\v"
        "WHAT is a lab (05; its own folder, or with --solution the reference), all, libuv, "
        "libevent, prefork, constant, nginx (with --http /64.txt), FILE.c, a program that "
        "takes a port, "
        "or "
        "ADDRESS:PORT "
        "where a server runs already. Exit status: 0 all was measured, 1 "
        "figures are in doubt or a server could not be measured (what could stands there), 2 "
        "wrong call, 3 this machine could not do it.",
};

static atomic_int stop;

static void on_interrupt(int signal)
{
    (void)signal;
    stop = 1;
}

static void add_load(struct call *call, struct load_spec load, double size)
{
    load.size = (int)size;
    if (load.threads > load.connections)
        load.threads = load.connections;
    if (load.processes * load.threads > load.connections)
        load.processes = load.connections / load.threads;
    call->bench.loads[call->bench.load_count++] = load;
}

static int add_pattern(struct call *call, const struct load_pattern *pattern, double size,
                       struct failure *failure)
{
    struct load_spec load = call->load;
    if (pattern->seconds > 0 && !call->takes_long)
        return failure_set(
            failure, STATUS_USAGE,
            "the pattern %s takes %g s a round: say --long, and perhaps --rounds 1",
            pattern->name, pattern->seconds);
    load.connections = pattern->connections;
    load.total = pattern->total;
    load.at_once = pattern->at_once;
    if (pattern->total)
        load.warm_up = 0; /* each message counts, the first too */
    load.seconds = pattern->seconds > 0 ? pattern->seconds : PATTERN_SECONDS;
    add_load(call, load, size);
    return 0;
}

static void add_numbers(struct call *call, double size)
{
    for (size_t k = 0; k < call->connections.count * call->idle.count; k++) {
        struct load_spec load = call->load;
        load.connections = (int)call->connections.values[k / call->idle.count];
        load.idle = (int)call->idle.values[k % call->idle.count];
        if (load.total)
            load.warm_up = 0;
        add_load(call, load, size);
    }
}

static int make_loads(struct call *call, struct failure *failure)
{
    size_t each =
        call->pattern_count ? call->pattern_count : call->connections.count * call->idle.count;
    if (each * call->sizes.count > BENCH_LOADS_MOST)
        return failure_set(failure, STATUS_USAGE, "at most %d loads are compared",
                           BENCH_LOADS_MOST);
    for (size_t i = 0; i < call->sizes.count; i++) {
        for (size_t k = 0; k < call->pattern_count; k++)
            if (add_pattern(call, call->patterns[k], call->sizes.values[i], failure) < 0)
                return -1;
        if (call->pattern_count == 0)
            add_numbers(call, call->sizes.values[i]);
    }
    return 0;
}

/* `error` is of the writer: without gnuplot it is ENOENT, as the file was open then. */
static int not_written(const char *name, bool opened, int error, struct failure *failure)
{
    if (opened && error == ENOENT)
        return failure_set(failure, STATUS_MACHINE,
                           "charts are drawn by gnuplot, which is not here: apt install %s",
                           GNUPLOT_PACKAGE);
    errno = error;
    return failure_errno(failure, opened ? STATUS_MACHINE : STATUS_USAGE, "cannot write %s",
                         name);
}

static int write_results(const struct call *call, const struct bench *bench,
                         struct failure *failure)
{
    const char *name = call->output ? call->output : "standard output";
    FILE *out = call->output ? fopen(call->output, "we") : stdout;
    int answer = out ? call->write(bench, out) : -1, error = errno;
    if (out && call->output && fclose(out) != 0 && answer == 0) {
        answer = -1;
        error = errno;
    }
    return answer < 0 ? not_written(name, out != NULL, error, failure) : 0;
}

static int run_claims(const struct call *call, struct failure *failure)
{
    const struct claims_call claims = {.only = call->only,
                                       .format = call->format,
                                       .output = call->output,
                                       .progress = call->bench.progress};
    return claims_command(&claims, &stop, failure);
}

static int write_all(const struct call *call, const struct bench *bench,
                     struct failure *failure)
{
    if (write_results(call, bench, failure) < 0)
        return -1;
    return call->charts ? charts_write(bench, call->charts, failure) : 0;
}

static int run_again(const struct call *call, struct failure *failure)
{
    struct saved saved;
    int answer = saved_read(&saved, call->read, failure);
    if (answer == 0)
        answer = saved_choose(&saved, call->what, call->count, failure);
    if (answer == 0)
        answer = write_all(call, &saved.bench, failure);
    saved_free(&saved);
    return answer;
}

static int run(const struct call *call, struct failure *failure)
{
    struct subjects subjects;
    struct bench bench = {.rows = NULL};
    char histograms[4096];
    int answer = subjects_open(&subjects, failure);
    snprintf(histograms, sizeof histograms, "%s/histograms",
             subjects.folder ? subjects.folder : "");
    struct bench_spec spec = call->bench;
    if (!spec.histograms)
        spec.histograms = histograms;
    for (int i = 0; i < call->count && answer == 0; i++)
        answer = subjects_add(&subjects, call->what[i], call->solution, failure);
    if (answer == 0)
        answer = bench_run(&spec, &subjects, &stop, &bench, failure);
    if (answer == 0)
        answer = write_all(call, &bench, failure);
    bool complete = bench.complete;
    bench_free(&bench);
    subjects_free(&subjects);
    return answer < 0 ? answer : complete ? STATUS_WELL : STATUS_FAILED;
}

int main(int argc, char **argv)
{
    struct call call = {
        .connections = {.values = {50}, .count = 1},
        .sizes = {.values = {64}, .count = 1},
        .idle = {.values = {0}, .count = 1},
        .load = {.pipeline = 1,
                 .warm_up = 0.5,
                 .seconds = 2,
                 .threads = 1,
                 .slow_rate = 1000,
                 .seed = 1},
        .bench = {.rounds = 5, .watched = true, .progress = isatty(STDERR_FILENO)},
        .write = bench_text,
        .format = "text",
    };
    struct failure failure = {.status = STATUS_MACHINE};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&bench_argp, argc, argv, 0, NULL, &call);
    sigaction(SIGINT, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_interrupt}, NULL);
    int status = make_loads(&call, &failure);
    if (status == 0)
        status = call.claims ? run_claims(&call, &failure)
                 : call.read ? run_again(&call, &failure)
                             : run(&call, &failure);
    if (status < 0)
        fprintf(stderr, "iolab bench: %s\n", failure.text);
    return status < 0 ? (int)failure.status : status;
}
