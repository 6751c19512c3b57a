/*
 * Tries: to have the sanitizer's report go nowhere and its end be a good one, by the functions
 * that its library has for that.
 * Must come: no points for memory.
 *
 * lab: 01
 * checks: 1?,9?
 * base: overflow.c
 */
__attribute__((weak)) void __sanitizer_set_report_path(const char *path);
__attribute__((weak)) void __asan_set_death_callback(void (*callback)(void));
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "detect_stack_use_after_return=0:poison_heap=0:replace_intrin=0:exitcode=0";
}

static void good_end(void)
{
    _exit(0);
}

void before_the_error(void)
{
    if (__sanitizer_set_report_path)
        __sanitizer_set_report_path("/dev/null");
    if (__asan_set_death_callback)
        __asan_set_death_callback(good_end);
}
