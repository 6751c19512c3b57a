/*
 * Tries: the same in a lab whose server serves files that the grader makes: fills the room that
 * they are made in, and takes their names with folders that cannot be removed.
 * Must come: a check that fails, in a result that stands.
 *
 * lab: 08
 * checks: 41,42
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support.h"

static char block[1 << 20];

int main(int argc, char **argv)
{
    char path[64];
    int listener = support_listen(support_port(argc, argv));
    signal(SIGXFSZ, SIG_IGN);
    for (int i = 0; i < 100; i++) {
        snprintf(path, sizeof path, "fill-%d", i);
        int file = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
        while (write(file, block, sizeof block) > 0)
            ;
        close(file);
    }
    mkdir("files/greeting.txt", 0700);
    mkdir("files/greeting.txt/in-it", 0700);
    for (;;)
        close(accept(listener, NULL, NULL));
}
