/*
 * Submissions into DIR/submissions. What a student has handed in replaces what was there only
 * when it is another one: a task of Slurm may be reading it. The digest of what lies in
 * submissions/KEY is kept in pending/taken/KEY, and is not there while the two might differ.
 */
#include "grading/batch/take.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "grading/batch/files.h"
#include "grading/batch/progress.h"
#include "grading/batch/words.h"
#include "grading/one/lab.h"

#define UNPACK "pending/intake"
#define TARGET "pending/take"

int batch_intake_open(struct batch *batch, struct batch_intake *intake, struct failure *failure)
{
    struct book_policy policy;
    *intake = (struct batch_intake){.files = one_lab_files(batch->lab, failure)};
    if (!intake->files || book_policy(batch->book, &policy, failure) < 0)
        return -1;
    batch_remove(UNPACK); /* of a run that was killed */
    if (batch_folder(UNPACK, failure) < 0)
        return -1;
    intake->options = (struct intake_options){
        .folder = batch->source,
        .files = (const char *const *)intake->files,
        .deadline = policy.deadline,
        .work = UNPACK,
    };
    intake->intake = intake_open(&intake->options, failure);
    if (!intake->intake)
        return -1;
    batch_warn_lines(intake_warnings(intake->intake));
    return 0;
}

void batch_intake_close(struct batch_intake *intake)
{
    if (intake->intake)
        intake_close(intake->intake);
    one_lab_files_free(intake->files);
    batch_remove(UNPACK);
    batch_remove(TARGET);
}

/* The folder TARGET becomes submissions/KEY; of a refused submission there is none. */
static int place(const char *key, const char *digest, bool refused, struct failure *failure)
{
    char path[PATH_MAX], kept[PATH_MAX], known[80];
    snprintf(path, sizeof path, "submissions/%s", key);
    snprintf(kept, sizeof kept, "pending/taken/%s", key);
    if (!refused && batch_read(kept, known, sizeof known) && strcmp(known, digest) == 0 &&
        access(path, F_OK) == 0)
        return 0;
    unlink(kept);
    if (batch_remove(path) < 0 || (!refused && rename(TARGET, path) < 0))
        return failure_errno(failure, STATUS_MACHINE, "cannot put %s in its place", path);
    if (!refused)
        batch_note(kept, digest);
    return 0;
}

/* Each attempt makes its own folder in this one. */
static int make_recordings(const char *key, struct failure *failure)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "recordings/%s", key);
    return batch_folder(path, failure);
}

void batch_take_anew(const char *key)
{
    char kept[PATH_MAX];
    snprintf(kept, sizeof kept, "pending/taken/%s", key);
    unlink(kept);
}

static int fill(struct batch_task *task, const struct intake_entry *entry, const char *key,
                const char *digest, const char *refused, struct failure *failure)
{
    *task = (struct batch_task){
        .key = strdup(key),
        .name = strdup(entry->name),
        .files = strdup(digest),
        .refused = refused ? strdup(refused) : NULL,
        .submitted = entry->submitted,
    };
    if (task->key && task->name && task->files && (task->refused || !refused))
        return 0;
    return failure_set(failure, STATUS_MACHINE, "there is no memory");
}

/* Does another submission of this delivery bear the name too? */
static bool shares_name(const struct intake *intake, const struct intake_entry *entry)
{
    size_t bearers = 0;
    for (size_t i = 0; i < intake_count(intake); i++)
        bearers += strcasecmp(intake_entry(intake, i)->name, entry->name) == 0;
    return bearers > 1;
}

/* The student as the roster calls them, or as the delivery does. The caller frees it. */
static char *choose_key(struct batch *batch, const struct intake *intake,
                        const struct intake_entry *entry, struct failure *failure)
{
    char *listed = NULL;
    const char *name = shares_name(intake, entry) ? "" : entry->name;
    if (book_listed(batch->book, entry->key, name, &listed, failure) < 0)
        return NULL;
    return listed ? listed : strdup(entry->key);
}

static int take(struct batch *batch, const struct intake_entry *entry, const char *key,
                const char *digest, const char *refused, struct batch_task *task,
                struct failure *failure)
{
    if (place(key, digest, refused, failure) < 0 ||
        (!refused && make_recordings(key, failure) < 0) ||
        fill(task, entry, key, digest, refused, failure) < 0)
        return -1;
    const struct book_submission submission = {key, entry->name, digest, entry->submitted};
    return book_submission(batch->book, &submission, failure) < 0 ? -1 : 1;
}

int batch_take(struct batch *batch, struct intake *intake, size_t index,
               struct batch_task *task, struct failure *failure)
{
    const struct intake_entry *entry = intake_entry(intake, index);
    enum intake_outcome outcome = INTAKE_REFUSED;
    char digest[65] = "", why[512] = "";
    batch_remove(TARGET);
    if (intake_take(intake, index, TARGET, &outcome, digest, why, failure) < 0) {
        batch_progress_clear();
        batch_warn("%s (%s) could not be taken: %s", entry->key, entry->name, failure->text);
        return 0;
    }
    char *key = choose_key(batch, intake, entry, failure);
    int status = key ? take(batch, entry, key, digest, outcome == INTAKE_REFUSED ? why : NULL,
                            task, failure)
                     : -1;
    free(key);
    return status;
}
