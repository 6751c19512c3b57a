/* See terminal.h. */
#include "visualizer/terminal.h"

#include <curses.h>
#include <errno.h>
#include <langinfo.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct {
    bool open, utf8, colours;
    const struct palette *palette;
    struct termios before;
    char farewell[256]; /* bytes that put the screen back, for those who die without curses */
    size_t farewell_size;
    MEVENT click;
} terminal;

static volatile sig_atomic_t asked_to_end;

/* --- endings --- */

static void on_end(int signal)
{
    asked_to_end = signal;
}

/* A crash: only calls that a handler may make. Then the signal does what it does. */
static void on_crash(int signal)
{
    ssize_t written = write(STDOUT_FILENO, terminal.farewell, terminal.farewell_size);
    (void)written;
    tcsetattr(STDIN_FILENO, TCSANOW, &terminal.before);
    raise(signal); /* SA_RESETHAND */
}

static void handle(int signal, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

static void handlers_set(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        handle(ends[i], on_end, 0);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
        handle(crashes[i], on_crash, (int)(SA_RESETHAND | SA_NODEFER));
    handle(SIGPIPE, SIG_IGN, 0);
}

static void farewell_add(const char *capability)
{
    const char *bytes = tigetstr(capability);
    if (!bytes || bytes == (const char *)-1)
        return;
    size_t size = strlen(bytes);
    if (size < sizeof terminal.farewell - terminal.farewell_size) {
        memcpy(terminal.farewell + terminal.farewell_size, bytes, size);
        terminal.farewell_size += size;
    }
}

static void farewell_make(void)
{
    terminal.farewell_size = 0;
    farewell_add("sgr0");  /* no attributes */
    farewell_add("cnorm"); /* the cursor is seen */
    farewell_add("rmkx");  /* keys as before */
    farewell_add("rmcup"); /* the screen as before */
}

/* --- colours --- */

static void pairs_make(void)
{
    if (start_color() == ERR || use_default_colors() == ERR)
        return;
    for (int role = 0; role < CANVAS_ROLE_COUNT; role++) {
        const struct palette_pen *pen = &terminal.palette->pens[role];
        init_pair((short)(role + 1), pen->ink, pen->paper);
    }
    terminal.colours = true;
}

static attr_t attributes_of(enum canvas_role role)
{
    const struct palette_pen *pen = &terminal.palette->pens[role];
    return (pen->bold ? A_BOLD : A_NORMAL) | (pen->reverse ? A_REVERSE : A_NORMAL);
}

static short pair_of(enum canvas_role role)
{
    return terminal.colours ? (short)(role + 1) : 0;
}

/* --- begin and end --- */

static void modes_set(void)
{
    cbreak();
    noecho();
    nonl();
    keypad(stdscr, TRUE);
    curs_set(0);
    set_escdelay(25);
    mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED, NULL);
    mouseinterval(0);
}

int terminal_open(const struct palette *palette, struct failure *failure)
{
    const char *name = getenv("TERM");
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return failure_set(failure, STATUS_USAGE, "standard input and output are no terminal");
    tcgetattr(STDIN_FILENO, &terminal.before);
    if (!name || !newterm(NULL, stdout, stdin))
        return failure_set(failure, STATUS_MACHINE,
                           "nothing is known of a terminal of the type \"%s\" (TERM)",
                           name ? name : "");
    terminal.open = true;
    terminal.utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    terminal.palette = palette;
    farewell_make();
    handlers_set();
    modes_set();
    if (palette != &palette_none && has_colors())
        pairs_make();
    if (!terminal.colours)
        terminal.palette = &palette_none;
    return 0;
}

void terminal_close(void)
{
    if (!terminal.open)
        return;
    endwin();
    terminal.open = false;
}

bool terminal_utf8(void)
{
    return terminal.utf8;
}

void terminal_size(int *rows, int *columns)
{
    getmaxyx(stdscr, *rows, *columns);
}

int terminal_signal(void)
{
    return asked_to_end;
}

/* --- painting --- */

static void paint_cell(int row, int column, const struct canvas_cell *cell)
{
    wchar_t point[] = {(wchar_t)cell->point, L'\0'};
    cchar_t character;
    setcchar(&character, point, attributes_of(cell->role), pair_of(cell->role), NULL);
    mvadd_wch(row, column, &character);
}

void terminal_paint(const struct canvas *canvas)
{
    for (int row = 0; row < canvas->rows; row++)
        for (int column = 0; column < canvas->columns; column++)
            paint_cell(row, column, canvas_at(canvas, row, column));
    refresh();
}

/* --- keys --- */

static bool gone(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    return poll(&input, 1, 0) > 0 && (input.revents & (POLLHUP | POLLERR | POLLNVAL));
}

int terminal_key(int ms)
{
    if (asked_to_end)
        return TERMINAL_OVER;
    timeout(ms);
    int key = getch();
    if (asked_to_end || (key == ERR && gone()))
        return TERMINAL_OVER;
    if (key == ERR)
        return TERMINAL_NOTHING;
    if (key == KEY_RESIZE)
        return TERMINAL_RESIZED;
    if (key == KEY_MOUSE)
        return getmouse(&terminal.click) == OK ? TERMINAL_CLICK : TERMINAL_NOTHING;
    return key == KEY_ENTER ? '\n' : key;
}

void terminal_click(int *row, int *column)
{
    *row = terminal.click.y;
    *column = terminal.click.x;
}
