/* Names of signals, and what came with them. See signal.h. */
#include "trace/signal.h"

#include <stdio.h>
#include <string.h>

#include "event/event.h"

/* Of the two names of SIGIO the C library knows the other one. */
const char *signal_name(int signal, char *buffer, size_t size)
{
    const char *name = signal == SIGIO ? "IO" : sigabbrev_np(signal);
    if (name)
        snprintf(buffer, size, "SIG%s", name);
    else if (signal < SIGRTMIN)
        snprintf(buffer, size, "signal %d", signal); /* the C library keeps it for itself */
    else if (signal == SIGRTMIN)
        snprintf(buffer, size, "SIGRTMIN");
    else
        snprintf(buffer, size, "SIGRTMIN+%d", signal - SIGRTMIN);
    return buffer;
}

void signal_add(struct text *text, int signal)
{
    char name[32];
    text_add(text, signal_name(signal, name, sizeof name));
}

/* si_fd is there for signals of descriptors only: codes POLL_IN to POLL_HUP. */
int signal_descriptor(int signal, int code, int fd)
{
    bool of_descriptor =
        (signal == SIGIO || signal >= SIGRTMIN) && code >= POLL_IN && code <= POLL_HUP;
    return of_descriptor ? fd : EVENT_NONE;
}

void signal_add_taken(struct text *text, int signal, int code, int fd)
{
    static const char *const codes[] = {"IN", "OUT", "MSG", "ERR", "PRI", "HUP"};
    signal_add(text, signal);
    if (signal_descriptor(signal, code, fd) >= 0)
        text_format(text, " {%d:%s}", fd, codes[code - POLL_IN]);
}
