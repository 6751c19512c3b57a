/* The list of what is examined, and what follows from it. See doctor.h. */
#include "run/doctor.h"

#include <stdarg.h>
#include <stdio.h>

static const struct examination {
    const char *name;
    enum finding_need need;
    doctor_fn *examine;
} examinations[] = {
    {"compiler", NEED_ALL, doctor_compiler},
    {"disk space", NEED_ALL, doctor_disk},
    {"kernel", NEED_CHECKS, doctor_kernel},
    {"ptrace", NEED_CHECKS, doctor_ptrace},
    {"seccomp", NEED_CHECKS, doctor_seccomp},
    {"pidfd_getfd", NEED_CHECKS, doctor_pidfd_getfd},
    {"yama", NEED_CHECKS, doctor_yama},
    {"io_uring", NEED_CHECKS, doctor_io_uring},
    {"sanitizers", NEED_CHECKS, doctor_sanitizers},
    {"descriptors", NEED_CHECKS, doctor_descriptors},
    {"somaxconn", NEED_CHECKS, doctor_somaxconn},
    {"user namespaces", NEED_COMFORT, doctor_user_namespaces},
    {"network namespace", NEED_COMFORT, doctor_network_namespace},
    {"box", NEED_COMFORT, doctor_box},
    {"cores", NEED_COMFORT, doctor_cores},
    {"clock", NEED_COMFORT, doctor_clock},
    {"inotify", NEED_COMFORT, doctor_inotify},
};

const char *finding_level_name(enum finding_level level)
{
    static const char *const names[] = {
#define X(level, name) name,
        FINDING_LEVELS(X)
#undef X
    };
    return names[level];
}

void finding_set(struct finding *finding, enum finding_level level, const char *remedy,
                 const char *said, ...)
{
    finding->level = level;
    snprintf(finding->remedy, sizeof finding->remedy, "%s", remedy ? remedy : "");
    va_list arguments;
    va_start(arguments, said);
    vsnprintf(finding->said, sizeof finding->said, said, arguments);
    va_end(arguments);
}

void doctor_examine(struct diagnosis *diagnosis)
{
    *diagnosis = (struct diagnosis){.time_scale = 1};
    diagnosis->tier = trace_tier_available(diagnosis->tier_why, sizeof diagnosis->tier_why);
    diagnosis->isolation =
        isolation_available(diagnosis->isolation_why, sizeof diagnosis->isolation_why);
    for (size_t i = 0; i < sizeof examinations / sizeof examinations[0]; i++) {
        struct finding *finding = &diagnosis->findings[diagnosis->count++];
        finding->name = examinations[i].name;
        finding->need = examinations[i].need;
        examinations[i].examine(finding, diagnosis);
    }
}

enum iolab_status doctor_status(const struct diagnosis *diagnosis)
{
    enum iolab_status status = STATUS_WELL;
    for (size_t i = 0; i < diagnosis->count; i++) {
        const struct finding *finding = &diagnosis->findings[i];
        if (finding->level != FINDING_MISSING)
            continue;
        if (finding->need == NEED_ALL)
            return STATUS_MACHINE;
        if (finding->need == NEED_CHECKS)
            status = STATUS_FAILED;
    }
    return status;
}
