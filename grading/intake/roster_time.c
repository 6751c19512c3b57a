/* Dates and times as people and systems write them. See roster_time in roster.h. */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "grading/intake/roster.h"

/* Takes just so many digits. */
static bool take(const char **text, int digits, int *number)
{
    *number = 0;
    for (int i = 0; i < digits; i++, *text += 1) {
        if (!isdigit((unsigned char)**text))
            return false;
        *number = 10 * *number + (**text - '0');
    }
    return true;
}

static bool take_sign(const char **text, char sign)
{
    if (**text != sign)
        return false;
    *text += 1;
    return true;
}

static bool take_date(const char **text, struct tm *tm)
{
    if (!take(text, 4, &tm->tm_year) || !take_sign(text, '-') || !take(text, 2, &tm->tm_mon) ||
        !take_sign(text, '-') || !take(text, 2, &tm->tm_mday))
        return false;
    tm->tm_year -= 1900;
    tm->tm_mon -= 1;
    struct tm same = *tm;
    timegm(&same); /* makes the 31st of April the 1st of May */
    return tm->tm_year >= 70 && same.tm_mon == tm->tm_mon && same.tm_mday == tm->tm_mday;
}

/* 14:30, 14:30:15, 14:30:15.123456; 24:00 is the end of the day. */
static bool take_clock(const char **text, struct tm *tm)
{
    if (!take(text, 2, &tm->tm_hour) || !take_sign(text, ':') || !take(text, 2, &tm->tm_min))
        return false;
    if (take_sign(text, ':')) {
        if (!take(text, 2, &tm->tm_sec))
            return false;
        if (take_sign(text, '.') || take_sign(text, ',')) {
            size_t digits = strspn(*text, "0123456789");
            if (digits == 0)
                return false;
            *text += digits;
        }
    }
    bool midnight = tm->tm_hour == 24 && tm->tm_min == 0 && tm->tm_sec == 0;
    return (tm->tm_hour < 24 || midnight) && tm->tm_min < 60 && tm->tm_sec < 60;
}

/* "Z", "UTC", "+01:00", "+0100", "+01"; `offset` in seconds. */
static bool take_zone(const char **text, long *offset)
{
    int hours, minutes = 0;
    *offset = 0;
    if (take_sign(text, 'Z') || take_sign(text, 'z'))
        return true;
    if (strncmp(*text, "UTC", 3) == 0) {
        *text += 3;
        return true;
    }
    int sign = take_sign(text, '+') ? 1 : take_sign(text, '-') ? -1 : 0;
    if (!sign || !take(text, 2, &hours))
        return false;
    if ((take_sign(text, ':') || isdigit((unsigned char)**text)) && !take(text, 2, &minutes))
        return false;
    *offset = sign * (hours * 3600L + minutes * 60L);
    return hours < 24 && minutes < 60;
}

int roster_time(const char *text, time_t *time)
{
    struct tm tm = {.tm_isdst = -1};
    long offset = 0;
    bool zoned = false;
    text += strspn(text, " \t");
    if (!take_date(&text, &tm))
        return -1;
    if (take_sign(&text, 'T') || (*text == ' ' && isdigit((unsigned char)text[1]) && text++)) {
        if (!take_clock(&text, &tm))
            return -1;
        text += strspn(text, " ");
        zoned = *text != '\0';
        if (zoned && !take_zone(&text, &offset))
            return -1;
    } else {
        tm.tm_hour = 23;
        tm.tm_min = tm.tm_sec = 59;
    }
    if (text[strspn(text, " \t\r\n")])
        return -1;
    *time = zoned ? timegm(&tm) - offset : mktime(&tm);
    return 0;
}
