/* Boxes over simulated days, and the file that remembers them. */
#include "tests/quiz_fixture.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "quiz/progress.h"

#define DAY INT64_C(86400)
#define NOW INT64_C(1800000000)

/* --- the rule --- */

static void boxes_over_days(void **state)
{
    static const int64_t waits[] = {1, 3, 7, 21, 21};
    struct progress_entry entry = {.box = 1};
    int64_t now = NOW;
    (void)state;
    assert_true(progress_due(NULL, now)); /* new */
    assert_true(progress_due(&entry, now));
    for (size_t i = 0; i < sizeof waits / sizeof *waits; i++) {
        progress_move(&entry, true, now);
        assert_int_equal(entry.due, now + waits[i] * DAY);
        assert_false(progress_due(&entry, now + waits[i] * DAY - 1));
        now += waits[i] * DAY;
        assert_true(progress_due(&entry, now));
    }
    assert_int_equal(entry.box, PROGRESS_BOXES);
    progress_move(&entry, false, now);
    assert_int_equal(entry.box, 1);
    assert_true(progress_due(&entry, now));
    assert_int_equal(entry.right, 5);
    assert_int_equal(entry.wrong, 1);
}

static void clocks_that_are_set_back(void **state)
{
    struct progress_entry entry = {.box = 4};
    (void)state;
    progress_move(&entry, true, NOW);
    assert_false(progress_due(&entry, NOW - 60)); /* a little: the day does not change */
    assert_true(
        progress_due(&entry, NOW - 400 * DAY)); /* far: asked again, and in order then */
    progress_move(&entry, true, NOW - 400 * DAY);
    assert_false(progress_due(&entry, NOW - 400 * DAY));
    assert_true(progress_due(&entry, NOW - 379 * DAY));
}

/* --- the file --- */

struct place {
    char folder[64], lab[128], path[192];
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    strcpy(place->folder, "/tmp/iolab-test-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    setenv("XDG_STATE_HOME", place->folder, 1);
    snprintf(place->lab, sizeof place->lab, "%s/iolab/01-blocking", place->folder);
    snprintf(place->path, sizeof place->path, "%s/quiz.json", place->lab);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", place->folder);
    assert_int_equal(system(command), 0);
    free(place);
    return 0;
}

static struct progress opened(char notice[1024])
{
    struct progress progress;
    struct failure failure;
    if (progress_open(&progress, "01-blocking", notice, &failure) < 0)
        fail_msg("%s", failure.text);
    return progress;
}

static void answer(struct progress *progress, const struct quiz *quiz, const char *id,
                   bool right, int64_t now)
{
    struct failure failure;
    if (progress_answered(progress, quiz, quiz_find(quiz, id), right, now, &failure) < 0)
        fail_msg("%s", failure.text);
}

static void it_is_remembered(void **state)
{
    char notice[1024];
    (void)state;
    struct quiz *quiz = quiz_sound(QUIZ_CHOICE_OF("a") QUIZ_CHOICE_OF("b"));
    struct progress progress = opened(notice);
    assert_int_equal(progress.count, 0);
    answer(&progress, quiz, "a", true, NOW);
    answer(&progress, quiz, "b", false, NOW);
    answer(&progress, quiz, "a", true, NOW + DAY);
    progress_close(&progress);
    progress = opened(notice);
    assert_string_equal(notice, "");
    assert_int_equal(progress.count, 2);
    const struct progress_entry *entry = progress_of(&progress, quiz_find(quiz, "a"));
    assert_int_equal(entry->box, 3);
    assert_int_equal(entry->due, NOW + 4 * DAY);
    assert_int_equal(progress_of(&progress, quiz_find(quiz, "b"))->box, 1);
    progress_close(&progress);
    quiz_free(quiz);
}

/* Two terminals: neither forgets what the other one was told; of one question the later answer
   counts. */
static void two_sessions_at_once(void **state)
{
    char notice[1024];
    (void)state;
    struct quiz *quiz = quiz_sound(QUIZ_CHOICE_OF("a") QUIZ_CHOICE_OF("b") QUIZ_CHOICE_OF("c"));
    struct progress one = opened(notice), other = opened(notice);
    answer(&one, quiz, "a", true, NOW);
    answer(&other, quiz, "b", true, NOW + 1);
    answer(&one, quiz, "c", false, NOW + 2);
    answer(&other, quiz, "c", true, NOW + 3);
    progress_close(&one);
    progress_close(&other);
    struct progress after = opened(notice);
    assert_string_equal(notice, "");
    assert_int_equal(after.count, 3);
    assert_int_equal(progress_of(&after, quiz_find(quiz, "a"))->box, 2);
    assert_int_equal(progress_of(&after, quiz_find(quiz, "b"))->box, 2);
    const struct progress_entry *both = progress_of(&after, quiz_find(quiz, "c"));
    assert_int_equal(both->box, 2);
    assert_int_equal(both->right, 1);
    assert_int_equal(both->wrong, 1);
    progress_close(&after);
    quiz_free(quiz);
}

static void questions_change_and_vanish(void **state)
{
    char notice[1024];
    (void)state;
    struct quiz *before =
        quiz_sound(QUIZ_CHOICE_OF("a") QUIZ_CHOICE_OF("b") QUIZ_CHOICE_OF("c"));
    struct quiz *after = quiz_sound(
        QUIZ_CHOICE_OF("a") "card { id = 'b', front = 'f', back = 'b', source = 's' }");
    struct progress progress = opened(notice);
    for (const char *id = "a\0b\0c\0"; *id; id += 2)
        answer(&progress, before, id, true, NOW);
    assert_non_null(progress_of(&progress, quiz_find(after, "a")));
    assert_null(progress_of(&progress, quiz_find(after, "b"))); /* it is new */
    answer(&progress, after, "b", true, NOW);
    const struct progress_entry *entry = progress_of(&progress, quiz_find(after, "b"));
    assert_int_equal(entry->box, 2);
    assert_int_equal(entry->right, 1);
    assert_int_equal(progress.count, 2);
    progress_close(&progress);
    quiz_free(before);
    quiz_free(after);
}

static void write_bytes(const struct place *place, const char *bytes, size_t size)
{
    FILE *file = fopen(place->path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

#define ENTRY(fields) "{\"schema\":\"iolab-quiz/1\",\"questions\":{\"a\":{" fields "}}}"
#define PRINT         "\"print\":\"0123456789abcdef\","
#define TIMES         "\"due\":1,\"seen\":1,\"right\":1,\"wrong\":0"

static void broken_files_are_kept_aside(void **state)
{
    static const struct {
        const char *bytes;
        size_t size; /* 0: all of it */
    } trials[] = {
        {"", 0},
        {"{", 0},
        {"[1]", 0},
        {"null", 0},
        {"{}", 0},
        {"\0\0\0", 3},
        {"\xff\xfe\x00{", 4},
        {"{\"schema\":\"iolab-quiz/2\",\"questions\":{}}", 0},
        {"{\"schema\":\"iolab-quiz/1\",\"questions\":[]}", 0},
        {"{\"schema\":1,\"questions\":{}}", 0},
        {"{\"schema\":\"iolab-quiz/1\",\"questions\":{\"../x\":{}}}", 0},
        {"{\"schema\":\"iolab-quiz/1\",\"questions\":{\"a\":7}}", 0},
        {ENTRY(TIMES ",\"box\":1"), 0},
        {ENTRY(PRINT TIMES ",\"box\":0"), 0},
        {ENTRY(PRINT TIMES ",\"box\":6"), 0},
        {ENTRY(PRINT TIMES ",\"box\":1.5"), 0},
        {ENTRY(PRINT TIMES ",\"box\":99999999999999999999"), 0},
        {ENTRY(PRINT TIMES ",\"box\":1,\"box\":2"), 0},
        {ENTRY("\"print\":\"xyz\"," TIMES ",\"box\":1"), 0},
        {ENTRY(PRINT "\"due\":-1,\"seen\":1,\"right\":1,\"wrong\":0,\"box\":1"), 0},
        {ENTRY(PRINT
               "\"due\":9223372036854775807,\"seen\":1,\"right\":1,\"wrong\":0,\"box\":1"),
         0},
    };
    const struct place *place = *state;
    char notice[1024], aside[256];
    struct progress progress = opened(notice); /* makes the folder */
    progress_close(&progress);
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++) {
        const char *bytes = trials[i].bytes;
        write_bytes(place, bytes, trials[i].size ? trials[i].size : strlen(bytes));
        progress = opened(notice);
        snprintf(aside, sizeof aside, "%s.broken-%zu", place->path, i + 1);
        if (progress.count || !strstr(notice, aside) || access(aside, R_OK) < 0 ||
            access(place->path, F_OK) == 0)
            fail_msg("trial %zu: %s", i, notice);
        progress_close(&progress);
    }
}

/* A file is cut at each byte: it is whole, or it is kept aside. */
static void cut_files(void **state)
{
    static const char whole[] = ENTRY(PRINT TIMES ",\"box\":1");
    const struct place *place = *state;
    char notice[1024];
    struct progress progress = opened(notice);
    progress_close(&progress);
    for (size_t size = 0; size < sizeof whole; size++) {
        write_bytes(place, whole, size);
        progress = opened(notice);
        assert_int_equal(progress.count, size == sizeof whole - 1);
        assert_int_equal(notice[0] == '\0', size == sizeof whole - 1);
        progress_close(&progress);
    }
}

static void what_is_no_file_is_kept_aside(void **state)
{
    const struct place *place = *state;
    char notice[1024];
    struct progress progress = opened(notice);
    progress_close(&progress);
    assert_int_equal(mkfifo(place->path, 0600), 0); /* would be waited at for ever */
    progress = opened(notice);
    assert_non_null(strstr(notice, "it is no file"));
    progress_close(&progress);
    assert_int_equal(mkdir(place->path, 0700), 0);
    progress = opened(notice);
    assert_non_null(strstr(notice, "broken-2"));
    progress_close(&progress);
    write_bytes(place, "{", 1);
    assert_int_equal(truncate(place->path, (off_t)1 << 40), 0);
    progress = opened(notice);
    assert_non_null(strstr(notice, "larger than it can have become"));
    progress_close(&progress);
}

/* What was there stays, and nothing else is left, when there is no room. */
static void a_full_disk(void **state)
{
    const struct place *place = *state;
    struct quiz *quiz = quiz_sound(QUIZ_CHOICE_OF("a") QUIZ_CHOICE_OF("b"));
    char notice[1024];
    struct failure failure;
    struct rlimit before, small = {.rlim_cur = 64, .rlim_max = RLIM_INFINITY};
    struct progress progress = opened(notice);
    answer(&progress, quiz, "a", true, NOW);
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    int status = progress_answered(&progress, quiz, quiz_find(quiz, "b"), true, NOW, &failure);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_int_equal(status, -1);
    assert_non_null(strstr(failure.text, "cannot keep"));
    progress_close(&progress);
    progress = opened(notice);
    assert_int_equal(progress.count, 1);
    assert_string_equal(notice, "");
    progress_close(&progress);
    quiz_free(quiz);
    char command[256];
    snprintf(command, sizeof command, "test \"$(ls '%s')\" = quiz.json", place->lab);
    assert_int_equal(system(command), 0);
}

#define IN_A_FOLDER(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_over_days),
        cmocka_unit_test(clocks_that_are_set_back),
        IN_A_FOLDER(two_sessions_at_once),
        IN_A_FOLDER(it_is_remembered),
        IN_A_FOLDER(questions_change_and_vanish),
        IN_A_FOLDER(broken_files_are_kept_aside),
        IN_A_FOLDER(cut_files),
        IN_A_FOLDER(what_is_no_file_is_kept_aside),
        IN_A_FOLDER(a_full_disk),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
