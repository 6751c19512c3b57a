/* Statuses and groups of checks, with their words. See view.h. */
#include <string.h>

#include "grading/pages/view.h"

static const struct {
    const char *name, *sign, *word;
} statuses[] = {
#define X(status, name, sign, word) [status] = {name, sign, word},
    PAGE_STATUSES(X)
#undef X
};

static const char *const groups[] = {
#define X(group, name) [group] = name,
    PAGE_GROUPS(X)
#undef X
};

const char *page_status_name(enum page_status status)
{
    return statuses[status].name;
}

const char *page_status_sign(enum page_status status)
{
    return statuses[status].sign;
}

const char *page_status_word(enum page_status status)
{
    return statuses[status].word;
}

enum page_status page_status_of(const json_t *check)
{
    const char *name = json_string_value(json_object_get(check, "status"));
    for (size_t i = 0; name && i < sizeof statuses / sizeof *statuses; i++)
        if (strcmp(name, statuses[i].name) == 0)
            return (enum page_status)i;
    return PAGE_ERROR; /* not a report of ours: nothing to be held against a student */
}

const char *page_group_name(enum page_group group)
{
    return groups[group];
}

enum page_group page_group_of(int number)
{
    static const enum page_group tens[] = {PAGE_RULES, PAGE_PROTOCOL, PAGE_PARTIAL, PAGE_ENDS,
                                           PAGE_LOAD};
    if (number >= 90)
        return PAGE_MEMORY;
    return number < 0 || number >= 50 ? PAGE_FURTHER : tens[number / 10];
}
