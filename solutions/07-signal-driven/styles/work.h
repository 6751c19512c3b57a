/* What the styles share and no style changes: a slice of the work. */
#ifndef STYLES_WORK_H
#define STYLES_WORK_H

static volatile unsigned long result;

static inline void work_on(long slice)
{
    unsigned long x = result + (unsigned long)slice;
    for (long step = 0; step < 2000000; step++)
        x = x * 6364136223846793005UL + 1442695040888963407UL;
    result = x;
}

#endif
