/*
 * Signals that wait to be delivered or taken. A signalfd tells of the signals of whoever asks
 * (signalfd(2)), so that a copy of one cannot be asked by poll: what its mask is stands in
 * /proc/self/fdinfo, what is pending in the thread's status. Bit 0 of a mask is signal 1.
 */
#ifndef IOLAB_TRACE_PENDING_H
#define IOLAB_TRACE_PENDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Of a thread and of its process. False: it is gone. */
bool pending_signals(pid_t tid, uint64_t *mask);

/* The mask of the signalfd `copy`, in this process. False: it is no signalfd. */
bool pending_signalfd(int copy, uint64_t *mask);

#endif
