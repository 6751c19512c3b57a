/* See plain.h. Each part of the page is a function; the two pages at the end name theirs. */
#include "visualizer/plain.h"

#include <inttypes.h>
#include <string.h>

#include "visualizer/operations.h"
#include "visualizer/phrase.h"
#include "visualizer/signals.h"
#include "visualizer/strip.h"
#include "visualizer/survey.h"

#define LABEL       12 /* columns of a lane's name */
#define LANES_SHOWN 16 /* of each kind, on the full page */
#define MESSAGES    8  /* told one by one */
#define OPERATIONS  12 /* names of operations of rings */
#define SIGNALS     8  /* the same */
#define MOMENTS     4  /* threads whose place at a failure is told */
#define TWO_COLUMNS 78 /* from this width on, totals stand side by side */

struct page {
    FILE *out;
    int width;
    const struct survey *survey;
};

/* --- header --- */

static void put_rule(const struct page *page)
{
    for (int i = 0; i < page->width; i++)
        fputc('-', page->out);
    fputc('\n', page->out);
}

static void put_title(const struct page *page)
{
    const struct recording_header *header = &page->survey->recording->header;
    const char *lab = header->lab ? header->lab : header->source ? header->source : "recording";
    fputc(' ', page->out);
    phrase_name(page->out, lab, page->width - 2);
    if (header->check && page->width - 6 > (int)strlen(lab)) {
        fputs("  ", page->out);
        phrase_name(page->out, header->check, page->width - 4 - (int)strlen(lab));
    }
    fputc('\n', page->out);
}

static void put_origin(const struct page *page)
{
    const struct recording_header *header = &page->survey->recording->header;
    char text[512];
    snprintf(text, sizeof text, "seed %" PRIu64 ", tier %s, Linux %s, %d cores, begun %s",
             header->seed, header->tier ? header->tier : "unknown",
             header->kernel ? header->kernel : "unknown", header->cores,
             header->start_time ? header->start_time : "at an unknown time");
    phrase_wrap(page->out, page->width, 1, text);
}

/* --- lanes --- */

static struct strip_scale scale_of(const struct page *page)
{
    int cells = page->width - LABEL - 1;
    return (struct strip_scale){.begin = page->survey->begin,
                                .end = page->survey->end,
                                .cells = cells < STRIP_MOST ? cells : STRIP_MOST};
}

static void put_row(const struct page *page, const char *kind, int number, const char *row)
{
    char label[32] = "";
    if (number)
        snprintf(label, sizeof label, "%s %d", kind, number);
    size_t size = strlen(row);
    while (size && row[size - 1] == ' ')
        size--;
    fprintf(page->out, " %-*.*s%.*s\n", LABEL, LABEL, label, (int)size, row);
}

static void put_more(const struct page *page, size_t count, size_t shown, const char *what)
{
    if (count > shown)
        fprintf(page->out, " ... and %zu more %s%s\n", count - shown, what,
                count - shown == 1 ? "" : "s");
}

static void put_lanes(const struct page *page, size_t most)
{
    const struct survey *survey = page->survey;
    struct strip_scale scale = scale_of(page);
    char row[STRIP_MOST + 1];
    strip_axis(row, &scale);
    put_row(page, "", 0, row);
    for (size_t i = 0; i < survey->thread_count && i < most; i++) {
        const struct survey_lane *lane = &survey->threads[i];
        strip_draw(row, &scale, &survey->phases, lane->number, 0, lane->from, lane->to, ' ');
        put_row(page, "thread", lane->number, row);
    }
    put_more(page, survey->thread_count, most, "thread");
    for (size_t i = 0; i < survey->connection_count && i < most; i++) {
        const struct survey_lane *lane = &survey->connections[i];
        strip_draw(row, &scale, &survey->phases, 0, lane->number, lane->from, lane->to,
                   STRIP_IDLE);
        put_row(page, "conn", lane->number, row);
    }
    put_more(page, survey->connection_count, most, "connection");
}

static void put_failure_mark(const struct page *page)
{
    struct strip_scale scale = scale_of(page);
    if (page->survey->failed) {
        int at = strip_cell(&scale, page->survey->failed->time + page->survey->failed->span);
        fprintf(page->out, " %-*s%*s^\n", LABEL, "failed here", at, "");
    }
}

static void put_legend(const struct page *page)
{
    char text[128];
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++) {
        if (!page->survey->present[kind])
            continue;
        snprintf(text, sizeof text, "%c  %s: %s", phase_glyph((enum phase_kind)kind),
                 phase_name((enum phase_kind)kind), phase_meaning((enum phase_kind)kind));
        phrase_wrap(page->out, page->width, 1, text);
    }
    if (page->survey->connection_count)
        phrase_wrap(page->out, page->width, 1,
                    "-  the connection is open, and the server does not ask for its data");
}

/* The same in one or two lines. */
static void put_short_legend(const struct page *page)
{
    char text[256];
    size_t used = 0;
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++)
        if (page->survey->present[kind])
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%c %s",
                                     used ? ", " : "", phase_glyph((enum phase_kind)kind),
                                     phase_name((enum phase_kind)kind));
    if (used)
        phrase_wrap(page->out, page->width, 1, text);
}

/* --- totals --- */

struct total {
    const char *name;
    char value[48];
};

static struct total of_time(const char *name, int64_t ns)
{
    struct total total = {.name = name};
    if (ns < 0)
        snprintf(total.value, sizeof total.value, "none");
    else
        phrase_time(total.value, ns);
    return total;
}

static struct total of_count(const char *name, uint64_t count)
{
    struct total total = {.name = name};
    snprintf(total.value, sizeof total.value, "%" PRIu64, count);
    return total;
}

static void put_total(const struct page *page, const struct total *total, bool last)
{
    bool ends = last || page->width < TWO_COLUMNS;
    fprintf(page->out, " %-28s %8s%s", total->name, total->value, ends ? "\n" : "  ");
}

/* Times on the left, counts on the right; one below the other where there is no room. */
static void put_totals(const struct page *page)
{
    const struct survey *survey = page->survey;
    const struct phase_totals *totals = &survey->totals;
    const struct total rows[][2] = {
        {of_time("threads blocked", totals->time[PHASE_BLOCKED]),
         of_count("system calls", totals->calls)},
        {of_time("threads asleep by choice", totals->time[PHASE_PAUSED]),
         of_count("polls in vain", totals->vain)},
        {of_time("threads running", totals->time[PHASE_RUNNING]),
         of_count("wake-ups by a peer", totals->wakeups)},
        {of_time("connections waiting for data", totals->time[PHASE_WAIT]),
         of_count("messages received", totals->messages)},
        {of_time("copying data", totals->time[PHASE_COPY]),
         of_count("bytes received", (uint64_t)totals->bytes_in)},
        {of_time("median wait of a message", survey->median_wait),
         of_count("bytes sent", (uint64_t)totals->bytes_out)},
        {of_time("median copy of a message", survey->median_copy),
         of_count("threads at one time, at most", (uint64_t)totals->threads)},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        put_total(page, &rows[i][0], false);
        put_total(page, &rows[i][1], true);
    }
}

static void put_short_totals(const struct page *page)
{
    const struct survey *survey = page->survey;
    const struct phase_totals *totals = &survey->totals;
    char blocked[PHRASE_TIME], wait[PHRASE_TIME], copy[PHRASE_TIME], text[256];
    snprintf(text, sizeof text,
             "blocked %s, %" PRIu64 " calls, %" PRIu64 " polls in vain, %" PRIu64
             " wake-ups, %" PRIu64 " messages (median wait %s, copy %s), at most %d %s",
             phrase_time(blocked, totals->time[PHASE_BLOCKED]), totals->calls, totals->vain,
             totals->wakeups, totals->messages,
             survey->median_wait < 0 ? "none" : phrase_time(wait, survey->median_wait),
             survey->median_copy < 0 ? "none" : phrase_time(copy, survey->median_copy),
             totals->threads, totals->threads == 1 ? "thread" : "threads");
    phrase_wrap(page->out, page->width, 1, text);
}

/* --- messages --- */

static void put_message(const struct page *page, const struct survey_message *message)
{
    char length[PHRASE_TIME], error[PHRASE_TIME], text[384];
    int used = snprintf(text, sizeof text, "conn %d: ", message->copy->connection);
    size_t room = sizeof text - (size_t)used;
    const struct phase *wait = message->wait;
    if (!wait)
        used += snprintf(text + used, room, "the data was there already");
    else
        used +=
            snprintf(text + used, room, "waited %s (+- %s, until %s)",
                     phrase_time(length, wait->end - wait->begin),
                     phrase_time(error, wait->uncertainty), phase_source_name(wait->end_from));
    if (message->vain)
        used += snprintf(text + used, sizeof text - (size_t)used,
                         ", asked %" PRIu64 " times in vain", message->vain);
    snprintf(text + used, sizeof text - (size_t)used, ", copied %" PRId64 " B in %s (+- %s)",
             message->bytes, phrase_time(length, message->copy->end - message->copy->begin),
             phrase_time(error, message->copy->uncertainty));
    phrase_wrap(page->out, page->width, 1, text);
}

static void put_messages(const struct page *page, size_t most)
{
    const struct survey *survey = page->survey;
    for (size_t i = 0; i < survey->message_count && i < most; i++)
        put_message(page, &survey->messages[i]);
    put_more(page, survey->message_count, most, "message");
}

static void put_signals(const struct page *page, size_t most)
{
    size_t count = signals_count(page->survey);
    if (count == 0)
        return;
    put_rule(page);
    signals_show(page->out, page->width, page->survey, most);
    put_more(page, count, most, "signal");
}

/* --- failures and gaps --- */

static void put_moment(const struct page *page, int thread, int64_t time)
{
    const struct phase *span = survey_doing(page->survey, thread, time);
    char text[256], since[PHRASE_TIME], where[64] = "", whose[48] = "";
    if (!span)
        return;
    if (span->call)
        snprintf(where, sizeof where, " in %.40s", span->call);
    if (span->connection)
        snprintf(whose, sizeof whose, " on connection %d", span->connection);
    snprintf(text, sizeof text, "At that moment thread %d was %s%s%s, since %s.", thread,
             phase_name(span->kind), where, whose, phrase_time(since, time - span->begin));
    phrase_wrap(page->out, page->width, 1, text);
}

static void put_failure(const struct page *page)
{
    const struct survey *survey = page->survey;
    const struct event *failed = survey->failed;
    if (!failed)
        return;
    fprintf(page->out, " The check failed (%s):\n", event_outcome_name(failed->outcome));
    phrase_wrap(page->out, page->width, 3,
                failed->detail ? failed->detail : "the recording does not say why");
    for (size_t i = 0; i < survey->thread_count && i < MOMENTS; i++)
        put_moment(page, survey->threads[i].number, failed->time + failed->span);
}

static void put_gaps(const struct page *page)
{
    const struct recording *recording = page->survey->recording;
    char text[160];
    if (recording->count == 0)
        phrase_wrap(page->out, page->width, 1,
                    "The recording holds no event: the run ended before anything happened.");
    if (recording->cut)
        phrase_wrap(page->out, page->width, 1,
                    "The recording ends in the middle of a line: whoever wrote it was killed, "
                    "or the disk was full. What is shown ends there.");
    if (recording->skipped) {
        snprintf(text, sizeof text, "%zu lines could not be read and are left out.",
                 recording->skipped);
        phrase_wrap(page->out, page->width, 1, text);
    }
    for (size_t i = 0; i < recording->count; i++)
        if (recording->events[i].kind == EVENT_NOTE && recording->events[i].detail)
            phrase_wrap(page->out, page->width, 1, recording->events[i].detail);
}

static void put_absence(const struct page *page)
{
    if (page->survey->recording->count && page->survey->thread_count == 0)
        phrase_wrap(page->out, page->width, 1,
                    "No thread of the server was seen: this run was not watched, or the "
                    "server never began.");
}

/* --- pages --- */

static void page_full(const struct page *page)
{
    put_title(page);
    put_origin(page);
    put_rule(page);
    put_gaps(page);
    put_absence(page);
    if (page->survey->thread_count || page->survey->connection_count) {
        put_lanes(page, LANES_SHOWN);
        put_failure_mark(page);
        put_rule(page);
        put_legend(page);
        put_rule(page);
        put_totals(page);
        operations_show(page->out, page->width, page->survey, OPERATIONS);
    }
    if (page->survey->message_count) {
        put_rule(page);
        put_messages(page, MESSAGES);
    }
    put_signals(page, SIGNALS);
    if (page->survey->failed) {
        put_rule(page);
        put_failure(page);
    }
}

static void page_short(const struct page *page)
{
    put_title(page);
    put_absence(page);
    if (page->survey->thread_count || page->survey->connection_count) {
        put_lanes(page, 2);
        put_short_legend(page);
        put_short_totals(page);
        operations_show(page->out, page->width, page->survey, 0);
    }
    if (page->survey->message_count)
        put_message(page, &page->survey->messages[0]);
}

static int page_show(FILE *out, const struct recording *recording, int width,
                     void (*show)(const struct page *))
{
    struct survey survey;
    char text[96];
    if (width < PLAIN_NARROWEST) {
        snprintf(text, sizeof text, "Too narrow: %d columns are needed, and there are %d.",
                 PLAIN_NARROWEST, width);
        phrase_wrap(out, width > 0 ? width : 1, 0, text);
        return 0;
    }
    if (survey_make(&survey, recording) < 0)
        return -1;
    show(&(struct page){out, width, &survey});
    survey_free(&survey);
    return 0;
}

int plain_show(FILE *out, const struct recording *recording, int width)
{
    return page_show(out, recording, width, page_full);
}

int plain_summary(FILE *out, const struct recording *recording, int width)
{
    return page_show(out, recording, width, page_short);
}
