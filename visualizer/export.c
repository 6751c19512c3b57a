/* See export.h. */
#include "visualizer/export.h"

#include <string.h>

const struct export_format *const exports[] = {
    &export_svg, &export_asciicast, &export_perfetto,  &export_strace,
    &export_csv, &export_chart,     &export_chart_svg,
};
const size_t export_count = sizeof exports / sizeof *exports;

const struct export_format *export_find(const char *name)
{
    for (size_t i = 0; i < export_count; i++)
        if (strcmp(exports[i]->name, name) == 0)
            return exports[i];
    return NULL;
}
