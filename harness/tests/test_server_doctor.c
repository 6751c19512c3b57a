/* The doctor says the truth: what was taken away is missed, with a way to mend it. */
#include "server_fixture.h"

#include "run/doctor.h"

static struct diagnosis diagnosis;

static const struct finding *found(const char *name)
{
    size_t i = 0;
    while (i < diagnosis.count && strcmp(diagnosis.findings[i].name, name) != 0)
        i++;
    if (i == diagnosis.count)
        fail_msg("no finding %s", name);
    return &diagnosis.findings[i];
}

static void test_this_machine(void **state)
{
    (void)state;
    unsetenv("CC");
    unsetenv("IOLAB_ISOLATION");
    doctor_examine(&diagnosis);
    assert_int_equal(found("compiler")->level, FINDING_OK);
    assert_int_equal(found("sanitizers")->level, FINDING_OK);
    assert_int_equal(found("disk space")->level, FINDING_OK);
    assert_true(diagnosis.time_scale >= 1 && diagnosis.time_scale <= 20);
    for (size_t i = 0; i < diagnosis.count; i++) {
        assert_true(diagnosis.findings[i].said[0]);
        if (diagnosis.findings[i].level != FINDING_OK)
            assert_true(diagnosis.findings[i].remedy[0]);
    }
    if (diagnosis.tier > TIER_BEHAVIOUR)
        assert_int_not_equal(doctor_status(&diagnosis), STATUS_MACHINE);
}

static void test_without_compiler(void **state)
{
    (void)state;
    setenv("CC", "no-such-compiler", 1);
    doctor_examine(&diagnosis);
    unsetenv("CC");
    assert_int_equal(found("compiler")->level, FINDING_MISSING);
    assert_non_null(strstr(found("compiler")->said, "no-such-compiler"));
    assert_int_equal(doctor_status(&diagnosis), STATUS_MACHINE);
}

static void test_without_namespaces(void **state)
{
    (void)state;
    setenv("IOLAB_ISOLATION", "group", 1);
    doctor_examine(&diagnosis);
    unsetenv("IOLAB_ISOLATION");
    assert_int_equal(diagnosis.isolation, ISOLATION_GROUP);
    assert_int_equal(found("network namespace")->level, FINDING_LIMITED);
    assert_non_null(strstr(found("network namespace")->remedy, "IOLAB_ISOLATION"));
}

static void test_without_folder(void **state)
{
    (void)state;
    setenv("TMPDIR", "/nowhere", 1);
    doctor_examine(&diagnosis);
    unsetenv("TMPDIR");
    assert_int_equal(found("disk space")->level, FINDING_MISSING);
    assert_non_null(strstr(found("disk space")->said, "/nowhere"));
    assert_int_equal(doctor_status(&diagnosis), STATUS_MACHINE);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_this_machine),
        cmocka_unit_test(test_without_compiler),
        cmocka_unit_test(test_without_namespaces),
        cmocka_unit_test(test_without_folder),
    };
    return cmocka_run_group_tests_name("doctor", tests, NULL, NULL);
}
