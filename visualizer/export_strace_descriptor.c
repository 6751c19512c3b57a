/* Calls that make, change and close descriptors, as strace writes them. See export_strace.h. */
#include <stdlib.h>
#include <string.h>

#include "visualizer/export_strace.h"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void unknown(FILE *out, const struct strace_call *call)
{
    (void)call;
    fputs("...", out);
}

static void path_in(FILE *out, const struct strace_call *call)
{
    const char *detail = strace_detail_of(call->enter), *flags = strstr(detail, " O_");
    size_t size = flags ? (size_t)(flags - detail) : strlen(detail);
    bool writes = flags && (strstr(flags, "O_WRONLY") || strstr(flags, "O_RDWR"));
    if (call->enter->fd >= 0)
        strace_fd_more(out, call);
    else
        fputs("AT_FDCWD, ", out);
    fputc('"', out);
    strace_put(out, detail, size);
    fputs(writes ? "\", " : flags ? "\", O_RDONLY|" : "\", O_RDONLY", out);
    if (flags)
        strace_put(out, flags + 1, strlen(flags + 1));
}

static void execve_in(FILE *out, const struct strace_call *call)
{
    fputc('"', out);
    strace_detail(out, call->enter->detail, "");
    fputs("\", ...", out);
}

/* --- sockets --- */

static void socket_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    const char *family = strace_word(&at, &size);
    strace_put(out, family ? family : "...", family ? size : 3);
    strace_words(out, at);
    fputs(", ...", out);
}

static void address_in(FILE *out, const struct strace_call *call)
{
    strace_fd_more(out, call);
    strace_address(out, call->enter->detail);
    fputs(", ...", out);
}

static void option_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    strace_fd_more(out, call);
    const char *name = strace_word(&at, &size);
    if (name && begins(name, "SO_"))
        fputs("SOL_SOCKET, ", out);
    else if (name && begins(name, "TCP_"))
        fputs("SOL_TCP, ", out);
    strace_put(out, name ? name : "...", name ? size : 3);
    if (*at == ' ') {
        fputs(", [", out);
        strace_put(out, at + 1, strlen(at + 1));
        fputc(']', out);
    }
    fputs(", ...", out);
}

static void ioctl_in(FILE *out, const struct strace_call *call)
{
    const char *at = strace_detail_of(call->enter);
    size_t size = 0;
    strace_fd_more(out, call);
    const char *request = strace_word(&at, &size);
    strace_put(out, request ? request : "...", request ? size : 3);
    fputs(*at == ' ' ? ", [" : ", ...", out);
    if (*at == ' ')
        fprintf(out, "%ld]", strtol(at, NULL, 10));
}

/* Of F_GETFL: "0x802 (flags O_RDWR|O_NONBLOCK)". */
static void fcntl_after(FILE *out, const struct strace_call *call)
{
    if (!call->leave->detail || call->leave->error)
        return;
    fputs(" (flags ", out);
    strace_detail(out, call->leave->detail, "");
    fputc(')', out);
}

/* accept4: its flags behind what is not known. */
static void dots_flags(FILE *out, const struct strace_call *call)
{
    fputs("..., ", out);
    strace_detail(out, call->enter->detail, "0");
}

/* "{3 4}" at its LEAVE */
static void pipe_out(FILE *out, const struct strace_call *call)
{
    const char *ends = strace_detail_of(call->leave);
    size_t size = strcspn(ends, "}");
    fputc('[', out);
    if (size > 1)
        strace_put(out, ends + 1, size - 1);
    fputs("], ...", out);
}

const struct strace_form strace_descriptors[] = {
    {"open", "openat", path_in, NULL, NULL},
    {"openat", "openat", path_in, NULL, NULL},
    {"execve", "execve", execve_in, NULL, NULL},
    {"socket", "socket", socket_in, NULL, NULL},
    {"bind", "bind", address_in, NULL, NULL},
    {"connect", "connect", address_in, NULL, NULL},
    {"accept", "accept", strace_fd_more, unknown, NULL},
    {"accept4", "accept4", strace_fd_more, dots_flags, NULL},
    {"listen", "listen", strace_fd_words, NULL, NULL},
    {"shutdown", "shutdown", strace_fd_words, NULL, NULL},
    {"setsockopt", "setsockopt", option_in, NULL, NULL},
    {"getsockopt", "getsockopt", option_in, NULL, NULL},
    {"fcntl", "fcntl", strace_fd_words, NULL, fcntl_after},
    {"ioctl", "ioctl", ioctl_in, NULL, NULL},
    {"close", "close", strace_fd, NULL, NULL},
    {"dup", "dup", strace_fd, NULL, NULL},
    {"dup2", "dup2", strace_fd_words, NULL, NULL},
    {"dup3", "dup3", strace_fd_words, NULL, NULL},
    {"pipe", "pipe", strace_nothing, pipe_out, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
