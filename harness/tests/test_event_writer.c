/* Writing: what comes back, when it is in the file, limits, a full disk, many threads. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "event/line.h"
#include "tests/made.h"

static char folder[64], path[96];

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/iolab-writer-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/w.iorec", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static struct event_writer *writer_for(const char *where, int64_t limit)
{
    static const char *const command[] = {"./server", "4000", "\xff", NULL};
    struct recording_header header = {.lab = "01", .command = command, .seed = UINT64_MAX};
    struct failure failure;
    return event_writer_open(where, &header, limit, &failure);
}

static struct recording *read_back(void)
{
    struct failure failure = {.text = ""};
    struct recording *recording = recording_read(path, &failure);
    if (!recording)
        fail_msg("%s", failure.text);
    return recording;
}

/* An event that has every field, and bytes of all values in its data. */
static struct event full_event(const char bytes[EVENT_DATA_MAX])
{
    return (struct event){
        .kind = EVENT_STEP,
        .time = 5,
        .span = 7,
        .process = 2,
        .thread = 3,
        .client = 4,
        .connection = 6,
        .fd = 8,
        .call = "recv",
        .verb = "expect",
        .bytes = 0,
        .result = -1,
        .error = EAGAIN,
        .ready = EVENT_NO,
        .queued = 0,
        .nonblocking = EVENT_YES,
        .timeout = EVENT_FOREVER,
        .pair = UINT64_MAX,
        .outcome = OUTCOME_MISMATCH,
        .address = 0x7fffdeadbeef,
        .detail = "a \"b\"\\ \n\t\x01 \xc3\xa9 \xff\xc3",
        .data = bytes,
        .data_size = EVENT_DATA_MAX,
        .want = bytes + 128,
        .want_size = 128,
        .offset = 99,
    };
}

static void expect_same_numbers(const struct event *got, const struct event *want)
{
    assert_int_equal(got->number, 1);
    assert_int_equal(got->time, want->time);
    assert_int_equal(got->span, want->span);
    assert_int_equal(got->process, want->process);
    assert_int_equal(got->thread, want->thread);
    assert_int_equal(got->client, want->client);
    assert_int_equal(got->connection, want->connection);
    assert_int_equal(got->fd, want->fd);
    assert_int_equal(got->bytes, want->bytes);
    assert_int_equal(got->result, want->result);
    assert_int_equal(got->error, want->error);
    assert_int_equal(got->ready, want->ready);
    assert_int_equal(got->queued, want->queued);
    assert_int_equal(got->nonblocking, want->nonblocking);
    assert_true(got->timeout == want->timeout);
    assert_true(got->pair == want->pair);
    assert_int_equal(got->outcome, want->outcome);
    assert_true(got->address == want->address);
    assert_int_equal(got->offset, want->offset);
}

/* What is no UTF-8 in a detail becomes U+FFFD; data and want keep every byte. */
static void expect_same_texts(const struct event *got, const struct event *want)
{
    assert_string_equal(got->call, want->call);
    assert_string_equal(got->verb, want->verb);
    assert_string_equal(got->detail, "a \"b\"\\ \n\t\x01 \xc3\xa9 \xef\xbf\xbd\xef\xbf\xbd");
    assert_int_equal(got->data_size, want->data_size);
    assert_memory_equal(got->data, want->data, want->data_size);
    assert_int_equal(got->want_size, want->want_size);
    assert_memory_equal(got->want, want->want, want->want_size);
}

static void every_field_comes_back(void **state)
{
    char bytes[EVENT_DATA_MAX];
    struct failure failure;
    (void)state;
    for (int i = 0; i < EVENT_DATA_MAX; i++)
        bytes[i] = (char)i;
    struct event wrote = full_event(bytes);
    struct event_writer *writer = writer_for(path, 0);
    assert_int_equal(event_write(writer, &wrote), 1);
    assert_int_equal(event_writer_close(writer, &failure), 0);
    struct recording *recording = read_back();
    assert_int_equal(recording->count, 1);
    assert_int_equal(recording->skipped, 0);
    assert_false(recording->cut);
    expect_same_numbers(recording->events, &wrote);
    expect_same_texts(recording->events, &wrote);
    assert_true(recording->header.seed == UINT64_MAX);
    assert_string_equal(recording->header.command[1], "4000");
    assert_null(recording->header.command[3]);
    assert_non_null(recording->header.kernel);
    assert_true(recording->header.cores >= 1);
    recording_free(recording);
}

static void defaults_come_back(void **state)
{
    struct failure failure;
    (void)state;
    struct event_writer *writer = writer_for(path, 0);
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct event event = event_make((enum event_kind)kind);
        event_write(writer, &event);
        assert_true(event.time > 0);
    }
    assert_int_equal(event_writer_close(writer, &failure), 0);
    struct recording *recording = read_back();
    assert_int_equal(recording->count, EVENT_KIND_COUNT);
    for (int kind = 0; kind < EVENT_KIND_COUNT; kind++) {
        struct event want = event_make((enum event_kind)kind);
        const struct event *got = &recording->events[kind];
        want.number = (uint64_t)kind + 1;
        want.time = got->time;
        assert_int_equal(got->kind, kind);
        char wanted[2048] = "", gotten[2048] = "";
        line_write(wanted, &want);
        line_write(gotten, got);
        assert_string_equal(gotten, wanted);
    }
    recording_free(recording);
}

/* Waits until the file holds `text`. How long that took is not judged: the machine is busy. */
static bool file_gets(const char *text)
{
    char buffer[65536];
    for (int64_t end = clock_now() + 10 * CLOCK_SECOND; clock_now() < end;) {
        int file = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t size = read(file, buffer, sizeof buffer - 1);
        close(file);
        buffer[size > 0 ? size : 0] = '\0';
        if (strstr(buffer, text))
            return true;
        usleep(1000);
    }
    return false;
}

/* Nothing is written any more, nothing is closed: the last events still reach the file. */
static void silence_does_not_hold_events_back(void **state)
{
    struct failure failure;
    (void)state;
    struct event_writer *writer = writer_for(path, 0);
    for (int round = 0; round < 3; round++) {
        char name[16];
        snprintf(name, sizeof name, "recv%d", round);
        struct event event = event_make(EVENT_ENTER);
        event.call = name;
        event_write(writer, &event);
        assert_true(file_gets(name));
    }
    assert_int_equal(event_writer_close(writer, &failure), 0);
}

static void check_is_there_at_once(void **state)
{
    struct failure failure;
    (void)state;
    struct event_writer *writer = writer_for(path, 0);
    struct event event = event_make(EVENT_ENTER), check = event_make(EVENT_CHECK);
    event_write(writer, &event);
    event_write(writer, &check);
    struct recording *recording = read_back();
    assert_int_equal(recording->count, 2);
    recording_free(recording);
    assert_int_equal(event_writer_close(writer, &failure), 0);
}

/* A process that has written rare events only may still call unshare(2). */
static void rare_events_make_no_thread(void **state)
{
    struct failure failure;
    (void)state;
    struct event_writer *writer = writer_for(path, 0);
    struct event event = event_make(EVENT_SERVER);
    event_write(writer, &event);
    char count[64] = "";
    FILE *status = fopen("/proc/self/status", "r");
    while (fgets(count, sizeof count, status) && strncmp(count, "Threads:", 8) != 0)
        ;
    fclose(status);
#ifndef __SANITIZE_THREAD__
    assert_int_equal(atoi(count + 8), 1);
#endif
    assert_int_equal(event_writer_close(writer, &failure), 0);
}

static void killed_writer_leaves_its_events(void **state)
{
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct event_writer *writer = writer_for(path, 0);
        struct event event = event_make(EVENT_ENTER);
        event.call = "last-words";
        event_write(writer, &event);
        if (file_gets("last-words"))
            kill(getpid(), SIGKILL);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    struct recording *recording = read_back();
    assert_int_equal(recording->count, 1);
    recording_free(recording);
}

static void limit_keeps_what_clients_did(void **state)
{
    struct failure failure;
    size_t calls = 0, steps = 0, notes = 0;
    (void)state;
    struct event_writer *writer = writer_for(path, 20000);
    for (int i = 0; i < 1000; i++) {
        struct event enter = event_make(EVENT_ENTER), step = event_make(EVENT_STEP);
        event_write(writer, &enter);
        if (i % 100 == 0)
            event_write(writer, &step);
    }
    assert_int_equal(event_writer_close(writer, &failure), -1);
    assert_non_null(strstr(failure.text, "limit of 20000 bytes"));
    struct recording *recording = read_back();
    for (size_t i = 0; i < recording->count; i++) {
        calls += recording->events[i].kind == EVENT_ENTER;
        steps += recording->events[i].kind == EVENT_STEP;
        notes += recording->events[i].kind == EVENT_NOTE;
    }
    assert_true(calls > 50 && calls < 800);
    assert_int_equal(steps, 10);
    assert_int_equal(notes, 2);
    recording_free(recording);
}

/* RLIMIT_FSIZE stops the file in the middle of a line, as a full disk does. */
static void full_disk_leaves_whole_lines(void **state)
{
    struct rlimit before, small;
    struct failure failure = {.text = ""};
    (void)state;
    getrlimit(RLIMIT_FSIZE, &before);
    struct event_writer *writer = writer_for(path, 0);
    small = (struct rlimit){10001, before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    for (int i = 0; i < 5000; i++) {
        struct event event = event_make(EVENT_ENTER);
        event.call = "epoll_wait";
        event_write(writer, &event);
    }
    int answer = event_writer_close(writer, &failure);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, handler);
    assert_int_equal(answer, -1);
    assert_non_null(strstr(failure.text, path));
    struct recording *recording = read_back();
    assert_true(recording->count > 100 && recording->count < 300);
    assert_int_equal(recording->skipped, 0);
    assert_false(recording->cut);
    char wanted[32];
    snprintf(wanted, sizeof wanted, "lacks %zu events", 5000 - recording->count);
    assert_non_null(strstr(failure.text, wanted));
    recording_free(recording);
}

static void no_place_to_write(void **state)
{
    struct recording_header header = {0};
    struct failure failure;
    (void)state;
    assert_null(event_writer_open("/nonexistent/x.iorec", &header, 0, &failure));
    assert_non_null(strstr(failure.text, "/nonexistent/x.iorec"));
    assert_int_equal(failure.status, STATUS_MACHINE);
}

#define THREADS 4
#define EACH    5000

static void *write_many(void *argument)
{
    for (int i = 0; i < EACH; i++) {
        struct event event = event_make(i % 50 ? EVENT_ENTER : EVENT_MARK);
        event.thread = i + 1;
        event_write(argument, &event);
    }
    return NULL;
}

static void many_threads(void **state)
{
    pthread_t threads[THREADS];
    struct failure failure;
    (void)state;
    struct event_writer *writer = writer_for(path, 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, write_many, writer), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(event_writer_close(writer, &failure), 0);
    struct recording *recording = read_back();
    assert_int_equal(recording->count, THREADS * EACH);
    for (size_t i = 0; i < recording->count; i++)
        assert_int_equal(recording->events[i].number, i + 1);
    recording_free(recording);
}

static void connections_have_one_number(void **state)
{
    struct failure failure;
    (void)state;
    struct event_writer *writer = writer_for(path, 0);
    struct sockaddr_in a = {.sin_port = 1, .sin_addr.s_addr = 0x0100007f}, b = a, c = a;
    b.sin_port = 2;
    c.sin_addr.s_addr = 0x0200007f;
    assert_int_equal(event_connection(writer, &a), 1);
    assert_int_equal(event_connection_new(writer, &b), 2);
    assert_int_equal(event_connection(writer, &c), 3);
    assert_int_equal(event_connection(writer, &a), 1);
    assert_int_equal(event_connection(writer, &b), 2);
    assert_int_equal(event_connection_new(writer, &a), 4);
    assert_int_equal(event_connection(writer, &a), 4);
    assert_int_equal(event_writer_close(writer, &failure), 0);
}

static void names_go_both_ways(void **state)
{
    (void)state;
    assert_string_equal(event_errno_name(EAGAIN), "EAGAIN");
    assert_string_equal(event_errno_name(999), "E999");
    assert_int_equal(event_errno_from_name("E999"), 999);
    assert_int_equal(event_errno_from_name("nonsense"), 0);
    assert_int_equal(event_errno_from_name("E99999999999"), 0);
    for (int error = 1; error < 134; error++)
        assert_int_equal(event_errno_from_name(event_errno_name(error)), error);
    assert_int_equal(event_kind_from_name("soon"), -1);
    assert_int_equal(event_outcome_from_name("reset"), OUTCOME_RESET);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rare_events_make_no_thread), /* first: no thread has been yet */
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(defaults_come_back),
        cmocka_unit_test(silence_does_not_hold_events_back),
        cmocka_unit_test(check_is_there_at_once),
        cmocka_unit_test(killed_writer_leaves_its_events),
        cmocka_unit_test(limit_keeps_what_clients_did),
        cmocka_unit_test(full_disk_leaves_whole_lines),
        cmocka_unit_test(no_place_to_write),
        cmocka_unit_test(many_threads),
        cmocka_unit_test(connections_have_one_number),
        cmocka_unit_test(names_go_both_ways),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("event writer", tests, make_folder, remove_folder);
}
