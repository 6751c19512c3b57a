/*
 * Ten seconds of one client, reckoned: the server answers in a millisecond, and once stands still
 * for a second. A client that asks when it was answered meets that second once. Requests that are
 * due by a plan meet it a hundred times.
 */
#include "show.h"

#define REQUESTS 1000

static double closed[REQUESTS], due[REQUESTS]; /* times of answers, in seconds */

/* When an answer is there to what was sent then: nothing moves between five and six. */
static double answered(double sent)
{
    return (sent > 5 && sent < 6 ? 6 : sent) + 0.001;
}

static int slow(const double times[REQUESTS])
{
    int count = 0;
    for (int n = 0; n < REQUESTS; n++)
        count += times[n] > 0.01;
    return count;
}

int main(void)
{
    /* cut: plan */
    double answer = 0;
    for (int n = 0; n < REQUESTS; n++) {
        double plan = n * 0.01; /* when it is due */
        double sent = plan > answer ? plan : answer;
        answer = answered(sent); /* one at a time */
        closed[n] = answer - sent;
        due[n] = answer - plan;
    }
    show(slow(closed) == 1, "counted from when it was sent");
    show(slow(due) > 100, "counted from when it was due");
    /* end */
    return 0;
}
