/*
 * What of a result a student may see: the one place that decides it. Page and text are written
 * from a view alone, so that what is hidden is in none of them.
 *
 * Interface: page_view_new, its fields, page_view_free.
 */
#ifndef IOLAB_PAGES_VIEW_H
#define IOLAB_PAGES_VIEW_H

#include "grading/pages/pages.h"
#include "grading/pages/text.h"

/* Statuses of a check, as in report JSON, with a sign and a word for people. */
#define PAGE_STATUSES(X)                                                                       \
    X(PAGE_PASS, "pass", "✓", "passed")                                                        \
    X(PAGE_FAIL, "fail", "✗", "failed")                                                        \
    X(PAGE_ERROR, "error", "!", "error of the machine")                                        \
    X(PAGE_UNSEEN, "not_observed", "?", "not observed")

enum page_status {
#define X(status, name, sign, word) status,
    PAGE_STATUSES(X)
#undef X
};

const char *page_status_name(enum page_status status);
const char *page_status_sign(enum page_status status);
const char *page_status_word(enum page_status status);
enum page_status page_status_of(const json_t *check);

/* Checks are grouped by the tens of their number (labs/README.md), rules and memory apart. */
#define PAGE_GROUPS(X)                                                                         \
    X(PAGE_PROTOCOL, "The protocol")                                                           \
    X(PAGE_PARTIAL, "Slow and partial")                                                        \
    X(PAGE_ENDS, "Close and reset")                                                            \
    X(PAGE_LOAD, "Load")                                                                       \
    X(PAGE_FURTHER, "Further checks")                                                          \
    X(PAGE_RULES, "Rules of the model")                                                        \
    X(PAGE_MEMORY, "Memory")

enum page_group {
#define X(group, name) group,
    PAGE_GROUPS(X)
#undef X
        PAGE_GROUP_COUNT
};

const char *page_group_name(enum page_group group);
enum page_group page_group_of(int number);

/* A moment of the story. Borrowed from the report. */
struct page_event {
    double time; /* seconds */
    struct page_words text;
};

struct page_events {
    struct page_event *all;
    size_t count, before; /* further ones before them, which are not shown */
};

/* A check as the student sees it. What is not to be seen is empty here. */
struct page_check {
    int number;
    enum page_status status;
    enum page_group group;
    bool hidden;               /* is one that students cannot run themselves */
    bool named;                /* name and status are all that is shown of it */
    bool borrowed;             /* what it was seen in is a hidden check: no evidence */
    double points, max_points; /* not those of named ones: 0 */
    struct page_words name, hint, difference;
    char *message; /* owned */
    struct page_events steps, asleep, calls;
    char recording[16]; /* file name in the attempt's recordings ("22.iorec"); "": none */
};

struct page_view {
    const struct result *result; /* NULL: nothing was graded */
    const struct mark *mark;
    const struct page_options *options;
    struct page_words lab, title, build;
    bool built, concealed;     /* concealed: the points count checks that are not here */
    struct page_check *checks; /* in order of group, then number */
    size_t count;
};

/* NULL without memory. What it was made of must outlive it. */
struct page_view *page_view_new(const struct result *result, const struct mark *mark,
                                const struct page_options *options);
void page_view_free(struct page_view *view);

/* How many checks of a group have this status; of all groups: PAGE_GROUP_COUNT. */
size_t page_view_with(const struct page_view *view, enum page_group group,
                      enum page_status status);
/* How many checks a group has. */
size_t page_view_of(const struct page_view *view, enum page_group group);

#endif
