/* The script of a prediction as a scenario. See measure_parts.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/measure_parts.h"

/*
 * On one line, before the quiz. Keys of `with` go to check{} as they are, which says what is wrong
 * with them.
 */
static void write_words(FILE *out, const struct question *question)
{
    for (int kind = 0; kind < QUIZ_KIND_COUNT; kind++)
        fprintf(out, "%s = function() end ", quiz_kind_name((enum quiz_kind)kind));
    fprintf(out,
            "right = function() return {} end wrong = right "
            "predict = function(q) if q.id == \"%s\" then for run = 1, %d do "
            "local c = { points = 1, hints = { \"-\", \"-\" }, run = q.run } "
            "for key, value in pairs(q.with or {}) do c[key] = value end "
            "check(\"%s, run \" .. run)(c) end end end ",
            question->id, (int)question->measure.runs, question->id);
}

static int copy_quiz(FILE *out, const char *path)
{
    char buffer[65536];
    size_t size;
    FILE *in = fopen(path, "re");
    if (!in)
        return -1;
    while ((size = fread(buffer, 1, sizeof buffer, in)) > 0)
        if (fwrite(buffer, 1, size, out) != size)
            break;
    bool bad = ferror(in) || ferror(out);
    fclose(in);
    return bad ? -1 : 0;
}

int measure_script_write(const struct quiz *quiz, const struct question *question,
                         const char *path, struct failure *failure)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return failure_errno(failure, STATUS_MACHINE, "cannot write %s", path);
    write_words(out, question);
    int status = copy_quiz(out, quiz->path);
    if (fclose(out) != 0 || status < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot copy %s to %s", quiz->path, path);
    return 0;
}
