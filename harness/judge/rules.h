/* Rules as a whole: a JSON object of them, judged over recordings. */
#ifndef IOLAB_JUDGE_RULES_H
#define IOLAB_JUDGE_RULES_H

#include "judge/rule.h"

/*
 * Judges every rule in `text`. BROKEN: `finding` says how. UNSEEN: finding->message says which
 * rule; or, when it is NULL, the rules are not well formed and `failure` says why.
 */
enum rule_outcome rules_judge(const struct views *views, const char *text,
                              struct finding *finding, struct failure *failure);
void rules_forget(struct finding *finding);

#endif
