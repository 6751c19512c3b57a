/* One connection of the generator: when epoll tells of what came for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "load/peer.h"

#define SIZE   64
#define HALF   (SIZE / 2)
#define MINUTE 60000 /* ms; a wait that ends earlier */

struct pair {
    struct exchange exchange;
    struct peer peer;
    int server; /* the other end of the connection */
};

static void make(struct pair *pair, int size)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t room = sizeof address;
    struct failure failure;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    *pair = (struct pair){.peer.kind = PEER_SPEAKS};
    assert_int_equal(exchange_echo(&pair->exchange, size, 7, &failure), 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, room), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &room), 0);
    assert_int_equal(peer_connect(&pair->peer, &address, 0), 0);
    assert_true((pair->server = accept(listener, NULL, NULL)) >= 0);
    assert_int_equal(peer_connected(&pair->peer), 0);
    close(listener);
    peer_begin(&pair->peer, 1);
    assert_int_equal(peer_send(&pair->peer, &pair->exchange), PEER_GOES_ON);
}

static void end(struct pair *pair)
{
    peer_close(&pair->peer);
    close(pair->server);
    exchange_free(&pair->exchange);
}

/* Sends bytes of the answer, and returns when they are there. */
static void answer(struct pair *pair, size_t from, size_t count)
{
    struct pollfd wait = {.fd = pair->peer.fd, .events = POLLIN};
    char seen[SIZE];
    assert_int_equal(send(pair->server, stream_at(&pair->exchange.in, from), count, 0), count);
    while (recv(pair->peer.fd, seen, sizeof seen, MSG_PEEK) < (ssize_t)(from + count))
        assert_true(poll(&wait, 1, 1) >= 0);
}

static bool told(const struct pair *pair)
{
    struct pollfd look = {.fd = pair->peer.fd, .events = POLLIN};
    return poll(&look, 1, 0) == 1;
}

static enum peer_end receive(struct pair *pair)
{
    return peer_receive(&pair->peer, &pair->exchange, STREAM_PIECE);
}

static void a_head_alone_is_not_told_of(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair, SIZE);
    peer_tell_wholes(&pair.peer, &pair.exchange);
    answer(&pair, 0, HALF);
    assert_false(told(&pair));
    answer(&pair, HALF, HALF);
    assert_true(told(&pair));
    assert_int_equal(receive(&pair), PEER_GOES_ON);
    assert_int_equal(pair.peer.answered, 1);
    assert_true(pair.peer.told_wholes);
    end(&pair);
}

static void any_byte_is_told_of_when_asked_for(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair, SIZE);
    peer_tell_wholes(&pair.peer, &pair.exchange);
    answer(&pair, 0, HALF);
    assert_false(told(&pair));
    peer_tell_any(&pair.peer);
    assert_true(told(&pair));
    end(&pair);
}

/* What is left is less than what it would wait for. */
static void the_rest_of_a_part_is_told_of(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair, SIZE);
    peer_tell_wholes(&pair.peer, &pair.exchange);
    answer(&pair, 0, HALF);
    assert_int_equal(receive(&pair), PEER_GOES_ON);
    assert_int_equal(pair.peer.answered, 0);
    assert_false(told(&pair));
    assert_int_equal(send(pair.server, stream_at(&pair.exchange.in, HALF), 1, 0), 1);
    struct pollfd wait = {.fd = pair.peer.fd, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, MINUTE), 1);
    end(&pair);
}

static void an_end_is_told_of(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair, SIZE);
    peer_tell_wholes(&pair.peer, &pair.exchange);
    answer(&pair, 0, HALF);
    shutdown(pair.server, SHUT_WR);
    struct pollfd wait = {.fd = pair.peer.fd, .events = POLLIN};
    assert_int_equal(poll(&wait, 1, MINUTE), 1);
    assert_int_equal(receive(&pair), PEER_GOES_ON);
    assert_int_equal(receive(&pair), PEER_LOST);
    end(&pair);
}

static void parts_of_large_answers_are_told_of(void **state)
{
    (void)state;
    struct pair pair;
    make(&pair, 1 << 20);
    peer_tell_wholes(&pair.peer, &pair.exchange);
    answer(&pair, 0, 1);
    assert_true(told(&pair));
    end(&pair);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_alone_is_not_told_of),
        cmocka_unit_test(any_byte_is_told_of_when_asked_for),
        cmocka_unit_test(the_rest_of_a_part_is_told_of),
        cmocka_unit_test(an_end_is_told_of),
        cmocka_unit_test(parts_of_large_answers_are_told_of),
    };
    return cmocka_run_group_tests_name("load: a connection", tests, NULL, NULL);
}
