/*
 * Does a run on the sanitizer's build say anything? A server that ends, or does otherwise, where it
 * is looked at has not been looked at: that no error was reported is no merit then.
 */
#include <string.h>

#include "judge/story.h"
#include "judge/words.h"

static bool is_crash(const char *signal)
{
    static const char *const crashes[] = {"SIGSEGV", "SIGBUS", "SIGABRT", "SIGILL", "SIGTRAP"};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        if (strcmp(signal, crashes[i]) == 0)
            return true;
    return false;
}

enum server_fate judge_fate(const struct recording *recording)
{
    if (!recording)
        return FATE_UNKNOWN;
    const struct event *ready = view_server_event(recording, "ready");
    struct ending ending = story_ending(recording);
    if (!ready || ready->outcome != OUTCOME_OK)
        return ready || ending.exit ? FATE_UNHEARD : FATE_UNKNOWN;
    if (!ending.exit || ending.asked)
        return FATE_LIVED;
    if (!ending.signal)
        return FATE_LEFT;
    return is_crash(ending.signal) ? FATE_CRASHED : FATE_DIED;
}

static char *unseen(const struct sanitized_run *run, const char *what)
{
    return words_format("on the sanitizer's build the server %s in check %d: what it does with "
                        "memory could not be seen",
                        what, run->number);
}

static bool ended(enum server_fate fate)
{
    return fate == FATE_LEFT || fate == FATE_DIED || fate == FATE_CRASHED;
}

/* A server that ends in the same way on both builds has a fault that other checks tell of. */
static char *judge_sanitized_run(const struct sanitized_run *run)
{
    if (run->sanitized == VERDICT_PASS)
        return NULL;
    if (run->fate == FATE_UNHEARD)
        return unseen(run, "never listened");
    if (ended(run->fate) && (run->fate != run->plain_fate || run->fate == FATE_CRASHED))
        return unseen(run, "ended by itself");
    return NULL;
}

/* Single ones fail where the machine is busy and the sanitizer slow; not half of them. */
char *judge_sanitized_runs(const struct sanitized_run *runs, size_t count)
{
    size_t passed = 0, differing = 0;
    for (size_t i = 0; i < count; i++) {
        char *doubt = judge_sanitized_run(&runs[i]);
        if (doubt)
            return doubt;
        passed += runs[i].plain == VERDICT_PASS;
        differing += runs[i].plain == VERDICT_PASS && runs[i].sanitized == VERDICT_FAIL;
    }
    if (differing == 0 || 2 * differing < passed)
        return NULL;
    return words_format(
        "on the sanitizer's build the server does not do what it does without: it "
        "failed %zu of %zu checks that it passes there, and what it does with "
        "memory could not be seen",
        differing, passed);
}
