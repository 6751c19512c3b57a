/* Names of signals. */
#ifndef IOLAB_TRACE_SIGNAL_H
#define IOLAB_TRACE_SIGNAL_H

#include <stddef.h>

/* "SIGTERM", "SIGRTMIN+3"; put into `buffer`, and returned. */
const char *signal_name(int signal, char *buffer, size_t size);

#endif
