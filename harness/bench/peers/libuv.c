/* Links: uv. An echo server as libuv's users write it: one loop, a buffer for each read. */
#include <stdlib.h>
#include <uv.h>

#include "support.h"

#define BUFFER 65536

struct answer {
    uv_write_t request;
    uv_buf_t buffer;
};

static void on_closed(uv_handle_t *handle)
{
    free(handle);
}

static void close_client(uv_stream_t *client)
{
    if (!uv_is_closing((uv_handle_t *)client))
        uv_close((uv_handle_t *)client, on_closed);
}

static void allocate(uv_handle_t *client, size_t wanted, uv_buf_t *buffer)
{
    (void)client, (void)wanted;
    *buffer = uv_buf_init(malloc(BUFFER), BUFFER);
}

static void on_written(uv_write_t *request, int status)
{
    struct answer *answer = (struct answer *)request;
    if (status < 0)
        close_client(request->handle);
    free(answer->buffer.base);
    free(answer);
}

static void on_read(uv_stream_t *client, ssize_t got, const uv_buf_t *buffer)
{
    if (got <= 0) {
        free(buffer->base);
        if (got < 0)
            close_client(client);
        return;
    }
    struct answer *answer = malloc(sizeof *answer);
    answer->buffer = uv_buf_init(buffer->base, (unsigned)got);
    uv_write(&answer->request, client, &answer->buffer, 1, on_written);
}

static void on_connection(uv_stream_t *listener, int status)
{
    if (status < 0)
        return;
    uv_tcp_t *client = malloc(sizeof *client);
    uv_tcp_init(listener->loop, client);
    if (uv_accept(listener, (uv_stream_t *)client) == 0) {
        uv_tcp_nodelay(client, 1);
        uv_read_start((uv_stream_t *)client, allocate, on_read);
    } else {
        uv_close((uv_handle_t *)client, on_closed);
    }
}

static void on_term(uv_signal_t *signal, int number)
{
    (void)number;
    uv_stop(signal->loop);
}

int main(int argc, char **argv)
{
    uv_loop_t *loop = uv_default_loop();
    uv_tcp_t listener;
    uv_signal_t term;
    struct sockaddr_in address;
    uv_ip4_addr("127.0.0.1", support_port(argc, argv), &address);
    uv_signal_init(loop, &term);
    uv_signal_start(&term, on_term, SIGTERM);
    uv_tcp_init(loop, &listener);
    uv_tcp_bind(&listener, (const struct sockaddr *)&address, 0);
    if (uv_listen((uv_stream_t *)&listener, 4096, on_connection) < 0)
        return 1;
    return uv_run(loop, UV_RUN_DEFAULT) < 0;
}
