/* What is in a folder of a class. See intake_names in intake_parts.h. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "grading/intake/intake_parts.h"

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "__MACOSX") != 0;
}

/* By bytes, so that the order is that of every machine. */
static int by_bytes(const struct dirent **one, const struct dirent **other)
{
    return strcmp((*one)->d_name, (*other)->d_name);
}

char **intake_names(const char *folder, struct failure *failure)
{
    struct dirent **entries = NULL;
    int count = scandir(folder, &entries, visible, by_bytes);
    if (count < 0) {
        failure_errno(failure, STATUS_USAGE, "cannot read the folder %s", folder);
        return NULL;
    }
    char **names = calloc((size_t)count + 1, sizeof *names);
    bool whole = names != NULL;
    for (int i = 0; i < count; i++) {
        whole = whole && (names[i] = strdup(entries[i]->d_name));
        free(entries[i]);
    }
    free(entries);
    if (whole)
        return names;
    intake_names_free(names);
    intake_no_memory(failure);
    return NULL;
}

void intake_names_free(char **names)
{
    for (size_t i = 0; names && names[i]; i++)
        free(names[i]);
    free(names);
}
