/* See keys.h. */
#include "visualizer/keys.h"

#include <string.h>

#include "visualizer/search.h"

#define ESCAPE 27

static void do_quit(struct show *show, int key)
{
    (void)key;
    show->over = true;
}

/* At the end there is nothing to go on with: it begins anew. */
static void do_pause(struct show *show, int key)
{
    struct player *player = &show->player;
    (void)key;
    if (player->paused && player->time >= player->end)
        player_seek(player, 0);
    player->paused = !player->paused;
}

static void step(struct show *show, enum player_unit unit, int direction, const char *none)
{
    if (!player_step(&show->player, unit, direction))
        show->notice = none;
}

static void do_event(struct show *show, int key)
{
    step(show, UNIT_EVENT, key == KEYS_RIGHT ? 1 : -1, "There is no further event.");
}

static void do_message(struct show *show, int key)
{
    step(show, UNIT_MESSAGE, key == ']' ? 1 : -1, "There is no further message.");
}

static void do_phase(struct show *show, int key)
{
    step(show, UNIT_PHASE, key == '.' ? 1 : -1, "There is no further phase.");
}

static void do_failure(struct show *show, int key)
{
    step(show, UNIT_FAILURE, key == '}' ? 1 : -1, "No failure lies in this direction.");
}

static void do_mark(struct show *show, int key)
{
    step(show, UNIT_MARK, key == ')' ? 1 : -1, "No mark lies in this direction.");
}

static void do_connection(struct show *show, int key)
{
    step(show, UNIT_CONNECTION, key == 'c' ? 1 : -1, "No further connection is opened there.");
}

static void do_share(struct show *show, int key)
{
    player_step(&show->player, UNIT_SHARE, key == KEYS_PAGE_DOWN ? 1 : -1);
}

static void do_end(struct show *show, int key)
{
    show->player.paused = true;
    player_seek(&show->player, key == KEYS_HOME ? 0 : show->player.end);
}

static void do_speed(struct show *show, int key)
{
    player_speed(&show->player, key == '+' ? 1 : -1);
}

static void do_real_time(struct show *show, int key)
{
    (void)key;
    show->player.speed = 1;
}

static void do_loop(struct show *show, int key)
{
    (void)key;
    show->player.loop = !show->player.loop;
}

static void do_present(struct show *show, int key)
{
    (void)key;
    show->presenting = !show->presenting;
}

static void do_tape(struct show *show, int key)
{
    size_t count = show->player.tape_count;
    player_choose(&show->player, show->player.chosen + (key == 't' ? 1 : count - 1));
}

static void do_help(struct show *show, int key)
{
    (void)key;
    show->helping = !show->helping;
}

static void do_type(struct show *show, int key)
{
    show->typing = (char)key;
    show->typed[0] = '\0';
}

static void do_again(struct show *show, int key)
{
    if (show->search[0] == '\0')
        show->notice = "Nothing was searched for yet: / begins.";
    else if (!search_step(show, key == 'n' ? 1 : -1))
        show->notice = "It does not occur again in this direction.";
}

static const struct binding {
    int keys[2];
    const char *label; /* of the key or keys */
    const char *line;  /* the word in the bottom row; NULL: only in the help */
    const char *help;
    void (*act)(struct show *, int key);
} bindings[] = {
    {{' '}, "space", "pause", "pause and go on", do_pause},
    {{KEYS_LEFT, KEYS_RIGHT}, "<- ->", "event", "event back, forward", do_event},
    {{'[', ']'}, "[ ]", "message", "message before, behind", do_message},
    {{'{', '}'}, "{ }", "failure", "to the failure", do_failure},
    {{'?'}, "?", "help", "this list", do_help},
    {{'q'}, "q", "quit", "quit", do_quit},
    {{',', '.'}, ", .", NULL, "phase before, behind", do_phase},
    {{'+', '-'}, "+ -", NULL, "quicker, slower", do_speed},
    {{'='}, "=", NULL, "real time", do_real_time},
    {{'l'}, "l", NULL, "loop, or not", do_loop},
    {{KEYS_HOME, KEYS_END}, "Home End", NULL, "beginning, end", do_end},
    {{KEYS_PAGE_UP, KEYS_PAGE_DOWN}, "PgUp PgDn", NULL, "a fiftieth back, forward", do_share},
    {{'C', 'c'}, "C c", NULL, "connection before, behind", do_connection},
    {{'(', ')'}, "( )", NULL, "mark before, behind", do_mark},
    {{'T', 't'}, "T t", NULL, "another recording", do_tape},
    {{'/'}, "/", NULL, "search", do_type},
    {{'N', 'n'}, "N n", NULL, "found before, behind", do_again},
    {{'&'}, "&", NULL, "calls: only lines with", do_type},
    {{'p'}, "p", NULL, "large labels and captions, or not", do_present},
};
#define BINDINGS (sizeof bindings / sizeof *bindings)

/* --- typing --- */

static void typed_done(struct show *show)
{
    char *into = show->typing == '/' ? show->search : show->filter;
    memcpy(into, show->typed, sizeof show->typed);
    if (show->typing == '/' && into[0] && !search_step(show, 1))
        show->notice = "It does not occur behind this place (N looks before it).";
    show->typing = 0;
}

static void type(struct show *show, int key)
{
    size_t size = strlen(show->typed);
    if (key == '\n' || key == '\r') {
        typed_done(show);
    } else if (key == ESCAPE) {
        show->typing = 0;
    } else if (key == KEYS_BACKSPACE || key == 127 || key == 8) {
        show->typed[size ? size - 1 : 0] = '\0';
    } else if (key >= 0x20 && key < 0x7f && size + 1 < sizeof show->typed) {
        show->typed[size] = (char)key;
        show->typed[size + 1] = '\0';
    }
}

/* --- pressing --- */

static const struct binding *binding_find(int key)
{
    for (size_t i = 0; i < BINDINGS; i++)
        if (key != 0 && (bindings[i].keys[0] == key || bindings[i].keys[1] == key))
            return &bindings[i];
    return NULL;
}

void keys_press(struct show *show, int key)
{
    const struct view *view = views[show->view];
    show->notice = NULL;
    if (show->typing) {
        type(show, key);
        return;
    }
    const struct binding *binding = binding_find(key);
    if (show->helping && (!binding || binding->act != do_quit)) {
        show->helping = false; /* any key ends it */
        return;
    }
    for (size_t i = 0; i < view_count; i++)
        if (views[i]->key == key)
            show->view = i;
    if (view->press && view->press(show, key))
        return;
    if (binding)
        binding->act(show, key);
}

/* --- telling --- */

static int put_key(struct canvas *canvas, int row, int column, const char *label,
                   const char *word)
{
    int most = canvas->columns - column - 1;
    if ((int)(strlen(label) + strlen(word)) + 1 > most)
        return column;
    column += canvas_text(canvas, row, column, most, ROLE_KEY, label) + 1;
    return column + canvas_text(canvas, row, column, most, ROLE_PLAIN, word) + 2;
}

void keys_line(const struct show *show, struct canvas *canvas, int row)
{
    int column = 1;
    for (size_t i = 0; i < BINDINGS; i++) {
        if (bindings[i].act == do_help)
            column = put_key(canvas, row, column, "1-5", "view");
        if (bindings[i].line)
            column = put_key(canvas, row, column, bindings[i].label, bindings[i].line);
    }
    const char *own = views[show->view]->keys;
    if (own && (int)strlen(own) < canvas->columns - column)
        canvas_text(canvas, row, column, canvas->columns - column, ROLE_DIM, own);
}

static void put_views(struct canvas *canvas, struct canvas_area area, int row)
{
    int column = area.column + 1;
    for (size_t i = 0; i < view_count; i++) {
        char label[] = {views[i]->key, '\0'};
        column = put_key(canvas, row, column, label, views[i]->name);
    }
}

void keys_help(const struct show *show, struct canvas *canvas, struct canvas_area area)
{
    int row = area.row, last = area.row + area.rows;
    bool two = area.columns >= 72;
    put_views(canvas, area, row++);
    for (size_t i = 0; i < BINDINGS && row < last; i++) {
        int column = area.column + 1 + (two && i % 2 ? area.columns / 2 : 0);
        canvas_text(canvas, row, column, 10, ROLE_KEY, bindings[i].label);
        canvas_text(canvas, row, column + 11, area.columns - column - 12, ROLE_PLAIN,
                    bindings[i].help);
        row += !two || i % 2;
    }
    if (views[show->view]->keys && row < last)
        canvas_text(canvas, row, area.column + 1, area.columns - 2, ROLE_PLAIN,
                    views[show->view]->keys);
}
