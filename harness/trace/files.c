/* Family of calls: files, and what reads and writes anything. */
#include <fcntl.h>

#include "trace/call.h"
#include "trace/memory.h"

static const struct text_name open_flags[] = {
    TEXT_NAME(O_WRONLY),    TEXT_NAME(O_RDWR),     TEXT_NAME(O_CREAT),   TEXT_NAME(O_EXCL),
    TEXT_NAME(O_TRUNC),     TEXT_NAME(O_APPEND),   TEXT_NAME(O_CLOEXEC), TEXT_NAME(O_NONBLOCK),
    TEXT_NAME(O_DIRECTORY), TEXT_NAME(O_NOFOLLOW), TEXT_NAMES_END,
};

static enum call_plan add_path(struct visit *visit, uint64_t path, uint64_t flags)
{
    char name[256];
    memory_read_string(visit->thread->tid, path, name, sizeof name);
    text_add(&visit->detail, name);
    if (flags)
        text_add(&visit->detail, " ");
    text_flags(&visit->detail, flags, open_flags);
    return CALL_WRITE;
}

static enum call_plan open_enter(struct visit *visit)
{
    return add_path(visit, visit->arguments[0], visit->arguments[1]);
}

static enum call_plan openat_enter(struct visit *visit)
{
    if ((int)visit->arguments[0] == AT_FDCWD)
        visit->event.call = "open";
    else
        visit->event.fd = (int)visit->arguments[0];
    return add_path(visit, visit->arguments[1], visit->arguments[2]);
}

/* What it is, is asked when it is used. */
static void open_leave(struct visit *visit)
{
    if (visit->result < 0)
        return;
    visit->event.fd = (int)visit->result;
    descriptor_close(visit->trace, visit->thread, visit->event.fd, visit->time);
}

static void read_leave(struct visit *visit)
{
    const struct slot *slot = descriptor_find(visit->thread->descriptors, visit->event.fd);
    if (slot && slot->kind == KIND_SIGNALS)
        signals_read(visit);
}

static enum call_plan offset_enter(struct visit *visit)
{
    text_format(&visit->detail, "at %lld", (long long)visit->arguments[3]);
    return CALL_WRITE;
}

static enum call_plan sendfile_enter(struct visit *visit)
{
    visit->event.bytes = (int64_t)visit->arguments[3];
    text_format(&visit->detail, "from %d", (int)visit->arguments[1]);
    return CALL_WRITE;
}

static enum call_plan splice_enter(struct visit *visit)
{
    visit->event.bytes = (int64_t)visit->arguments[4];
    text_format(&visit->detail, "to %d", (int)visit->arguments[2]);
    return CALL_WRITE;
}

/* clang-format off */
const struct call calls_files[] = {
    CALL(open, "open", CALL_FILE, 0, open_enter, open_leave),
    CALL(openat, "openat", CALL_FILE, 0, openat_enter, open_leave),
    CALL(read, "read", CALL_FD | CALL_IN | CALL_BUFFER, 0, NULL, read_leave),
    CALL(write, "write", CALL_FD | CALL_OUT | CALL_BUFFER, 0, NULL, NULL),
    CALL(pread64, "pread", CALL_FD | CALL_BUFFER, 0, offset_enter, NULL),
    CALL(pwrite64, "pwrite", CALL_FD | CALL_BUFFER, 0, offset_enter, NULL),
    CALL(sendfile, "sendfile", CALL_FD | CALL_OUT | CALL_COUNT, 3, sendfile_enter, NULL),
    CALL(splice, "splice", CALL_FD | CALL_IN | CALL_COUNT, 4, splice_enter, NULL),
    CALLS_END,
};
