/* Pages for a test: a report that is hostile in every text, and a look at what became of it. */
#ifndef IOLAB_TESTS_PAGED_H
#define IOLAB_TESTS_PAGED_H

#include <ctype.h>

#include "grading/pages/pages.h"
#include "grading/tests/graded.h"

/* Each would do something if it were not escaped, as markup, in an attribute, in a style, in an
   address, on a terminal, in a spreadsheet, to the direction of writing. */
#define PAGED_HOSTILE                                                                          \
    "<script>document.title='HARM'</script>\"><img src=x onerror=\"document.title='HARM'\">"   \
    "' onmouseover='document.title=1' x='</title></style></pre></code>--><!--]]><![CDATA["     \
    "<svg/onload=document.title='HARM'><a href=\"javascript:document.title='HARM'\">x</a>"     \
    "<iframe srcdoc=\"&lt;script&gt;\"></iframe><meta http-equiv=refresh content=\"0;url=x\">" \
    "\x1b[2J\x1b]0;HARM\x07\r\x08\x7f\xc2\x85\xe2\x80\xae\xe2\x81\xa6\xef\xbf\xbe\xef\xbf\xbf" \
    "=cmd|'/c calc'!A1\n@SUM(1)\t&amp;&#60;"

/* Bytes that are no UTF-8. */
#define PAGED_WRONG "\xff\xc0\xaf\xed\xa0\x80"

static bool paged_valid; /* leave them and NULs out, as the gradebook does */

/* A JSON string of it, with NULs, and `more` bytes behind. */
static inline json_t *paged_string(size_t more)
{
    char begin[] = "a\0<script>b\0" PAGED_HOSTILE PAGED_WRONG;
    if (paged_valid) {
        memset(begin + sizeof begin - sizeof PAGED_WRONG, '!', sizeof PAGED_WRONG - 1);
        for (char *nul = begin;
             (nul = memchr(nul, '\0', (size_t)(begin + sizeof begin - 1 - nul)));)
            *nul = '!';
    }
    size_t size = sizeof begin - 1 + more;
    char *text = malloc(size + 1);
    assert_non_null(text);
    memcpy(text, begin, sizeof begin - 1);
    for (size_t i = sizeof begin - 1; i < size; i++)
        text[i] = "<A\">"[i % 4];
    json_t *json = json_stringn_nocheck(text, size);
    free(text);
    return json;
}

static inline json_t *paged_events(int count, size_t more)
{
    json_t *list = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:i, s:f, s:o}", "event", i, "time", 0.1 * i,
                                              "text", paged_string(more)));
    return list;
}

static inline json_t *paged_check(int number, const char *status, bool hidden, json_t *name,
                                  json_t *message)
{
    char recording[64];
    snprintf(recording, sizeof recording, "/elsewhere/%02d.iorec", number);
    return json_pack(
        "{s:i, s:o, s:s, s:f, s:f, s:b, s:o, s:n, s:f, s:s, s:{s:[], s:n, s:[], s:[]}}",
        "number", number, "name", name, "status", status, "points",
        strcmp(status, "pass") == 0 ? 2.0 : 0.0, "max_points", 2.0, "hidden", hidden, "message",
        message, "hint", "duration", 0.5, "recording", recording, "evidence", "steps",
        "difference", "asleep", "calls");
}

/* Every text of it is hostile, some are a megabyte long. */
static inline json_t *paged_hostile(bool built)
{
    static const char *const statuses[] = {"pass", "fail", "error", "not_observed", "other"};
    json_t *checks = json_array();
    for (int i = 0; i < 30; i++) {
        json_t *check = paged_check(i * 4, statuses[i % 5], i % 7 == 0, paged_string(0),
                                    paged_string(i == 1 ? 1 << 20 : 0));
        json_object_set_new(check, "hint", paged_string(i == 1 ? 1 << 20 : 0));
        json_object_set_new(
            check, "evidence",
            json_pack("{s:o, s:o, s:o, s:o}", "steps", paged_events(3, i == 1 ? 1 << 20 : 0),
                      "difference", paged_string(i == 1 ? 1 << 20 : 0), "asleep",
                      paged_events(2, 0), "calls", paged_events(i == 1 ? 300 : 2, 0)));
        json_object_set_new(check, "recording", paged_string(0));
        json_array_append_new(checks, check);
    }
    return json_pack("{s:s, s:s, s:o, s:b, s:o, s:o}", "schema", "iolab-report/1", "lab",
                     GRADED_LAB, "title", paged_string(0), "built", built, "build",
                     paged_string(1 << 20), "checks", checks);
}

static inline struct mark paged_mark(const char *key, const char *name)
{
    return (struct mark){.student = (char *)key,
                         .id = (char *)key,
                         .name = (char *)name,
                         .section = "",
                         .listed = true,
                         .submitted = true,
                         .attempt = 1,
                         .official = true,
                         .points = 50,
                         .mark = 50,
                         .reason = "",
                         .by = "",
                         .why = ""};
}

/* --- looking --- */

static inline char *paged_read(const char *folder, const char *path)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", folder, path);
    FILE *in = fopen(full, "re");
    if (!in)
        fail_msg("%s is not there", full);
    size_t room = 8 << 20;
    char *text = malloc(room);
    assert_non_null(text);
    size_t size = fread(text, 1, room - 1, in);
    text[size] = '\0';
    fclose(in);
    assert_int_equal(strlen(text), size); /* no NUL */
    return text;
}

static inline void paged_lacks(const char *text, const char *part)
{
    const char *found = strcasestr(text, part);
    if (found)
        fail_msg("it has \"%s\": \"%.100s\"", part, found);
}

/* Only what has a picture, and newlines. */
static inline void paged_shows(const char *text)
{
    static const char *const turning[] = {"\xe2\x80\xae", "\xe2\x81\xa6", "\xc2\x85",
                                          "\xef\xbf\xbe", "\xef\xbf\xbf", "\xed\xa0\x80"};
    for (const char *byte = text; *byte; byte++)
        if ((iscntrl((unsigned char)*byte) && *byte != '\n') || (unsigned char)*byte == 0xFF)
            fail_msg("a byte %02x: \"%.60s\"", (unsigned)(unsigned char)*byte, byte);
    for (size_t i = 0; i < sizeof turning / sizeof *turning; i++)
        paged_lacks(text, turning[i]);
}

/* Each value of an attribute begins with one of ours. */
static inline void paged_addresses(const char *page, const char *attribute)
{
    static const char *const ours[] = {"data:image/svg+xml;base64,", "#check-", "../pages/"};
    for (const char *at = page; (at = strstr(at, attribute)) != NULL;) {
        bool good = false;
        at += strlen(attribute);
        for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
            good = good || strncmp(at, ours[i], strlen(ours[i])) == 0;
        if (!good)
            fail_msg("%s%.60s", attribute, at);
    }
}

/* xmllint's word on it. */
static inline void paged_well_formed(const char *page)
{
    FILE *out = popen("xmllint --noout --nonet - 2>&1", "w");
    assert_non_null(out);
    fputs(page, out);
    assert_int_equal(pclose(out), 0);
}

/* A page that can do nothing, whatever it was made of. */
static inline void paged_harmless(const char *page)
{
    paged_shows(page);
    paged_well_formed(page);
    static const char *const never[] = {"<script",      "javascript:", "<iframe",  "<svg",
                                        "<object",      "<embed",      "<form",    "<link",
                                        "<base",        "refresh=",    "onerror=", "onload=",
                                        "onmouseover=", "style=\""};
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        paged_lacks(page, never[i]);
    paged_addresses(page, " src=\"");
    paged_addresses(page, " href=\"");
    paged_addresses(page, " srcset=\"");
    assert_says(page, "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    assert_says(page, "<html lang=\"en\">");
}

#endif
