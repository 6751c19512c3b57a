/* The view that compares runs: what it draws is what the events say, in any room. */
#include <errno.h>
#include <string.h>

#include "tests/made.h"
#include "visualizer/view.h"

#define ROWS    15
#define COLUMNS 80
#define MARGIN  3

/* --- what is drawn --- */

struct runs {
    struct made *made[8];
    struct tape *tapes[8];
    size_t count;
    struct show show;
};

static void runs_add(struct runs *runs, void (*make)(struct made *))
{
    struct failure failure = {.text = ""};
    struct made *made = runs->made[runs->count] = calloc(1, sizeof *made);
    assert_non_null(made);
    made_begin(made);
    make(made);
    made_read(made);
    runs->tapes[runs->count] = tape_open(made->path, NULL, NULL, &failure);
    assert_non_null(runs->tapes[runs->count]);
    runs->count++;
}

/* Paused at the beginning. */
static void runs_begin(struct runs *runs)
{
    runs->show = (struct show){.view = 0};
    player_make(&runs->show.player, runs->tapes, runs->count);
}

static void runs_end(struct runs *runs)
{
    for (size_t i = 0; i < runs->count; i++) {
        tape_close(runs->tapes[i]);
        made_end(runs->made[i]);
        free(runs->made[i]);
    }
}

static char *drawn(const struct show *show, int rows, int columns)
{
    struct canvas canvas;
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(canvas_make(&canvas, rows, columns, false), 0);
    view_compare.draw(show, &canvas, (struct canvas_area){0, 0, rows, columns});
    canvas_print(&canvas, out);
    fclose(out);
    canvas_free(&canvas);
    return text;
}

static void expect_has(const char *page, const char *text)
{
    if (!strstr(page, text))
        fail_msg("\"%s\" is not in\n%s", text, page);
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
    for (int i = 0; i < 20; i++) {
        struct event recv = made_enter((40 + i) * MS, 1, "recv", 5, 1, EVENT_NO);
        recv.nonblocking = EVENT_YES;
        made_call(made, recv, recv.time + 10 * US, -1, EAGAIN);
    }
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
    for (int i = 0; i < 20000; i++) {
        struct event recv = made_enter(10 * MS + i * 4 * US, 1, "recv", 5, 1, EVENT_NO);
        recv.nonblocking = EVENT_YES;
        made_call(made, recv, recv.time + 1 * US, -1, EAGAIN);
    }
    made_step(made, 90 * MS, 1 * US, "close", 1, EVENT_NONE);
}

static void silent(struct made *made)
{
    made_thread(made, 1 * MS, 1);
    made_step(made, 10 * MS, 10 * US, "connect", 1, EVENT_NONE);
    made_event(made, made_enter(20 * MS, 1, "recv", 5, 1, EVENT_NO));
    made_step(made, 90 * MS, 1 * US, "close", 1, EVENT_NONE);
}

static void empty(struct made *made)
{
    (void)made;
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
    struct runs runs = {.count = 0};
    (void)state;
    runs_add(&runs, blocking);
    runs_add(&runs, polling);
    runs_begin(&runs);
    char *page = drawn(&runs.show, ROWS, COLUMNS);
    expect_has(page, " a message      wait for data (40.0 ms)           copy          waited   "
                     "copied\n"
                     ">#1 01-blocking BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB|CCCCCCCCCCC| 40.0 ms  "
                     "20.0 us\n"
                     " #2 01-blocking                 ?r?r?r?r?r?r?r?r?|CCCCCC     | 20.0 ms  "
                     "10.0 us\n");
    expect_has(page, "r running  B blocked  ? polling in vain  C copy\n");
    free(page);
    runs_end(&runs);
}

/* Totals are those of the recordings; here each received one message. */
static void totals(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    runs_add(&runs, blocking);
    runs_add(&runs, polling);
    runs_begin(&runs);
    char *page = drawn(&runs.show, ROWS, COLUMNS);
    expect_has(page, " per message      blocked  polls in vain  wake-ups    calls   threads\n"
                     ">#1 01-blocking   40.0 ms              0         1        1         1\n"
                     " #2 01-blocking         0             20         0       21         1\n");
    expect_has(page, " in all           blocked   waiting   copying   running    asleep  "
                     "messages\n"
                     ">#1 01-blocking   40.0 ms   40.0 ms   20.0 us");
    assert_int_equal(runs.tapes[0]->survey.totals.time[PHASE_BLOCKED], 40 * MS + 20 * US);
    assert_int_equal(runs.tapes[1]->survey.totals.vain, 20);
    free(page);
    runs_end(&runs);
}

/* A strip each, over all the time there is; the cursor stands where the time is. */
static void strips(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    runs_add(&runs, blocking);
    runs_add(&runs, polling);
    runs_begin(&runs);
    player_seek(&runs.show.player, 40 * MS);
    char *page = drawn(&runs.show, ROWS, COLUMNS);
    expect_has(page,
               " whole run      |0              |20.0 ms       v|40.0 ms        |60.0 ms");
    expect_has(page, ">#1 01-blocking rrrrrrrrBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBrrrrr");
    expect_has(page, " #2 01-blocking rrrrrrrrrrrrrrrrrrrrrrr?r?r?r?r?r?r?r?r?rr");
    free(page);
    page = drawn(&runs.show, 9, COLUMNS);
    assert_null(strstr(page, "whole run"));
    assert_null(strstr(page, "in all"));
    expect_has(page, "per message");
    free(page);
    runs_end(&runs);
}

static void crowded_cells(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    runs_add(&runs, busy);
    runs_begin(&runs);
    char *page = drawn(&runs.show, ROWS, COLUMNS);
    expect_has(page,
               "\n 01-blocking ?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?r?"
               "r?r?r?\n");
    free(page);
    runs_end(&runs);
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
    struct runs runs = {.count = 0};
    (void)state;
    runs_add(&runs, twice);
    runs_add(&runs, silent);
    runs_begin(&runs);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        player_seek(&runs.show.player, rows[i].time);
        char *page = drawn(&runs.show, ROWS, 120);
        expect_has(page, rows[i].words);
        expect_has(page, "none: it was there already");
        expect_has(page, "no message was received");
        free(page);
    }
    runs_end(&runs);
}

static void helper_copies(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    runs_add(&runs, helped);
    runs_begin(&runs);
    char *page = drawn(&runs.show, ROWS, COLUMNS);
    expect_has(page, " a message   wait for data (40.0 ms)");
    expect_has(page, " 01-blocking ....................................|...........| 40.0 ms");
    free(page);
    runs_end(&runs);
}

static void alone(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    runs_add(&runs, blocking);
    runs_begin(&runs);
    char *page = drawn(&runs.show, ROWS, COLUMNS);
    expect_has(page, "Several side by side: iolab show 01 02 03\n");
    expect_has(page, " in all        blocked   waiting");
    assert_null(strchr(page, '>'));
    free(page);
    runs_end(&runs);
}

/* Totals stand beside the messages; in four rows the chosen run is still among those shown. */
static void eight(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    while (runs.count < 8)
        runs_add(&runs, blocking);
    runs_begin(&runs);
    player_choose(&runs.show.player, 7);
    char *page = drawn(&runs.show, ROWS, COLUMNS);
    expect_has(page, "|  40.0 ms              0         1\n");
    expect_has(page, "\n>#8 01-blocking BBBB");
    expect_has(page, "\n #1 01-blocking BBBB");
    free(page);
    page = drawn(&runs.show, 4, COLUMNS);
    expect_has(page, "\n>#8 01-blocking BBBB");
    assert_null(strstr(page, "#1 "));
    free(page);
    runs_end(&runs);
}

static void expect_margin(const struct canvas *canvas, struct canvas_area area)
{
    for (int row = 0; row < canvas->rows; row++)
        for (int column = 0; column < canvas->columns; column++) {
            bool inside = row >= area.row && row < area.row + area.rows &&
                          column >= area.column && column < area.column + area.columns;
            if (!inside && canvas_at(canvas, row, column)->point != ' ')
                fail_msg("%d x %d: drawn at %d, %d", area.rows, area.columns, row, column);
        }
}

static void every_size(void **state)
{
    struct runs runs = {.count = 0};
    static void (*const makers[])(struct made *) = {blocking, polling, helped, silent,
                                                    empty,    hostile, hostile};
    (void)state;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        runs_add(&runs, makers[i]);
    runs_begin(&runs);
    for (int rows = 0; rows < 60; rows++)
        for (int columns = 0; columns < 700; columns += columns < 130 ? 1 : 71) {
            struct canvas canvas;
            struct canvas_area area = {MARGIN, MARGIN, rows, columns};
            canvas_make(&canvas, rows + 2 * MARGIN, columns + 2 * MARGIN, columns % 2);
            runs.show.player.tape_count = 1 + (size_t)rows % runs.count;
            player_seek(&runs.show.player, runs.show.player.end / 40 * (columns % 41));
            view_compare.draw(&runs.show, &canvas, area);
            expect_margin(&canvas, area);
            canvas_free(&canvas);
        }
    runs_end(&runs);
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
