/*
 * An event as a line of JSON, by hand: no allocation, no printf. Fields at their default are
 * left out. Text must come out as valid UTF-8 whatever a watched program put into it: bytes
 * that are none become U+FFFD. Payload is bytes, not text: byte b becomes U+00bb, so that a
 * reader gets every byte back.
 */
#include "event/line.h"

#include <string.h>

#define NUMBERS_ROOM 1024 /* all keys, numbers and names of one line */
#define ESCAPED_MOST 6    /* "\u0000" */

static const char hex[] = "0123456789abcdef";

static char *put_text(char *at, const char *text)
{
    size_t size = strlen(text);
    memcpy(at, text, size);
    return at + size;
}

static char *put_unsigned(char *at, uint64_t value)
{
    char digits[20];
    int count = 0;
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (count)
        *at++ = digits[--count];
    return at;
}

static char *put_signed(char *at, int64_t value)
{
    if (value >= 0)
        return put_unsigned(at, (uint64_t)value);
    *at++ = '-';
    return put_unsigned(at, -(uint64_t)value);
}

static char *put_escape(char *at, unsigned char byte)
{
    switch (byte) {
    case '"':
        return put_text(at, "\\\"");
    case '\\':
        return put_text(at, "\\\\");
    case '\n':
        return put_text(at, "\\n");
    case '\r':
        return put_text(at, "\\r");
    case '\t':
        return put_text(at, "\\t");
    default:
        at = put_text(at, "\\u00");
        *at++ = hex[byte >> 4];
        *at++ = hex[byte & 15];
        return at;
    }
}

static bool plain(unsigned char byte)
{
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

/* The length of the UTF-8 sequence at `text`, 0 when there is none (RFC 3629, section 4). */
static size_t utf8_length(const unsigned char *text)
{
    static const struct {
        unsigned char first_low, first_high, second_low, second_high;
        size_t length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3}, {0xe1, 0xec, 0x80, 0xbf, 3},
        {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3}, {0xf0, 0xf0, 0x90, 0xbf, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (text[0] < rows[i].first_low || text[0] > rows[i].first_high)
            continue;
        if (text[1] < rows[i].second_low || text[1] > rows[i].second_high)
            return 0;
        for (size_t more = 2; more < rows[i].length; more++)
            if (text[more] < 0x80 || text[more] > 0xbf)
                return 0;
        return rows[i].length;
    }
    return 0;
}

static char *put_string(char *at, const char *key, const char *text)
{
    if (!text)
        return at;
    at = put_text(at, key);
    *at++ = '"';
    const unsigned char *from = (const unsigned char *)text;
    while (*from) {
        if (plain(*from)) {
            *at++ = (char)*from++;
        } else if (*from < 0x80) {
            at = put_escape(at, *from++);
        } else {
            size_t length = utf8_length(from);
            memcpy(at, length ? (const char *)from : "\xef\xbf\xbd", length ? length : 3);
            at += length ? length : 3;
            from += length ? length : 1;
        }
    }
    *at++ = '"';
    return at;
}

static char *put_bytes(char *at, const char *key, const char *data, size_t size)
{
    if (!data)
        return at;
    at = put_text(at, key);
    *at++ = '"';
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)data[i];
        if (plain(byte)) {
            *at++ = (char)byte;
        } else if (byte < 0x80) {
            at = put_escape(at, byte);
        } else {
            *at++ = (char)(0xc0 | byte >> 6);
            *at++ = (char)(0x80 | (byte & 0x3f));
        }
    }
    *at++ = '"';
    return at;
}

static char *put_number(char *at, const char *key, int64_t value, int64_t otherwise)
{
    return value == otherwise ? at : put_signed(put_text(at, key), value);
}

/* Parsers of JSON stop at 2^63: what is larger (an io_uring's user data) goes as a string. */
static char *put_wide(char *at, const char *key, uint64_t value)
{
    if (value <= INT64_MAX)
        return put_number(at, key, (int64_t)value, 0);
    at = put_text(at, key);
    *at++ = '"';
    at = put_unsigned(at, value);
    *at++ = '"';
    return at;
}

static char *put_ternary(char *at, const char *key, enum event_ternary value)
{
    if (value == EVENT_UNKNOWN)
        return at;
    return put_text(put_text(at, key), value == EVENT_YES ? "true" : "false");
}

static char *put_timeout(char *at, int64_t timeout)
{
    if (timeout == EVENT_FOREVER)
        return put_text(at, ",\"timeout\":\"forever\"");
    return put_number(at, ",\"timeout\":", timeout, EVENT_NONE);
}

static char *put_outcome(char *at, const struct event *event)
{
    bool always = event->kind == EVENT_STEP || event->kind == EVENT_CHECK;
    if (event->outcome == OUTCOME_OK && !always)
        return at;
    return put_string(at, ",\"outcome\":", event_outcome_name(event->outcome));
}

static size_t shown(size_t size)
{
    return size < EVENT_DATA_MAX ? size : EVENT_DATA_MAX;
}

static size_t text_size(const char *text)
{
    return text ? strlen(text) : 0;
}

size_t line_room(const struct event *event)
{
    size_t text = text_size(event->call) + text_size(event->verb) + text_size(event->detail);
    return NUMBERS_ROOM +
           ESCAPED_MOST * (text + shown(event->data_size) + shown(event->want_size));
}

char *line_write(char *at, const struct event *event)
{
    at = put_unsigned(put_text(at, "{\"n\":"), event->number);
    at = put_signed(put_text(at, ",\"t\":"), event->time);
    at = put_string(at, ",\"k\":", event_kind_name(event->kind));
    at = put_number(at, ",\"p\":", event->process, 0);
    at = put_number(at, ",\"tid\":", event->thread, 0);
    at = put_number(at, ",\"client\":", event->client, 0);
    at = put_string(at, ",\"call\":", event->call);
    at = put_string(at, ",\"verb\":", event->verb);
    at = put_wide(at, ",\"of\":", event->pair);
    at = put_number(at, ",\"fd\":", event->fd, EVENT_NONE);
    at = put_number(at, ",\"conn\":", event->connection, 0);
    at = put_number(at, ",\"ret\":", event->result, 0);
    if (event->error)
        at = put_string(at, ",\"err\":", event_errno_name(event->error));
    at = put_outcome(at, event);
    at = put_number(at, ",\"bytes\":", event->bytes, EVENT_NONE);
    at = put_number(at, ",\"span\":", event->span, 0);
    at = put_ternary(at, ",\"ready\":", event->ready);
    at = put_number(at, ",\"queued\":", event->queued, EVENT_NONE);
    at = put_ternary(at, ",\"nonblock\":", event->nonblocking);
    at = put_timeout(at, event->timeout);
    at = put_wide(at, ",\"addr\":", event->address);
    at = put_string(at, ",\"detail\":", event->detail);
    at = put_number(at, ",\"offset\":", event->offset, 0);
    at = put_bytes(at, ",\"data\":", event->data, shown(event->data_size));
    at = put_bytes(at, ",\"want\":", event->want, shown(event->want_size));
    return put_text(at, "}\n");
}
