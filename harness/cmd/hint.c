/*
 * iolab hint LAB [CHECK]: the next hint for a check that failed last time, from gentle to
 * telling. Which hint comes next is kept beside the lab's score and begins anew once it passes.
 */
#include <argp.h>
#include <stdlib.h>
#include <string.h>

#include "grade/hints.h"
#include "grade/lab.h"

struct call {
    const char *lab, *check;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct call *call = state->input;
    if (key == ARGP_KEY_ARG && state->arg_num == 0)
        call->lab = argument;
    else if (key == ARGP_KEY_ARG && state->arg_num == 1)
        call->check = argument;
    else if (key == ARGP_KEY_NO_ARGS)
        argp_error(state, "for which lab? (iolab list shows them)");
    else if (key == ARGP_KEY_ARG)
        argp_usage(state);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp hint_argp = {
    .parser = parse,
    .args_doc = "LAB [CHECK]",
    .doc = "Print the next hint for CHECK (its number), or for the first check that failed.",
};

int main(int argc, char **argv)
{
    struct call call = {0};
    struct failure failure = {.status = STATUS_MACHINE};
    argp_err_exit_status = STATUS_USAGE;
    argp_parse(&hint_argp, argc, argv, 0, NULL, &call);
    int status = hint_print(stdout, call.lab, call.check, &failure);
    if (status < 0)
        fprintf(stderr, "iolab hint: %s\n", failure.text);
    return status < 0 ? failure.status : STATUS_WELL;
}
