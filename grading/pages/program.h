/* Programs that make a part of a page: run by a list of arguments, with limits of time, output and
   memory. None of them may hold up a page, or fill it. */
#ifndef IOLAB_PAGES_PROGRAM_H
#define IOLAB_PAGES_PROGRAM_H

#include <stddef.h>

struct page_program {
    const char *const *arguments; /* NULL-terminated; the first is looked for in PATH */
    const char *folder;           /* to run in; NULL: this one */
    const char *input;            /* NULL: none */
    double seconds;               /* at most */
    size_t output, memory;        /* bytes at most; no limit of memory: 0 */
};

enum page_ran {
    PAGE_RAN,
    PAGE_MISSING, /* there is no such program */
    PAGE_SLOW,    /* ended after its time */
    PAGE_LARGE,   /* ended after its output */
    PAGE_BROKEN,  /* failed, or could not be started */
};

/* Runs it. `output` is what came in any case, with a NUL behind it; the caller frees it. */
enum page_ran page_run(const struct page_program *program, char **output, size_t *size);

#endif
