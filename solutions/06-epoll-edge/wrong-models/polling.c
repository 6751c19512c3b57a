/* Fails: 1 2 3 4 5 43 44 */
/* Right in all that it answers, but it asks every client in turn, again and again, with a pause
   of a millisecond when nobody had anything to say. */
#include <time.h>

#include "table.h"

int main(int argc, char **argv)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int listener = begin(argc, argv);
    while (!support_stopping) {
        bool moved = false;
        while (accept_one(listener))
            moved = true;
        for (int fd = 0; fd <= highest; fd++)
            if (table[fd] && serve(fd))
                moved = true;
        if (!moved)
            nanosleep(&pause, NULL);
    }
    drop_all();
    close(listener);
    return 0;
}
