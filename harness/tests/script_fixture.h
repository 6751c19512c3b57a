/* Scripts in tests: written to a folder of their own, loaded, played against a peer. */
#ifndef IOLAB_TEST_SCRIPT_FIXTURE_H
#define IOLAB_TEST_SCRIPT_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/client.h"
#include "event/recording.h"
#include "scenario/scenario.h"

#define SCRIPT_NAME "20-test.lua"

/* A check around the lines of a run, which begin in line 1 of the file. */
#define CHECK(lines)                                                                           \
    "check 'a check' { points = 1, hints = { 'a', 'b' }, run = function(t) " lines " end }"

struct played {
    int status; /* of client_play */
    enum event_outcome outcome;
    struct failure failure;
    struct recording *recording;
    double seconds;
};

static inline char *script_folder(void)
{
    char template[] = "/tmp/iolab-test-XXXXXX";
    char *folder = mkdtemp(template);
    assert_non_null(folder);
    return strdup(folder);
}

static inline void script_remove(char *folder, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    unlink(path);
    rmdir(folder);
    free(folder);
}

static inline void script_write(const char *folder, const char *name, const char *text,
                                size_t size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    fclose(file);
}

/* Loads a script from text; NULL with a failure. */
static inline struct scenario *script_load(const char *text, struct failure *failure)
{
    char *folder = script_folder(), path[512];
    script_write(folder, SCRIPT_NAME, text, strlen(text));
    snprintf(path, sizeof path, "%s/%s", folder, SCRIPT_NAME);
    struct scenario *scenario = scenario_load(path, folder, false, failure);
    script_remove(folder, SCRIPT_NAME);
    return scenario;
}

/* Plays the first check of a script with these options (out is filled in). */
static inline struct played script_play_with(const char *text, uint64_t seed,
                                             struct client_options options)
{
    struct played played = {.status = -1};
    struct scenario *scenario = script_load(text, &played.failure);
    if (scenario == NULL)
        fail_msg("%s", played.failure.text);
    struct recording_header header = {.lab = "test", .tier = "behaviour", .seed = seed};
    struct scenario_options begin = {.seed = seed, .time_scale = 1, .port = options.port};
    char *folder = script_folder(), path[512];
    snprintf(path, sizeof path, "%s/test.iorec", folder);
    options.out = event_writer_open(path, &header, 0, &played.failure);
    assert_non_null(options.out);
    assert_int_equal(scenario_begin(scenario, 0, &begin, &played.failure), 0);
    int64_t begun = event_now(options.out);
    played.failure.text[0] = '\0';
    played.status = client_play(scenario, &options, &played.outcome, &played.failure);
    played.seconds = (double)(event_now(options.out) - begun) / 1e9;
    struct failure failure;
    assert_int_equal(event_writer_close(options.out, &failure), 0);
    played.recording = recording_read(path, &failure);
    assert_non_null(played.recording);
    scenario_free(scenario);
    script_remove(folder, "test.iorec");
    return played;
}

static inline struct played script_play(const char *text, int port)
{
    struct client_options options = {.port = port, .time = 30, .stop_descriptor = -1};
    return script_play_with(text, 1, options);
}

/* The n-th (from 0) STEP event with this verb; NULL. */
static inline const struct event *played_step(const struct played *played, const char *verb,
                                              size_t n)
{
    for (size_t i = 0; i < played->recording->count; i++) {
        const struct event *event = &played->recording->events[i];
        if (event->kind == EVENT_STEP && strcmp(event->verb, verb) == 0 && n-- == 0)
            return event;
    }
    return NULL;
}

static inline const struct event *played_event(const struct played *played,
                                               enum event_kind kind)
{
    for (size_t i = 0; i < played->recording->count; i++)
        if (played->recording->events[i].kind == kind)
            return &played->recording->events[i];
    return NULL;
}

/* Ended in this way, with a message that holds these words. */
static inline void played_as(struct played *played, enum event_outcome outcome,
                             const char *words)
{
    const struct event *check = played_event(played, EVENT_CHECK);
    if (played->outcome != outcome || strstr(played->failure.text, words) == NULL)
        fail_msg("wanted %s with \"%s\", got %s: \"%s\"", event_outcome_name(outcome), words,
                 event_outcome_name(played->outcome), played->failure.text);
    assert_non_null(check);
    assert_int_equal(check->outcome, outcome);
    assert_int_equal(played->status, outcome == OUTCOME_SCRIPT ? -1 : 0);
    recording_free(played->recording);
    played->recording = NULL;
}

#endif
