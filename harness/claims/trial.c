/* See trial.h. */
#include "claims/trial.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* What parent and child share. */
struct board {
    int answer; /* of the round; 1: the child has said nothing */
    struct failure failure;
    struct sample sample;
};

static int play(const struct measurement *measurement, const struct subjects *subjects,
                struct board *board)
{
    const struct way *way = measurement->way;
    if (way->run)
        return way->run(&measurement->parameters,
                        &board->sample.values[way - measurement->experiment->ways],
                        &board->failure);
    return measurement->experiment->run(&measurement->parameters, subjects, &board->sample,
                                        &board->failure);
}

/* Ctrl-C goes to all: the round is played to its end, and the parent starts no other. */
static void play_in_child(pid_t parent, const struct measurement *measurement,
                          const struct subjects *subjects, struct board *board)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        return;
    signal(SIGINT, SIG_IGN);
    signal(SIGTERM, SIG_DFL);
    alarm(TRIAL_SECONDS);
    board->answer = play(measurement, subjects, board);
}

static int read_board(const struct board *board, int status, const char *name,
                      struct sample *sample, struct failure *failure)
{
    *sample = board->sample;
    if (board->answer < 0)
        *failure = board->failure;
    if (board->answer <= 0)
        return board->answer;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
        return failure_set(failure, STATUS_MACHINE, "the experiment %s was not over after %d s",
                           name, TRIAL_SECONDS);
    return failure_set(failure, STATUS_MACHINE,
                       "the process of the experiment %s has died (%s)", name,
                       WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "exit");
}

int trial_run(const struct measurement *measurement, const struct subjects *subjects,
              struct sample *sample, struct failure *failure)
{
    int status = 0;
    struct board *board =
        mmap(NULL, sizeof *board, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (board == MAP_FAILED)
        return failure_errno(failure, STATUS_MACHINE, "cannot share memory with a process");
    board->answer = 1;
    for (int i = 0; i < EXPERIMENT_FIGURES_MOST; i++)
        board->sample.values[i] = NAN;
    fflush(NULL);
    pid_t parent = getpid(), child = fork();
    if (child == 0) {
        play_in_child(parent, measurement, subjects, board);
        _exit(0);
    }
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    int answer =
        child < 0 ? failure_errno(failure, STATUS_MACHINE, "cannot start a process")
                  : read_board(board, status, measurement->experiment->name, sample, failure);
    munmap(board, sizeof *board);
    return answer;
}
