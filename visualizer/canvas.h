/*
 * A screen in memory: rows of cells, each a code point and a role. Views draw here; a terminal
 * (terminal.h), a text file, an SVG or an asciicast is painted from it. Whatever is put outside
 * is cut off; what could move a terminal's cursor, or is not one column wide, becomes '?'.
 */
#ifndef IOLAB_VISUALIZER_CANVAS_H
#define IOLAB_VISUALIZER_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "event/phase.h"

/* What a cell means; palettes (palette.h) give each its colour. Never the only sign of anything. */
#define CANVAS_ROLES(X)                                                                        \
    X(ROLE_PLAIN, "plain")                                                                     \
    X(ROLE_TITLE, "title")                                                                     \
    X(ROLE_DIM, "dim")         /* rules, axes, what is not of this moment */                   \
    X(ROLE_KEY, "key")         /* a key that can be pressed */                                 \
    X(ROLE_CAPTION, "caption") /* the sentence that says what happens */                       \
    X(ROLE_CURSOR, "cursor")   /* where the time is */                                         \
    X(ROLE_CHANGED, "changed") /* other than a step ago */                                     \
    X(ROLE_BAD, "bad")         /* a failure */                                                 \
    X(ROLE_RUNNING, "running")                                                                 \
    X(ROLE_BLOCKED, "blocked")                                                                 \
    X(ROLE_POLLING, "polling")                                                                 \
    X(ROLE_PAUSED, "paused")                                                                   \
    X(ROLE_NOTIFIED, "notified")                                                               \
    X(ROLE_WAIT, "wait")                                                                       \
    X(ROLE_COPY, "copy")

enum canvas_role {
#define X(role, name) role,
    CANVAS_ROLES(X)
#undef X
        CANVAS_ROLE_COUNT
};

struct canvas_cell {
    uint32_t point; /* code point, one column wide */
    enum canvas_role role;
};

struct canvas {
    int rows, columns;
    bool utf8; /* else ASCII only */
    struct canvas_cell *cells;
};

/* Part of a canvas, from its upper left corner on. */
struct canvas_area {
    int row, column, rows, columns;
};

/* Blank. -1 without memory. */
int canvas_make(struct canvas *canvas, int rows, int columns, bool utf8);
void canvas_free(struct canvas *canvas);
void canvas_clear(struct canvas *canvas);

/* NULL outside. */
struct canvas_cell *canvas_at(const struct canvas *canvas, int row, int column);

/* One code point; what the canvas cannot show becomes '?'. */
void canvas_point(struct canvas *canvas, int row, int column, enum canvas_role role,
                  uint32_t point);

/* A text (UTF-8 or not) in at most `most` columns, then "..." when it is longer. Returns the
   columns used. */
int canvas_text(struct canvas *canvas, int row, int column, int most, enum canvas_role role,
                const char *text);

/* The same, formatted. */
int canvas_format(struct canvas *canvas, int row, int column, int most, enum canvas_role role,
                  const char *format, ...) __attribute__((format(printf, 6, 7)));

/* A text broken at blanks over the rows of `area`. Returns the rows used. */
int canvas_wrap(struct canvas *canvas, struct canvas_area area, enum canvas_role role,
                const char *text);

/* Lines: '-' and '|' in ASCII. */
void canvas_across(struct canvas *canvas, int row, int column, int columns);
void canvas_down(struct canvas *canvas, int row, int column, int rows);

/* A bar of `columns`, of which `share` (0 to 1) are full: "###....". */
void canvas_bar(struct canvas *canvas, int row, int column, int columns, enum canvas_role role,
                double share);

/* Another role for cells that are drawn already. */
void canvas_dye(struct canvas *canvas, int row, int column, int columns, enum canvas_role role);

/* As text, without roles; blanks at the ends of lines are left out. */
void canvas_print(const struct canvas *canvas, FILE *out);

enum canvas_role canvas_role_of(enum phase_kind kind);
const char *canvas_role_name(enum canvas_role role);

#endif
