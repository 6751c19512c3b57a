/*
 * Names of things in phase.h: of phases, of sources, and of classes of system calls. A class is
 * a row here and nothing else.
 */
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
     {"select", "pselect", "poll", "ppoll", "epoll_wait", "epoll_pwait", "epoll_pwait2"}},
    {"@sleep", {"nanosleep", "clock_nanosleep"}},
    {"@thread", {"pthread_create"}},
    {"@process", {"fork", "vfork"}},
    {"@lock", {"futex"}},
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

static bool class_has(const struct call_class *class, const char *call)
{
    for (const char *const *member = class->members; *member; member++)
        if (strcmp(*member, call) == 0)
            return true;
    return false;
}

bool phase_call_is(const char *call, const char *name_or_class)
{
    if (!call)
        return false;
    if (name_or_class[0] != '@')
        return strcmp(call, name_or_class) == 0;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strcmp(classes[i].name, name_or_class) == 0)
            return class_has(&classes[i], call);
    return false;
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
