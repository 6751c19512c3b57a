/* Events in words, as a student reads them. */
#ifndef IOLAB_JUDGE_WORDS_H
#define IOLAB_JUDGE_WORDS_H

#include <stdio.h>

#include "judge/view.h"

/* printf into fresh memory; NULL without memory. */
char *words_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Room for a time in words. */
struct words {
    char text[48];
};

/* "0.310 s", a moment of the recording. */
struct words words_moment(int64_t time);
/* "1.2 s", "340 ms", "0.25 ms": a length. */
struct words words_length(int64_t length);
/* "1 byte", "1024 bytes". */
struct words words_bytes(int64_t bytes);
/* "recv(5)", "select", "futex": a call with the descriptor that it concerns. */
struct words words_name(const struct event *enter);

/* "select or pselect" for "select|pselect", "recv or the like" for "@receive", "fcntl with
   O_ASYNC" for "fcntl:O_ASYNC". */
struct long_words {
    char text[160];
};
struct long_words words_calls(const char *name);

/* `size` bytes quoted as in C, at most `most` of them, then "…" in ASCII: "...". */
void words_quote(FILE *out, const char *data, size_t size, size_t most);

/*
 * A call in one line: `thread 2: recv(5) on connection 1 = 12, asleep 1.2 s`; an operation of a
 * ring: `IORING_OP_RECV(5, 4096) = 12 at 0.3 s on connection 1, submitted at 0.1 s`. At most about
 * 120 bytes; free text of the recording is cut, and control characters in it are escaped.
 */
char *words_call(const struct view *view, const struct call *call);

/* A client's step in one line: `client 1: send 6 bytes "hello\n"`. */
char *words_step(const struct event *step);

/* Difference of two byte strings that both begin at `offset`, four hex lines of each at most.
 */
char *words_difference(const char *want, size_t want_size, const char *got, size_t got_size,
                       int64_t offset);

#endif
