/*
 * Another main: the ring buffer of buffer.c, asked by one client. Each question is a letter and
 * a number of 4 bytes; each answer a number of 4 bytes, after "r" with the bytes behind it.
 *
 *   c N  create_buffer(N): 0, or -1 for NULL
 *   w N  buffer_write of the N bytes that follow: what it returned
 *   r N  buffer_read of N bytes: what it returned
 */
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

typedef struct circular_buffer circular_buffer_t; /* what is inside is yours */
circular_buffer_t *create_buffer(size_t capacity);
int buffer_write(circular_buffer_t *buf, const void *data, size_t len);
int buffer_read(circular_buffer_t *buf, void *data, size_t len);

static circular_buffer_t *buffers[16]; /* kept: what a buffer holds is not known here */
static size_t count;

static int32_t answer(char question, uint32_t number, char *data)
{
    circular_buffer_t *buf = count ? buffers[count - 1] : NULL;
    if (question == 'w')
        return buffer_write(buf, data, number);
    if (question == 'r')
        return buffer_read(buf, data, number);
    buffers[count++] = create_buffer(number);
    return buffers[count - 1] ? 0 : -1;
}

/* In one piece: two small sends in a row would wait for one another (Nagle's algorithm). */
static void tell(int fd, int32_t result, const void *data, size_t size)
{
    struct iovec parts[] = {{&result, sizeof result}, {(void *)data, size}};
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = 2};
    sendmsg(fd, &message, MSG_NOSIGNAL);
}

static bool take(int fd, void *data, size_t size)
{
    return size == 0 || recv(fd, data, size, MSG_WAITALL) == (ssize_t)size;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    int fd = accept(listener, NULL, NULL);
    char question;
    uint32_t number;
    while (take(fd, &question, 1) && take(fd, &number, sizeof number)) {
        char *data = malloc(number); /* so that a sanitizer knows where it ends */
        if (question == 'w' && !take(fd, data, number))
            break;
        int32_t result = answer(question, number, data);
        bool brings = question == 'r' && result > 0 && (uint32_t)result <= number;
        tell(fd, result, data, brings ? (size_t)result : 0);
        free(data);
    }
    close(fd);
    close(listener);
    return 0;
}
