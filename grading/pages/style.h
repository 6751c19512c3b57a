/* What all pages share: the head with its style, tables that are wide, signs, pictures. A page has
   no script and no file beside it, and forbids itself both. */
#ifndef IOLAB_PAGES_STYLE_H
#define IOLAB_PAGES_STYLE_H

#include <stddef.h>

#include "grading/pages/view.h"

/* Colours on light and on dark paper. Text has a contrast of at least 4.5 to paper and to card
   (WCAG 2.2, 1.4.3). */
#define PAGE_COLOURS(X)                                                                        \
    X(paper, "#ffffff", "#14161b")                                                             \
    X(card, "#f4f5f8", "#1e2128")                                                              \
    X(line, "#cfd3da", "#3d424d")                                                              \
    X(ink, "#1c1e23", "#e8e8ea")                                                               \
    X(faint, "#555a65", "#a9aeba")                                                             \
    X(good, "#14603a", "#7ddc9a")                                                              \
    X(bad, "#a3161a", "#ff9b93")                                                               \
    X(doubt, "#6f4b00", "#f0c75e")                                                             \
    X(link, "#0a4fa3", "#8ab8ff")

/* The most bytes of a text that are shown. */
enum page_most {
    PAGE_NAME_MOST = 200,
    PAGE_EVENT_MOST = 500,
    PAGE_HINT_MOST = 1000,
    PAGE_MESSAGE_MOST = 4000,
    PAGE_DIFFERENCE_MOST = 8000,
    PAGE_BUILD_MOST = 20000,
};

/* Until the beginning of <main>; `title` for the window. */
void page_head(FILE *out, struct page_words title);
void page_foot(FILE *out);

/* Words as markup. */
void page_markup(FILE *out, struct page_words words, size_t most);
/* <element class="class">words</element>; nothing without words. */
void page_element(FILE *out, const char *element, const char *class, struct page_words words,
                  size_t most);

/* Sign and word of a status. */
void page_put_status(FILE *out, enum page_status status);

/* The beginning of a table that scrolls when there is no room; `label` for who cannot see it. */
void page_table(FILE *out, const char *label);
void page_table_end(FILE *out);
/* Its head: a cell for each column, at most 16, up to NULL; then its body begins. One that begins
   with "#" holds numbers. */
void page_columns(FILE *out, const char *const *columns);

/* The value of src: a data: address of an SVG. Without memory: an empty one. */
void page_data(FILE *out, const char *svg, size_t size);

#endif
