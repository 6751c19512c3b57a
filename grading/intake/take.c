/*
 * Takes one submission: its tree is filled from whatever it is, the files are chosen, and only
 * then is `target` made. See intake_take in intake.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/intake/disk.h"
#include "grading/intake/intake.h"
#include "grading/intake/put.h"
#include "grading/intake/repository.h"
#include "grading/intake/unpack.h"
#include "grading/result/digest.h"

#define ARCHIVES 2 /* to look into: one, and one in it */

struct take {
    const char *path;
    const struct intake_options *options;
    struct answers answers;
    struct tree tree;
    struct tree_item **chosen; /* as many as are wanted */
    struct repository repository;
};

static enum answer fill_archive(struct take *take, int file, uint64_t size)
{
    struct unpack unpack;
    enum answer answer = unpack_open(&unpack, file, size, &unpack_submission, &take->answers);
    if (answer == ANSWER_WELL)
        answer = unpack_fill(&take->tree, &unpack);
    unpack_close(&unpack);
    return answer;
}

static enum answer fill_inner(struct take *take, struct tree_item *archive)
{
    struct unpack unpack;
    char *bytes = archive->bytes;
    archive->bytes = NULL;
    enum answer answer =
        unpack_open_memory(&unpack, bytes, archive->size, &unpack_submission, &take->answers);
    tree_clear(&take->tree);
    if (answer == ANSWER_WELL)
        answer = unpack_fill(&take->tree, &unpack);
    unpack_close(&unpack);
    free(bytes);
    return answer;
}

/* A file that is wanted may be handed in as it is. */
static enum answer fill_file(struct take *take, int file, const struct stat *status,
                             int *archives)
{
    const char *slash = strrchr(take->path, '/');
    const char *name = slash ? slash + 1 : take->path;
    struct tree_item *item;
    if (!tree_wants(&take->tree, name)) {
        *archives += 1;
        return fill_archive(take, file, (uint64_t)status->st_size);
    }
    enum answer answer = tree_add(&take->tree, name, TREE_FILE, &item);
    return answer == ANSWER_WELL ? disk_read(&take->tree, item, file, TREE_WANTED) : answer;
}

static enum answer fill_repository(struct take *take)
{
    enum answer answer = repository_open(&take->repository, take->path, take->options->deadline,
                                         take->options->work, &take->answers);
    return answer == ANSWER_WELL ? repository_fill(&take->tree, &take->repository) : answer;
}

static enum answer fill(struct take *take, int *archives)
{
    struct stat status;
    enum tree_kind kind;
    int opened = disk_open(AT_FDCWD, take->path, &status, &kind);
    if (opened < 0 && kind != TREE_FILE && kind != TREE_FOLDER)
        return answer_refuse(&take->answers, "What was handed in %s.", tree_kind_text(kind));
    if (opened < 0)
        return answer_break(&take->answers, "cannot read the submission %s", take->path);
    enum answer answer;
    if (kind == TREE_FILE)
        answer = fill_file(take, opened, &status, archives);
    else if (repository_is(opened))
        answer = fill_repository(take);
    else
        answer = disk_fill(&take->tree, opened);
    close(opened);
    return answer;
}

/* An archive is looked into when nothing else is there. */
static enum answer fill_whole(struct take *take)
{
    int archives = 0;
    struct tree_item *archive = NULL;
    enum answer answer = fill(take, &archives);
    while (answer == ANSWER_WELL) {
        answer = tree_archive(&take->tree, &archive);
        if (answer != ANSWER_WELL || !archive || archives == ARCHIVES)
            break;
        archives++;
        answer = fill_inner(take, archive);
    }
    return answer;
}

/* Of a repository, only what is chosen is read. */
static enum answer choose(struct take *take)
{
    enum answer answer = tree_choose(&take->tree, take->chosen);
    for (size_t i = 0; answer == ANSWER_WELL && take->options->files[i]; i++)
        if (*take->chosen[i]->object && !take->chosen[i]->bytes)
            answer = repository_read(&take->tree, &take->repository, take->chosen[i]);
    return answer;
}

static enum answer take_all(struct take *take, const char *target)
{
    size_t count = 0;
    for (; take->options->files[count]; count++)
        if (strchr(take->options->files[count], '/') || !*take->options->files[count]) {
            errno = EINVAL;
            return answer_break(&take->answers,
                                "the manifest asks for \"%s\", which is no name",
                                take->options->files[count]);
        }
    take->chosen = calloc(count + 1, sizeof(struct tree_item *));
    if (!take->chosen)
        return answer_no_memory(&take->answers);
    enum answer answer = fill_whole(take);
    if (answer == ANSWER_WELL)
        answer = choose(take);
    return answer == ANSWER_WELL ? put_files(target, take->chosen, &take->answers) : answer;
}

/* Of what is refused it is the digest of the reason: the same again is known by it. */
static enum answer sum(struct take *take, enum answer answer, char digest[65])
{
    struct digest *all = digest_new();
    if (!all)
        return answer_no_memory(&take->answers);
    for (size_t i = 0; answer == ANSWER_WELL && take->options->files[i]; i++) {
        digest_add(all, take->chosen[i]->name, strlen(take->chosen[i]->name));
        digest_add(all, take->chosen[i]->bytes, take->chosen[i]->size);
    }
    if (answer == ANSWER_REFUSED) {
        digest_add(all, "refused", strlen("refused"));
        digest_add(all, take->answers.why, strlen(take->answers.why));
    }
    digest_end(all, digest);
    return answer;
}

static enum answer take_path(struct take *take, const char *target, char digest[65])
{
    enum answer answer = take_all(take, target);
    if (answer != ANSWER_BROKEN)
        answer = sum(take, answer, digest);
    repository_close(&take->repository);
    tree_free(&take->tree);
    free(take->chosen);
    return answer;
}

int intake_take_path(const char *path, const struct intake_options *options, const char *target,
                     enum intake_outcome *outcome, char digest[65], char why[512],
                     struct failure *failure)
{
    struct take take = {.options = options, .answers = {.failure = failure}};
    size_t size = strlen(path);
    while (size > 1 && path[size - 1] == '/') /* with one, a link would be followed */
        size--;
    char *plain = strndup(path, size);
    take.path = plain;
    tree_start(&take.tree, options->files, &take.answers);
    enum answer answer =
        plain ? take_path(&take, target, digest) : answer_no_memory(&take.answers);
    free(plain);
    snprintf(why, sizeof take.answers.why, "%s", take.answers.why);
    *outcome = answer == ANSWER_WELL ? INTAKE_TAKEN : INTAKE_REFUSED;
    return answer == ANSWER_BROKEN ? -1 : 0;
}
