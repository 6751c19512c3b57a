/* Harmless text. See text.h. */
#include "grading/export/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define STORY_LINES 12 /* of each part; the last ones say most */
#define LINE_MOST   400

/* What stands for a code point: itself, or a sign that something was there. */
static uint32_t harmless(uint32_t code, bool lines)
{
    if (code == '\n' || code == '\t')
        return lines ? code : ' ';
    if ((code & 0xFFFE) == 0xFFFE) /* no character in any plane; forbidden in XML's first */
        return UTF8_WRONG;
    return utf8_shows(code) ? code : '?';
}

static char *clean(const char *text, size_t most, bool lines)
{
    char *made = NULL, bytes[4];
    size_t size = 0, used = 0;
    FILE *out = open_memstream(&made, &size);
    if (!out)
        return NULL;
    const char *all = text ? text : "", *rest = all;
    for (uint32_t code; (code = utf8_next(&rest)) != 0;) {
        size_t length = utf8_encode(harmless(code, lines), bytes);
        if (used + length > most) {
            fprintf(out, lines ? "\n(cut: %zu bytes in all)" : "... (cut)", strlen(all));
            break;
        }
        fwrite_unlocked(bytes, 1, length, out);
        used += length;
    }
    if (fclose(out) == 0)
        return made;
    free(made);
    return NULL;
}

char *export_text(const char *text, size_t most)
{
    return clean(text, most, true);
}

char *export_line(const char *text, size_t most)
{
    return clean(text, most, false);
}

const char *export_field(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

/* --- the story of a check --- */

static void put_line(FILE *out, const char *text)
{
    char *line = export_line(text, LINE_MOST);
    fprintf(out, "%s\n", line ? line : "");
    free(line);
}

/* The last lines of a list of evidence; `timed`: each with its moment. */
static void put_list(FILE *out, const char *title, const json_t *list, bool timed)
{
    size_t count = json_array_size(list);
    if (!count)
        return;
    fprintf(out, "%s\n", title);
    for (size_t i = count > STORY_LINES ? count - STORY_LINES : 0; i < count; i++) {
        const json_t *item = json_array_get(list, i);
        double time = json_number_value(json_object_get(item, "time"));
        if (timed && time >= 0 && time < 1e6)
            fprintf(out, "  %8.3f s  ", time);
        else
            fputs("  ", out);
        put_line(out, export_field(item, "text"));
    }
}

static void put_difference(FILE *out, const char *text)
{
    if (text[0])
        fprintf(out, "expected and got\n%s%s", text,
                text[strlen(text) - 1] == '\n' ? "" : "\n");
}

char *export_story(const json_t *check, bool hint, size_t most)
{
    char *told = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&told, &size);
    if (!out)
        return NULL;
    const json_t *evidence = json_object_get(check, "evidence");
    put_list(out, "what the clients did", json_object_get(evidence, "steps"), true);
    put_difference(out, export_field(evidence, "difference"));
    put_list(out, "where the server was at that moment", json_object_get(evidence, "asleep"),
             false);
    put_list(out, "the calls", json_object_get(evidence, "calls"), true);
    if (hint && export_field(check, "hint")[0]) {
        fputs("hint: ", out);
        put_line(out, export_field(check, "hint"));
    }
    char *story = fclose(out) == 0 ? export_text(told, most) : NULL;
    free(told);
    return story;
}
