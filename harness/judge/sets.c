/* Reads sets of descriptors. The text comes from a file, so nothing about it is certain. */
#include "judge/sets.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool set_has(const struct descriptor_set *set, int descriptor)
{
    return descriptor >= 0 && descriptor < SETS_DESCRIPTORS &&
           (set->bits[descriptor / 64] >> (descriptor % 64) & 1);
}

static void set_add(struct descriptor_set *set, int64_t descriptor)
{
    if (descriptor < 0 || descriptor >= SETS_DESCRIPTORS || set_has(set, (int)descriptor))
        return;
    set->bits[descriptor / 64] |= UINT64_C(1) << (descriptor % 64);
    set->count++;
    if (descriptor > set->highest)
        set->highest = (int)descriptor;
}

static void sets_clear(struct sets *sets)
{
    memset(sets, 0, sizeof *sets);
    sets->nfds = sets->twice = sets->invalid = -1;
    for (int i = 0; i < SETS; i++)
        sets->of[i].highest = -1;
}

static void skip(const char **text, const char *separators)
{
    *text += strspn(*text, separators);
}

/* A number that is not negative; false, and nothing read, when there is none. */
static bool read_number(const char **text, int64_t *number)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return false;
    *number = strtoll(*text, &end, 10);
    *text = end;
    return true;
}

static bool read_set(const char **text, struct descriptor_set *set)
{
    int64_t descriptor;
    skip(text, ", ");
    if (strncmp(*text, "NULL", 4) == 0) {
        *text += 4;
        return true;
    }
    if (**text != '{')
        return false;
    for (++*text; read_number(text, &descriptor); skip(text, " "))
        set_add(set, descriptor);
    if (**text != '}')
        return false;
    ++*text;
    return true;
}

bool sets_of_select(const char *detail, struct sets *sets)
{
    sets_clear(sets);
    if (!detail)
        return false;
    skip(&detail, " ");
    if (isdigit((unsigned char)*detail) && !read_number(&detail, &sets->nfds))
        return false;
    for (int i = 0; i < SETS; i++)
        if (!read_set(&detail, &sets->of[i]))
            return false;
    return true;
}

/* "IN|OUT" up to the next space or brace. Is `name` among them, is anything else? */
static void read_events(const char **text, bool *out, bool *other)
{
    *out = *other = false;
    while (**text && **text != ' ' && **text != '}') {
        size_t length = strcspn(*text, "| }");
        bool is_out = (length == 3 && strncmp(*text, "OUT", 3) == 0) ||
                      (length == 6 && strncmp(*text, "WRNORM", 6) == 0);
        *out |= is_out;
        *other |= !is_out && length > 0;
        *text += length;
        *text += **text == '|';
    }
}

/* A descriptor, or a negative number, or "?" for -1; false when there is none of these. */
static bool read_entry(const char **text, int64_t *descriptor)
{
    if (read_number(text, descriptor))
        return true;
    bool negative = **text == '-';
    if (!negative && **text != '?')
        return false;
    ++*text;
    *descriptor = -1;
    int64_t ignored;
    return !negative || read_number(text, &ignored);
}

static void add_entry(struct sets *sets, int64_t descriptor, const char **text)
{
    bool out, other;
    const char *events = *text;
    bool known = false;
    for (int i = 0; i < SETS && descriptor >= 0 && descriptor < SETS_DESCRIPTORS; i++)
        known = known || set_has(&sets->of[i], (int)descriptor);
    read_events(text, &out, &other);
    sets->entries++;
    sets->holes += descriptor < 0;
    if (known)
        sets->twice = (int)descriptor;
    if (memmem(events, (size_t)(*text - events), "NVAL", 4))
        sets->invalid = (int)descriptor;
    if (out)
        set_add(&sets->of[SET_WRITE], descriptor);
    if (other)
        set_add(&sets->of[SET_READ], descriptor);
    if (!out && !other)
        set_add(&sets->of[SET_EXCEPT], descriptor);
}

bool sets_of_poll(const char *detail, struct sets *sets)
{
    int64_t descriptor;
    sets_clear(sets);
    if (!detail || *detail != '{')
        return false;
    for (++detail; read_entry(&detail, &descriptor); skip(&detail, " ")) {
        if (*detail != ':')
            return false;
        ++detail;
        add_entry(sets, descriptor, &detail);
    }
    return *detail == '}';
}

bool epoll_change_of(const char *detail, struct epoll_change *change)
{
    int64_t descriptor;
    size_t length = detail ? strcspn(detail, " ") : 0;
    if (length == 0 || length >= sizeof change->operation)
        return false;
    snprintf(change->operation, sizeof change->operation, "%.*s", (int)length, detail);
    detail += length;
    skip(&detail, " ");
    if (!read_number(&detail, &descriptor) || descriptor > INT32_MAX)
        return false;
    change->descriptor = (int)descriptor;
    skip(&detail, " ");
    change->events = detail;
    change->edge = strstr(detail, "ET") != NULL;
    change->one_shot = strstr(detail, "ONESHOT") != NULL;
    return true;
}
