/*
 * aid_student LAB…: makes the student, whose state lies in $XDG_STATE_HOME, one who has passed all
 * checks of these labs ("05-epoll-level") and answered all questions. It runs from the root of the
 * tree. Tests use it.
 */
#include "tests/objectives_fixture.h"

static char **names;

static void done(void **state)
{
    (void)state;
    for (char **lab = names; *lab; lab++)
        do_everything(*lab);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(done)};
    names = argv + (argc > 0);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
