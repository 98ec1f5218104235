"""Recursive filters: Butterworth sections, and sound through them. SciPy has these too, but takes long to import."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.plugins.sound.kernels import cascade

Kind = Literal["low", "high", "band"]
"""What passes."""
Sections = NDArray[np.float64]
"""(sections, 5): b0, b1, b2, a1, a2 of second-order sections one after another; a0 is 1."""

_REAL: Final = 1e-12
"""Imaginary parts below this are rounding."""
_ZEROS: Final[dict[Kind, tuple[float, float]]] = {"low": (-1.0, -1.0), "high": (1.0, 1.0), "band": (1.0, -1.0)}


def butterworth(order: int, corner: float | tuple[float, float], kind: Kind, rate: float = SAMPLE_RATE) -> Sections:
    """A Butterworth filter by the bilinear transform, gain 1 in its pass band; a band filter has twice the order.

    Args:
        order: 1 or more.
        corner: where it is 3 dB down, Hz; two corners for a band. Less than half the ``rate``.
        kind: what passes.
        rate: samples a second.
    """
    # Analogue frequencies in units in which the bilinear transform is z = (1 + s) / (1 - s).
    edges = np.tan(np.pi * np.atleast_1d(np.asarray(corner, np.float64)) / rate)
    prototype = np.exp(1j * np.pi * (2 * np.arange(order) + order + 1) / (2 * order))
    if kind == "band":
        centre, half = float(np.sqrt(edges[0] * edges[1])), prototype * (edges[1] - edges[0]) / 2
        spread = np.sqrt(half**2 - centre**2)
        analogue = np.concatenate([half + spread, half - spread])
    else:
        centre = {"low": 0.0, "high": np.inf}[kind]
        analogue = prototype * edges[0] if kind == "low" else edges[0] / prototype
    poles = (1 + analogue) / (1 - analogue)
    at = np.exp(2j * np.arctan(centre))
    sections = []
    for together in _paired(poles):
        above, below = np.real(np.poly(_ZEROS[kind][: len(together)])), np.real(np.poly(together))
        gain = abs(np.polyval(below, at) / np.polyval(above, at))
        sections.append([*np.pad(above * gain, (0, 3 - len(above))), *np.pad(below, (0, 3 - len(below)))[1:]])
    return np.array(sections)


def _paired(poles: NDArray[np.complex128]) -> list[list[complex]]:
    """Complex poles with their conjugates, then real ones by two, and one alone where their number is odd."""
    paired = [[complex(pole), complex(pole).conjugate()] for pole in poles if pole.imag > _REAL]
    real = sorted(float(pole.real) for pole in poles if abs(pole.imag) <= _REAL)
    return paired + [list(real[at : at + 2]) for at in range(0, len(real), 2)]


def through(sections: Sections, wave: NDArray[np.float64] | NDArray[np.float32]) -> NDArray[np.float64]:
    """``wave`` through the sections, from silence: mono (n,), or channels (n, c), each by itself."""
    if wave.ndim == 1:
        filtered = np.array(wave, np.float64)
        cascade(filtered, sections)
        return filtered
    return np.stack([through(sections, wave[:, channel]) for channel in range(wave.shape[1])], axis=1)
