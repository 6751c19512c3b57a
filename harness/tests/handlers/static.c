/* Linked statically by test_trace_handlers: waits for a byte, then its handler runs. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *volatile kept;

static void duplicates(int signal)
{
    kept = strdup(signal == SIGUSR1 ? "one" : "other");
}

int main(int argc, char **argv)
{
    char byte;
    signal(SIGUSR1, duplicates);
    if (argc != 2 || read(atoi(argv[1]), &byte, 1) != 1)
        return 1;
    raise(SIGUSR1);
    return kept[0] != 'o';
}
