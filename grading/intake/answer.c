/* See answer.h. */
#include "grading/intake/answer.h"

#include <errno.h>
#include <stdio.h>

/* The last character of a sentence that is cut may be half of one. */
static void end_whole(char *text, size_t size)
{
    size_t end = size - 1;
    while (end > 0 && ((unsigned char)text[end - 1] & 0xC0) == 0x80)
        end--;
    if (end > 0 && (unsigned char)text[end - 1] >= 0xC0)
        end--;
    text[end] = '\0';
}

enum answer answer_refuse(struct answers *answers, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int size = vsnprintf(answers->why, sizeof answers->why, format, arguments);
    va_end(arguments);
    if (size >= (int)sizeof answers->why)
        end_whole(answers->why, sizeof answers->why);
    return ANSWER_REFUSED;
}

enum answer answer_break(struct answers *answers, const char *format, ...)
{
    char text[1024];
    int error = errno;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    errno = error;
    failure_errno(answers->failure, STATUS_MACHINE, "%s", text);
    return ANSWER_BROKEN;
}

enum answer answer_no_memory(struct answers *answers)
{
    failure_set(answers->failure, STATUS_MACHINE, "there is no memory to take a submission");
    return ANSWER_BROKEN;
}
