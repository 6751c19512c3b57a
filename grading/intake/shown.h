/* Names that strangers chose, in sentences to people: one line, cut, no control sequence. */
#ifndef IOLAB_SHOWN_H
#define IOLAB_SHOWN_H

#define SHOWN_SIZE                                                                             \
    64 /* bytes of a name in quotes, with what stands for the rest of a long one */

/* The name in quotes; what has no picture is escaped. Returns `text`. */
const char *shown_name(const char *name, char text[SHOWN_SIZE]);

#endif
