/* t:load: the load generator, in a thread of its own while the script's other lines go on. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "client/play.h"
#include "load/load.h"

#define ASK_AGAIN (2 * CLOCK_MILLISECOND)

struct load_job {
    struct load_spec spec;
    struct load_result result;
    struct failure failure;
    int answer; /* of load_run */
    atomic_int stop;
    _Atomic bool ended;
    pthread_t thread;
};

static void *work(void *argument)
{
    struct load_job *job = argument;
    job->answer = load_run(&job->spec, &job->stop, &job->result, &job->failure);
    atomic_store(&job->ended, true);
    return NULL;
}

static struct load_spec spec_of(const struct load_request *load, int port, uint64_t seed)
{
    return (struct load_spec){
        .address = "127.0.0.1",
        .port = port,
        .connections = (int)load->connections,
        .idle = (int)load->idle,
        .slow = (int)load->slow,
        .slow_rate = (int)load->slow_rate,
        .at_once = (int)load->at_once,
        .size = (int)load->size,
        .pipeline = (int)load->pipeline,
        .each = (int)load->each,
        .total = (int)load->total,
        .rate = (double)load->rate,
        .seconds = load->seconds,
        .warm_up = load->warm_up,
        .ramp = load->ramp,
        .threads = 1,
        .seed = seed,
    };
}

static bool begin(struct act *act)
{
    struct load_job *job = calloc(1, sizeof *job);
    if (job == NULL)
        return act_fail(act, OUTCOME_SCRIPT, "there is not enough memory for a load");
    job->spec = spec_of(act->step->load, act->play->options->port, act->step->load->seed);
    int error = pthread_create(&job->thread, NULL, work, job);
    if (error != 0) {
        free(job);
        return act_fail(act, OUTCOME_SCRIPT, "no thread for a load: %s", strerror(error));
    }
    act->job = job;
    act_pause(act, clock_now() + ASK_AGAIN);
    return false;
}

static double seconds_at(const struct histogram *histogram, double percentile)
{
    return histogram ? (double)histogram_at(histogram, percentile) / (double)CLOCK_SECOND : 0;
}

static void fill(struct load_request *load, const struct load_result *result)
{
    load->messages = result->answered;
    load->connected = result->connected;
    load->measured = result->seconds;
    load->p50 = seconds_at(result->latency, 50);
    load->p99 = seconds_at(result->latency, 99);
    load->most = seconds_at(result->latency, 100);
    load->corrected_p99 = seconds_at(result->corrected, 99);
    snprintf(load->doubt, sizeof load->doubt, "%s", result->doubt);
}

/* What went wrong is the server's; a generator that was too slow only doubts its figures. */
static bool end(struct act *act, const struct load_job *job)
{
    uint64_t wrong = 0;
    if (job->answer < 0)
        return act_fail(act, OUTCOME_REFUSED, "the load could not begin: %s",
                        job->failure.text);
    for (int i = 0; i < LOAD_ERROR_COUNT; i++)
        wrong += job->result.errors[i];
    uint64_t wanted = (uint64_t)job->spec.total * (uint64_t)job->spec.connections;
    if (wrong > 0 || job->result.answered < wanted)
        return act_fail(act, OUTCOME_UNTRUE, "under load, %s", job->result.doubt);
    fill(act->step->load, &job->result);
    return act_ok(act);
}

static bool load(struct act *act)
{
    struct load_job *job = act->job;
    if (job == NULL)
        return begin(act);
    if (atomic_load(&job->ended))
        return end(act, job);
    if (act_limit_gone(act))
        return act_fail(act, OUTCOME_TIMEOUT, "the load had not ended after %g s",
                        act->step->within);
    if (act->heap == NULL)
        act_pause(act, clock_now() + ASK_AGAIN);
    return false;
}

static bool never_due(struct act *act)
{
    return act_ok(act);
}

static void release(struct act *act)
{
    struct load_job *job = act->job;
    if (job == NULL)
        return;
    job->stop = 1;
    pthread_join(job->thread, NULL);
    if (job->answer == 0)
        load_free(&job->result);
    free(job);
}

const struct act_ops act_load = {.advance = load, .due = never_due, .release = release};
