/* An echo server that answers 10 ms after it has received, no sooner and hardly later: to see what a
   load generator adds. Of the last fifth of a millisecond it sleeps nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define DELAY  INT64_C(10000000) /* ns */
#define AWAKE  INT64_C(200000)   /* ns before an answer is due */
#define SECOND INT64_C(1000000000)
#define SIZE   65536

/* As every one waits for as long, they are due in the order in which they came. */
struct answer {
    STAILQ_ENTRY(answer) next;
    int64_t due;
    int fd;
    size_t size;
    char bytes[];
};

static STAILQ_HEAD(, answer) answers = STAILQ_HEAD_INITIALIZER(answers);

static int64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * SECOND + time.tv_nsec;
}

static void receive(int fd)
{
    struct answer *answer = malloc(sizeof *answer + SIZE);
    ssize_t got = answer ? recv(fd, answer->bytes, SIZE, 0) : -1;
    if (got <= 0) {
        free(answer);
        close(fd);
        return;
    }
    answer->due = now() + DELAY;
    answer->fd = fd;
    answer->size = (size_t)got;
    STAILQ_INSERT_TAIL(&answers, answer, next);
}

static void send_due(void)
{
    struct answer *answer;
    while ((answer = STAILQ_FIRST(&answers)) && answer->due - now() <= AWAKE) {
        while (now() < answer->due)
            continue;
        send(answer->fd, answer->bytes, answer->size, MSG_NOSIGNAL | MSG_DONTWAIT);
        STAILQ_REMOVE_HEAD(&answers, next);
        free(answer);
    }
}

static int wait_for(int set, struct epoll_event *event)
{
    struct answer *first = STAILQ_FIRST(&answers);
    int64_t left = first ? first->due - AWAKE - now() : 0;
    left = left > 0 ? left : 0;
    struct timespec time = {.tv_sec = left / SECOND, .tv_nsec = left % SECOND};
    return epoll_pwait2(set, event, 1, first ? &time : NULL, NULL);
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv)), set = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
    prctl(PR_SET_TIMERSLACK, 1);
    while (!support_stopping) {
        int count = wait_for(set, &event), fd = event.data.fd;
        if (count == 1 && fd == listener) {
            event.data.fd = accept(listener, NULL, NULL);
            event.events = EPOLLIN;
            epoll_ctl(set, EPOLL_CTL_ADD, event.data.fd, &event);
        } else if (count == 1) {
            receive(fd);
        }
        send_due();
    }
    return 0;
}
