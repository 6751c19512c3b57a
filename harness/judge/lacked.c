/* Was the server refused memory for its rings that others may have had? See judge.h. */
#include <errno.h>

#include "event/phase.h"
#include "judge/judge.h"
#include "judge/view.h"

static bool locks_memory(const struct event *enter)
{
    static const char *const calls[] = {"io_uring_setup", "io_uring_register",
                                        "IORING_OP_SEND_ZC", "IORING_OP_SENDMSG_ZC"};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (phase_call_is(enter->call, calls[i]))
            return true;
    return false;
}

static bool was_refused(const struct call *call)
{
    return call->leave && !call->refused && locks_memory(call->enter) &&
           (call->leave->error == ENOMEM || call->leave->error == ENOBUFS);
}

bool judge_lacked_memory(const struct recording *recording)
{
    struct view view;
    bool lacked = false;
    if (!recording || view_open(&view, recording, NULL) < 0)
        return false;
    for (size_t i = 0; i < view.act_count && !lacked; i++)
        lacked = was_refused(&view.acts[i]);
    view_close(&view);
    return lacked;
}
