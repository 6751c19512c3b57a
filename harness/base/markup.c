/* See markup.h. */
#include "base/markup.h"

#include "base/utf8.h"

void markup_text(FILE *out, const char *text)
{
    while (*text) {
        uint32_t point = utf8_next(&text);
        if (point == '&' || point == '<' || point == '>' || point == '"')
            fprintf(out, "&#%u;", (unsigned)point);
        else
            utf8_put(out, utf8_shows(point) ? point : '?');
    }
}
