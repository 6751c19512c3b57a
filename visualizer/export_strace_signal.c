/* Signals, and calls that wait for them, for time and for threads, as strace writes them. See
   export_strace.h. */
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "visualizer/export_strace.h"

#define FIRST_REAL_TIME 32 /* the kernel's; the C library keeps this one and the next */
#define LAST_REAL_TIME  64

/* --- names --- */

/* Numbers of real time: strace counts them from the kernel's first. */
static void put_real_time(FILE *out, long number)
{
    if (number == FIRST_REAL_TIME)
        fputs("SIGRTMIN", out);
    else
        fprintf(out, "SIGRT_%ld", number - FIRST_REAL_TIME);
}

/* "signal 33", as recordings call those that the C library keeps for itself, is one word. */
static const char *signal_word(const char **at, size_t *size)
{
    static const char unnamed[] = "signal ";
    const char *word = strace_word(at, size);
    if (word && strncmp(word, unnamed, sizeof unnamed - 1) == 0) {
        *size = sizeof unnamed - 1 + strcspn(word + sizeof unnamed - 1, " }");
        *at = word + *size;
    }
    return word;
}

void strace_signal(FILE *out, const char *name, size_t size)
{
    static const struct {
        const char *prefix;
        int from;
    } shapes[] = {{"SIGRTMIN", FIRST_REAL_TIME + 2}, {"signal ", 0}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t length = strlen(shapes[i].prefix);
        if (size < length || memcmp(name, shapes[i].prefix, length) != 0)
            continue;
        long number = size > length ? strtol(name + length, NULL, 10) : 0;
        if (number >= 0 && number + shapes[i].from >= FIRST_REAL_TIME &&
            number + shapes[i].from <= LAST_REAL_TIME) {
            put_real_time(out, number + shapes[i].from);
            return;
        }
    }
    strace_put(out, name, size);
}

static void put_member(FILE *out, const char *word, size_t size)
{
    char *name = NULL;
    size_t length = 0;
    FILE *whole = open_memstream(&name, &length);
    if (!whole)
        return;
    strace_signal(whole, word, size);
    fclose(whole);
    bool prefixed = name && strncmp(name, "SIG", 3) == 0;
    fputs(name ? name + (prefixed ? 3 : 0) : "", out);
    free(name);
}

void strace_signals(FILE *out, const char *set)
{
    const char *between = "";
    if (!set || strcmp(set, "all") == 0) {
        fputs(set ? "~[RTMIN RT_1]" : "...", out); /* these the C library keeps back */
        return;
    }
    const char *at = set + (*set == '{');
    size_t size;
    fputc('[', out);
    for (const char *word; (word = signal_word(&at, &size));) {
        size -= size && word[size - 1] == '}';
        if (size == 0)
            continue;
        fputs(between, out);
        put_member(out, word, size);
        between = " ";
    }
    fputc(']', out);
}

static const char *code_name(int code, bool of_descriptor)
{
    static const char *const polls[] = {"POLL_IN",  "POLL_OUT", "POLL_MSG",
                                        "POLL_ERR", "POLL_PRI", "POLL_HUP"};
    if (of_descriptor && code >= POLL_IN && code <= POLL_HUP)
        return polls[code - POLL_IN];
    return code == SI_KERNEL ? "SI_KERNEL" : NULL;
}

void strace_siginfo(FILE *out, const struct event *signal)
{
    const char *code = code_name(signal->error, signal->fd >= 0);
    fputs("si_signo=", out);
    strace_signal(out, signal->detail ? signal->detail : "?",
                  signal->detail ? strlen(signal->detail) : 1);
    if (code)
        fprintf(out, ", si_code=%s", code);
    else if (signal->error)
        fprintf(out, ", si_code=%d", signal->error);
    if (signal->fd >= 0)
        fprintf(out, ", si_fd=%d", signal->fd);
    else
        fputs(", ...", out);
}

/* --- calls --- */

static void sigaction_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    const char *word = signal_word(&at, &size);
    strace_signal(out, word ? word : "?", word ? size : 1);
    word = strace_word(&at, &size);
    if (!word) {
        fputs(", NULL, ...", out);
        return;
    }
    bool handler = size == 7 && memcmp(word, "handler", size) == 0;
    fputs(", {sa_handler=", out);
    strace_put(out, handler ? "..." : word, handler ? 3 : size);
    fputs(", sa_mask=..., sa_flags=", out);
    word = strace_word(&at, &size);
    strace_put(out, word ? word : "0", word ? size : 1);
    fputs("}, ...", out);
}

static void sigprocmask_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    const char *how = strace_word(&at, &size);
    strace_put(out, how ? how : "...", how ? size : 3);
    fputs(", ", out);
    if (how)
        strace_signals(out, at + strspn(at, " "));
    else
        fputs("NULL", out);
    fputs(", ..., 8", out);
}

static void sigsuspend_in(FILE *out, const struct strace_call *call)
{
    strace_signals(out, call->enter->detail);
    fputs(", 8", out);
}

static void sigwait_in(FILE *out, const struct strace_call *call)
{
    strace_signals(out, call->enter->detail);
    fputs(", ", out);
}

static void sigwait_out(FILE *out, const struct strace_call *call)
{
    fputs("..., ", out);
    strace_time(out, call->enter->timeout, "nsec");
    fputs(", 8", out);
}

static void sigwait_after(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->leave);
    size_t size = 0;
    const char *name = call->leave->error ? NULL : strace_word(&at, &size);
    if (!name)
        return;
    fputs(" (", out);
    strace_signal(out, name, size);
    fputc(')', out);
}

static void signalfd_in(FILE *out, const struct strace_call *call)
{
    fprintf(out, "%d, ", call->enter->fd);
    strace_signals(out, call->enter->detail);
    fputs(", 8, ...", out);
}

/* "7 SIGUSR1", "7 8 SIGUSR1" */
static void kill_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter), *between = "";
    size_t size;
    for (const char *word; (word = signal_word(&at, &size)); between = ", ") {
        fputs(between, out);
        strace_signal(out, word, size);
    }
}

/* --- time and threads --- */

static void nanosleep_in(FILE *out, const struct strace_call *call)
{
    bool clock = strcmp(call->enter->call, "clock_nanosleep") == 0;
    fputs(clock ? "..., " : "", out);
    strace_time(out, call->enter->timeout, "nsec");
    fputs(", ...", out);
}

static void futex_in(FILE *out, const struct strace_call *call)
{
    fprintf(out, "%#" PRIx64 ", ", call->enter->address);
    strace_put(out, strace_detail_of(call->enter), strlen(strace_detail_of(call->enter)));
    fputs(", ...", out);
}

static void clone_in(FILE *out, const struct strace_call *call)
{
    if (call->enter->bytes > 0)
        fprintf(out, "{stack_size=%#" PRIx64 ", ...}, ...", (uint64_t)call->enter->bytes);
    else
        fputs("...", out);
}

static void wait4_in(FILE *out, const struct strace_call *call)
{
    strace_put(out, strace_detail_of(call->enter), strlen(strace_detail_of(call->enter)));
    fputs(", ...", out);
}

const struct strace_form strace_signal_calls[] = {
    {"sigaction", "rt_sigaction", sigaction_in, NULL, NULL},
    {"sigprocmask", "rt_sigprocmask", sigprocmask_in, NULL, NULL},
    {"sigsuspend", "rt_sigsuspend", sigsuspend_in, NULL, NULL},
    {"sigwaitinfo", "rt_sigtimedwait", sigwait_in, sigwait_out, sigwait_after},
    {"sigtimedwait", "rt_sigtimedwait", sigwait_in, sigwait_out, sigwait_after},
    {"signalfd", "signalfd4", signalfd_in, NULL, NULL},
    {"pause", "pause", strace_nothing, NULL, NULL},
    {"kill", "kill", kill_in, NULL, NULL},
    {"tkill", "tkill", kill_in, NULL, NULL},
    {"tgkill", "tgkill", kill_in, NULL, NULL},
    {"nanosleep", "nanosleep", nanosleep_in, NULL, NULL},
    {"clock_nanosleep", "clock_nanosleep", nanosleep_in, NULL, NULL},
    {"sched_yield", "sched_yield", strace_nothing, NULL, NULL},
    {"futex", "futex", futex_in, NULL, NULL},
    {"pthread_create", "clone3", clone_in, NULL, NULL},
    {"fork", "clone", clone_in, NULL, NULL},
    {"vfork", "vfork", strace_nothing, NULL, NULL},
    {"waitpid", "wait4", wait4_in, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
