/*
 * A request of a file says from where. It neither uses nor moves the position of the
 * descriptor, so that two parts can be read at a time, begun by one call; the offset is the
 * program's to count.
 */
#include <aio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "show.h"

static void ask(struct aiocb *request, int fd, char *buffer, size_t size)
{
    *request = (struct aiocb){.aio_fildes = fd, .aio_buf = buffer, .aio_nbytes = size};
    request->aio_lio_opcode = LIO_READ;
    request->aio_sigevent.sigev_notify = SIGEV_NONE;
}

int main(void)
{
    char name[] = "/tmp/iolab-slides-XXXXXX";
    static char one[4], two[4];
    int fd = mkstemp(name);
    show(fd >= 0 && unlink(name) == 0, "a file that is gone when the program is");
    show(write(fd, "abcdefgh", 8) == 8, "with eight letters");
    show(lseek(fd, 0, SEEK_SET) == 0, "at its beginning");
    /* cut: parts */
    static struct aiocb front, back;
    struct aiocb *both[] = {&front, &back};
    ask(&front, fd, one, 4);
    ask(&back, fd, two, 4); /* the same descriptor */
    front.aio_offset = 0;
    back.aio_offset = 4; /* another part of the file */

    lio_listio(LIO_WAIT, both, 2, NULL); /* LIO_NOWAIT: go on at once */

    show(memcmp(one, "abcd", 4) == 0, "the first part");
    show(memcmp(two, "efgh", 4) == 0, "and the second one");
    show(lseek(fd, 0, SEEK_CUR) == 0, "the position has not moved");
    /* end */
    show(aio_return(&front) == 4 && aio_return(&back) == 4, "four bytes each");
    return 0;
}
