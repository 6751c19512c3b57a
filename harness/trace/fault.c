/* Faults at the stop before a call. See fault.h. */
#include "trace/fault.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "base/clock.h"
#include "event/phase.h"
#include "trace/call.h"
#include "trace/memory.h"
#include "trace/registers.h"

int fault_add(struct fault_list *list, const struct trace_fault *fault)
{
    struct fault_order *order = calloc(1, sizeof *order);
    if (!order)
        return -1;
    order->fault = *fault;
    order->call = strdup(fault->call);
    if (!order->call) {
        free(order);
        return -1;
    }
    struct fault_order **end = &list->first;
    while (*end)
        end = &(*end)->next;
    *end = order;
    return 0;
}

static void drop(struct fault_order **at)
{
    struct fault_order *order = *at;
    *at = order->next;
    free(order->call);
    free(order);
}

void fault_free(struct fault_list *list)
{
    while (list->first)
        drop(&list->first);
}

static bool matches(const struct fault_order *order, const struct visit *visit)
{
    const struct trace_fault *fault = &order->fault;
    return (!fault->connection || fault->connection == visit->event.connection) &&
           phase_enter_is(&visit->event, order->call);
}

/* A question in vain, as servers that do not sleep ask thousands of: there is nothing to shorten. */
static bool in_vain(const struct event *enter)
{
    return enter->ready == EVENT_NO &&
           (enter->nonblocking == EVENT_YES || phase_enter_is(enter, "@receive:MSG_DONTWAIT") ||
            phase_enter_is(enter, "@send:MSG_DONTWAIT"));
}

bool fault_take(struct fault_list *list, const struct visit *visit, struct trace_fault *taken)
{
    for (struct fault_order **at = &list->first; *at; at = &(*at)->next) {
        struct trace_fault *fault = &(*at)->fault;
        if (fault->late || !matches(*at, visit) || (!fault->error && in_vain(&visit->event)))
            continue;
        if (fault->after > 0) {
            fault->after--;
            return false;
        }
        *taken = *fault;
        if (--fault->count <= 0)
            drop(at);
        return true;
    }
    return false;
}

/* Shortens the iovecs so that together they take `most` bytes; their number stays. */
static bool shorten_vectors(struct visit *visit, uint64_t address, uint64_t count, int64_t most)
{
    struct iovec vectors[MEMORY_VECTORS];
    struct fault_done *done = &visit->thread->fault;
    size_t got = memory_read_vectors(visit->thread->tid, address, count, vectors);
    size_t size = got * sizeof *vectors;
    if (!got || got < count || !(done->kept = malloc(size)))
        return false;
    memcpy(done->kept, vectors, size);
    done->kept_count = got;
    done->vectors = address;
    for (size_t i = 0; i < got; i++) {
        if (vectors[i].iov_len > (size_t)most)
            vectors[i].iov_len = (size_t)most;
        most -= (int64_t)vectors[i].iov_len;
    }
    return memory_write(visit->thread->tid, address, vectors, size);
}

static bool shorten(struct visit *visit, int64_t most)
{
    const struct call *call = visit->call;
    struct msghdr message;
    if (visit->event.bytes <= most)
        return false;
    if (call->traits & CALL_VECTOR)
        return shorten_vectors(visit, visit->arguments[1], visit->arguments[2], most);
    if (call->traits & CALL_MESSAGE)
        return memory_read(visit->thread->tid, visit->arguments[1], &message, sizeof message) &&
               shorten_vectors(visit, (uintptr_t)message.msg_iov, message.msg_iovlen, most);
    int length = call->traits & CALL_BUFFER ? 2 : call->length;
    if (!length)
        return false;
    visit->thread->fault.argument = length;
    return registers_argument(visit->thread->tid, length, (uint64_t)most) == 0;
}

bool fault_apply(struct visit *visit)
{
    struct trace_fault fault;
    struct fault_done *done = &visit->thread->fault;
    if (!visit->trace->faults.first || !fault_take(&visit->trace->faults, visit, &fault))
        return false;
    *done = (struct fault_done){.argument = -1, .error = fault.error, .at_most = fault.at_most};
    if (fault.error)
        done->done = registers_skip(visit->thread->tid, fault.error) == 0;
    else
        done->done = fault.at_most >= 0 && shorten(visit, fault.at_most);
    if (!done->done)
        fault_undo(visit->thread, visit->arguments);
    return done->done;
}

static struct fault_order **late_order(struct visit *visit)
{
    struct fault_order **at = &visit->trace->faults.first;
    while (*at && !((*at)->fault.late && matches(*at, visit)))
        at = &(*at)->next;
    return *at ? at : NULL;
}

/* Blocked signals that wait for the thread: the call itself may let them in. Others are about to
   be delivered. */
static bool signal_waits(pid_t thread)
{
    static const char *const names[] = {"SigPnd:", "ShdPnd:", "SigBlk:"};
    uint64_t sets[3] = {0};
    char path[64], line[128];
    snprintf(path, sizeof path, "/proc/%d/status", thread);
    FILE *status = fopen(path, "re");
    while (status && fgets(line, sizeof line, status))
        for (int i = 0; i < 3; i++)
            if (strncmp(line, names[i], 7) == 0)
                sets[i] = strtoull(line + 7, NULL, 16);
    if (status)
        fclose(status);
    return (sets[0] | sets[1]) & sets[2];
}

/* Signals are delivered on the way back to the call: no other place is so close to it. */
bool fault_late(struct visit *visit)
{
    struct thread *thread = visit->thread;
    struct fault_order **at = late_order(visit);
    if (!at)
        return false;
    struct fault_order *order = *at;
    if (!order->begun) {
        order->begun = true;
        order->signals = thread->process->signals;
    }
    bool came = order->signals != thread->process->signals || signal_waits(thread->tid);
    if (came || registers_again(thread->tid, (uint64_t)visit->call->number) < 0) {
        drop(at);
        return false;
    }
    nanosleep(&(struct timespec){.tv_nsec = CLOCK_MILLISECOND / 2}, NULL);
    return true;
}

void fault_undo(struct thread *thread, const uint64_t *arguments)
{
    struct fault_done *done = &thread->fault;
    if (done->argument > 0)
        registers_argument(thread->tid, done->argument, arguments[done->argument]);
    if (done->vectors)
        memory_write(thread->tid, done->vectors, done->kept,
                     done->kept_count * sizeof *done->kept);
    free(done->kept);
    *done = (struct fault_done){0};
}
