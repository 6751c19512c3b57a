/* See call_text.h. */
#include "visualizer/call_text.h"

#include <string.h>

void call_put(struct call_text *to, const char *text)
{
    size_t size = strnlen(text, to->room - to->used - 1);
    memcpy(to->text + to->used, text, size);
    to->used += size;
    to->text[to->used] = '\0';
}

void call_put_number(struct call_text *to, int64_t number)
{
    char digits[24], *at = digits + sizeof digits;
    uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
    *--at = '\0';
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (number < 0)
        *--at = '-';
    call_put(to, at);
}

void call_put_between(struct call_text *to, const char *before, int64_t number,
                      const char *behind)
{
    call_put(to, before);
    call_put_number(to, number);
    call_put(to, behind);
}

void call_put_maybe(struct call_text *to, const char *before, const char *text,
                    const char *behind)
{
    if (!text || !*text)
        return;
    call_put(to, before);
    call_put(to, text);
    call_put(to, behind);
}

void call_put_fd(struct call_text *to, int64_t fd, int connection)
{
    call_put_number(to, fd);
    if (connection > 0)
        call_put_between(to, "<conn ", connection, ">");
}
