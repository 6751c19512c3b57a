/* Right, but it takes two seconds to begin. */
#include "common.h"
int main(int argc, char **argv)
{
    support_catch_stop();
    sleep(2);
    serve(support_listen(support_port(argc, argv)));
}
