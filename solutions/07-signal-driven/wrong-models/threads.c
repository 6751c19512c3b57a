/* Fails: 1 2 44 */
/* Right in all that it answers, but with a thread for each client, asleep in recv and send, while
   the first one works. */
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "clients.h"

static void *listen_to(void *argument)
{
    int fd = (int)(intptr_t)argument;
    char buffer[8192];
    ssize_t received;
    while ((received = recv(fd, buffer, sizeof buffer, 0)) > 0 ||
           (received < 0 && errno == EINTR)) {
        for (ssize_t done = 0; done < received;) {
            ssize_t sent = send(fd, buffer + done, (size_t)(received - done), MSG_NOSIGNAL);
            if (sent < 0 && errno != EINTR)
                received = 0;
            else if (sent > 0)
                done += sent;
        }
        if (received == 0)
            break;
    }
    close(fd);
    return NULL;
}

static void *accept_all(void *argument)
{
    int listener = (int)(intptr_t)argument;
    for (;;) {
        pthread_t thread;
        int fd = accept(listener, NULL, NULL);
        if (fd >= 0 && pthread_create(&thread, NULL, listen_to, (void *)(intptr_t)fd) == 0)
            pthread_detach(thread);
        else if (fd >= 0)
            close(fd);
        else if (errno == EMFILE)
            nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), slices = support_number(argc, argv, 2, 0);
    sigset_t stop, before;
    pthread_t acceptor;
    support_catch_stop();
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, &before);
    int listener = support_listen(port);
    pthread_create(&acceptor, NULL, accept_all, (void *)(intptr_t)listener);
    sigprocmask(SIG_SETMASK, &before, NULL);
    while (slices > 0 && !support_stopping)
        work_on(slices--);
    sigprocmask(SIG_BLOCK, &stop, NULL);
    while (!support_stopping)
        sigsuspend(&before);
    _exit(0);
}
