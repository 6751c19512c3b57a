/* Style: EPOLLONESHOT. Three threads wait on one epoll descriptor; an event disarms its client,
   so that one thread works for it, and MOD arms it again, for what it needs next. The first
   thread only accepts, with an epoll of its own. An eventfd tells all that it is over. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"

#define WORKERS 3
#define PIECE   10000
#define TURNS   6

struct job {
    int fd;
    size_t sent, size;
    unsigned char piece[PIECE];
    LIST_ENTRY(job) all;
};

static LIST_HEAD(, job) jobs = LIST_HEAD_INITIALIZER(jobs);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of jobs */
static int shared, over;

static void arm(int operation, struct job *job)
{
    struct epoll_event event = {.events = EPOLLONESHOT | EPOLLET, .data.ptr = job};
    event.events |= job->sent < job->size ? EPOLLOUT : EPOLLIN | EPOLLRDHUP;
    epoll_ctl(shared, operation, job->fd, &event);
}

static void finish(struct job *job)
{
    pthread_mutex_lock(&lock);
    LIST_REMOVE(job, all);
    pthread_mutex_unlock(&lock);
    close(job->fd);
    free(job);
}

/* Until the job needs an event, or has had its turns. False: it is over. */
static int work(struct job *job)
{
    for (int turn = 0; turn < TURNS;) {
        ssize_t n;
        if (job->sent < job->size) {
            n = send(job->fd, job->piece + job->sent, job->size - job->sent, MSG_NOSIGNAL);
            job->sent += n > 0 ? (size_t)n : 0;
        } else {
            n = recv(job->fd, job->piece, PIECE, 0);
            if (n == 0)
                return 0;
            job->sent = 0;
            job->size = n > 0 ? (size_t)n : 0;
            turn++;
        }
        if (n < 0 && errno != EINTR)
            return errno == EAGAIN;
    }
    return 1; /* arming it again makes a new event, if there is more */
}

static void *worker(void *nothing)
{
    struct epoll_event event;
    for (;;) {
        if (epoll_wait(shared, &event, 1, -1) < 1)
            continue;
        struct job *job = event.data.ptr;
        if (!job)
            return nothing;
        if (work(job))
            arm(EPOLL_CTL_MOD, job);
        else
            finish(job);
    }
}

/* 0: nobody is left in the queue. */
static int accept_all(int server_fd)
{
    for (;;) {
        int fd = accept(server_fd, NULL, NULL);
        if (fd < 0 && errno != EINTR && errno != ECONNABORTED)
            return errno != EAGAIN;
        if (fd < 0)
            continue;
        struct job *job = calloc(1, sizeof *job);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        job->fd = fd;
        pthread_mutex_lock(&lock);
        LIST_INSERT_HEAD(&jobs, job, all);
        pthread_mutex_unlock(&lock);
        arm(EPOLL_CTL_ADD, job);
    }
}

int main(int argc, char **argv)
{
    pthread_t workers[WORKERS];
    sigset_t all, before;
    int port = support_port(argc, argv), left = 0;
    support_catch_stop();
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all,
                    &before); /* all signals are for this thread, while it waits */
    int server_fd = support_listen(port), own = epoll_create1(0);
    shared = epoll_create1(0);
    over = eventfd(0, 0);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    struct epoll_event event = {.events = EPOLLIN | EPOLLET};
    epoll_ctl(own, EPOLL_CTL_ADD, server_fd, &event);
    event.events = EPOLLIN;
    epoll_ctl(shared, EPOLL_CTL_ADD, over, &event);
    for (int i = 0; i < WORKERS; i++)
        pthread_create(&workers[i], NULL, worker, NULL);
    while (!support_stopping) {
        epoll_pwait(own, &event, 1, left ? 100 : -1, &before);
        left = accept_all(server_fd);
    }
    eventfd_write(over, 1);
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    while (!LIST_EMPTY(&jobs))
        finish(LIST_FIRST(&jobs));
    close(over);
    close(own);
    close(shared);
    close(server_fd);
    return 0;
}
