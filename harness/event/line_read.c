/*
 * A line of JSON as an event: the quick way where it is plain, else by jansson. Every number is
 * clamped to where arithmetic on it cannot overflow, so that readers may add times without asking.
 */
#include "event/line.h"

#include <limits.h>
#include <string.h>

#include "event/line_flat.h"
#include "event/line_json.h"
#include "event/line_limits.h"

static int small(const json_t *object, const char *key, int otherwise, int low)
{
    return (int)line_json_number(json_object_get(object, key), otherwise, low, INT_MAX);
}

static int64_t large(const json_t *object, const char *key, int64_t otherwise, int64_t low)
{
    return line_json_number(json_object_get(object, key), otherwise, low, LINE_NUMBER_MOST);
}

static enum event_ternary ternary(const json_t *value)
{
    if (json_is_boolean(value))
        return json_is_true(value) ? EVENT_YES : EVENT_NO;
    return EVENT_UNKNOWN;
}

static int64_t timeout_of(const json_t *value)
{
    if (json_is_string(value))
        return EVENT_FOREVER;
    return line_json_number(value, EVENT_NONE, EVENT_NONE, INT64_MAX);
}

static int named(const json_t *value, int (*find)(const char *))
{
    return json_is_string(value) ? find(json_string_value(value)) : 0;
}

/* Code points U+0000 to U+00FF back to bytes; others, which no writer makes, become '?'. */
static const char *bytes_of(const json_t *value, struct arena *arena, size_t *size)
{
    *size = 0;
    const unsigned char *from = (const unsigned char *)json_string_value(value);
    size_t length = json_string_length(value);
    char *bytes = from ? arena_take(arena, length + 1) : NULL;
    if (!bytes)
        return NULL;
    for (size_t i = 0; i < length && *size < EVENT_DATA_MAX; i++) {
        if (from[i] < 0x80) {
            bytes[(*size)++] = (char)from[i];
        } else if ((from[i] & 0xfe) == 0xc2) {
            bytes[(*size)++] = (char)((from[i] & 3) << 6 | (from[i + 1] & 0x3f));
            i++;
        } else if ((from[i] & 0xc0) == 0xc0) {
            bytes[(*size)++] = '?';
        }
    }
    bytes[*size] = '\0';
    return bytes;
}

static void read_numbers(const json_t *object, struct event *event)
{
    event->number = (uint64_t)large(object, "n", 0, 0);
    event->time = large(object, "t", 0, 0);
    event->span = large(object, "span", 0, 0);
    event->process = small(object, "p", 0, 0);
    event->thread = small(object, "tid", 0, 0);
    event->client = small(object, "client", 0, 0);
    event->connection = small(object, "conn", 0, 0);
    event->fd = small(object, "fd", EVENT_NONE, EVENT_NONE);
    event->bytes = large(object, "bytes", EVENT_NONE, EVENT_NONE);
    event->result = large(object, "ret", 0, -LINE_NUMBER_MOST);
    event->queued = large(object, "queued", EVENT_NONE, EVENT_NONE);
    event->offset = large(object, "offset", 0, 0);
    event->pair = line_json_wide(json_object_get(object, "of"));
    event->address = line_json_wide(json_object_get(object, "addr"));
}

static void read_words(const json_t *object, struct arena *arena, struct event *event)
{
    int outcome = named(json_object_get(object, "outcome"), event_outcome_from_name);
    event->outcome = outcome < 0 ? OUTCOME_UNSEEN : (enum event_outcome)outcome;
    event->error = named(json_object_get(object, "err"), event_errno_from_name);
    event->ready = ternary(json_object_get(object, "ready"));
    event->nonblocking = ternary(json_object_get(object, "nonblock"));
    event->timeout = timeout_of(json_object_get(object, "timeout"));
    event->call = line_json_copy(json_object_get(object, "call"), arena);
    event->verb = line_json_copy(json_object_get(object, "verb"), arena);
    event->detail = line_json_copy(json_object_get(object, "detail"), arena);
    event->data = bytes_of(json_object_get(object, "data"), arena, &event->data_size);
    event->want = bytes_of(json_object_get(object, "want"), arena, &event->want_size);
}

int line_read_json(const char *line, size_t size, struct arena *arena, struct event *event)
{
    json_t *object = line_json_parse(line, size);
    const char *name = json_string_value(json_object_get(object, "k"));
    int kind = name ? event_kind_from_name(name) : -1;
    if (kind >= 0) {
        *event = event_make((enum event_kind)kind);
        read_numbers(object, event);
        read_words(object, arena, event);
    }
    int answer = kind >= 0 ? 0 : name ? 1 : -1;
    json_decref(object);
    return answer;
}

int line_read(const char *line, size_t size, struct arena *arena, struct event *event)
{
    int answer = line_flat_read(line, size, arena, event);
    return answer < 0 ? line_read_json(line, size, arena, event) : answer;
}
