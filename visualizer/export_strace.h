/* Calls and signals in the words of strace; private to export_strace*.c. */
#ifndef IOLAB_VISUALIZER_EXPORT_STRACE_H
#define IOLAB_VISUALIZER_EXPORT_STRACE_H

#include <stdio.h>

#include "event/recording.h"

/* One call; `leave` is NULL when it never came back. */
struct strace_call {
    const struct event *enter, *leave;
};

typedef void strace_fn(FILE *out, const struct strace_call *call);

/* How a call is written: name(IN OUT) = result AFTER. */
struct strace_form {
    const char *call; /* the student's name of it, as recordings have it */
    const char *name; /* the kernel's, which strace prints */
    strace_fn *in;    /* what is known when it is entered */
    strace_fn *out;   /* NULL, or: what the kernel filled in, and the arguments behind */
    strace_fn *after; /* NULL, or: words behind the result */
};

/* By families; a row without a call ends each. */
extern const struct strace_form strace_bytes[], strace_descriptors[], strace_multiplex[],
    strace_signal_calls[];

/* Never NULL: a call that is in no table has a form that prints its detail. */
const struct strace_form *strace_form_of(const char *call);

/* "3", "-1 EAGAIN (Resource temporarily unavailable)" */
void strace_result(FILE *out, const struct event *leave);

/* A line that is written piece by piece: each is measured first, as results stand in a column. */
struct strace_line {
    FILE *out, *piece;
    char *text; /* of the piece */
    size_t size;
    long column;
    bool lost; /* memory ran out */
};
int strace_line_make(struct strace_line *line, FILE *out);
void strace_line_free(struct strace_line *line);
FILE *strace_piece(struct strace_line *line); /* begins one: to be written there */
void strace_piece_end(struct strace_line *line);
/* ") = " with the sign in its column, as far as the line leaves room. */
void strace_equals(struct strace_line *line);

/* --- words (export_strace_text.c) --- */

/* `size` bytes in ASCII; what does not show, and each byte of UTF-8, as "\177". */
void strace_put(FILE *out, const char *text, size_t size);

/* A name as it may stand in a line; NULL as "?". */
void strace_name(FILE *out, const char *name);

/* Payload in quotes: at most 32 bytes, then "..." when `whole` is more. */
void strace_quoted(FILE *out, const char *data, size_t size, int64_t whole);

/* The next word of a detail, up to a blank; NULL: there is none. */
const char *strace_word(const char **at, size_t *size);

/* "IN|OUT" as "POLLIN|POLLOUT". */
void strace_flags(FILE *out, const char *flags, size_t size, const char *prefix);

/* The detail of an event that may be NULL; never NULL. */
const char *strace_detail_of(const struct event *event);
/* The same, printed; `otherwise` where there is none. */
void strace_detail(FILE *out, const char *detail, const char *otherwise);
/* The words of a detail from `at` on, each behind ", ". */
void strace_words(FILE *out, const char *at);

/* The descriptor; with ", "; with the words of the detail; nothing at all. */
strace_fn strace_fd, strace_fd_more, strace_fd_words, strace_nothing;

/* "{5:IN 6:IN|OUT}" as "[{fd=5, events=POLLIN}, …]": WHAT is "events" or "revents"; returns how
   many. Of an epoll as "[{events=EPOLLIN, data={fd=5}}, …]". */
size_t strace_polls(FILE *out, const char *list, const char *what);
void strace_epolls(FILE *out, const char *list);

/* "127.0.0.1:7000" as a struct sockaddr_in. */
void strace_address(FILE *out, const char *address);

/* A timeout as struct timespec ("nsec") or timeval ("usec"): NULL when forever. */
void strace_time(FILE *out, int64_t ns, const char *unit);

/* --- signals (export_strace_signal.c) --- */

/* A signal by strace's name: those of real time count from the kernel's first, which is 32. */
void strace_signal(FILE *out, const char *name, size_t size);

/* "{SIGIO SIGRTMIN}" as "[IO RT_2]", "all" as "~[RTMIN RT_1]". */
void strace_signals(FILE *out, const char *set);

/* The members of a siginfo_t that are known of a signal. */
void strace_siginfo(FILE *out, const struct event *signal);

#endif
