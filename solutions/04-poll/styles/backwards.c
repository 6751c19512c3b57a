/* Style: fixed arrays side by side, walked through backwards; no ring in use: the header is
   received byte by byte, the body into its place, and echo goes through one small buffer, which
   is either being filled or being sent; recvmsg and sendmsg; own socket and signal handler. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_CLIENTS 6000
#define LINE        2000

struct circular_buffer {
    size_t capacity, length, read_pos;
    unsigned char data[];
};

struct circular_buffer *create_buffer(size_t capacity)
{
    struct circular_buffer *buf = malloc(sizeof *buf + capacity);
    buf->capacity = capacity;
    buf->length = buf->read_pos = 0;
    return buf;
}

int buffer_write(struct circular_buffer *buf, const void *data, size_t len)
{
    if (buf->length + len > buf->capacity)
        return -1;
    for (size_t i = 0; i < len; i++) {
        size_t at = buf->read_pos + buf->length + i;
        buf->data[at < buf->capacity ? at : at - buf->capacity] = ((const char *)data)[i];
    }
    buf->length += len;
    return 0;
}

int buffer_read(struct circular_buffer *buf, void *data, size_t len)
{
    if (len > buf->length)
        len = buf->length;
    for (size_t i = 0; i < len; i++) {
        ((char *)data)[i] = buf->data[buf->read_pos++];
        if (buf->read_pos == buf->capacity)
            buf->read_pos = 0;
    }
    buf->length -= len;
    return (int)len;
}

enum state { HEADER, BODY, SENDING };

static struct pollfd pfd[MAX_CLIENTS];
static enum state state[MAX_CLIENTS];
static char *data[MAX_CLIENTS];
static size_t done[MAX_CLIENTS], size[MAX_CLIENTS], header[MAX_CLIENTS];
static time_t active[MAX_CLIENTS];
static int n, idle = 60, requests;
static volatile sig_atomic_t finish;

static void stop(int signal)
{
    (void)signal;
    finish = 1;
}

static ssize_t move(int i, size_t most, int out)
{
    struct iovec part = {.iov_base = data[i] + done[i], .iov_len = most};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t moved =
        out ? sendmsg(pfd[i].fd, &message, MSG_NOSIGNAL) : recvmsg(pfd[i].fd, &message, 0);
    if (moved > 0) {
        done[i] += (size_t)moved;
        active[i] = time(NULL);
    }
    return moved;
}

static void begin(int i)
{
    state[i] = HEADER;
    done[i] = 0;
    header[i] = 0;
}

/* 1: the header is there. 0: it is not. -1: it will never be. */
static int check_header(int i)
{
    char text[65] = {0};
    memcpy(text, data[i], done[i]);
    if (done[i] < 4 || memcmp(text + done[i] - 4, "\r\n\r\n", 4) != 0)
        return done[i] == 64 ? -1 : 0;
    char *end;
    if (strncmp(text, "Content-Length: ", 16) != 0 || text[16] < '0' || text[16] > '9')
        return -1;
    unsigned long length = strtoul(text + 16, &end, 10);
    if (end != text + done[i] - 4 || length > 1048576)
        return -1;
    header[i] = done[i];
    size[i] = done[i] + length;
    data[i] = realloc(data[i], size[i] + LINE);
    return 1;
}

static void turn_round(int i)
{
    size_t length = size[i] - header[i];
    for (size_t k = 0; k < length / 2; k++) {
        char *a = data[i] + header[i] + k, *b = data[i] + size[i] - 1 - k, c = *a;
        *a = *b;
        *b = c;
    }
}

static int bad(ssize_t result)
{
    return result == 0 || (result < 0 && errno != EAGAIN && errno != EINTR);
}

/* -1: hang up. */
static int serve(int i)
{
    int answers = 0;
    ssize_t moved = 0;
    for (;;) {
        if (state[i] == SENDING) {
            moved = move(i, size[i] - done[i], 1);
            if (moved < 0 || done[i] < size[i])
                return moved < 0 && bad(moved) ? -1 : 0;
            begin(i);
            if (++answers == 10 || !requests)
                return 0;
        } else if (!requests) {
            moved = move(i, LINE, 0);
            if (moved <= 0)
                return bad(moved) ? -1 : 0;
            size[i] = done[i];
            done[i] = 0;
            state[i] = SENDING;
        } else if (state[i] == HEADER) {
            moved = move(i, 1, 0);
            if (moved <= 0)
                return bad(moved) ? -1 : 0;
            int there = check_header(i);
            if (there < 0)
                return -1;
            if (there)
                state[i] = BODY;
        } else {
            if (done[i] < size[i] && (moved = move(i, size[i] - done[i], 0)) <= 0)
                return bad(moved) ? -1 : 0;
            if (done[i] < size[i])
                return 0;
            turn_round(i);
            done[i] = 0;
            state[i] = SENDING;
        }
    }
}

static void hang_up(int i)
{
    close(pfd[i].fd);
    free(data[i]);
    n--;
    pfd[i] = pfd[n];
    state[i] = state[n];
    data[i] = data[n];
    done[i] = done[n];
    size[i] = size[n];
    header[i] = header[n];
    active[i] = active[n];
    pfd[0].events = POLLIN;
}

static void greet(void)
{
    struct sockaddr_in who;
    socklen_t length = sizeof who;
    int fd = accept(pfd[0].fd, (struct sockaddr *)&who, &length), one = 1;
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            pfd[0].events = 0;
        return;
    }
    if (n == MAX_CLIENTS) {
        close(fd);
        return;
    }
    ioctl(fd, FIONBIO, &one);
    pfd[n] = (struct pollfd){.fd = fd, .events = POLLIN};
    data[n] = malloc(LINE);
    active[n] = time(NULL);
    begin(n++);
}

void poll_based_server(int server_fd)
{
    int one = 1;
    ioctl(server_fd, FIONBIO, &one);
    pfd[0] = (struct pollfd){.fd = server_fd, .events = POLLIN};
    n = 1;
    while (!finish) {
        int ready = poll(pfd, (nfds_t)n, 900);
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready == 0)
            pfd[0].events = POLLIN;
        for (int i = n - 1; i > 0; i--) {
            if ((pfd[i].revents && serve(i) < 0) || time(NULL) - active[i] > idle)
                hang_up(i);
            else
                pfd[i].events = state[i] == SENDING ? POLLOUT : POLLIN;
        }
        if (pfd[0].revents & POLLIN)
            greet();
    }
    while (n > 1)
        hang_up(n - 1);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = stop};
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    if (argc < 2)
        return 2;
    idle = argc > 2 ? atoi(argv[2]) : 60;
    requests = argc > 3;
    sigaction(SIGTERM, &action, NULL);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    address.sin_port = htons((unsigned short)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4096) < 0)
        return 1;
    poll_based_server(fd);
    close(fd);
    return 0;
}
