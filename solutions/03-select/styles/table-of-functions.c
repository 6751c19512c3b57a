/* Style: callbacks for each descriptor and direction, as in an event library; buffers from
   mmap; up to 16 accepts a round; shutdown before close; SIGTERM through a signalfd that select
   watches like everything else. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define PAGE 32768

typedef void callback(int fd);
struct watch {
    callback *readable, *writable;
    char *page;
    int count, done;
    time_t deadline;
};
static struct watch watches[FD_SETSIZE];
static int highest, going = 1, idle_time = 60, resume_at, the_listener;

static time_t uptime(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void watch(int fd, callback *readable, callback *writable)
{
    watches[fd].readable = readable;
    watches[fd].writable = writable;
    if ((readable || writable) && fd > highest)
        highest = fd;
    while (highest >= 0 && !watches[highest].readable && !watches[highest].writable)
        highest--;
}

static void on_accept(int fd);

static void finish(int fd)
{
    watch(fd, NULL, NULL);
    munmap(watches[fd].page, PAGE);
    watches[fd].page = NULL;
    shutdown(fd, SHUT_WR);
    close(fd);
    watch(the_listener, on_accept, NULL);
}

static void alive(int fd)
{
    watches[fd].deadline = uptime() + idle_time + 1;
}

static void on_readable(int fd);

static void on_writable(int fd)
{
    struct watch *w = &watches[fd];
    ssize_t n = write(fd, w->page + w->done, (size_t)(w->count - w->done));
    if (n < 0 && errno != EAGAIN && errno != EINTR) {
        finish(fd);
        return;
    }
    if (n > 0) {
        w->done += (int)n;
        alive(fd);
    }
    if (w->done < w->count)
        watch(fd, NULL, on_writable);
    else
        watch(fd, on_readable, NULL);
}

static void on_readable(int fd)
{
    struct watch *w = &watches[fd];
    ssize_t n = read(fd, w->page, PAGE);
    if (n <= 0) {
        if (n == 0 || (errno != EAGAIN && errno != EINTR))
            finish(fd);
        return;
    }
    w->count = (int)n;
    w->done = 0;
    alive(fd);
    on_writable(fd);
}

static void on_accept(int listener)
{
    for (int some = 0; some < 16; some++) {
        int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) {
            if (errno == EMFILE || errno == ENFILE) {
                watch(listener, NULL, NULL);
                resume_at = (int)uptime() + 1;
            }
            return;
        }
        char *page = fd >= FD_SETSIZE ? MAP_FAILED
                                      : mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (page == MAP_FAILED) {
            close(fd);
            continue;
        }
        watches[fd].page = page;
        alive(fd);
        watch(fd, on_readable, NULL);
    }
}

static void on_signal(int fd)
{
    struct signalfd_siginfo info;
    if (read(fd, &info, sizeof info) > 0)
        going = 0;
}

static void once(void)
{
    fd_set r, w;
    FD_ZERO(&r);
    FD_ZERO(&w);
    for (int fd = 0; fd <= highest; fd++) {
        if (watches[fd].readable)
            FD_SET(fd, &r);
        if (watches[fd].writable)
            FD_SET(fd, &w);
    }
    struct timeval tick = {.tv_sec = 1};
    if (select(highest + 1, &r, &w, NULL, &tick) < 0)
        return;
    for (int fd = 0; fd < FD_SETSIZE; fd++) {
        if (FD_ISSET(fd, &r) && watches[fd].readable)
            watches[fd].readable(fd);
        else if (FD_ISSET(fd, &w) && watches[fd].writable)
            watches[fd].writable(fd);
        else if (watches[fd].page && uptime() >= watches[fd].deadline)
            finish(fd);
    }
    if (!watches[the_listener].readable && uptime() >= resume_at)
        watch(the_listener, on_accept, NULL);
}

void select_based_echo_server(int server_fd)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    int signals = signalfd(-1, &set, SFD_NONBLOCK);
    the_listener = server_fd;
    highest = -1;
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    watch(signals, on_signal, NULL);
    watch(server_fd, on_accept, NULL);
    while (going)
        once();
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        if (watches[fd].page)
            finish(fd);
    close(signals);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_time = support_number(argc, argv, 2, 60);
    int server_fd = support_listen(port);
    select_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
