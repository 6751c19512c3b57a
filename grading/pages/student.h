/* The two forms of what a student gets. */
#ifndef IOLAB_PAGES_STUDENT_H
#define IOLAB_PAGES_STUDENT_H

#include "grading/pages/picture.h"
#include "grading/pages/view.h"

/* 0, or -1 without memory. */
int page_student_html(FILE *out, const struct page_view *view);
int page_student_text(FILE *out, const struct page_view *view);

/* One check of the page. */
void page_check_html(FILE *out, const struct page_view *view, const struct page_check *check,
                     struct page_pictures *pictures);

#endif
