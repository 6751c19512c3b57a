/* See compare_table.h. */
#include "visualizer/compare_table.h"

#include <inttypes.h>
#include <string.h>

#include "visualizer/phrase.h"

#define NUMBER_TEXT 32

typedef void put_fn(char text[NUMBER_TEXT], const struct survey *survey);

/* --- numbers --- */

static void put_time(char text[NUMBER_TEXT], int64_t ns)
{
    char time[PHRASE_TIME];
    snprintf(text, NUMBER_TEXT, "%s", phrase_time(time, ns));
}

static void put_count(char text[NUMBER_TEXT], uint64_t count)
{
    snprintf(text, NUMBER_TEXT, "%" PRIu64, count);
}

/* "2", "2.1", "< 0.1", "210"; "-" where nothing was received. */
static void put_share(char text[NUMBER_TEXT], uint64_t count, uint64_t messages)
{
    if (messages == 0)
        snprintf(text, NUMBER_TEXT, "-");
    else if (count % messages == 0 || count / messages >= 100)
        put_count(text, count / messages);
    else if (count < messages / 10)
        snprintf(text, NUMBER_TEXT, "< 0.1");
    else
        snprintf(text, NUMBER_TEXT, "%.1f", (double)count / (double)messages);
}

static void put_blocked_each(char text[NUMBER_TEXT], const struct survey *survey)
{
    uint64_t messages = survey->totals.messages;
    if (messages == 0)
        snprintf(text, NUMBER_TEXT, "-");
    else
        put_time(text, survey->totals.time[PHASE_BLOCKED] / (int64_t)messages);
}

static void put_vain_each(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_share(text, survey->totals.vain, survey->totals.messages);
}

static void put_wakeups_each(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_share(text, survey->totals.wakeups, survey->totals.messages);
}

static void put_calls_each(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_share(text, survey->totals.calls, survey->totals.messages);
}

static void put_threads(char text[NUMBER_TEXT], const struct survey *survey)
{
    snprintf(text, NUMBER_TEXT, "%d", survey->totals.threads);
}

static void put_blocked(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_time(text, survey->totals.time[PHASE_BLOCKED]);
}

static void put_waiting(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_time(text, survey->totals.time[PHASE_WAIT]);
}

static void put_copying(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_time(text, survey->totals.time[PHASE_COPY]);
}

static void put_running(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_time(text, survey->totals.time[PHASE_RUNNING]);
}

static void put_paused(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_time(text, survey->totals.time[PHASE_PAUSED]);
}

static void put_messages(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_count(text, survey->totals.messages);
}

static void put_calls(char text[NUMBER_TEXT], const struct survey *survey)
{
    put_count(text, survey->totals.calls);
}

/* --- columns --- */

static const struct column {
    const char *title;
    int width;
    put_fn *put;
} per_message[] =
    {
        {"blocked", 9, put_blocked_each},   {"polls in vain", 15, put_vain_each},
        {"wake-ups", 10, put_wakeups_each}, {"calls", 9, put_calls_each},
        {"threads", 10, put_threads},
},
  in_all[] = {
      {"blocked", 9, put_blocked},  {"waiting", 10, put_waiting},
      {"copying", 10, put_copying}, {"running", 10, put_running},
      {"asleep", 10, put_paused},   {"messages", 10, put_messages},
      {"calls", 9, put_calls},
};

/* The column at `place`, or NULL behind the last one that `left` has room for. */
static const struct column *column_at(enum compare_table table, size_t place, int left)
{
    const struct column *columns = table == TABLE_IN_ALL ? in_all : per_message;
    size_t count = table == TABLE_IN_ALL ? sizeof in_all / sizeof *in_all
                                         : sizeof per_message / sizeof *per_message;
    return place < count && columns[place].width <= left ? &columns[place] : NULL;
}

static void put_right(struct canvas *canvas, int row, int end, int width, enum canvas_role role,
                      const char *text)
{
    int size = (int)strlen(text);
    canvas_text(canvas, row, end - (size < width ? size : width), width, role, text);
}

int compare_table_width(enum compare_table table, int most)
{
    const struct column *column;
    int used = 0;
    for (size_t i = 0; (column = column_at(table, i, most - used)); i++)
        used += column->width;
    return used;
}

void compare_table_titles(struct canvas *canvas, int row, int column, int most,
                          enum compare_table table)
{
    const struct column *one;
    int used = 0;
    for (size_t i = 0; (one = column_at(table, i, most - used)); i++) {
        used += one->width;
        put_right(canvas, row, column + used, one->width - 1, ROLE_TITLE, one->title);
    }
}

void compare_table_line(struct canvas *canvas, int row, int column, int most,
                        enum compare_table table, const struct survey *survey)
{
    const struct column *one;
    char text[NUMBER_TEXT];
    int used = 0;
    for (size_t i = 0; (one = column_at(table, i, most - used)); i++) {
        used += one->width;
        one->put(text, survey);
        put_right(canvas, row, column + used, one->width - 1, ROLE_PLAIN, text);
    }
}
