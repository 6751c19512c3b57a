/* The list of formats, and how each ends its stream. See export.h. */
#include "grading/export/export.h"

#include <string.h>

#include "grading/export/formats.h"

static const struct export_format formats[] = {
    {"gradescope", "json", export_gradescope},
    {"classroom50", "json", export_classroom50},
    {"prairielearn", "json", export_prairielearn},
    {"autolab", "txt", export_autolab},
    {"junit", "xml", export_junit},
    {"tap", "tap", export_tap},
};

const struct export_format *export_format_find(const char *name)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

const char *export_names(void)
{
    return "gradescope, classroom50, prairielearn, autolab, junit, tap";
}

int export_finish(FILE *out, struct failure *failure)
{
    if (fflush(out) == 0 && !ferror(out))
        return 0;
    return failure_errno(failure, STATUS_MACHINE, "The export could not be written");
}

int export_dump(FILE *out, json_t *json, size_t flags, struct failure *failure)
{
    if (!json)
        return failure_set(failure, STATUS_MACHINE, "There is no memory for the export.");
    int status = json_dumpf(json, out, flags | JSON_REAL_PRECISION(10));
    json_decref(json);
    if (status < 0 && !ferror(out))
        return failure_set(failure, STATUS_MACHINE, "There is no memory for the export.");
    fputc('\n', out);
    return export_finish(out, failure);
}
