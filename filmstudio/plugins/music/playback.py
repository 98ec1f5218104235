"""The sampler's inner loop, compiled by numba: reads a looped sample at a changing speed and adds it to a stereo wave."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

KNOT: Final = 64
"""Samples between two knots of speed and gain; both are straight in between."""


@njit(cache=True)
def add_voice(
    out: NDArray[np.float32],
    first: int,
    data: NDArray[np.float32],
    loop_start: int,
    loop_length: int,
    speeds: NDArray[np.float64],
    gains: NDArray[np.float64],
    left: float,
    right: float,
) -> None:
    """Add one voice to ``out`` (n, 2) from sample ``first``, which may lie before 0.

    Args:
        out: the wave.
        first: where the voice begins.
        data: the sample, with at least one value past the end of its loop.
        loop_start: first value of the loop.
        loop_length: its length; 0 plays the sample once.
        speeds: values of ``data`` advanced for each sample, at knots ``KNOT`` apart.
        gains: amplitude at the same knots.
        left: factor of the left channel.
        right: factor of the right channel.
    """
    at = 0.0
    end = float(loop_start + loop_length) if loop_length > 0 else float(len(data) - 2)
    for knot in range(len(speeds) - 1):
        speed, gain = speeds[knot], gains[knot]
        faster = (speeds[knot + 1] - speed) / KNOT
        louder = (gains[knot + 1] - gain) / KNOT
        base = first + knot * KNOT
        for offset in range(KNOT):
            if at >= end:
                if loop_length == 0:
                    return
                at -= loop_length * np.floor((at - loop_start) / loop_length)
            place = int(at)
            value = data[place] + (data[place + 1] - data[place]) * (at - place)
            index = base + offset
            if index >= len(out):
                return
            if index >= 0:
                sound = value * gain
                out[index, 0] += np.float32(sound * left)
                out[index, 1] += np.float32(sound * right)
            at += speed
            speed += faster
            gain += louder
