/*
 * Forms: how each kind of question is shown, answered, judged and explained. A form asks for one
 * or two lines (parts); what a line said stays in struct asking until all parts are there.
 */
#ifndef IOLAB_QUIZ_FORM_H
#define IOLAB_QUIZ_FORM_H

#include "quiz/measure.h"
#include "report/screen.h"

#define FORM_LINE   512 /* bytes of a line that is read */
#define FORM_INDENT 2

/* A question while it is asked. */
struct asking {
    struct quiz *quiz;
    const struct question *question;
    size_t shown[QUIZ_ANSWERS_MOST]; /* the answer behind each letter */
    size_t shown_count;
    int part; /* from 0 */

    /* What was said. */
    size_t picks[QUIZ_ANSWERS_MOST]; /* letters */
    size_t pick_count;
    double number;
    bool truth, knew;

    struct measured measured; /* of a prediction, when it is judged */
};

struct form {
    int parts;
    /* The answers to choose from, in this part. */
    void (*show)(const struct screen *screen, const struct asking *asking);
    /* What may be typed: "a to d". */
    void (*hint)(const struct asking *asking, char hint[FORM_LINE]);
    /* Reads what was typed; false: it cannot be understood. */
    bool (*take)(struct asking *asking, const char *line);
    bool (*right)(const struct asking *asking);
    /* The right answer in words, behind "Right." or "Wrong."; what else there is to say. */
    void (*solution)(const struct screen *screen, const struct asking *asking, bool right);
    /* A line that gives the right answer of this part, or a wrong one. */
    void (*line)(const struct asking *asking, bool right, char line[FORM_LINE]);
};

/* By kind. */
extern const struct form *const forms[QUIZ_KIND_COUNT];

extern const struct form form_choice, form_several, form_order; /* form_pick.c */
extern const struct form form_number, form_predict;             /* form_number.c */
extern const struct form form_truth, form_card;

/* --- what forms share --- */

/* The answers with their letters. */
void form_list(const struct screen *screen, const struct asking *asking);
/* "a to d" */
void form_letters(const struct asking *asking, char hint[FORM_LINE]);
/* Letters of the line, each at most once, into picks; false when something else stands there. */
bool form_pick(struct asking *asking, const char *line, size_t least, size_t most);
/* The first letter whose answer is right, or is not. */
char form_letter(const struct asking *asking, bool right);
/* The whys of answers that were judged wrongly: picked though wrong. */
void form_reasons(const struct screen *screen, const struct asking *asking);
/* A paragraph at the usual indent. */
void form_say(const struct screen *screen, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* A number as people write it, and with the question's unit: "3 calls", "1 call". */
void form_figure(char text[64], double number);
void form_quantity(const struct question *question, double number, char text[FORM_LINE]);

/* Ranges that a prediction is chosen from: how many (0: a number is asked for), one in words, and
   whether it is right. */
size_t form_range_count(const struct question *question);
void form_range(const struct question *question, size_t place, char text[FORM_LINE]);
bool form_range_fits(const struct question *question, size_t place,
                     const struct measured *measured);

#endif
