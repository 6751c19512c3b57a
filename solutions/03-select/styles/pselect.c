/* Style: pselect with SIGTERM blocked outside of it, an array of slots, sets built anew each
   round, read and write with SIGPIPE ignored, a blocking listener with one accept a round, no
   time-out while there is no client. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MAX_CLIENTS 1100
#define BUFFER      4000

struct slot {
    int fd;
    int length, position;
    struct timespec last_activity;
    char buffer[BUFFER];
};
static struct slot slots[MAX_CLIENTS];
static int used, idle_seconds = 60;
static int pause_listening;

static double since(const struct timespec *then)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec - then->tv_sec + (t.tv_nsec - then->tv_nsec) / 1e9;
}

static void touch(struct slot *slot)
{
    clock_gettime(CLOCK_MONOTONIC, &slot->last_activity);
}

static void drop(int index)
{
    close(slots[index].fd);
    slots[index] = slots[--used];
    pause_listening = 0;
}

static int flush_slot(struct slot *slot)
{
    ssize_t n = write(slot->fd, slot->buffer + slot->position, slot->length - slot->position);
    if (n < 0)
        return errno == EAGAIN ? 0 : -1;
    touch(slot);
    slot->position += n;
    if (slot->position == slot->length)
        slot->position = slot->length = 0;
    return 0;
}

static int serve(struct slot *slot, const fd_set *in, const fd_set *out)
{
    if (FD_ISSET(slot->fd, in)) {
        ssize_t n = read(slot->fd, slot->buffer, BUFFER);
        if (n == 0)
            return -1;
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        slot->length = n;
        touch(slot);
        return flush_slot(slot);
    }
    if (FD_ISSET(slot->fd, out))
        return flush_slot(slot);
    return since(&slot->last_activity) > idle_seconds ? -1 : 0;
}

static void add(int server_fd)
{
    int fd = accept(server_fd, NULL, NULL);
    if (fd < 0) {
        pause_listening = errno == EMFILE || errno == ENFILE;
        return;
    }
    if (fd >= FD_SETSIZE || used == MAX_CLIENTS) {
        close(fd);
        return;
    }
    fcntl(fd, F_SETFL, O_NONBLOCK);
    memset(&slots[used], 0, sizeof slots[used]);
    slots[used].fd = fd;
    touch(&slots[used++]);
}

void select_based_echo_server(int server_fd)
{
    sigset_t block, normal;
    sigemptyset(&block);
    sigaddset(&block, SIGTERM);
    sigprocmask(SIG_BLOCK, &block, &normal);
    sigdelset(&normal, SIGTERM);
    signal(SIGPIPE, SIG_IGN);
    while (!support_stopping) {
        fd_set in, out;
        FD_ZERO(&in);
        FD_ZERO(&out);
        int highest = -1;
        if (!pause_listening) {
            FD_SET(server_fd, &in);
            highest = server_fd;
        }
        double next = idle_seconds;
        for (int i = 0; i < used; i++) {
            FD_SET(slots[i].fd, slots[i].length ? &out : &in);
            if (slots[i].fd > highest)
                highest = slots[i].fd;
            double left = idle_seconds - since(&slots[i].last_activity);
            if (left < next)
                next = left < 0 ? 0 : left;
        }
        if (pause_listening && next > 1)
            next = 1;
        struct timespec limit = {(time_t)next, (long)((next - (time_t)next) * 1e9) + 1000000};
        if (limit.tv_nsec >= 1000000000) {
            limit.tv_sec++;
            limit.tv_nsec -= 1000000000;
        }
        int ready = pselect(highest + 1, &in, &out, NULL,
                            used || pause_listening ? &limit : NULL, &normal);
        if (ready < 0)
            continue;
        if (ready == 0)
            pause_listening = 0;
        for (int i = used - 1; i >= 0; i--)
            if (serve(&slots[i], &in, &out) < 0)
                drop(i);
        if (FD_ISSET(server_fd, &in))
            add(server_fd);
    }
    while (used)
        drop(used - 1);
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
