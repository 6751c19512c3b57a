/* Reports of sanitizers become one verdict in the student's terms. */
#include "tests/judge_fixture.h"

static const char overflow[] =
    "=================================================================\n"
    "==71==ERROR: AddressSanitizer: heap-buffer-overflow on address 0x619000000480 at pc 0x55 "
    "bp "
    "0x7f sp 0x7f\n"
    "WRITE of size 1 at 0x619000000480 thread T0\n"
    "    #0 0x7f1 in __interceptor_memcpy ../../sanitizer_common_interceptors.inc:827\n"
    "    #1 0x55d in echo /tmp/x/server.c:41\n"
    "    #2 0x55e in main /tmp/x/server.c:60\n"
    "\n"
    "0x619000000480 is located 0 bytes to the right of 1024-byte region [0x61,0x62)\n"
    "allocated by thread T0 here:\n"
    "    #0 0x7f2 in __interceptor_malloc ../../asan_malloc_linux.cpp:69\n"
    "    #1 0x55d in main /tmp/x/server.c:55\n"
    "\n"
    "SUMMARY: AddressSanitizer: heap-buffer-overflow /tmp/x/server.c:41 in echo\n";

static const char after_free[] =
    "==9==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc 0x0 bp 0x1 sp "
    "0x2\n"
    "READ of size 8 at 0x602000000010 thread T3\n"
    "    #0 0x4 in serve(struct client*) /a/b/peer.c:12:9\n"
    "0x602 is located 4 bytes inside of 16-byte region [0x602,0x603)\n"
    "freed by thread T0 here:\n    #0 0x1 in free x.cpp:1\n    #1 0x2 in drop /a/b/peer.c:7\n";

static const char on_stack[] =
    "==9==ERROR: AddressSanitizer: stack-buffer-overflow on address 0x7ffe at pc 0x0\n"
    "WRITE of size 2048 at 0x7ffe thread T0\n"
    "    #0 0x4 in recv x.inc:1\n    #1 0x4 in main /a/server.c:20:9\n"
    "Address 0x7ffe is located in stack of thread T0 at offset 96 in frame\n"
    "    #0 0x1 in main /a/server.c:9\n"
    "  This frame has 1 object(s):\n"
    "    [32, 96) 'buffer' (line 12) <== Memory access at offset 96 overflows this variable\n";

static const char undefined[] =
    "/tmp/x/server.c:33:14: runtime error: index 1024 out of bounds for type 'int [1024]'\n"
    "    #0 0x5 in add /tmp/x/server.c:33\n";

static struct verdict *judge(const char *const *reports)
{
    static const char *const files[] = {"server.c", "src/peer.c", NULL};
    char *hints[] = {"look at the size", NULL};
    const struct manifest manifest = {.sanitizer_points = 10, .sanitizer_hints = hints};
    return judge_sanitizer(&manifest, (char *const *)reports, files);
}

static void expect(const char *report, const char *message)
{
    struct verdict *verdict = judge((const char *const[]){report, NULL});
    assert_int_equal(verdict->status, VERDICT_FAIL);
    assert_int_equal(verdict->number, SANITIZER_NUMBER);
    assert_string_equal(verdict->message, message);
    assert_string_equal(verdict->hint, "look at the size");
    verdict_free(verdict);
}

static void errors_in_the_students_terms(void **state)
{
    (void)state;
    expect(overflow, "heap-buffer-overflow: writing 1 byte just past the end of a 1024-byte "
                     "block, in echo() at server.c:41");
    expect(after_free, "heap-use-after-free: reading 8 bytes 4 bytes inside of a freed 16-byte "
                       "block, in serve() at peer.c:12");
    expect(on_stack, "stack-buffer-overflow: writing 2048 bytes outside the variable 'buffer', "
                     "in main() at server.c:20");
    expect(undefined, "index 1024 out of bounds for type 'int [1024]', in add() at "
                      "server.c:33");
}

static void the_same_error_is_told_once_and_three_at_most(void **state)
{
    (void)state;
    struct verdict *verdict =
        judge((const char *const[]){overflow, undefined, overflow, after_free, on_stack, NULL});
    size_t lines = 1;
    for (const char *c = verdict->message; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, 3);
    verdict_free(verdict);
}

static void no_report_passes_and_no_run_says_nothing(void **state)
{
    (void)state;
    struct verdict *verdict = judge((const char *const[]){NULL});
    assert_int_equal(verdict->status, VERDICT_PASS);
    assert_true(verdict->points == 10);
    verdict_free(verdict);
    verdict = judge((const char *const[]){"==1==WARNING: something\n", "", NULL});
    assert_int_equal(verdict->status, VERDICT_PASS);
    verdict_free(verdict);
    verdict = judge(NULL);
    assert_int_equal(verdict->status, VERDICT_NOT_OBSERVED);
    verdict_free(verdict);
}

/* Any prefix of a report, and any byte changed in it, is survived. */
static void mutilated_reports_are_survived(void **state)
{
    (void)state;
    for (size_t i = 0; i + 1 < sizeof overflow; i++) {
        char copy[sizeof overflow];
        memcpy(copy, overflow, sizeof copy);
        copy[i] = i % 3 ? '\0' : '\n';
        verdict_free(judge((const char *const[]){copy, after_free + i % 40, NULL}));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_in_the_students_terms),
        cmocka_unit_test(the_same_error_is_told_once_and_three_at_most),
        cmocka_unit_test(no_report_passes_and_no_run_says_nothing),
        cmocka_unit_test(mutilated_reports_are_survived),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
