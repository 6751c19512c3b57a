#include "run/sanitizer.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

/* AddressSanitizer's runtime asks for a thread's alternate signal stack when the thread ends, before
   it forgets what the thread's frames had forbidden. Frames that pthread_cancel(3) or
   pthread_exit(3) left behind are still forbidden then, and it reports its own call. */
static const char NO_ERRORS[] = "interceptor_name:sigaltstack\n";

static int write_no_errors(const char *path, struct failure *failure)
{
    FILE *file = fopen(path, "we");
    bool written = file && fputs(NO_ERRORS, file) >= 0 && fchmod(fileno(file), 0644) == 0;
    if ((file && fclose(file) != 0) || !written)
        return failure_errno(failure, STATUS_MACHINE, "Cannot write %s", path);
    return 0;
}

const char *const *sanitizer_environment(const struct run_spec *spec, struct failure *failure)
{
    static char address[3 * PATH_MAX], undefined[2 * PATH_MAX];
    static const char *const environment[] = {address, undefined, NULL};
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/no-errors", spec->folder);
    if (write_no_errors(path, failure) < 0)
        return NULL;
    snprintf(address, sizeof address,
             "ASAN_OPTIONS=log_path=%s:suppressions=%s:detect_leaks=0:exitcode=99",
             spec->sanitizer_log, path);
    snprintf(undefined, sizeof undefined,
             "UBSAN_OPTIONS=log_path=%s:print_stacktrace=1:halt_on_error=1",
             spec->sanitizer_log);
    return environment;
}
