/* iolab reset LAB: the skeleton again. What was there is kept beside it. */
#include <argp.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "grade/lab.h"

static error_t parse(int key, char *argument, struct argp_state *state)
{
    const char **lab = state->input;
    if (key == ARGP_KEY_ARG && state->arg_num == 0)
        *lab = argument;
    else if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "which lab? (iolab list shows them)");
    else if (key == ARGP_KEY_ARG)
        argp_usage(state);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp reset_argp = {
    .parser = parse,
    .args_doc = "LAB",
    .doc =
        "Bring the lab's skeleton back. What you wrote is kept beside it, with the time in its "
        "name.",
};

/* "server.c" -> "server.c.2026-11-21-140305" */
static void kept_name(char *kept, size_t size, const char *path)
{
    time_t now = time(NULL);
    struct tm local;
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y-%m-%d-%H%M%S", localtime_r(&now, &local));
    snprintf(kept, size, "%s.%s", path, stamp);
}

static int copy(const char *from, const char *to, struct failure *failure)
{
    FILE *in = fopen(from, "re"), *out = in ? fopen(to, "we") : NULL;
    char buffer[65536];
    size_t size = 0;
    while (out && (size = fread(buffer, 1, sizeof buffer, in)) > 0)
        if (fwrite(buffer, 1, size, out) != size)
            break;
    bool bad = !in || !out || ferror(in) || ferror(out);
    if (in)
        fclose(in);
    if (out && fclose(out) != 0)
        bad = true;
    return bad ? failure_errno(failure, STATUS_MACHINE, "cannot copy %s to %s", from, to) : 0;
}

/* `make` leaves the skeletons, as they are made from the solutions, in build/skeletons/NAME. */
static int reset_file(const char *lab, const char *file, struct failure *failure)
{
    char path[PATH_MAX], skeleton[PATH_MAX], kept[PATH_MAX + 64];
    const char *root = lab_root(failure);
    snprintf(path, sizeof path, "%s/labs/%s/%s", root, lab, file);
    snprintf(skeleton, sizeof skeleton, "%s/build/skeletons/%s/%s", root, lab, file);
    if (access(skeleton, R_OK) < 0)
        return failure_errno(failure, STATUS_MACHINE, "no skeleton %s (run make)", skeleton);
    kept_name(kept, sizeof kept, path);
    if (access(path, F_OK) == 0 && rename(path, kept) < 0)
        return failure_errno(failure, STATUS_MACHINE, "cannot rename %s to %s", path, kept);
    if (copy(skeleton, path, failure) < 0)
        return -1;
    printf("%s is the skeleton again; yours is %s\n", path, kept);
    return 0;
}

static int reset_lab(const char *typed, struct failure *failure)
{
    char *name = lab_resolve(typed, failure);
    char *folder = name ? lab_path("labs", name) : NULL;
    struct manifest *manifest = folder ? manifest_load(folder, failure) : NULL;
    int status = manifest ? 0 : -1;
    for (size_t i = 0; status == 0 && manifest->files[i]; i++)
        status = reset_file(name, manifest->files[i], failure);
    manifest_free(manifest);
    free(folder);
    free(name);
    return status;
}

int main(int argc, char **argv)
{
    const char *lab = NULL;
    struct failure failure = {.status = STATUS_MACHINE};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&reset_argp, argc, argv, 0, NULL, &lab);
    if (reset_lab(lab, &failure) == 0)
        return STATUS_WELL;
    fprintf(stderr, "iolab reset: %s\n", failure.text);
    return failure.status;
}
