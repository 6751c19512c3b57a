/* Text in lines of 80 columns. */
#ifndef IOLAB_PAGES_WRAP_H
#define IOLAB_PAGES_WRAP_H

#include "grading/pages/text.h"

#define PAGE_WIDTH 80

/*
 * Writes `first` and then the words, wrapped at blanks where there are some; each further line
 * begins with `indent` blanks. Newlines of the words stay when `form` has PAGE_LINES. At most
 * `most` bytes. Ends with a newline.
 */
void page_wrap(FILE *out, const char *first, int indent, struct page_words words, size_t most,
               unsigned form);

/* One line: what does not fit is cut, with "..." in its place. */
void page_cut(FILE *out, const char *first, struct page_words words);

/* As page_wrap, but what is too long for a line is broken where it is: for code and bytes. */
void page_fold(FILE *out, int indent, struct page_words words, size_t most);

#endif
