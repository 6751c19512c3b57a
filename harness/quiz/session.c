/* See session.h. */
#include "quiz/session.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/ask.h"

#define LATER      3 /* questions between a wrong answer and the next try */
#define TRIES_MOST 3 /* of a question in one session */
#define DAY        INT64_C(86400)

struct item {
    struct course *course;
    const struct question *question;
    int tries;
};

struct session {
    const struct session_options *options;
    struct talk *talk;
    struct random random;
    struct item *items; /* those that are still to be asked */
    size_t count, total, asked, right_at_once, wrong, unmeasured;
    size_t left_out; /* predictions that nothing here can measure */
    int status;
    struct failure *failure;
};

/* --- choosing --- */

bool session_chooses(const char *only, const char *id)
{
    char list[512];
    if (!only)
        return true;
    snprintf(list, sizeof list, "%s", only);
    char *rest = list;
    for (char *one; (one = strsep(&rest, ",")) != NULL;)
        if (fnmatch(one, id, 0) == 0)
            return true;
    return false;
}

static bool wanted(const struct course *course, const struct question *question,
                   const struct session_options *options)
{
    const struct progress_entry *entry = progress_of(&course->progress, question);
    if (!session_chooses(options->only, question->id))
        return false;
    if (!course->begun && !options->unbegun)
        return false;
    return options->all || progress_due(entry, options->now);
}

static void choose_one(struct session *session, struct course *course,
                       const struct question *question)
{
    if (!wanted(course, question, session->options))
        return;
    if (question->kind == QUIZ_PREDICT &&
        !quiz_measurable(course->quiz, question, session->options->mine))
        session->left_out++;
    else
        session->items[session->count++] =
            (struct item){.course = course, .question = question};
}

static void choose(struct session *session, struct course *courses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < courses[i].quiz->count; k++)
            choose_one(session, &courses[i], &courses[i].quiz->questions[k]);
}

static int mix_up(struct session *session)
{
    size_t *places = calloc(session->count + 1, sizeof *places);
    struct item *mixed = calloc(session->count + 1, sizeof *mixed);
    bool ready = places && mixed;
    if (ready) {
        quiz_shuffle(places, session->count, &session->random);
        for (size_t i = 0; i < session->count; i++)
            mixed[i] = session->items[places[i]];
        memcpy(session->items, mixed, session->count * sizeof *mixed);
    }
    free(places);
    free(mixed);
    return ready ? 0 : -1;
}

static size_t all_questions(const struct course *courses, size_t count)
{
    size_t all = 0;
    for (size_t i = 0; i < count; i++)
        all += courses[i].quiz->count;
    return all;
}

static int prepare(struct session *session, struct course *courses, size_t count)
{
    session->items = calloc(all_questions(courses, count) + 1, sizeof *session->items);
    random_seed(&session->random, session->options->seed);
    if (!session->items)
        return -1;
    choose(session, courses, count);
    if (mix_up(session) < 0)
        return -1;
    if (session->options->most > 0 && session->count > (size_t)session->options->most)
        session->count = (size_t)session->options->most;
    session->total = session->count;
    return 0;
}

/* --- asking --- */

static void remember(struct session *session, const struct item *item, bool right)
{
    struct course *course = item->course;
    if (session->talk->voice)
        return;
    if (progress_answered(&course->progress, course->quiz, item->question, right,
                          session->options->now, session->failure) < 0)
        session->status = -1;
}

/* Behind some others, or at the end. */
static void ask_later(struct session *session, struct item item)
{
    if (item.tries >= TRIES_MOST)
        return;
    size_t place = session->count < LATER ? session->count : LATER;
    memmove(session->items + place + 1, session->items + place,
            (session->count - place) * sizeof item);
    session->items[place] = item;
    session->count++;
}

static void say_box(const struct session *session, const struct item *item, char *heading,
                    size_t size)
{
    const struct progress_entry *entry = progress_of(&item->course->progress, item->question);
    char box[32] = "new";
    if (entry)
        snprintf(box, sizeof box, "box %d", entry->box);
    if (item->tries > 0)
        snprintf(heading, size, "[again] %s/%s, %s", item->course->quiz->lab,
                 item->question->id, box);
    else
        snprintf(heading, size, "[%zu of %zu] %s/%s, %s", session->asked + 1, session->total,
                 item->course->quiz->lab, item->question->id, box);
}

static void count_end(struct session *session, struct item *item, enum ask_end end)
{
    bool first = item->tries++ == 0;
    session->asked += first;
    session->unmeasured += end == ASK_UNMEASURED;
    if (end == ASK_UNMEASURED)
        return;
    session->right_at_once += first && end == ASK_RIGHT;
    session->wrong += first && end == ASK_WRONG;
    remember(session, item, end == ASK_RIGHT);
    if (end == ASK_WRONG)
        ask_later(session, *item);
}

/* False when nobody answers any more. */
static bool ask_next(struct session *session)
{
    char heading[160];
    struct item item = session->items[0];
    session->count--;
    memmove(session->items, session->items + 1, session->count * sizeof item);
    say_box(session, &item, heading, sizeof heading);
    enum ask_end end = quiz_ask(session->talk, item.course->quiz, item.question, heading,
                                &session->random, session->options->mine);
    if (end != ASK_OVER)
        count_end(session, &item, end);
    return end != ASK_OVER;
}

/* --- words around it --- */

void session_when(char when[32], int64_t moment, int64_t now)
{
    int64_t days = (moment - now + DAY / 2) / DAY;
    if (moment <= now || days == 0)
        snprintf(when, 32, "today");
    else if (days == 1)
        snprintf(when, 32, "tomorrow");
    else
        snprintf(when, 32, "in %lld days", (long long)days);
}

/* Of questions that were asked before and are not due: the first, and how many with it. */
static size_t next_due(const struct course *courses, size_t count, int64_t now, int64_t *moment)
{
    size_t found = 0;
    *moment = INT64_MAX;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < count; i++)
            for (size_t k = 0; k < courses[i].quiz->count; k++) {
                const struct progress_entry *entry =
                    progress_of(&courses[i].progress, &courses[i].quiz->questions[k]);
                if (!entry || progress_due(entry, now))
                    continue;
                if (pass == 0 && entry->due < *moment)
                    *moment = entry->due;
                found += pass == 1 && entry->due <= *moment + DAY / 2;
            }
    return found;
}

static void say_next(const struct session *session, const struct course *courses, size_t count)
{
    int64_t moment;
    char when[32];
    size_t due = next_due(courses, count, session->options->now, &moment);
    if (due == 0)
        return;
    session_when(when, moment, session->options->now);
    form_say(&session->talk->screen, "The next %zu question%s due %s.", due,
             due == 1 ? " is" : "s are", when);
}

static void say_begin(const struct session *session)
{
    const struct screen *screen = &session->talk->screen;
    if (session->left_out)
        form_say(
            screen,
            "%zu prediction%s left out: no reference server can be watched here, and there "
            "is no recording of one. --mine measures your own.",
            session->left_out, session->left_out == 1 ? " is" : "s are");
    if (session->total == 0) {
        form_say(screen, "Nothing is due. (--all asks everything.)");
        return;
    }
    form_say(screen, "%zu question%s, seed %llu. \"?\" is \"I do not know\", q ends.",
             session->total, session->total == 1 ? "" : "s",
             (unsigned long long)session->options->seed);
}

static void say_end(const struct session *session)
{
    const struct screen *screen = &session->talk->screen;
    if (session->total == 0)
        return;
    fputc('\n', screen->out);
    form_say(screen, "%zu of %zu answered: %zu right at once, %zu not.",
             session->asked - session->unmeasured, session->total, session->right_at_once,
             session->wrong);
    if (session->unmeasured)
        form_say(screen, "%zu could not be measured.", session->unmeasured);
}

int session_run(struct course *courses, size_t count, const struct session_options *options,
                struct talk *talk, struct failure *failure)
{
    struct session session = {.options = options, .talk = talk, .failure = failure};
    if (prepare(&session, courses, count) < 0) {
        free(session.items);
        return failure_set(failure, STATUS_MACHINE, "no memory for a session");
    }
    say_begin(&session);
    while (session.count > 0 && ask_next(&session))
        ;
    say_end(&session);
    say_next(&session, courses, count);
    free(session.items);
    return session.status;
}
