/* A seccomp filter as a program that a child installs between fork and exec, when it may no longer
   allocate. */
#ifndef IOLAB_FILTER_H
#define IOLAB_FILTER_H

#include <linux/filter.h>
#include <seccomp.h>

/* The program of a filter of libseccomp. 0 or -errno. filter_free in any case. */
int filter_export(scmp_filter_ctx filter, struct sock_fprog *program);
void filter_free(struct sock_fprog *program);

/* For the calling process, without a way back; no_new_privs too. Async-signal-safe; 0 or errno. */
int filter_install(const struct sock_fprog *program);

#endif
