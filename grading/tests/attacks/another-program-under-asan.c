/*
 * Tries: to hand in two programs: one that the sanitizer has nothing against, for the sanitizer,
 * and the other for everything else. The compiler says which is wanted.
 * Must come: the same program is compiled both times; its error is found.
 *
 * lab: 01
 * checks: 1?,9?
 * base: overflow.c
 * before: yes
 */
#ifdef __SANITIZE_ADDRESS__
#define SPARE 8
#endif
