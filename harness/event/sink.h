/*
 * The file behind a writer. Lines enter it whole: what a full disk cut off is taken back, so
 * that the file stays readable up to there. Losses are counted, not reported.
 */
#ifndef IOLAB_EVENT_SINK_H
#define IOLAB_EVENT_SINK_H

#include <stddef.h>
#include <stdint.h>

struct sink {
    int file;
    int64_t size;  /* bytes that it holds */
    uint64_t lost; /* lines that it did not take */
    int error;     /* the errno of the first loss */
};

/* Creates (truncates) the file. -1 with errno. */
int sink_open(struct sink *sink, const char *path);

/* Adds whole lines. What does not fit is dropped: keeping it would only delay newer losses. */
void sink_put(struct sink *sink, const char *lines, size_t size);

void sink_close(struct sink *sink);

#endif
