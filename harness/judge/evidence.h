/* Growing lists of evidence, and the making of verdicts. */
#ifndef IOLAB_JUDGE_EVIDENCE_H
#define IOLAB_JUDGE_EVIDENCE_H

#include "judge/judge.h"
#include "judge/view.h"

#define EVIDENCE_STEPS 12 /* client steps shown up to a failure */
#define EVIDENCE_CALLS 6  /* system calls */

struct evidence_list {
    struct evidence *items;
    size_t count;
};

/* Adds a line; `text` is owned from now on. Without memory the line is lost, nothing else. */
void evidence_add(struct evidence_list *list, uint64_t event, int64_t time, char *text);
/* A call, as a line at its entry. */
void evidence_call(struct evidence_list *list, const struct view *view,
                   const struct call *call);
void evidence_free(struct evidence_list *list);

/* A verdict that passed, with its name and points; NULL without memory. */
struct verdict *verdict_new(int number, const char *name, double points);
/* The verdict becomes `status`, with a message (owned) and the first of `hints`. */
void verdict_set(struct verdict *verdict, enum verdict_status status, char *message,
                 char *const *hints);

#endif
