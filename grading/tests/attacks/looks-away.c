/*
 * Tries: to keep the sanitizer from looking at the one function that is wrong.
 * Must come: no points for memory.
 *
 * lab: 01
 * checks: 1?,9?
 * base: overflow.c
 * before: yes
 */
#define two_words(one, other) one##other
#define AROUND_THE_ERROR      __attribute__((noinline, two_words(no_sanitize, _address)))
