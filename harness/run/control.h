/*
 * The verbs of t.server: what a script asks of the server under test, done by server/ and
 * trace/. Verbs that need the tracer end as OUTCOME_UNSEEN where there is none.
 */
#ifndef IOLAB_CONTROL_H
#define IOLAB_CONTROL_H

#include "event/writer.h"
#include "server/server.h"
#include "trace/trace.h"

struct control {
    struct server *server;
    struct trace *trace; /* NULL: not watched */
    struct event_writer *out;
    int files;  /* the folder that FOLDER stands for, or -1 */
    bool boxed; /* the server runs in a box: what is in its folder is its own doing */
};

/* Makes the file that a step of t:file asks for. In files.c. */
bool control_file(const struct control *control, const struct step *step,
                  struct step_result *result);

/* A client_server_fn; `context` is a struct control. */
bool control_serve(void *context, const struct step *step, int connection, bool last,
                   struct step_result *result);

/* Writes a SERVER event. `detail` may be NULL. */
void control_note(struct event_writer *out, const char *verb, int64_t result,
                  const char *detail, enum event_outcome outcome);

/* A client_quiet_fn; `control` is a struct control. Writes how much CPU the server has used
   (SERVER "measure", ns): `idle` rules compare two. */
void control_measure(void *control);

#endif
