/* threads = "per-connection": each connection has a thread of its own, made for it. */
#ifndef IOLAB_JUDGE_PER_CONNECTION_H
#define IOLAB_JUDGE_PER_CONNECTION_H

#include "judge/rule.h"

enum rule_outcome per_connection_in_view(const struct view *view, const json_t *value,
                                         struct finding *finding);

#endif
