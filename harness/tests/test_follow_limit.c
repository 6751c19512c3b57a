/* Followed recordings of which old events are left out: what is so now does not change by it. */
#include <glob.h>

#include "tests/followed.h"
#include "tests/mutate.h"
#include "tests/serving.h"

static char *file_text(const char *path, size_t *size)
{
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    char *text = NULL;
    size_t room = 0;
    ssize_t got = getdelim(&text, &room, EOF, file);
    assert_true(got > 0);
    *size = (size_t)got;
    fclose(file);
    return text;
}

/* In pieces of up to `most` bytes, looked at after each `every`-th. */
static void stream(const char *text, size_t size, size_t most, size_t limit, int every)
{
    struct followed followed;
    followed_begin(&followed, limit);
    for (size_t at = 0, piece = 0; at < size; piece++) {
        size_t part = 1 + (size_t)rand() % most;
        part = part < size - at ? part : size - at;
        followed_add(&followed, text + at, part);
        at += part;
        followed_more(&followed);
        if (follow_recording(followed.follow) && piece % (size_t)every == 0)
            followed_expect_same(&followed);
    }
    followed_expect_same(&followed);
    followed_end(&followed);
}

static void keeps_what_matters_of_shipped_ones(void **state)
{
    static const size_t limits[] = {0, 16, 40, 100};
    glob_t found;
    (void)state;
    assert_int_equal(glob("visualizer/recordings/*.iorec", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        size_t size;
        char *text = file_text(found.gl_pathv[i], &size);
        for (size_t j = 0; j < sizeof limits / sizeof *limits; j++)
            stream(text, size, 400, limits[j], 1);
        free(text);
    }
    globfree(&found);
}

static void keeps_what_matters_of_a_made_one(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 6; seed++) {
        struct server server = {.time = 0};
        size_t size;
        srand(seed);
        made_begin(&server.made);
        serve(&server, 3000);
        made_read(&server.made);
        char *text = file_text(server.made.path, &size);
        stream(text, size, 20000, seed * 100, 3);
        made_end(&server.made);
        free(text);
    }
}

static size_t count_kind(const struct recording *recording, enum event_kind kind,
                         const char *word)
{
    size_t count = 0;
    for (size_t i = 0; i < recording->count; i++)
        count += recording->events[i].kind == kind &&
                 (!word || (recording->events[i].detail &&
                            strcmp(recording->events[i].detail, word) == 0));
    return count;
}

static void put_marks(struct followed *followed, int from, int count)
{
    char line[96];
    for (int i = from; i < from + count; i++) {
        int size =
            snprintf(line, sizeof line, "{\"n\":%d,\"t\":%d000,\"k\":\"handler\"}\n", i, i);
        followed_add(followed, line, (size_t)size);
    }
}

/* The listener, modes of descriptors, and operations that are under way, by their events. */
static void keeps_settings(void **state)
{
    static const char *const text = HEADER
        "{\"n\":1,\"t\":1000,\"k\":\"thread-start\",\"p\":1,\"tid\":1}\n"
        "{\"n\":2,\"t\":2000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"socket\"}\n"
        "{\"n\":3,\"t\":3000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"socket\",\"of\":2,"
        "\"fd\":3,\"ret\":3}\n"
        "{\"n\":4,\"t\":4000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"listen\",\"fd\":3,"
        "\"detail\":\"4096\"}\n"
        "{\"n\":5,\"t\":5000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"listen\",\"of\":4,"
        "\"fd\":3}\n"
        "{\"n\":6,\"t\":6000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"fcntl\",\"fd\":5,"
        "\"detail\":\"F_SETFL O_RDWR\"}\n"
        "{\"n\":7,\"t\":7000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"fcntl\",\"of\":6,"
        "\"fd\":5}\n"
        "{\"n\":8,\"t\":8000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"fcntl\",\"fd\":5,"
        "\"detail\":\"F_SETFL O_RDWR|O_ASYNC\"}\n"
        "{\"n\":9,\"t\":9000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"fcntl\",\"of\":8,"
        "\"fd\":5}\n"
        "{\"n\":10,\"t\":10000,\"k\":\"submit\",\"p\":1,\"tid\":1,\"call\":\"IORING_OP_RECV\","
        "\"of\":7}\n"
        "{\"n\":11,\"t\":11000,\"k\":\"submit\",\"p\":1,\"tid\":1,\"call\":\"IORING_OP_RECV\","
        "\"of\":8}\n"
        "{\"n\":12,\"t\":12000,\"k\":\"complete\",\"p\":1,\"call\":\"IORING_OP_RECV\",\"of\":8}"
        "\n"
        "{\"n\":13,\"t\":13000,\"k\":\"note\",\"detail\":\"something\"}\n";
    struct followed followed;
    (void)state;
    followed_begin(&followed, 40);
    followed_add(&followed, text, strlen(text));
    put_marks(&followed, 14, 500);
    assert_int_equal(followed_more(&followed), 513);
    const struct recording *rest = follow_recording(followed.follow);
    assert_true(rest->count <= 60);
    assert_int_equal(count_kind(rest, EVENT_ENTER, "4096"), 1);
    assert_int_equal(count_kind(rest, EVENT_ENTER, "F_SETFL O_RDWR"), 0);
    assert_int_equal(count_kind(rest, EVENT_ENTER, "F_SETFL O_RDWR|O_ASYNC"), 1);
    assert_int_equal(count_kind(rest, EVENT_ENTER, NULL), 3);
    assert_int_equal(count_kind(rest, EVENT_LEAVE, NULL), 3);
    assert_int_equal(count_kind(rest, EVENT_SUBMIT, NULL), 1);
    assert_non_null(recording_find(rest, 10));
    assert_int_equal(count_kind(rest, EVENT_NOTE, "something"), 1);
    followed_end(&followed);
}

/* A descriptor that is closed has no settings; of marks only a share stays. */
static void lets_go(void **state)
{
    static const char *const text = HEADER
        "{\"n\":1,\"t\":1000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"listen\",\"fd\":3}\n"
        "{\"n\":2,\"t\":2000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"listen\","
        "\"of\":1,\"fd\":3}\n"
        "{\"n\":3,\"t\":3000,\"k\":\"enter\",\"p\":1,\"tid\":1,\"call\":\"close\",\"fd\":3}\n"
        "{\"n\":4,\"t\":4000,\"k\":\"leave\",\"p\":1,\"tid\":1,\"call\":\"close\",\"of\":3,"
        "\"fd\":3}\n"
        "{\"n\":5,\"t\":5000,\"k\":\"thread-end\",\"p\":1,\"tid\":1}\n";
    struct followed followed;
    char line[64];
    (void)state;
    followed_begin(&followed, 40);
    followed_add(&followed, text, strlen(text));
    for (int i = 6; i < 500; i++) {
        int size = snprintf(line, sizeof line, "{\"n\":%d,\"t\":%d000,\"k\":\"mark\"}\n", i, i);
        followed_add(&followed, line, (size_t)size);
    }
    put_marks(&followed, 500, 100);
    followed_more(&followed);
    const struct recording *rest = follow_recording(followed.follow);
    assert_true(rest->count <= 40);
    assert_int_equal(count_kind(rest, EVENT_ENTER, NULL), 0);
    assert_int_equal(count_kind(rest, EVENT_MARK, NULL), 5);
    assert_int_equal(rest->left_out + rest->count, 599);
    followed_end(&followed);
}

static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*d %ld", &pages), 1);
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE) / 1024;
}

/* Held are some thousand events of a hundred thousand: what is read takes no memory for good. */
static void does_not_grow(void **state)
{
    char *text = malloc(1024 * 128);
    struct followed followed;
    long before = 0;
    int number = 0;
    (void)state;
    assert_non_null(text);
    followed_begin(&followed, 2000);
    followed_add(&followed, HEADER, strlen(HEADER));
    for (int round = 0; round < 100; round++) {
        int size = 0;
        for (int i = 0; i < 1000; i++, number++)
            size +=
                sprintf(text + size,
                        "{\"n\":%d,\"t\":%d000,\"k\":\"%s\",\"tid\":1,\"call\":\"recv\","
                        "\"of\":%d,\"detail\":\"a text of event %d\"}\n",
                        number + 1, number + 1, number % 2 ? "leave" : "enter", number, number);
        followed_add(&followed, text, (size_t)size);
        assert_int_equal(followed_more(&followed), 1000);
        assert_true(follow_recording(followed.follow)->count <= 2000);
        if (round == 20)
            before = resident();
    }
#ifndef __SANITIZE_ADDRESS__ /* which keeps for a while what is freed */
    assert_true(resident() - before < 1024);
#endif
    assert_true(before > 0);
    followed_end(&followed);
    free(text);
}

/* Whatever stands in the file, with old events left out at every few lines. */
static void survives_hostile_ones(void **state)
{
    enum { ROUNDS = 300 };
    size_t size, followed_well = 0;
    char *sample = file_text("visualizer/recordings/09-io-uring.iorec", &size);
    char *bytes = malloc(size + 4096);
    (void)state;
    assert_non_null(bytes);
    for (int round = 0; round < ROUNDS; round++) {
        struct failure failure = {.text = ""};
        struct followed followed;
        struct phases phases;
        size_t now = size;
        memcpy(bytes, sample, size);
        for (uint64_t times = 1 + draw(8); times > 0 && now > 0; times--)
            now = mutate(bytes, now);
        followed_begin(&followed, 1 + draw(60));
        followed_add(&followed, bytes, now);
        bool well = follow_more(followed.follow, &failure) >= 0;
        const struct recording *rest = follow_recording(followed.follow);
        assert_true(well || failure.text[0]);
        if (rest) {
            struct moments *moments = moments_make(rest);
            assert_non_null(moments);
            assert_int_equal(moments_at(moments, rest->count)->index, rest->count);
            moments_free(moments);
            assert_int_equal(phases_derive(rest, &phases), 0);
            phases_free(&phases);
        }
        followed_well += well && rest;
        followed_end(&followed);
    }
    assert_true(followed_well > ROUNDS / 2); /* else the mutations teach nothing */
    free(bytes);
    free(sample);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_what_matters_of_shipped_ones),
        cmocka_unit_test(keeps_what_matters_of_a_made_one),
        cmocka_unit_test(keeps_settings),
        cmocka_unit_test(lets_go),
        cmocka_unit_test(does_not_grow),
        cmocka_unit_test(survives_hostile_ones),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests_name("follow limit", tests, NULL, NULL);
}
