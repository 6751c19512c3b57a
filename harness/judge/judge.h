/*
 * Events and expectations become verdicts with evidence. Reads recordings only: the same
 * recording gets the same verdict anywhere.
 *
 * Interface: judge_check    one check, from its recording: steps, exit, rules of the script
 *            judge_rules    a rule check of the manifest, from the recordings of all checks
 *
 * What the tier of a recording could not see is STATUS_NOT_OBSERVED, never guessed. A rule that
 * is broken names the call, the moment, the connection and how long.
 */
#ifndef IOLAB_JUDGE_H
#define IOLAB_JUDGE_H

#include "base/failure.h"
#include "event/recording.h"
#include "scenario/scenario.h"

#define VERDICT_STATUSES(X)                                                                    \
    X(VERDICT_PASS, "pass")                                                                    \
    X(VERDICT_FAIL, "fail")                                                                    \
    X(VERDICT_ERROR, "error") /* the lab or this machine, never the student */                 \
    X(VERDICT_NOT_OBSERVED, "not_observed")

enum verdict_status {
#define X(status, name) status,
    VERDICT_STATUSES(X)
#undef X
};

/* One line of evidence: what was seen, and where it stands in the recording. */
struct evidence {
    uint64_t event; /* number, 0: none */
    int64_t time;   /* ns */
    char *text;     /* "client 1 sent 6 bytes "hello\n"" or "recv(5) on connection 1 …" */
};

struct verdict {
    int number;
    char *name;
    enum verdict_status status;
    double points, max_points;
    bool hidden;
    char *message;          /* one to four lines for the student; NULL when it passed */
    char *hint;             /* the first hint; NULL when it passed */
    struct evidence *steps; /* client steps up to the failure (the last 12) */
    size_t step_count;
    struct evidence *calls; /* the system calls that prove it */
    size_t call_count;
    struct evidence *asleep; /* where each thread was at the moment of the failure */
    size_t asleep_count;
    char *difference;   /* hex diff of expected and got; NULL */
    char *recording;    /* path; NULL */
    uint64_t failed_at; /* number of the event at which it failed; 0 */
    double duration;    /* seconds */
};

/*
 * Judges one check. `recording` is NULL when there is none (the worker could not begin);
 * `broken` then says why. Always returns a verdict; NULL only without memory.
 */
struct verdict *judge_check(const struct check *check, const struct recording *recording,
                            const char *path, const char *broken);

/* Judges a rule check over many recordings (those of checks with `model`). `paths` beside. */
struct verdict *judge_rules(const struct rule_check *rule,
                            const struct recording *const *recordings, const char *const *paths,
                            size_t count);

/* Whether the server took a client in any of them, or may have done so unseen. Whoever took none
   cannot have waited for one in the right way: that is judge_unserved. */
bool judge_served(const struct recording *const *recordings, size_t count);
struct verdict *judge_unserved(const struct rule_check *rule);

/* The check that the sanitizer's pass is: its number and its name. */
#define SANITIZER_NUMBER 90
#define SANITIZER_NAME   "memory: no error under AddressSanitizer and UBSan"

/*
 * Judges the sanitizer's pass: `reports` are texts that AddressSanitizer or UBSan left
 * (NULL-terminated, may be empty; NULL itself: the pass did not run, which is "not observed");
 * `files` are the student's, so that the message names theirs.
 */
struct verdict *judge_sanitizer(const struct manifest *manifest, char *const *reports,
                                const char *const *files);

/* What became of the server in a run of a check. */
enum server_fate {
    FATE_UNKNOWN, /* there is no recording, or it broke off */
    FATE_LIVED,   /* until it was asked to end */
    FATE_UNHEARD, /* it never listened */
    FATE_LEFT,    /* it ended by itself */
    FATE_DIED,    /* of a signal that the script had not sent, */
    FATE_CRASHED, /* and that errors of memory end with */
};
enum server_fate judge_fate(const struct recording *recording);

/* A ring, its buffers or a zero-copy send found no memory that may be locked. What is locked counts
   for all programs of a user together: others may have had it. */
bool judge_lacked_memory(const struct recording *recording);

/* A check on the sanitizer's build, and the same on the plain one. */
struct sanitized_run {
    int number;
    enum verdict_status sanitized, plain; /* plain: ERROR when it was not run */
    enum server_fate fate, plain_fate;
};

/* Why memory was not looked at in these runs, which fails that check even when nothing was
   reported; NULL: it was. The caller frees it. */
char *judge_sanitized_runs(const struct sanitized_run *runs, size_t count);

/*
 * A check of a program that does not compile: it fails. `messages` is what the compiler said,
 * if this check's own driver is what does not compile; NULL when the report says it for all.
 */
struct verdict *judge_unbuilt(int number, const char *name, double points, char *const *hints,
                              const char *messages);

/* A check that was not done when the time for the whole grading, in seconds, was over: it fails. */
struct verdict *judge_overtime(int number, const char *name, double points, double seconds);

/* A check that this machine could not observe; `why` is copied. */
struct verdict *judge_unobserved(int number, const char *name, double points, const char *why);

const char *verdict_status_name(enum verdict_status status);
void verdict_free(struct verdict *verdict);

/* Are the rules (JSON) well formed: known names, right types? Says what is wrong. For loaders.
 */
int judge_rules_valid(const char *rules, struct failure *failure);

#endif
