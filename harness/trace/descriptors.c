/* Family of calls: descriptors, made, copied, changed and closed. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "trace/call.h"
#include "trace/identify.h"
#include "trace/memory.h"
#include "trace/signal.h"

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

static const struct text_name commands[] = {
    TEXT_NAME(F_DUPFD),      TEXT_NAME(F_GETFD),      TEXT_NAME(F_SETFD),
    TEXT_NAME(F_GETFL),      TEXT_NAME(F_SETFL),      TEXT_NAME(F_GETLK),
    TEXT_NAME(F_SETLK),      TEXT_NAME(F_SETLKW),     TEXT_NAME(F_SETOWN),
    TEXT_NAME(F_GETOWN),     TEXT_NAME(F_SETSIG),     TEXT_NAME(F_GETSIG),
    TEXT_NAME(F_SETOWN_EX),  TEXT_NAME(F_GETOWN_EX),  TEXT_NAME(F_DUPFD_CLOEXEC),
    TEXT_NAME(F_SETPIPE_SZ), TEXT_NAME(F_GETPIPE_SZ), TEXT_NAMES_END,
};
static const struct text_name access_modes[] = {
    TEXT_NAME(O_RDONLY),
    TEXT_NAME(O_WRONLY),
    TEXT_NAME(O_RDWR),
    TEXT_NAMES_END,
};
static const struct text_name status_flags[] = {
    TEXT_NAME(O_NONBLOCK), TEXT_NAME(O_APPEND),  TEXT_NAME(O_ASYNC),   TEXT_NAME(O_DIRECT),
    TEXT_NAME(O_SYNC),     TEXT_NAME(O_NOATIME), TEXT_NAME(O_CLOEXEC), TEXT_NAMES_END,
};
static const struct text_name requests[] = {
    TEXT_NAME(FIONBIO), TEXT_NAME(FIONREAD),   TEXT_NAME(FIOASYNC),
    TEXT_NAME(FIOCLEX), TEXT_NAME(FIONCLEX),   TEXT_NAME(TIOCOUTQ),
    TEXT_NAME(TCGETS),  TEXT_NAME(TIOCGWINSZ), TEXT_NAMES_END,
};

enum { LARGE_FILE = 0100000 }; /* O_LARGEFILE of the kernel: set on every file, says nothing */

static void add_status(struct visit *visit, uint64_t flags)
{
    uint64_t rest = flags & ~(uint64_t)(O_ACCMODE | LARGE_FILE);
    text_value(&visit->detail, flags & O_ACCMODE, access_modes);
    if (rest)
        text_add(&visit->detail, "|");
    text_flags(&visit->detail, rest, status_flags);
}

/* Counted before the call and after it: another thread may ask while it is under way. */
static void mode_changes(struct visit *visit)
{
    visit->trace->modes++;
}

static void add_owner(struct visit *visit)
{
    static const struct text_name types[] = {
        TEXT_NAME(F_OWNER_TID),
        TEXT_NAME(F_OWNER_PID),
        TEXT_NAME(F_OWNER_PGRP),
        TEXT_NAMES_END,
    };
    struct f_owner_ex owner;
    if (!memory_read(visit->thread->tid, visit->arguments[2], &owner, sizeof owner))
        return;
    text_value(&visit->detail, (uint64_t)owner.type, types);
    text_format(&visit->detail, " %d", owner.pid);
}

static enum call_plan fcntl_enter(struct visit *visit)
{
    uint64_t command = visit->arguments[1];
    if (command == F_SETFL)
        mode_changes(visit);
    text_value(&visit->detail, command, commands);
    if (command == F_GETFL || command == F_GETFD || command == F_GETOWN ||
        command == F_GETOWN_EX || command == F_GETSIG)
        return CALL_WRITE;
    text_add(&visit->detail, " ");
    if (command == F_SETFL)
        add_status(visit, visit->arguments[2]);
    else if (command == F_SETSIG && visit->arguments[2])
        signal_add(&visit->detail, (int)visit->arguments[2]);
    else if (command == F_SETOWN_EX)
        add_owner(visit);
    else
        text_number(&visit->detail, (int)visit->arguments[2]);
    return CALL_WRITE;
}

static void fcntl_leave(struct visit *visit)
{
    uint64_t command = visit->arguments[1];
    if (visit->result < 0)
        return;
    if (command == F_GETFL)
        add_status(visit, (uint64_t)visit->result);
    if (command == F_SETFL)
        mode_changes(visit);
    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        descriptor_duplicate(visit->trace, visit->thread, visit->event.fd, (int)visit->result,
                             visit->time);
}

static enum call_plan ioctl_enter(struct visit *visit)
{
    uint64_t request = visit->arguments[1];
    int value;
    if (request == FIONBIO)
        mode_changes(visit);
    text_value(&visit->detail, request, requests);
    if ((request == FIONBIO || request == FIOASYNC) &&
        memory_read(visit->thread->tid, visit->arguments[2], &value, sizeof value))
        text_format(&visit->detail, " %d", value);
    return CALL_WRITE;
}

static void ioctl_leave(struct visit *visit)
{
    if (visit->arguments[1] == FIONBIO)
        mode_changes(visit);
}

static enum call_plan dup_enter(struct visit *visit)
{
    text_number(&visit->detail, (int)visit->arguments[1]);
    return CALL_WRITE;
}

static void dup_leave(struct visit *visit)
{
    if (visit->result >= 0)
        descriptor_duplicate(visit->trace, visit->thread, visit->event.fd, (int)visit->result,
                             visit->time);
}

/* Another thread may be given the same number before this one is seen to come back: only what
   was there at entry is closed. */
static enum call_plan close_enter(struct visit *visit)
{
    struct slot *slot = descriptor_find(visit->thread->descriptors, visit->event.fd);
    visit->thread->inside.serial = slot ? slot->serial : 0;
    if (slot)
        slot->closing = true;
    return CALL_WRITE;
}

/* On Linux the descriptor is gone whatever close() says, but for EBADF (close(2)). */
static void close_leave(struct visit *visit)
{
    const struct slot *slot = descriptor_find(visit->thread->descriptors, visit->event.fd);
    if (slot && slot->serial == visit->thread->inside.serial)
        descriptor_close(visit->trace, visit->thread, visit->event.fd, visit->time);
}

static enum call_plan close_range_enter(struct visit *visit)
{
    text_format(&visit->detail, "%u %u %d", (unsigned)visit->arguments[0],
                (unsigned)visit->arguments[1], (int)visit->arguments[2]);
    return CALL_WRITE;
}

static void close_range_leave(struct visit *visit)
{
    const struct descriptors *table = visit->thread->descriptors;
    uint64_t first = (unsigned)visit->arguments[0], last = (unsigned)visit->arguments[1];
    if (visit->result < 0 || (visit->arguments[2] & CLOSE_RANGE_CLOEXEC) || !table)
        return;
    for (uint64_t fd = first; fd <= last && fd < (uint64_t)table->count; fd++)
        descriptor_close(visit->trace, visit->thread, (int)fd, visit->time);
}

static void made_leave(struct visit *visit)
{
    if (visit->result < 0)
        return;
    visit->event.fd = (int)visit->result;
    descriptor_close(visit->trace, visit->thread, visit->event.fd, visit->time);
}

/* The two ends that a pipe or a pair of sockets got. */
static void pair_leave(struct visit *visit, uint64_t address)
{
    int ends[2];
    if (visit->result < 0 || !memory_read(visit->thread->tid, address, ends, sizeof ends))
        return;
    text_format(&visit->detail, "{%d %d}", ends[0], ends[1]);
    descriptor_close(visit->trace, visit->thread, ends[0], visit->time);
    descriptor_close(visit->trace, visit->thread, ends[1], visit->time);
}

static void pipe_leave(struct visit *visit)
{
    pair_leave(visit, visit->arguments[0]);
}

static void socketpair_leave(struct visit *visit)
{
    pair_leave(visit, visit->arguments[3]);
}

/* clang-format off */
const struct call calls_descriptors[] = {
    CALL(close, "close", CALL_FD, 0, close_enter, close_leave),
    CALL(close_range, "close_range", 0, 0, close_range_enter, close_range_leave),
    CALL(dup, "dup", CALL_FD, 0, NULL, dup_leave),
    CALL(dup2, "dup2", CALL_FD, 0, dup_enter, dup_leave),
    CALL(dup3, "dup3", CALL_FD, 0, dup_enter, dup_leave),
    CALL(fcntl, "fcntl", CALL_FD, 0, fcntl_enter, fcntl_leave),
    CALL(ioctl, "ioctl", CALL_FD, 0, ioctl_enter, ioctl_leave),
    CALL(pipe, "pipe", 0, 0, NULL, pipe_leave),
    CALL(pipe2, "pipe2", 0, 0, NULL, pipe_leave),
    CALL(socketpair, "socketpair", 0, 0, NULL, socketpair_leave),
    CALL(eventfd, "eventfd", 0, 0, NULL, made_leave),
    CALL(eventfd2, "eventfd", 0, 0, NULL, made_leave),
    CALL(timerfd_create, "timerfd_create", 0, 0, NULL, made_leave),
    CALLS_END,
};
