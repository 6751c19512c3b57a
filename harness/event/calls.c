/*
 * Names of things in phase.h: of phases, of sources, and of classes of system calls. A class is
 * a row here and nothing else.
 */
#include <stdio.h>
#include <string.h>

#include "event/phase.h"

static const struct call_class {
    const char *name;
    const char *members[12];
} classes[] = {
    {"@receive", {"recv", "recvfrom", "recvmsg", "recvmmsg", "read", "readv"}},
    {"@send",
     {"send", "sendto", "sendmsg", "sendmmsg", "write", "writev", "sendfile", "splice"}},
    {"@accept", {"accept", "accept4"}},
    {"@wait",
     {"select", "pselect", "poll", "ppoll", "epoll_wait", "epoll_pwait", "epoll_pwait2",
      "io_uring_enter"}},
    {"@sleep", {"nanosleep", "clock_nanosleep"}},
    {"@thread", {"pthread_create"}},
    {"@process", {"fork", "vfork"}},
    {"@lock", {"futex"}},
    {"@signal", {"sigsuspend", "pause", "sigwaitinfo", "sigtimedwait"}},
};

static const struct {
    const char *name;
    char glyph;
    const char *meaning;
} phases[] = {
#define X(kind, name, glyph, meaning) [kind] = {name, glyph, meaning},
    PHASE_KINDS(X)
#undef X
};

static const char *const sources[] = {
#define X(source, name) [source] = name,
    PHASE_SOURCES(X)
#undef X
};

/* Most names differ in one of their first letters: they are asked about for every event. */
static bool same(const char *one, const char *other)
{
    return one[0] == other[0] && (one[0] == '\0' || one[1] == other[1]) &&
           strcmp(one, other) == 0;
}

static bool class_has(const struct call_class *class, const char *call)
{
    for (const char *const *member = class->members; *member; member++)
        if (same(*member, call))
            return true;
    return false;
}

bool phase_call_is(const char *call, const char *name_or_class)
{
    if (!call)
        return false;
    if (name_or_class[0] != '@')
        return same(call, name_or_class);
    if (same(name_or_class + 1, "ring"))
        return strncmp(call, "IORING_OP_", 10) == 0;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (same(classes[i].name + 1, name_or_class + 1))
            return class_has(&classes[i], call);
    return false;
}

static bool one_of(const char *call, const char *const *names)
{
    if (!phase_call_is(call, "@ring"))
        return false;
    while (*names && strcmp(*names, call) != 0)
        names++;
    return *names;
}

bool phase_ring_receives(const char *call)
{
    static const char *const names[] = {
        "IORING_OP_RECV",        "IORING_OP_RECVMSG",    "IORING_OP_READ",
        "IORING_OP_READV",       "IORING_OP_READ_FIXED", "IORING_OP_READ_MULTISHOT",
        "IORING_OP_READV_FIXED", "IORING_OP_RECV_ZC",    NULL,
    };
    return one_of(call, names);
}

bool phase_ring_sends(const char *call)
{
    static const char *const names[] = {
        "IORING_OP_SEND",        "IORING_OP_SENDMSG",
        "IORING_OP_WRITE",       "IORING_OP_WRITEV",
        "IORING_OP_WRITE_FIXED", "IORING_OP_SEND_ZC",
        "IORING_OP_SPLICE",      "IORING_OP_WRITEV_FIXED",
        "IORING_OP_SENDMSG_ZC",  NULL,
    };
    return one_of(call, names);
}

int phase_ring_completed(const struct event *leave)
{
    int count;
    return leave->detail && sscanf(leave->detail, "completed %d", &count) == 1 ? count : -1;
}

bool phase_ring_vain(const struct event *enter, const struct event *leave)
{
    return enter->timeout == 0 && leave->result == 0 && !leave->error && enter->detail &&
           strstr(enter->detail, "GETEVENTS") && phase_ring_completed(leave) == 0;
}

/* What stands between the words of a detail. */
#define BETWEEN " |{}:,"

const char *phase_word(const char **at, size_t *size)
{
    const char *word = *at + strspn(*at, BETWEEN);
    *size = strcspn(word, BETWEEN);
    *at = word + *size;
    return *size ? word : NULL;
}

static bool has_word(const char *detail, const char *wanted)
{
    const char *word;
    size_t size, length = strlen(wanted);
    while (detail && (word = phase_word(&detail, &size)))
        if (size == length && memcmp(word, wanted, size) == 0)
            return true;
    return false;
}

bool phase_enter_is(const struct event *enter, const char *name)
{
    char call[64];
    const char *colon = strchr(name, ':');
    if (!colon)
        return phase_call_is(enter->call, name);
    if ((size_t)(colon - name) >= sizeof call)
        return false;
    memcpy(call, name, (size_t)(colon - name));
    call[colon - name] = '\0';
    return phase_call_is(enter->call, call) && has_word(enter->detail, colon + 1);
}

const char *phase_name(enum phase_kind kind)
{
    return phases[kind].name;
}

char phase_glyph(enum phase_kind kind)
{
    return phases[kind].glyph;
}

const char *phase_meaning(enum phase_kind kind)
{
    return phases[kind].meaning;
}

const char *phase_source_name(enum phase_source source)
{
    return sources[source];
}
