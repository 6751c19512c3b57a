/* Style: sockets that block, but MSG_DONTWAIT in each call; output always goes through write
   interest; indexed by descriptor; the listener blocks, one accept a round; own listening
   socket and own signal handler instead of the support library's. */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 1024

static struct {
    char open;
    char data[CHUNK];
    size_t from, to;
    struct timespec last_activity;
} table[FD_SETSIZE];

static volatile sig_atomic_t finish;
static int idle_time = 60;

static void stop(int sig)
{
    finish = sig;
}

static long milliseconds_idle(int fd)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (t.tv_sec - table[fd].last_activity.tv_sec) * 1000 +
           (t.tv_nsec - table[fd].last_activity.tv_nsec) / 1000000;
}

static fd_set master_readfds, master_writefds;
static int max_fd, waiting; /* waiting: for a descriptor to come free */

static void add_client(int fd)
{
    table[fd].open = 1;
    table[fd].from = table[fd].to = 0;
    clock_gettime(CLOCK_MONOTONIC, &table[fd].last_activity);
    FD_SET(fd, &master_readfds);
    if (fd > max_fd)
        max_fd = fd;
}

static void remove_client(int fd, int server_fd)
{
    table[fd].open = 0;
    FD_CLR(fd, &master_readfds);
    FD_CLR(fd, &master_writefds);
    close(fd);
    FD_SET(server_fd, &master_readfds);
    waiting = 0;
}

static void handle_listener(int server_fd)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;
    int fd = accept(server_fd, (struct sockaddr *)&peer, &size);
    if (fd >= FD_SETSIZE) {
        close(fd);
    } else if (fd >= 0) {
        add_client(fd);
    } else if (errno == EMFILE || errno == ENFILE) {
        FD_CLR(server_fd, &master_readfds);
        waiting = 1;
    }
}

/* Both: 0 when the client is gone. */
static int handle_input(int fd)
{
    ssize_t n = recv(fd, table[fd].data, CHUNK, MSG_DONTWAIT);
    if (n <= 0)
        return n < 0 && (errno == EAGAIN || errno == EINTR);
    table[fd].from = 0;
    table[fd].to = (size_t)n;
    clock_gettime(CLOCK_MONOTONIC, &table[fd].last_activity);
    FD_CLR(fd, &master_readfds);
    FD_SET(fd, &master_writefds);
    return 1;
}

static int handle_output(int fd)
{
    ssize_t n =
        send(fd, table[fd].data + table[fd].from, table[fd].to - table[fd].from, MSG_DONTWAIT);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    table[fd].from += (size_t)n;
    clock_gettime(CLOCK_MONOTONIC, &table[fd].last_activity);
    if (table[fd].from == table[fd].to) {
        FD_CLR(fd, &master_writefds);
        FD_SET(fd, &master_readfds);
    }
    return 1;
}

static void handle_clients(int server_fd, const fd_set *readfds, const fd_set *writefds)
{
    for (int fd = max_fd; fd >= 0; fd--) {
        int alive = 1;
        if (!table[fd].open)
            continue;
        if (FD_ISSET(fd, readfds))
            alive = handle_input(fd);
        else if (FD_ISSET(fd, writefds))
            alive = handle_output(fd);
        if (!alive || milliseconds_idle(fd) > idle_time * 1000L)
            remove_client(fd, server_fd);
    }
    for (max_fd = FD_SETSIZE - 1; max_fd > server_fd && !table[max_fd].open; max_fd--)
        ;
}

void select_based_echo_server(int server_fd)
{
    max_fd = server_fd;
    FD_SET(server_fd, &master_readfds);
    signal(SIGPIPE, SIG_IGN);
    while (!finish) {
        fd_set readfds, writefds;
        memcpy(&readfds, &master_readfds, sizeof readfds);
        memcpy(&writefds, &master_writefds, sizeof writefds);
        struct timeval tv = {.tv_usec = 900000};
        int activity = select(max_fd + 1, &readfds, &writefds, NULL, &tv);
        if (activity == -1) {
            if (errno == EINTR)
                continue;
            perror("select");
            break;
        }
        if (waiting && activity == 0) {
            FD_SET(server_fd, &master_readfds);
            waiting = 0;
        }
        if (FD_ISSET(server_fd, &readfds))
            handle_listener(server_fd);
        handle_clients(server_fd, &readfds, &writefds);
    }
    for (int fd = 0; fd < FD_SETSIZE; fd++)
        if (table[fd].open)
            close(fd);
}

int main(int argc, char *argv[])
{
    if (argc < 2)
        return 2;
    if (argc > 2)
        idle_time = atoi(argv[2]);
    struct sigaction sa;
    memset(&sa, 0, sizeof sa);
    sa.sa_handler = stop;
    sigaction(SIGTERM, &sa, NULL);
    int fd = socket(PF_INET, SOCK_STREAM, 0), yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    struct sockaddr_in addr = {0};
    addr.sin_family = AF_INET;
    addr.sin_port = htons(atoi(argv[1]));
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0 || listen(fd, 1024) < 0) {
        perror("server");
        return 1;
    }
    select_based_echo_server(fd);
    close(fd);
    return 0;
}
