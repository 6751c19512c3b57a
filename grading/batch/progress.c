/* The line of progress. See progress.h. */
#include "grading/batch/progress.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/order.h"
#include "grading/batch/words.h"

#define WIDTH_DEFAULT 80
#define WIDTH_MOST    240
#define DRAW_EVERY    (100 * CLOCK_MILLISECOND)

static bool drawn; /* the line is there */

bool batch_progress_shown(void)
{
    return isatty(STDERR_FILENO);
}

/* Columns that can be written into without the cursor moving to the next line. */
static size_t width(void)
{
    struct winsize size;
    bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
    size_t columns = known ? size.ws_col : WIDTH_DEFAULT;
    return (columns < WIDTH_MOST ? columns : WIDTH_MOST) - 1;
}

static void draw(const char *line)
{
    fprintf(stderr, "\r%.*s\033[K", (int)width(), line);
    fflush(stderr);
    drawn = true;
}

void batch_progress_clear(void)
{
    if (!drawn)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    drawn = false;
}

void batch_progress_note(const char *what, size_t done, size_t total)
{
    char line[WIDTH_MOST];
    if (!batch_progress_shown())
        return;
    snprintf(line, sizeof line, "%s %zu of %zu", what, done, total);
    draw(line);
}

int batch_progress_open(struct batch_progress *progress, size_t total, struct failure *failure)
{
    *progress =
        (struct batch_progress){.total = total, .seconds = calloc(total + 1, sizeof(double))};
    if (progress->seconds)
        return 0;
    return failure_set(failure, STATUS_MACHINE, "there is no memory");
}

void batch_progress_close(struct batch_progress *progress)
{
    batch_progress_clear();
    free(progress->seconds);
}

void batch_progress_end(struct batch_progress *progress, const struct batch_task *task)
{
    progress->troubled += !task->final;
    if (task->final)
        progress->seconds[progress->done++] = task->seconds;
}

double batch_progress_median(const struct batch_progress *progress)
{
    size_t count = progress->done;
    double *sorted = count ? malloc(count * sizeof *sorted) : NULL;
    if (!sorted)
        return 0;
    memcpy(sorted, progress->seconds, count * sizeof *sorted);
    double median = order_quantile(sorted, order_figures(sorted, count), 0.5);
    free(sorted);
    return median;
}

/* Appends, as far as there is room for all of it. */
static void append(char *line, size_t room, const char *text)
{
    size_t used = strlen(line);
    if (used + strlen(text) <= room)
        memcpy(line + used, text, strlen(text) + 1);
}

static void append_time_left(char *line, size_t room, const struct batch_progress *progress)
{
    char span[32], text[48];
    if (!progress->done)
        return;
    double left = (double)(progress->total - progress->done) * batch_progress_median(progress);
    batch_span(left / (progress->jobs > 0 ? progress->jobs : 1), span, sizeof span);
    snprintf(text, sizeof text, "  %s left", span);
    append(line, room, text);
}

void batch_progress_draw(struct batch_progress *progress, struct batch_task *const *running,
                         size_t count)
{
    char line[WIDTH_MOST] = "", text[NAME_MAX + 8];
    int64_t now = clock_now();
    if (!batch_progress_shown() || now - progress->drawn < DRAW_EVERY)
        return;
    progress->drawn = now;
    size_t room = width();
    snprintf(line, sizeof line, "%zu/%zu", progress->done, progress->total);
    append_time_left(line, room, progress);
    if (progress->troubled) {
        snprintf(text, sizeof text, "  %zu failed here", progress->troubled);
        append(line, room, text);
    }
    for (size_t i = 0; i < count; i++) {
        snprintf(text, sizeof text, "%s%s", i ? ", " : "  ", running[i]->key);
        append(line, room, text);
    }
    draw(line);
}
