/* How a mark comes about, told the same on the page and in the text. */
#ifndef IOLAB_PAGES_SUM_H
#define IOLAB_PAGES_SUM_H

#include "grading/pages/view.h"

/* One step towards the mark. Label and amount are ours, the note may be anybody's. */
struct page_sum_row {
    const char *label;
    char amount[2 * PAGE_NUMBER_SIZE + 16];
    char *note; /* owned by page_sum; "" */
};

#define PAGE_SUM_ROWS 4
struct page_sum {
    struct page_sum_row rows[PAGE_SUM_ROWS];
    size_t count;
};

/* -1 without memory. */
int page_sum(const struct page_view *view, struct page_sum *sum);
void page_sum_clear(struct page_sum *sum);

/* Does a mark count for this student? Else nothing final is there yet. */
bool page_has_mark(const struct mark *mark);

/* A complete sentence of ours for a state that needs one; NULL. */
const char *page_state_sentence(const struct page_view *view);

/* What the book says of the mark, where state and lateness do not say it already; NULL. Not ours. */
const char *page_mark_sentence(const struct page_view *view);

/* The sentence for points of checks that are not shown; NULL when there are none. */
const char *page_concealed_sentence(const struct page_view *view);

/* "05" of "05-epoll-level", how the lab is typed; "" when it has no number. */
void page_lab_number(const struct page_view *view, char number[8]);

#endif
