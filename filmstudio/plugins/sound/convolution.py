"""What a room answers to a sound: convolution in stretches (overlap-add), so that a long sound needs little memory."""

from __future__ import annotations

from typing import Final

import numpy as np

from filmstudio.plugins.sound.waves import Wave

_SIZE: Final = 1 << 16
"""Samples of a transform, about the least; four times the answer, where that is longer."""

_ODD: Final = (1, 3, 5, 9, 15, 25, 27, 45, 75, 135, 225, 675)


def answered(sound: Wave, answer: Wave) -> Wave:
    """Mono ``sound`` (n,) convolved with every column of ``answer`` (m, sides): (n + m - 1, sides), float32.

    Stretches of silence cost nothing.
    """
    length, sides = answer.shape
    wet = np.zeros((len(sound) + length - 1, sides), np.float32)
    size = fast_size(min(len(wet), max(_SIZE, 4 * length)))
    step = size - length + 1
    spectra = [np.fft.rfft(answer[:, side], size) for side in range(sides)]
    for first in range(0, len(sound), step):
        piece = sound[first : first + step]
        if not piece.any():
            continue
        heard = np.fft.rfft(piece, size)
        for side in range(sides):
            ring = np.fft.irfft(heard * spectra[side], size)[: len(wet) - first]
            wet[first : first + len(ring), side] += ring
    return wet


def fast_size(least: int) -> int:
    """The smallest number not below ``least`` that has no prime factors but 2, 3 and 5: transforms of such sizes are quick."""
    return min(factor << max(0, (-(-least // factor) - 1).bit_length()) for factor in _ODD)
