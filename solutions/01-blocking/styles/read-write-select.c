/* Style: read and write, select before each, few bytes at a time, detached by the thread itself. */
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

static int idle = 30;
static volatile sig_atomic_t stop;

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static int ready(int fd, int writing, int seconds)
{
    struct timeval limit = {.tv_sec = seconds};
    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        if (fd >= FD_SETSIZE) {
            errno = EINVAL;
            return -1;
        }
        FD_SET(fd, &set);
        int n = writing ? select(fd + 1, NULL, &set, NULL, &limit)
                        : select(fd + 1, &set, NULL, NULL, &limit);
        if (n > 0)
            return 0;
        if (n == 0) {
            errno = ETIMEDOUT;
            return -1;
        }
        if (errno != EINTR)
            return -1;
    }
}

int recv_with_timeout(int sockfd, void *buffer, size_t len, int timeout_sec)
{
    if (ready(sockfd, 0, timeout_sec) < 0)
        return -1;
    return read(sockfd, buffer, len);
}

/* All of it, in pieces. */
int send_with_timeout(int sockfd, const void *buffer, size_t len, int timeout_sec)
{
    const char *bytes = buffer;
    size_t done = 0;
    while (done < len) {
        size_t piece = len - done > 4096 ? 4096 : len - done;
        if (ready(sockfd, 1, timeout_sec) < 0)
            return -1;
        ssize_t n = send(sockfd, bytes + done, piece, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return -1;
        done += n > 0 ? n : 0;
    }
    return (int)done;
}

static void *client(void *arg)
{
    int fd = (int)(intptr_t)arg;
    char few[64];
    pthread_detach(pthread_self());
    for (;;) {
        int n = recv_with_timeout(fd, few, sizeof few, idle);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        if (send_with_timeout(fd, few, n, idle) < n)
            break;
    }
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    if (argc > 2)
        idle = atoi(argv[2]);
    signal(SIGPIPE, SIG_IGN);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    sigaction(SIGTERM, &action, NULL);
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 65536);

    int listener = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[1]))};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 1024)) {
        perror("listen");
        return 1;
    }
    while (!stop) {
        int fd = accept(listener, NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE)
                usleep(10000);
            continue;
        }
        pthread_t thread;
        pthread_sigmask(SIG_BLOCK, &term,
                        NULL); /* the thread inherits it: signals are main's */
        if (pthread_create(&thread, &attr, client, (void *)(intptr_t)fd))
            close(fd);
        pthread_sigmask(SIG_UNBLOCK, &term, NULL);
    }
    return 0;
}
