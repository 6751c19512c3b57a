/* Opening a class: signals held, DIR locked, the book open, what was given taken into it. */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "grading/batch/batch.h"
#include "grading/batch/files.h"
#include "grading/batch/folder.h"
#include "grading/batch/words.h"
#include "grading/one/lab.h"
#include "grading/one/one.h"

/* From here on these signals wait until they are asked for: nothing is left half done. */
static void hold_signals(struct batch *batch)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, &batch->before);
    batch->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

bool batch_interrupted(struct batch *batch)
{
    struct signalfd_siginfo info;
    if (!batch->interrupted && read(batch->signals, &info, sizeof info) == sizeof info)
        batch->interrupted = (int)info.ssi_signo;
    return batch->interrupted != 0;
}

/* What is read, found before the working folder changes. */
static int find_inputs(struct batch *batch, struct failure *failure)
{
    const struct batch_options *options = batch->options;
    batch->source = batch_absolute(options->folder, "the submissions", failure);
    batch->roster = batch_absolute(options->roster, "the roster", failure);
    return (options->folder && !batch->source) || (options->roster && !batch->roster) ? -1 : 0;
}

/* The lab that was named, or else that of DIR; never another than that of DIR. */
static int settle_lab(struct batch *batch, struct failure *failure)
{
    char kept[NAME_MAX + 1];
    bool known = batch_read(BATCH_LAB, kept, sizeof kept);
    kept[strcspn(kept, "\n")] = '\0';
    if (!batch->lab && known)
        batch->lab = one_lab(kept, failure);
    else if (!batch->lab)
        failure_set(failure, STATUS_USAGE, "%s does not say which lab it is of; name the LAB",
                    batch->folder);
    if (!batch->lab)
        return -1;
    if (known && strcmp(kept, batch->lab) != 0)
        return failure_set(failure, STATUS_USAGE,
                           "--out %s holds the marks of lab %s, not of %s; name another folder",
                           batch->options->out, kept, batch->lab);
    snprintf(kept, sizeof kept, "%s\n", batch->lab);
    return known ? 0 : batch_write(BATCH_LAB, kept, failure);
}

static int read_roster(struct batch *batch, struct failure *failure)
{
    struct roster *roster = roster_read(batch->roster, failure);
    if (!roster)
        return -1;
    batch_warn_lines(roster->warnings);
    int status = book_roster(batch->book, roster, failure);
    roster_free(roster);
    return status;
}

static void take(double given, double *kept, bool *changed)
{
    if (isnan(given))
        return;
    *kept = given;
    *changed = true;
}

/* Policy and roster, as far as they were given, become those of the book. */
static int settle_book(struct batch *batch, struct failure *failure)
{
    const struct batch_options *options = batch->options;
    struct book_policy policy;
    bool changed = options->deadline >= 0;
    if (book_policy(batch->book, &policy, failure) < 0)
        return -1;
    if (changed)
        policy.deadline = options->deadline;
    take(options->grace, &policy.grace, &changed);
    take(options->penalty, &policy.penalty, &changed);
    take(options->most, &policy.most, &changed);
    take(options->most_days, &policy.most_days, &changed);
    if (changed && book_policy_set(batch->book, &policy, failure) < 0)
        return -1;
    return batch->roster ? read_roster(batch, failure) : 0;
}

int batch_open(struct batch *batch, const struct batch_options *options,
               struct failure *failure)
{
    *batch = (struct batch){.options = options, .lock = -1, .signals = -1};
    hold_signals(batch);
    if (options->lab && !(batch->lab = one_lab(options->lab, failure)))
        return -1;
    if (find_inputs(batch, failure) < 0)
        return -1;
    if ((options->dry_run ? batch_folder_scratch(batch, failure)
                          : batch_folder_settle(batch, failure)) < 0)
        return -1;
    if (batch_folder_enter(batch, failure) < 0 ||
        (!options->dry_run && batch_folder_lock(batch, failure) < 0) ||
        settle_lab(batch, failure) < 0)
        return -1;
    batch->book = book_open(BATCH_BOOK, batch->lab, failure);
    if (!batch->book || settle_book(batch, failure) < 0)
        return -1;
    return one_course(batch->lab, batch->options->hidden, batch->course, failure);
}

void batch_close(struct batch *batch)
{
    if (batch->book)
        book_close(batch->book);
    if (batch->lock >= 0)
        close(batch->lock);
    if (batch->signals >= 0)
        close(batch->signals);
    if (batch->scratch)
        batch_remove(batch->scratch);
    free(batch->scratch);
    free(batch->folder);
    free(batch->source);
    free(batch->roster);
    free(batch->lab);
}
