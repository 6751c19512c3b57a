/* A program that lies about its rings of io_uring confuses only itself. */
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "tests/rings.h"

enum { LIES = 3000 };

static uint32_t *word_at(struct io_uring *ring, unsigned random)
{
    uint32_t *const words[] = {ring->sq.khead,         ring->sq.ktail, ring->sq.kflags,
                               ring->cq.khead,         ring->cq.ktail, ring->sq.kring_mask,
                               ring->cq.kring_entries, ring->sq.array};
    return words[random % 8];
}

static void lie(struct io_uring *ring, unsigned random)
{
    static char junk[4096];
    unsigned value = random * 2654435761u;
    switch (random % 9) {
    case 0:
    case 1:
        *word_at(ring, value >> 8) = value;
        break;
    case 2:
        *word_at(ring, value >> 8) += value % 5;
        break;
    case 3:
        memset((char *)ring->sq.sqes, (int)(value >> 16), 64 * 4);
        break;
    case 4:
        syscall(SYS_io_uring_enter, ring->ring_fd, value, 0, value & 0x3e, junk, value);
        break;
    case 5:
        syscall(SYS_io_uring_enter, value, value, 0, value, junk, 8);
        break;
    case 6:
        syscall(SYS_io_uring_register, ring->ring_fd, value % 40, (random & 64) ? junk : NULL,
                value % 300);
        break;
    case 7:
        syscall(SYS_io_uring_setup, value % 70000, (random & 64) ? junk : NULL);
        break;
    default:
        memset(junk, (int)value, sizeof junk);
        getppid();
        write(-1, "", 1);
    }
}

/* Each child lies until it has lost its way; the memory under a ring vanishes too. */
static int lie_always(void *context)
{
    (void)context;
    for (unsigned seed = 0; seed < 30; seed++) {
        pid_t pid = fork();
        if (pid) {
            waitpid(pid, NULL, 0);
            continue;
        }
        struct io_uring ring;
        unsigned random = seed * 977 + 1;
        struct rlimit few = {64, 64};
        setrlimit(RLIMIT_NOFILE, &few);
        alarm(20);
        if (io_uring_queue_init(4, &ring, seed % 5 ? 0 : IORING_SETUP_SQPOLL) < 0)
            _exit(1);
        for (int i = 0; i < LIES / 30; i++) {
            random = random * 1103515245 + 12345;
            lie(&ring, random >> 8);
            if (seed % 3 == 1 && i == 50)
                munmap(ring.sq.ring_ptr, ring.sq.ring_sz), _exit(0);
            if (seed % 3 == 2 && i == 50)
                close(ring.ring_fd);
        }
        _exit(0);
    }
    return 0;
}

static void test_lies(void **state)
{
    (void)state;
    struct traced traced;
    int64_t begin = clock_now();
    traced_start(&traced, lie_always, NULL);
    traced_end(&traced);
    assert_true(clock_now() - begin < 100 * CLOCK_SECOND);
    assert_int_equal(WEXITSTATUS(traced.status), 0);
    assert_true(traced_count(&traced, EVENT_ENTER, "io_uring_enter") > 100);
    traced_free(&traced);
}

int main(void)
{
    if (rings_skipped())
        return 0;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lies),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
