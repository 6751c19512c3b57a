/* Readers of keys in quiz.lua (scenario/keys.h), and the type of the field of each. */
#ifndef IOLAB_QUIZ_KEYS_H
#define IOLAB_QUIZ_KEYS_H

#include "quiz/quiz.h"
#include "scenario/keys.h"

key_read quiz_read_text;    /* char *, in the form of text.h */
key_read quiz_read_id;      /* char * */
key_read quiz_read_number;  /* double */
key_read quiz_read_within;  /* struct quiz_within */
key_read quiz_read_runs;    /* int64_t, 1 to QUIZ_RUNS_MOST */
key_read quiz_read_script;  /* bool: it is there */
key_read quiz_read_nothing; /* any table: others read it */
key_read quiz_read_bounds;  /* struct quiz_measure */
key_read quiz_read_answers; /* struct question */
key_read quiz_read_items;   /* struct question */

#endif
