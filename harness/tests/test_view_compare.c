/* The view that compares runs: what it draws is what the events say, in any room. */
#include "tests/viewed.h"

#define ROWS    15
#define COLUMNS 80

static void draw(struct viewed *viewed, int rows, int columns)
{
    viewed_draw(viewed, &view_compare, rows, columns);
}

/* --- runs --- */

/* Data comes after 40 ms; 20 ms later it is there in 5 us. */
static void blocking(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    struct event recv = made_enter(20 * MS, 1, "recv", 5, 1, EVENT_NO);
    uint64_t number = made_event(made, recv);
    made_step(made, 60 * MS, 1 * US, "send", 1, 12);
    made_event(made, made_leave(recv, number, 60 * MS + 20 * US, 12, 0));
    made_step(made, 90 * MS, 1 * US, "close", 1, EVENT_NONE);
}

/* Asks in vain at each millisecond until the data has come after 20 ms. */
static void polling(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    for (int i = 0; i < 20; i++)
        made_vain(made, (40 + i) * MS, 10 * US);
    made_step(made, 60 * MS, 1 * US, "send", 1, 12);
    struct event recv = made_enter(60 * MS + 10 * US, 1, "recv", 5, 1, EVENT_YES);
    recv.nonblocking = EVENT_YES;
    made_call(made, recv, 60 * MS + 20 * US, 12, 0);
    made_step(made, 90 * MS, 1 * US, "close", 1, EVENT_NONE);
}

/* A helper of the C library receives, after its pread; the program's thread sleeps by choice. */
static void helped(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    made_thread(made, 2 * MS, 2);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    made_event(made, made_enter(15 * MS, 1, "nanosleep", EVENT_NONE, 0, EVENT_NO));
    made_call(made, made_enter(19 * MS, 2, "pread", 5, 1, EVENT_NO), 19 * MS + 1, -1, ESPIPE);
    struct event read = made_enter(20 * MS, 2, "read", 5, 1, EVENT_NO);
    uint64_t number = made_event(made, read);
    made_step(made, 60 * MS, 1 * US, "send", 1, 12);
    made_event(made, made_leave(read, number, 60 * MS + 20 * US, 12, 0));
}

/* 12 bytes on connection 1, and 20 ms later 7 on connection 2. */
static void twice(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    made_call(made, made_enter(30 * MS, 1, "recv", 5, 1, EVENT_YES), 31 * MS, 12, 0);
    made_call(made, made_enter(50 * MS, 1, "recv", 6, 2, EVENT_YES), 51 * MS, 7, 0);
    made_step(made, 90 * MS, 1 * US, "close", 1, EVENT_NONE);
}

/* Nothing but calls in vain, many more than there are cells. */
static void busy(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    for (int i = 0; i < 20000; i++)
        made_vain(made, 10 * MS + i * 4 * US, 1 * US);
    made_step(made, 90 * MS, 1 * US, "close", 1, EVENT_NONE);
}

static void silent(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    made_event(made, made_enter(20 * MS, 1, "recv", 5, 1, EVENT_NO));
    made_step(made, 90 * MS, 1 * US, "close", 1, EVENT_NONE);
}

/* Nothing that a program would do: no names, no order, the largest numbers. */
static void hostile(struct made *made)
{
    struct event event = made_enter(INT64_MAX, 7, NULL, -5, INT32_MAX, EVENT_UNKNOWN);
    event.bytes = INT64_MIN;
    made_event(made, event);
    event.kind = EVENT_LEAVE;
    event.pair = 1;
    event.result = event.bytes = INT64_MAX;
    made_event(made, event);
    event = made_enter(5, INT32_MAX, "recv", 1, 1, EVENT_YES);
    made_call(made, event, 5, INT64_MAX, 0);
    event.time = 0;
    made_call(made, event, INT64_MAX, INT64_MAX, 0);
}

/* --- tests --- */

/* The data of both comes at the same column, and half the wait takes half the columns. */
static void two_models(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, blocking);
    viewed_make(&viewed, polling);
    draw(&viewed, ROWS, COLUMNS);
    viewed_has(&viewed,
               " a message      wait for data (40.0 ms)           copy          waited   "
               "copied\n"
               ">#1 01-blocking BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB|CCCCCCCCCCC| 40.0 ms  "
               "20.0 us\n"
               " #2 01-blocking                 ?r?r?r?r?r?r?r?r?|CCCCCC     | 20.0 ms  "
               "10.0 us\n");
    viewed_has(&viewed, "r running  B blocked  ? polling in vain  C copy\n");
    viewed_end(&viewed);
}

/* Totals are those of the recordings; here each received one message. */
static void totals(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, blocking);
    viewed_make(&viewed, polling);
    draw(&viewed, ROWS, COLUMNS);
    viewed_has(&viewed,
               " per message      blocked  polls in vain  wake-ups    calls   threads\n"
               ">#1 01-blocking   40.0 ms              0         1        1         1\n"
               " #2 01-blocking         0             20         0       21         1\n");
    viewed_has(&viewed, " in all           blocked   waiting   copying   running    asleep  "
                        "messages\n"
                        ">#1 01-blocking   40.0 ms   40.0 ms   20.0 us");
    assert_int_equal(viewed.tapes[0]->survey.totals.time[PHASE_BLOCKED], 40 * MS + 20 * US);
    assert_int_equal(viewed.tapes[1]->survey.totals.vain, 20);
    viewed_end(&viewed);
}

/* A strip each, over all the time there is; the cursor stands where the time is. */
static void strips(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, blocking);
    viewed_make(&viewed, polling);
    player_seek(&viewed.show.player, 40 * MS);
    draw(&viewed, ROWS, COLUMNS);
    viewed_has(&viewed,
               " whole run      |0              |20.0 ms       v|40.0 ms        |60.0 ms");
    viewed_has(&viewed, ">#1 01-blocking rrrrrrrrBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBrrrrr");
    viewed_has(&viewed, " #2 01-blocking rrrrrrrrrrrrrrrrrrrrrrr?r?r?r?r?r?r?r?r?rr");
    draw(&viewed, 9, COLUMNS);
    viewed_lacks(&viewed, "whole run");
    viewed_lacks(&viewed, "in all");
    viewed_has(&viewed, "per message");
    viewed_end(&viewed);
}

static void crowded_cells(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, busy);
    draw(&viewed, ROWS, COLUMNS);
    viewed_has(&viewed,
               "\n 01-blocking ?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?"
               "r?r?r?\n");
    viewed_end(&viewed);
}

/* The message is the one that is not over yet, and behind the last one the last. */
static void message_of_the_moment(void **state)
{
    static const struct {
        int64_t time;
        const char *words;
    } rows[] = {
        {0, "conn 1, 12 B\n"},
        {21 * MS, "conn 1, 12 B\n"},
        {21 * MS + 1, "conn 2, 7 B\n"},
        {80 * MS, "conn 2, 7 B\n"},
    };
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, twice);
    viewed_make(&viewed, silent);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        player_seek(&viewed.show.player, rows[i].time);
        draw(&viewed, ROWS, 120);
        viewed_has(&viewed, rows[i].words);
        viewed_has(&viewed, "none: it was there already");
        viewed_has(&viewed, "no message was received");
    }
    viewed_end(&viewed);
}

static void helper_copies(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, helped);
    draw(&viewed, ROWS, COLUMNS);
    viewed_has(&viewed, " a message   wait for data (40.0 ms)");
    viewed_has(&viewed,
               " 01-blocking ....................................|...........| 40.0 ms");
    viewed_end(&viewed);
}

static void alone(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, blocking);
    draw(&viewed, ROWS, COLUMNS);
    viewed_has(&viewed, "Several side by side: iolab show 01 02 03\n");
    viewed_has(&viewed, " in all        blocked   waiting");
    viewed_lacks(&viewed, ">");
    viewed_end(&viewed);
}

/* Totals stand beside the messages; in four rows the chosen run is still among those shown. */
static void eight(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    while (viewed.count < 8)
        viewed_make(&viewed, blocking);
    player_choose(&viewed.show.player, 7);
    draw(&viewed, ROWS, COLUMNS);
    viewed_has(&viewed, "|  40.0 ms              0         1\n");
    viewed_has(&viewed, "\n>#8 01-blocking BBBB");
    viewed_has(&viewed, "\n #1 01-blocking BBBB");
    draw(&viewed, 4, COLUMNS);
    viewed_has(&viewed, "\n>#8 01-blocking BBBB");
    viewed_lacks(&viewed, "#1 ");
    viewed_end(&viewed);
}

static void every_size(void **state)
{
    struct viewed viewed = {.count = 0};
    static void (*const makers[])(struct made *) = {blocking,     polling, helped, silent,
                                                    made_nothing, hostile, hostile};
    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        viewed_make(&viewed, makers[i]);
    for (int rows = 0; rows < 60; rows++)
        for (int columns = 0; columns < 700; columns += columns < 130 ? 1 : 71) {
            viewed.show.player.tape_count = 1 + (size_t)rows % viewed.count;
            player_seek(&viewed.show.player, viewed.show.player.end / 40 * (columns % 41));
            viewed_size(&viewed, &view_compare, rows, columns);
        }
    viewed_end(&viewed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_models),
        cmocka_unit_test(totals),
        cmocka_unit_test(strips),
        cmocka_unit_test(crowded_cells),
        cmocka_unit_test(message_of_the_moment),
        cmocka_unit_test(helper_copies),
        cmocka_unit_test(alone),
        cmocka_unit_test(eight),
        cmocka_unit_test(every_size),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("view_compare", tests, NULL, NULL);
}
