/* Family of calls: vectored I/O, many buffers in one call. */
#include "trace/call.h"

static enum call_plan offset_enter(struct visit *visit)
{
    text_format(&visit->detail, "at %lld", (long long)visit->arguments[3]);
    return CALL_WRITE;
}

/* clang-format off */
const struct call calls_vectored[] = {
    CALL(readv, "readv", CALL_FD | CALL_IN | CALL_VECTOR, 0, NULL, NULL),
    CALL(writev, "writev", CALL_FD | CALL_OUT | CALL_VECTOR, 0, NULL, NULL),
    CALL(preadv, "preadv", CALL_FD | CALL_VECTOR, 0, offset_enter, NULL),
    CALL(pwritev, "pwritev", CALL_FD | CALL_VECTOR, 0, offset_enter, NULL),
    CALL(preadv2, "preadv2", CALL_FD | CALL_VECTOR, 0, offset_enter, NULL),
    CALL(pwritev2, "pwritev2", CALL_FD | CALL_VECTOR, 0, offset_enter, NULL),
    CALLS_END,
};
