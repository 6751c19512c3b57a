/* What grading uses besides the kernel: compiler, sanitizers, disk, and time that keeps. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/order.h"
#include "run/doctor.h"
#include "server/box.h"

#define MEBIBYTE (1ull << 20)

static const char *temporary_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

static int remove_entry(const char *path, const struct stat *status, int kind,
                        struct FTW *place)
{
    (void)status, (void)kind, (void)place;
    return remove(path);
}

/* --- a program of two lines --- */

struct trial {
    char folder[PATH_MAX], program[PATH_MAX + 16], message[200];
};

static int write_source(const struct trial *trial, const char *text)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/two.c", trial->folder);
    FILE *file = fopen(path, "we");
    if (!file)
        return -1;
    int written = fputs(text, file);
    return fclose(file) == 0 && written >= 0 ? 0 : -1;
}

static int compile(struct trial *trial, bool sanitize)
{
    static const char *const files[] = {"two.c", NULL};
    struct build_spec spec = {.folder = trial->folder,
                              .files = files,
                              .output = trial->program,
                              .sanitize = sanitize,
                              .seconds = 60};
    struct build_result result = {0};
    struct failure failure;
    int status = server_build(&spec, &result, &failure);
    const char *said = status < 0 ? failure.text : result.messages;
    int first_line = (int)strcspn(said, "\n");
    snprintf(trial->message, sizeof trial->message, "%.*s", first_line, said);
    free(result.messages);
    return status;
}

/* Its wait status; it prints nothing, and has ten seconds. */
static int run_program(const struct trial *trial)
{
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(null, 1);
        dup2(null, 2);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        alarm(10);
        execl(trial->program, trial->program, (char *)NULL);
        _exit(126);
    }
    int status = -1;
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* Compiles and runs `source`; true when it ended with `wanted`. */
static bool try_program(struct trial *trial, const char *source, bool sanitize, int wanted)
{
    snprintf(trial->folder, sizeof trial->folder, "%s/iolab-doctor-XXXXXX", temporary_folder());
    if (!mkdtemp(trial->folder)) {
        snprintf(trial->message, sizeof trial->message, "no folder for it: %s",
                 strerror(errno));
        return false;
    }
    snprintf(trial->program, sizeof trial->program, "%s/two", trial->folder);
    trial->message[0] = '\0';
    bool well = false;
    if (write_source(trial, source) == 0 && compile(trial, sanitize) == 0) {
        int status = run_program(trial);
        well = WIFEXITED(status) && WEXITSTATUS(status) == wanted;
        if (!well)
            snprintf(trial->message, sizeof trial->message,
                     "a program of two lines compiled, but did not run as it should");
    }
    nftw(trial->folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    return well;
}

void doctor_compiler(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    struct trial trial = {.message = ""};
    const char *chosen = getenv("CC");
    if (try_program(&trial, "#include <stdio.h>\nint main(void) { return 5; }\n", false, 5))
        finding_set(finding, FINDING_OK, NULL, "a C program compiles%s%s, and runs",
                    chosen && *chosen ? " with " : "", chosen ? chosen : "");
    else
        finding_set(finding, FINDING_MISSING, "apt install gcc libc6-dev", "%s", trial.message);
}

/*
 * The program tells by itself whether a sanitizer watches: it asks for a byte that
 * AddressSanitizer alone knows to be poisoned, and would end well with 5 without any.
 */
void doctor_sanitizers(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    static const char overflow[] = "#include <stdlib.h>\n"
                                   "int main(int n, char **v) { (void)v; char *p = malloc(1); "
                                   "return p[n] == 1 ? 6 : 5; }\n";
    struct trial trial = {.message = ""};
    bool sane = try_program(&trial, "int main(void) { return 5; }\n", true, 5);
    if (!sane)
        finding_set(finding, FINDING_MISSING, "apt install gcc, or for clang libclang-rt-dev",
                    "%s", trial.message);
    else if (try_program(&trial, overflow, true, 1)) /* the exit status of its reports */
        finding_set(finding, FINDING_OK, NULL, "an overflow of one byte is reported");
    else
        finding_set(finding, FINDING_MISSING, "Unset ASAN_OPTIONS, or try CC=gcc.",
                    "an overflow of one byte was not reported");
}

/* --- time --- */

#define SLEEPS 200

/*
 * How late a sleep of 1 ms ends tells how long a client or a server may stand for lack of a
 * core. Limits are hundreds of milliseconds: a fifth of that is no trouble.
 */
void doctor_clock(struct finding *finding, struct diagnosis *diagnosis)
{
    double late[SLEEPS]; /* ms */
    for (int i = 0; i < SLEEPS; i++) {
        struct timespec pause = {.tv_nsec = CLOCK_MILLISECOND};
        int64_t start = clock_now();
        clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
        late[i] = (double)(clock_now() - start) / (double)CLOCK_MILLISECOND - 1;
    }
    order_figures(late, SLEEPS);
    double median = order_quantile(late, SLEEPS, 0.5), worst = late[SLEEPS - 1];
    diagnosis->time_scale = worst < 50 ? 1 : fmin(20, 1 + ceil(worst / 50));
    char remedy[128] = "";
    if (diagnosis->time_scale > 1)
        snprintf(remedy, sizeof remedy, "iolab grade --time-scale %g, or fewer other programs.",
                 diagnosis->time_scale);
    finding_set(finding, diagnosis->time_scale > 1 ? FINDING_LIMITED : FINDING_OK, remedy,
                "sleeps of 1 ms end %.2f ms late (median), %.2f ms at worst of %d", median,
                worst, SLEEPS);
}

/* --- disk --- */

void doctor_disk(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    struct statvfs space;
    const char *folder = temporary_folder();
    static const char remedy[] = "Make room, or set TMPDIR to a folder that has some.";
    if (statvfs(folder, &space) < 0 || access(folder, W_OK | X_OK) < 0) {
        finding_set(finding, FINDING_MISSING, remedy, "cannot write to %s: %s", folder,
                    strerror(errno));
        return;
    }
    unsigned long long bytes = (unsigned long long)space.f_bavail * space.f_frsize;
    bool inodes =
        space.f_files == 0 || space.f_favail >= 1000; /* some file systems count none */
    enum finding_level level = bytes >= 200 * MEBIBYTE && inodes  ? FINDING_OK
                               : bytes >= 20 * MEBIBYTE && inodes ? FINDING_LIMITED
                                                                  : FINDING_MISSING;
    finding_set(finding, level, level ? remedy : NULL, "%llu MiB free in %s%s",
                bytes / MEBIBYTE, folder, inodes ? "" : ", but no room for more files");
}

/* Whether classes can be graded for official marks. */
void doctor_box(struct finding *finding, struct diagnosis *diagnosis)
{
    (void)diagnosis;
    char why[256];
    if (box_available(why, sizeof why))
        finding_set(
            finding, FINDING_OK, NULL,
            "bubblewrap works: iolab grade --box, and iolab batch gives official marks");
    else
        finding_set(finding, FINDING_LIMITED, why,
                    "no box for strangers' programs: iolab batch gives no official marks");
}
