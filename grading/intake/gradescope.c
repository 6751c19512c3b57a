/*
 * Gradescope's export: folders submission_N, and submission_metadata.yml, which says of whom and
 * when. Of its YAML only the lines are read that Gradescope writes of every submission:
 *
 *   submission_123:
 *     :submitters:
 *     - :name: Ada Lovelace
 *       :sid: '10011001'
 *       :email: ada@example.org
 *     :created_at: 2026-11-28 22:10:00.123456 Z
 *
 * Lines count only at just this depth: deeper ones may be a student's output.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/intake/intake_parts.h"
#include "grading/intake/roster.h"
#include "grading/intake/yaml.h"

#define SUBMITTERS 16 /* of one submission: a group */

struct submitter {
    char *name, *sid, *email;
};

struct metadata {
    struct intake *intake;
    const char *path; /* the folder that holds all */
    struct failure *failure;
    /* The submission that is being read. */
    char folder[64]; /* "submission_123"; "": none */
    struct submitter submitters[SUBMITTERS];
    size_t count;
    size_t dash; /* spaces before "- " of its submitters; 0: none came yet */
    bool naming; /* within its submitters */
    time_t created;
};

static const char *after(const char *line, const char *key)
{
    size_t size = strlen(key);
    return strncmp(line, key, size) == 0 ? line + size : NULL;
}

static void put(char **to, const char *text)
{
    if (!*to)
        *to = yaml_scalar(text);
}

static void read_submitter(struct metadata *metadata, const char *line)
{
    size_t spaces = strspn(line, " ");
    bool begins = strncmp(line + spaces, "- :", 3) == 0;
    if (begins && metadata->dash == 0)
        metadata->dash = spaces;
    if (begins && spaces == metadata->dash && metadata->count < SUBMITTERS)
        metadata->submitters[metadata->count++] = (struct submitter){.name = NULL};
    if (spaces != metadata->dash + (begins ? 0 : 2) || metadata->count == 0)
        return;
    struct submitter *submitter = &metadata->submitters[metadata->count - 1];
    const char *field = line + spaces + (begins ? 2 : 0), *value;
    if ((value = after(field, ":name:")))
        put(&submitter->name, value);
    else if ((value = after(field, ":sid:")))
        put(&submitter->sid, value);
    else if ((value = after(field, ":email:")))
        put(&submitter->email, value);
}

static void read_created(struct metadata *metadata, const char *text)
{
    char *value = yaml_scalar(text);
    if (value && !metadata->created)
        roster_time(value, &metadata->created);
    free(value);
}

static const char *given(const char *text)
{
    return text && *text ? text : NULL;
}

/* Who it is of: the number that the school gave, else the address, else the name. */
static int add_submitter(struct metadata *metadata, const struct submitter *submitter,
                         const char *path)
{
    const char *sid = given(submitter->sid), *email = given(submitter->email);
    const char *name = given(submitter->name);
    const char *who = sid ? sid : email ? email : name;
    struct intake_about about = {.path = path, .submitted = metadata->created};
    char *id = NULL;
    about.who = who ? who : metadata->folder;
    about.name = name ? name : about.who;
    if ((sid || email) && asprintf(&id, "%s %s", sid ? sid : "", email ? email : "") < 0)
        return intake_no_memory(metadata->failure);
    about.id = id;
    int answer = intake_add(metadata->intake, &about, metadata->failure);
    free(id);
    return answer;
}

static int add_submission(struct metadata *metadata)
{
    struct stat status;
    struct submitter nobody = {.name = NULL};
    char *path = NULL;
    int answer = 0;
    if (!*metadata->folder)
        return 0;
    if (asprintf(&path, "%s/%s", metadata->path, metadata->folder) < 0)
        return intake_no_memory(metadata->failure);
    bool there = lstat(path, &status) == 0;
    if (!there)
        intake_warn(metadata->intake, GRADESCOPE_FILE " names %s, which is not there",
                    metadata->folder);
    if (there && metadata->count == 0)
        answer = add_submitter(metadata, &nobody, path);
    for (size_t i = 0; there && i < metadata->count && answer == 0; i++)
        answer = add_submitter(metadata, &metadata->submitters[i], path);
    free(path);
    return answer;
}

static void forget(struct metadata *metadata)
{
    for (size_t i = 0; i < metadata->count; i++) {
        free(metadata->submitters[i].name);
        free(metadata->submitters[i].sid);
        free(metadata->submitters[i].email);
    }
    metadata->count = metadata->dash = 0;
    metadata->naming = false;
    metadata->created = 0;
    *metadata->folder = '\0';
}

/* "submission_123:" and nothing else. */
static void begin(struct metadata *metadata, const char *line)
{
    const char *number = after(line, "submission_");
    size_t digits = number ? strspn(number, "0123456789") : 0;
    size_t size = strlen("submission_") + digits;
    if (digits > 0 && size < sizeof metadata->folder && strcmp(line + size, ":") == 0)
        snprintf(metadata->folder, sizeof metadata->folder, "%.*s", (int)size, line);
}

static int read_line(struct metadata *metadata, const char *line)
{
    const char *created = after(line, "  :created_at:");
    int answer = 0;
    if (*line && *line != ' ') {
        answer = add_submission(metadata);
        forget(metadata);
        begin(metadata, line);
    } else if (after(line, "  :")) {
        metadata->naming = strcmp(line, "  :submitters:") == 0;
        if (created)
            read_created(metadata, created);
    } else if (metadata->naming) {
        read_submitter(metadata, line);
    }
    return answer;
}

static int read_lines(struct metadata *metadata, FILE *file)
{
    char *line = NULL;
    size_t room = 0;
    int answer = 0;
    while (answer == 0 && getline(&line, &room, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        answer = read_line(metadata, line);
    }
    if (answer == 0 && ferror(file))
        answer = failure_errno(metadata->failure, STATUS_MACHINE, "cannot read %s/%s",
                               metadata->path, GRADESCOPE_FILE);
    if (answer == 0)
        answer = add_submission(metadata);
    forget(metadata);
    free(line);
    return answer;
}

int gradescope_add(struct intake *intake, const char *folder, struct failure *failure)
{
    struct metadata metadata = {.intake = intake, .path = folder, .failure = failure};
    char *path = NULL;
    if (asprintf(&path, "%s/%s", folder, GRADESCOPE_FILE) < 0)
        return intake_no_memory(failure);
    int opened = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    FILE *file = opened < 0 ? NULL : fdopen(opened, "r");
    int answer = file ? read_lines(&metadata, file)
                      : failure_errno(failure, STATUS_USAGE, "cannot read %s", path);
    if (file)
        fclose(file);
    free(path);
    return answer;
}
