/* Calls that move bytes, as strace writes them. See export_strace.h. */
#include <inttypes.h>
#include <string.h>

#include "visualizer/export_strace.h"

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void put_pointer(FILE *out, uint64_t address)
{
    if (address)
        fprintf(out, "%#" PRIx64, address);
    else
        fputs("...", out);
}

/* The bytes that were moved stand at the LEAVE; where they are not kept, the buffer's address. */
static void put_data(FILE *out, const struct strace_call *call)
{
    const struct event *leave = call->leave;
    bool moved = leave && !leave->error && leave->bytes >= 0;
    if (moved && (leave->data || leave->bytes == 0))
        strace_quoted(out, leave->data, leave->data ? leave->data_size : 0, leave->bytes);
    else
        put_pointer(out, call->enter->address);
}

static void put_size(FILE *out, const struct strace_call *call)
{
    if (call->enter->bytes >= 0)
        fprintf(out, ", %" PRId64, call->enter->bytes);
    else
        fputs(", ...", out);
}

static void read_out(FILE *out, const struct strace_call *call)
{
    put_data(out, call);
    put_size(out, call);
}

static void write_in(FILE *out, const struct strace_call *call)
{
    strace_fd_more(out, call);
    read_out(out, call);
}

static void put_offset(FILE *out, const struct strace_call *call)
{
    const char *detail = strace_detail_of(call->enter);
    fputs(", ", out);
    strace_detail(out, begins(detail, "at ") ? detail + 3 : NULL, "...");
}

static void pread_out(FILE *out, const struct strace_call *call)
{
    read_out(out, call);
    put_offset(out, call);
}

static void pwrite_in(FILE *out, const struct strace_call *call)
{
    write_in(out, call);
    put_offset(out, call);
}

static void recv_out(FILE *out, const struct strace_call *call)
{
    read_out(out, call);
    fputs(", ", out);
    strace_detail(out, call->enter->detail, "0");
    fputs(strcmp(call->enter->call, "recv") == 0 ? ", NULL, NULL" : ", ...", out);
}

static void send_in(FILE *out, const struct strace_call *call)
{
    write_in(out, call);
    fputs(", ", out);
    strace_detail(out, call->enter->detail, "0");
    fputs(strcmp(call->enter->call, "send") == 0 ? ", NULL, 0" : ", ...", out);
}

static void vector_out(FILE *out, const struct strace_call *call)
{
    fputs("[{iov_base=", out);
    put_data(out, call);
    fputs(", ...}, ...], ...", out);
}

static void vector_in(FILE *out, const struct strace_call *call)
{
    strace_fd_more(out, call);
    vector_out(out, call);
}

static void message_out(FILE *out, const struct strace_call *call)
{
    fputs("{msg_iov=[{iov_base=", out);
    put_data(out, call);
    fputs(", ...}, ...], ...}, ", out);
    strace_detail(out, call->enter->detail, "0");
}

static void message_in(FILE *out, const struct strace_call *call)
{
    strace_fd_more(out, call);
    message_out(out, call);
}

/* recvmmsg, sendmmsg, accept4: flags behind what is not known. */
static void dots_flags(FILE *out, const struct strace_call *call)
{
    fputs("..., ", out);
    strace_detail(out, call->enter->detail, "0");
}

static void dots_flags_in(FILE *out, const struct strace_call *call)
{
    strace_fd_more(out, call);
    dots_flags(out, call);
}

/* "from 5", "to 7": the other descriptor. */
static void transfer_in(FILE *out, const struct strace_call *call)
{
    const char *detail = strace_detail_of(call->enter);
    fprintf(out, begins(detail, "to ") ? "%d, ..., " : "%d, ", call->enter->fd);
    strace_detail(out, strchr(detail, ' ') ? strchr(detail, ' ') + 1 : NULL, "...");
    fputs(", ...", out);
    put_size(out, call);
}

const struct strace_form strace_bytes[] = {
    {"read", "read", strace_fd_more, read_out, NULL},
    {"write", "write", write_in, NULL, NULL},
    {"pread", "pread64", strace_fd_more, pread_out, NULL},
    {"pwrite", "pwrite64", pwrite_in, NULL, NULL},
    {"readv", "readv", strace_fd_more, vector_out, NULL},
    {"writev", "writev", vector_in, NULL, NULL},
    {"preadv", "preadv", strace_fd_more, vector_out, NULL},
    {"pwritev", "pwritev", vector_in, NULL, NULL},
    {"preadv2", "preadv2", strace_fd_more, vector_out, NULL},
    {"pwritev2", "pwritev2", vector_in, NULL, NULL},
    {"recv", "recvfrom", strace_fd_more, recv_out, NULL},
    {"recvfrom", "recvfrom", strace_fd_more, recv_out, NULL},
    {"send", "sendto", send_in, NULL, NULL},
    {"sendto", "sendto", send_in, NULL, NULL},
    {"recvmsg", "recvmsg", strace_fd_more, message_out, NULL},
    {"sendmsg", "sendmsg", message_in, NULL, NULL},
    {"recvmmsg", "recvmmsg", strace_fd_more, dots_flags, NULL},
    {"sendmmsg", "sendmmsg", dots_flags_in, NULL, NULL},
    {"sendfile", "sendfile", transfer_in, NULL, NULL},
    {"splice", "splice", transfer_in, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
