/*
 * A server that misbehaves in the way that its second argument says. Compiled and run by the
 * tests of harness/server.
 */
#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.h"

static int port;

static void rest(void)
{
    for (;;)
        pause();
}

static void wait_for_term(void)
{
    sigset_t term;
    int got;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
    support_listen(port);
    sigwait(&term, &got);
    exit(0);
}

static void ignore_term(void)
{
    signal(SIGTERM, SIG_IGN);
    support_listen(port);
    rest();
}

static void become_daemon(void)
{
    if (fork() == 0) {
        setsid();
        if (fork() == 0)
            ignore_term();
        _exit(0);
    }
    wait(NULL);
    exit(0);
}

static void fork_without_end(void)
{
    signal(SIGTERM, SIG_IGN);
    support_listen(port);
    for (;;)
        if (fork() < 0)
            usleep(1000);
}

static void exit_at_once(void)
{
    exit(7);
}

static void crash(void)
{
    raise(SIGSEGV);
}

static void print_without_end(void)
{
    for (;;)
        puts("the quick brown fox jumps over the lazy dog");
}

static void listen_late(void)
{
    sigset_t start;
    int got;
    sigemptyset(&start);
    sigaddset(&start, SIGUSR1);
    sigprocmask(SIG_BLOCK, &start, NULL);
    puts("ready");
    fflush(stdout);
    sigwait(&start, &got);
    wait_for_term();
}

/* Descriptors, environment, working folder and parent, one a line. */
static void describe(void)
{
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;
    while ((entry = readdir(folder)))
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder))
            printf("descriptor %s\n", entry->d_name);
    for (char **variable = environ; *variable; variable++)
        printf("environment %s\n", *variable);
    char name[4096];
    printf("folder %s\n", getcwd(name, sizeof name));
    printf("process %d\n", (int)getpid());
    printf("port %d\n", port);
    sigset_t blocked;
    sigprocmask(SIG_SETMASK, NULL, &blocked);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction action = {0};
        sigaction(number, NULL, &action);
        if (sigismember(&blocked, number) == 1 || action.sa_handler == SIG_IGN)
            printf("signal %d\n", number);
    }
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("descriptors %lu\n", (unsigned long)limit.rlim_cur);
    exit(0);
}

static void *sleep_in_thread(void *unused)
{
    (void)unused;
    rest();
    return NULL;
}

/* Prints how many threads it could make, and stays. */
static void make_threads(void)
{
    pthread_t thread;
    int count = 0;
    while (count < 5000 && pthread_create(&thread, NULL, sleep_in_thread, NULL) == 0)
        count++;
    printf("threads %d\n", count);
    fflush(stdout);
    wait_for_term();
}

/* Blocks a real-time signal, and prints how many of it can be queued, now and after SIGUSR1. */
static void queue_signals(void)
{
    sigset_t set;
    int got;
    sigemptyset(&set);
    sigaddset(&set, SIGRTMIN);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    for (int round = 0; round < 2; round++) {
        int count = 0;
        while (count < 5000 && sigqueue(getpid(), SIGRTMIN, (union sigval){0}) == 0)
            count++;
        printf("queued %d %s\n", count, strerrorname_np(errno));
        fflush(stdout);
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        sigwait(&set, &got);
        sigemptyset(&set);
        sigaddset(&set, SIGRTMIN);
        while (sigtimedwait(&set, NULL, &(struct timespec){0}) > 0)
            ;
    }
    exit(0);
}

static void open_files(void)
{
    int count = 0;
    while (dup(0) >= 0)
        count++;
    printf("opened %d, %s\n", count, strerrorname_np(errno));
    exit(0);
}

static void spin(void)
{
    support_listen(port);
    for (volatile unsigned long i = 0;; i++)
        ;
}

static void doze(void)
{
    support_listen(port);
    for (;;)
        usleep(1000);
}

/* Stops and kills its parent, where it may. */
static void attack_parent(void)
{
    kill(getppid(), SIGSTOP);
    kill(getppid(), SIGKILL);
    become_daemon();
}

/* Leaves a file in shared memory, as shm_open does. */
static void share_memory(void)
{
    FILE *file = fopen("/dev/shm/iolab-victim", "w");
    puts(file ? "shared" : strerror(errno));
    exit(0);
}

static void use_memory(void)
{
    size_t size = 64 << 20;
    volatile char *memory = malloc(size);
    for (size_t i = 0; i < size; i += 4096)
        memory[i] = 1;
    if (fork() == 0)
        rest();
    wait_for_term();
}

static const struct {
    const char *name;
    void (*behave)(void);
} behaviours[] = {
    {"polite", wait_for_term},    {"deaf", ignore_term},
    {"daemon", become_daemon},    {"bomb", fork_without_end},
    {"exit", exit_at_once},       {"crash", crash},
    {"flood", print_without_end}, {"silent", rest},
    {"late", listen_late},        {"describe", describe},
    {"threads", make_threads},    {"files", open_files},
    {"queue", queue_signals},     {"spin", spin},
    {"patricide", attack_parent}, {"memory", use_memory},
    {"share", share_memory},      {"doze", doze},
};

int main(int argc, char **argv)
{
    port = support_port(argc, argv);
    for (size_t i = 0; argc > 2 && i < sizeof behaviours / sizeof behaviours[0]; i++)
        if (strcmp(argv[2], behaviours[i].name) == 0)
            behaviours[i].behave();
    return 99;
}
