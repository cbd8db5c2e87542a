"""Shuts a process in: from then on it can read its input, write its answer and think, no more.

Sources: setrlimit(2), prctl(2), seccomp(2). Reading is allowed from standard input only,
writing to standard output only; new memory is never executable. Opening files, talking
to the network and starting programs fail with EPERM, so that a library that merely
tries goes on; every other system call ends the process.
"""

from __future__ import annotations

import ctypes
import resource
from types import ModuleType
from typing import Any, Final

from consentry.core.errors import SetupTrouble

_EPERM: Final = 1
_PR_SET_DUMPABLE: Final = 4
_PROT_EXEC: Final = 4
_UNKNOWN: Final = -1
"""What libseccomp answers for a call that this processor does not have."""

THINKING: Final = (
    "alarm brk clock_gettime clock_nanosleep exit exit_group futex getpid getrandom gettid gettimeofday "
    "madvise mremap munmap rt_sigaction rt_sigprocmask rt_sigreturn sched_yield setitimer sigaltstack"
)
"""Calls that are allowed whatever their arguments."""

DENIED: Final = (
    "access bind chdir chmod clone clone3 close connect creat dup execve execveat faccessat faccessat2 fcntl "
    "fork fstat getcwd getdents64 getrusage ioctl kill lseek lstat mkdir newfstatat open openat openat2 "
    "pipe2 poll ppoll prctl prlimit64 ptrace readlink readlinkat rename sched_getaffinity sendto setrlimit "
    "socket socketpair stat statx sysinfo tgkill uname unlink vfork"
)
"""Calls that fail with EPERM. What is on neither list kills."""


def confine(memory_mib: int) -> None:
    """Shut this process in for good. Raises SetupTrouble where the system cannot do it."""
    try:
        import pyseccomp  # noqa: PLC0415 - looks for libseccomp when imported, and may not find it
    except (ImportError, RuntimeError, AttributeError, OSError):
        raise SetupTrouble("libseccomp was not found", next_step="Install libseccomp.") from None
    try:
        limit(memory_mib)
        _filter(pyseccomp)
    except OSError:
        raise SetupTrouble("the kernel refused a seccomp filter", next_step="Allow seccomp.") from None


def limit(memory_mib: int) -> None:
    """Cap memory; no files, no core dumps. No limit on processor time: the child is long-lived."""
    for what, most in (
        (resource.RLIMIT_AS, memory_mib << 20),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _filter(seccomp: ModuleType) -> None:
    # A core dump handed to a program ignores RLIMIT_CORE and would hold the picture.
    ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    rules = seccomp.SyscallFilter(seccomp.KILL_PROCESS)
    rules.set_attr(seccomp.Attr.CTL_TSYNC, 1)
    for name in DENIED.split():
        _add(seccomp, rules, seccomp.ERRNO(_EPERM), name)
    for name in THINKING.split():
        _add(seccomp, rules, seccomp.ALLOW, name)
    _add(seccomp, rules, seccomp.ALLOW, "read", seccomp.Arg(0, seccomp.EQ, 0))
    _add(seccomp, rules, seccomp.ALLOW, "write", seccomp.Arg(0, seccomp.EQ, 1))
    for name in ("mmap", "mprotect"):
        _add(seccomp, rules, seccomp.ALLOW, name, seccomp.Arg(2, seccomp.MASKED_EQ, _PROT_EXEC, 0))
    rules.load()


def _add(seccomp: ModuleType, rules: Any, action: int, name: str, *where: Any) -> None:
    if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) != _UNKNOWN:
        rules.add_rule(action, name, *where)
