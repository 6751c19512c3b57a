/* Names of signals, and what came with them. */
#ifndef IOLAB_TRACE_SIGNAL_H
#define IOLAB_TRACE_SIGNAL_H

#include <signal.h>
#include <stddef.h>

#include "trace/text.h"

/* "SIGTERM", "SIGRTMIN+3"; put into `buffer`, and returned. */
const char *signal_name(int signal, char *buffer, size_t size);
void signal_add(struct text *text, int signal);

/* The descriptor that such a signal tells of (F_SETOWN, F_SETSIG), or EVENT_NONE. */
int signal_descriptor(int signal, int code, int fd);
/* "SIGIO", "SIGRTMIN+1 {5:IN}" with the descriptor and what happened to it. */
void signal_add_taken(struct text *text, int signal, int code, int fd);

#endif
