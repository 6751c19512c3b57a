/* Kinds of fields: out of JSON, checked, and back. See kinds.h. */
#include "grading/result/kinds.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

static bool take_text(const json_t *value, void *into)
{
    const char *text = json_string_value(value);
    *(char **)into = text ? strdup(text) : NULL;
    return *(char **)into;
}

static bool take_text_or_null(const json_t *value, void *into)
{
    return json_is_null(value) || take_text(value, into);
}

static json_t *give_text(const void *from)
{
    const char *text = *(char *const *)from;
    char *valid = text ? utf8_valid(text) : NULL;
    json_t *json = text ? json_string_nocheck(valid) : json_null();
    free(valid);
    return json;
}

/* A name of a file or folder that stays where it is put. */
static bool plain(const char *name, const char *letters)
{
    size_t size = strlen(name);
    return size > 0 && size <= 64 && name[0] != '.' && strspn(name, letters) == size;
}

#define SMALL "abcdefghijklmnopqrstuvwxyz0123456789._-"

static bool take_key(const json_t *value, void *into)
{
    return take_text(value, into) && plain(*(char **)into, SMALL);
}

static bool take_lab(const json_t *value, void *into)
{
    return take_text(value, into) && plain(*(char **)into, SMALL "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
}

static bool take_digest(const json_t *value, void *into)
{
    if (!take_text(value, into))
        return false;
    size_t size = strlen(*(char **)into);
    return (size == 64 || size == 0) && strspn(*(char **)into, "0123456789abcdef") == size;
}

static bool take_time(const json_t *value, void *into)
{
    time_t time;
    return take_text(value, into) && result_time(*(char **)into, &time) == 0;
}

static bool take_time_or_null(const json_t *value, void *into)
{
    return json_is_null(value) || take_time(value, into);
}

/* Joined to the batch's folder, it must not lead out of it. */
static bool take_folder(const json_t *value, void *into)
{
    if (json_is_null(value))
        return true;
    if (!take_text(value, into))
        return false;
    for (const char *part = *(char **)into; part; part = strchr(part, '/')) {
        part += strspn(part, "/");
        if (strcspn(part, "/") == 2 && strncmp(part, "..", 2) == 0)
            return false;
    }
    return true;
}

static bool take_state(const json_t *value, void *into)
{
    const char *text = json_string_value(value);
    return text && result_state_find(text, into) == 0;
}

static json_t *give_state(const void *from)
{
    return json_string(result_state_name(*(const enum result_state *)from));
}

static bool take_flag(const json_t *value, void *into)
{
    *(bool *)into = json_is_true(value);
    return json_is_boolean(value);
}

static json_t *give_flag(const void *from)
{
    return json_boolean(*(const bool *)from);
}

static bool take_count(const json_t *value, void *into)
{
    json_int_t count = json_integer_value(value);
    *(int *)into = (int)count;
    return json_is_integer(value) && count >= 0 && count <= 1000000;
}

static json_t *give_count(const void *from)
{
    return json_integer(*(const int *)from);
}

static bool take_amount(const json_t *value, void *into)
{
    double amount = json_number_value(value);
    *(double *)into = amount;
    return json_is_number(value) && isfinite(amount) && amount >= 0;
}

static json_t *give_amount(const void *from)
{
    return json_real(*(const double *)from);
}

static bool take_report(const json_t *value, void *into)
{
    if (json_is_object(value))
        *(json_t **)into = json_incref((json_t *)value);
    return json_is_object(value) || json_is_null(value);
}

static json_t *give_report(const void *from)
{
    json_t *report = *(json_t *const *)from;
    return report ? json_incref(report) : json_null();
}

/* What each wants; how it is taken, and given back. */
#define KINDS(X)                                                                               \
    X(lab, "the name of a lab", take_lab, give_text)                                           \
    X(key, "a student's key ([a-z0-9._-], at most 64)", take_key, give_text)                   \
    X(digest, "a SHA-256 (64 digits of 0-9a-f)", take_digest, give_text)                       \
    X(state, "graded, refused or infrastructure", take_state, give_state)                      \
    X(text, "a text", take_text, give_text)                                                    \
    X(text_or_null, "a text or null", take_text_or_null, give_text)                            \
    X(time, "a time as 2026-11-28T22:10:00Z", take_time, give_text)                            \
    X(time_or_null, "a time as 2026-11-28T22:10:00Z, or null", take_time_or_null, give_text)   \
    X(folder, "a path without .., or null", take_folder, give_text)                            \
    X(flag, "true or false", take_flag, give_flag)                                             \
    X(count, "a whole number from 0 to 1000000", take_count, give_count)                       \
    X(amount, "a number from 0", take_amount, give_amount)                                     \
    X(report, "an object or null", take_report, give_report)

#define X(name, wants, take, give)                                                             \
    const struct result_kind result_kind_##name = {wants, take, give, (give) == give_text};
KINDS(X)
#undef X
