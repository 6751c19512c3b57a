/* Writes through a null pointer when the first bytes have come. */
#include "common.h"
int main(int argc, char **argv)
{
    char buffer[100];
    int listener = support_listen(support_port(argc, argv));
    int client = accept(listener, NULL, NULL);
    volatile ssize_t *nowhere = NULL;
    *nowhere = recv(client, buffer, sizeof buffer, 0);
}
