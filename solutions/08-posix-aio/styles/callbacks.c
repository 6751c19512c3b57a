/* Everything that follows from a completion is done in the thread that the library makes for it
   (SIGEV_THREAD). The first thread only accepts, asleep in accept(2); another one accepts for files.
   A client has one request at a time, and so one thread; what is shared has a lock. */
#include <aio.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

struct guest {
    LIST_ENTRY(guest) entry;
    int fd, file;
    bool writing, leaving;
    struct aiocb io;
    size_t sent, length;
    off_t offset;
    time_t last;
    void (*more)(struct guest *guest); /* when all of the buffer has been written */
    bool (*got)(struct guest *guest);  /* bytes have come; false: it is over */
    char buffer[10000];
};

static LIST_HEAD(, guest) guests = LIST_HEAD_INITIALIZER(guests);
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static int root = -1, idle = 60, listeners[2] = {-1, -1};
static bool closing;

static time_t clock_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static void goodbye(struct guest *guest)
{
    pthread_mutex_lock(&lock);
    LIST_REMOVE(guest, entry);
    close(guest->fd);
    if (guest->file >= 0)
        close(guest->file);
    pthread_cond_signal(&changed);
    pthread_mutex_unlock(&lock);
    free(guest);
}

static void told(union sigval who);

static void request(struct guest *guest, bool writing, int fd, size_t at, size_t size)
{
    pthread_mutex_lock(&lock);
    guest->last = clock_seconds();
    guest->writing = writing;
    guest->io = (struct aiocb){
        .aio_fildes = fd,
        .aio_buf = guest->buffer + at,
        .aio_nbytes = size,
        .aio_offset = guest->offset,
        .aio_sigevent = {.sigev_notify = SIGEV_THREAD, .sigev_value.sival_ptr = guest},
    };
    guest->io.aio_sigevent.sigev_notify_function = told;
    int status = writing ? aio_write(&guest->io) : aio_read(&guest->io);
    pthread_mutex_unlock(&lock);
    if (status < 0)
        goodbye(guest);
}

static void write_rest(struct guest *guest)
{
    request(guest, true, guest->fd, guest->sent, guest->length - guest->sent);
}

static void told(union sigval who)
{
    struct guest *guest = who.sival_ptr;
    pthread_mutex_lock(&lock); /* the request may not yet have come back from aio_read */
    int error = aio_error(&guest->io);
    ssize_t count = error ? -1 : aio_return(&guest->io);
    pthread_mutex_unlock(&lock);
    if (count <= 0) {
        goodbye(guest);
        return;
    }
    if (guest->writing)
        guest->sent += (size_t)count;
    else
        guest->length += (size_t)count;
    if (guest->writing && guest->sent < guest->length)
        write_rest(guest);
    else if (guest->writing)
        guest->more(guest);
    else if (guest->got(guest))
        write_rest(guest);
}

static bool got_echo(struct guest *guest)
{
    guest->sent = 0;
    return true;
}

static void more_echo(struct guest *guest)
{
    guest->sent = guest->length = 0;
    request(guest, false, guest->fd, 0, sizeof guest->buffer);
}

static bool got_part(struct guest *guest)
{
    guest->offset += (off_t)guest->length;
    return true;
}

static void more_file(struct guest *guest)
{
    guest->sent = guest->length = 0;
    guest->got = got_part;
    request(guest, false, guest->file, 0, sizeof guest->buffer);
}

static bool got_name(struct guest *guest)
{
    struct stat status;
    char *text = guest->buffer, *end = memchr(text, '\n', guest->length);
    if (!end && guest->length < sizeof guest->buffer) {
        request(guest, false, guest->fd, guest->length, sizeof guest->buffer - guest->length);
        return false;
    }
    size_t size = end ? (size_t)(end - text) : 0;
    text[size] = '\0';
    if (strlen(text) == size && strcspn(text, "/") == size && text[0] != '.' && size > 0)
        guest->file = openat(root, text, O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    guest->sent = 0;
    guest->more = more_file;
    if (guest->file >= 0 && fstat(guest->file, &status) == 0 && S_ISREG(status.st_mode)) {
        guest->length = (size_t)sprintf(text, "OK %lld\n", (long long)status.st_size);
    } else {
        guest->length = (size_t)sprintf(text, "ERROR: none of that name\n");
        guest->more = goodbye;
    }
    return true;
}

static void *accept_all(void *argument)
{
    int which = *(int *)argument;
    while (!support_stopping && !closing) {
        int fd = accept(listeners[which], NULL, NULL);
        if (fd < 0) {
            if (errno == EMFILE)
                nanosleep(&(struct timespec){.tv_nsec = 300000000}, NULL);
            continue;
        }
        struct guest *guest = calloc(1, sizeof *guest);
        guest->fd = fd;
        guest->file = -1;
        guest->last = clock_seconds();
        guest->got = which ? got_name : got_echo;
        guest->more = more_echo;
        pthread_mutex_lock(&lock);
        LIST_INSERT_HEAD(&guests, guest, entry);
        pthread_mutex_unlock(&lock);
        request(guest, false, fd, 0, sizeof guest->buffer);
    }
    return NULL;
}

/* Once a second; under the lock, so that nobody is freed meanwhile. */
static void *watch_idle(void *nothing)
{
    pthread_mutex_lock(&lock);
    while (!closing) {
        struct timespec until;
        struct guest *guest;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&changed, &lock, &until);
        LIST_FOREACH(guest, &guests, entry)
        if (clock_seconds() - guest->last > idle)
            shutdown(guest->fd, SHUT_RDWR);
    }
    pthread_mutex_unlock(&lock);
    return nothing;
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv), echo = 0, files = 1;
    pthread_t threads[2];
    aio_init(&(struct aioinit){.aio_threads = 1500, .aio_num = 256});
    idle = support_number(argc, argv, 3, idle);
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &stops, NULL); /* for all threads but this one */
    if (argc > 2) {
        root = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        listeners[1] = support_listen(port + 1);
        pthread_create(&threads[0], NULL, accept_all, &files);
    }
    pthread_create(&threads[1], NULL, watch_idle, NULL);
    support_catch_stop();
    listeners[0] = support_listen(port);
    sigdelset(&stops, SIGPIPE);
    pthread_sigmask(SIG_UNBLOCK, &stops, NULL);
    accept_all(&echo);
    closing = true;
    if (argc > 2) {
        shutdown(listeners[1], SHUT_RDWR);
        pthread_join(threads[0], NULL);
    }
    pthread_cond_signal(&changed);
    pthread_join(threads[1], NULL);
    pthread_mutex_lock(&lock);
    struct guest *guest;
    LIST_FOREACH(guest, &guests, entry)
    shutdown(guest->fd, SHUT_RDWR);
    while (!LIST_EMPTY(&guests))
        pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
    return 0;
}
