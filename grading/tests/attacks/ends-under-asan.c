/*
 * Tries: to hide an error of memory: where the sanitizer is at work, which it asks at run time in
 * four ways, it ends with status 0 before it listens.
 * Must come: no points for memory; nothing was seen of it.
 *
 * lab: 01
 * checks: 1?,9?
 * base: overflow.c
 */
#include <dlfcn.h>

extern void __attribute__((weak)) ends_it(void);

__attribute__((constructor)) static void look_around(void)
{
    char name[32], line[512];
    snprintf(name, sizeof name, "__%s_init", "asan");
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, "00007fff7000"))
            _exit(0);
    if (getenv("ASAN_OPTIONS") || dlsym(NULL, name))
        _exit(0);
}
