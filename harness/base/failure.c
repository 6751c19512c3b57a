/* Errors as values: filling a struct failure. See failure.h. */
#include "base/failure.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int failure_set(struct failure *failure, enum iolab_status status, const char *format, ...)
{
    int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    failure->status = status;
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    errno = saved;
    return -1;
}

int failure_errno(struct failure *failure, enum iolab_status status, const char *format, ...)
{
    int saved = errno;
    va_list arguments;
    va_start(arguments, format);
    failure->status = status;
    vsnprintf(failure->text, sizeof failure->text, format, arguments);
    va_end(arguments);
    size_t used = strlen(failure->text);
    snprintf(failure->text + used, sizeof failure->text - used, ": %s", strerror(saved));
    errno = saved;
    return -1;
}
