/*
 * Scripted peers: carries out the steps of a scenario on real sockets, all of them in one
 * thread over one epoll loop, and writes what it did and saw as STEP events.
 *
 * Each STEP event bears the time just before the client's system call and, as span, how long
 * the call took: on loopback the bytes of a send are in the server's receive queue when send()
 * returns. What is written, by verb:
 *
 *   connect             connection, span up to established; outcome
 *   send                one for each send() call that took bytes (also of dribble and echo):
 *                       bytes, data, offset in what this client sent
 *   receive             one for each recv() that gave bytes: bytes, data, offset in what this
 *                       client received
 *   end, reset          FIN or RST came. A reset that came has error ECONNRESET and result -1;
 *                       the client's own c:reset() has neither
 *   half_close, close   the client's own, at the system call
 *   stall, resume       stops reading, goes on
 *   expect, echo, ...   when the expectation has ended: outcome; offset and bytes when it was
 *                       met, else data (what came) and want from a little before the first
 *                       difference, both from offset
 *   transcript          at the end, of each client: bytes (taken by expectations), result (sent)
 *                       and in detail a digest of the bytes taken
 *
 * detail is where the script says it ("20-slow.lua:14"); when the outcome is not OK, a sentence
 * for the student and that place in brackets. Verbs that fail are written as the script has
 * them ("try_send"). Bytes are read at once, but by a stalled client, which reads nothing.
 *
 * Limits do not count time in which this process was kept from running (other programs had the
 * processor, or it was stopped): that is not the server's fault.
 */
#ifndef IOLAB_CLIENT_H
#define IOLAB_CLIENT_H

#include "base/failure.h"
#include "event/writer.h"
#include "scenario/scenario.h"

/*
 * Called for a STEP_SERVER: fills in the result and returns true when done; false: not yet, ask
 * again in a few milliseconds (until step->within has gone by; then it is called with
 * `last` = true and must fill in a result). The step's client has been turned into a
 * connection.
 */
typedef bool client_server_fn(void *context, const struct step *step, int connection, bool last,
                              struct step_result *result);

/* Called at the begin and the end of a t:quiet, so that the run can measure the server. */
typedef void client_quiet_fn(void *context);

struct client_options {
    int port; /* on 127.0.0.1 */
    struct event_writer *out;
    client_server_fn *server;
    client_quiet_fn *quiet; /* NULL: none */
    void *context;
    double time;         /* seconds that the whole check may take, stretched */
    int stop_descriptor; /* readable: end at once (Ctrl-C); -1: none */
};

/*
 * Plays the check that was begun on `scenario` to its end. All sockets are closed when it
 * returns. `outcome` is how the script ended. Writes the CHECK event. -1 with a failure for
 * errors of the script (status MACHINE, file and line) and of this machine (descriptors).
 */
int client_play(struct scenario *scenario, const struct client_options *options,
                enum event_outcome *outcome, struct failure *failure);

#endif
