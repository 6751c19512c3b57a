/* Style: the variables of UNIX Network Programming (client[], allset, rset, maxi, nready
   counted down); buffers in arrays side by side; recvfrom and sendto; sends while the kernel
   takes more. */
#include <errno.h>
#include <fcntl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "support.h"

#define MAXLINE 2048

static int client[FD_SETSIZE], maxi = -1, maxfd;
static char buf[FD_SETSIZE][MAXLINE];
static ssize_t len[FD_SETSIZE], off[FD_SETSIZE];
static double last[FD_SETSIZE];
static fd_set allset, outset;
static int idle = 60;

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void hang_up(int i, int listenfd)
{
    FD_CLR(client[i], &allset);
    FD_CLR(client[i], &outset);
    close(client[i]);
    client[i] = -1;
    while (maxi >= 0 && client[maxi] < 0)
        maxi--;
    maxfd = listenfd;
    for (int k = 0; k <= maxi; k++)
        if (client[k] > maxfd)
            maxfd = client[k];
    FD_SET(listenfd, &allset);
}

/* 0 when the connection is still good. */
static int push(int i)
{
    while (off[i] < len[i]) {
        ssize_t n = sendto(client[i], buf[i] + off[i], len[i] - off[i], MSG_NOSIGNAL, NULL, 0);
        if (n < 0 && errno == EAGAIN)
            break;
        if (n < 0)
            return -1;
        off[i] += n;
        last[i] = seconds();
    }
    if (off[i] < len[i]) {
        FD_SET(client[i], &outset);
        FD_CLR(client[i], &allset);
    } else {
        FD_CLR(client[i], &outset);
        FD_SET(client[i], &allset);
    }
    return 0;
}

static int pull(int i)
{
    len[i] = off[i] = 0;
    ssize_t n = recvfrom(client[i], buf[i], MAXLINE, 0, NULL, NULL);
    if (n == 0 || (n < 0 && errno != EAGAIN))
        return -1;
    if (n < 0)
        return 0;
    len[i] = n;
    last[i] = seconds();
    return push(i);
}

static void newcomer(int listenfd)
{
    struct sockaddr_storage cliaddr;
    socklen_t clilen = sizeof cliaddr;
    int connfd = accept(listenfd, (struct sockaddr *)&cliaddr, &clilen), i = 0;
    if (connfd < 0) {
        if (errno == EMFILE || errno == ENFILE)
            FD_CLR(listenfd, &allset);
        return;
    }
    while (i < FD_SETSIZE && client[i] >= 0)
        i++;
    if (i == FD_SETSIZE || connfd >= FD_SETSIZE) {
        close(connfd);
        return;
    }
    fcntl(connfd, F_SETFL, O_NONBLOCK);
    client[i] = connfd;
    len[i] = off[i] = 0;
    last[i] = seconds();
    FD_SET(connfd, &allset);
    if (connfd > maxfd)
        maxfd = connfd;
    if (i > maxi)
        maxi = i;
}

void select_based_echo_server(int listenfd)
{
    fcntl(listenfd, F_SETFL, O_NONBLOCK);
    for (int i = 0; i < FD_SETSIZE; i++)
        client[i] = -1;
    maxfd = listenfd;
    FD_ZERO(&allset);
    FD_ZERO(&outset);
    FD_SET(listenfd, &allset);
    while (!support_stopping) {
        fd_set rset = allset, wset = outset;
        struct timeval tv = {1, 0};
        int nready = select(maxfd + 1, &rset, &wset, NULL, &tv);
        if (nready < 0)
            continue;
        if (nready == 0)
            FD_SET(listenfd, &allset);
        if (FD_ISSET(listenfd, &rset)) {
            newcomer(listenfd);
            nready--;
        }
        for (int i = 0; i <= maxi; i++) {
            if (client[i] < 0)
                continue;
            int bad = 0;
            if (nready > 0 && FD_ISSET(client[i], &wset)) {
                bad = push(i);
                nready--;
            } else if (nready > 0 && FD_ISSET(client[i], &rset)) {
                bad = pull(i);
                nready--;
            }
            if (bad || seconds() - last[i] > idle)
                hang_up(i, listenfd);
        }
    }
    for (int i = 0; i < FD_SETSIZE; i++)
        if (client[i] >= 0)
            hang_up(i, listenfd);
}

int main(int argc, char **argv)
{
    int port = support_port(argc, argv);
    idle = support_number(argc, argv, 2, 60);
    support_catch_stop();
    int listenfd = support_listen(port);
    select_based_echo_server(listenfd);
    close(listenfd);
    return 0;
}
