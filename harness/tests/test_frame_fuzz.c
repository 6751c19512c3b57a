/*
 * Every view of recordings that nobody wrote, on screens of every size: nothing that moves a
 * terminal's cursor is ever drawn, and all of them come back. Run it under AddressSanitizer and
 * UBSan; IOLAB_FUZZ_SECONDS says for how long (a moment when it is not set).
 */
#include <glob.h>
#include <locale.h>
#include <string.h>

#include "base/clock.h"
#include "tests/made.h"
#include "tests/mutate.h"
#include "visualizer/frame.h"
#include "visualizer/keys.h"

#define ROUNDS 150
#define ROOM   (256 * 1024)

static char sample[ROOM], bytes[2 * ROOM];
static uint64_t opened, refused, frames;

static size_t sample_read(const glob_t *found)
{
    FILE *file = fopen(found->gl_pathv[draw(found->gl_pathc)], "r");
    assert_non_null(file);
    size_t size = fread(sample, 1, sizeof sample, file);
    fclose(file);
    return size;
}

/* Lines in another order, some twice: what a merge of files might leave. */
static size_t shuffle(const char *from, size_t size, char *to)
{
    size_t used = (size_t)((const char *)memchr(from, '\n', size) + 1 - from);
    memcpy(to, from, used);
    while (used < size && draw(400) != 0) {
        const char *line = from + draw(size),
                   *end = memchr(line, '\n', size - (size_t)(line - from));
        if (!end)
            break;
        while (line > from && line[-1] != '\n')
            line--;
        memcpy(to + used, line, (size_t)(end + 1 - line));
        used += (size_t)(end + 1 - line);
    }
    return used;
}

static size_t input_make(size_t size)
{
    if (draw(4) == 0)
        return shuffle(sample, size, bytes);
    /* Most without the header: a broken one hides all that stands behind it. */
    size_t header = draw(8) ? (size_t)((char *)memchr(sample, '\n', size) + 1 - sample) : 0;
    memcpy(bytes, sample, size);
    for (uint64_t times = 1 + draw(12); times > 0 && size > header + 1; times--)
        size = header + mutate(bytes + header, size - header);
    return size;
}

static void expect_harmless(const struct canvas *canvas)
{
    for (int i = 0; i < canvas->rows * canvas->columns; i++) {
        uint32_t point = canvas->cells[i].point;
        assert_true(point >= 0x20 && (point < 0x7f || point >= 0xa0));
        assert_true(canvas->utf8 || point < 0x7f);
        assert_true(canvas->cells[i].role < CANVAS_ROLE_COUNT);
    }
}

static void look(struct show *show)
{
    static const int keys[] = {
        '[',       ']',       '{',        '}',           '(',           ')', 'c', 'C',
        't',       'z',       'Z',        '\t',          'n',           'N', ',', '.',
        'p',       '?',       '1',        '2',           '3',           '4', '5', KEYS_END,
        KEYS_HOME, KEYS_LEFT, KEYS_RIGHT, KEYS_BACK_TAB, KEYS_PAGE_DOWN};
    struct canvas canvas;
    bool small = draw(8) == 0;
    assert_int_equal(canvas_make(&canvas, 1 + (int)draw(small ? 12 : 70),
                                 1 + (int)draw(small ? 45 : 240), draw(2)),
                     0);
    frame_draw(show, &canvas);
    expect_harmless(&canvas);
    canvas_free(&canvas);
    frames++;
    keys_press(show, keys[draw(sizeof keys / sizeof *keys)]);
    show->over = false;
    if (draw(6) == 0 && show->player.tape_count)
        player_seek_place(&show->player,
                          draw(player_tape(&show->player)->recording->count + 1));
}

static void swallow(const char *path, size_t size)
{
    struct failure failure = {.text = ""};
    FILE *file = fopen(path, "w");
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    struct tape *tape = tape_open(path, NULL, NULL, &failure);
    refused += !tape;
    opened += tape != NULL;
    if (!tape) {
        assert_true(failure.text[0] != '\0');
        return;
    }
    struct show show = {.view = draw(view_count)};
    snprintf(show.search, sizeof show.search, "%s", draw(2) ? "recv" : "IN");
    snprintf(show.filter, sizeof show.filter, "%s", draw(4) ? "" : "send");
    player_make(&show.player, &(struct tape *[]){tape, tape}[0], 1 + draw(2));
    for (int i = 0; i < 12; i++)
        look(&show);
    tape_close(tape);
}

static bool goes_on(int round, int64_t end)
{
    return end ? clock_now() < end : round < ROUNDS;
}

static void hostile(void **state)
{
    char folder[] = "/tmp/iolab-fuzz-XXXXXX", path[64];
    const char *seconds = getenv("IOLAB_FUZZ_SECONDS");
    int64_t end = seconds ? clock_now() + atoll(seconds) * CLOCK_SECOND : 0;
    glob_t found;
    (void)state;
    setlocale(LC_CTYPE, "C.UTF-8");
    assert_int_equal(glob("visualizer/recordings/*.iorec", 0, NULL, &found), 0);
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/f.iorec", folder);
    for (int round = 0; goes_on(round, end); round++)
        swallow(path, input_make(sample_read(&found)));
    print_message("# %llu inputs opened, %llu refused, %llu frames\n",
                  (unsigned long long)opened, (unsigned long long)refused,
                  (unsigned long long)frames);
    assert_true(opened > 4 * refused);
    globfree(&found);
    unlink(path);
    rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hostile)};
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("frame fuzz", tests, NULL, NULL);
}
