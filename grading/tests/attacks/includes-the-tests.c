/*
 * Tries: to show the tests to itself in the messages of the compiler: #include of scenarios, of a
 * driver, of a solution, of files of the system and of the compiler's own process; asks which of
 * them there are by __has_include; and has #line name one, whose lines gcc would print.
 * Must come: the compiler sees its own sources and the lab library, and nothing else. It does not
 * compile; no message has a word of the tests.
 *
 * lab: 01
 * checks: 11
 * compiles: no
 */
#if __has_include("@TREE@/labs/01-blocking/scenarios/10-basic.lua") ||                         \
                  __has_include("@TREE@/labs/01-blocking/scenarios/probe.c") ||                \
                                __has_include("@TREE@/solutions/01-blocking/server.c") ||      \
                                              __has_include("/etc/shadow")
#error SUCCEEDED: there are tests here
#include "@TREE@/labs/01-blocking/scenarios/10-basic.lua"
#include "@TREE@/labs/01-blocking/scenarios/probe.c"
#include "@TREE@/solutions/01-blocking/server.c"
#endif
#include "/etc/passwd"
#include "/proc/1/cmdline"
#include "/proc/1/environ"
#include "/proc/self/cmdline"
#include "/proc/self/environ"
#include "@TREE@/solutions/01-blocking/hidden/50-more.lua"
#line 1 "@TREE@/labs/01-blocking/scenarios/10-basic.lua"
int wrong_on_purpose = "";
#line 1 "@TREE@/solutions/01-blocking/hidden/50-more.lua"
int wrong_again = "";
