/* Family of calls: sockets. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "trace/call.h"
#include "trace/identify.h"
#include "trace/memory.h"

static const struct text_name message_flags[] = {
    TEXT_NAME(MSG_OOB),      TEXT_NAME(MSG_PEEK),         TEXT_NAME(MSG_DONTROUTE),
    TEXT_NAME(MSG_TRUNC),    TEXT_NAME(MSG_DONTWAIT),     TEXT_NAME(MSG_EOR),
    TEXT_NAME(MSG_WAITALL),  TEXT_NAME(MSG_CONFIRM),      TEXT_NAME(MSG_ERRQUEUE),
    TEXT_NAME(MSG_NOSIGNAL), TEXT_NAME(MSG_MORE),         TEXT_NAME(MSG_WAITFORONE),
    TEXT_NAME(MSG_ZEROCOPY), TEXT_NAME(MSG_CMSG_CLOEXEC), TEXT_NAME(MSG_FASTOPEN),
    TEXT_NAMES_END,
};
static const struct text_name accept_flags[] = {
    TEXT_NAME(SOCK_NONBLOCK),
    TEXT_NAME(SOCK_CLOEXEC),
    TEXT_NAMES_END,
};
static const struct text_name families[] = {
    TEXT_NAME(AF_UNIX),    TEXT_NAME(AF_INET), TEXT_NAME(AF_INET6),
    TEXT_NAME(AF_NETLINK), TEXT_NAMES_END,
};
static const struct text_name types[] = {
    TEXT_NAME(SOCK_STREAM),    TEXT_NAME(SOCK_DGRAM), TEXT_NAME(SOCK_RAW),
    TEXT_NAME(SOCK_SEQPACKET), TEXT_NAMES_END,
};
static const struct text_name shutdowns[] = {
    TEXT_NAME(SHUT_RD),
    TEXT_NAME(SHUT_WR),
    TEXT_NAME(SHUT_RDWR),
    TEXT_NAMES_END,
};
static const struct text_name socket_options[] = {
    TEXT_NAME(SO_REUSEADDR),  TEXT_NAME(SO_REUSEPORT), TEXT_NAME(SO_KEEPALIVE),
    TEXT_NAME(SO_LINGER),     TEXT_NAME(SO_RCVBUF),    TEXT_NAME(SO_SNDBUF),
    TEXT_NAME(SO_RCVTIMEO),   TEXT_NAME(SO_SNDTIMEO),  TEXT_NAME(SO_RCVLOWAT),
    TEXT_NAME(SO_SNDLOWAT),   TEXT_NAME(SO_ERROR),     TEXT_NAME(SO_TYPE),
    TEXT_NAME(SO_ACCEPTCONN), TEXT_NAME(SO_BROADCAST), TEXT_NAME(SO_OOBINLINE),
    TEXT_NAME(SO_ZEROCOPY),   TEXT_NAME(SO_BUSY_POLL), TEXT_NAMES_END,
};
static const struct text_name tcp_options[] = {
    TEXT_NAME(TCP_NODELAY),  TEXT_NAME(TCP_CORK),
    TEXT_NAME(TCP_KEEPIDLE), TEXT_NAME(TCP_KEEPINTVL),
    TEXT_NAME(TCP_KEEPCNT),  TEXT_NAME(TCP_DEFER_ACCEPT),
    TEXT_NAME(TCP_QUICKACK), TEXT_NAME(TCP_USER_TIMEOUT),
    TEXT_NAME(TCP_FASTOPEN), TEXT_NAME(TCP_INFO),
    TEXT_NAMES_END,
};

static enum call_plan message_enter(struct visit *visit, uint64_t flags)
{
    text_flags(&visit->detail, flags, message_flags);
    return CALL_WRITE;
}

static enum call_plan recvfrom_enter(struct visit *visit)
{
    if (visit->arguments[4])
        visit->event.call = "recvfrom";
    return message_enter(visit, visit->arguments[3]);
}

static enum call_plan sendto_enter(struct visit *visit)
{
    if (visit->arguments[4])
        visit->event.call = "sendto";
    return message_enter(visit, visit->arguments[3]);
}

static enum call_plan flags_2_enter(struct visit *visit)
{
    return message_enter(visit, visit->arguments[2]);
}

static enum call_plan flags_3_enter(struct visit *visit)
{
    return message_enter(visit, visit->arguments[3]);
}

/* The result of these is a number of messages; how long each was stands in the array. */
static void many_leave(struct visit *visit)
{
    struct mmsghdr message;
    visit->event.bytes = visit->result < 0 ? EVENT_NONE : 0;
    for (int64_t i = 0; i < visit->result; i++) {
        uint64_t at = visit->arguments[1] + (uint64_t)i * sizeof message;
        if (memory_read(visit->thread->tid, at, &message, sizeof message))
            visit->event.bytes += message.msg_len;
    }
}

static enum call_plan accept4_enter(struct visit *visit)
{
    text_flags(&visit->detail, visit->arguments[3], accept_flags);
    return CALL_WRITE;
}

static void accept_leave(struct visit *visit)
{
    if (visit->result < 0)
        return;
    visit->event.fd = (int)visit->result;
    visit->event.connection = identify_connection(visit, visit->event.fd, true);
}

static void connect_leave(struct visit *visit)
{
    struct slot *slot = identify(visit, visit->event.fd);
    bool begun = visit->result == 0 || visit->result == -EINPROGRESS || visit->result == -EINTR;
    if (begun && slot && slot->kind == KIND_SOCKET &&
        identify_is_stream(visit, visit->event.fd))
        visit->event.connection = identify_connection(visit, visit->event.fd, false);
}

static enum call_plan socket_enter(struct visit *visit)
{
    uint64_t type = visit->arguments[1], flags = type & (SOCK_NONBLOCK | SOCK_CLOEXEC);
    text_value(&visit->detail, visit->arguments[0], families);
    text_add(&visit->detail, " ");
    text_value(&visit->detail, type & ~flags, types);
    if (flags)
        text_add(&visit->detail, "|");
    text_flags(&visit->detail, flags, accept_flags);
    return CALL_WRITE;
}

static void socket_leave(struct visit *visit)
{
    if (visit->result < 0)
        return;
    visit->event.fd = (int)visit->result;
    descriptor_set(visit->trace, visit->thread, visit->event.fd, KIND_SOCKET, 0, NULL,
                   visit->time);
}

static enum call_plan listen_enter(struct visit *visit)
{
    text_number(&visit->detail, (int)visit->arguments[1]);
    return CALL_WRITE;
}

static void listen_leave(struct visit *visit)
{
    if (visit->result == 0)
        descriptor_set(visit->trace, visit->thread, visit->event.fd, KIND_LISTENER, 0, NULL,
                       visit->time);
}

static enum call_plan shutdown_enter(struct visit *visit)
{
    text_value(&visit->detail, visit->arguments[1], shutdowns);
    return CALL_WRITE;
}

static void option_name(struct visit *visit)
{
    uint64_t level = visit->arguments[1], option = visit->arguments[2];
    if (level == SOL_SOCKET)
        text_value(&visit->detail, option, socket_options);
    else if (level == IPPROTO_TCP)
        text_value(&visit->detail, option, tcp_options);
    else
        text_format(&visit->detail, "%d:%d", (int)level, (int)option);
}

static enum call_plan setsockopt_enter(struct visit *visit)
{
    uint64_t option = visit->arguments[2], size = visit->arguments[4];
    int64_t value[2] = {0};
    option_name(visit);
    if (size > sizeof value ||
        !memory_read(visit->thread->tid, visit->arguments[3], value, size))
        return CALL_WRITE;
    int words[2];
    memcpy(words, value, sizeof words);
    if (visit->arguments[1] == SOL_SOCKET && (option == SO_RCVTIMEO || option == SO_SNDTIMEO))
        text_format(&visit->detail, " %ld.%06ld", (long)value[0], (long)value[1]);
    else if (visit->arguments[1] == SOL_SOCKET && option == SO_LINGER)
        text_format(&visit->detail, " %d %d", words[0], words[1]);
    else if (size >= sizeof words[0])
        text_format(&visit->detail, " %d", words[0]);
    return CALL_WRITE;
}

static enum call_plan getsockopt_enter(struct visit *visit)
{
    option_name(visit);
    return CALL_WRITE;
}

static enum call_plan bind_enter(struct visit *visit)
{
    struct sockaddr_in address;
    if (!memory_read(visit->thread->tid, visit->arguments[1], &address, sizeof address) ||
        address.sin_family != AF_INET)
        return CALL_WRITE;
    const unsigned char *byte = (const unsigned char *)&address.sin_addr;
    text_format(&visit->detail, "%d.%d.%d.%d:%d", byte[0], byte[1], byte[2], byte[3],
                ntohs(address.sin_port));
    return CALL_WRITE;
}

/* clang-format off */
const struct call calls_sockets[] = {
    CALL(socket, "socket", 0, 0, socket_enter, socket_leave),
    CALL(bind, "bind", CALL_FD, 0, bind_enter, NULL),
    CALL(listen, "listen", CALL_FD, 0, listen_enter, listen_leave),
    CALL(accept, "accept", CALL_FD | CALL_IN, 0, NULL, accept_leave),
    CALL(accept4, "accept4", CALL_FD | CALL_IN, 0, accept4_enter, accept_leave),
    CALL(connect, "connect", CALL_FD | CALL_ASK, 0, bind_enter, connect_leave),
    CALL(recvfrom, "recv", CALL_FD | CALL_IN | CALL_BUFFER, 0, recvfrom_enter, NULL),
    CALL(sendto, "send", CALL_FD | CALL_OUT | CALL_BUFFER, 0, sendto_enter, NULL),
    CALL(recvmsg, "recvmsg", CALL_FD | CALL_IN | CALL_MESSAGE, 0, flags_2_enter, NULL),
    CALL(sendmsg, "sendmsg", CALL_FD | CALL_OUT | CALL_MESSAGE, 0, flags_2_enter, NULL),
    CALL(recvmmsg, "recvmmsg", CALL_FD | CALL_IN, 0, flags_3_enter, many_leave),
    CALL(sendmmsg, "sendmmsg", CALL_FD | CALL_OUT, 0, flags_3_enter, many_leave),
    CALL(shutdown, "shutdown", CALL_FD, 0, shutdown_enter, NULL),
    CALL(setsockopt, "setsockopt", CALL_FD, 0, setsockopt_enter, NULL),
    CALL(getsockopt, "getsockopt", CALL_FD, 0, getsockopt_enter, NULL),
    CALLS_END,
};
