/* See export_strace.h: words of strace for what recordings say in theirs. */
#include <inttypes.h>
#include <string.h>

#include "visualizer/export_strace.h"

#define QUOTED_MOST 32 /* strace -s */

/* strace writes as few octal digits as it can: all three only before another digit. */
static void put_octal(FILE *out, unsigned char byte, bool before_digit)
{
    fprintf(out, before_digit ? "\\%03o" : "\\%o", byte);
}

static void put_byte(FILE *out, unsigned char byte, bool before_digit)
{
    static const char names[] = "\tt\nn\vv\ff\rr";
    const char *name = byte ? memchr(names, byte, sizeof names - 1) : NULL;
    if (name && (name - names) % 2 == 0)
        fprintf(out, "\\%c", name[1]);
    else if (byte < 0x20 || byte >= 0x7f)
        put_octal(out, byte, before_digit);
    else
        fputc(byte, out);
}

void strace_put(FILE *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (size - i >= 3 && memcmp(text + i, "…", 3) == 0) { /* the tracer's own */
            fputs("...", out);
            i += 2;
            continue;
        }
        put_byte(out, (unsigned char)text[i],
                 i + 1 < size && text[i + 1] >= '0' && text[i + 1] <= '7');
    }
}

void strace_name(FILE *out, const char *name)
{
    strace_put(out, name ? name : "?", name ? strlen(name) : 1);
}

void strace_quoted(FILE *out, const char *data, size_t size, int64_t whole)
{
    size_t shown = size < QUOTED_MOST ? size : QUOTED_MOST;
    fputc('"', out);
    for (size_t i = 0; i < shown; i++) {
        if (data[i] == '"' || data[i] == '\\')
            fputc('\\', out);
        put_byte(out, (unsigned char)data[i],
                 i + 1 < shown && data[i + 1] >= '0' && data[i + 1] <= '7');
    }
    fputs(whole > (int64_t)shown ? "\"..." : "\"", out);
}

const char *strace_word(const char **at, size_t *size)
{
    const char *word = *at ? *at + strspn(*at, " ") : NULL;
    if (!word || !*word)
        return NULL;
    *size = strcspn(word, " ");
    *at = word + *size;
    return word;
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

void strace_flags(FILE *out, const char *flags, size_t size, const char *prefix)
{
    while (size) {
        const char *bar = memchr(flags, '|', size);
        size_t length = bar ? (size_t)(bar - flags) : size;
        fprintf(out, "%s", length && digit(*flags) ? "" : prefix);
        strace_put(out, flags, length);
        if (!bar)
            return;
        fputc('|', out);
        flags += length + 1;
        size -= length + 1;
    }
}

/* --- structures --- */

/* The next "5:IN" of a list in braces: its descriptor, and its events. */
static const char *poll_next(const char **at, size_t *descriptor, size_t *size)
{
    const char *word = strace_word(at, size);
    if (!word)
        return NULL;
    if (*word == '{') {
        word++;
        --*size;
    }
    *size -= *size && word[*size - 1] == '}';
    const char *colon = memchr(word, ':', *size);
    *descriptor = colon ? (size_t)(colon - word) : *size;
    return *size ? word : NULL;
}

static void put_events(FILE *out, const char *word, size_t descriptor, size_t size,
                       const char *prefix)
{
    if (descriptor + 1 < size)
        strace_flags(out, word + descriptor + 1, size - descriptor - 1, prefix);
    else
        fputc('0', out);
}

size_t strace_polls(FILE *out, const char *list, const char *what)
{
    size_t count = 0, descriptor, size;
    fputc('[', out);
    for (const char *word; (word = poll_next(&list, &descriptor, &size)); count++) {
        fputs(count ? ", {fd=" : "{fd=", out);
        strace_put(out, word, descriptor);
        fprintf(out, ", %s=", what);
        put_events(out, word, descriptor, size, "POLL");
        fputc('}', out);
    }
    fputc(']', out);
    return count;
}

void strace_epolls(FILE *out, const char *list)
{
    size_t count = 0, descriptor, size;
    fputc('[', out);
    for (const char *word; (word = poll_next(&list, &descriptor, &size)); count++) {
        fputs(count ? ", {events=" : "{events=", out);
        put_events(out, word, descriptor, size, "EPOLL");
        fputs(", data={fd=", out);
        strace_put(out, word, descriptor);
        fputs("}}", out);
    }
    fputc(']', out);
}

void strace_address(FILE *out, const char *address)
{
    const char *colon = address ? strrchr(address, ':') : NULL;
    if (!colon) {
        fputs("...", out);
        return;
    }
    fputs("{sa_family=AF_INET, sin_port=htons(", out);
    strace_put(out, colon + 1, strlen(colon + 1));
    fputs("), sin_addr=inet_addr(\"", out);
    strace_put(out, address, (size_t)(colon - address));
    fputs("\")}", out);
}

void strace_time(FILE *out, int64_t ns, const char *unit)
{
    int64_t part = unit[0] == 'u' ? 1000 : 1;
    if (ns == EVENT_FOREVER)
        fputs("NULL", out);
    else if (ns < 0)
        fputs("...", out);
    else
        fprintf(out, "{tv_sec=%" PRId64 ", tv_%s=%" PRId64 "}", ns / 1000000000, unit,
                ns % 1000000000 / part);
}

/* --- arguments that many calls have --- */

const char *strace_detail_of(const struct event *event)
{
    return event && event->detail ? event->detail : "";
}

void strace_detail(FILE *out, const char *detail, const char *otherwise)
{
    if (!detail || !*detail)
        fputs(otherwise, out);
    else
        strace_put(out, detail, strlen(detail));
}

/* What is left of a detail: its words as arguments, each behind ", ". */
void strace_words(FILE *out, const char *at)
{
    size_t size;
    for (const char *word; (word = strace_word(&at, &size));) {
        fputs(", ", out);
        strace_signal(out, word, size); /* F_SETSIG has one */
    }
}

void strace_fd(FILE *out, const struct strace_call *call)
{
    fprintf(out, "%d", call->enter->fd);
}

void strace_fd_more(FILE *out, const struct strace_call *call)
{
    fprintf(out, "%d, ", call->enter->fd);
}

void strace_fd_words(FILE *out, const struct strace_call *call)
{
    strace_fd(out, call);
    strace_words(out, call->enter->detail);
}

void strace_nothing(FILE *out, const struct strace_call *call)
{
    (void)out;
    (void)call;
}
