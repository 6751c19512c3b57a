/* See turn.h. */
#include "judge/turn.h"

#include <errno.h>
#include <string.h>

/* Anything done on a socket: also asking it how its connect went. A send that finds no room is
   something: there was something to write. */
static bool acts_on_socket(const struct call *call, bool looks_count)
{
    static const char *const others[] = {"close",   "shutdown", "getsockopt",
                                         "connect", "sendfile", "epoll_ctl"};
    if (phase_call_is(call->enter->call, "@accept") ||
        (call_is_transfer(call) && call->enter->connection > 0))
        return looks_count || phase_call_is(call->enter->call, "@send") ||
               !call_failed_with(call, EAGAIN);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(call->enter->call, others[i]) == 0)
            return true;
    return false;
}

const struct call *turn_wasted(const struct view *view, const struct call *wait,
                               bool looks_count)
{
    const struct call *last = view->calls + view->count;
    for (const struct call *call = wait + 1; call < last; call++) {
        if (call->enter->process != wait->enter->process)
            continue;
        if (call->enter->thread == wait->enter->thread &&
            phase_call_is(call->enter->call, "@wait"))
            return call;
        if (acts_on_socket(call, looks_count))
            return NULL;
    }
    return NULL;
}
