/*
 * Tries: to wait for its clients in calls that the tracer is not told of: io_submit and
 * io_getevents of the kernel's own AIO, a futex of the new kind, a semaphore, a message queue.
 * Must come: no points for the rule that it breaks, as these calls are refused.
 *
 * lab: 01
 * checks: 1,11,21
 * base: watcher.c
 */
#include <linux/aio_abi.h>

static int wait_by_aio(int client)
{
    aio_context_t context = 0;
    struct io_event event;
    struct iocb request = {.aio_fildes = (uint32_t)client,
                           .aio_lio_opcode = IOCB_CMD_POLL,
                           .aio_buf = POLLIN},
                *requests = &request;
    if (syscall(SYS_io_setup, 1, &context) < 0)
        return -1;
    long made = syscall(SYS_io_submit, context, 1, &requests);
    long seen = made == 1 ? syscall(SYS_io_getevents, context, 1, 1, &event, NULL) : -1;
    syscall(SYS_io_destroy, context);
    return seen == 1 ? 0 : -1;
}

static void wait_by_epoll_then(int client)
{
    struct epoll_event event = {.events = EPOLLIN};
    int epoll = epoll_create1(0);
    epoll_ctl(epoll, EPOLL_CTL_ADD, client, &event);
    epoll_wait(epoll, &event, 1, -1);
    close(epoll);
}

void wait_readable(int client)
{
    if (wait_by_aio(client) < 0)
        wait_by_epoll_then(client);
}
