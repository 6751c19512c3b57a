/* The registers of a stopped thread. See registers.h. */
#include "trace/registers.h"

#include <elf.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>

#include "trace/memory.h"

#if defined(__x86_64__)

static int poke(pid_t thread, size_t offset, uint64_t value)
{
    return (int)ptrace(PTRACE_POKEUSER, thread, (void *)offset, (void *)(uintptr_t)value);
}

int registers_argument(pid_t thread, int index, uint64_t value)
{
    static const size_t offsets[] = {
        offsetof(struct user_regs_struct, rdi), offsetof(struct user_regs_struct, rsi),
        offsetof(struct user_regs_struct, rdx), offsetof(struct user_regs_struct, r10),
        offsetof(struct user_regs_struct, r8),  offsetof(struct user_regs_struct, r9),
    };
    return poke(thread, offsets[index], value);
}

/* A call of number -1 is not made, and leaves rax as it is. */
int registers_skip(pid_t thread, int error)
{
    if (poke(thread, offsetof(struct user_regs_struct, orig_rax), UINT64_MAX) < 0)
        return -1;
    return poke(thread, offsetof(struct user_regs_struct, rax), (uint64_t) - (int64_t)error);
}

bool registers_position(pid_t thread, struct position *position)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, thread, NULL, &registers) < 0)
        return false;
    *position = (struct position){registers.rip, registers.rsp, registers.rdx, 0};
    return true;
}

/* The call has put it on the stack. */
uint64_t registers_return(pid_t thread, const struct position *position)
{
    uint64_t back;
    return memory_read(thread, position->stack, &back, sizeof back) ? back : 0;
}

/* Back by the two bytes of the syscall instruction. */
int registers_again(pid_t thread, uint64_t number)
{
    size_t at = offsetof(struct user_regs_struct, rip);
    errno = 0;
    uint64_t behind = (uint64_t)ptrace(PTRACE_PEEKUSER, thread, (void *)at, NULL);
    if (errno || poke(thread, at, behind - 2) < 0 ||
        poke(thread, offsetof(struct user_regs_struct, orig_rax), UINT64_MAX) < 0)
        return -1;
    return poke(thread, offsetof(struct user_regs_struct, rax), number);
}

#elif defined(__aarch64__)

#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

static int set_general(pid_t thread, int index, uint64_t value)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) < 0)
        return -1;
    registers.regs[index] = value;
    return (int)ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all);
}

int registers_argument(pid_t thread, int index, uint64_t value)
{
    return set_general(thread, index, value);
}

static int no_call(pid_t thread)
{
    int none = -1;
    struct iovec number = {&none, sizeof none};
    return (int)ptrace(PTRACE_SETREGSET, thread, NT_ARM_SYSTEM_CALL, &number);
}

int registers_skip(pid_t thread, int error)
{
    return no_call(thread) < 0 ? -1 : set_general(thread, 0, (uint64_t) - (int64_t)error);
}

/* Back by the four bytes of the svc instruction; x8 still holds the number. */
int registers_again(pid_t thread, uint64_t number)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    (void)number;
    if (no_call(thread) < 0 || ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) < 0)
        return -1;
    registers.pc -= 4;
    return (int)ptrace(PTRACE_SETREGSET, thread, NT_PRSTATUS, &all);
}

bool registers_position(pid_t thread, struct position *position)
{
    struct user_regs_struct registers;
    struct iovec all = {&registers, sizeof registers};
    if (ptrace(PTRACE_GETREGSET, thread, NT_PRSTATUS, &all) < 0)
        return false;
    *position =
        (struct position){registers.pc, registers.sp, registers.regs[2], registers.regs[30]};
    return true;
}

uint64_t registers_return(pid_t thread, const struct position *position)
{
    (void)thread;
    return position->linked;
}

#else
#error "iolab watches programs on x86_64 and aarch64"
#endif
