"""From phonemes to mouth movements on a line of frames: what shape, from when to when, how far open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Phoneme
from filmstudio.plugins.lipsync.table import OPEN, VOWELS, load_table, opening_of, visemes_of

ROUNDED: Final = frozenset({"UW", "O"})
TABLE_FPS: Final = 24


@dataclass(frozen=True, slots=True)
class Move:
    """A shape from frame ``start`` to ``end`` (fractions, from the start of speech), opened by ``opening`` of what is drawn."""

    shape: str
    start: float
    end: float
    opening: float


@dataclass(frozen=True, slots=True)
class Hold:
    """A shape on whole frames, ``start`` up to ``end``."""

    shape: str
    start: int
    end: int

    @property
    def frames(self) -> int:
        """How long it is held."""
        return self.end - self.start


def frames_at(count: int, fps: int) -> int:
    """Frames that last as long as ``count`` frames at 24 a second, at least ``count`` where the rate is lower."""
    return max(count, round(count * fps / TABLE_FPS))


def moves(phonemes: Sequence[Phoneme], fps: int) -> tuple[Move, ...]:
    """Every phoneme as one or two movements, at the time it sounds. Openings hold stress, the vowel's own height, diphthongs."""
    table = load_table()
    scale = fps / SAMPLE_RATE
    found: list[Move] = []
    for index, phoneme in enumerate(phonemes):
        shapes = visemes_of(phoneme.sign)
        start, end = phoneme.start * scale, phoneme.end * scale
        if any(shape in VOWELS for shape in shapes):
            opening = opening_of(phoneme.sign) * (table.stressed if phoneme.stressed else table.unstressed)
        else:
            opening = 1.0
        following = _next_shape(phonemes, index)
        if phoneme.sign in table.rounds and following in ROUNDED:
            middle = (start + end) / 2
            found += [Move(shapes[0], start, middle, opening), Move("UW", middle, end, opening)]
        elif len(shapes) > 1:
            middle = start + (end - start) * table.diphthong.share
            found += [Move(shapes[0], start, middle, opening), Move(shapes[1], middle, end, opening * table.diphthong.second)]
        else:
            found.append(Move(shapes[0], start, end, opening))
    return tuple(found)


def _next_shape(phonemes: Sequence[Phoneme], index: int) -> str:
    if index + 1 >= len(phonemes) or phonemes[index + 1].start > phonemes[index].end:
        return ""
    return visemes_of(phonemes[index + 1].sign)[0]


def led(track: Sequence[Move], fps: int) -> tuple[Move, ...]:
    """Movements brought forward as the eye wants them: B, P, M, F, V and vowels a frame before their sound.

    A vowel does not lead when that would leave the consonant before it under two frames, and lips that close upon a vowel too
    short to lose a frame close on time: a syllable is seen to open.
    """
    table = load_table()
    lead = frames_at(table.vowel_lead_frames, fps)
    # Half a frame less still rounds to a whole hold.
    hold = frames_at(table.min_hold_frames, fps) - 0.5
    starts: list[float] = []
    vowel_start = 0.0
    for index, move in enumerate(track):
        before = track[index - 1] if index else None
        joined = before is not None and before.end >= move.start
        after_vowel = joined and before is not None and before.shape in VOWELS
        early = 0.0
        if move.shape in table.must_land:
            early = 0.0 if after_vowel and move.start - lead - vowel_start < hold else lead
        elif move.shape in VOWELS:
            early = 0.0 if joined and not after_vowel and move.start - lead - starts[-1] < hold else lead
        start = move.start - early
        starts.append(max(start, starts[-1]) if starts else start)
        if move.shape in VOWELS and not after_vowel:
            vowel_start = starts[-1]
    out: list[Move] = []
    for index, (move, start) in enumerate(zip(track, starts, strict=True)):
        joined = index + 1 < len(track) and track[index + 1].start <= move.end
        end = starts[index + 1] if joined else min(move.end, starts[index + 1]) if index + 1 < len(track) else move.end
        out.append(replace(move, start=start, end=max(start, end)))
    return tuple(out)


def holds(track: Sequence[Move], first: int, last: int, fps: int) -> tuple[Hold, ...]:
    """Whole-frame holds that cover ``first`` up to ``last``: none under two frames, every B, P, M, F, V landed, rest between breaths."""
    table = load_table()
    hold = frames_at(table.min_hold_frames, fps)
    cells = _cells(track, first, last, hold)
    _land(cells, track, first, hold, frozenset(table.must_land))
    runs = _runs(cells, first)
    runs = _drop(runs, hold, frozenset(table.must_land))
    return tuple(_part_open(runs, hold))


def _cells(track: Sequence[Move], first: int, last: int, hold: int) -> list[str]:
    """The shape of each frame: the one that fills most of it; the pauses between movements are rest when long enough."""
    cells = ["rest"] * (last - first)
    ends = 0
    for index, move in enumerate(track):
        start = max(first, _whole(move.start))
        following = track[index + 1].start if index + 1 < len(track) else float(last)
        # A gap too short to shut the mouth in is bridged by the shape before it.
        end = move.end if following - move.end >= hold else following
        if index + 1 == len(track):
            end = max(move.end, float(min(last, ends)))
        stop = min(last, _whole(end))
        for frame in range(start, stop):
            cells[frame - first] = move.shape
        ends = max(ends, stop)
    return cells


def _land(cells: list[str], track: Sequence[Move], first: int, hold: int, landing: frozenset[str]) -> None:
    """Write every must-land shape over its frames, two at least; of two that would collide the later begins after the earlier."""
    free = first
    for move in track:
        if move.shape not in landing:
            continue
        start = max(_whole(move.start), first)
        stop = max(_whole(move.end), start + hold)
        if start < free and cells[free - 1 - first] != move.shape:
            start, stop = free, free + hold
        stop = min(stop, first + len(cells))
        if stop - start < hold:
            start = max(first, stop - hold)
        for frame in range(start, stop):
            cells[frame - first] = move.shape
        free = max(free, min(start + hold, stop))


def _runs(cells: Sequence[str], first: int) -> list[Hold]:
    runs: list[Hold] = []
    for index, shape in enumerate(cells):
        frame = first + index
        if runs and runs[-1].shape == shape:
            runs[-1] = replace(runs[-1], end=frame + 1)
        else:
            runs.append(Hold(shape, frame, frame + 1))
    return runs


def _drop(runs: list[Hold], hold: int, landing: frozenset[str]) -> list[Hold]:
    """Give the frames of what is too short to be seen to its longer neighbour; a landing shape is short only by its place."""
    runs = list(runs)
    while len(runs) > 1:
        short = [index for index, run in enumerate(runs) if run.frames < hold]
        if not short:
            break
        # The shortest goes first, of two the less open; landing shapes last, and a rest never takes speech.
        index = min(short, key=lambda at: (runs[at].shape in landing, runs[at].frames, _drawn_open(runs[at].shape), at))
        sides = [at for at in (index - 1, index + 1) if 0 <= at < len(runs)]
        side = max(sides, key=lambda at: (runs[at].shape != "rest", runs[at].shape not in landing, runs[at].frames, -at))
        if runs[index].shape in landing and runs[side].frames >= 2 * hold - runs[index].frames:
            need = hold - runs[index].frames
            if side < index:
                runs[side] = replace(runs[side], end=runs[side].end - need)
                runs[index] = replace(runs[index], start=runs[index].start - need)
            else:
                runs[side] = replace(runs[side], start=runs[side].start + need)
                runs[index] = replace(runs[index], end=runs[index].end + need)
            continue
        taken = runs[side]
        runs[side] = Hold(taken.shape, min(taken.start, runs[index].start), max(taken.end, runs[index].end))
        del runs[index]
        runs = _joined(runs)
    return runs


def _drawn_open(shape: str) -> float:
    drawn = load_table().visemes.get(shape)
    return drawn.open if drawn else 0.0


def _joined(runs: Sequence[Hold]) -> list[Hold]:
    out: list[Hold] = []
    for run in runs:
        if out and out[-1].shape == run.shape:
            out[-1] = replace(out[-1], end=run.end)
        else:
            out.append(run)
    return out


def _part_open(runs: Sequence[Hold], hold: int) -> list[Hold]:
    """Between two big open shapes pass through E, when the longer of them can spare two frames; never through a closed mouth."""
    out: list[Hold] = []
    for run in runs:
        before = out[-1] if out else None
        if before is None or before.shape not in OPEN or run.shape not in OPEN:
            out.append(run)
            continue
        if before.frames >= max(run.frames, 2 * hold):
            out[-1] = replace(before, end=before.end - hold)
            out += [Hold("E", before.end - hold, before.end), run]
        elif run.frames >= 2 * hold:
            out += [Hold("E", run.start, run.start + hold), replace(run, start=run.start + hold)]
        else:
            out.append(run)
    return out


def _whole(frame: float) -> int:
    return int(frame + 0.5) if frame >= 0 else -int(-frame + 0.5)
