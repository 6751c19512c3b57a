/* The table of all calls that are watched. See call.h. */
#include "trace/call.h"

#include <pthread.h>

const struct call *const call_families[] = {
    calls_sockets,  calls_multiplexing, calls_descriptors, calls_threads, calls_signals,
    calls_sleeping, calls_files,        calls_vectored,    calls_rings,   NULL,
};

enum { NUMBERS = 512 };
static const struct call *by_number[NUMBERS];

static void fill(void)
{
    for (const struct call *const *family = call_families; *family; family++)
        for (const struct call *call = *family; call->name; call++)
            if (call->number >= 0 && call->number < NUMBERS)
                by_number[call->number] = call;
}

void call_index(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fill);
}

const struct call *call_find(uint64_t number)
{
    return number < NUMBERS ? by_number[number] : NULL;
}
