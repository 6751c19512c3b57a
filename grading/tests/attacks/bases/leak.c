/* Before echo.c: honest and wrong work, which shuts connections down and never closes them. */
#define END_OF_CLIENT(client) shutdown(client, SHUT_RDWR)
