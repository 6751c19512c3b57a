/* Style: new clients are told of by a plain SIGIO, their bytes by a real-time signal. SIGIO may
   also stand for signals that were lost, so that everybody is looked at each time it comes. Two
   descriptors for each client, the second a dup(2) for what is sent; chunks in a list;
   sigtimedwait between slices, sigwaitinfo when there are none. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support.h"
#include "work.h"

enum { CHUNK = 5000, CHUNKS_MOST = 6 };

struct chunk {
    size_t from, to;
    char bytes[CHUNK];
    STAILQ_ENTRY(chunk) next;
};

struct caller {
    int in, out, chunks;
    bool ended;
    STAILQ_HEAD(, chunk) left;
    TAILQ_ENTRY(caller) next;
};

static TAILQ_HEAD(, caller) callers = TAILQ_HEAD_INITIALIZER(callers);
static int listener;
static bool turned_away;

static void arm(int fd, int signal)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    fcntl(fd, F_SETSIG, signal);
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_ASYNC);
}

static void drop_first(struct caller *caller)
{
    struct chunk *chunk = STAILQ_FIRST(&caller->left);
    STAILQ_REMOVE_HEAD(&caller->left, next);
    caller->chunks--;
    free(chunk);
}

static void hang_up(struct caller *caller)
{
    TAILQ_REMOVE(&callers, caller, next);
    while (caller->chunks)
        drop_first(caller);
    close(caller->in);
    close(caller->out);
    free(caller);
}

/* True: something moved; else *over says whether it is broken. */
static bool listen_to(struct caller *caller, bool *over)
{
    if (caller->ended || caller->chunks == CHUNKS_MOST)
        return false;
    struct chunk *chunk = malloc(sizeof *chunk);
    ssize_t n = chunk ? recv(caller->in, chunk->bytes, CHUNK, 0) : -1;
    if (n > 0) {
        chunk->from = 0;
        chunk->to = (size_t)n;
        STAILQ_INSERT_TAIL(&caller->left, chunk, next);
        caller->chunks++;
        return true;
    }
    free(chunk);
    caller->ended = n == 0;
    *over = n < 0 && errno != EAGAIN && errno != EINTR;
    return n < 0 && errno == EINTR;
}

static bool talk_to(struct caller *caller, bool *over)
{
    struct chunk *chunk = STAILQ_FIRST(&caller->left);
    if (!chunk)
        return false;
    ssize_t n =
        send(caller->out, chunk->bytes + chunk->from, chunk->to - chunk->from, MSG_NOSIGNAL);
    *over = n < 0 && errno != EAGAIN && errno != EINTR;
    chunk->from += n > 0 ? (size_t)n : 0;
    if (chunk->from == chunk->to)
        drop_first(caller);
    return n > 0 || (n < 0 && errno == EINTR);
}

static void serve(struct caller *caller)
{
    bool moved = true, over = false;
    while (moved && !over) {
        moved = listen_to(caller, &over);
        moved = (!over && talk_to(caller, &over)) || moved;
    }
    if (over || (caller->ended && !caller->chunks))
        hang_up(caller);
}

static void pick_up(void)
{
    for (;;) {
        int fd = accept(listener, NULL, NULL), copy = -1;
        struct caller *caller = NULL;
        if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        turned_away = fd < 0 && errno != EAGAIN;
        if (fd < 0)
            return;
        if ((copy = dup(fd)) < 0 || !(caller = calloc(1, sizeof *caller))) {
            close(fd);
            close(copy);
            continue;
        }
        caller->in = fd;
        caller->out = copy;
        STAILQ_INIT(&caller->left);
        TAILQ_INSERT_HEAD(&callers, caller, next);
        arm(fd, SIGRTMIN);
        serve(caller);
    }
}

static void hear(const siginfo_t *info)
{
    struct caller *caller, *next;
    bool all = info->si_signo == SIGIO;
    for (caller = TAILQ_FIRST(&callers); caller; caller = next) {
        next = TAILQ_NEXT(caller, next);
        if (all || caller->in == info->si_fd)
            serve(caller);
    }
    if (all || turned_away)
        pick_up();
}

int main(int argc, char **argv)
{
    sigset_t ours;
    siginfo_t info;
    static const struct timespec at_once = {0};
    int port = support_port(argc, argv);
    long slices = support_number(argc, argv, 2, 0);
    bool going = true;
    sigemptyset(&ours);
    sigaddset(&ours, SIGRTMIN);
    sigaddset(&ours, SIGIO);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigprocmask(SIG_BLOCK, &ours, NULL);
    listener = support_listen(port);
    arm(listener, 0);
    pick_up();
    while (going) {
        int signal =
            slices > 0 ? sigtimedwait(&ours, &info, &at_once) : sigwaitinfo(&ours, &info);
        if (signal == SIGTERM || signal == SIGINT)
            going = false;
        else if (signal > 0)
            hear(&info);
        else if (slices > 0)
            work_on(slices--);
    }
    while (!TAILQ_EMPTY(&callers))
        hang_up(TAILQ_FIRST(&callers));
    close(listener);
    return 0;
}
