/* See gnuplot.h. */
#include "base/gnuplot.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Ours, with a locale in which it knows the signs that our scripts, in UTF-8, may hold. The caller
   frees the list. NULL with errno. */
static char **environment(void)
{
    size_t count = 0;
    while (environ[count])
        count++;
    char **list = malloc((count + 2) * sizeof *list);
    if (!list)
        return NULL;
    list[0] = "LC_ALL=C.UTF-8"; /* of two of a name the first one counts */
    memcpy(list + 1, environ, (count + 1) * sizeof *list);
    return list;
}

/* Reads the script from `script`, writes into `picture`; none of the user's settings. 0 or errno. */
static int start(int script, int picture, pid_t *child)
{
    char *arguments[] = {"gnuplot", "-d", NULL}, **surroundings = environment();
    posix_spawn_file_actions_t actions;
    int error = surroundings ? posix_spawn_file_actions_init(&actions) : errno;
    if (error) {
        free(surroundings);
        return error;
    }
    if (!(error = posix_spawn_file_actions_adddup2(&actions, script, STDIN_FILENO)) &&
        !(error = posix_spawn_file_actions_adddup2(&actions, picture, STDOUT_FILENO)))
        error = posix_spawnp(child, arguments[0], &actions, NULL, arguments, surroundings);
    posix_spawn_file_actions_destroy(&actions);
    free(surroundings);
    return error;
}

static void copy(int picture, FILE *out)
{
    char piece[1 << 16];
    ssize_t size;
    while ((size = read(picture, piece, sizeof piece)) > 0 || (size < 0 && errno == EINTR))
        if (size > 0)
            fwrite(piece, 1, (size_t)size, out);
}

static int run(int script, FILE *out)
{
    int ends[2], status = 0, error;
    pid_t child;
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    error = start(script, ends[1], &child);
    close(ends[1]);
    if (!error) {
        copy(ends[0], out);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    close(ends[0]);
    if (error || status != 0) {
        errno = error ? error : EPROTO; /* gnuplot has said why */
        return -1;
    }
    return fflush(out) == 0 && !ferror(out) ? 0 : -1;
}

int gnuplot_draw(FILE *script, FILE *out)
{
    if (fflush(script) != 0 || ferror(script) || lseek(fileno(script), 0, SEEK_SET) < 0)
        return -1;
    return run(fileno(script), out);
}
