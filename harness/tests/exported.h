/* What an export writes of a recording made by hand, as text: for its tests. */
#ifndef IOLAB_TESTS_EXPORTED_H
#define IOLAB_TESTS_EXPORTED_H

#include <string.h>

#include "tests/made.h"
#include "visualizer/export.h"

/* Waits 50 ms, is polled in vain, copies. */
static inline void exported_story(struct made *made)
{
    made_begin(made);
    made_thread(made, 1 * US, 1);
    made_step(made, 2 * US, 1 * US, "connect", 1, EVENT_NONE);
    struct event recv = made_enter(10 * MS, 1, "recv", 5, 1, EVENT_NO);
    recv.nonblocking = EVENT_YES;
    made_call(made, recv, recv.time + 10 * US, -1, EAGAIN);
    made_step(made, 60 * MS, 10 * US, "send", 1, 12);
    recv = made_enter(60 * MS + 20 * US, 1, "recv", 5, 1, EVENT_YES);
    made_call(made, recv, 60 * MS + 41 * US, 12, 0);
}

static inline void exported_failure(struct made *made, const char *text)
{
    struct event mark = event_make(EVENT_MARK), check = event_make(EVENT_CHECK);
    mark.time = 30 * MS + 2 * US;
    mark.detail = text;
    made_event(made, mark);
    check.time = 80 * MS + 2 * US;
    check.outcome = OUTCOME_TIMEOUT;
    check.detail = "it took too long";
    made_event(made, check);
}

/* Reads what was made; `check` and `message` as in a report. */
static inline struct tape *exported_tape(struct made *made, const char *check,
                                         const char *message)
{
    struct failure failure = {.text = ""};
    made_read(made);
    struct tape *tape = tape_open(made->path, check, message, &failure);
    if (!tape)
        fail_msg("%s", failure.text);
    return tape;
}

/* The caller frees it. */
static inline char *exported_call(const char *name, const struct export_call *call)
{
    char *text = NULL;
    size_t size = 0;
    const struct export_format *format = export_find(name);
    FILE *out = open_memstream(&text, &size);
    assert_non_null(format);
    assert_int_equal(format->write(out, call), 0);
    fclose(out);
    assert_int_equal(strlen(text), size); /* no NUL in it */
    return text;
}

static inline char *exported(const char *name, const struct tape *tape)
{
    return exported_call(name, &(struct export_call){.tape = tape});
}

static inline void exported_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in\n%s", part, text);
}

static inline size_t exported_count(const char *text, const char *part)
{
    size_t count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/* A frame for an asciicast; `context` counts them. */
static inline void exported_draw(void *context, struct canvas *canvas, int64_t time)
{
    int *frames = context;
    ++*frames;
    canvas_text(canvas, 1, 2, 20, ROLE_TITLE, "title");
    canvas_text(canvas, 2, 0, 20, ROLE_PLAIN, time < 40 * MS ? "before" : "behind");
}

#endif
