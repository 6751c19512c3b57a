/* nginx with one worker, as it serves files: 64.txt of 64 bytes and 4096.txt of 4,096. It writes its
   settings into the folder that it is started in, and becomes nginx. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "support.h"

static const char settings[] =
    "daemon off; worker_processes 1; worker_rlimit_nofile 70000; pid nginx.pid;\n"
    "error_log error.log crit;\n"
    "events { worker_connections 60000; }\n"
    "http {\n"
    "  access_log off; sendfile on; tcp_nodelay on; keepalive_requests 1000000000;\n"
    "  client_body_temp_path t1; proxy_temp_path t2; fastcgi_temp_path t3; uwsgi_temp_path "
    "t4;\n"
    "  scgi_temp_path t5;\n"
    "  server { listen 127.0.0.1:%d backlog=4096; root %s; }\n"
    "}\n";

static void write_file(const char *name, int size)
{
    FILE *file = fopen(name, "we");
    for (int i = 0; file && i < size; i++)
        fputc('a' + i % 26, file);
    if (file)
        fclose(file);
}

int main(int argc, char **argv)
{
    char folder[4096];
    FILE *file = fopen("nginx.conf", "we");
    if (!file || !getcwd(folder, sizeof folder))
        return 1;
    fprintf(file, settings, support_port(argc, argv), folder);
    fclose(file);
    write_file("64.txt", 64);
    write_file("4096.txt", 4096);
    execlp("nginx", "nginx", "-p", folder, "-c", "nginx.conf", "-e", "error.log", (char *)NULL);
    execl("/usr/sbin/nginx", "nginx", "-p", folder, "-c", "nginx.conf", "-e", "error.log",
          (char *)NULL);
    perror("nginx (apt install nginx-light)");
    return 1;
}
