/*
 * Tries: to flood the messages of the compiler, with bytes that terminals and pages obey.
 * Must come: it does not compile; the message is short, and harmless where it is shown.
 *
 * lab: 01
 * checks: 11
 * compiles: no
 */
#define TEN(x) x x x x x x x x x x
#define WARN   _Pragma("GCC warning \"<script>alert(1)</script> planted by nobody\"")
TEN(TEN(TEN(TEN(TEN(WARN)))))
TEN(TEN(TEN(TEN(int main(void) { return ""; }))))
