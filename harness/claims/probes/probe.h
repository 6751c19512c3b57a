/* What probes share: timing, descriptors, errors. All of it inside one round's process. */
#ifndef IOLAB_PROBE_H
#define IOLAB_PROBE_H

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>

#include "claims/experiment.h"

#define PROBE_REPETITIONS 7

/*
 * Microseconds of one call of `once`, which returns -1 with errno when it failed: the median of
 * PROBE_REPETITIONS times `calls` calls, after a few that do not count. -1 with a failure that
 * names `what`.
 */
int probe_time(int (*once)(void *context), void *context, int calls, double *microseconds,
               const char *what, struct failure *failure);

/* The same in processor time of the calling thread, for calls that do not sleep and leave no work
   to others: what else the machine does disturbs it less. */
int probe_work(int (*once)(void *context), void *context, int calls, double *microseconds,
               const char *what, struct failure *failure);

/* Nanoseconds of processor time of the calling thread. */
int64_t probe_processor_time(void);

/* Makes room for so many descriptors (up to the hard limit). -1 with a failure. */
int probe_descriptors(int64_t count, struct failure *failure);

/* The calling thread, and those it makes, stay on the core they are on. */
void probe_stay(void);

/* The number behind `line` ("VmRSS:", in KiB; "": the first line's) in a file of /proc. -1: none. */
int64_t probe_number(const char *path, const char *line);

/* A file of zeros in the folder for temporary files, without a name: a descriptor. -1 with errno. */
int probe_file(size_t size);

/* Writes the file to its disk and has the kernel forget its pages. -1 with a failure: they stay in
   memory. */
int probe_forget(int file, struct failure *failure);

/* A TCP socket that listens on loopback with a free port, its address in `address`; -1 with errno.
 */
int probe_listen(struct sockaddr_in *address);

/* Two ends of a TCP connection over loopback. -1 with errno. */
int probe_connection(int ends[2]);

/* -1 with a failure: "cannot WHAT: " and errno. */
int probe_failed(struct failure *failure, const char *what);

#endif
