/* Entries of a ring as data. See ring_entry.h. */
#include "trace/ring_entry.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "trace/duration.h"
#include "trace/memory.h"

/* clang-format off */
#define OPERATION(number, name, traits) [number] = {"IORING_OP_" #name, traits}
/* By number, as later kernels have operations that Debian 12's headers have not. */
static const struct ring_operation operations[] = {
    OPERATION(0, NOP, 0),
    OPERATION(1, READV, RING_FD | RING_IN | RING_VECTOR),
    OPERATION(2, WRITEV, RING_FD | RING_OUT | RING_VECTOR),
    OPERATION(3, FSYNC, RING_FD),
    OPERATION(4, READ_FIXED, RING_FD | RING_IN | RING_BUFFER),
    OPERATION(5, WRITE_FIXED, RING_FD | RING_OUT | RING_BUFFER),
    OPERATION(6, POLL_ADD, RING_FD | RING_POLL),
    OPERATION(7, POLL_REMOVE, RING_CANCEL),
    OPERATION(8, SYNC_FILE_RANGE, RING_FD),
    OPERATION(9, SENDMSG, RING_FD | RING_OUT | RING_MESSAGE | RING_SOCKET),
    OPERATION(10, RECVMSG, RING_FD | RING_IN | RING_MESSAGE | RING_SOCKET),
    OPERATION(11, TIMEOUT, RING_TIME | RING_WAITS),
    OPERATION(12, TIMEOUT_REMOVE, RING_CANCEL),
    OPERATION(13, ACCEPT, RING_FD | RING_IN | RING_ACCEPT | RING_MAKES),
    OPERATION(14, ASYNC_CANCEL, RING_CANCEL),
    OPERATION(15, LINK_TIMEOUT, RING_TIME | RING_WAITS),
    OPERATION(16, CONNECT, RING_FD | RING_CONNECT | RING_WAITS),
    OPERATION(17, FALLOCATE, RING_FD),
    OPERATION(18, OPENAT, RING_MAKES),
    OPERATION(19, CLOSE, RING_FD | RING_CLOSE),
    OPERATION(20, FILES_UPDATE, RING_FILES),
    OPERATION(21, STATX, 0),
    OPERATION(22, READ, RING_FD | RING_IN | RING_BUFFER),
    OPERATION(23, WRITE, RING_FD | RING_OUT | RING_BUFFER),
    OPERATION(24, FADVISE, RING_FD),
    OPERATION(25, MADVISE, 0),
    OPERATION(26, SEND, RING_FD | RING_OUT | RING_BUFFER | RING_SOCKET),
    OPERATION(27, RECV, RING_FD | RING_IN | RING_BUFFER | RING_SOCKET),
    OPERATION(28, OPENAT2, RING_MAKES),
    OPERATION(29, EPOLL_CTL, RING_FD),
    OPERATION(30, SPLICE, RING_FD | RING_OUT | RING_SPLICE),
    OPERATION(31, PROVIDE_BUFFERS, RING_PROVIDE),
    OPERATION(32, REMOVE_BUFFERS, RING_PROVIDE),
    OPERATION(33, TEE, RING_FD | RING_OUT | RING_SPLICE),
    OPERATION(34, SHUTDOWN, RING_FD | RING_SHUTDOWN),
    OPERATION(35, RENAMEAT, 0),
    OPERATION(36, UNLINKAT, 0),
    OPERATION(37, MKDIRAT, 0),
    OPERATION(38, SYMLINKAT, 0),
    OPERATION(39, LINKAT, 0),
    OPERATION(40, MSG_RING, RING_FD),
    OPERATION(41, FSETXATTR, RING_FD),
    OPERATION(42, SETXATTR, 0),
    OPERATION(43, FGETXATTR, RING_FD),
    OPERATION(44, GETXATTR, 0),
    OPERATION(45, SOCKET, RING_MAKES),
    OPERATION(46, URING_CMD, RING_FD),
    OPERATION(47, SEND_ZC, RING_FD | RING_OUT | RING_BUFFER | RING_SOCKET),
    OPERATION(48, SENDMSG_ZC, RING_FD | RING_OUT | RING_MESSAGE | RING_SOCKET),
    OPERATION(49, READ_MULTISHOT, RING_FD | RING_IN | RING_BUFFER),
    OPERATION(50, WAITID, RING_WAITS),
    OPERATION(51, FUTEX_WAIT, RING_WAITS),
    OPERATION(52, FUTEX_WAKE, 0),
    OPERATION(53, FUTEX_WAITV, RING_WAITS),
    OPERATION(54, FIXED_FD_INSTALL, RING_FD | RING_MAKES),
    OPERATION(55, FTRUNCATE, RING_FD),
    OPERATION(56, BIND, RING_FD),
    OPERATION(57, LISTEN, RING_FD | RING_LISTEN),
    OPERATION(58, RECV_ZC, RING_FD | RING_IN | RING_BUFFER | RING_SOCKET),
    OPERATION(59, EPOLL_WAIT, RING_FD | RING_IN | RING_EPOLL),
    OPERATION(60, READV_FIXED, RING_FD | RING_IN | RING_VECTOR),
    OPERATION(61, WRITEV_FIXED, RING_FD | RING_OUT | RING_VECTOR),
    OPERATION(62, PIPE, 0),
};
/* clang-format on */
static const struct ring_operation unknown = {"IORING_OP_UNKNOWN", 0};

static const struct text_name entry_flags[] = {
    {IOSQE_FIXED_FILE, "FIXED_FILE"},
    {IOSQE_IO_DRAIN, "DRAIN"},
    {IOSQE_IO_LINK, "LINK"},
    {IOSQE_IO_HARDLINK, "HARDLINK"},
    {IOSQE_ASYNC, "ASYNC"},
    {IOSQE_BUFFER_SELECT, "BUFFER_SELECT"},
    {IOSQE_CQE_SKIP_SUCCESS, "CQE_SKIP_SUCCESS"},
    TEXT_NAMES_END,
};
/* Of the field ioprio, for sends and receives. */
static const struct text_name socket_flags[] = {
    {1 << 0, "POLL_FIRST"},      {1 << 1, "MULTISHOT"}, {1 << 2, "FIXED_BUF"},
    {1 << 3, "ZC_REPORT_USAGE"}, {1 << 4, "BUNDLE"},    TEXT_NAMES_END,
};
static const struct text_name message_flags[] = {
    {MSG_OOB, "OOB"},           {MSG_PEEK, "PEEK"},         {MSG_TRUNC, "TRUNC"},
    {MSG_EOR, "EOR"},           {MSG_DONTWAIT, "DONTWAIT"}, {MSG_WAITALL, "WAITALL"},
    {MSG_NOSIGNAL, "NOSIGNAL"}, {MSG_MORE, "MORE"},         TEXT_NAMES_END,
};
static const struct text_name accept_modes[] = {
    {1 << 0, "MULTISHOT"},
    {1 << 1, "DONTWAIT"},
    {1 << 2, "POLL_FIRST"},
    TEXT_NAMES_END,
};
static const struct text_name accept_flags[] = {
    {SOCK_NONBLOCK, "NONBLOCK"},
    {SOCK_CLOEXEC, "CLOEXEC"},
    TEXT_NAMES_END,
};
static const struct text_name timeout_flags[] = {
    {IORING_TIMEOUT_ABS, "ABS"},
    {IORING_TIMEOUT_UPDATE, "UPDATE"},
    {IORING_TIMEOUT_BOOTTIME, "BOOTTIME"},
    {IORING_TIMEOUT_REALTIME, "REALTIME"},
    {1 << 4, "LINK_UPDATE"},
    {IORING_TIMEOUT_ETIME_SUCCESS, "ETIME_SUCCESS"},
    {1 << 6, "MULTISHOT"},
    TEXT_NAMES_END,
};
static const struct text_name poll_flags[] = {
    {IORING_POLL_ADD_MULTI, "MULTISHOT"},
    {IORING_POLL_UPDATE_EVENTS, "UPDATE_EVENTS"},
    {IORING_POLL_UPDATE_USER_DATA, "UPDATE_USER_DATA"},
    {1 << 3, "LEVEL"},
    TEXT_NAMES_END,
};
static const struct text_name poll_events[] = {
    {POLLIN, "IN"},   {POLLPRI, "PRI"},          {POLLOUT, "OUT"},
    {POLLERR, "ERR"}, {POLLHUP, "HUP"},          {POLLRDHUP, "RDHUP"},
    {EPOLLET, "ET"},  {EPOLLONESHOT, "ONESHOT"}, TEXT_NAMES_END,
};
static const struct text_name cancel_flags[] = {
    {1 << 0, "CANCEL_ALL"},
    {1 << 1, "CANCEL_FD"},
    {1 << 2, "CANCEL_ANY"},
    {1 << 3, "CANCEL_FD_FIXED"},
    {1 << 4, "CANCEL_USERDATA"},
    {1 << 5, "CANCEL_OP"},
    TEXT_NAMES_END,
};
static const struct text_name shutdowns[] = {
    TEXT_NAME(SHUT_RD),
    TEXT_NAME(SHUT_WR),
    TEXT_NAME(SHUT_RDWR),
    TEXT_NAMES_END,
};
static const struct text_name completion_flags[] = {
    {IORING_CQE_F_MORE, "MORE"},
    {IORING_CQE_F_SOCK_NONEMPTY, "SOCK_NONEMPTY"},
    {IORING_CQE_F_NOTIF, "NOTIF"},
    {1 << 4, "BUF_MORE"},
    {1 << 5, "SKIP"},
    TEXT_NAMES_END,
};

const struct ring_operation *ring_operation(uint8_t opcode)
{
    size_t count = sizeof operations / sizeof *operations;
    return opcode < count && operations[opcode].name ? &operations[opcode] : &unknown;
}

static void decode_vectors(struct visit *visit, uint64_t address, uint64_t count,
                           struct event *event)
{
    struct iovec vectors[MEMORY_VECTORS];
    size_t got = memory_read_vectors(visit->thread->tid, address, count, vectors);
    uint64_t sum = 0;
    for (size_t i = 0; i < got; i++)
        sum += vectors[i].iov_len < INT32_MAX ? vectors[i].iov_len : INT32_MAX;
    event->bytes = (int64_t)sum;
    if (got)
        event->address = (uintptr_t)vectors[0].iov_base;
}

static void decode_bytes(struct visit *visit, unsigned traits, const struct io_uring_sqe *entry,
                         struct event *event)
{
    struct msghdr message;
    if (traits & RING_BUFFER) {
        event->address = entry->addr;
        event->bytes = entry->len;
    } else if (traits & RING_VECTOR) {
        decode_vectors(visit, entry->addr, entry->len, event);
    } else if ((traits & RING_MESSAGE) &&
               memory_read(visit->thread->tid, entry->addr, &message, sizeof message)) {
        decode_vectors(visit, (uintptr_t)message.msg_iov, message.msg_iovlen, event);
    }
}

/* One more group of words, behind those that are there. */
static void add_flags(struct text *detail, uint64_t flags, const struct text_name *names)
{
    if (flags && detail->used)
        text_add(detail, "|");
    text_flags(detail, flags, names);
}

static void add_word(struct text *detail, const char *word, int64_t number)
{
    text_format(detail, "%s%s %lld", detail->used ? "|" : "", word, (long long)number);
}

static void decode_socket(struct text *detail, const struct io_uring_sqe *entry)
{
    add_flags(detail, entry->ioprio, socket_flags);
    add_flags(detail, entry->msg_flags, message_flags);
}

static void decode_accept(struct text *detail, const struct io_uring_sqe *entry)
{
    add_flags(detail, entry->ioprio, accept_modes);
    add_flags(detail, entry->accept_flags, accept_flags);
}

static void decode_cancel(const struct ring_operation *operation, struct text *detail,
                          const struct io_uring_sqe *entry, struct event *event)
{
    event->address = entry->addr;
    if (operation == &operations[IORING_OP_ASYNC_CANCEL]) {
        add_flags(detail, entry->cancel_flags, cancel_flags);
        if (entry->cancel_flags & (1 << 1))
            event->fd = entry->fd;
    } else if (operation == &operations[IORING_OP_TIMEOUT_REMOVE]) {
        add_flags(detail, entry->timeout_flags, timeout_flags);
    } else {
        add_flags(detail, entry->len, poll_flags);
    }
}

/* What only one operation has. */
static void decode_special(struct visit *visit, const struct ring_operation *operation,
                           const struct io_uring_sqe *entry, struct event *event)
{
    struct text *detail = &visit->detail;
    unsigned traits = operation->traits;
    if (traits & RING_SOCKET)
        decode_socket(detail, entry);
    if (traits & RING_ACCEPT)
        decode_accept(detail, entry);
    if (traits & RING_CANCEL)
        decode_cancel(operation, detail, entry, event);
    if (traits & RING_TIME) {
        event->timeout = duration_timespec(visit->thread->tid, entry->addr, EVENT_NONE);
        add_flags(detail, entry->timeout_flags, timeout_flags);
    }
    if (traits & RING_POLL) {
        add_flags(detail, entry->len, poll_flags);
        add_flags(detail, entry->poll32_events, poll_events);
    }
    if (traits & RING_SHUTDOWN) {
        text_add(detail, detail->used ? "|" : "");
        text_value(detail, entry->len, shutdowns);
    }
    if (traits & RING_PROVIDE)
        add_word(detail, "COUNT", entry->fd);
    if (traits & RING_FILES)
        event->address = entry->addr;
}

void ring_entry_decode(struct visit *visit, const struct ring_operation *operation,
                       const struct io_uring_sqe *entry, struct event *event)
{
    unsigned traits = operation->traits;
    struct text *detail = &visit->detail;
    event->call = operation->name;
    event->pair = entry->user_data;
    if (traits & (RING_FD | RING_SPLICE))
        event->fd = entry->fd;
    if (traits & RING_MOVES)
        decode_bytes(visit, traits, entry, event);
    if (traits & RING_SPLICE)
        event->bytes = entry->len;
    text_flags(detail, entry->flags, entry_flags);
    decode_special(visit, operation, entry, event);
    if ((entry->flags & IOSQE_BUFFER_SELECT) || (traits & RING_PROVIDE))
        add_word(detail, "GROUP", entry->buf_group);
    if ((traits & (RING_MAKES | RING_CLOSE)) && entry->file_index)
        text_add(detail, detail->used ? "|DIRECT" : "DIRECT");
    if (operation == &unknown)
        add_word(detail, "OPCODE", entry->opcode);
    event->detail = text_result(detail);
}

void ring_completion_decode(struct text *detail, uint32_t flags)
{
    uint32_t rest = flags & 0xffff & ~(uint32_t)IORING_CQE_F_BUFFER;
    text_flags(detail, rest, completion_flags);
    if (flags & IORING_CQE_F_BUFFER)
        add_word(detail, "BUFFER", flags >> IORING_CQE_BUFFER_SHIFT);
}
