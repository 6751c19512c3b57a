/* Right, but leaves processes behind that have left its session. */
#include "common.h"
int main(int argc, char **argv)
{
    for (int i = 0; i < 5; i++)
        if (fork() == 0) {
            setsid();
            if (fork() > 0)
                _exit(0);
            signal(SIGTERM, SIG_IGN);
            for (;;)
                pause();
        }
    support_catch_stop();
    serve(support_listen(support_port(argc, argv)));
}
