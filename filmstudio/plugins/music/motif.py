"""The film's motif: 3 to 7 notes, rhythm first, then contour. Every cue of a film draws it from the same seed."""

from __future__ import annotations

import random
from dataclasses import dataclass

# Scale steps from the first note: each has one leap that is its own, filled by step (western.json: melody).
_CONTOURS = ((0, 1, 4, 3, 2), (0, 2, 1, 4), (0, 4, 3, 2, 4), (0, -1, 0, 3, 2), (0, 1, 2, 5, 4), (0, 3, 2, 1), (4, 3, 4, 1, 2),
             (0, 2, 4, 3), (2, 1, 0, 3, 2, 1), (0, 1, -2, 0, 2))  # fmt: skip
_RHYTHMS = {
    4: ((1.5, 0.5, 1.0, 3.0), (1.0, 1.0, 0.5, 2.5), (0.5, 0.5, 2.0, 3.0), (2.0, 0.5, 0.5, 3.0)),
    5: ((1.0, 0.5, 0.5, 2.0, 2.0), (1.5, 0.5, 1.5, 0.5, 3.0), (0.5, 0.5, 1.0, 2.0, 2.5), (1.0, 1.0, 2.0, 1.0, 2.0)),
    6: ((1.0, 0.5, 0.5, 1.0, 1.0, 3.0), (0.5, 0.5, 1.0, 1.5, 0.5, 3.0)),
}


@dataclass(frozen=True, slots=True)
class Motif:
    """Scale steps above the first note, and how many beats each note lasts."""

    steps: tuple[int, ...]
    beats: tuple[float, ...]

    @property
    def length(self) -> float:
        """Beats of the whole motif."""
        return sum(self.beats)

    def fragment(self, notes: int) -> Motif:
        """The first ``notes`` notes."""
        return Motif(self.steps[:notes], self.beats[:notes])

    def inverted(self) -> Motif:
        """The contour turned over."""
        return Motif(tuple(-step for step in self.steps), self.beats)

    def stretched(self, factor: float) -> Motif:
        """Augmented (factor over 1) or diminished."""
        return Motif(self.steps, tuple(beats * factor for beats in self.beats))

    def joined(self, other: Motif) -> Motif:
        """This motif and then another, without a breath."""
        return Motif(self.steps + other.steps, self.beats + other.beats)

    def moved(self, steps: int) -> Motif:
        """A sequence: the same on another step of the scale."""
        return Motif(tuple(step + steps for step in self.steps), self.beats)


def motif_of(seed: int) -> Motif:
    """The motif that belongs to a film."""
    draw = random.Random(seed)
    steps = draw.choice(_CONTOURS)
    return Motif(steps, draw.choice(_RHYTHMS[len(steps)]))
