/* Right, but a process of it prints as fast as it can. */
#include "common.h"
int main(int argc, char **argv)
{
    if (fork() == 0) {
        static char line[65536];
        memset(line, 'x', sizeof line);
        signal(SIGXFSZ, SIG_IGN);
        for (;;)
            if (write(STDOUT_FILENO, line, sizeof line) < 0)
                pause();
    }
    support_catch_stop();
    serve(support_listen(support_port(argc, argv)));
}
