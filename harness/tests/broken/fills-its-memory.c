/* Keeps what comes and never sends; dies when there is no more memory. */
#include "common.h"
int main(int argc, char **argv)
{
    int client = accept(support_listen(support_port(argc, argv)), NULL, NULL);
    char buffer[65536];
    while (recv(client, buffer, sizeof buffer, 0) > 0) {
        char *kept = malloc(1 << 30);
        if (!kept)
            abort();
        memset(kept, buffer[0], 4096);
    }
}
