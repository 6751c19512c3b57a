/* See command.h. */
#include "grading/batch/command.h"

#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "grading/one/lab.h"

/* One word more, printf style. Without memory, or with too many, words->count passes the most. */
static void add(struct batch_words *words, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void add(struct batch_words *words, const char *format, ...)
{
    va_list arguments;
    if (words->count >= BATCH_WORDS_MOST - 1)
        return;
    va_start(arguments, format);
    if (vasprintf(&words->words[words->count], format, arguments) < 0) {
        words->words[words->count] = NULL;
        words->count = BATCH_WORDS_MOST;
    } else {
        words->count++;
    }
    va_end(arguments);
}

static int whole(const struct batch_words *words, struct failure *failure)
{
    if (words->count < BATCH_WORDS_MOST - 1)
        return 0;
    return failure_set(failure, STATUS_MACHINE, "there is no memory");
}

int batch_command(struct batch *batch, struct batch_words *words, struct failure *failure)
{
    const struct batch_options *options = batch->options;
    char program[PATH_MAX];
    *words = (struct batch_words){0};
    if (one_program("submission", program, sizeof program, failure) < 0)
        return -1;
    add(words, "%s", program);
    add(words, "%s", batch->lab);
    add(words, "--seed");
    add(words, "%" PRIu64, book_seed(batch->book));
    add(words, "--time-scale");
    add(words, "%.17g", options->time_scale);
    if (options->seconds > 0) {
        add(words, "--seconds");
        add(words, "%.17g", options->seconds);
    }
    if (options->hidden)
        add(words, "--hidden");
    if (options->unboxed)
        add(words, "--unboxed");
    return whole(words, failure);
}

int batch_command_own(struct batch *batch, const struct batch_own *own,
                      struct batch_words *words, struct failure *failure)
{
    add(words, "%s/submissions/%s", own->folder, own->key);
    add(words, "--student");
    add(words, "%s", own->key);
    add(words, "--result");
    add(words, "%s/pending/results/%s.%s.json", own->folder, own->key, own->number);
    if (!batch->options->no_recordings) {
        add(words, "--recordings");
        add(words, "%s/recordings/%s/%s", own->folder, own->key, own->number);
        add(words, "--recordings-shown");
        add(words, "recordings/%s/%s", own->key, own->number);
    }
    if (own->submitted) {
        add(words, "--submitted");
        add(words, "%s", own->submitted);
    }
    return whole(words, failure);
}

void batch_command_free(struct batch_words *words)
{
    for (size_t i = 0; i < BATCH_WORDS_MOST; i++)
        free(words->words[i]);
    *words = (struct batch_words){0};
}

void batch_command_time(time_t time, char *text, size_t size)
{
    struct tm parts;
    *text = '\0';
    if (time && gmtime_r(&time, &parts))
        strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &parts);
}
