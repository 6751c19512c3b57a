/*
 * Another main for select_based_echo_server: nearly all descriptors below FD_SETSIZE are taken
 * before it begins, and its listener stands above the few free ones.
 */
#include <fcntl.h>
#include <sys/select.h>
#include <unistd.h>

#include "support.h"

#define LISTENER (FD_SETSIZE - 20)

void select_based_echo_server(int server_fd);

int main(int argc, char **argv)
{
    support_catch_stop();
    int first = support_listen(support_port(argc, argv));
    while (dup(first) < LISTENER)
        ;
    for (int fd = first; fd < first + 4; fd++)
        close(fd);
    for (int fd = first + 4; fd < LISTENER; fd++)
        dup2(STDIN_FILENO, fd);
    select_based_echo_server(LISTENER);
    close(LISTENER);
    return 0;
}
