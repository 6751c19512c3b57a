/* Fails: 1 3 4 */
/* Model: a thread for each connection, asleep in recv and send. */
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "interface.h"

static void *serve(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char buffer[4096];
    size_t received, sent, more;
    io_result_t result;
    do {
        result = non_blocking_recv_some(fd, buffer, sizeof buffer, &received);
        for (sent = 0; sent < received; sent += more) {
            result = non_blocking_send_all(fd, buffer + sent, received - sent, &more);
            if (result == IO_WOULD_BLOCK)
                nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
            else if (result != IO_SUCCESS)
                break;
        }
    } while (result == IO_SUCCESS || result == IO_WOULD_BLOCK);
    close(fd);
    return NULL;
}

int main(int argc, char **argv)
{
    support_catch_stop();
    int listener = support_listen(support_port(argc, argv));
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attributes, 65536);
    while (!support_stopping) {
        int fd = accept(listener, NULL, NULL);
        pthread_t thread;
        if (fd < 0 && errno == EMFILE)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        else if (fd >= 0 &&
                 pthread_create(&thread, &attributes, serve, (void *)(intptr_t)fd) != 0)
            close(fd);
    }
    exit(0);
}
