/* Right, but nothing ends it. */
#include "common.h"
int main(int argc, char **argv)
{
    signal(SIGTERM, SIG_IGN);
    signal(SIGINT, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    serve(support_listen(support_port(argc, argv)));
}
