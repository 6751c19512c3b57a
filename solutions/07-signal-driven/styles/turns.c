/* Style: bounded turns. A handler sets bits with atomics; who is not done after four receives
   sets its own bit again and has another turn, before the next slice or the next sleep. A ring in
   two vectors for each client (readv, writev), own listening code and own handlers. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "work.h"

#define MOST 4096
#define RING 8192
#define BITS 64

struct party {
    bool here, ended;
    unsigned in, out; /* bytes so far, modulo 2^32 */
    char ring[RING];
};

static struct party *parties;
static _Atomic unsigned long told[MOST / BITS];
static volatile sig_atomic_t all, stop;
static int door, highest;
static bool knocked_in_vain;

static void set_bit(int fd)
{
    if (fd >= 0 && fd < MOST)
        atomic_fetch_or(&told[fd / BITS], 1UL << (fd % BITS));
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    (void)context;
    if (signal == SIGTERM)
        stop = 1;
    else if (signal == SIGIO || info->si_code == SI_KERNEL)
        all = 1;
    else
        set_bit(info->si_fd);
}

static void arm(int fd)
{
    int flags = fcntl(fd, F_GETFL) | O_NONBLOCK;
    fcntl(fd, F_SETFL, flags);
    fcntl(fd, F_SETOWN, getpid());
    fcntl(fd, F_SETSIG, SIGRTMAX - 1);
    fcntl(fd, F_SETFL, flags | O_ASYNC);
}

static void part(int fd)
{
    parties[fd].here = false;
    close(fd);
    if (knocked_in_vain)
        set_bit(door);
    knocked_in_vain = false;
}

static int vectors(struct party *party, struct iovec v[2], unsigned from, unsigned length)
{
    unsigned at = from % RING, first = length < RING - at ? length : RING - at;
    v[0] = (struct iovec){party->ring + at, first};
    v[1] = (struct iovec){party->ring, length - first};
    return first == length ? 1 : 2;
}

static bool again(ssize_t n)
{
    return n >= 0 || errno == EINTR || errno == EAGAIN;
}

static void take_turn(int fd)
{
    struct party *party = &parties[fd];
    struct iovec v[2];
    ssize_t in = 1, out = 1;
    for (int i = 0; i < 4 && (in > 0 || out > 0); i++) {
        in = 0;
        if (!party->ended && party->in - party->out < RING) {
            in = readv(fd, v, vectors(party, v, party->in, RING - (party->in - party->out)));
            party->ended = in == 0;
            party->in += in > 0 ? (unsigned)in : 0;
        }
        if (in < 0 && errno == EINTR)
            in = 1;
        out = 0;
        bool alive = again(in);
        if (alive && party->in != party->out) {
            out = writev(fd, v, vectors(party, v, party->out, party->in - party->out));
            party->out += out > 0 ? (unsigned)out : 0;
            if (out < 0 && errno == EINTR)
                out = 1;
            alive = again(out);
        }
        if (!alive || (party->ended && party->in == party->out)) {
            part(fd);
            return;
        }
    }
    if (in > 0 || out > 0)
        set_bit(fd);
}

static void open_door(void)
{
    int fd;
    while ((fd = accept4(door, NULL, NULL, SOCK_CLOEXEC)) >= 0 || errno == EINTR ||
           errno == ECONNABORTED) {
        if (fd < 0)
            continue;
        if (fd >= MOST) {
            close(fd);
            continue;
        }
        parties[fd].here = true;
        parties[fd].ended = false;
        parties[fd].in = parties[fd].out = 0;
        highest = fd > highest ? fd : highest;
        arm(fd);
        set_bit(fd); /* perhaps it has spoken already */
    }
    knocked_in_vain = errno != EAGAIN;
}

static bool nothing_told(void)
{
    for (int i = 0; i <= highest / BITS; i++)
        if (told[i])
            return false;
    return !all && !stop;
}

static void look(void)
{
    if (all) {
        all = 0;
        set_bit(door);
        for (int fd = 0; fd <= highest; fd++)
            if (parties[fd].here)
                set_bit(fd);
    }
    for (int i = 0; i <= highest / BITS; i++) {
        unsigned long bits = atomic_exchange(&told[i], 0);
        for (; bits; bits &= bits - 1) {
            int fd = i * BITS + __builtin_ctzl(bits);
            if (fd == door)
                open_door();
            else if (parties[fd].here)
                take_turn(fd);
        }
    }
}

static int listen_at(int port)
{
    int on = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port = htons((uint16_t)port),
                               .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&here, sizeof here) < 0 || listen(fd, SOMAXCONN) < 0)
        exit(1);
    return fd;
}

int main(int argc, char **argv)
{
    sigset_t ours, before;
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};
    long slices = argc > 2 ? atol(argv[2]) : 0;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGIO);
    sigaddset(&ours, SIGRTMAX - 1);
    action.sa_mask = ours;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGIO, &action, NULL);
    sigaction(SIGRTMAX - 1, &action, NULL);
    signal(SIGPIPE, SIG_IGN);
    parties = mmap(NULL, MOST * sizeof *parties, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (argc < 2 || parties == MAP_FAILED)
        return 1;
    door = highest = listen_at(atoi(argv[1]));
    arm(door);
    set_bit(door);
    while (!stop) {
        look();
        if (slices > 0) {
            work_on(slices--);
            continue;
        }
        sigprocmask(SIG_BLOCK, &ours, &before);
        if (nothing_told())
            sigsuspend(&before);
        sigprocmask(SIG_SETMASK, &before, NULL);
    }
    for (int fd = 0; fd <= highest; fd++)
        if (parties[fd].here)
            close(fd);
    close(door);
    munmap(parties, MOST * sizeof *parties);
    return 0;
}
