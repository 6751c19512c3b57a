/*
 * For tests of the tracer: a function becomes a program of its own that is watched; what was
 * recorded is read back.
 *
 *   struct traced traced;
 *   traced_start(&traced, program, context);    the function runs in a fork, watched
 *   …                                           talk to it
 *   traced_end(&traced);                        waits for its end, reads the recording
 *   traced_find(&traced, EVENT_LEAVE, "recv", 1)
 *   traced_free(&traced);
 */
#ifndef IOLAB_TESTS_TRACED_H
#define IOLAB_TESTS_TRACED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "event/phase.h"
#include "event/recording.h"
#include "trace/trace.h"

struct traced {
    char folder[64], path[96];
    pid_t pid;
    struct event_writer *out;
    struct trace_filter *filter;
    struct trace *trace;
    struct recording *recording;
    int status; /* of wait(2), after traced_end */
};

typedef int traced_program(void *context);

/* ThreadSanitizer makes threads of its own in the program, and waits for new ones to begin:
   threads can neither be counted nor held then. */
#ifdef __SANITIZE_THREAD__
#define traced_counts_threads() skip()
/* It also keeps signals back until the program makes its next call. */
#define traced_gets_signals() skip()
#else
#define traced_counts_threads() ((void)0)
#define traced_gets_signals()   ((void)0)
#endif

static __attribute__((unused)) void traced_begin(struct traced *traced, traced_program *program,
                                                 void *context, const struct trace_options *how)
{
    struct failure failure;
    struct recording_header header = {.source = "test", .tier = "ptrace"};
    struct trace_options options = *how;
    int gate[2] = {-1, -1};
    memset(traced, 0, sizeof *traced);
    strcpy(traced->folder, "/tmp/iolab-test-trace-XXXXXX");
    assert_non_null(mkdtemp(traced->folder));
    snprintf(traced->path, sizeof traced->path, "%s/r.iorec", traced->folder);
    traced->out = event_writer_open(traced->path, &header, 0, &failure);
    traced->filter = trace_filter_make(&failure);
    assert_true(traced->out && traced->filter && pipe(gate) == 0);
    traced->pid = fork();
    if (traced->pid == 0) {
        char byte;
        signal(SIGSEGV, SIG_DFL); /* cmocka would go on with the next test, in the child */
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 1 || trace_filter_install(traced->filter) != 0)
            _exit(111);
        close(gate[0]);
        _exit(program(context));
    }
    options.out = traced->out;
    traced->trace = trace_start(traced->pid, &options, &failure);
    if (!traced->trace)
        fail_msg("%s", failure.text);
    close(gate[0]);
    assert_int_equal(write(gate[1], "", 1), 1);
    close(gate[1]);
}

static __attribute__((unused)) void traced_start(struct traced *traced, traced_program *program,
                                                 void *context)
{
    struct trace_options options = {.connections_only = true, .payload = 64};
    traced_begin(traced, program, context, &options);
}

/* Waits until the program has ended by itself, or was ended. */
static __attribute__((unused)) void traced_end(struct traced *traced)
{
    struct failure failure;
    trace_wait(traced->trace);
    assert_true(trace_status(traced->trace, &traced->status));
    trace_stop(traced->trace);
    assert_int_equal(event_writer_close(traced->out, &failure), 0);
    traced->recording = recording_read(traced->path, &failure);
    if (!traced->recording)
        fail_msg("%s", failure.text);
}

static __attribute__((unused)) void traced_free(struct traced *traced)
{
    recording_free(traced->recording);
    trace_filter_free(traced->filter);
    unlink(traced->path);
    rmdir(traced->folder);
}

/* The nth event (from 1) of this kind and call (NULL: any), or NULL. */
static __attribute__((unused)) const struct event *
traced_find(const struct traced *traced, enum event_kind kind, const char *call, int nth)
{
    const struct recording *recording = traced->recording;
    for (size_t i = 0; i < recording->count; i++) {
        const struct event *event = &recording->events[i];
        if (event->kind == kind && (!call || (event->call && !strcmp(event->call, call))) &&
            --nth == 0)
            return event;
    }
    return NULL;
}

/* The same, and it must be there. */
static __attribute__((unused)) const struct event *
traced_want(const struct traced *traced, enum event_kind kind, const char *call, int nth)
{
    const struct event *event = traced_find(traced, kind, call, nth);
    if (!event)
        fail_msg("there is no %s of %s, number %d", event_kind_name(kind), call ? call : "any",
                 nth);
    return event;
}

static __attribute__((unused)) int traced_count(const struct traced *traced,
                                                enum event_kind kind, const char *call)
{
    int count = 0;
    while (traced_find(traced, kind, call, count + 1))
        count++;
    return count;
}

/* Waits until the program is inside such a call. */
static __attribute__((unused)) void traced_await(struct traced *traced, const char *call)
{
    int64_t limit = clock_now() + 20 * CLOCK_SECOND;
    while (!trace_inside(traced->trace, call, 0)) {
        if (clock_now() > limit)
            fail_msg("the program does not come to %s", call);
        sched_yield();
    }
}

/* Our end of a socket. */
static __attribute__((unused)) struct sockaddr_in own_address(int fd)
{
    struct sockaddr_in own = {.sin_family = AF_UNSPEC};
    socklen_t size = sizeof own;
    assert_int_equal(getsockname(fd, (struct sockaddr *)&own, &size), 0);
    return own;
}

/* A listening socket on a free port of 127.0.0.1; made before the fork, so that it is open. */
static __attribute__((unused)) int listen_anywhere(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(listener >= 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4096), 0);
    *port = ntohs(own_address(listener).sin_port);
    return listener;
}

static __attribute__((unused)) int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* Receives exactly this, within 20 s. */
static __attribute__((unused)) void expect_bytes(int fd, const char *want, size_t size)
{
    char got[4096];
    size_t used = 0;
    assert_true(size <= sizeof got);
    while (used < size) {
        struct pollfd one = {.fd = fd, .events = POLLIN};
        assert_int_equal(poll(&one, 1, 20000), 1);
        ssize_t count = recv(fd, got + used, size - used, 0);
        assert_true(count > 0);
        used += (size_t)count;
    }
    assert_memory_equal(got, want, size);
}

static __attribute__((unused)) void expect_end(int fd)
{
    char byte;
    struct pollfd one = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&one, 1, 20000), 1);
    assert_int_equal(recv(fd, &byte, 1, 0), 0);
}

#endif
