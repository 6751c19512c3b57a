/* What a report's hidden checks are known by, and whether something of another check tells of
   them: a rule is judged from the recordings of all checks, and names the one it was broken in. */
#ifndef IOLAB_PAGES_CONCEAL_H
#define IOLAB_PAGES_CONCEAL_H

#include "grading/pages/text.h"

bool page_is_hidden(const json_t *check);

/* File name of a recording, if it is one ("22.iorec"); else "". */
void page_recording(const json_t *check, char name[16]);

/* Is the recording that of a hidden check? */
bool page_tells_of_hidden(const json_t *checks, const char *recording);

/* The message as plain text. If `conceal`, each line that names a hidden check is replaced, and if
   it was `borrowed` from one, each that names any. The caller frees it. NULL without memory. */
char *page_concealed(const json_t *checks, struct page_words message, bool conceal,
                     bool borrowed);

#endif
