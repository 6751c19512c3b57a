/*
 * The pieces from which a recording is made, line by line: shared by those who read it whole
 * (recording.c) and those who follow it while it grows (follow.c). Private to this folder.
 */
#ifndef IOLAB_EVENT_RECORDING_PARTS_H
#define IOLAB_EVENT_RECORDING_PARTS_H

#include "event/arena.h"
#include "event/recording.h"

#define NO_EVENT SIZE_MAX

struct recording_index {
    struct arena header; /* the strings of the header */
    struct arena arena;  /* those of the events */
    size_t room;         /* of the events */
    size_t arranged;     /* the events before this one are in order and indexed */
    size_t indexed;      /* room of the two below */
    size_t *by_number;   /* positions of the events, ordered by their number */
    size_t *leaves;      /* for each position: that of its LEAVE, or NO_EVENT */
};

/* Without header and events; NULL without memory. */
struct recording *recording_new(void);

/* NULL, or what is wrong with the first line. */
const char *recording_take_header(struct recording *recording, const char *line, size_t size);

/* Adds what a whole line says, behind all others. -1 without memory. */
int recording_take_line(struct recording *recording, const char *line, size_t size);

/*
 * Puts the events that were added since the last time in their place, indexes them by number
 * and ties their LEAVEs. Only the end from the earliest new one on is touched. -1 without memory.
 */
int recording_arrange(struct recording *recording);

/*
 * Of an arranged recording: keeps the latest `most` events whole and of the others those that
 * still matter (standing.h, balance.h), and gives back the memory of the rest. Events move.
 * -1 without memory: then it is of no further use.
 */
int recording_shorten(struct recording *recording, size_t most);

#endif
