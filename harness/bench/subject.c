/* See subject.h. */
#include "bench/subject.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grade/folder.h"
#include "grade/lab.h"
#include "server/server.h"

#define BUILD_SECONDS 60.0

static const char *const only_port[] = {"PORT", NULL};

int subjects_open(struct subjects *subjects, struct failure *failure)
{
    *subjects = (struct subjects){.count = 0};
    subjects->folder = folder_temporary(failure);
    return subjects->folder ? chmod(subjects->folder, 0755) : -1;
}

static char **copied(const char *const *texts)
{
    size_t count = 0;
    while (texts[count])
        count++;
    char **copy = calloc(count + 1, sizeof *copy);
    for (size_t i = 0; copy && i < count; i++)
        copy[i] = strdup(texts[i]);
    return copy;
}

static int add(struct subjects *subjects, const char *name, const char *program,
               const char *const *arguments, struct failure *failure)
{
    if (subjects->count == SUBJECTS_MOST)
        return failure_set(failure, STATUS_USAGE, "at most %d servers are compared",
                           SUBJECTS_MOST);
    subjects->items[subjects->count++] = (struct subject){
        .name = strdup(name), .program = strdup(program), .arguments = copied(arguments)};
    return 0;
}

/* Where the program of the next subject goes: a folder of its own. */
static void place(const struct subjects *subjects, char *path, size_t size)
{
    snprintf(path, size, "%s/%zu", subjects->folder, subjects->count);
    mkdir(path, 0755);
    snprintf(path, size, "%s/%zu/server", subjects->folder, subjects->count);
}

static int build(struct build_spec spec, const char *name, struct failure *failure)
{
    struct build_result result = {.messages = NULL};
    char support[PATH_MAX];
    const char *root = lab_root(failure);
    if (!root)
        return -1;
    snprintf(support, sizeof support, "%s/harness/support", root);
    spec.support = support;
    spec.seconds = BUILD_SECONDS;
    int status = server_build(&spec, &result, failure);
    if (status > 0)
        status = failure_set(failure, STATUS_FAILED, "%s does not compile:\n%s", name,
                             result.messages);
    free(result.messages);
    return status;
}

/* --- kinds --- */

static int add_server(struct subjects *subjects, const struct manifest *manifest, bool solution,
                      struct failure *failure)
{
    char program[PATH_MAX];
    const char *name = manifest->name;
    char *folder = lab_path(solution ? "solutions" : "labs", name);
    place(subjects, program, sizeof program);
    struct build_spec spec = {.folder = folder,
                              .files = (const char *const *)manifest->files,
                              .flags = (const char *const *)manifest->flags,
                              .libraries = (const char *const *)manifest->libraries,
                              .output = program};
    int answer = build(spec, name, failure);
    if (answer == 0)
        answer =
            add(subjects, name, program, (const char *const *)manifest->arguments, failure);
    free(folder);
    return answer;
}

/* A lab whose program is a client has no server: it is left out, or refused where `named`. */
static int add_lab(struct subjects *subjects, const char *name, bool named, bool solution,
                   struct failure *failure)
{
    struct lab *lab = lab_load(name, false, failure);
    if (!lab)
        return -1;
    int answer = 0;
    if (!lab->manifest->client)
        answer = add_server(subjects, lab->manifest, solution, failure);
    else if (named)
        answer = failure_set(failure, STATUS_USAGE,
                             "the program of %s is a client: there is no server", name);
    lab_free(lab);
    return answer;
}

static int add_labs(struct subjects *subjects, bool solution, struct failure *failure)
{
    char **names = lab_names(failure);
    int answer = names ? 0 : -1;
    for (char **name = names; name && *name && answer == 0; name++)
        answer = add_lab(subjects, *name, false, solution, failure);
    lab_names_free(names);
    return answer;
}

/* "-luv" stands in the first line of a peer, behind "Links:". */
static void library_of(const char *path, char library[32])
{
    char line[256] = "";
    FILE *file = fopen(path, "re");
    library[0] = '\0';
    if (file && fgets(line, sizeof line, file)) {
        const char *links = strstr(line, "Links: ");
        if (links)
            sscanf(links, "Links: %31[a-z_0-9]", library);
    }
    if (file)
        fclose(file);
}

/* `path` is a C file, called `name`. */
static int add_file(struct subjects *subjects, const char *path, const char *name,
                    struct failure *failure)
{
    char folder[PATH_MAX], program[PATH_MAX], library[32];
    if (!realpath(path, folder))
        return failure_errno(failure, STATUS_USAGE, "cannot measure %s", path);
    library_of(folder, library);
    char *file = strrchr(folder, '/');
    *file++ = '\0';
    place(subjects, program, sizeof program);
    struct build_spec spec = {.folder = folder,
                              .files = (const char *const[]){file, NULL},
                              .libraries =
                                  library[0] ? (const char *const[]){library, NULL} : NULL,
                              .output = program};
    int answer = build(spec, name, failure);
    return answer == 0 ? add(subjects, name, program, only_port, failure) : answer;
}

static bool is_peer(const char *typed, char *path, size_t size, struct failure *failure)
{
    const char *root = lab_root(failure);
    snprintf(path, size, "%s/harness/bench/peers/%s.c", root ? root : "", typed);
    return root && !strchr(typed, '/') && access(path, R_OK) == 0;
}

/* "127.0.0.1:8080": nothing is built. 1: it is not written so. */
static int add_running(struct subjects *subjects, const char *typed, struct failure *failure)
{
    unsigned bytes[4], port;
    int end = 0;
    if (sscanf(typed, "%3u.%3u.%3u.%3u:%5u%n", &bytes[0], &bytes[1], &bytes[2], &bytes[3],
               &port, &end) != 5 ||
        typed[end])
        return 1;
    if (add(subjects, typed, "", only_port, failure) < 0)
        return -1;
    struct subject *subject = &subjects->items[subjects->count - 1];
    subject->address = strndup(typed, strcspn(typed, ":"));
    subject->port = (int)port;
    return 0;
}

int subjects_add(struct subjects *subjects, const char *typed, bool solution,
                 struct failure *failure)
{
    char path[PATH_MAX];
    struct stat status;
    const char *suffix = strrchr(typed, '.'), *slash = strrchr(typed, '/');
    int running = add_running(subjects, typed, failure);
    if (running <= 0)
        return running;
    if (strcmp(typed, "all") == 0)
        return add_labs(subjects, solution, failure);
    if (is_peer(typed, path, sizeof path, failure))
        return add_file(subjects, path, typed, failure);
    if (suffix && strcmp(suffix, ".c") == 0)
        return add_file(subjects, typed, slash ? slash + 1 : typed, failure);
    if (slash && stat(typed, &status) == 0 && S_ISREG(status.st_mode) && realpath(typed, path))
        return add(subjects, slash + 1, path, only_port, failure);
    char *name = lab_resolve(typed, failure);
    int answer = name ? add_lab(subjects, name, true, solution, failure) : -1;
    free(name);
    return answer;
}

void subjects_free(struct subjects *subjects)
{
    for (size_t i = 0; i < subjects->count; i++) {
        struct subject *subject = &subjects->items[i];
        for (char **argument = subject->arguments; argument && *argument; argument++)
            free(*argument);
        free(subject->arguments);
        free(subject->name);
        free(subject->program);
        free(subject->address);
    }
    if (subjects->folder)
        folder_remove(subjects->folder);
    free(subjects->folder);
    *subjects = (struct subjects){.count = 0};
}
