/* See talk.h. */
#include "quiz/talk.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NARROWEST 20
#define WIDEST    100 /* longer lines are hard to read */

static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
}

/* Without SA_RESTART: reading ends too. */
void talk_catch_interrupts(void)
{
    struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
}

bool talk_interrupted(void)
{
    return interrupted;
}

struct report_style talk_style(void)
{
    struct report_style style = report_style_for(stdout);
    struct winsize size;
    if (style.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        style.width = size.ws_col < NARROWEST ? NARROWEST
                      : size.ws_col > WIDEST  ? WIDEST
                                              : size.ws_col;
    return style;
}

/* --- a person --- */

/* What is longer than any answer is read to its end, and cut. */
static bool read_line(char line[FORM_LINE])
{
    if (interrupted || !fgets(line, FORM_LINE, stdin))
        return false;
    size_t length = strlen(line);
    bool whole = length > 0 && line[length - 1] == '\n';
    while (!whole) {
        int byte = getchar();
        whole = byte == '\n' || byte == EOF;
    }
    line[strcspn(line, "\r\n")] = '\0';
    return !interrupted;
}

static bool person_line(struct talk *talk, const struct asking *asking, char line[FORM_LINE])
{
    (void)asking;
    fputs("> ", talk->screen.out);
    fflush(talk->screen.out);
    bool read = read_line(line);
    if (!read || !talk->style.terminal || !isatty(STDIN_FILENO))
        fputc('\n', talk->screen.out); /* nobody has typed one */
    return read;
}

void talk_with_person(struct talk *talk)
{
    *talk = (struct talk){.style = talk_style(), .line = person_line};
    talk->screen = (struct screen){.out = stdout, .style = &talk->style};
}

/* --- a voice --- */

static bool voice_line(struct talk *talk, const struct asking *asking, char line[FORM_LINE])
{
    forms[asking->question->kind]->line(asking, talk->answers_right, line);
    fprintf(talk->said, "%s\n", line);
    return !interrupted;
}

int talk_with_voice(struct talk *talk, bool right, FILE *said, struct failure *failure)
{
    *talk = (struct talk){.style = {.width = 80},
                          .line = voice_line,
                          .answers_right = right,
                          .voice = true,
                          .said = said,
                          .silent = fopen("/dev/null", "we")};
    talk->screen = (struct screen){.out = talk->silent, .style = &talk->style};
    return talk->silent ? 0 : failure_errno(failure, STATUS_MACHINE, "cannot write /dev/null");
}

void talk_end(struct talk *talk)
{
    if (talk->silent)
        fclose(talk->silent);
    talk->silent = NULL;
}
