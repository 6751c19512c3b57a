/*
 * Exports: a run as a file for other programs. A format is a table entry in a file of its own; to
 * add one, write its file and name it here and in export.c.
 *
 * Whatever a recording holds, what comes out is well formed: text is escaped, bytes that are no
 * UTF-8 and control characters are replaced, and numbers are written without the locale.
 */
#ifndef IOLAB_VISUALIZER_EXPORT_H
#define IOLAB_VISUALIZER_EXPORT_H

#include "visualizer/canvas.h"
#include "visualizer/tape.h"

struct export_call {
    const struct tape *tape;   /* the first one */
    struct tape *const *tapes; /* all of them, for formats that take many */
    size_t tape_count;

    /* svg and asciicast: only this stretch, in ns since the origin; end <= begin: the whole. The
       other formats always hold all of the recording. */
    int64_t begin, end;

    bool
        large; /* svg and charts: for a room; larger letters, and no words that are not read there */

    /* asciicast only */
    int rows, columns; /* of the terminal; 0: 24 and 80 */
    bool utf8;         /* else ASCII only */
    double speed;      /* 1: real time; 0: so that the whole lasts half a minute */
    /* Draws the screen at `time` (ns since the origin) on a blank canvas. */
    void (*draw)(void *context, struct canvas *canvas, int64_t time);
    void *context;
    /* Parameters of "select graphic rendition" for a role: "1;31"; "" or NULL: none. A NULL
       function: no colours. */
    const char *(*colour)(enum canvas_role role);
};

struct export_format {
    const char *name;              /* as in --export NAME */
    const char *what;              /* for the help */
    const char *suffix;            /* of a file that holds it: "svg" */
    bool many;                     /* takes several recordings, else one */
    const char *program, *package; /* which draws it, and the Debian package it is in; NULL */
    /*
     * Writes all of it, and flushes. -1 with errno: what `out` could not take (ENOSPC …), ENOMEM,
     * EINVAL for an asciicast without `draw`, ENOENT without `program`, EPROTO when it failed. A part may have been written then. Moves the
     * tape's moments.
     */
    int (*write)(FILE *out, const struct export_call *call);
};

extern const struct export_format export_svg, export_asciicast, export_perfetto, export_strace,
    export_csv, export_chart, export_chart_svg;
extern const struct export_format *const exports[];
extern const size_t export_count;

/* NULL: there is none of this name. */
const struct export_format *export_find(const char *name);

#endif
