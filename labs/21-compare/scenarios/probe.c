/*
 * Calls benchmark_server on a server whose behaviour is known, and whose truth is asked for:
 * known_server.h. That server is another process, and speaks with the script; this one does what
 * it is told over memory that both share:
 *
 *   set REQUESTS MILLISECONDS  the settings of the benchmark
 *   descriptors NUMBER         from now on so many more can be opened; 0: as many as before
 *   occupy NUMBER              so many descriptors are taken
 *   run LABEL CLIENTS          calls benchmark_server
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "known_server.h"
#include "support.h"

#define AN_HOUR   3600
#define SAID_SIZE 64 /* bytes of what the benchmark printed that are told */

typedef struct {
    double connection_time;
    double request_response_time;
    int successful_connections;
    int failed_connections;
} performance_metrics_t;

/* Weak: what is missing (or static) is reported. */
#define WEAK __attribute__((weak))
WEAK performance_metrics_t benchmark_server(const char *server_type, int port, int num_clients);
WEAK extern int requests_per_client, timeout_ms;

static struct common *common;
static int server; /* the known server, at the other end of this socket */
static int port;
static int said; /* where standard output goes */

/* --- the time of day, which somebody may set while it is looked at --- */

int clock_gettime(clockid_t clock, struct timespec *time)
{
    int answer = (int)syscall(SYS_clock_gettime, clock, time);
    if (common && common->clock_set &&
        (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        time->tv_sec += AN_HOUR;
    return answer;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    (void)zone;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *into)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into)
        *into = now.tv_sec;
    return now.tv_sec;
}

int timespec_get(struct timespec *time, int base)
{
    return clock_gettime(CLOCK_REALTIME, time) == 0 ? base : 0;
}

/* --- commands --- */

static void answer(const char *text)
{
    snprintf(common->answer, sizeof common->answer, "%s", text);
    if (send(server, "", 1, MSG_NOSIGNAL) < 0)
        exit(1);
}

static int descriptors(void)
{
    int count = -3; /* without "." and "..", and the folder's own */
    DIR *folder = opendir("/proc/self/fd");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count;
}

static void command_set(const char *words)
{
    if (!&requests_per_client || !&timeout_ms) {
        answer("error=there is no variable requests_per_client or timeout_ms, or it is static");
        return;
    }
    char *rest = NULL;
    requests_per_client = (int)strtol(words, &rest, 10);
    timeout_ms = (int)strtol(rest, NULL, 10);
    answer("ok=1");
}

static void command_descriptors(const char *words)
{
    struct rlimit limit;
    int more = (int)strtol(words, NULL, 10);
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = more > 0 ? (rlim_t)(descriptors() + more) : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    answer("ok=1");
}

static void command_occupy(const char *words)
{
    for (long number = strtol(words, NULL, 10); number > 0; number--)
        if (fcntl(server, F_DUPFD_CLOEXEC, 0) < 0)
            support_complain("occupy");
    answer("ok=1");
}

/* What was printed since the last time, its beginning, with a dot for each other character. */
static void read_said(char *text, size_t size)
{
    fflush(stdout);
    ssize_t got = pread(said, text, size - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    for (char *c = text; *c; c++)
        if (*c <= ' ' || *c > '~')
            *c = '.';
    if (ftruncate(said, 0) < 0 || lseek(said, 0, SEEK_SET) < 0)
        support_complain("standard output");
}

static void command_run(const char *words)
{
    char label[LINE_SIZE], line[SAID_SIZE + 1], text[RESULT_SIZE];
    int label_size = (int)strcspn(words, " ");
    snprintf(label, sizeof label, "%.*s", label_size, words);
    if (!benchmark_server) {
        answer("error=there is no function benchmark_server, or it is static");
        return;
    }
    common->called = seconds_now();
    performance_metrics_t metrics =
        benchmark_server(label, port + 1, (int)strtol(words + label_size, NULL, 10));
    double took = seconds_now() - common->called;
    read_said(line, sizeof line);
    snprintf(text, sizeof text,
             "connection=%.9g response=%.9g successful=%d failed=%d took=%.9g said=%s",
             metrics.connection_time, metrics.request_response_time,
             metrics.successful_connections, metrics.failed_connections, took, line);
    answer(text);
}

static const struct {
    const char *name;
    void (*run)(const char *words);
} commands[] = {
    {"set ", command_set},       {"descriptors ", command_descriptors},
    {"occupy ", command_occupy}, {"run ", command_run},
};

static void obey_server(const char *line)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strncmp(line, commands[i].name, strlen(commands[i].name)) == 0) {
            commands[i].run(line + strlen(commands[i].name));
            return;
        }
    answer("error=the probe does not know this command");
}

/* --- the two processes --- */

static void on_end(int signal)
{
    (void)signal;
    _exit(0);
}

static void on_interruption(int signal)
{
    (void)signal;
}

static void keep_what_is_printed(void)
{
    FILE *file = tmpfile();
    said = file ? fileno(file) : -1;
    if (said < 0 || dup2(said, STDOUT_FILENO) < 0)
        support_complain("standard output");
}

/* Makes the other process, which has the listener from now on. */
static void start_known_server(void)
{
    int pair[2];
    common =
        mmap(NULL, sizeof *common, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (common == MAP_FAILED || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
        support_complain("the known server");
        exit(1);
    }
    int listener = support_listen(port);
    if (fork() == 0) {
        close(pair[0]);
        known_server(listener, port + 1, pair[1], common);
    }
    close(listener);
    close(pair[1]);
    server = pair[0];
}

int main(int argc, char **argv)
{
    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_end}, NULL);
    sigaction(SIGUSR1, &(struct sigaction){.sa_handler = on_interruption}, NULL);
    port = support_port(argc, argv);
    start_known_server();
    keep_what_is_printed();
    while (receive_byte(server))
        obey_server(common->command);
    return 0;
}
