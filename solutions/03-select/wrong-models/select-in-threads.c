/* Fails: 1 */
/* Uses select, and right in what it answers, but one thread waits for one client each. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define SIZE 8192

static int idle_seconds = 60;

static bool await(int fd, bool writable)
{
    for (;;) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(fd, &set);
        struct timeval limit = {.tv_sec = idle_seconds};
        int ready =
            select(fd + 1, writable ? NULL : &set, writable ? &set : NULL, NULL, &limit);
        if (ready >= 0)
            return ready > 0;
    }
}

static bool send_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(fd, data, size, MSG_NOSIGNAL);
        if (n < 0 && (errno != EAGAIN || !await(fd, true)))
            return false;
        if (n > 0) {
            data += n;
            size -= (size_t)n;
        }
    }
    return true;
}

static void *serve(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char buffer[SIZE];
    while (await(fd, false)) {
        ssize_t n = recv(fd, buffer, sizeof buffer, 0);
        if (n < 0 && errno == EAGAIN)
            continue;
        if (n <= 0 || !send_all(fd, buffer, (size_t)n))
            break;
    }
    close(fd);
    return NULL;
}

void select_based_echo_server(int server_fd)
{
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 65536);
    fcntl(server_fd, F_SETFL, O_NONBLOCK);
    while (!support_stopping) {
        fd_set set;
        FD_ZERO(&set);
        FD_SET(server_fd, &set);
        if (select(server_fd + 1, &set, NULL, NULL, NULL) < 0)
            continue;
        int fd = accept4(server_fd, NULL, NULL, SOCK_NONBLOCK);
        if (fd < 0) {
            struct timeval nap = {.tv_usec = 200000};
            if (errno == EMFILE)
                select(0, NULL, NULL, NULL, &nap);
            continue;
        }
        pthread_t thread;
        if (fd >= FD_SETSIZE ||
            pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0)
            close(fd);
    }
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle_seconds = support_number(argc, argv, 2, 60);
    support_catch_stop();
    int server_fd = support_listen(port);
    select_based_echo_server(server_fd);
    close(server_fd);
    return 0;
}
