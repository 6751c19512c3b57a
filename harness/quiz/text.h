/*
 * Texts of questions. In quiz.lua they are written with Lua's long brackets, indented as the file
 * is; here each paragraph is one line, each line of code begins with four blanks and is kept as it
 * is, and empty lines stand between blocks. `code` within a line stands between backticks.
 */
#ifndef IOLAB_QUIZ_TEXT_H
#define IOLAB_QUIZ_TEXT_H

#include "report/screen.h"

#define QUIZ_TEXT_CODE "    " /* what a line of code begins with */

/* A text as it was written becomes one of this form. The caller frees it; NULL: no memory. */
char *quiz_text(const char *written);

/* Writes it on a screen; the cursor stands at column `indent`. Ends the line. */
void quiz_text_show(const struct screen *screen, int indent, const char *text);

/* Writes it as HTML on one line: <p>, <pre>, <code>; `newline` stands for the ends of lines in
   <pre>. A single paragraph has no <p>. */
void quiz_text_html(FILE *out, const char *text, const char *newline);

#endif
