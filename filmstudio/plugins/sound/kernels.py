"""The inner loops of meters, limiter and filters, compiled by numba. No fast mathematics: equal sound gives equal bits.

Recursive filters sink into subnormal numbers after a sound has ended, a hundred times slower to add and multiply than
others. So what a filter remembers is set to zero, every ten milliseconds, where it is far below anything that can be heard.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE

STEP: Final = SAMPLE_RATE // 10
"""Samples of a step of loudness: BS.1770-4 has blocks of 400 ms that overlap by 75 %."""

_TURN: Final = SAMPLE_RATE // 100
_FORGOTTEN: Final = 1e-40
"""What a filter forgets. In the ten milliseconds until it looks again, no filter here falls from this to a subnormal number."""

_STRETCH: Final = 128
"""Samples whose peaks are looked for, or not, together."""
_SPLINE_REACH: Final = 32
"""Samples after which the pole of the cubic spline has faded to nothing: 0.268 to the 32nd is 5e-19."""
REACH: Final = 10
"""Samples either side that the oversampling filter sees."""

# The two stages of the K-weighting at 48 kHz (BS.1770-4, tables 1 and 2): b0, b1, b2, a1, a2 of the shelf, a1 and a2 of the low cut.
_B0, _B1, _B2, _A1, _A2 = 1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585
_C1, _C2 = -1.99004745483398, 0.99007225036621


@njit(cache=True)
def weigh(wave: NDArray[np.float32], state: NDArray[np.float64], sums: NDArray[np.float64], filled: int) -> None:
    """Add the K-weighted energy of stereo ``wave`` (n, 2) to ``sums``, one for each ``STEP`` samples, both channels together.

    Args:
        wave: samples.
        state: (8,), what the filters remember; 0 at first.
        sums: as many as the wave touches. The first ``filled`` samples of the first have been added before.
        filled: 0 to ``STEP`` - 1.
    """
    p, q, r, s = state[0], state[1], state[2], state[3]
    t, u, v, w = state[4], state[5], state[6], state[7]
    index, count = 0, len(wave)
    while index < count:
        step = (filled + index) // STEP
        stop = min(count, index + _TURN, (step + 1) * STEP - filled)
        energy = 0.0
        for at in range(index, stop):
            x, y = float(wave[at, 0]), float(wave[at, 1])
            a, b = _B0 * x + p, _B0 * y + t
            p, t = (_B1 * x + q) - _A1 * a, (_B1 * y + u) - _A1 * b
            q, u = _B2 * x - _A2 * a, _B2 * y - _A2 * b
            c, d = a + r, b + v
            r, v = (s - 2.0 * a) - _C1 * c, (w - 2.0 * b) - _C1 * d
            s, w = a - _C2 * c, b - _C2 * d
            energy += c * c + d * d
        sums[step] += energy
        index = stop
        if max(abs(p), abs(q), abs(r), abs(s), abs(t), abs(u), abs(v), abs(w)) < _FORGOTTEN:
            p = q = r = s = t = u = v = w = 0.0
    state[0], state[1], state[2], state[3] = p, q, r, s
    state[4], state[5], state[6], state[7] = t, u, v, w


@njit(cache=True)
def biquad(wave: NDArray[np.float32], section: NDArray[np.float64]) -> None:
    """Filter stereo ``wave`` (n, 2) in place by one section: b0, b1, b2, a1, a2."""
    b0, b1, b2, a1, a2 = section[0], section[1], section[2], section[3], section[4]
    p, q, r, s = 0.0, 0.0, 0.0, 0.0
    for begin in range(0, len(wave), _TURN):
        for at in range(begin, min(len(wave), begin + _TURN)):
            x, y = float(wave[at, 0]), float(wave[at, 1])
            a, b = b0 * x + p, b0 * y + r
            p, r = (b1 * x + q) - a1 * a, (b1 * y + s) - a1 * b
            q, s = b2 * x - a2 * a, b2 * y - a2 * b
            wave[at, 0], wave[at, 1] = np.float32(a), np.float32(b)
        if max(abs(p), abs(q), abs(r), abs(s)) < _FORGOTTEN:
            p = q = r = s = 0.0


@njit(cache=True)
def cascade(wave: NDArray[np.float64], sections: NDArray[np.float64]) -> None:
    """Filter mono ``wave`` in place by sections one after another, each b0, b1, b2, a1, a2."""
    states = np.zeros((len(sections), 2))
    for begin in range(0, len(wave), _TURN):
        stop = min(len(wave), begin + _TURN)
        for number in range(len(sections)):
            section = sections[number]
            b0, b1, b2, a1, a2 = section[0], section[1], section[2], section[3], section[4]
            p, q = states[number, 0], states[number, 1]
            for at in range(begin, stop):
                value = wave[at]
                result = b0 * value + p
                p = (b1 * value + q) - a1 * result
                q = b2 * value - a2 * result
                wave[at] = result
            if max(abs(p), abs(q)) < _FORGOTTEN:
                p = q = 0.0
            states[number, 0], states[number, 1] = p, q


@njit(cache=True)
def leak(wave: NDArray[np.float64], straight: float, leaks: NDArray[np.float64]) -> None:
    """Turn mono ``wave`` in place into ``straight`` times itself plus its way through three first-order filters: pole, gain."""
    p, q, r = 0.0, 0.0, 0.0
    for at in range(len(wave)):
        value = wave[at]
        p = leaks[0, 1] * value + leaks[0, 0] * p
        q = leaks[1, 1] * value + leaks[1, 0] * q
        r = leaks[2, 1] * value + leaks[2, 0] * r
        wave[at] = straight * value + p + q + r


@njit(cache=True)
def rise(wave: NDArray[np.float32], phases: NDArray[np.float32], first: int, last: int, least: float, peaks: NDArray[np.float32]) -> None:
    """The highest magnitude about each sample of stereo ``wave`` (n, 2), both channels together: at it and between it and the next.

    Args:
        wave: samples; beyond its ends there is silence.
        phases: (phases, 2 * ``REACH``), the oversampling filter's taps for each place between two samples, for samples from
            ``REACH`` - 1 before to ``REACH`` after.
        first: first sample that is asked for.
        last: one past the last.
        least: between samples is looked only in stretches about which some sample is higher than this.
        peaks: (last - first,), the answer.
    """
    count = len(wave)
    padded = np.zeros((_STRETCH + 2 * REACH, 2), np.float32)
    flat = padded.reshape(-1)
    sums = np.zeros(2 * _STRETCH, np.float32)
    for begin in range(first, last, _STRETCH):
        length = min(_STRETCH, last - begin)
        high = np.float32(0.0)
        for at in range(begin, begin + length):
            here = max(abs(wave[at, 0]), abs(wave[at, 1]))
            peaks[at - first] = here
            high = max(high, here)
        left, right = max(0, begin - REACH + 1), min(count, begin + length + REACH)
        for at in range(left, begin):
            high = max(high, abs(wave[at, 0]), abs(wave[at, 1]))
        for at in range(begin + length, right):
            high = max(high, abs(wave[at, 0]), abs(wave[at, 1]))
        if high <= least:
            continue
        padded[:] = 0
        padded[left - begin + REACH - 1 : right - begin + REACH - 1] = wave[left:right]
        for phase in range(phases.shape[0]):
            sums[:] = 0
            for tap in range(2 * REACH):
                factor = phases[phase, tap]
                for each in range(2 * _STRETCH):
                    sums[each] += factor * flat[each + 2 * tap]
            for at in range(length):
                peaks[begin - first + at] = max(peaks[begin - first + at], abs(sums[2 * at]), abs(sums[2 * at + 1]))


@njit(cache=True)
def least(values: NDArray[np.float32], reach: int, lowest: NDArray[np.float32]) -> None:
    """The lowest of each value and ``reach`` to either side, as if the first and the last went on for ever.

    Those that may yet be the lowest wait in a queue, rising (Lemire, "Streaming maximum-minimum filter", 2006).
    """
    count = len(values)
    queue = np.empty(count, np.int64)
    head, tail = 0, 0
    for ahead in range(count + reach):
        if ahead < count:
            while tail > head and values[queue[tail - 1]] >= values[ahead]:
                tail -= 1
            queue[tail] = ahead
            tail += 1
        at = ahead - reach
        if at >= 0:
            while queue[head] < at - reach:
                head += 1
            lowest[at] = values[queue[head]]


@njit(cache=True)
def mean(values: NDArray[np.float32], width: int, means: NDArray[np.float32]) -> None:
    """The mean of ``width`` values about each, one more before it than after, as if the first and the last went on for ever."""
    last = len(values) - 1
    before, after = width // 2, width - width // 2 - 1
    total = 0.0
    for at in range(-before, after + 1):
        total += float(values[min(last, max(0, at))])
    for at in range(last + 1):
        means[at] = np.float32(total / width)
        total += float(values[min(last, at + after + 1)]) - float(values[max(0, at - before)])


@njit(cache=True)
def spline(wave: NDArray[np.float64]) -> NDArray[np.float64]:
    """The coefficients of the cubic B-spline through ``wave``, mirrored at its ends (Unser, "Splines", 1999, box 2)."""
    count = len(wave)
    pole = np.sqrt(3.0) - 2.0
    out = np.empty(count)
    first, power = wave[0], pole
    for at in range(1, min(count, _SPLINE_REACH)):
        first += power * wave[at]
        power *= pole
    out[0] = first
    for at in range(1, count):
        out[at] = wave[at] + pole * out[at - 1]
    out[count - 1] = pole / (pole * pole - 1.0) * (out[count - 1] + pole * out[count - 2])
    for at in range(count - 2, -1, -1):
        out[at] = pole * (out[at + 1] - out[at])
    return 6.0 * out


@njit(cache=True)
def read_at(wave: NDArray[np.float64], positions: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mono ``wave``, three samples or more, at ``positions`` within it: along the cubic spline through the samples."""
    coefficients, last = spline(wave), len(wave) - 1
    out = np.empty(len(positions))
    for index in range(len(positions)):
        at = int(positions[index])
        x = positions[index] - at
        y = 1.0 - x
        before, after, beyond = abs(at - 1), last - abs(last - at - 1), last - abs(last - at - 2)
        around = coefficients[before], coefficients[at], coefficients[after], coefficients[beyond]
        near, far = 4.0 - 3.0 * x * x * (2.0 - x), 4.0 - 3.0 * y * y * (2.0 - y)
        out[index] = (y * y * y * around[0] + near * around[1] + far * around[2] + x * x * x * around[3]) / 6.0
    return out
