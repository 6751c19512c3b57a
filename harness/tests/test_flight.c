/* Which operations are in flight, without a look at all of them. */
#include "tests/viewed.h"

struct flying {
    size_t count;
    const struct operation *last;
};

static void count(void *context, const struct operation *operation)
{
    struct flying *flying = context;
    assert_true(!flying->last || flying->last < operation); /* in order of submission */
    flying->last = operation;
    flying->count++;
}

/* Each third operation is never completed, the others after a while of its own. */
static void many_operations(struct made *made)
{
    made_thread(made, 0, 1);
    for (int i = 0; i < 2000; i++) {
        struct event event =
            made_operation(EVENT_SUBMIT, 1000 + i * 10, "IORING_OP_RECV", 4, 1, (uint64_t)i);
        event.detail = i % 7 ? NULL : "CQE_SKIP_SUCCESS";
        made_event(made, event);
        if (i % 3 == 0)
            continue;
        event.kind = EVENT_COMPLETE;
        event.detail = NULL;
        event.time += i % 5 * 1501;
        made_event(made, event);
    }
}

static void flight(void **state)
{
    struct viewed viewed = {.count = 0};
    (void)state;
    viewed_make(&viewed, many_operations);
    const struct recording *recording = viewed.tapes[0]->recording;
    assert_int_equal(viewed.tapes[0]->operations.count, 2000);
    for (size_t place = 1; place <= recording->count; place++) {
        struct flying flying = {.count = 0};
        int64_t time = recording->events[place - 1].time;
        if (place < recording->count && recording->events[place].time == time)
            continue; /* counted by time, both are right about the last of equal times only */
        flight_at(&viewed.tapes[0]->flight, recording->events + place, count, &flying);
        assert_int_equal(flying.count,
                         operations_in_flight(&viewed.tapes[0]->operations, 1, time));
    }
    viewed_end(&viewed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(flight)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("flight", tests, NULL, NULL);
}
