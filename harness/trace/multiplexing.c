/* Family of calls: waiting for many descriptors at once. */
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <time.h>

#include "base/clock.h"
#include "trace/call.h"
#include "trace/duration.h"
#include "trace/memory.h"
#include "trace/ready.h"

/* The same bits for poll and epoll, but for those above 1 << 27. */
static const struct text_name readiness[] = {
    {POLLIN, "IN"},          {POLLPRI, "PRI"},          {POLLOUT, "OUT"},
    {POLLERR, "ERR"},        {POLLHUP, "HUP"},          {POLLNVAL, "NVAL"},
    {POLLRDNORM, "RDNORM"},  {POLLRDBAND, "RDBAND"},    {POLLWRNORM, "WRNORM"},
    {POLLWRBAND, "WRBAND"},  {POLLRDHUP, "RDHUP"},      {EPOLLEXCLUSIVE, "EXCLUSIVE"},
    {EPOLLWAKEUP, "WAKEUP"}, {EPOLLONESHOT, "ONESHOT"}, {EPOLLET, "ET"},
    TEXT_NAMES_END,
};
static const struct text_name operations[] = {
    {EPOLL_CTL_ADD, "ADD"},
    {EPOLL_CTL_DEL, "DEL"},
    {EPOLL_CTL_MOD, "MOD"},
    TEXT_NAMES_END,
};

/* Set of descriptors `which` (0 read, 1 write, 2 except) of a select, as it is in memory now:
   whole words, as the kernel reads and writes them. False: the pointer is NULL or bad. */
static bool read_set(struct visit *visit, int which, unsigned long **words, int *count)
{
    const size_t bits = 8 * sizeof **words;
    uint64_t address = visit->arguments[1 + which], most = WATCH_SCRATCH / sizeof **words;
    uint64_t needed = ((visit->arguments[0] & INT32_MAX) + bits - 1) / bits;
    *words = (unsigned long *)(void *)visit->trace->scratch;
    *count = (int)(needed < most ? needed : most);
    return *count &&
           memory_read(visit->thread->tid, address, *words, (size_t)*count * sizeof **words);
}

/* Adds a set as "{3 5}", and its members to `asked` as far as these have room. */
static size_t add_set(struct visit *visit, int which, struct pollfd *asked, size_t used)
{
    static const short events[] = {POLLIN, POLLOUT, POLLPRI};
    const int bits = 8 * (int)sizeof(unsigned long);
    const char *before = which ? ", {" : "{";
    unsigned long *words;
    int count;
    if (!read_set(visit, which, &words, &count))
        count = 0;
    for (int word = 0; word < count; word++) {
        for (unsigned long left = words[word]; left; left &= left - 1) {
            int fd = word * bits + __builtin_ctzl(left);
            text_add(&visit->detail, before);
            text_number(&visit->detail, fd);
            before = " ";
            if (used < READY_MOST)
                asked[used] = (struct pollfd){.fd = fd, .events = events[which]};
            used++;
        }
    }
    text_add(&visit->detail, *before == ' ' ? "}" : which ? ", {}" : "{}");
    return used;
}

static enum call_plan select_enter(struct visit *visit)
{
    struct pollfd asked[READY_MOST];
    size_t used = 0;
    text_number(&visit->detail, (int)visit->arguments[0]);
    text_add(&visit->detail, ", ");
    for (int which = 0; which < 3; which++)
        used = add_set(visit, which, asked, used);
    visit->event.ready = ready_ask_all(visit, asked, used);
    visit->event.timeout =
        duration_timeval(visit->thread->tid, visit->arguments[4], EVENT_FOREVER);
    return CALL_WRITE;
}

/* The last argument points to a pair: the mask, or NULL, and its size. */
static enum call_plan pselect_enter(struct visit *visit)
{
    uint64_t mask[2];
    if (memory_read(visit->thread->tid, visit->arguments[5], mask, sizeof mask) && mask[0])
        visit->event.call = "pselect";
    select_enter(visit);
    visit->event.timeout =
        duration_timespec(visit->thread->tid, visit->arguments[4], EVENT_FOREVER);
    return CALL_WRITE;
}

static void select_leave(struct visit *visit)
{
    if (visit->result < 0)
        return;
    for (int which = 0; which < 3; which++)
        add_set(visit, which, NULL, READY_MOST);
}

static size_t read_polls(struct visit *visit, struct pollfd **polls)
{
    size_t most = WATCH_SCRATCH / sizeof **polls;
    size_t count = visit->arguments[1] < most ? (size_t)visit->arguments[1] : most;
    *polls = (struct pollfd *)(void *)visit->trace->scratch;
    size_t size = count * sizeof **polls;
    return memory_read(visit->thread->tid, visit->arguments[0], *polls, size) ? count : 0;
}

static void add_event(struct visit *visit, const char **between, int fd, uint32_t events)
{
    text_add(&visit->detail, *between);
    if (fd == EVENT_NONE)
        text_add(&visit->detail, "?");
    else
        text_number(&visit->detail, fd);
    text_add(&visit->detail, ":");
    text_flags(&visit->detail, events, readiness);
    *between = " ";
}

static void poll_decode(struct visit *visit)
{
    struct pollfd *polls;
    const char *between = "{";
    size_t count = read_polls(visit, &polls);
    for (size_t i = 0; i < count; i++)
        add_event(visit, &between, polls[i].fd, (unsigned short)polls[i].events);
    text_add(&visit->detail, count ? "}" : "{}");
    visit->event.ready = ready_ask_all(visit, polls, count);
}

static enum call_plan poll_enter(struct visit *visit)
{
    int timeout = (int)visit->arguments[2];
    poll_decode(visit);
    visit->event.timeout = timeout < 0 ? EVENT_FOREVER : timeout * CLOCK_MILLISECOND;
    return CALL_WRITE;
}

static enum call_plan ppoll_enter(struct visit *visit)
{
    if (visit->arguments[3])
        visit->event.call = "ppoll";
    poll_decode(visit);
    visit->event.timeout =
        duration_timespec(visit->thread->tid, visit->arguments[2], EVENT_FOREVER);
    return CALL_WRITE;
}

static void poll_leave(struct visit *visit)
{
    struct pollfd *polls;
    const char *between = "{";
    size_t count = visit->result < 0 ? 0 : read_polls(visit, &polls);
    if (visit->result < 0)
        return;
    for (size_t i = 0; i < count; i++)
        if (polls[i].revents)
            add_event(visit, &between, polls[i].fd, (unsigned short)polls[i].revents);
    text_add(&visit->detail, *between == ' ' ? "}" : "{}");
}

static enum call_plan ctl_enter(struct visit *visit)
{
    struct epoll_event event;
    text_value(&visit->detail, visit->arguments[1], operations);
    text_format(&visit->detail, " %d ", (int)visit->arguments[2]);
    if (visit->arguments[1] != EPOLL_CTL_DEL &&
        memory_read(visit->thread->tid, visit->arguments[3], &event, sizeof event)) {
        if (event.events)
            text_flags(&visit->detail, event.events, readiness);
        else
            text_add(&visit->detail, "0");
        visit->event.address = visit->thread->inside.note = event.data.u64;
    } else {
        visit->detail.start[--visit->detail.used] = '\0'; /* the blank */
    }
    return CALL_WRITE;
}

static void ctl_leave(struct visit *visit)
{
    struct slot *slot = descriptor_find(visit->thread->descriptors, visit->event.fd);
    if (visit->result != 0 || !slot || visit->arguments[1] == EPOLL_CTL_DEL)
        return;
    int fd = (int)visit->arguments[2];
    const struct slot *added = descriptor_find(visit->thread->descriptors, fd);
    interest_set(slot, visit->thread->inside.note, fd);
    if (slot->interest && added && added->kind == KIND_SIGNALS)
        slot->interest->signals = fd;
}

static enum call_plan epoll_enter(struct visit *visit)
{
    int timeout = (int)visit->arguments[3];
    visit->event.ready = ready_ask_epoll(visit, visit->event.fd);
    visit->event.timeout = timeout < 0 ? EVENT_FOREVER : timeout * CLOCK_MILLISECOND;
    return CALL_WRITE;
}

static enum call_plan epoll_pwait_enter(struct visit *visit)
{
    if (visit->arguments[4])
        visit->event.call = "epoll_pwait";
    return epoll_enter(visit);
}

static enum call_plan epoll_pwait2_enter(struct visit *visit)
{
    epoll_enter(visit);
    visit->event.timeout =
        duration_timespec(visit->thread->tid, visit->arguments[3], EVENT_FOREVER);
    return CALL_WRITE;
}

static void epoll_leave(struct visit *visit)
{
    const struct slot *slot = descriptor_find(visit->thread->descriptors, visit->event.fd);
    struct epoll_event *events = (struct epoll_event *)(void *)visit->trace->scratch;
    int64_t most = WATCH_SCRATCH / (int)sizeof *events;
    int64_t count = visit->result < most ? visit->result : most;
    const char *between = "{";
    if (count < 0)
        return;
    if (!memory_read(visit->thread->tid, visit->arguments[1], events,
                     (size_t)count * sizeof *events))
        count = 0;
    for (int64_t i = 0; i < count; i++)
        add_event(visit, &between, interest_find(slot, events[i].data.u64), events[i].events);
    text_add(&visit->detail, count ? "}" : "{}");
}

/* clang-format off */
const struct call calls_multiplexing[] = {
    CALL(select, "select", 0, 0, select_enter, select_leave),
    CALL(pselect6, "select", 0, 0, pselect_enter, select_leave),
    CALL(poll, "poll", 0, 0, poll_enter, poll_leave),
    CALL(ppoll, "poll", 0, 0, ppoll_enter, poll_leave),
    CALL(epoll_create, "epoll_create", 0, 0, NULL, NULL),
    CALL(epoll_create1, "epoll_create1", 0, 0, NULL, NULL),
    CALL(epoll_ctl, "epoll_ctl", CALL_FD, 0, ctl_enter, ctl_leave),
    CALL(epoll_wait, "epoll_wait", CALL_FD, 0, epoll_enter, epoll_leave),
    CALL(epoll_pwait, "epoll_wait", CALL_FD, 0, epoll_pwait_enter, epoll_leave),
    CALL(epoll_pwait2, "epoll_pwait2", CALL_FD, 0, epoll_pwait2_enter, epoll_leave),
    CALLS_END,
};
