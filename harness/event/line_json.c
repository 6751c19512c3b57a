/* See line_json.h. */
#include "event/line_json.h"

#include <stdlib.h>
#include <string.h>

#include "event/line_limits.h"

json_t *line_json_parse(const char *line, size_t size)
{
    json_error_t error;
    json_t *value = json_loadb(line, size, JSON_ALLOW_NUL, &error);
    /* Integers beyond 64 bits are an error to jansson; as reals they can be clamped. */
    if (!value && json_error_code(&error) == json_error_numeric_overflow)
        value = json_loadb(line, size, JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &error);
    if (json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

const char *line_json_copy(const json_t *value, struct arena *arena)
{
    const char *string = json_string_value(value);
    return string ? arena_copy(arena, string, strlen(string)) : NULL;
}

/* The bounds of int64_t as doubles; casting a double outside them is undefined. */
static int64_t real_to_integer(double real)
{
    if (real >= 9223372036854775807.0)
        return INT64_MAX;
    return real <= -9223372036854775808.0 ? INT64_MIN : (int64_t)real;
}

int64_t line_json_number(const json_t *value, int64_t otherwise, int64_t low, int64_t high)
{
    int64_t number = otherwise;
    if (json_is_integer(value))
        number = json_integer_value(value);
    else if (json_is_real(value))
        number = real_to_integer(json_real_value(value));
    return line_clamp(number, low, high);
}

uint64_t line_json_wide(const json_t *value)
{
    if (json_is_string(value))
        return strtoull(json_string_value(value), NULL, 10);
    return (uint64_t)line_json_number(value, 0, 0, INT64_MAX);
}
