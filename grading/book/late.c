/*
 * What lateness costs. A day begins with its first second: who is one second later than deadline,
 * grace and extension together is one day late, who is in that very second is not.
 */
#include "grading/book/late.h"

#include <math.h>

#define HOUR 3600.0
#define DAY  86400.0

static double days_late(const struct book_policy *policy, time_t submitted, double extension,
                        time_t deadline)
{
    if (policy->deadline == 0 || submitted == 0)
        return 0;
    double last = (double)(deadline ? deadline : policy->deadline) + policy->grace * HOUR +
                  extension * DAY;
    double late = (double)submitted - last;
    return late > 0 ? ceil(late / DAY) : 0;
}

struct marks_lateness marks_late(const struct book_policy *policy, double points,
                                 time_t submitted, double extension, time_t deadline)
{
    struct marks_lateness late = {.days = days_late(policy, submitted, extension, deadline)};
    if (late.days == 0)
        return late;
    late.too_late = policy->most_days > 0 && late.days > policy->most_days;
    late.costs = late.days * policy->penalty;
    if (policy->most > 0)
        late.costs = fmin(late.costs, policy->most);
    late.costs = late.too_late ? points : fmin(late.costs, points);
    return late;
}
