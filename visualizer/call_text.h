/*
 * Text in a buffer that is cut off where it is full. By hand and not by printf: with a filter,
 * tens of thousands of lines are made for one screen.
 */
#ifndef IOLAB_VISUALIZER_CALL_TEXT_H
#define IOLAB_VISUALIZER_CALL_TEXT_H

#include "event/event.h"

struct call_text {
    char *text; /* always a string */
    size_t used, room;
};

/* A line in two parts: where there is no room for both, the head is cut rather than the first
   `kept` bytes of the tail. */
struct call_parts {
    struct call_text head, tail;
    size_t kept;
};

void call_put(struct call_text *to, const char *text);
void call_put_number(struct call_text *to, int64_t number);

/* A number between two texts. */
void call_put_between(struct call_text *to, const char *before, int64_t number,
                      const char *behind);

/* Nothing at all when `text` is NULL or empty. */
void call_put_maybe(struct call_text *to, const char *before, const char *text,
                    const char *behind);

/* "5<conn 1>" */
void call_put_fd(struct call_text *to, int64_t fd, int connection);

/* Lines of all that is no system call (call_line_other.c). */
void call_line_other(struct call_parts *parts, const struct event *event);

/* "IORING_OP_RECV(5<conn 1>, 4096, MULTISHOT" and " = -1 EAGAIN" (call_line.c). */
void call_put_call(struct call_text *to, const struct event *event);
void call_put_result(struct call_text *to, const struct event *event);

#endif
