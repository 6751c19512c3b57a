/* See progress.h. */
#include "quiz/progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "quiz/progress_file.h"
#include "report/report.h"

#define DAY INT64_C(86400)

static const int64_t days[PROGRESS_BOXES] = {0, 1, 3, 7, 21};

/* --- boxes --- */

void progress_move(struct progress_entry *entry, bool right, int64_t now)
{
    if (!right)
        entry->box = 1;
    else if (entry->box < PROGRESS_BOXES)
        entry->box++;
    entry->due = now + days[entry->box - 1] * DAY;
    entry->seen = now;
    entry->right += right;
    entry->wrong += !right;
}

/* A clock that is a little behind does no harm; one that is a day behind was set. */
bool progress_due(const struct progress_entry *entry, int64_t now)
{
    return !entry || entry->due <= now || entry->seen > now + DAY;
}

/* --- entries --- */

static struct progress_entry *find(const struct progress *progress, const char *id)
{
    for (size_t i = 0; i < progress->count; i++)
        if (strcmp(progress->entries[i].id, id) == 0)
            return &progress->entries[i];
    return NULL;
}

const struct progress_entry *progress_of(const struct progress *progress,
                                         const struct question *question)
{
    const struct progress_entry *entry = find(progress, question->id);
    return entry && entry->print == question->print ? entry : NULL;
}

/* The entry of this name; of a new one the rest is 0. NULL: no memory. */
static struct progress_entry *find_or_add(struct progress *progress, const char *id)
{
    struct progress_entry *entry = find(progress, id);
    if (entry)
        return entry;
    struct progress_entry *entries =
        realloc(progress->entries, (progress->count + 1) * sizeof *entries);
    if (!entries)
        return NULL;
    progress->entries = entries;
    entry = &entries[progress->count++];
    *entry = (struct progress_entry){.box = 0};
    snprintf(entry->id, sizeof entry->id, "%s", id);
    return entry;
}

static struct progress_entry *entry_for(struct progress *progress,
                                        const struct question *question)
{
    struct progress_entry *entry = find_or_add(progress, question->id);
    if (entry && (entry->box == 0 || entry->print != question->print)) {
        entry->print = question->print;
        entry->box = 1;
        entry->due = entry->seen = entry->right = entry->wrong = 0;
    }
    return entry;
}

static void drop_vanished(struct progress *progress, const struct quiz *quiz)
{
    size_t kept = 0;
    for (size_t i = 0; i < progress->count; i++)
        if (quiz_find(quiz, progress->entries[i].id))
            progress->entries[kept++] = progress->entries[i];
    progress->count = kept;
}

/* What another session has written since: each entry that was seen later than ours. A file that
   became broken meanwhile is kept aside, and holds what we have from now on. */
static int take_newer(struct progress *progress, struct failure *failure)
{
    char notice[1024];
    struct progress there = {.path = progress->path};
    int status = progress_read(&there, notice, failure);
    for (size_t i = 0; i < there.count && status == 0; i++) {
        struct progress_entry *ours = find_or_add(progress, there.entries[i].id);
        if (!ours)
            status = failure_set(failure, STATUS_MACHINE, "%s: no memory", progress->path);
        else if (ours->box == 0 || there.entries[i].seen > ours->seen)
            *ours = there.entries[i];
    }
    free(there.entries);
    return status;
}

int progress_answered(struct progress *progress, const struct quiz *quiz,
                      const struct question *question, bool right, int64_t now,
                      struct failure *failure)
{
    if (take_newer(progress, failure) < 0)
        return -1;
    drop_vanished(progress, quiz);
    struct progress_entry *entry = entry_for(progress, question);
    if (!entry)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", progress->path);
    progress_move(entry, right, now);
    return progress_write(progress, failure);
}

/* --- the file --- */

int progress_open(struct progress *progress, const char *lab, char notice[1024],
                  struct failure *failure)
{
    *progress = (struct progress){.count = 0};
    notice[0] = '\0';
    char *folder = score_folder(lab, failure);
    if (!folder)
        return -1;
    if (asprintf(&progress->path, "%s/quiz.json", folder) < 0)
        progress->path = NULL;
    free(folder);
    if (!progress->path)
        return failure_set(failure, STATUS_MACHINE, "%s: no memory", lab);
    return progress_read(progress, notice, failure);
}

void progress_close(struct progress *progress)
{
    free(progress->path);
    free(progress->entries);
    *progress = (struct progress){.count = 0};
}
