/* The time line of a recording as a picture, by `iolab show`. */
#ifndef IOLAB_PAGES_PICTURE_H
#define IOLAB_PAGES_PICTURE_H

#include "grading/pages/view.h"

#define PAGE_PICTURES 3 /* of a page, at most */

/* Pictures of a page so far. */
struct page_pictures {
    int count;                     /* drawn or told to be missing */
    char shown[PAGE_PICTURES][16]; /* recordings */
    int check[PAGE_PICTURES];      /* of these checks */
};

/* Writes a check's picture; where there should be one and cannot be, a sentence. Nothing for what
   passed, has no recording, or comes after the last one that a page has room for. */
void page_picture(FILE *out, const struct page_view *view, const struct page_check *check,
                  struct page_pictures *pictures);

#endif
