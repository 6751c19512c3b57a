/* The seccomp filter: the calls of all families stop the program, others do not. */
#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>

#include "base/filter.h"
#include "trace/call.h"

struct trace_filter {
    struct sock_fprog program;
};

/* Of futex only what waits is of interest, and locks are otherwise the most frequent calls. */
static int add_futex(scmp_filter_ctx filter)
{
    static const int operations[] = {FUTEX_WAIT, FUTEX_WAIT_BITSET, FUTEX_LOCK_PI};
    for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
        int error = seccomp_rule_add(
            filter, SCMP_ACT_TRACE(0), SCMP_SYS(futex), 1,
            SCMP_A1(SCMP_CMP_MASKED_EQ, FUTEX_CMD_MASK & 0xffffffffu, operations[i]));
        if (error)
            return error;
    }
    return 0;
}

static int add_calls(scmp_filter_ctx filter)
{
    int error = add_futex(filter);
    for (const struct call *const *family = call_families; *family && !error; family++)
        for (const struct call *call = *family; call->name && !error; call++)
            if (call->number >= 0 && call->number != SCMP_SYS(futex))
                error = seccomp_rule_add(filter, SCMP_ACT_TRACE(0), call->number, 0);
    return error;
}

/* Programs for another processor (32 bit) run unwatched instead of being killed. The rules as
   a tree, not a chain: each call of the program pays for the search. */
static int fill(scmp_filter_ctx filter)
{
    int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ALLOW);
    if (!error)
        error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    return error ? error : add_calls(filter);
}

struct trace_filter *trace_filter_make(struct failure *failure)
{
    struct trace_filter *made = calloc(1, sizeof *made);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    int error = made && filter ? fill(filter) : -ENOMEM;
    if (!error)
        error = filter_export(filter, &made->program);
    if (filter)
        seccomp_release(filter);
    if (!error)
        return made;
    trace_filter_free(made);
    failure_set(failure, STATUS_MACHINE, "cannot make the filter for system calls: %s",
                strerror(-error));
    return NULL;
}

void trace_filter_free(struct trace_filter *filter)
{
    if (filter)
        filter_free(&filter->program);
    free(filter);
}

int trace_filter_install(void *context)
{
    const struct trace_filter *filter = context;
    return filter_install(&filter->program);
}
