"""How the pixel loops are compiled, and the fixed-point constants that they share.

A constant carries the width it is used in, because numba widens mixed operands (and turns ``uint64`` with ``int64`` into
floating point): U for ``uint64``, S, B, W and R for ``uint32``, I and H for ``int32``, T for
``uint16``. Products and sums are cast back one by one, and are better ``int32`` than ``uint32``, which LLVM takes for 64 bits with
a mask: vector units multiply those slowly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numba import njit

from filmstudio.plugins.picture.kernels.keeping import kept

ONE: Final = 1 << 16
"""1.0 in the 16.16 fixed point of source coordinates."""

LANES: Final = np.uint64(0x00FF00FF00FF00FF)
HALF: Final = np.uint64(0x0080008000800080)
PAIR: Final = np.uint64(0x00FF00FF)
LOW: Final = np.uint64(0xFFFFFFFF)
U1: Final = np.uint64(1)
U16: Final = np.uint64(16)
U8: Final = np.uint64(8)
U32: Final = np.uint64(32)
U48: Final = np.uint64(48)
U255: Final = np.uint64(255)
U256: Final = np.uint64(256)
S8: Final = np.uint32(8)
S16: Final = np.uint32(16)
B8: Final = np.uint32(255)
W8: Final = np.uint32(256)
R8: Final = np.uint32(128)
R16: Final = np.uint32(32768)
S24: Final = np.uint32(24)
T8: Final = np.uint16(8)
T128: Final = np.uint16(128)
I8: Final = np.int32(8)
I4: Final = np.int32(4)
I12: Final = np.int32(12)
I128: Final = np.int32(128)
I255: Final = np.int32(255)
I256: Final = np.int32(256)
UNIT: Final = np.int32(1 << 24)
I9: Final = np.int32(9)
I16: Final = np.int32(16)
I18: Final = np.int32(18)
I257: Final = np.int32(257)
H16: Final = np.int32(1 << 15)
H18: Final = np.int32(1 << 17)
I0: Final = np.int32(0)
WHITE: Final = np.int32(60396)  # 235 / 255, rounded up
OPAQUE: Final = np.uint32(0xFF000000)


def kernel(signature: str) -> Callable[[Callable[..., Any]], Callable[..., None]]:
    """Compile a pixel loop for one signature when its module is imported; the machine code is kept on the disk."""

    def compiled(function: Callable[..., Any]) -> Callable[..., None]:
        with kept():
            loop: Callable[..., None] = njit(signature, cache=True, nogil=True, boundscheck=False, error_model="numpy")(function)
            return loop

    return compiled


def routine(function: Callable[..., Any]) -> Callable[..., Any]:
    """A pixel loop that other pixel loops call."""
    compiled: Callable[..., Any] = njit(function, nogil=True, boundscheck=False, error_model="numpy")
    return compiled


def part(function: Callable[..., Any]) -> Callable[..., Any]:
    """A piece of a pixel loop, compiled into each loop that uses it."""
    inlined: Callable[..., Any] = njit(function, inline="always")
    return inlined
