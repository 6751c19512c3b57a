/* Accepts, and says nothing. */
#include "common.h"
int main(int argc, char **argv)
{
    int listener = support_listen(support_port(argc, argv));
    while (accept(listener, NULL, NULL) >= 0)
        ;
}
