"""What a guest's worker may touch, held by the kernel: it writes where it is told to, and connects only if it may.

Linux's Landlock (https://docs.kernel.org/userspace-api/landlock.html) takes rights from a process for good, without any of
its own. Reading stays open: an engine reads its models and its code. Elsewhere, and in kernels without it, a guest is held by its
separate process and filtered environment alone, and ``studio plugins`` says so.
"""

from __future__ import annotations

import ctypes
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # system calls, the same on every architecture
_VERSION_FLAG, _PATH_BENEATH, _NO_NEW_PRIVS = 1, 1, 38

_WRITE_FILE: Final = 1 << 1
_TRUNCATE: Final = 1 << 14
_IOCTL: Final = 1 << 15
_CHANGES: Final = {1: _WRITE_FILE | sum(1 << bit for bit in range(4, 13)), 2: 1 << 13, 3: _TRUNCATE}
"""Rights to write, remove, make, link and truncate, by the version that brought them."""
_OF_FILES: Final = _WRITE_FILE | _TRUNCATE
"""Those of them that a rule about a single file may give."""
_CONNECTS: Final = 0b11
"""Rights to bind and connect over TCP; version 4."""
_SCOPES: Final = 0b11
"""No abstract sockets of, and no signals to, processes outside; version 6."""
_DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/tty")


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def landlock_version() -> int:
    """Version of Landlock that this kernel speaks; 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    return max(0, int(libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))))


def confine(folders: Iterable[str | Path], *, network: bool, gpu: bool) -> bool:
    """Take this process's rights to write outside ``folders`` and, unless ``network``, to connect; for good, and for its children.

    Folders that do not exist give no rights. ``gpu`` leaves devices and shared memory writable, which drivers need. Returns
    False where the kernel cannot.

    Raises:
        OSError: the kernel can, and refused.
    """
    version = landlock_version()
    if not version:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    changes = 0
    for since, rights in _CHANGES.items():
        changes |= rights if version >= since else 0
    rules = _Ruleset(changes, _CONNECTS if version >= 4 and not network else 0, _SCOPES if version >= 6 else 0)
    size = {1: 8, 2: 8, 3: 8, 4: 16, 5: 16}.get(version, 24)
    handle = _asked(libc.syscall(_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0)))
    try:
        for path in (*folders, *_DEVICES, *(("/dev",) if gpu else ())):
            _allow(libc, handle, str(path), changes)
        _asked(libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0))
        _asked(libc.syscall(_RESTRICT, handle, ctypes.c_uint32(0)))
    finally:
        os.close(handle)
    return True


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        folder = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(folder).st_mode):
            rights &= _OF_FILES
        beneath = _Beneath(rights, folder)
        _asked(libc.syscall(_ADD, ruleset, ctypes.c_int(_PATH_BENEATH), ctypes.byref(beneath), ctypes.c_uint32(0)))
    finally:
        os.close(folder)


def _asked(answer: int) -> int:
    if answer < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer
