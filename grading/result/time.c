/* Times as text, UTC, in the one form of ISO 8601 that results and the book hold. See result.h. */
#include "grading/result/result.h"

#include <stdint.h>
#include <string.h>

#define TIME_LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

void result_time_text(time_t time, char text[21])
{
    struct tm parts;
    time = time < 1 ? 1 : time > TIME_LAST ? TIME_LAST : time;
    gmtime_r(&time, &parts);
    strftime(text, 21, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

/* strptime is generous about blanks, short numbers and the 31st of every month: what is the text
   of the time that it reads is of this form. */
int result_time(const char *text, time_t *time)
{
    char again[21];
    struct tm parts = {0};
    const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    if (!end || *end)
        return -1;
    *time = timegm(&parts);
    result_time_text(*time, again);
    return strcmp(text, again) == 0 ? 0 : -1;
}
