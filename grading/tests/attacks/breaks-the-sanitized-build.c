/*
 * Tries: to be a program that can be built, but not with the sanitizer: it has functions of the
 * sanitizer's names. If what cannot be looked at is nobody's fault, it is graded for ever.
 * Must come: no points for memory, in a result that stands.
 *
 * lab: 01
 * checks: 1?,9?
 * base: overflow.c
 */
void __asan_init(void);
void __asan_init(void)
{
}
void __asan_report_store1(unsigned long address);
void __asan_report_store1(unsigned long address)
{
    (void)address;
}
