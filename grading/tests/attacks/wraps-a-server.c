/*
 * Tries: to have a server of the system do the work: python3, socat, nc, busybox, perl, bash.
 * Must come: no points; there is no program there but its own.
 *
 * lab: 01
 * checks: 11,12,13,21
 */
#include <stdlib.h>
#include <unistd.h>

static const char python[] =
    "import socketserver\n"
    "class H(socketserver.BaseRequestHandler):\n"
    " def handle(s):\n"
    "  while True:\n"
    "   d = s.request.recv(4096)\n"
    "   if not d: break\n"
    "   s.request.sendall(d)\n"
    "socketserver.ThreadingTCPServer.allow_reuse_address = True\n"
    "socketserver.ThreadingTCPServer(('127.0.0.1', 7000), H).serve_forever()\n";
static const char perl[] =
    "use IO::Socket; $SIG{CHLD}='IGNORE';"
    "$l=IO::Socket::INET->new(Listen=>99,ReuseAddr=>1,LocalAddr=>'127.0.0.1:7000');"
    "while(1){$c=$l->accept or next; next if fork; "
    "while($c->sysread($d,4096)){$c->syswrite($d)}"
    "exit}";

int main(void)
{
    execlp("python3", "python3", "-c", python, NULL);
    execlp("socat", "socat", "TCP-LISTEN:7000,fork,reuseaddr", "EXEC:cat", NULL);
    execlp("perl", "perl", "-e", perl, NULL);
    execlp("busybox", "busybox", "nc", "-ll", "-p", "7000", "-e", "cat", NULL);
    return system("while :; do nc -l 127.0.0.1 7000 -e /bin/cat; done");
}
