/*
 * The somebody who waits is a thread of the C library, one for each descriptor that has
 * something to do, and twenty at most if nobody says otherwise. A read of a silent peer keeps
 * its thread; what is asked for then stands in a queue, whoever it is for.
 */
#include <aio.h>
#include <dirent.h>
#include <errno.h>
#include <sys/socket.h>

#include "show.h"

static struct aiocb request[21];
static char byte[21];
static int peer[21];

static void begin_read_of_a_silent_peer(int i)
{
    int pair[2];
    show(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "a pair of sockets");
    request[i] = (struct aiocb){.aio_fildes = pair[0], .aio_buf = &byte[i], .aio_nbytes = 1};
    request[i].aio_sigevent.sigev_notify = SIGEV_NONE;
    peer[i] = pair[1];
    show(aio_read(&request[i]) == 0, "a read is begun");
}

static int threads(void)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    show(tasks, "the list of threads");
    for (struct dirent *task; (task = readdir(tasks));)
        count += task->d_name[0] != '.';
    closedir(tasks);
    return count;
}

static void wait_for(const struct aiocb *one)
{
    while (aio_error(one) == EINPROGRESS)
        aio_suspend(&one, 1, NULL);
}

int main(void)
{
    show(threads() == 1, "the program itself starts no thread");
    /* cut: twenty */
    for (int i = 0; i < 20; i++)
        begin_read_of_a_silent_peer(i);
    show(threads() == 21, "this one, and twenty of the library");

    begin_read_of_a_silent_peer(20);
    show(threads() == 21, "no more are started");
    send(peer[20], "x", 1, 0); /* it is not silent after all */
    show(aio_error(&request[20]) == EINPROGRESS, "and not heard");

    send(peer[0], "x", 1, 0); /* until a helper is free */
    wait_for(&request[20]);
    show(aio_return(&request[20]) == 1, "now it is");
    /* end */
    return 0;
}
