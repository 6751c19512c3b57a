/* See standing.h. */
#include "objectives/standing.h"

static const char *const words[] = {
#define X(state, words) [state] = words,
    STATES(X)
#undef X
};

const char *state_words(enum state state)
{
    return words[state];
}

static enum state state_of(const struct objective *objective, size_t shown, size_t all)
{
    if (all == 0)
        return STATE_UNTAUGHT;
    if (shown == all && !objective->untaught)
        return STATE_PROVED;
    return shown > 0 ? STATE_IN_PART : STATE_NOT_YET;
}

struct standing standing_of(const struct objective *objective, const struct student *student)
{
    struct standing standing = {.all = 0};
    for (int proof = 0; proof < PROOF_KINDS; proof++) {
        char **written = objective->proofs[proof];
        for (size_t i = 0; written && written[i]; i++, standing.all++)
            if (student_shows(student, (enum proof)proof, written[i]) == SHOWN)
                standing.shown++;
    }
    standing.state = state_of(objective, standing.shown, standing.all);
    return standing;
}
