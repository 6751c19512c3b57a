/*
 * Marks as CSV, RFC 4180: UTF-8, lines end in CRLF, one line a student, a header line. Texts are
 * always quoted. What a spreadsheet would take for a formula gets a ' before it (OWASP, "CSV
 * Injection"), and what has no picture becomes a blank, so that no cell is two lines, moves a
 * terminal's cursor or turns the direction of what follows.
 */
#include "base/utf8.h"
#include "grading/book/late.h"
#include "grading/book/store.h"
#include "grading/result/whole.h"

/* --- cells --- */

/* Two of those without a picture join or part letters in names (Persian, Hindi). */
static bool kept(uint32_t code)
{
    return utf8_shows(code) || code == 0x200C || code == 0x200D;
}

static bool blank(uint32_t code)
{
    return code == ' ' || code == 0xA0 || code == 0x3000 || (code && !utf8_shows(code));
}

/* The first sign counts, also behind blanks, and also in full width, which some take for the same. */
static bool formula(const char *text)
{
    static const uint32_t signs[] = {'=', '+', '-', '@', 0xFF1D, 0xFF0B, 0xFF0D, 0xFF20};
    uint32_t code = utf8_next(&text);
    while (blank(code))
        code = utf8_next(&text);
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (code == signs[i])
            return true;
    return false;
}

static void put_text(FILE *out, const char *text)
{
    fputs(formula(text) ? "\"'" : "\"", out);
    for (uint32_t code; (code = utf8_next(&text)) != 0;) {
        if (code == '"')
            fputc('"', out);
        utf8_put(out, kept(code) ? code : ' ');
    }
    fputc('"', out);
}

static void put_number(FILE *out, double number)
{
    char text[32];
    marks_number(number, text);
    fputs(text, out);
}

static void put_flag(FILE *out, bool flag)
{
    fputs(flag ? "yes" : "no", out);
}

/* --- columns --- */

#define TEXT_COLUMN(field)                                                                     \
    static void put_##field(FILE *out, const struct mark *mark)                                \
    {                                                                                          \
        put_text(out, mark->field);                                                            \
    }
#define FLAG_COLUMN(field)                                                                     \
    static void put_##field(FILE *out, const struct mark *mark)                                \
    {                                                                                          \
        put_flag(out, mark->field);                                                            \
    }
/* A number that there is only when there is a final attempt. */
#define EARNED_COLUMN(field)                                                                   \
    static void put_##field(FILE *out, const struct mark *mark)                                \
    {                                                                                          \
        if (mark->attempt > 0)                                                                 \
            put_number(out, mark->field);                                                      \
    }

TEXT_COLUMN(id)
TEXT_COLUMN(name)
TEXT_COLUMN(section)
TEXT_COLUMN(reason)
TEXT_COLUMN(by)
TEXT_COLUMN(why)
TEXT_COLUMN(student)
FLAG_COLUMN(listed)
FLAG_COLUMN(submitted)
EARNED_COLUMN(points)
EARNED_COLUMN(days)
EARNED_COLUMN(penalty)
EARNED_COLUMN(attempt)

static void put_mark(FILE *out, const struct mark *mark)
{
    if (!marks_waiting(mark))
        put_number(out, mark->mark);
}

static void put_override(FILE *out, const struct mark *mark)
{
    if (mark->overridden)
        put_number(out, mark->override_points);
}

static void put_state(FILE *out, const struct mark *mark)
{
    fputs(mark->attempt > 0 ? result_state_name(mark->state)
          : mark->submitted ? "waiting"
                            : "missing",
          out);
}

static void put_official(FILE *out, const struct mark *mark)
{
    if (mark->attempt > 0)
        put_flag(out, mark->official);
}

static const struct {
    const char *name;
    void (*put)(FILE *out, const struct mark *mark);
} columns[] = {
    {"student", put_id},      {"name", put_name},         {"section", put_section},
    {"mark", put_mark},       {"points", put_points},     {"late", put_days},
    {"penalty", put_penalty}, {"override", put_override}, {"reason", put_reason},
    {"by", put_by},           {"state", put_state},       {"official", put_official},
    {"attempt", put_attempt}, {"listed", put_listed},     {"submitted", put_submitted},
    {"why", put_why},         {"key", put_student},
};

/* --- lines --- */

static int write_lines(FILE *out, const void *what)
{
    const struct marks *marks = what;
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        fprintf(out, "%s%s", i ? "," : "", columns[i].name);
    for (size_t line = 0; line < marks->count; line++)
        for (size_t i = 0; i < sizeof columns / sizeof *columns; i++) {
            fputs(i ? "," : "\r\n", out);
            columns[i].put(out, &marks->all[line]);
        }
    return fputs("\r\n", out) == EOF ? -1 : 0;
}

int marks_write_csv(const struct marks *marks, const char *path, struct failure *failure)
{
    return whole_write(path, write_lines, marks, failure);
}
