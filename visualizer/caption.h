/*
 * One or two sentences in plain words about this moment of the chosen tape: the lecturer's
 * voice. They say what the events say and no more.
 */
#ifndef IOLAB_VISUALIZER_CAPTION_H
#define IOLAB_VISUALIZER_CAPTION_H

#include "visualizer/player.h"

#define CAPTION_ROOM 640

/* Into `text`, which has CAPTION_ROOM bytes. */
void caption_make(char *text, const struct player *player);

/* The thread that this moment is about: that of the latest event of a thread that lives; 0. */
int caption_thread(const struct player *player);

/* The connection that this moment is about; 0. */
int caption_connection(const struct player *player);

/* What a thread is in: "ASLEEP in recv()", "IN fcntl()", "RUNS", "POLLS IN VAIN". */
#define CAPTION_STATE 64
void caption_state(char state[CAPTION_STATE], const struct tape *tape,
                   const struct moment_thread *thread, int64_t time);

#endif
