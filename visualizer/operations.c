/* See operations.h. */
#include "visualizer/operations.h"

#include <string.h>

#include "event/operations.h"
#include "visualizer/phrase.h"

enum { NAMES_MOST = 64 }; /* the kernel has about so many operations */

struct tally {
    const char *call;
    size_t submitted, completed, failed;
};

struct tallies {
    struct tally names[NAMES_MOST];
    size_t count, unmatched;
    struct tally all;
    long in_flight, most_in_flight;
};

static struct tally *tally_of(struct tallies *tallies, const char *call)
{
    for (size_t i = 0; i < tallies->count; i++)
        if (strcmp(tallies->names[i].call, call) == 0)
            return &tallies->names[i];
    if (tallies->count == NAMES_MOST)
        return &tallies->all;
    tallies->names[tallies->count].call = call;
    return &tallies->names[tallies->count++];
}

static void count(struct tallies *tallies, const struct event *event)
{
    if (event->kind != EVENT_SUBMIT && event->kind != EVENT_COMPLETE)
        return;
    struct tally *tally = event->call ? tally_of(tallies, event->call) : NULL;
    if (event->kind == EVENT_SUBMIT && tally) {
        tally->submitted++;
        tallies->all.submitted++;
        tallies->in_flight += !operations_says(event, "CQE_SKIP_SUCCESS");
    }
    if (event->kind == EVENT_COMPLETE) {
        tallies->all.completed++;
        if (tally) {
            tally->completed++;
            tally->failed += event->error != 0;
        }
        tallies->in_flight -= tally && !operations_says(event, "MORE");
    }
    if (tallies->in_flight > tallies->most_in_flight)
        tallies->most_in_flight = tallies->in_flight;
}

static void put_failed(char *text, size_t size, size_t failed)
{
    text[0] = '\0';
    if (failed)
        snprintf(text, size, ", %zu with an error", failed);
}

void operations_show(FILE *out, int width, const struct survey *survey, size_t most)
{
    struct tallies tallies = {.count = 0};
    char text[256], failed[48];
    for (size_t i = 0; i < survey->recording->count; i++)
        count(&tallies, &survey->recording->events[i]);
    if (!tallies.all.submitted && !tallies.all.completed)
        return;
    snprintf(
        text, sizeof text,
        "io_uring: %zu operations submitted, %zu completions, at most %ld in flight, %ld at "
        "the end",
        tallies.all.submitted, tallies.all.completed, tallies.most_in_flight,
        tallies.in_flight > 0 ? tallies.in_flight : 0);
    phrase_wrap(out, width, 1, text);
    for (size_t i = 0; i < tallies.count && i < most; i++) {
        const struct tally *tally = &tallies.names[i];
        put_failed(failed, sizeof failed, tally->failed);
        snprintf(text, sizeof text, "%.32s: %zu submitted, %zu completions%s", tally->call,
                 tally->submitted, tally->completed, failed);
        phrase_wrap(out, width, 3, text);
    }
}
