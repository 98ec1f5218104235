"""Messages between the studio and a worker: JSON in frames over a socket. Never a pickle: whoever reads one runs what is in it.

A frame is its length in bytes (64 bits, most significant first) and the bytes of one JSON value. Its length is looked at before
any memory is spent on it.
"""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from collections import deque

from filmstudio.core.errors import LimitError

LARGEST_MESSAGE = 256 << 20
"""Bytes of the largest message: a film of half an hour is asked for in less than a tenth of it."""
LARGEST_FROM_GUESTS = 16 << 20
"""Bytes of the largest message that is taken from a plugin of someone else's."""

_HEAD = struct.Struct(">Q")
_CHUNK = 1 << 18
_QUIETLY = getattr(socket, "MSG_NOSIGNAL", 0)
"""The command line dies of a broken pipe, as commands do; of a worker that died it must not."""


class Wire:
    """A worker's end: sends and receives whole messages, and waits as long as that takes."""

    def __init__(self, end: socket.socket) -> None:
        end.setblocking(True)
        self._end = end

    def fileno(self) -> int:
        """The socket's number, for waiting."""
        return self._end.fileno()

    def waiting(self) -> bool:
        """Whether a message, or the end, is there to be received."""
        return bool(select.select([self._end], [], [], 0)[0])

    def send(self, message: bytes) -> None:
        """Send a message.

        Raises:
            BrokenPipeError: nobody is at the other end.
        """
        self._end.sendall(_HEAD.pack(len(message)), _QUIETLY)
        self._end.sendall(message, _QUIETLY)

    def receive(self) -> bytes:
        """The next message.

        Raises:
            EOFError: the other end was closed.
            LimitError: it is larger than ``LARGEST_MESSAGE``.
        """
        size = _HEAD.unpack(self._exactly(_HEAD.size))[0]
        _check(size, LARGEST_MESSAGE)
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._end.recv(min(_CHUNK, size - len(data)))
            if not part:
                raise EOFError
            data += part
        return bytes(data)


class WatchedWire:
    """The studio's end: never waits, so that a worker that neither reads nor writes holds up nobody else."""

    def __init__(self, end: socket.socket, limit: int = LARGEST_MESSAGE) -> None:
        end.setblocking(False)
        self._end, self._limit = end, limit
        self._unsent: deque[memoryview] = deque()
        self._data = bytearray()
        self._size = -1
        self._ended = False

    def fileno(self) -> int:
        """The socket's number, for waiting."""
        return self._end.fileno()

    @property
    def unsent(self) -> bool:
        """Whether something waits for the worker to read."""
        return bool(self._unsent)

    def post(self, message: bytes) -> None:
        """Send a message, as much of it as there is room for now; ``flush()`` sends the rest.

        Raises:
            OSError: nobody is at the other end.
        """
        self._unsent += (memoryview(_HEAD.pack(len(message))), memoryview(message))
        self.flush()

    def flush(self) -> None:
        """Send what there is room for.

        Raises:
            OSError: nobody is at the other end.
        """
        with contextlib.suppress(BlockingIOError):
            while self._unsent:
                sent = self._end.send(self._unsent[0], _QUIETLY)
                if sent == len(self._unsent[0]):
                    self._unsent.popleft()
                else:
                    self._unsent[0] = self._unsent[0][sent:]

    def arrived(self) -> bytes | None:
        """The next message, or nothing when it has not come whole.

        Raises:
            EOFError: the other end was closed, and everything it sent has been given out.
            LimitError: it is larger than this wire takes; nothing of it was kept.
        """
        self._read()
        if self._size < 0 and len(self._data) >= _HEAD.size:
            self._size = _HEAD.unpack(self._data[: _HEAD.size])[0]
            del self._data[: _HEAD.size]
            self._read()
        if 0 <= self._size <= len(self._data):
            message = bytes(self._data[: self._size])
            del self._data[: self._size]
            self._size = -1
            return message
        if self._ended:
            raise EOFError
        return None

    def close(self) -> None:
        """Close this end: the worker sees it, and ends."""
        self._end.close()

    def _read(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while not self._ended and len(self._data) < (self._size if self._size >= 0 else _HEAD.size):
                try:
                    part = self._end.recv(_CHUNK)
                except ConnectionError:
                    part = b""
                self._ended = not part
                self._data += part
                if self._size < 0 and len(self._data) >= _HEAD.size:
                    _check(_HEAD.unpack(self._data[: _HEAD.size])[0], self._limit)


def _check(size: int, limit: int) -> None:
    if size > limit:
        raise LimitError(f"a message of {size / (1 << 20):.1f} MB was sent; at most {limit >> 20} MB are taken.")
