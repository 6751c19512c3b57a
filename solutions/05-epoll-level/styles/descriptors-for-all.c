/*
 * Right, in another style: signals and time come as descriptors too (signalfd, timerfd); one event
 * at a time, so that none is ever stale; recvmsg and sendmsg; clients in a singly linked list,
 * their activity counted.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

struct source {
    int fd;
    void (*ready)(struct source *source);
};

struct guest {
    struct source source;
    struct guest *next;
    uint64_t turn; /* when it was last active, counted */
    time_t seconds;
    long nanoseconds;
    size_t begin, length;
    bool waits_for_room;
    char buffer[5000];
};

static struct guest *guests;
static int epoll_fd, guest_count, guest_limit, idle_seconds;
static bool over, deaf;
static uint64_t turns;
static struct source listener, alarm_clock, signals;

static void set_events(int operation, struct source *source, uint32_t events)
{
    struct epoll_event event;
    event.events = events;
    event.data.ptr = source;
    epoll_ctl(epoll_fd, operation, source->fd, &event);
}

static void active(struct guest *guest)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    guest->turn = ++turns;
    guest->seconds = time.tv_sec;
    guest->nanoseconds = time.tv_nsec;
}

static struct guest *sleepiest(void)
{
    struct guest *found = guests;
    for (struct guest *guest = guests; guest; guest = guest->next)
        if (guest->turn < found->turn)
            found = guest;
    return found;
}

/* The alarm rings when the sleepiest guest is due, or soon, to listen again. */
static void set_alarm(void)
{
    struct guest *first = sleepiest();
    struct itimerspec when = {0};
    if (deaf)
        when.it_value = (struct timespec){.tv_nsec = 400000000};
    else if (first)
        when.it_value =
            (struct timespec){first->seconds + idle_seconds, first->nanoseconds + 1};
    if (when.it_value.tv_nsec == 1000000000)
        when.it_value = (struct timespec){when.it_value.tv_sec + 1, 0};
    timerfd_settime(alarm_clock.fd, deaf ? 0 : TFD_TIMER_ABSTIME, &when, NULL);
}

static void dismiss(struct guest *guest)
{
    struct guest **link = &guests;
    while (*link != guest)
        link = &(*link)->next;
    *link = guest->next;
    shutdown(guest->source.fd, SHUT_WR);
    close(guest->source.fd);
    free(guest);
    guest_count--;
    if (deaf)
        set_events(EPOLL_CTL_MOD, &listener, EPOLLIN);
    deaf = false;
}

static ssize_t move(struct guest *guest, bool out)
{
    struct iovec iov = {guest->buffer + guest->begin, guest->length};
    struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1};
    if (out)
        return sendmsg(guest->source.fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    iov = (struct iovec){guest->buffer, sizeof guest->buffer};
    return recvmsg(guest->source.fd, &message, MSG_DONTWAIT);
}

static void guest_ready(struct source *source)
{
    struct guest *guest = (struct guest *)source;
    if (!guest->length) {
        ssize_t got = move(guest, false);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            dismiss(guest);
            return;
        }
        guest->begin = 0;
        guest->length = (size_t)got;
        active(guest);
    }
    ssize_t put = move(guest, true);
    if (put < 0 && errno != EAGAIN && errno != EINTR) {
        dismiss(guest);
        return;
    }
    if (put > 0) {
        guest->begin += (size_t)put;
        guest->length -= (size_t)put;
        active(guest);
    }
    if (guest->waits_for_room != (guest->length > 0)) {
        guest->waits_for_room = guest->length > 0;
        set_events(EPOLL_CTL_MOD, source, guest->waits_for_room ? EPOLLOUT : EPOLLIN);
    }
}

static void someone_knocks(struct source *source)
{
    int fd = accept4(source->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE) {
            set_events(EPOLL_CTL_MOD, &listener, 0);
            deaf = true;
            set_alarm();
        }
        return;
    }
    struct guest *guest = calloc(1, sizeof *guest);
    if (guest_count == guest_limit)
        dismiss(sleepiest());
    guest->source = (struct source){fd, guest_ready};
    guest->next = guests;
    guests = guest;
    active(guest);
    if (guest_count++ == 0)
        set_alarm();
    set_events(EPOLL_CTL_ADD, &guest->source, EPOLLIN | EPOLLRDHUP);
}

static void the_clock_strikes(struct source *source)
{
    uint64_t times;
    struct timespec time;
    struct guest *guest;
    if (read(source->fd, &times, sizeof times) < 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &time);
    while ((guest = sleepiest()) && (time.tv_sec - guest->seconds > idle_seconds ||
                                     (time.tv_sec - guest->seconds == idle_seconds &&
                                      time.tv_nsec >= guest->nanoseconds)))
        dismiss(guest);
    if (deaf)
        set_events(EPOLL_CTL_MOD, &listener, EPOLLIN);
    deaf = false;
    set_alarm();
}

static void a_signal_came(struct source *source)
{
    struct signalfd_siginfo info;
    over = read(source->fd, &info, sizeof info) > 0;
}

void epoll_server(int server_fd)
{
    struct epoll_event event;
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigaddset(&stop, SIGINT);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    epoll_fd = epoll_create1(0);
    listener = (struct source){server_fd, someone_knocks};
    signals = (struct source){signalfd(-1, &stop, SFD_NONBLOCK), a_signal_came};
    alarm_clock =
        (struct source){timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), the_clock_strikes};
    set_events(EPOLL_CTL_ADD, &listener, EPOLLIN);
    set_events(EPOLL_CTL_ADD, &signals, EPOLLIN);
    set_events(EPOLL_CTL_ADD, &alarm_clock, EPOLLIN);
    while (!over)
        if (epoll_wait(epoll_fd, &event, 1, -1) == 1) {
            struct source *source = event.data.ptr;
            source->ready(source);
        }
    while (guests)
        dismiss(guests);
    close(alarm_clock.fd);
    close(signals.fd);
    close(epoll_fd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    guest_limit = support_number(argc, argv, 2, 10000);
    idle_seconds = support_number(argc, argv, 3, 60);
    int server_fd = support_listen(port);
    epoll_server(server_fd);
    close(server_fd);
    return 0;
}
