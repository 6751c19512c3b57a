/* Times, lengths, calls and steps in words. See words.h. */
#include "judge/words.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define DETAIL_MOST 44 /* bytes of free text in one line */

char *words_format(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return length < 0 ? NULL : text;
}

struct words words_moment(int64_t time)
{
    struct words words;
    snprintf(words.text, sizeof words.text, "%.3f s", (double)time / 1e9);
    return words;
}

struct words words_length(int64_t length)
{
    struct words words;
    double seconds = (double)length / 1e9;
    if (length >= 10 * CLOCK_SECOND)
        snprintf(words.text, sizeof words.text, "%.0f s", seconds);
    else if (length >= CLOCK_SECOND)
        snprintf(words.text, sizeof words.text, "%.1f s", seconds);
    else if (length >= 10 * CLOCK_MILLISECOND)
        snprintf(words.text, sizeof words.text, "%.0f ms", seconds * 1e3);
    else
        snprintf(words.text, sizeof words.text, "%.2f ms", seconds * 1e3);
    return words;
}

struct words words_bytes(int64_t bytes)
{
    struct words words;
    snprintf(words.text, sizeof words.text, "%" PRId64 " byte%s", bytes, bytes == 1 ? "" : "s");
    return words;
}

/* A name out of a recording: cut, and anything unusual in it made visible. */
static void put_clean(FILE *out, const char *text, size_t most)
{
    size_t i = 0;
    for (; i < most && text[i]; i++)
        fputc(isprint((unsigned char)text[i]) ? text[i] : '?', out);
    if (text[i])
        fputs("...", out);
}

struct words words_name(const struct event *enter)
{
    struct words words;
    char name[32];
    snprintf(name, sizeof name, "%s", enter->call ? enter->call : "?");
    for (char *c = name; *c; c++)
        *c = isprint((unsigned char)*c) ? *c : '?';
    if (enter->fd >= 0)
        snprintf(words.text, sizeof words.text, "%s(%d)", name, enter->fd);
    else
        snprintf(words.text, sizeof words.text, "%s", name);
    return words;
}

/* A class by its best known call; "fcntl with F_SETSIG". */
static void call_words(char *text, size_t size, const char *name)
{
    static const char *const classes[][2] = {
        {"@receive", "recv or the like"},
        {"@send", "send or the like"},
        {"@accept", "accept"},
        {"@wait", "select, poll or epoll_wait"},
        {"@sleep", "nanosleep or the like"},
        {"@thread", "pthread_create"},
        {"@process", "fork"},
        {"@lock", "futex"},
        {"@signal", "sigsuspend, pause or sigwaitinfo"},
        {"@ring", "an operation of io_uring"},
    };
    const char *word = strchr(name, ':');
    if (word) {
        snprintf(text, size, "%.*s with %s", (int)(word - name), name, word + 1);
        return;
    }
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++)
        if (strcmp(classes[i][0], name) == 0)
            name = classes[i][1];
    snprintf(text, size, "%s", name);
}

struct long_words words_calls(const char *name)
{
    struct long_words words = {""};
    char one[48];
    size_t used = 0;
    while (*name && used < sizeof words.text) {
        size_t length = strcspn(name, "|");
        snprintf(one, sizeof one, "%.*s", (int)(length < 47 ? length : 47), name);
        if (used)
            used += (size_t)snprintf(words.text + used, sizeof words.text - used, " or ");
        if (used < sizeof words.text)
            call_words(words.text + used, sizeof words.text - used, one);
        used = strlen(words.text);
        name += length + (name[length] == '|');
    }
    return words;
}

static void quote_byte(FILE *out, unsigned char byte)
{
    static const char plain[] = "\a\b\t\n\v\f\r\"\\", escaped[] = "abtnvfr\"\\";
    const char *found = byte ? strchr(plain, byte) : NULL;
    if (found)
        fprintf(out, "\\%c", escaped[found - plain]);
    else if (isprint(byte))
        fputc(byte, out);
    else
        fprintf(out, "\\x%02x", byte);
}

void words_quote(FILE *out, const char *data, size_t size, size_t most)
{
    fputc('"', out);
    for (size_t i = 0; i < size && i < most; i++)
        quote_byte(out, (unsigned char)data[i]);
    fputs(size > most ? "\"..." : "\"", out);
}

/* The arguments: what the schema decodes, else descriptor and size. */
static void put_arguments(FILE *out, const struct event *enter)
{
    const char *separator = "";
    fputc('(', out);
    if (enter->fd >= 0) {
        fprintf(out, "%d", enter->fd);
        separator = ", ";
    }
    if (enter->bytes >= 0 && call_is_transfer(&(struct call){.enter = enter})) {
        fprintf(out, "%s%" PRId64, separator, enter->bytes);
        separator = ", ";
    }
    if (enter->detail) {
        fputs(separator, out);
        put_clean(out, enter->detail, DETAIL_MOST);
    }
    fputc(')', out);
}

static void put_result(FILE *out, const struct view *view, const struct call *call)
{
    struct words length = words_length(call_length(view, call));
    if (!call->leave) {
        fprintf(out, " has not come back for %s", length.text);
        return;
    }
    if (call->leave->error)
        fprintf(out, " = %s", event_errno_name(call->leave->error));
    else
        fprintf(out, " = %" PRId64, call->leave->result);
    if (call->leave->detail && !call->leave->error) {
        fputc(' ', out);
        put_clean(out, call->leave->detail, DETAIL_MOST);
    }
    if (call->refused)
        fputs(" (made to fail by the harness)", out);
    else if (call_slept(view, call) == EVENT_YES)
        fprintf(out, ", asleep %s", length.text);
}

static void put_connection(FILE *out, const struct call *call)
{
    if (call->enter->connection > 0)
        fprintf(out, " on connection %d", call->enter->connection);
}

/* An operation is of no thread: it is handed in, and some time later it has been completed. What
   became of it stands first: who shows lines at a screen's width cuts their ends. */
static void put_completion(FILE *out, const struct view *view, const struct call *call)
{
    const struct event *complete = call->leave;
    const struct operation *operation =
        operations_of(&view->operations, view->recording, call->enter);
    if (!complete)
        fputs(" not completed", out);
    else if (complete->error)
        fprintf(out, " = %s", event_errno_name(complete->error));
    else
        fprintf(out, " = %" PRId64, complete->result);
    if (complete && operation && operation->completions > 1)
        fprintf(out, " (and %zu more)", operation->completions - 1);
    if (call->refused)
        fputs(" (made to fail by the harness)", out);
    if (complete)
        fprintf(out, " at %s", words_moment(complete->time).text);
    put_connection(out, call);
    fprintf(out, ", submitted at %s", words_moment(call->enter->time).text);
}

char *words_call(const struct view *view, const struct call *call)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (!out)
        return NULL;
    if (!call_is_operation(call))
        fprintf(out, "thread %d: ", call->enter->thread);
    put_clean(out, call->enter->call, 32);
    put_arguments(out, call->enter);
    if (call_is_operation(call)) {
        put_completion(out, view, call);
    } else {
        put_connection(out, call);
        put_result(out, view, call);
    }
    fclose(out);
    return text;
}
