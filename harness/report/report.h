/*
 * Verdicts become text, JSON, TAP, JUnit; and scores are kept for `iolab list`.
 */
#ifndef IOLAB_REPORT_H
#define IOLAB_REPORT_H

#include <stdio.h>

#include "base/failure.h"
#include "judge/judge.h"

#define REPORT_SCHEMA "iolab-report/1"

struct report {
    const char *lab, *title, *source, *kernel, *tier;
    const char *limits; /* of a server in a box: who keeps them ("cgroup2"…); NULL: no box */
    uint64_t seed;
    double time_scale;
    double score, max_score; /* report_add keeps them; what was not observed is in neither */
    double duration;         /* seconds */
    const char *build;       /* what the compiler said; NULL or "" when nothing */
    bool built;
    bool unscored; /* the reference or somebody else's: it counts for no score */
    struct verdict **checks;
    size_t check_count;
};

/* Adds a verdict (owned from now on), in order of number. */
int report_add(struct report *report, struct verdict *verdict);
void report_clear(struct report *report);

/* The exit status of the command: 0 all passed; 1 some failed; 3 nothing could be said. */
enum iolab_status report_status(const struct report *report);

struct report_style {
    bool terminal; /* the stream is one */
    bool colour;   /* escape sequences */
    bool unicode;  /* the locale shows it */
    int width;     /* columns */
    bool verbose;  /* the story of passed checks too */
    bool told;     /* report_progress has told each verdict: stories and score are left */
};

struct report_format {
    const char *name; /* "text", "json", "tap", "junit" */
    int (*write)(FILE *out, const struct report *report, const struct report_style *style);
};
const struct report_format *report_format_find(const char *name);
/* "text, json, tap, junit" for messages. */
const char *report_format_names(void);

/* One line for a verdict as soon as it is known ("  ok  12 …", " FAIL 21 …"). */
void report_progress(FILE *out, const struct verdict *verdict,
                     const struct report_style *style);

/* Style for a stream: a terminal or not, NO_COLOR, TERM, locale, width. */
struct report_style report_style_for(FILE *out);

/*
 * Scores kept between runs, in $XDG_STATE_HOME/iolab (or ~/.local/state/iolab): the best of
 * each lab, and the last report (JSON) that `hint` and `show LAB/CHECK` read.
 */
#define SCORE_NUMBERS 100 /* numbers of checks are less */
struct score {
    char lab[64];
    double best, last, max;
    bool passed[SCORE_NUMBERS]; /* by number: in some grading that was not `unscored` */
};
/* Keeps the report as last.json, and the score unless it is `unscored` or of fewer checks than
   the kept one. Whole or not at all: a full disk leaves what was there. */
int score_keep(const struct report *report, struct failure *failure);
/* The kept score; -1 when there is none. */
int score_read(const char *lab, struct score *score);
/* The same for those who tell a broken file from none, which is 1. -1 with a failure that says
   what is wrong with which file. The score is 0 but for its lab then. */
int score_load(const char *lab, struct score *score, struct failure *failure);
/* Path of the folder that keeps a lab's last report and recordings ("…/iolab/01-blocking"),
   made when missing. The caller frees it. NULL with a failure. */
char *score_folder(const char *lab, struct failure *failure);

#endif
