/* See summary.h. */
#include "grading/batch/summary.h"

#include <stdio.h>

#include "grading/batch/words.h"

static void tell_left(const struct batch_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->tasks[i].todo && !plan->tasks[i].final)
            batch_warn("%s could not be graded on this machine; the same call again tries it "
                       "again",
                       plan->tasks[i].key);
}

void batch_summary_print(const struct batch *batch, const struct batch_plan *plan,
                         const struct batch_summary *summary, double seconds)
{
    char whole[32], median[32];
    tell_left(plan);
    batch_span(seconds, whole, sizeof whole);
    batch_span(summary->median, median, sizeof median);
    printf("%zu submissions: %zu graded (%zu with full points), %zu refused, %zu were done "
           "already\n",
           plan->count, summary->graded, summary->full, summary->refused,
           plan->count - plan->todo);
    if (summary->left || batch->lost)
        printf("not graded: %zu\n", summary->left + batch->lost);
    if (summary->unofficial)
        printf("not official: %zu\n", summary->unofficial);
    printf("time      %s, median %s a submission\n", whole, median);
    printf("marks     %s/marks.csv\n", batch->folder);
    printf("overview  %s/overview/index.html\n", batch->folder);
    printf("pages     %s/pages\n", batch->folder);
}
