/*
 * pthread_create hands on an address. What a thread finds there is what stands there when it
 * looks; here both threads are late, as on a busy machine, and serve the same client.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/socket.h>
#include <unistd.h>

#include "show.h"

static int client[2], server[2];
static sem_t begin;

static void *serve(void *argument)
{
    while (sem_wait(&begin) < 0) /* a thread may begin as late as it likes */
        ;
    int fd = *(int *)argument;
    show(send(fd, "!", 1, 0) == 1, "a greeting is sent");
    return NULL;
}

int main(void)
{
    pthread_t thread[2];
    char greeting[4];
    sem_init(&begin, 0, 0);
    for (int i = 0; i < 2; i++) {
        int end[2];
        show(socketpair(AF_UNIX, SOCK_STREAM, 0, end) == 0, "a client comes");
        client[i] = end[0];
        server[i] = end[1];
    }

    /* cut: address */
    int fd;
    for (int i = 0; i < 2; i++) {
        fd = server[i]; /* as accept would give it */
        pthread_create(&thread[i], NULL, serve, &fd);
    }
    sem_post(&begin); /* only now do the threads get to run */
    sem_post(&begin);
    pthread_join(thread[0], NULL);
    pthread_join(thread[1], NULL);

    ssize_t n = recv(client[1], greeting, sizeof greeting, 0);
    show(n == 2, "the second client is greeted by both threads");
    n = recv(client[0], greeting, sizeof greeting, MSG_DONTWAIT);
    show(n == -1 && errno == EAGAIN, "the first one by nobody");
    /* end */

    for (int i = 0; i < 2; i++) {
        close(client[i]);
        close(server[i]);
    }
    sem_destroy(&begin);
    return 0;
}
