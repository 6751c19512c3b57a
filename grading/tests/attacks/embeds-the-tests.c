/*
 * Tries: to take the tests into the program by .incbin, where it can read them at leisure: by
 * their paths, through /proc of the assembler, and the folder beside the one that the compiler
 * writes to.
 * Must come: the assembler finds no such file, and the program does not come to be; or what it
 * finds has nothing of the grader's in it.
 *
 * lab: 01
 * checks: 11,21
 * base: echo.c
 */
__asm__(".data\n"
        "embedded:\n"
#if __has_include("@TREE@/solutions/01-blocking/hidden/50-more.lua")
        ".incbin \"@TREE@/solutions/01-blocking/hidden/50-more.lua\"\n"
#endif
#if __has_include("@TREE@/labs/01-blocking/scenarios/10-basic.lua")
        ".incbin \"@TREE@/labs/01-blocking/scenarios/10-basic.lua\"\n"
#endif
        ".incbin \"/proc/self/environ\"\n"
        ".incbin \"/proc/self/cmdline\"\n"
        ".incbin \"/proc/1/environ\"\n"
        ".incbin \"/proc/1/cmdline\"\n"
        ".incbin \"/proc/2/cmdline\"\n"
        "embedded_end:\n"
        ".byte 0\n"
        ".text\n");
extern const char embedded[], embedded_end[];

void attack(enum moment moment)
{
    const char *word = memmem(embedded, (size_t)(embedded_end - embedded), "planted-", 8);
    if (moment == LISTENING && word && word[8] == 'i')
        tell("embedded %.8s", word + 8);
}
