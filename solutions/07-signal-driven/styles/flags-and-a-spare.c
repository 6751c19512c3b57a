/* Style: the handler sets a flag for each descriptor, and the program looks through all flags; a
   spare descriptor turns those away for whom there is none; own listening socket and own handler
   for SIGTERM, which works in slices of its own. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "work.h"

#define MAX 4096

static char *line[MAX]; /* by descriptor: what is left for it; NULL: no client */
static size_t left[MAX], offset[MAX];
static volatile sig_atomic_t flag[MAX], any, stop;
static int listenfd, spare, maxfd;
static sigset_t blocked, open_mask;

static void on_ready(int signo, siginfo_t *info, void *context)
{
    (void)signo;
    (void)context;
    if (info->si_fd >= 0 && info->si_fd < MAX)
        flag[info->si_fd] = 1;
    any = 1;
}

static void on_io(int signo)
{
    (void)signo;
    for (int fd = 0; fd < MAX; fd++)
        flag[fd] = 1;
    any = 1;
}

static void on_term(int signo)
{
    (void)signo;
    stop = any = 1;
}

static void set_async(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    fcntl(fd, F_SETSIG, SIGRTMIN + 7);
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETFL, flags | O_NONBLOCK | O_ASYNC);
}

static void str_echo(int fd)
{
    for (;;) {
        ssize_t n;
        if (left[fd] > 0) {
            n = send(fd, line[fd] + offset[fd], left[fd], MSG_NOSIGNAL);
            if (n > 0) {
                offset[fd] += (size_t)n;
                left[fd] -= (size_t)n;
            }
        } else {
            n = read(fd, line[fd], BUFSIZ);
            offset[fd] = 0;
            left[fd] = n > 0 ? (size_t)n : 0;
        }
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return;
        if (n <= 0) {
            free(line[fd]);
            line[fd] = NULL;
            close(fd);
            return;
        }
    }
}

/* False: there was nobody. */
static int turn_away(void)
{
    close(spare);
    int fd = accept(listenfd, NULL, NULL);
    if (fd >= 0)
        close(fd);
    spare = dup(STDERR_FILENO);
    return fd >= 0;
}

static void accept_all(void)
{
    for (;;) {
        int fd = accept(listenfd, NULL, NULL);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE)) {
            if (!turn_away())
                return;
        } else if (fd < 0 && errno == EAGAIN) {
            return;
        } else if (fd >= MAX || (fd >= 0 && !(line[fd] = malloc(BUFSIZ)))) {
            close(fd);
        } else if (fd >= 0) {
            left[fd] = 0;
            maxfd = fd > maxfd ? fd : maxfd;
            set_async(fd);
            str_echo(fd);
        }
    }
}

static void look(void)
{
    any = 0;
    for (int fd = 0; fd <= maxfd; fd++) {
        if (!flag[fd])
            continue;
        flag[fd] = 0; /* before the look: what comes from here on sets it again */
        if (fd == listenfd)
            accept_all();
        else if (line[fd])
            str_echo(fd);
    }
}

static void catch (int signo, void (*simple)(int), void (*full)(int, siginfo_t *, void *))
{
    struct sigaction action = {.sa_flags = SA_RESTART | (full ? SA_SIGINFO : 0)};
    sigfillset(&action.sa_mask);
    if (full)
        action.sa_sigaction = full;
    else
        action.sa_handler = simple;
    sigaction(signo, &action, NULL);
    sigaddset(&blocked, signo);
}

static int tcp_listen(int port)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    bind(fd, (struct sockaddr *)&address, sizeof address);
    listen(fd, 1024);
    return fd;
}

int main(int argc, char **argv)
{
    long slices = argc > 2 ? atol(argv[2]) : 0;
    if (argc < 2)
        return 2;
    sigemptyset(&blocked);
    catch (SIGRTMIN + 7, NULL, on_ready);
    catch (SIGIO, on_io, NULL);
    catch (SIGTERM, on_term, NULL);
    spare = dup(STDERR_FILENO);
    listenfd = maxfd = tcp_listen(atoi(argv[1]));
    set_async(listenfd);
    accept_all();
    while (!stop) {
        while (slices > 0 && !any)
            work_on(slices--);
        sigprocmask(SIG_BLOCK, &blocked, &open_mask);
        while (!any)
            sigsuspend(&open_mask);
        sigprocmask(SIG_SETMASK, &open_mask, NULL);
        look();
    }
    for (int fd = 0; fd <= maxfd; fd++)
        free(line[fd]);
    close(listenfd);
    close(spare);
    return 0;
}
