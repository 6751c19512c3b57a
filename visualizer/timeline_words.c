/* What stands below the lanes: the legend, and the span under the cursor in words. */
#include <inttypes.h>
#include <string.h>

#include "visualizer/axis.h"
#include "visualizer/phrase.h"
#include "visualizer/timeline.h"

/* --- legend --- */

struct entry {
    const char *name;
    enum canvas_role role;
    char glyph;
};

#define ENTRIES (PHASE_KIND_COUNT + 3)

static size_t entries_of(const struct tape *tape, struct entry entries[ENTRIES])
{
    size_t count = 0;
    for (int i = 0; i < PHASE_KIND_COUNT; i++) {
        enum phase_kind kind = (enum phase_kind)i;
        if (tape->survey.present[kind])
            entries[count++] =
                (struct entry){phase_name(kind), canvas_role_of(kind), phase_glyph(kind)};
    }
    if (tape->connection_count)
        entries[count++] = (struct entry){"not asked for data", ROLE_DIM, STRIP_IDLE};
    if (tape->mark_count)
        entries[count++] = (struct entry){"mark", ROLE_KEY, 'M'};
    if (tape->survey.failed)
        entries[count++] = (struct entry){"failed here", ROLE_BAD, 'F'};
    return count;
}

int timeline_legend(const struct timeline *line, int row, int rows, bool draws)
{
    struct entry entries[ENTRIES];
    size_t count = entries_of(line->tape, entries);
    int at = 1, used = count > 0;
    for (size_t i = 0; i < count; i++) {
        int wide = 2 + (int)strlen(entries[i].name);
        if (at > 1 && at + wide > line->area.columns) {
            at = 1;
            used++;
        }
        if (used > rows)
            return rows;
        int column = line->area.column + at, most = line->area.columns - at;
        if (draws) {
            canvas_point(line->canvas, row + used - 1, column, entries[i].role,
                         (uint32_t)entries[i].glyph);
            canvas_text(line->canvas, row + used - 1, column + 2, most - 2, ROLE_PLAIN,
                        entries[i].name);
        }
        at += wide + 2;
    }
    return used;
}

/* --- the span under the cursor --- */

struct words {
    const struct timeline *line;
    const struct tape_lane *lane;
    char name[32]; /* "thread 1" */
    int row, end;
};

static void say(struct words *words, enum canvas_role role, const char *text)
{
    struct canvas_area area = words->line->area;
    area.row = words->row;
    area.column++;
    area.columns--;
    area.rows = words->end - words->row;
    words->row += canvas_wrap(words->line->canvas, area, role, text);
}

static void say_nothing(struct words *words)
{
    const struct timeline *line = words->line;
    bool thread = timeline_is_thread(line->tape, line->chosen);
    const char *what = "open, and the server does not ask for its data";
    char text[128];
    if (line->now + line->tape->origin < words->lane->from)
        what = thread ? "it has not begun yet" : "nobody has accepted it yet";
    else if (thread || line->now + line->tape->origin > words->lane->to)
        what = thread ? "it has ended" : "the server is done with it";
    snprintf(text, sizeof text, "%s: %s", words->name, what);
    say(words, ROLE_PLAIN, text);
}

/* "thread 1: blocked in recv on conn 2, 49.9 ms (+- 12.0 us)" */
static void say_span(struct words *words, const struct phase *span)
{
    char text[256], call[64] = "", whose[48] = "", length[PHRASE_TIME], error[PHRASE_TIME];
    bool thread = timeline_is_thread(words->line->tape, words->line->chosen);
    if (span->call)
        snprintf(call, sizeof call, " in %.48s", span->call);
    if (thread && span->connection)
        snprintf(whose, sizeof whose, " on conn %d", span->connection);
    if (!thread && span->thread)
        snprintf(whose, sizeof whose, " by thread %d", span->thread);
    snprintf(text, sizeof text, "%s: %s%s%s, %s (+- %s)", words->name, phase_name(span->kind),
             call, whose, phrase_time(length, span->end - span->begin),
             phrase_time(error, span->uncertainty));
    say(words, ROLE_PLAIN, text);
}

static void say_boundaries(struct words *words, const struct phase *span)
{
    char text[256], begin[AXIS_TIME], end[AXIS_TIME];
    int64_t origin = words->line->tape->origin;
    snprintf(text, sizeof text, "from %s (%s) to %s (%s)",
             axis_time(begin, span->begin - origin, 1000), phase_source_name(span->begin_from),
             axis_time(end, span->end - origin, 1000), phase_source_name(span->end_from));
    say(words, ROLE_PLAIN, text);
}

/* What the lane has been in since the script began; glyphs are those of the legend above. */
static void say_so_far(struct words *words)
{
    struct tape_stretch past;
    struct canvas_area area = words->line->area;
    char text[256] = "so far (times): ", length[PHRASE_TIME];
    size_t used = strlen(text), before = used;
    int64_t origin = words->line->tape->origin;
    tape_stretch(words->lane, origin, words->line->now + origin, &past);
    for (int i = 0; i < PHASE_KIND_COUNT; i++) {
        if (past.spans[i] == 0)
            continue;
        double time = past.cover[i] < 1e18 ? past.cover[i] : 1e18;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%c %s (%zu)",
                                 used > before ? ", " : "", phase_glyph((enum phase_kind)i),
                                 phrase_time(length, (int64_t)time), past.spans[i]);
    }
    if (used > before && words->row < words->end)
        canvas_text(words->line->canvas, words->row, area.column + 1, area.columns - 1,
                    ROLE_DIM, text);
}

void timeline_words(const struct timeline *line, int row, int rows)
{
    struct words words = {.line = line, .row = row, .end = row + rows};
    if (timeline_lane_count(line->tape) == 0)
        return;
    words.lane = timeline_lane(line->tape, line->chosen);
    snprintf(words.name, sizeof words.name, "%s %d",
             timeline_is_thread(line->tape, line->chosen) ? "thread" : "conn",
             words.lane->number);
    const struct phase *span = tape_doing(words.lane, line->now + line->tape->origin);
    if (span) {
        say_span(&words, span);
        say_boundaries(&words, span);
    } else {
        say_nothing(&words);
    }
    say_so_far(&words);
}
