"""How fast the studio is: a one-minute 1080p24 film against encoding its frames alone, and against the same made by MoviePy 2.

Run it as ``./studio bench film``. Everything is measured in one run on one machine, so the ratios mean something even
where the seconds do not.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from filmbench.floor import Floor, encoding_floor
from filmbench.machine import Machine, this_machine
from filmbench.moviepy_assets import prepare
from filmbench.moviepy_film import compose, score
from filmbench.pictures import picture_cpu_seconds
from filmbench.renders import Rendered, alone, prime_pack, render_repeated, render_script, set_up

SCRIPT = Path(__file__).parent / "one-minute.fountain"
BUDGETS = {"realtime_factor": 3.0, "floor_ratio": 1.5, "moviepy_ratio": 15.0, "cold_seconds": 35.0}
"""At least, at most, at least, at most: on two cores."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Peak memory of a one-minute film and of the same scenes ten times over."""

    one_minute_mb: float
    ten_minutes_mb: float
    growth: float
    ten_minutes_seconds: float
    ten_minutes_duration: float


@dataclass(frozen=True, slots=True)
class MoviePy:
    """Seconds in which MoviePy 2 would make the whole film, scaled up from a stretch of it, picture and sound."""

    layered_seconds: float
    """Every layer of the composition a clip, as the studio's film is composed."""
    tuned_seconds: float
    """With what stands still flattened by hand beforehand."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What the benchmark found. ``seconds`` is a whole render, from script to delivery, with the pack's bitmaps cached."""

    seconds: float
    realtime_factor: float
    floor_seconds: float
    floor_ratio: float
    peak_rss_mb: float
    moviepy_ratio: float | None
    """Against the same composition layer by layer."""
    moviepy_tuned_ratio: float | None
    """Against one that somebody who knows MoviePy would pre-flatten by hand."""
    cold_seconds: float
    cold_realtime_factor: float
    cpu_seconds: float
    floor_cpu_seconds: float
    cpu_ratio: float
    """The floor's ratio in processor time: what to trust when the machine is busy with something else."""
    picture_cpu_seconds: float
    picture_ratio: float
    """Of the picture alone, drawing and encoding, to the floor; in processor time."""
    duration: float
    frames: int
    segments: int
    identical: bool
    verdict: str
    moviepy_seconds: float | None
    moviepy_tuned_seconds: float | None
    moviepy_stretch: float
    workers: int
    machine: Machine
    load_after: float
    memory: Memory | None = None


def main() -> int:
    """Measure, and print a table; with ``--json`` the figures go to standard output and the table to standard error."""
    wanted = _arguments()
    with tempfile.TemporaryDirectory(prefix="filmstudio-bench-", dir=wanted.work) as folder:
        figures = measure(Path(folder), wanted)
    print(table(figures), file=sys.stderr if wanted.json else sys.stdout)
    if wanted.json:
        json.dump(asdict(figures), sys.stdout, indent=2)
        print()
    return 0


def measure(folder: Path, wanted: argparse.Namespace) -> Figures:
    """Everything, in order: from nothing, with the pack cached, the floor, MoviePy, and memory where it is asked for.

    From nothing means an empty store in a studio that is set up: what the launcher compiles then is compiled.
    """
    machine, workers, length = this_machine(), wanted.workers, wanted.duration
    cold_cache, warm_cache = folder / "cold", folder / "warm"
    alone(set_up)
    _say("from nothing")
    cold = alone(render_script, SCRIPT, cold_cache, folder / "cold-film", length, workers)
    prime_pack(cold_cache, warm_cache)
    _say("with the pack's bitmaps cached")
    warm = alone(render_script, SCRIPT, warm_cache, folder / "film", length, workers)
    _say("encoding the same frames alone")
    floor = encoding_floor(folder / "film" / "film.mp4", folder, workers)
    _say("drawing and encoding the pictures alone")
    pictures = picture_cpu_seconds(folder / "film", warm_cache, workers)
    moviepy = _moviepy(folder, warm_cache, wanted.moviepy, warm.duration)
    memory = _memory(folder, warm, wanted.memory, workers)
    return _figures(machine, cold, warm, floor, pictures, moviepy, memory, wanted)


def _moviepy(folder: Path, cache: Path, seconds: float, film_seconds: float) -> MoviePy | None:
    if not seconds:
        return None
    _say(f"{seconds:g} s of the same composition with MoviePy 2, layer by layer and tuned by hand")
    assets = alone(prepare, folder / "film", cache, folder / "moviepy", seconds)
    try:
        sound = alone(score, assets, folder / "moviepy.m4a")
        layered, tuned = (alone(compose, pieces, assets, folder / "moviepy.mp4") for pieces in (assets.pieces, assets.tuned))
    except ModuleNotFoundError as error:
        _say(f"without MoviePy: {error}. The launcher installs it: ./studio bench film")
        return None
    return MoviePy(layered.for_length(film_seconds) + sound, tuned.for_length(film_seconds) + sound)


def _memory(folder: Path, one: Rendered, asked: bool, workers: int) -> Memory | None:
    if not asked:
        return None
    _say("the same scenes ten times over, for memory")
    ten_cache = folder / "ten"
    prime_pack(folder / "cold", ten_cache)
    ten = alone(render_repeated, folder / "film" / "film.json", 10, ten_cache, folder / "ten-film", workers)
    return Memory(one.peak_rss_mb, ten.peak_rss_mb, round(ten.peak_rss_mb / one.peak_rss_mb, 3), round(ten.seconds, 2), ten.duration)


def _figures(
    machine: Machine,
    cold: Rendered,
    warm: Rendered,
    floor: Floor,
    pictures: float,
    moviepy: MoviePy | None,
    memory: Memory | None,
    wanted: argparse.Namespace,
) -> Figures:
    return Figures(
        seconds=round(warm.seconds, 2),
        realtime_factor=round(warm.duration / warm.seconds, 3),
        floor_seconds=round(floor.seconds, 2),
        floor_ratio=round(warm.seconds / floor.seconds, 3),
        peak_rss_mb=max(cold.peak_rss_mb, warm.peak_rss_mb),
        moviepy_ratio=round(moviepy.layered_seconds / warm.seconds, 2) if moviepy else None,
        moviepy_tuned_ratio=round(moviepy.tuned_seconds / warm.seconds, 2) if moviepy else None,
        cold_seconds=round(cold.seconds, 2),
        cold_realtime_factor=round(cold.duration / cold.seconds, 3),
        cpu_seconds=round(warm.cpu_seconds, 2),
        floor_cpu_seconds=round(floor.cpu_seconds, 2),
        cpu_ratio=round(warm.cpu_seconds / floor.cpu_seconds, 3),
        picture_cpu_seconds=round(pictures, 2),
        picture_ratio=round(pictures / floor.cpu_seconds, 3),
        duration=warm.duration,
        frames=warm.frames,
        segments=floor.segments,
        identical=cold.sha256 == warm.sha256,
        verdict=warm.verdict,
        moviepy_seconds=round(moviepy.layered_seconds, 2) if moviepy else None,
        moviepy_tuned_seconds=round(moviepy.tuned_seconds, 2) if moviepy else None,
        moviepy_stretch=wanted.moviepy,
        workers=wanted.workers,
        machine=machine,
        load_after=this_machine().load,
        memory=memory,
    )


def table(figures: Figures) -> str:
    """The figures for people."""
    machine, made = figures.machine, f"{figures.duration:.1f} s of film, {figures.frames} frames in {figures.segments} segments"
    rows = [
        ("film", f"{made}, 1920 x 1080 at 24 fps, {figures.verdict}"),
        ("machine", str(machine)),
        ("load", f"{machine.load:g} before, {figures.load_after:g} after (the benchmark itself gives about {figures.workers})"),
        ("", ""),
        ("whole render, pack cached", f"{figures.seconds:.2f} s, {figures.realtime_factor:.2f}x real time (budget: at least 3x)"),
        ("whole render, from nothing", f"{figures.cold_seconds:.2f} s, {figures.cold_realtime_factor:.2f}x real time (budget: 35 s)"),
        ("encoding the frames alone", f"{figures.floor_seconds:.2f} s on {figures.workers} processes"),
        ("  the render is", f"{figures.floor_ratio:.2f}x that floor (budget: 1.5x)"),
        ("  in processor time", f"{figures.cpu_seconds:.1f} s against {figures.floor_cpu_seconds:.1f} s: {figures.cpu_ratio:.2f}x"),
        ("  its picture alone", f"{figures.picture_cpu_seconds:.1f} s of that, drawing and encoding: {figures.picture_ratio:.2f}x"),
        *_moviepy_rows(figures),
        ("peak memory", f"{figures.peak_rss_mb:.0f} MB, all processes added up"),
        ("cold and warm films", "the same bytes" if figures.identical else "DIFFERENT BYTES"),
    ]
    if memory := figures.memory:
        longer = (
            f"{memory.ten_minutes_mb:.0f} MB for {memory.ten_minutes_duration:.0f} s of film, made in {memory.ten_minutes_seconds:.0f} s"
        )
        rows.append(("memory, ten times as long", f"{longer}: {memory.growth:.2f}x of {memory.one_minute_mb:.0f} MB"))
    return "\n".join(f"{name:<28}{value}".rstrip() for name, value in rows)


def _moviepy_rows(figures: Figures) -> list[tuple[str, str]]:
    if figures.moviepy_ratio is None:
        return [("MoviePy 2", "not measured")]
    scaled = f"scaled up from {figures.moviepy_stretch:g} s of film"
    layered = f"{figures.moviepy_seconds:.1f} s ({scaled}): the studio is {figures.moviepy_ratio:.1f}x faster (budget: 15x)"
    tuned = f"{figures.moviepy_tuned_seconds:.1f} s: the studio is {figures.moviepy_tuned_ratio:.1f}x faster"
    return [("MoviePy 2, layer by layer", layered), ("  pre-flattened by hand", tuned)]


def _say(what: str) -> None:
    print(f"measuring: {what} …", file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="studio bench film", description=__doc__.partition("\n")[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--memory", action="store_true", help="render a ten-minute film as well, and compare peak memory")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="worker processes (default: one a core)")
    parser.add_argument("--duration", type=int, default=60, help="seconds of film (default: 60)")
    parser.add_argument("--moviepy", type=float, default=4.0, metavar="SECONDS", help="film that MoviePy makes; 0 for none (default: 4)")
    parser.add_argument("--work", type=Path, default=None, metavar="DIR", help="where to work (default: the system's temporary folder)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
