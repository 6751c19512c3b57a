/* Calls that wait for many descriptors at once, as strace writes them. See export_strace.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "visualizer/export_strace.h"

/* --- select and poll --- */

/* "{3 5}" as "[3 5]"; moves behind it and the ", " that follows. */
static const char *put_set(FILE *out, const char *at)
{
    const char *end = strchr(at, '}');
    size_t size = end ? (size_t)(end - at) : strlen(at);
    fputc('[', out);
    if (size && *at == '{')
        strace_put(out, at + 1, size - 1);
    fputc(']', out);
    return end ? end + 1 + strspn(end + 1, ", ") : at + size;
}

/* "8, {3 5}, {6}, {}" */
static void select_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = strcspn(at, ",");
    bool pselect = strcmp(call->enter->call, "pselect") == 0;
    strace_put(out, at, size);
    at += size + strspn(at + size, ", ");
    for (int which = 0; which < 3; which++) {
        fputs(", ", out);
        at = put_set(out, at);
    }
    fputs(", ", out);
    strace_time(out, call->enter->timeout, pselect ? "nsec" : "usec");
    fputs(pselect ? ", ..." : "", out);
}

/* "{5}, {}, {}" as " (in [5])". */
static void select_after(FILE *out, const struct strace_call *call)
{
    static const char *const names[] = {"in ", "out ", "except "};
    const char *at = strace_detail_of(call->leave), *between = " (";
    if (call->leave->error)
        return;
    if (call->leave->result == 0) {
        fputs(" (Timeout)", out);
        return;
    }
    for (int which = 0; which < 3 && *at == '{'; which++) {
        bool empty = at[1] == '}';
        if (empty) {
            at += 2 + strspn(at + 2, ", ");
            continue;
        }
        fprintf(out, "%s%s", between, names[which]);
        at = put_set(out, at);
        between = ", ";
    }
    fputs(*between == ',' ? ")" : "", out);
}

static void put_milliseconds(FILE *out, int64_t timeout)
{
    if (timeout == EVENT_NONE)
        fputs("...", out);
    else
        fprintf(out, "%" PRId64, timeout == EVENT_FOREVER ? -1 : timeout / 1000000);
}

static void poll_in(FILE *out, const struct strace_call *call)
{
    bool ppoll = strcmp(call->enter->call, "ppoll") == 0;
    size_t count = strace_polls(out, call->enter->detail, "events");
    fprintf(out, ", %zu, ", count);
    if (ppoll)
        strace_time(out, call->enter->timeout, "nsec");
    else
        put_milliseconds(out, call->enter->timeout);
    fputs(ppoll ? ", ..." : "", out);
}

static void poll_after(FILE *out, const struct strace_call *call)
{
    if (call->leave->error)
        return;
    if (call->leave->result == 0) {
        fputs(" (Timeout)", out);
        return;
    }
    fputs(" (", out);
    strace_polls(out, call->leave->detail, "revents");
    fputc(')', out);
}

/* --- epoll --- */

static void epoll_ctl_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    fprintf(out, "%d, EPOLL_CTL_", call->enter->fd);
    for (int i = 0; i < 2; i++) {
        const char *word = strace_word(&at, &size);
        strace_put(out, word ? word : "...", word ? size : 3);
        fputs(", ", out);
    }
    const char *events = strace_word(&at, &size);
    if (!events) {
        fputs("...", out);
        return;
    }
    fputs("{events=", out);
    strace_flags(out, events, size, "EPOLL");
    fprintf(out, ", data={u32=%" PRIu32 ", u64=%" PRIu64 "}}", (uint32_t)call->enter->address,
            call->enter->address);
}

static void epoll_wait_in(FILE *out, const struct strace_call *call)
{
    fprintf(out, "%d, ", call->enter->fd);
}

static void epoll_wait_out(FILE *out, const struct strace_call *call)
{
    const char *name = call->enter->call;
    strace_epolls(out, strace_detail_of(call->leave));
    fputs(", ..., ", out);
    if (strcmp(name, "epoll_pwait2") == 0)
        strace_time(out, call->enter->timeout, "nsec");
    else
        put_milliseconds(out, call->enter->timeout);
    fputs(strcmp(name, "epoll_wait") == 0 ? "" : ", ...", out);
}

/* --- io_uring --- */

/* "256 CLAMP" */
static void setup_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    const char *entries = strace_word(&at, &size);
    strace_put(out, entries ? entries : "...", entries ? size : 3);
    const char *flags = strace_word(&at, &size);
    fputs(", {flags=", out);
    if (flags)
        strace_flags(out, flags, size, "IORING_SETUP_");
    fputs(flags ? ", ...}" : "0, ...}", out);
}

/* "submit 2, wait 1, GETEVENTS, head 7" */
static void ring_in(FILE *out, const struct strace_call *call)
{
    static const char *const names[] = {"submit ", "wait "};
    const char *at = strace_detail_of(call->enter);
    fprintf(out, "%d", call->enter->fd);
    for (int i = 0; i < 2; i++) {
        const char *number = strstr(at, names[i]);
        fprintf(out, ", %ld", number ? strtol(number + strlen(names[i]), NULL, 10) : 0);
        if (number)
            at = number + strcspn(number, ",");
    }
    at += strspn(at, ", ");
    size_t size = strcspn(at, ",");
    fputs(", ", out);
    if (size && strncmp(at, "head", 4) != 0)
        strace_flags(out, at, size, "IORING_ENTER_");
    else
        fputc('0', out);
    fputs(", ...", out);
}

/* "PBUF_RING 1" */
static void register_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    const char *word = strace_word(&at, &size);
    fprintf(out, "%d, ", call->enter->fd);
    if (word)
        strace_flags(out, word, size, "IORING_REGISTER_");
    fputs(", ..., ", out);
    word = strace_word(&at, &size);
    strace_put(out, word ? word : "...", word ? size : 3);
}

const struct strace_form strace_multiplex[] = {
    {"select", "select", select_in, NULL, select_after},
    {"pselect", "pselect6", select_in, NULL, select_after},
    {"poll", "poll", poll_in, NULL, poll_after},
    {"ppoll", "ppoll", poll_in, NULL, poll_after},
    {"epoll_ctl", "epoll_ctl", epoll_ctl_in, NULL, NULL},
    {"epoll_wait", "epoll_wait", epoll_wait_in, epoll_wait_out, NULL},
    {"epoll_pwait", "epoll_pwait", epoll_wait_in, epoll_wait_out, NULL},
    {"epoll_pwait2", "epoll_pwait2", epoll_wait_in, epoll_wait_out, NULL},
    {"io_uring_setup", "io_uring_setup", setup_in, NULL, NULL},
    {"io_uring_enter", "io_uring_enter", ring_in, NULL, NULL},
    {"io_uring_register", "io_uring_register", register_in, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
