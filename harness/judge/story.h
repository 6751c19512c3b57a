/* The parts of a failure's story, out of a recording. */
#ifndef IOLAB_JUDGE_STORY_H
#define IOLAB_JUDGE_STORY_H

#include "judge/evidence.h"

/* How the server ended by itself, before the harness ended it. */
struct ending {
    const struct event *exit; /* NULL: it did not */
    const char *signal;       /* "SIGSEGV", or NULL */
    bool asked;               /* the script had sent this signal */
    int64_t time;             /* as well as known */
};
struct ending story_ending(const struct recording *recording);
/* "The server died of SIGSEGV at 0.412 s." Owned by the caller. */
char *story_ending_words(const struct ending *ending);

/* The last client steps up to `moment`. */
void story_steps(struct evidence_list *list, const struct recording *recording, int64_t moment);

/* The last calls up to `moment`: on `connection`, or (0, or none there) of the whole server. */
void story_calls(struct evidence_list *list, const struct view *view, int connection,
                 int64_t moment);

/* Where every thread was at `moment`, and what lay unread. */
void story_asleep(struct evidence_list *list, const struct view *view, int64_t moment);

#endif
