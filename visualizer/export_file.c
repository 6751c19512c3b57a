/* See export_file.h. */
#include "visualizer/export_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "visualizer/frame.h"

#define SGR_ROOM 32

/* The palette whose colours are asked for: the format's callback has no context. */
static const struct palette *chosen;

static const char *colour_of(enum canvas_role role)
{
    static char text[CANVAS_ROLE_COUNT][SGR_ROOM];
    const struct palette_pen *pen = &chosen->pens[role];
    char *at = text[role];
    size_t used = 0;
    at[0] = '\0';
    if (pen->bold)
        used += (size_t)snprintf(at + used, SGR_ROOM - used, ";1");
    if (pen->reverse)
        used += (size_t)snprintf(at + used, SGR_ROOM - used, ";7");
    if (pen->ink >= 0)
        used += (size_t)snprintf(at + used, SGR_ROOM - used, ";%d", 30 + pen->ink);
    if (pen->paper >= 0)
        snprintf(at + used, SGR_ROOM - used, ";%d", 40 + pen->paper);
    return at[0] ? at + 1 : at;
}

static void draw(void *context, struct canvas *canvas, int64_t time)
{
    struct show *show = context;
    player_seek(&show->player, time);
    frame_draw(show, canvas);
}

static size_t view_place(char key)
{
    for (size_t i = 0; i < view_count; i++)
        if (views[i]->key == key)
            return i;
    return 0;
}

static int write_all(FILE *out, struct tape *const *tapes, size_t count,
                     const struct export_spec *spec)
{
    struct show show = {.view = view_place(spec->view)};
    struct export_call call = {.tape = tapes[0],
                               .tapes = tapes,
                               .tape_count = count,
                               .large = spec->large,
                               .utf8 = true,
                               .draw = draw,
                               .context = &show,
                               .colour = colour_of};
    chosen = spec->palette;
    player_make(&show.player, tapes, 1);
    show.player.paused = false; /* the title says that it plays */
    return spec->format->write(out, &call);
}

/* No half of a file is left; a device stays. */
static void take_back(const char *path)
{
    struct stat status;
    if (lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        unlink(path);
}

static int tell(const struct export_spec *spec, int error, struct failure *failure)
{
    const struct export_format *format = spec->format;
    if (format->program && error == ENOENT)
        return failure_set(failure, STATUS_MACHINE,
                           "--export %s is drawn by %s, which is not here: apt install %s",
                           format->name, format->program, format->package);
    errno = error;
    return failure_errno(failure, STATUS_MACHINE, "cannot write %s",
                         spec->path ? spec->path : "standard output");
}

int export_file(struct tape *const *tapes, size_t count, const struct export_spec *spec,
                struct failure *failure)
{
    if (count != 1 && !spec->format->many)
        return failure_set(failure, STATUS_USAGE, "--export %s is of one recording",
                           spec->format->name);
    FILE *out = spec->path ? fopen(spec->path, "we") : stdout;
    if (!out)
        return failure_errno(failure, STATUS_USAGE, "cannot write %s", spec->path);
    int answer = write_all(out, tapes, count, spec), error = errno;
    if (spec->path && fclose(out) != 0 && answer == 0) {
        answer = -1;
        error = errno;
    }
    if (answer == 0)
        return 0;
    if (spec->path)
        take_back(spec->path);
    return tell(spec, error, failure);
}
