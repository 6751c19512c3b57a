/*
 * A view of a run: a table of functions, in a file of its own. Views draw the same show, each in
 * its way; frame.c draws what stands around them. To add one: write its file, name it here and
 * in views.c.
 */
#ifndef IOLAB_VISUALIZER_VIEW_H
#define IOLAB_VISUALIZER_VIEW_H

#include "visualizer/canvas.h"
#include "visualizer/player.h"

#define VIEW_TEXT 64 /* room of what is searched or filtered for */

/* All that is on a screen follows from this. */
struct show {
    struct player player;
    size_t view;            /* place in views[] */
    bool presenting;        /* large labels, for a room */
    bool helping;           /* the list of keys lies over the view */
    int64_t zoom;           /* time line: ns that are seen; 0: the whole */
    size_t lane;            /* time line: the chosen one, threads first */
    char search[VIEW_TEXT]; /* what `/` looked for last */
    char filter[VIEW_TEXT]; /* calls: only lines with this */
    char typing;            /* '/' or '&': a text is being typed for it; 0: none */
    char typed[VIEW_TEXT];
    const char *notice; /* said in the caption until the next key; NULL */
    bool over;          /* the user wants to go */
};

struct view {
    char key;
    const char *name;
    void (*draw)(const struct show *show, struct canvas *canvas, struct canvas_area area);
    /* A key that this view knows and the others do not; true: it was one. NULL: none. */
    bool (*press)(struct show *show, int key);
    const char *keys; /* those, for the help: "z Z zoom"; NULL */
};

extern const struct view view_model, view_timeline, view_compare, view_objects, view_calls;
extern const struct view *const views[]; /* in the order of their keys */
extern const size_t view_count;

#endif
