/* From libseccomp's rules to the kernel's program. See filter.h. */
#include "base/filter.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libseccomp gives the program out through a descriptor only. */
int filter_export(scmp_filter_ctx filter, struct sock_fprog *program)
{
    int file = memfd_create("iolab-filter", MFD_CLOEXEC);
    if (file < 0)
        return -errno;
    int error = seccomp_export_bpf(filter, file);
    off_t size = lseek(file, 0, SEEK_END);
    if (!error && size > 0) {
        program->filter = malloc((size_t)size);
        program->len = (unsigned short)((size_t)size / sizeof *program->filter);
        if (!program->filter || pread(file, program->filter, (size_t)size, 0) != size)
            error = -EIO;
    }
    close(file);
    return error;
}

void filter_free(struct sock_fprog *program)
{
    free(program->filter);
    program->filter = NULL;
}

/* SPEC_ALLOW (4.17): without it the program is slowed down for a danger that is not ours. */
int filter_install(const struct sock_fprog *program)
{
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return errno;
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_SPEC_ALLOW,
                program) == 0)
        return 0;
    if (errno == EINVAL && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, program) == 0)
        return 0;
    return errno;
}
