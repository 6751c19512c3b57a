/* How a server ends, by itself or because we want it to. See server.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/instance.h"

static void note_exit(struct server *server)
{
    const struct keeper *keeper = &server->keeper;
    if (!keeper->first_ended || server->exit.ended)
        return;
    int status = keeper->first_status;
    server->exit.ended = true;
    server->exit.status = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    server->exit.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

struct server_exit server_ended(struct server *server)
{
    while (keeper_wait(&server->keeper, 0))
        ;
    note_exit(server);
    return server->exit;
}

/* Does the first thread take this signal: neither gone, nor has it blocked it? */
static bool first_thread_takes(pid_t pid, int signal)
{
    char path[64], line[256];
    unsigned long long blocked = ~0ULL;
    char state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/task/%d/status", pid, pid);
    FILE *file = fopen(path, "re");
    while (file && fgets(line, sizeof line, file)) {
        sscanf(line, "State: %c", &state);
        sscanf(line, "SigBlk: %llx", &blocked);
    }
    if (file)
        fclose(file);
    return state != 'Z' && state != 'X' && !(blocked >> (signal - 1) & 1);
}

/*
 * The kernel gives a process's signal to its first thread, if that takes it; but not while a
 * tracer holds that thread, and then another one gets it. So it is addressed as it would be.
 */
int server_signal(struct server *server, int signal)
{
    if (server->pidfd < 0 || server_ended(server).ended) {
        errno = ESRCH;
        return -1;
    }
    pid_t pid = server_pid(server);
    if (first_thread_takes(pid, signal) && tgkill(pid, pid, signal) == 0)
        return 0;
    return pidfd_send_signal(server->pidfd, signal, NULL, 0);
}

int server_signal_all(struct server *server, int signal)
{
    struct process_table table;
    if (server->stopped || processes_read(&table, server->keeper.pid) < 0)
        return -1;
    for (size_t i = 0; i < table.count; i++)
        if (table.all[i].below && process_lives(&table.all[i]))
            kill(table.all[i].pid, signal);
    processes_free(&table);
    return 0;
}

/* TERM, and CONT behind it in case it stands still. True when all of it went by itself. */
static bool ask_to_end(struct server *server, double grace)
{
    int64_t end = clock_now() + (int64_t)(grace * CLOCK_SECOND);
    if (server->gate < 0 && server_signal(server, SIGTERM) == 0)
        server_signal(server, SIGCONT);
    while (!server->keeper.empty) {
        int64_t left = end - clock_now();
        int milliseconds =
            left > 0 ? (int)((left + CLOCK_MILLISECOND - 1) / CLOCK_MILLISECOND) : 0;
        if (!keeper_wait(&server->keeper, milliseconds) && clock_now() >= end)
            break;
    }
    return server->keeper.empty;
}

struct server_exit server_stop(struct server *server, double grace, bool *forced)
{
    if (!server->stopped) {
        server->forced = !ask_to_end(server, grace);
        note_exit(server);
        keeper_end(&server->keeper);
        note_exit(server);
        if (!server->exit.ended)
            server->exit = (struct server_exit){.ended = true, .signal = SIGKILL};
        server->stopped = true;
    }
    if (forced)
        *forced = server->forced;
    return server->exit;
}

void server_close(struct server *server)
{
    if (!server)
        return;
    if (!server->stopped)
        keeper_end(&server->keeper);
    cgroup_remove(&server->group);
    port_give_back(&server->lease);
    if (server->gate >= 0)
        close(server->gate);
    if (server->pidfd >= 0)
        close(server->pidfd);
    free(server);
}
