/* Servers that try to stay, and workers that die: nothing is left of them. */
#include "server_fixture.h"

#include <sched.h>
#include <sys/mount.h>

static void daemonises(void)
{
    struct fixture_server made = fixture_start("daemon", NULL);
    fixture_wait_until(server_ended(made.server).ended);
    CHECK(server_ended(made.server).status == 0);
    fixture_wait_until(server_listening(made.server));
    struct server_measure measure;
    CHECK(server_measure(made.server, &measure) == 0 && measure.processes == 1);
    bool forced = false;
    struct server_exit end = server_stop(made.server, 0.05, &forced);
    CHECK(end.status == 0 && end.signal == 0 && forced);
    fixture_finish(&made);
}

static void test_daemon(void **state)
{
    (void)state;
    fixture_every_way(daemonises);
}

static int processes_of(struct server *server)
{
    struct server_measure measure;
    CHECK(server_measure(server, &measure) == 0);
    return measure.processes;
}

static void bomb(void)
{
    struct limits limits = {.threads = 60};
    struct fixture_server made = fixture_start("bomb", &limits);
    fixture_wait_until(processes_of(made.server) >= 50);
    /* In a group of an ordinary user the limit counts what else this user runs. */
    CHECK(processes_of(made.server) <= 200);
    bool forced = false;
    CHECK(server_stop(made.server, 0, &forced).ended && forced);
    fixture_finish(&made);
}

static void test_fork_bomb(void **state)
{
    (void)state;
    fixture_every_way(bomb);
}

static void kills_keeper(void)
{
    struct fixture_server made = fixture_start("patricide", NULL);
    fixture_wait_until(server_ended(made.server).ended);
    CHECK(server_stop(made.server, 0.05, NULL).ended);
    fixture_finish(&made);
}

static void test_kills_its_parent(void **state)
{
    (void)state;
    fixture_every_way(kills_keeper);
}

/* The worker tells through this pipe that the server listens, and waits to be killed. */
static int told[2];

static void waits_to_die(void)
{
    struct fixture_server made = fixture_start("deaf", NULL);
    fixture_wait_until(server_listening(made.server));
    CHECK(write(told[1], made.folder, sizeof made.folder) == sizeof made.folder);
    for (;;)
        pause();
}

static void bomb_waits_to_die(void)
{
    struct limits limits = {.threads = 60};
    struct fixture_server made = fixture_start("bomb", &limits);
    fixture_wait_until(processes_of(made.server) >= 50);
    CHECK(write(told[1], made.folder, sizeof made.folder) == sizeof made.folder);
    for (;;)
        pause();
}

static void waits_at_gate(void)
{
    struct fixture_server made = fixture_prepare("deaf", NULL);
    CHECK(write(told[1], made.folder, sizeof made.folder) == sizeof made.folder);
    for (;;)
        pause();
}

static void kill_worker(struct fixture_way way, void (*body)(void))
{
    char folder[PATH_MAX];
    assert_int_equal(pipe2(told, O_CLOEXEC), 0);
    pid_t pid = fixture_worker(way, body);
    close(told[1]);
    assert_int_equal(read(told[0], folder, sizeof folder), sizeof folder);
    assert_int_equal(kill(pid, SIGKILL), 0);
    fixture_reap_all();
    close(told[0]);
    fixture_remove(folder);
}

static void test_worker_killed(void **state)
{
    (void)state;
    for (size_t i = 0; i < fixture_way_count(); i++) {
        kill_worker(fixture_ways[i], waits_to_die);
        kill_worker(fixture_ways[i], bomb_waits_to_die);
        kill_worker(fixture_ways[i], waits_at_gate);
    }
}

static void shares(void)
{
    struct fixture_server made = fixture_start("share", NULL);
    fixture_wait_until(server_ended(made.server).ended);
    char *text = fixture_output(&made);
    CHECK(strcmp(text, "shared\n") == 0);
    free(text);
    fixture_finish(&made);
}

/* In a chroot whose root is no mount point, mounts cannot be kept private: none are made. */
static bool root_is_mount_point(void)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(unshare(CLONE_NEWNS) == 0 &&
              mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0);
    int status = 0;
    waitpid(pid, &status, 0);
    return status == 0;
}

static void test_shared_memory(void **state)
{
    (void)state;
    if (isolation_available(NULL, 0) == ISOLATION_GROUP || access("/dev/shm", W_OK) < 0 ||
        !root_is_mount_point())
        skip();
    fixture_in_way((struct fixture_way){false, false}, shares);
    assert_int_equal(access("/dev/shm/iolab-victim", F_OK), -1);
}

/* All ten are there at once: none ends before its input does. */
static int together[2];

static void one_of_ten(void)
{
    struct fixture_server made = fixture_start("polite", NULL);
    fixture_wait_until(server_listening(made.server));
    int port = server_port(made.server);
    CHECK(write(told[1], &port, sizeof port) == sizeof port);
    close(together[1]);
    char byte;
    CHECK(read(together[0], &byte, 1) == 0);
    bool forced = true;
    struct server_exit end = server_stop(made.server, 30, &forced);
    CHECK(end.status == 0 && end.signal == 0 && !forced);
    fixture_finish(&made);
}

static void ten_at_once(struct fixture_way way)
{
    enum { COUNT = 10 };
    pid_t workers[COUNT];
    int ports[COUNT];
    assert_int_equal(pipe2(told, O_CLOEXEC), 0);
    assert_int_equal(pipe2(together, O_CLOEXEC), 0);
    for (int i = 0; i < COUNT; i++)
        workers[i] = fixture_worker(way, one_of_ten);
    close(told[1]);
    for (int i = 0; i < COUNT; i++) {
        assert_int_equal(read(told[0], &ports[i], sizeof ports[i]), sizeof ports[i]);
        for (int earlier = 0; way.group && earlier < i; earlier++)
            assert_int_not_equal(ports[i], ports[earlier]);
    }
    close(together[0]);
    close(together[1]);
    for (int i = 0; i < COUNT; i++) {
        int status;
        assert_int_equal(waitpid(workers[i], &status, 0), workers[i]);
        assert_int_equal(status, 0);
    }
    close(told[0]);
    fixture_reap_all();
}

static void test_ten_at_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < fixture_way_count(); i++)
        ten_at_once(fixture_ways[i]);
}

int main(void)
{
    cmocka_set_message_output(CM_OUTPUT_TAP);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_daemon),           cmocka_unit_test(test_fork_bomb),
        cmocka_unit_test(test_kills_its_parent), cmocka_unit_test(test_worker_killed),
        cmocka_unit_test(test_ten_at_once),      cmocka_unit_test(test_shared_memory),
    };
    return cmocka_run_group_tests_name("server: leftovers", tests, fixture_build,
                                       fixture_clean);
}
