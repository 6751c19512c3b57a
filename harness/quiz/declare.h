/* The words of quiz.lua: choice, several, number, order, truth, predict, card; right and wrong. */
#ifndef IOLAB_QUIZ_DECLARE_H
#define IOLAB_QUIZ_DECLARE_H

#include <lua.h>

#include "quiz/quiz.h"

/* The words become globals; the sandbox's owner is the struct quiz that questions are added to. */
int quiz_declare_provide(lua_State *lua);

void quiz_question_free(struct question *question);

#endif
