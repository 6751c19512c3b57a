/* What a number in a line may be: readers add times without asking. Private to this folder. */
#ifndef IOLAB_EVENT_LINE_LIMITS_H
#define IOLAB_EVENT_LINE_LIMITS_H

#include <stdint.h>

#define LINE_NUMBER_MOST (INT64_MAX / 4) /* as ns: 73 years */

static inline int64_t line_clamp(int64_t number, int64_t low, int64_t high)
{
    if (number < low)
        return low;
    return number > high ? high : number;
}

#endif
