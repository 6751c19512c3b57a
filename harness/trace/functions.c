/* Functions that no signal handler may call. See functions.h. */
#include "trace/functions.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#define N(name)                                                                                \
    {                                                                                          \
#name, #name, false                                                                    \
    }
#define AS(symbol, name)                                                                       \
    {                                                                                          \
#symbol, #name, false                                                                  \
    }
#define SAFE(name)                                                                             \
    {                                                                                          \
#name, #name, true                                                                     \
    }

/* clang-format off */
static struct function functions[] = {
    /* the heap */
    N(malloc), N(calloc), N(realloc), N(free), N(reallocarray), N(posix_memalign),
    N(aligned_alloc), N(memalign), N(strdup), N(strndup), N(asprintf), N(vasprintf),
    AS(__strdup, strdup), AS(__strndup, strndup), AS(__asprintf_chk, asprintf),
    AS(__vasprintf_chk, vasprintf),
    /* FILEs */
    N(printf), N(fprintf), N(vprintf), N(vfprintf), N(puts), N(putchar), N(putc), N(fputc),
    N(fputs), N(fwrite), N(fread), N(fgets), N(getline), N(getdelim), N(getc), N(fgetc),
    N(getchar), N(ungetc), N(scanf), N(fscanf), N(fopen), N(fopen64), N(fdopen), N(freopen),
    N(fclose), N(fflush), N(fseek), N(fseeko), N(rewind), N(setbuf), N(setvbuf), N(perror),
    N(popen), N(pclose), N(tmpfile), N(open_memstream), N(fmemopen),
    AS(__printf_chk, printf), AS(__fprintf_chk, fprintf), AS(__vprintf_chk, vprintf),
    AS(__vfprintf_chk, vfprintf), AS(__isoc99_scanf, scanf), AS(__isoc99_fscanf, fscanf),
    AS(__fgets_chk, fgets), AS(__fread_chk, fread),
    AS(_IO_puts, puts), AS(_IO_fputs, fputs), AS(_IO_fwrite, fwrite), AS(_IO_printf, printf),
    AS(_IO_putc, putc), AS(_IO_fflush, fflush),
    /* logs, the end of the program, its environment */
    N(syslog), N(vsyslog), N(openlog), N(closelog), AS(__syslog_chk, syslog), N(exit),
    N(system), N(setenv), N(unsetenv), N(putenv), N(clearenv), N(setlocale), N(strerror),
    /* names of hosts and users */
    N(getaddrinfo), N(freeaddrinfo), N(getnameinfo), N(gethostbyname), N(gethostbyname2),
    N(gethostbyaddr), N(getservbyname), N(getpwnam), N(getpwuid), N(getgrnam), N(getgrgid),
    /* times by the calendar: the lock of the time zone */
    N(localtime), N(localtime_r), N(gmtime), N(gmtime_r), N(ctime), N(ctime_r), N(mktime),
    N(strftime), N(tzset), AS(__localtime_r, localtime_r), AS(__gmtime_r, gmtime_r),
    /* threads */
    N(pthread_create), N(pthread_join), N(pthread_mutex_lock), N(pthread_cond_wait),
    N(pthread_cond_timedwait), N(pthread_cond_signal), N(pthread_cond_broadcast),
    N(pthread_rwlock_rdlock), N(pthread_rwlock_wrlock),
    /* asynchronous I/O takes a lock and memory for each request */
    N(aio_read), N(aio_write), N(aio_fsync), N(aio_cancel), N(lio_listio),
    /* others with a lock or memory of their own */
    N(opendir), N(readdir), N(closedir), N(scandir), N(rand), N(srand), N(random), N(srandom),
    N(dlopen), N(dlsym), N(dlclose),
    /* what POSIX allows, however this C library does it */
    SAFE(aio_error), SAFE(aio_return), SAFE(aio_suspend), SAFE(fork), SAFE(_Fork), SAFE(abort),
    SAFE(siglongjmp), SAFE(longjmp), SAFE(_longjmp), SAFE(__longjmp_chk),
};
/* clang-format on */

enum { FUNCTIONS = sizeof functions / sizeof *functions };

static int by_symbol(const void *left, const void *right)
{
    return strcmp(((const struct function *)left)->symbol,
                  ((const struct function *)right)->symbol);
}

static void sort(void)
{
    qsort(functions, FUNCTIONS, sizeof *functions, by_symbol);
}

const struct function *function_find(const char *symbol)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct function wanted = {.symbol = symbol};
    pthread_once(&once, sort);
    return bsearch(&wanted, functions, FUNCTIONS, sizeof *functions, by_symbol);
}
