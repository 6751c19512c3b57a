/* See result.h. */
#include "load/result.h"

int result_make(struct load_result *result, bool open_loop)
{
    *result = (struct load_result){.connect = histogram_make(), .latency = histogram_make()};
    if (open_loop) {
        result->corrected = histogram_make();
        result->late = histogram_make();
    }
    if (result->connect && result->latency &&
        (!open_loop || (result->corrected && result->late)))
        return 0;
    load_free(result);
    return -1;
}

void load_free(struct load_result *result)
{
    histogram_free(result->connect);
    histogram_free(result->latency);
    histogram_free(result->corrected);
    histogram_free(result->late);
    *result = (struct load_result){.connect = NULL};
}

void result_add(struct load_result *all, const struct load_result *one)
{
    all->messages += one->messages;
    all->bytes += one->bytes;
    all->answered += one->answered;
    all->connected += one->connected;
    all->arrived += one->arrived;
    all->peak += one->peak;
    all->cpu += one->cpu;
    if (one->seconds > all->seconds)
        all->seconds = one->seconds;
    if (one->busiest > all->busiest)
        all->busiest = one->busiest;
    if (one->ended > all->ended)
        all->ended = one->ended;
    if (all->error == 0)
        all->error = one->error;
    for (int i = 0; i < LOAD_ERROR_COUNT; i++)
        all->errors[i] += one->errors[i];
    histogram_merge(all->connect, one->connect);
    histogram_merge(all->latency, one->latency);
    if (all->corrected)
        histogram_merge(all->corrected, one->corrected);
    if (all->late)
        histogram_merge(all->late, one->late);
}
