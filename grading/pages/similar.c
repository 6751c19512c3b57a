/* Submissions side by side. See similar.h. */
#include "grading/pages/similar_work.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/pages/folder.h"
#include "grading/pages/source.h"

void overview_work_path(const struct overview_work *work, size_t student, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "%s/%zu.c", work->folder, student);
}

/* --- what there is --- */

static int take_one(struct overview_work *work, size_t student)
{
    char from[PATH_MAX], to[PATH_MAX];
    const char *key = work->class->students[student].mark->student;
    if (!page_is_key(key))
        return 0;
    snprintf(from, sizeof from, "%s/submissions/%s", work->spec->folder, key);
    overview_work_path(work, student, to);
    enum overview_took took = overview_source(from, to, OVERVIEW_SOURCE_MOST);
    work->taken[student] = took == OVERVIEW_TOOK;
    work->similar->large += took == OVERVIEW_LARGE;
    return took == OVERVIEW_LOST ? -1 : 0;
}

static int take_skeleton(struct overview_work *work)
{
    char from[2 * PATH_MAX], to[PATH_MAX], tree[PATH_MAX];
    if (work->spec->skeleton)
        snprintf(from, sizeof from, "%s", work->spec->skeleton);
    else if (work->class->lab && page_is_key(work->class->lab) &&
             page_programs(tree, PATH_MAX) == 0)
        snprintf(from, sizeof from, "%s/../labs/%.255s", tree, work->class->lab);
    else
        return 0;
    snprintf(to, sizeof to, "%s/" OVERVIEW_SKELETON, work->folder);
    enum overview_took took = overview_source(from, to, OVERVIEW_SOURCE_MOST);
    work->similar->skeleton = took == OVERVIEW_TOOK;
    return took == OVERVIEW_LOST ? -1 : 0;
}

static int take_all(struct overview_work *work, struct failure *failure)
{
    int answer = take_skeleton(work);
    for (size_t i = 0; answer == 0 && i < work->class->count; i++)
        answer = take_one(work, i);
    if (answer < 0)
        failure_errno(failure, STATUS_MACHINE,
                      "cannot copy submissions into %s to compare them", work->folder);
    return answer;
}

/* --- all of it --- */

static void count(struct overview_work *work)
{
    for (size_t i = 0; i < work->class->count; i++) {
        bool brief = work->tokens[i] < OVERVIEW_SIMILAR_TOKENS;
        work->similar->compared += work->taken[i] && !brief;
        work->similar->brief += work->taken[i] && brief;
    }
}

static int work_through(struct overview_work *work, struct failure *failure)
{
    if (take_all(work, failure) < 0)
        return -1;
    enum page_ran ran = work->similar->skeleton ? overview_take_out(work) : PAGE_RAN;
    work->similar->ran = ran == PAGE_RAN ? overview_find_pairs(work) : ran;
    count(work);
    return 0;
}

static void remove_work(const struct overview_work *work)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < work->class->count; i++) {
        overview_work_path(work, i, path);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/" OVERVIEW_SKELETON, work->folder);
    unlink(path);
    rmdir(work->folder);
}

int overview_similar(const struct overview_spec *spec, const struct overview_class *class,
                     struct overview_similar *similar, struct failure *failure)
{
    struct overview_work work = {.spec = spec, .class = class, .similar = similar};
    const char *base = getenv("TMPDIR");
    *similar = (struct overview_similar){.ran = PAGE_BROKEN};
    snprintf(work.folder, sizeof work.folder, "%s/iolab-similar-XXXXXX",
             base && *base ? base : "/tmp");
    if (!mkdtemp(work.folder))
        return failure_errno(failure, STATUS_MACHINE,
                             "cannot make a temporary folder %s (set TMPDIR to one with room)",
                             work.folder);
    work.taken = calloc(class->count + 1, sizeof *work.taken);
    work.tokens = calloc(class->count + 1, sizeof *work.tokens);
    int answer = work.taken && work.tokens
                     ? work_through(&work, failure)
                     : failure_errno(failure, STATUS_MACHINE, "comparing submissions");
    remove_work(&work);
    free(work.taken);
    free(work.tokens);
    return answer;
}

void overview_similar_clear(struct overview_similar *similar)
{
    free(similar->pairs);
    *similar = (struct overview_similar){0};
}
