/* See yaml.h. */
#include "grading/intake/yaml.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* A quote that is meant: '' stands for one ' in '…', \" for one " in "…". */
static bool escapes(const char *text, char quote)
{
    return quote == '\'' ? text[0] == '\'' && text[1] == '\''
                         : quote == '"' && text[0] == '\\' && text[1];
}

static void take_quoted(const char *text, char quote, char *to)
{
    for (; *text; text++) {
        if (escapes(text, quote))
            text++;
        else if (*text == quote)
            break;
        *to++ = *text;
    }
    *to = '\0';
}

static void take_plain(const char *text, char *to)
{
    size_t size = strlen(text);
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        size--;
    memcpy(to, text, size);
    to[size] = '\0';
}

char *yaml_scalar(const char *text)
{
    text += strspn(text, " ");
    char *value = strdup(text);
    if (!value)
        return NULL;
    if (*text == '\'' || *text == '"')
        take_quoted(text + 1, *text, value);
    else if (strchr("|>!&*~", *text))
        *value = '\0';
    else
        take_plain(text, value);
    return value;
}
