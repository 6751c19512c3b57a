/* See line_flat.h. Every doubt about a line ends in -1: then jansson decides. */
#include "event/line_flat.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "event/line_limits.h"

#define DIGITS_MOST 18 /* of a number that surely fits int64_t */
#define NAME_MOST   32 /* longest name of a kind, outcome or errno, with its end */

enum field_type { SMALL, LARGE, WIDE, TERNARY, TIMEOUT, KIND, OUTCOME, ERROR, TEXT, BYTES };

struct field {
    const char *key;
    enum field_type type;
    size_t offset, size_offset; /* in struct event */
    int64_t low;                /* of SMALL and LARGE */
};

/* clang-format off */
#define AT(member) offsetof(struct event, member)
/* In the order in which the writer puts them, so that the next one is found at once. */
static const struct field fields[] = {
    {"n", LARGE, AT(number), 0, 0},
    {"t", LARGE, AT(time), 0, 0},
    {"k", KIND, AT(kind), 0, 0},
    {"p", SMALL, AT(process), 0, 0},
    {"tid", SMALL, AT(thread), 0, 0},
    {"client", SMALL, AT(client), 0, 0},
    {"call", TEXT, AT(call), 0, 0},
    {"verb", TEXT, AT(verb), 0, 0},
    {"of", WIDE, AT(pair), 0, 0},
    {"fd", SMALL, AT(fd), 0, EVENT_NONE},
    {"conn", SMALL, AT(connection), 0, 0},
    {"ret", LARGE, AT(result), 0, -LINE_NUMBER_MOST},
    {"err", ERROR, AT(error), 0, 0},
    {"outcome", OUTCOME, AT(outcome), 0, 0},
    {"bytes", LARGE, AT(bytes), 0, EVENT_NONE},
    {"span", LARGE, AT(span), 0, 0},
    {"ready", TERNARY, AT(ready), 0, 0},
    {"queued", LARGE, AT(queued), 0, EVENT_NONE},
    {"nonblock", TERNARY, AT(nonblocking), 0, 0},
    {"timeout", TIMEOUT, AT(timeout), 0, 0},
    {"addr", WIDE, AT(address), 0, 0},
    {"detail", TEXT, AT(detail), 0, 0},
    {"offset", LARGE, AT(offset), 0, 0},
    {"data", BYTES, AT(data), AT(data_size), 0},
    {"want", BYTES, AT(want), AT(want_size), 0},
};
#undef AT
/* clang-format on */
#define FIELDS (sizeof fields / sizeof *fields)

/* What stands between a colon and the next comma or brace. */
struct value {
    enum { NUMBER, STRING, TRUTH } type;
    int64_t number;   /* TRUTH: 0 or 1 */
    const char *text; /* STRING */
    size_t size;
    bool plain; /* printable ASCII without escapes */
};

/* Reads up to the closing quote, which `*at` then is behind. */
static bool string_scan(const char **at, const char *end, struct value *value)
{
    *value = (struct value){.type = STRING, .text = *at, .plain = true};
    for (const char *here = *at; here < end; here++) {
        unsigned char byte = (unsigned char)*here;
        if (byte == '"') {
            value->size = (size_t)(here - value->text);
            *at = here + 1;
            return true;
        }
        if (byte < 0x20)
            return false;
        if (byte >= 0x7f || byte == '\\')
            value->plain = false;
        here += byte == '\\';
    }
    return false;
}

static bool number_scan(const char **at, const char *end, struct value *value)
{
    bool negative = **at == '-';
    const char *digits = *at + negative, *here = digits;
    int64_t number = 0;
    for (; here < end && *here >= '0' && *here <= '9' && here - digits < DIGITS_MOST; here++)
        number = number * 10 + (*here - '0');
    *value = (struct value){.type = NUMBER, .number = negative ? -number : number};
    *at = here;
    return here > digits && (*digits != '0' || here == digits + 1);
}

static bool truth_scan(const char **at, const char *end, struct value *value)
{
    *value = (struct value){.type = TRUTH, .number = **at == 't'};
    const char *word = value->number ? "true" : "false";
    size_t size = strlen(word);
    if ((size_t)(end - *at) < size || memcmp(*at, word, size) != 0)
        return false;
    *at += size;
    return true;
}

static bool value_scan(const char **at, const char *end, struct value *value)
{
    if (*at == end)
        return false;
    if (**at == '"') {
        (*at)++;
        return string_scan(at, end, value);
    }
    if (**at == 't' || **at == 'f')
        return truth_scan(at, end, value);
    return number_scan(at, end, value);
}

static bool named(const struct value *value, int (*find)(const char *), int *found)
{
    char name[NAME_MOST];
    if (value->type != STRING || !value->plain || value->size >= sizeof name)
        return false;
    memcpy(name, value->text, value->size);
    name[value->size] = '\0';
    *found = find(name);
    return true;
}

static int digit_of(char hex)
{
    if (hex >= '0' && hex <= '9')
        return hex - '0';
    return hex >= 'a' && hex <= 'f' ? hex - 'a' + 10 : -1;
}

/* The byte that an escape stands for, behind which `*at` then is; -1: another kind of escape. */
static int escape_read(const char **at, const char *end)
{
    static const char letters[] = "n\nr\rt\t\"\"\\\\";
    const char *from = *at;
    if (from == end)
        return -1;
    for (size_t i = 0; i + 1 < sizeof letters; i += 2)
        if (letters[i] == *from) {
            *at = from + 1;
            return (unsigned char)letters[i + 1];
        }
    if (end - from < 5 || memcmp(from, "u00", 3) != 0)
        return -1;
    int high = digit_of(from[3]), low = digit_of(from[4]);
    *at = from + 5;
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* The byte at `*at`: as it is, escaped, or as the two of a code point from U+0080 to U+00FF. */
static int byte_read(const char **at, const char *end)
{
    unsigned char byte = (unsigned char)*(*at)++;
    if (byte == '\\')
        return escape_read(at, end);
    if (byte < 0x7f)
        return byte;
    if ((byte & 0xfe) != 0xc2 || *at == end || ((unsigned char)**at & 0xc0) != 0x80)
        return -1;
    return (byte & 3) << 6 | (*(*at)++ & 0x3f);
}

/* Text must stay UTF-8 and has no NUL, so of its bytes only those below 0x7f are taken here. */
static bool copied(const struct value *value, bool text, struct arena *arena, const char **into,
                   size_t *size)
{
    char *copy = value->type == STRING ? arena_copy(arena, value->text, value->size) : NULL;
    const char *at = value->text, *end = value->text + value->size;
    *into = copy;
    *size = value->size;
    if (!copy || value->plain)
        return value->type == STRING;
    for (*size = 0; at < end;) {
        int byte = byte_read(&at, end);
        if (byte < 0 || (text && (byte == 0 || byte >= 0x7f)))
            return false;
        copy[(*size)++] = (char)byte;
    }
    copy[*size] = '\0';
    return true;
}

static bool wide(const struct value *value, uint64_t *number)
{
    if (value->type != NUMBER || value->number < 0)
        return false;
    *number = (uint64_t)value->number;
    return true;
}

static bool ternary(const struct value *value, enum event_ternary *into)
{
    if (value->type != TRUTH)
        return false;
    *into = value->number ? EVENT_YES : EVENT_NO;
    return true;
}

static bool timeout(const struct value *value, int64_t *into)
{
    if (value->type == TRUTH || (value->type == STRING && !value->plain))
        return false;
    *into = value->type == STRING ? EVENT_FOREVER
                                  : line_clamp(value->number, EVENT_NONE, INT64_MAX);
    return true;
}

static bool size_put(struct event *event, const struct field *field, size_t size)
{
    *(size_t *)((char *)event + field->size_offset) = size;
    return size <= EVENT_DATA_MAX;
}

/* `kind` is -1 for an unknown name. */
static bool field_put(const struct field *field, const struct value *value, struct arena *arena,
                      struct event *event, int *kind)
{
    char *into = (char *)event + field->offset;
    int found = 0;
    size_t size;
    switch (field->type) {
    case SMALL:
        *(int *)into = (int)line_clamp(value->number, field->low, INT_MAX);
        return value->type == NUMBER;
    case LARGE:
        *(int64_t *)into = line_clamp(value->number, field->low, LINE_NUMBER_MOST);
        return value->type == NUMBER;
    case WIDE:
        return wide(value, (uint64_t *)into);
    case TERNARY:
        return ternary(value, (enum event_ternary *)into);
    case TIMEOUT:
        return timeout(value, (int64_t *)into);
    case KIND:
        return named(value, event_kind_from_name, kind);
    case OUTCOME:
        if (!named(value, event_outcome_from_name, &found))
            return false;
        event->outcome = found < 0 ? OUTCOME_UNSEEN : (enum event_outcome)found;
        return true;
    case ERROR:
        return named(value, event_errno_from_name, &event->error);
    case TEXT:
        return copied(value, true, arena, (const char **)into, &size);
    case BYTES:
        return copied(value, false, arena, (const char **)into, &size) &&
               size_put(event, field, size);
    }
    return false;
}

/* The field of this key, looked for from `*from` on; NULL for one that is not known. */
static const struct field *field_find(const char *key, size_t size, size_t *from)
{
    for (size_t tried = 0; tried < FIELDS; tried++) {
        const struct field *field = &fields[(*from + tried) % FIELDS];
        if (strncmp(field->key, key, size) == 0 && field->key[size] == '\0') {
            *from = (*from + tried + 1) % FIELDS;
            return field;
        }
    }
    return NULL;
}

static bool member_read(const char **at, const char *end, size_t *next, struct arena *arena,
                        struct event *event, int *kind)
{
    struct value key, value = {.size = 0};
    if (*at == end || *(*at)++ != '"' || !string_scan(at, end, &key) || *at == end ||
        *(*at)++ != ':' || !value_scan(at, end, &value))
        return false;
    const struct field *field = key.plain ? field_find(key.text, key.size, next) : NULL;
    if (!key.plain || (!field && !value.plain && value.type == STRING))
        return false;
    return !field || field_put(field, &value, arena, event, kind);
}

int line_flat_read(const char *line, size_t size, struct arena *arena, struct event *event)
{
    const char *at = line, *end = line + size;
    struct event read = event_make(EVENT_NOTE);
    size_t next = 0;
    int kind = -2; /* not said */
    if (size < 2 || *at++ != '{')
        return -1;
    do {
        if (!member_read(&at, end, &next, arena, &read, &kind) || at == end)
            return -1;
    } while (*at++ == ',');
    if (at[-1] != '}' || kind == -2 || (at < end && (*at != '\n' || at + 1 < end)))
        return -1;
    if (kind < 0)
        return 1;
    read.kind = (enum event_kind)kind;
    *event = read;
    return 0;
}
