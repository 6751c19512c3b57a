/* Turns in locked memory: who runs beside whom, and who alone. */
#include "server_fixture.h"

#include <sys/resource.h>

#include "server/isolate.h"
#include "server/locked_memory.h"

/* Somebody stands at the gate: he waits for a turn, and nobody passes him. */
static bool gate_is_shut(void)
{
    char path[64];
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_len = 1};
    snprintf(path, sizeof path, "/tmp/iolab-locked-memory-%u", geteuid());
    int file = open(path, O_RDWR | O_CLOEXEC);
    bool well = file >= 0 && fcntl(file, F_OFD_GETLK, &lock) == 0;
    close(file);
    return well && lock.l_type != F_UNLCK;
}

/* A process that takes a turn, says so, and keeps it until `go` ends. It has no turn of ours. */
static pid_t take_turn(bool alone, char name, const int said[2], const int go[2],
                       const int ours[2])
{
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    char byte;
    close(ours[0]);
    close(ours[1]);
    close(go[1]);
    int turn = locked_memory_turn(alone);
    if (turn < 0 || write(said[1], &name, 1) != 1)
        _exit(1);
    _exit(read(go[0], &byte, 1) == 0 ? 0 : 1);
}

static void expect_said(const int said[2], char name)
{
    char byte = 0;
    assert_int_equal(read(said[0], &byte, 1), 1);
    assert_int_equal(byte, name);
}

/* Both have had the time to go on wrongly. */
static void expect_silence(const int said[2])
{
    struct pollfd nothing = {.fd = said[0], .events = POLLIN};
    assert_int_equal(poll(&nothing, 1, 100), 0);
}

static void expect_good_end(pid_t pid)
{
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

static void test_alone(void **state)
{
    int said[2], go[2];
    (void)state;
    assert_int_equal(pipe(said), 0);
    assert_int_equal(pipe(go), 0);
    int beside[2] = {locked_memory_turn(false), locked_memory_turn(false)};
    assert_true(beside[0] >= 0 && beside[1] >= 0);
    pid_t alone = take_turn(true, 'a', said, go, beside);
    while (!gate_is_shut())
        usleep(1000);
    pid_t newcomer = take_turn(false, 'n', said, go, beside);
    close(beside[0]);
    expect_silence(said);
    close(beside[1]);
    expect_said(said, 'a');
    expect_silence(said);
    close(go[1]);
    expect_good_end(alone);
    expect_said(said, 'n');
    expect_good_end(newcomer);
    close(said[0]);
    close(said[1]);
    close(go[0]);
}

enum answer { NOT_SHARED, SHARED, UNKNOWN };

/* As this user (0: as who we are), with such a limit; UNKNOWN where it may not be so high. */
static enum answer shared(uid_t user, rlim_t most)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {most, most};
        if (setrlimit(RLIMIT_MEMLOCK, &limit) < 0 || (user && setresuid(user, user, user) < 0))
            _exit(UNKNOWN);
        _exit(locked_memory_is_shared() ? SHARED : NOT_SHARED);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return (enum answer)WEXITSTATUS(status);
}

static void test_who_shares(void **state)
{
    (void)state;
    uid_t ordinary = geteuid() == 0 ? STRANGER : 0;
    assert_int_equal(shared(ordinary, 1 << 20), SHARED);
    assert_int_not_equal(shared(ordinary, RLIM_INFINITY), SHARED);
    if (geteuid() == 0 && isolate_user_exists(ISOLATE_FREE_USERS))
        assert_int_equal(shared(0, 1 << 20), NOT_SHARED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_who_shares),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
