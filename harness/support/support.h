/*
 * What lab servers need and no lab teaches: arguments, a listening socket, a clean end.
 * Contains no I/O model: nothing here reads, writes, waits, or makes a thread.
 */
#ifndef IOLAB_SUPPORT_H
#define IOLAB_SUPPORT_H

#include <signal.h>
#include <stdbool.h>

/* The port in argv[1], 1 to 65535. Ends the program with a message and status 2 when wrong. */
int support_port(int argc, char **argv);

/* The whole number in argv[index], or `otherwise` when there are fewer. Same on errors. */
int support_number(int argc, char **argv, int index, int otherwise);

/*
 * A TCP socket listening on 127.0.0.1:port with SO_REUSEADDR and the longest backlog. It is a
 * blocking descriptor. Ends the program with a message and status 1 on errors.
 */
int support_listen(int port);

/*
 * SIGTERM and SIGINT set support_stopping, interrupt a sleeping call (EINTR: installed without
 * SA_RESTART), and shut the listener down: it is readable then, accept fails. SIGPIPE is left alone: that is a lab's business.
 */
extern volatile sig_atomic_t support_stopping;
void support_catch_stop(void);

/* "server: accept: Too many open files" on stderr, from errno, which it leaves as it was. */
void support_complain(const char *what);

#endif
