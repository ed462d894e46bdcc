"""Take from the process that parses a stranger's workbook what parsing does not need.

Whoever finds a hole in a parser then holds a process that reads: it writes no file, opens no
connection, starts nothing, signals nobody, and dies with its parent.
"""

import ctypes
import fcntl
import os
import platform
import resource
import select
import struct
import sys
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

_PR_SET_NO_NEW_PRIVS: Final = 38
_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1
"""SECCOMP_FILTER_FLAG_TSYNC: libraries may have begun threads when they were loaded."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_NUMBER_AT, _ARCHITECTURE_AT, _ARGUMENTS_AT, _ARGUMENT_BYTES = 0, 4, 16, 8
_X32 = 0x40000000
_INSTRUCTION = struct.Struct("=HBBI")
_CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC


class _Kernel(NamedTuple):
    """What one machine's kernel calls things: its audit number, and its system calls by number.

    opening: the calls that open a file, each with the place of its flags. own: those that may be
    about this process alone, whose id is their first argument.
    """

    audit: int
    seccomp: int
    opening: Mapping[int, int]
    own: Sequence[int]
    refused: Sequence[int]


# From the kernel's own tables: files changed, sockets, programs, signals, other processes'
# memory, name spaces, and calls that do one of these on the side (io_uring, bpf, openat2).
# fmt: off
_KERNELS: Final[Mapping[str, _Kernel]] = {
    "x86_64": _Kernel(
        0xC000003E, 317, {2: 1, 257: 2}, (234, 302),
        (
            76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 92, 93, 94, 132, 133, 188, 189, 190, 235,
            258, 259, 260, 261, 263, 264, 265, 266, 268, 280, 316, 437, 452,
            41, 42, 43, 44, 46, 49, 50, 53, 288, 307,
            57, 58, 59, 322, 62, 129, 200, 297, 424,
            101, 165, 272, 298, 308, 310, 311, 321, 323, 248, 250, 425,
        ),
    ),
    "aarch64": _Kernel(
        0xC00000B7, 277, {56: 2}, (131, 261),
        (
            5, 6, 7, 33, 34, 35, 36, 37, 38, 45, 46, 52, 53, 54, 55, 88, 276, 437, 452,
            198, 199, 200, 201, 202, 203, 206, 211, 242, 269,
            221, 281, 129, 130, 138, 240, 424,
            40, 97, 117, 217, 219, 241, 268, 270, 271, 280, 282, 425,
        ),
    ),
}
# fmt: on


def limit(memory_bytes: int, cpu_s: int) -> None:
    """Set the kernel's limits: memory, time on a processor, nothing written, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A core dump would hold every number of the workbook.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def end_with(life: int) -> None:
    """End this process, whatever it is at, when nobody holds the other end of a pipe any more."""
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(life, fcntl.F_GETFL)
    # SIGIO, whose default is to end the process: no code of ours need run, as it may be in C.
    fcntl.fcntl(life, fcntl.F_SETFL, flags | os.O_ASYNC)
    gone = select.poll()
    gone.register(life, 0)
    if gone.poll(0):
        sys.exit(0)


def confine() -> bool:
    """Refuse system calls that parsing does not need; tell whether this kernel does so."""
    kernel = _KERNELS.get(platform.machine())
    if kernel is None or sys.maxsize < 1 << 32:
        return False
    program = _program(kernel)
    held = ctypes.create_string_buffer(program)
    rules = struct.pack("@HP", len(program) // _INSTRUCTION.size, ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return False
    return bool(libc.syscall(kernel.seccomp, _SET_MODE_FILTER, _ALL_THREADS, rules) == 0)


def _program(kernel: _Kernel) -> bytes:
    """Write the filter; a jump counts the instructions it leaps over."""
    steps = [
        _step(_LOAD, _ARCHITECTURE_AT),
        _INSTRUCTION.pack(_EQUAL, 1, 0, kernel.audit),
        _return(_REFUSE),
        _step(_LOAD, _NUMBER_AT),
        *_when(_AT_LEAST, _X32, [_return(_REFUSE)]),
    ]
    for number, place in kernel.opening.items():
        steps += _when(_EQUAL, number, _for_reading(place))
    for number in kernel.own:
        steps += _when(_EQUAL, number, _for_oneself())
    for number in kernel.refused:
        steps += _when(_EQUAL, number, [_return(_REFUSE)])
    return b"".join([*steps, _return(_ALLOW)])


def _for_reading(place: int) -> list[bytes]:
    return [
        _step(_LOAD, _ARGUMENTS_AT + _ARGUMENT_BYTES * place),
        *_when(_ANY_BIT, _CHANGING, [_return(_REFUSE)]),
        _return(_ALLOW),
    ]


def _for_oneself() -> list[bytes]:
    return [
        _step(_LOAD, _ARGUMENTS_AT),
        *_when(_EQUAL, 0, [_return(_ALLOW)]),
        *_when(_EQUAL, os.getpid(), [_return(_ALLOW)]),
        _return(_REFUSE),
    ]


def _when(test: int, value: int, then: Sequence[bytes]) -> list[bytes]:
    """Do this where what was loaded last meets the test."""
    return [_INSTRUCTION.pack(test, 0, len(then), value), *then]


def _return(verdict: int) -> bytes:
    return _step(_RETURN, verdict)


def _step(code: int, value: int) -> bytes:
    return _INSTRUCTION.pack(code, 0, 0, value)
