/* Which form a call has (to add one: a row in the table of its family), its result, and the pieces
   that a line is made of. See export_strace.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "visualizer/export_strace.h"

#define RESULT_COLUMN 40 /* strace -a */

/* A call that has no form: its descriptor, and its detail as it is. */
static void other_in(FILE *out, const struct strace_call *call)
{
    bool has_fd = call->enter->fd >= 0, has_detail = call->enter->detail != NULL;
    if (has_fd)
        fprintf(out, has_detail ? "%d, " : "%d", call->enter->fd);
    strace_detail(out, call->enter->detail, has_fd ? "" : "...");
}

const struct strace_form *strace_form_of(const char *call)
{
    static const struct strace_form other = {NULL, NULL, other_in, NULL, NULL};
    static const struct strace_form *const families[] = {strace_bytes, strace_descriptors,
                                                         strace_multiplex, strace_signal_calls};
    for (size_t i = 0; call && i < sizeof families / sizeof *families; i++)
        for (const struct strace_form *form = families[i]; form->call; form++)
            if (strcmp(form->call, call) == 0)
                return form;
    return &other;
}

/* --- results --- */

static const struct {
    int error;
    const char *name, *text;
} restarts[] = {
    {512, "ERESTARTSYS", "To be restarted if SA_RESTART is set"},
    {513, "ERESTARTNOINTR", "To be restarted"},
    {514, "ERESTARTNOHAND", "To be restarted if no handler"},
    {516, "ERESTART_RESTARTBLOCK", "Interrupted by signal"},
};

static bool put_restart(FILE *out, const struct event *leave)
{
    bool again = leave->error == EINTR && leave->detail && strstr(leave->detail, "made again");
    int error = again ? restarts[0].error : leave->error;
    for (size_t i = 0; i < sizeof restarts / sizeof *restarts; i++)
        if (restarts[i].error == error) {
            fprintf(out, "? %s (%s)", restarts[i].name, restarts[i].text);
            return true;
        }
    return false;
}

void strace_result(FILE *out, const struct event *leave)
{
    const char *text = leave->error > 0 ? strerrordesc_np(leave->error) : NULL;
    bool flags = leave->call && strcmp(leave->call, "fcntl") == 0 && leave->detail;
    if (put_restart(out, leave))
        return;
    if (leave->error)
        fprintf(out, "-1 %s%s%s%s", event_errno_name(leave->error), text ? " (" : "",
                text ? text : "", text ? ")" : "");
    else
        fprintf(out, flags ? "%#" PRIx64 : "%" PRId64, leave->result);
}

/* --- lines --- */

int strace_line_make(struct strace_line *line, FILE *out)
{
    *line = (struct strace_line){.out = out};
    line->piece = open_memstream(&line->text, &line->size);
    return line->piece ? 0 : -1;
}

void strace_line_free(struct strace_line *line)
{
    if (line->piece)
        fclose(line->piece);
    free(line->text);
}

FILE *strace_piece(struct strace_line *line)
{
    rewind(line->piece);
    return line->piece;
}

void strace_piece_end(struct strace_line *line)
{
    if (fflush(line->piece) != 0) {
        line->lost = true;
        return;
    }
    fwrite(line->text, 1, line->size, line->out);
    line->column += (long)line->size;
}

void strace_equals(struct strace_line *line)
{
    fputs(") ", line->out);
    line->column += 2;
    if (line->column < RESULT_COLUMN)
        fprintf(line->out, "%*s", (int)(RESULT_COLUMN - line->column), "");
    fputs("= ", line->out);
}
