/* See sink.h. */
#include "event/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int sink_open(struct sink *sink, const char *path)
{
    *sink = (struct sink){0};
    sink->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    return sink->file < 0 ? -1 : 0;
}

/* Writes all of it; returns how many bytes the file took, errno set when less. */
static size_t write_out(int file, const char *from, size_t size)
{
    size_t done = 0;
    while (done < size) {
        ssize_t count = write(file, from + done, size - done);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        done += (size_t)count;
    }
    return done;
}

static size_t whole_lines(const char *from, size_t size)
{
    const char *end = memrchr(from, '\n', size);
    return end ? (size_t)(end - from) + 1 : 0;
}

static uint64_t count_lines(const char *from, size_t size)
{
    uint64_t lines = 0;
    for (const char *end = from + size; from < end; lines++)
        from = (const char *)memchr(from, '\n', (size_t)(end - from)) + 1;
    return lines;
}

void sink_put(struct sink *sink, const char *lines, size_t size)
{
    size_t done = write_out(sink->file, lines, size);
    if (done < size) {
        size_t whole = whole_lines(lines, done);
        sink->lost += count_lines(lines + whole, size - whole);
        if (!sink->error)
            sink->error = errno;
        if (done > whole && ftruncate(sink->file, sink->size + (int64_t)whole) < 0)
            whole = done; /* no ordinary file: a reader leaves the broken line out */
        done = whole;
    }
    sink->size += (int64_t)done;
}

void sink_close(struct sink *sink)
{
    /* A quota on a network file system shows only now. */
    if (close(sink->file) < 0 && !sink->error && errno != EINTR) {
        sink->error = errno;
        sink->lost++;
    }
}
