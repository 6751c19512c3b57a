/* HTTP of the load generator, beside a server that answers as each test says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load/load.h"

#define ONE "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 5\r\n\r\nhello"

/* Serves one connection at a time; `answers` in turn, the last one again and again. */
struct web {
    int listener, port;
    pthread_t thread;
    const char *const *answers;
    int asked; /* requests that came */
};

static const char *next_answer(const struct web *web)
{
    int last = 0;
    while (web->answers[last + 1])
        last++;
    return web->answers[web->asked < last ? web->asked : last];
}

/* Puts a date, another one each time, where "%s" stands. */
static size_t write_answer(char *text, size_t size, const struct web *web)
{
    const char *answer = next_answer(web), *place = strstr(answer, "%s");
    if (!place)
        return (size_t)snprintf(text, size, "%s", answer);
    return (size_t)snprintf(text, size, "%.*sSat, 28 Nov 2026 12:00:0%d GMT%s",
                            (int)(place - answer), answer, web->asked % 10, place + 2);
}

static void serve_client(struct web *web, int fd)
{
    char request[4096], text[4096];
    size_t used = 0;
    ssize_t got;
    while ((got = recv(fd, request + used, sizeof request - used - 1, 0)) > 0) {
        request[used += (size_t)got] = '\0';
        for (char *end; (end = strstr(request, "\r\n\r\n")); web->asked++) {
            size_t size = write_answer(text, sizeof text, web);
            memmove(request, end + 4, strlen(end + 4) + 1);
            used = strlen(request);
            if (size == 0 || send(fd, text, size, MSG_NOSIGNAL) != (ssize_t)size)
                return;
        }
    }
}

static void *serve(void *argument)
{
    struct web *web = argument;
    for (int fd; (fd = accept(web->listener, NULL, NULL)) >= 0; close(fd))
        serve_client(web, fd);
    return NULL;
}

static void web_start(struct web *web, const char *const *answers)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    *web = (struct web){.answers = answers, .listener = socket(AF_INET, SOCK_STREAM, 0)};
    assert_int_equal(bind(web->listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(web->listener, 10), 0);
    assert_int_equal(getsockname(web->listener, (struct sockaddr *)&address, &size), 0);
    web->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&web->thread, NULL, serve, web), 0);
}

static void web_end(struct web *web)
{
    shutdown(web->listener, SHUT_RDWR);
    pthread_join(web->thread, NULL);
    close(web->listener);
}

static int ask(const char *const *answers, int total, int pipeline, struct load_result *result,
               struct failure *failure)
{
    struct web web;
    web_start(&web, answers);
    struct load_spec spec = {.address = "127.0.0.1",
                             .port = web.port,
                             .path = "/some/file",
                             .connections = 1,
                             .size = 1,
                             .pipeline = pipeline,
                             .total = total,
                             .seconds = 1000,
                             .threads = 1};
    int answer = load_run(&spec, NULL, result, failure);
    web_end(&web);
    return answer;
}

static void answers_may_differ_in_their_date(void **state)
{
    (void)state;
    for (int pipeline = 1; pipeline <= 3; pipeline++) {
        struct load_result result;
        struct failure failure;
        const char *const answers[] = {ONE, NULL};
        assert_int_equal(ask(answers, 100, pipeline, &result, &failure), 0);
        assert_int_equal(result.answered, 100);
        assert_int_equal(result.errors[LOAD_WRONG_BYTES], 0);
        assert_int_equal(result.bytes, 100 * (strlen(ONE) - 2 + 29));
        load_free(&result);
    }
}

/* The first three answers are right, the next one is not. */
static void expect_wrong(const char *other, int pipeline)
{
    struct load_result result;
    struct failure failure;
    const char *const answers[] = {ONE, ONE, ONE, ONE, other, NULL};
    assert_int_equal(ask(answers, 100, pipeline, &result, &failure), 0);
    assert_int_equal(result.errors[LOAD_WRONG_BYTES], 1);
    assert_true(result.answered <= 3); /* those that came together with it do not count */
    assert_non_null(strstr(result.doubt, "not what had been sent"));
    load_free(&result);
}

static void any_other_difference_is_wrong(void **state)
{
    (void)state;
    static const char *const others[] = {
        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 5\r\n\r\nhellO",
        "HTTP/1.1 500 NO\r\nDate: %s\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nDate: %s\r\nContent-Length: 5\r\n\r\nhellohello",
        "HTTP/1.1 503 NO\r\nContent-Length: 0\r\n\r\n", /* nothing else comes after it */
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        for (int pipeline = 1; pipeline <= 3; pipeline += 2)
            expect_wrong(others[i], pipeline);
}

static void what_is_no_answer_is_told_before_the_load(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "404 Not Found"},
        {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "no Content-Length"},
        {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "longer than"},
        {"hello\r\n\r\n", "\"hello\", not 200"},
        {"", "closed the connection"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct load_result result;
        struct failure failure;
        const char *const answers[] = {cases[i][0], NULL};
        assert_int_equal(ask(answers, 1, 3, &result, &failure), -1);
        if (!strstr(failure.text, cases[i][1]))
            fail_msg("wanted \"%s\", got \"%s\"", cases[i][1], failure.text);
    }
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_may_differ_in_their_date),
        cmocka_unit_test(any_other_difference_is_wrong),
        cmocka_unit_test(what_is_no_answer_is_told_before_the_load),
    };
    return cmocka_run_group_tests_name("load: HTTP", tests, NULL, NULL);
}
