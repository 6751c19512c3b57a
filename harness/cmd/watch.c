/*
 * iolab watch LAB: grades again at each save. On a terminal, keys: h the next hint, v where the
 * server waited, r run again, q quit. Everything that it does, it does by calling the other
 * commands.
 */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "grade/lab.h"
#include "grade/watcher.h"

struct watch {
    const char *lab;
    struct watcher *watcher;
    int signals;
    bool keys; /* standard input is a terminal, in raw mode */
    struct termios before;
    pid_t child;          /* the command that runs now; 0: none */
    int child_descriptor; /* pidfd; -1 */
    bool grading;
    bool showing; /* `iolab show` runs */
    bool again;   /* something was saved while a grading ran */
    bool quit;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    const char **lab = state->input;
    if (key == ARGP_KEY_ARG && state->arg_num == 0)
        *lab = argument;
    else if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "which lab? (iolab list shows them)");
    else if (key == ARGP_KEY_ARG)
        argp_usage(state);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp watch_argp = {
    .parser = parse,
    .args_doc = "LAB",
    .doc = "Grade LAB again at each save. Keys: h hint, v visualize, r run, q quit.",
};

/* Starts `iolab COMMAND WHAT`; it is waited for in the loop. */
static void start(struct watch *watch, const char *command, const char *what)
{
    struct failure ignored;
    char program[PATH_MAX + 32];
    snprintf(program, sizeof program, "%s/build/iolab-%s", lab_root(&ignored), command);
    pid_t pid = fork();
    if (pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, NULL);
        execl(program, command, what, (char *)NULL);
        fprintf(stderr, "iolab watch: cannot run %s: %s\n", program, strerror(errno));
        _exit(STATUS_MACHINE);
    }
    watch->child = pid > 0 ? pid : 0;
    watch->child_descriptor = pid > 0 ? pidfd_open(pid, 0) : -1;
}

static void grade(struct watch *watch)
{
    if (watch->child) {
        watch->again = true; /* what was saved makes the running one pointless */
        if (watch->grading)
            kill(watch->child, SIGTERM);
        return;
    }
    if (watch->keys)
        fputs("\033[2J\033[H", stdout);
    fflush(stdout);
    watch->grading = true;
    start(watch, "grade", watch->lab);
}

static void child_ended(struct watch *watch)
{
    waitpid(watch->child, NULL, 0);
    close(watch->child_descriptor);
    watch->child = 0;
    watch->child_descriptor = -1;
    watch->grading = watch->showing = false;
    if (watch->again) {
        watch->again = false;
        grade(watch);
        return;
    }
    puts(watch->keys ? "\nWaiting for a save.  h hint  v visualize  r run  q quit"
                     : "\nWaiting for a save.");
    fflush(stdout);
}

/* It has the terminal to itself: keys are not ours meanwhile. */
static void show(struct watch *watch)
{
    char what[PATH_MAX];
    snprintf(what, sizeof what, "%s/", watch->lab); /* what failed, not a new run */
    start(watch, "show", what);
    watch->showing = watch->child != 0;
}

static void key_pressed(struct watch *watch)
{
    char key = 'q';
    if (read(STDIN_FILENO, &key, 1) <= 0 || key == 'q' || key == 4) {
        watch->quit = true;
        return;
    }
    if (key == 'r')
        grade(watch);
    if (watch->child)
        return;
    if (key == 'h')
        start(watch, "hint", watch->lab);
    else if (key == 'v')
        show(watch);
}

static void wait_for_something(struct watch *watch)
{
    struct pollfd polled[] = {
        {.fd = watch->signals, .events = POLLIN},
        {.fd = watcher_descriptor(watch->watcher), .events = POLLIN},
        {.fd = watch->child_descriptor, .events = POLLIN},
        {.fd = watch->keys && !watch->showing ? STDIN_FILENO : -1, .events = POLLIN},
    };
    if (poll(polled, 4, 1000) < 0)
        return;
    if (polled[0].revents)
        watch->quit = true;
    if (polled[2].revents)
        child_ended(watch);
    if (polled[3].revents)
        key_pressed(watch);
    if (watcher_changed(watch->watcher))
        grade(watch);
}

static void keys_on(struct watch *watch)
{
    watch->keys = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) &&
                  tcgetattr(STDIN_FILENO, &watch->before) == 0;
    if (!watch->keys)
        return;
    struct termios raw = watch->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static int watch_loop(struct watch *watch)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    watch->signals = signalfd(-1, &set, SFD_CLOEXEC);
    keys_on(watch);
    grade(watch);
    while (!watch->quit)
        wait_for_something(watch);
    if (watch->child) {
        kill(watch->child, SIGTERM);
        waitpid(watch->child, NULL, 0);
    }
    if (watch->keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &watch->before);
    return STATUS_WELL;
}

int main(int argc, char **argv)
{
    const char *typed = NULL;
    struct failure failure = {.status = STATUS_MACHINE};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&watch_argp, argc, argv, 0, NULL, &typed);
    char *name = lab_resolve(typed, &failure);
    char *folder = name ? lab_path("labs", name) : NULL;
    struct manifest *manifest = folder ? manifest_load(folder, &failure) : NULL;
    struct watch watch = {.lab = name, .child_descriptor = -1};
    if (manifest)
        watch.watcher = watcher_open(folder, manifest->files, &failure);
    if (!watch.watcher) {
        fprintf(stderr, "iolab watch: %s\n", failure.text);
        return failure.status;
    }
    int status = watch_loop(&watch);
    watcher_close(watch.watcher);
    manifest_free(manifest);
    free(folder);
    free(name);
    return status;
}
