/*
 * View 3: what the same script costs in each model. Above, one message of each tape as in figure
 * 6.6 of UNIX Network Programming: what the thread did while data was waited for, and while it
 * was copied. Below, the whole run of each tape, and totals.
 *
 * The rows that there are go to the messages first, then to the totals per message, the legend,
 * the totals in all, and the strips. Where not even the totals per message have rows of their
 * own, they stand beside the messages.
 */
#include <inttypes.h>
#include <string.h>

#include "visualizer/compare_message.h"
#include "visualizer/compare_table.h"
#include "visualizer/phrase.h"
#include "visualizer/span_row.h"
#include "visualizer/view.h"

#define LABEL_TEXT   160
#define LABEL_LEAST  13  /* "per message" */
#define TIME_COLUMNS 18  /* "waited" and "copied" beside the messages */
#define TIMES_FROM   64  /* columns from which on there is room for these */
#define CHECKS_FROM  110 /* the same, for the names of checks */
#define WORDS_FROM   110 /* the same, for which message it is */
#define WORDS        24  /* columns of these */
#define PICTURE      24  /* columns of a message, at least, where totals stand beside it */
#define THREADS_MOST 4   /* strips of one tape */

struct page {
    const struct show *show;
    struct canvas *canvas;
    struct canvas_area area;
    int row;         /* the next free one */
    int label;       /* columns of the names */
    bool beside;     /* totals stand beside the messages */
    size_t from, to; /* the tapes that there is room for */
    const struct survey_message *messages[PLAYER_TAPES];
};

/* --- names --- */

/* "03-select", or "#2 03-select: a slow reader ..." where another tape has this name too. */
static void name_of(char text[LABEL_TEXT], const struct player *player, size_t tape,
                    bool with_check)
{
    const struct tape *one = player->tapes[tape];
    if (!tape_shares_name(player->tapes, player->tape_count, tape))
        snprintf(text, LABEL_TEXT, "%.120s", one->name);
    else if (!with_check || !one->check)
        snprintf(text, LABEL_TEXT, "#%zu %.120s", tape + 1, one->name);
    else
        snprintf(text, LABEL_TEXT, "#%zu %.60s: %.60s", tape + 1, one->name, one->check);
}

static int label_width(const struct player *player, int columns)
{
    int longest = LABEL_LEAST, most = columns / 5 + 2;
    char text[LABEL_TEXT];
    for (size_t i = 0; i < player->tape_count; i++) {
        name_of(text, player, i, columns >= CHECKS_FROM);
        if ((int)strlen(text) + 2 > longest)
            longest = (int)strlen(text) + 2;
    }
    most = most > LABEL_LEAST ? most : LABEL_LEAST;
    return longest < most ? longest : most;
}

static void put_name(const struct page *page, size_t tape)
{
    const struct canvas_area *area = &page->area;
    bool chosen = tape == page->show->player.chosen && page->show->player.tape_count > 1;
    char text[LABEL_TEXT];
    name_of(text, &page->show->player, tape, area->columns >= CHECKS_FROM);
    canvas_text(page->canvas, page->row, area->column, 1, ROLE_CURSOR, chosen ? ">" : " ");
    canvas_text(page->canvas, page->row, area->column + 1, page->label - 2,
                chosen ? ROLE_TITLE : ROLE_PLAIN, text);
}

static void put_title(const struct page *page, const char *text)
{
    canvas_text(page->canvas, page->row, page->area.column + 1, page->label - 2, ROLE_TITLE,
                text);
}

static void put_rule(struct page *page)
{
    canvas_across(page->canvas, page->row++, page->area.column, page->area.columns);
}

/* --- one message of each tape --- */

/* What stands right of a message: its times, the totals, or nothing. */
static int beside_width(const struct page *page)
{
    int columns = page->area.columns;
    if (page->beside)
        return compare_table_width(TABLE_PER_MESSAGE, columns - page->label - PICTURE);
    if (columns >= WORDS_FROM)
        return TIME_COLUMNS + 1 + WORDS;
    return columns >= TIMES_FROM ? TIME_COLUMNS : 0;
}

static int beside_at(const struct page *page)
{
    return page->area.column + page->area.columns - beside_width(page);
}

static void put_times(const struct page *page, const struct survey_message *message)
{
    char wait[PHRASE_TIME], copy[PHRASE_TIME];
    int at = beside_at(page);
    if (page->area.columns < TIMES_FROM)
        return;
    canvas_format(page->canvas, page->row, at, TIME_COLUMNS, ROLE_PLAIN, "%8s %8s",
                  message->wait ? phrase_time(wait, compare_length(message->wait)) : "-",
                  phrase_time(copy, compare_length(message->copy)));
    if (page->area.columns >= WORDS_FROM)
        canvas_format(page->canvas, page->row, at + TIME_COLUMNS + 1, WORDS, ROLE_DIM,
                      "conn %d, %" PRId64 " B", message->copy->connection, message->bytes);
}

/* A half's name, and how much time all of its columns stand for where there is room for that. */
static void put_half(const struct page *page, int at, int columns, const char *name,
                     int64_t longest)
{
    char text[64], time[PHRASE_TIME];
    snprintf(text, sizeof text, "%s (%s)", name, phrase_time(time, longest));
    canvas_text(page->canvas, page->row, at, columns, ROLE_TITLE,
                (int)strlen(text) <= columns ? text : name);
}

static void put_messages_title(struct page *page, const struct compare_halves *halves)
{
    int at = page->area.column + page->label;
    put_title(page, "a message");
    put_half(page, at, halves->wait, "wait for data", halves->waits);
    put_half(page, at + halves->wait + 1, halves->copy, "copy", halves->copies);
    if (page->beside)
        compare_table_titles(page->canvas, page->row, beside_at(page), beside_width(page),
                             TABLE_PER_MESSAGE);
    else if (page->area.columns >= TIMES_FROM)
        canvas_format(page->canvas, page->row, beside_at(page), TIME_COLUMNS, ROLE_TITLE,
                      "%8s %8s", "waited", "copied");
    page->row++;
}

static struct compare_halves halves_of(const struct page *page)
{
    int left = beside_at(page) - page->area.column - page->label - 2;
    struct compare_halves halves = {.wait = left - left / 4, .copy = left / 4};
    for (size_t i = page->from; i < page->to; i++) {
        int64_t wait = page->messages[i] ? compare_length(page->messages[i]->wait) : 0;
        int64_t copy = page->messages[i] ? compare_length(page->messages[i]->copy) : 0;
        halves.waits = wait > halves.waits ? wait : halves.waits;
        halves.copies = copy > halves.copies ? copy : halves.copies;
    }
    return halves;
}

static void put_messages(struct page *page)
{
    const struct player *player = &page->show->player;
    struct compare_halves halves = halves_of(page);
    put_messages_title(page, &halves);
    for (size_t i = page->from; i < page->to; i++, page->row++) {
        put_name(page, i);
        compare_message_draw(page->canvas, page->row, page->area.column + page->label, &halves,
                             player->tapes[i], page->messages[i]);
        canvas_down(page->canvas, page->row, beside_at(page) - 1, 1);
        if (page->beside)
            compare_table_line(page->canvas, page->row, beside_at(page), beside_width(page),
                               TABLE_PER_MESSAGE, &player->tapes[i]->survey);
        else if (page->messages[i])
            put_times(page, page->messages[i]);
    }
}

/* --- the whole run --- */

static void put_axis(struct page *page, const struct strip_scale *scale)
{
    int at = page->area.column + page->label;
    char axis[STRIP_MOST + 1];
    strip_axis(axis, scale);
    put_title(page, "whole run");
    canvas_text(page->canvas, page->row, at, scale->cells, ROLE_DIM, axis);
    canvas_point(page->canvas, page->row, at + strip_cell(scale, page->show->player.time),
                 ROLE_CURSOR, 'v');
    page->row++;
}

static void put_strips(struct page *page, int each)
{
    const struct player *player = &page->show->player;
    int at = page->area.column + page->label, cells = page->area.columns - page->label;
    struct strip_scale scale = {0, player->end, cells < STRIP_MOST ? cells : STRIP_MOST};
    put_axis(page, &scale);
    for (size_t i = page->from; i < page->to; i++) {
        const struct tape *tape = player->tapes[i];
        put_name(page, i);
        for (int thread = 0; thread < each; thread++, page->row++) {
            if (thread && (size_t)thread >= tape->thread_count)
                break;
            if (thread)
                canvas_format(page->canvas, page->row, page->area.column + 1, page->label - 2,
                              ROLE_DIM, "  thread %d", tape->threads[thread].number);
            if ((size_t)thread < tape->thread_count)
                span_row_draw(page->canvas, page->row, at, tape, &tape->threads[thread],
                              &scale);
            canvas_dye(page->canvas, page->row, at + strip_cell(&scale, player->time), 1,
                       ROLE_CURSOR);
        }
    }
}

/* --- totals and legend --- */

static void put_table(struct page *page, enum compare_table table)
{
    int at = page->area.column + page->label, most = page->area.columns - page->label;
    put_title(page, table == TABLE_IN_ALL ? "in all" : "per message");
    compare_table_titles(page->canvas, page->row++, at, most, table);
    for (size_t i = page->from; i < page->to; i++, page->row++) {
        put_name(page, i);
        compare_table_line(page->canvas, page->row, at, most, table,
                           &page->show->player.tapes[i]->survey);
    }
}

static bool present(const struct player *player, enum phase_kind kind)
{
    for (size_t i = 0; i < player->tape_count; i++)
        if (player->tapes[i]->survey.present[kind])
            return true;
    return false;
}

/* In the last row: each glyph that can be above, as long as there is room. */
static void put_legend(const struct page *page)
{
    int row = page->area.row + page->area.rows - 1, used = 1;
    for (int kind = 0; kind < PHASE_KIND_COUNT; kind++) {
        const char *name = kind == PHASE_COPY ? "copy" : phase_name((enum phase_kind)kind);
        int width = 2 + (int)strlen(name), column = page->area.column + used;
        if (kind == PHASE_WAIT || !present(&page->show->player, (enum phase_kind)kind) ||
            used + width > page->area.columns)
            continue;
        canvas_point(page->canvas, row, column, canvas_role_of((enum phase_kind)kind),
                     (unsigned char)phase_glyph((enum phase_kind)kind));
        canvas_text(page->canvas, row, column + 2, width - 2, ROLE_PLAIN, name);
        used += width + 2;
    }
}

static void put_invitation(struct page *page)
{
    canvas_text(page->canvas, page->row++, page->area.column + 1, page->area.columns - 1,
                ROLE_CAPTION, "One run alone. Several side by side: iolab show 01 02 03");
}

/* --- the page --- */

/* The chosen tape is among those that there is room for. */
static void window(struct page *page, size_t room)
{
    const struct player *player = &page->show->player;
    room = room < player->tape_count ? room : player->tape_count;
    page->from = player->chosen + 1 > room ? player->chosen + 1 - room : 0;
    page->to = page->from + room;
}

/* Totals beside the messages: all that fits where a line a tape is all that there is. */
static void put_brief(struct page *page, int rows)
{
    page->beside = true;
    window(page, rows > 1 ? (size_t)rows - 1 : 0);
    put_messages(page);
}

static void put_full(struct page *page, int rows)
{
    int block = (int)page->show->player.tape_count + 1, spare = rows - 2 * block;
    int count = (int)page->show->player.tape_count;
    bool alone = count == 1 && spare-- > 0;
    bool totals = spare >= block, strips = spare >= 2 * block;
    spare -= (totals + strips) * block;
    int each = strips ? spare / count + 1 : 0;
    each = each < THREADS_MOST ? each : THREADS_MOST;
    spare -= strips ? (each - 1) * count : 0;
    window(page, (size_t)count);
    put_messages(page);
    if (strips && spare-- > 0)
        put_rule(page);
    if (strips)
        put_strips(page, each);
    if (spare-- > 0)
        put_rule(page);
    put_table(page, TABLE_PER_MESSAGE);
    if (totals)
        put_table(page, TABLE_IN_ALL);
    if (alone)
        put_invitation(page);
}

static void draw(const struct show *show, struct canvas *canvas, struct canvas_area area)
{
    int count = (int)show->player.tape_count, rows = area.rows;
    struct page page = {.show = show, .canvas = canvas, .area = area, .row = area.row};
    if (area.rows < 2 || area.columns < LABEL_LEAST || count == 0)
        return;
    for (int i = 0; i < count; i++)
        page.messages[i] = compare_message_at(show->player.tapes[i], show->player.time);
    page.label = label_width(&show->player, area.columns);
    if (rows >= count + 2 || rows > 4) {
        put_legend(&page);
        rows--;
    }
    if (rows < 2 * (count + 1))
        put_brief(&page, rows);
    else
        put_full(&page, rows);
}

const struct view view_compare = {.key = '3', .name = "compare", .draw = draw};
