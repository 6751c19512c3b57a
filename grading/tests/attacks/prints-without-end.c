/*
 * Tries: to fill the disk, a pipe or the grader's memory by what it prints, on both outputs.
 * Must come: it meets the limit of its room. It is graded as what it is.
 *
 * lab: 01
 * checks: 11
 * base: echo.c
 */
static void *print(void *unused)
{
    static char block[1 << 16];
    memset(block, 'A', sizeof block);
    memcpy(block, "\0\033[2J<script>\r", 14);
    for (int out = 1;; out = 3 - out)
        if (write(out, block, sizeof block) < 0)
            usleep(100);
    return unused;
}

void attack(enum moment moment)
{
    pthread_t thread;
    if (moment != LISTENING)
        return;
    signal(SIGXFSZ, SIG_IGN);
    pthread_create(&thread, NULL, print, NULL);
}
