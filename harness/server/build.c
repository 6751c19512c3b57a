/*
 * From a student's files to a program: server_build. File by file, which is what compilers' caches
 * understand (CC="ccache gcc"), then everything linked. For a check with a driver of its own the
 * main of the student's files is renamed.
 */
#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "server/compiler.h"
#include "server/server.h"
#include "server/tricks.h"

#define MOST_WORDS  128
#define ROOM_NEEDED (1 << 20) /* bytes on the disk; a compiler needs some hundred thousand */

struct build {
    const struct build_spec *spec;
    struct build_result *result;
    char folder[PATH_MAX], support[PATH_MAX], driver[PATH_MAX], output[PATH_MAX];
    char include[PATH_MAX + 2];
    char temporary[PATH_MAX];
    char made[PATH_MAX + 8];  /* in a box: the program, before it goes to `output` */
    char compiler[256];       /* $CC */
    char compiler_words[256]; /* the same, cut into words */
    char library_words[8][64];
    glob_t support_files;
    char *command[MOST_WORDS + 1]; /* being put together */
    size_t count;
    char objects[32][PATH_MAX + 32];
    size_t object_count, own_count; /* of the student's files first */
    struct compiler_words words;
    double until;
    struct box *box; /* NULL: none */
};

/* --- putting a command together --- */

static void add(struct build *build, const char *word)
{
    if (build->count < MOST_WORDS)
        build->command[build->count++] = (char *)word;
    build->command[build->count] = NULL;
}

static void add_all(struct build *build, const char *const *words)
{
    for (size_t i = 0; words && words[i]; i++)
        add(build, words[i]);
}

static bool in_path(const char *program)
{
    const char *path = getenv("PATH");
    char list[4096], full[4352];
    snprintf(list, sizeof list, "%s", path && *path ? path : "/usr/local/bin:/usr/bin:/bin");
    for (char *rest = list, *folder; (folder = strsep(&rest, ":"));) {
        snprintf(full, sizeof full, "%s/%s", folder, program);
        if (access(full, X_OK) == 0)
            return true;
    }
    return false;
}

/* $CC as the user set it, which may have several words ("ccache gcc"); or what there is. */
static void choose_compiler(struct build *build)
{
    static const char *const usual[] = {"gcc", "cc", "clang"};
    const char *wanted = getenv("CC");
    for (size_t i = 0; (!wanted || !*wanted) && i < sizeof usual / sizeof usual[0]; i++)
        if (in_path(usual[i]))
            wanted = usual[i];
    snprintf(build->compiler, sizeof build->compiler, "%s", wanted && *wanted ? wanted : "gcc");
}

static void begin_command(struct build *build)
{
    static const char *const always[] = {"-std=gnu17", "-O1",           "-g",       "-Wall",
                                         "-Wextra",    "-D_GNU_SOURCE", "-pthread", NULL};
    /* A report that ends the program cannot be overlooked; frame pointers make it exact. */
    static const char *const sanitize[] = {
        "-fsanitize=address,undefined", "-fno-omit-frame-pointer", "-fno-sanitize-recover=all",
        "-U__SANITIZE_ADDRESS__", /* the same program */
        NULL};
    static const char *const unshared[] = {"-static-libasan", "-static-libubsan", NULL};
    snprintf(build->compiler_words, sizeof build->compiler_words, "%s", build->compiler);
    build->count = 0;
    for (char *rest = build->compiler_words, *word; (word = strsep(&rest, " "));)
        if (*word)
            add(build, word);
    add_all(build, always);
    if (build->spec->sanitize)
        add_all(build, sanitize);
    /* gcc 12: with either of the two shared, the other one's reports do not reach log_path. */
    if (build->spec->sanitize && !strstr(build->compiler, "clang"))
        add_all(build, unshared);
    if (build->spec->support)
        add(build, build->include);
    add_all(build, build->spec->flags);
}

/* --- running it --- */

static void complain(struct build *build, const char *text)
{
    char line[512];
    int size = snprintf(line, sizeof line, "iolab: %s\n", text);
    compiler_add(&build->words, line, (size_t)size);
}

/* 0, 1 when it does not compile, -1. */
static int run_command(struct build *build, const struct box *box, struct failure *failure)
{
    struct compiler_job job = {.arguments = build->command,
                               .folder = build->folder,
                               .temporary = build->temporary,
                               .box = box,
                               .until = build->until};
    struct compiler_outcome outcome;
    if (compiler_run(&job, &build->words, &outcome, failure) < 0)
        return -1;
    char text[256] = "";
    if (outcome.missing)
        return failure_set(failure, STATUS_MACHINE,
                           "There is no C compiler (%s). Install one: apt install gcc.",
                           build->command[0]);
    if (outcome.end == COMPILER_TIMEOUT) {
        build->result->timed_out = true;
        snprintf(text, sizeof text, "the compiler was not done after %g s and was ended",
                 build->spec->seconds);
    } else if (outcome.end == COMPILER_FLOOD) {
        snprintf(text, sizeof text, "the compiler printed without end and was ended");
    } else if (outcome.end == COMPILER_KILLED) {
        snprintf(text, sizeof text, "the compiler was ended by SIG%s: it met a limit",
                 sigabbrev_np(outcome.signal));
    }
    if (*text)
        complain(build, text);
    return outcome.end != COMPILER_WELL;
}

static int compile(struct build *build, const char *file, bool student, struct failure *failure)
{
    if (build->object_count == sizeof build->objects / sizeof build->objects[0])
        return failure_set(failure, STATUS_MACHINE, "Too many files for one program.");
    char *object = build->objects[build->object_count++];
    snprintf(object, sizeof build->objects[0], "%s/%zu.o", build->temporary,
             build->object_count);
    begin_command(build);
    if (student && build->spec->driver)
        add(build, "-Dmain=lab_main"); /* out of the driver's way */
    add(build, "-c");
    add(build, file);
    add(build, "-o");
    add(build, object);
    /* Our own texts tell what is asked for, and nobody else's are beside them. */
    return run_command(build, student ? build->box : NULL, failure);
}

/* The text of a file as the compiler sees it, with all that it includes. */
static int preprocess(struct build *build, const char *file, const char *text,
                      struct failure *failure)
{
    begin_command(build);
    add(build, "-E");
    add(build, file);
    add(build, "-o");
    add(build, text);
    return run_command(build, build->box, failure);
}

/* A file that tells the sanitizer to look away is not one that the sanitizer found well. */
static int refuse_evasions(struct build *build, struct failure *failure)
{
    char text[PATH_MAX + 16], word[32], line[256];
    int result = 0;
    snprintf(text, sizeof text, "%s/text.i", build->temporary);
    for (size_t i = 0; build->spec->sanitize && build->spec->files[i] && result == 0; i++) {
        result = preprocess(build, build->spec->files[i], text, failure);
        if (result != 0 || !tricks_in_text(text, word, sizeof word))
            continue;
        snprintf(line, sizeof line, "%.60s speaks to the sanitizer (%s): that cannot be graded",
                 build->spec->files[i], word);
        complain(build, line);
        result = 1;
    }
    return result;
}

/* A file that gets into the driver's way: the driver would tell what the file wants. */
static int refuse_interference(struct build *build)
{
    const char *theirs[33] = {NULL}, *ours[33] = {NULL};
    char what[256], line[512];
    for (size_t i = 0; i < build->object_count; i++)
        if (i < build->own_count)
            theirs[i] = build->objects[i];
        else
            ours[i - build->own_count] = build->objects[i];
    /* The sanitizer brings constructors of its own. */
    if (!build->spec->driver || build->spec->sanitize ||
        !tricks_in_objects(theirs, ours, what, sizeof what))
        return 0;
    snprintf(line, sizeof line, "this check cannot be done with this file: %s", what);
    complain(build, line);
    return 1;
}

/* Goes on after one that does not compile, for the messages of all at once. */
static int compile_all(struct build *build, const char *const *files, bool student,
                       struct failure *failure)
{
    int worst = 0;
    for (size_t i = 0; files && files[i] && worst >= 0; i++) {
        int result = compile(build, files[i], student, failure);
        worst = result != 0 ? result : worst;
    }
    return worst;
}

static int compile_program(struct build *build, struct failure *failure)
{
    const char *const driver[] = {build->spec->driver ? build->driver : NULL, NULL};
    const char *const *support = (const char *const *)build->support_files.gl_pathv;
    int result = refuse_evasions(build, failure);
    if (result == 0)
        result = compile_all(build, build->spec->files, true, failure);
    build->own_count = build->object_count;
    if (result == 0)
        result = compile_all(build, driver, false, failure);
    if (result == 0)
        result = compile_all(build, support, false, failure);
    return result == 0 ? refuse_interference(build) : result;
}

/* "uring" is -luring; a word that begins with '-' goes as it is. */
static void add_libraries(struct build *build)
{
    const char *const *library = build->spec->libraries;
    for (size_t i = 0; library && library[i]; i++) {
        if (i == sizeof build->library_words / sizeof *build->library_words)
            return;
        char *word = build->library_words[i];
        snprintf(word, sizeof build->library_words[i], "%s%s", *library[i] == '-' ? "" : "-l",
                 library[i]);
        add(build, word);
    }
}

static int link_program(struct build *build, struct failure *failure)
{
    begin_command(build);
    for (size_t i = 0; i < build->object_count; i++)
        add(build, build->objects[i]);
    add(build, "-o");
    add(build, build->spec->boxed ? build->made : build->output);
    add_libraries(build);
    if (build->count == MOST_WORDS)
        return failure_set(failure, STATUS_MACHINE, "Too many files for one program.");
    return run_command(build, build->box, failure);
}

/* --- the surroundings --- */

static int full_path(const char *path, char *full, struct failure *failure)
{
    if (realpath(path, full))
        return 0;
    return failure_errno(failure, STATUS_MACHINE, "Cannot find %s", path);
}

/* The output does not exist yet: its folder must. */
static int full_output(const char *path, char *full, struct failure *failure)
{
    char folder[PATH_MAX], found[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path + 1) : 1,
             slash ? path : ".");
    if (full_path(folder, found, failure) < 0)
        return -1;
    if (snprintf(full, PATH_MAX, "%s/%s", found, slash ? slash + 1 : path) >= PATH_MAX)
        return failure_set(failure, STATUS_MACHINE, "The path %s is too long.", path);
    if (unlink(full) < 0 && errno != ENOENT)
        return failure_errno(failure, STATUS_MACHINE, "Cannot replace %s", full);
    return 0;
}

static int find_paths(struct build *build, struct failure *failure)
{
    const struct build_spec *spec = build->spec;
    if (full_path(spec->folder, build->folder, failure) < 0 ||
        (spec->support && full_path(spec->support, build->support, failure) < 0) ||
        (spec->driver && full_path(spec->driver, build->driver, failure) < 0) ||
        full_output(spec->output, build->output, failure) < 0)
        return -1;
    if (!spec->support)
        return 0;
    snprintf(build->include, sizeof build->include, "-I%s", build->support);
    char pattern[PATH_MAX + 8];
    snprintf(pattern, sizeof pattern, "%s/*.c", build->support);
    int found = glob(pattern, 0, NULL, &build->support_files);
    if (found != 0 && found != GLOB_NOMATCH)
        return failure_set(failure, STATUS_MACHINE, "Cannot read the folder %s.",
                           build->support);
    return 0;
}

static int make_temporary(struct build *build, struct failure *failure)
{
    const char *folder = getenv("TMPDIR");
    snprintf(build->temporary, sizeof build->temporary, "%s/iolab-build-XXXXXX",
             folder && *folder ? folder : "/tmp");
    if (mkdtemp(build->temporary)) {
        snprintf(build->made, sizeof build->made, "%s/server", build->temporary);
        return 0;
    }
    failure_errno(failure, STATUS_MACHINE, "Cannot make a temporary folder %s",
                  build->temporary);
    build->temporary[0] = '\0';
    return -1;
}

static int remove_entry(const char *path, const struct stat *status, int kind,
                        struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    remove(path);
    return 0;
}

/* The student's files see themselves and the lab library, and nothing else of the course. */
static struct box *make_box(const struct build *build, struct failure *failure)
{
    const char *const readable[] = {build->folder, build->spec->support ? build->support : NULL,
                                    NULL};
    struct box_spec box = {.folder = build->temporary,
                           .directory = build->folder,
                           .readable = readable,
                           .own_processes = true};
    return box_make(&box, failure);
}

static void build_free(struct build *build)
{
    box_free(build->box);
    if (build->temporary[0])
        nftw(build->temporary, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    globfree(&build->support_files);
    free(build);
}

static int build_all(struct build *build, struct failure *failure)
{
    if (find_paths(build, failure) < 0 || make_temporary(build, failure) < 0 ||
        (build->spec->boxed && !(build->box = make_box(build, failure))))
        return -1;
    choose_compiler(build);
    build->until = (double)clock_now() / (double)CLOCK_SECOND + build->spec->seconds;
    int result = compile_program(build, failure);
    if (result == 0)
        result = link_program(build, failure);
    if (result == 0 && build->box && rename(build->made, build->output) < 0)
        return failure_errno(failure, STATUS_MACHINE, "Cannot move the program to %s",
                             build->output);
    return result;
}

/* A compiler that could not write says so of the student's file; but it is not the student's. */
static bool disk_is_full(const struct build *build)
{
    struct statvfs disk;
    return statvfs(build->temporary, &disk) == 0 &&
           (disk.f_bavail * disk.f_frsize < ROOM_NEEDED || disk.f_favail == 0);
}

int server_build(const struct build_spec *spec, struct build_result *result,
                 struct failure *failure)
{
    *result = (struct build_result){0};
    struct build *build = calloc(1, sizeof *build);
    if (!build)
        return failure_set(failure, STATUS_MACHINE, "Out of memory.");
    build->spec = spec;
    build->result = result;
    int status = build_all(build, failure);
    if (status > 0 && disk_is_full(build))
        status = failure_set(failure, STATUS_MACHINE,
                             "The compiler has no room: no space left on the disk of %s (make "
                             "room, or set TMPDIR to a folder that has some).",
                             build->temporary);
    if (status != 0 && build->output[0])
        unlink(build->output);
    if (status >= 0) {
        result->messages = compiler_text(&build->words);
        result->warnings = build->words.size > 0;
    }
    build_free(build);
    if (status >= 0 && !result->messages)
        return failure_set(failure, STATUS_MACHINE, "Out of memory.");
    return status;
}
