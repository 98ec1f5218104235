"""Whole renders, each in a process of its own so that its memory is its own, from the script to the delivery folder."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from filmstudio.core.film import Film
    from filmstudio.core.finishing import Delivered

PACK_ROLES = frozenset({"portrait", "backdrop"})
"""What belongs to the art pack rather than to a film: drawn once for a size and light, shared by all films."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rendered:
    """One render: its seconds from opening the script to the delivery being in place, and what its report says."""

    seconds: float
    cpu_seconds: float
    """Processor time of the studio and its workers: says the same on a busy machine as on an idle one, or nearly."""
    duration: float
    frames: int
    computed: int
    cached: int
    peak_rss_mb: float
    sha256: str
    verdict: str


def alone(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of ``work``, done in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(work, *args, **kwargs).result()


def set_up() -> None:
    """Load every default engine once, as the launcher does after installing: what they compile is then on the disk."""
    from filmstudio.core.plugins import Plugins

    for offer in Plugins().cast_for({}).values():
        offer.engine().load()


def render_script(script: Path, cache: Path, folder: Path, duration: int, workers: int) -> Rendered:
    """Read, develop, render and deliver a script; importing the studio is part of the time."""
    started = time.perf_counter()
    from filmstudio.core import nursery

    nursery.begin()  # as the command does, and in the same order
    from filmstudio.app import Studio, Wishes
    from filmstudio.core.options import RenderOptions

    studio, options = Studio(cache), RenderOptions()
    with studio.crew(options, workers) as crew:  # as the command does: workers get ready while the script is read
        screenplay, _ = studio.read(script)
        film = studio.develop(screenplay, Wishes(duration=Fraction(duration)), options)
        delivered = studio.render(film, options, folder, dispatcher=crew)
    return _rendered(delivered, time.perf_counter() - started)


def render_repeated(film_json: Path, times: int, cache: Path, folder: Path, workers: int) -> Rendered:
    """Render a film whose scenes are those of ``film_json``, ``times`` times over, each time spoken, drawn and scored anew."""
    started = time.perf_counter()
    from filmstudio.app import Studio, load_film
    from filmstudio.core.options import RenderOptions

    delivered = Studio(cache).render(repeated(load_film(film_json), times), RenderOptions(), folder, workers=workers)
    return _rendered(delivered, time.perf_counter() - started)


def repeated(film: Film, times: int) -> Film:
    """The film ``times`` over. Every scene, shot and beat gets an id of its own, so nothing is found in the cache."""
    scenes = []
    for turn in range(times):
        for scene in film.scenes:
            shots = tuple(
                shot.model_copy(
                    update={
                        "id": f"{shot.id}-{turn}",
                        "beats": tuple(beat.model_copy(update={"id": f"{beat.id}-{turn}"}) for beat in shot.beats),
                    }
                )
                for shot in scene.shots
            )
            scenes.append(scene.model_copy(update={"id": f"{scene.id}-{turn}", "shots": shots}))
    return film.model_copy(update={"scenes": tuple(scenes), "target": film.target * times if film.target else None})


def prime_pack(full: Path, primed: Path) -> int:
    """Copy the takes of portraits and backdrops, with their media, into a new store; returns how many there were."""
    import shutil

    from filmstudio.core.store import Store, Take

    source, target = Store(full), Store(primed)
    takes = [Take.model_validate_json(path.read_bytes()) for path in sorted((full / "takes").glob("*/*.json"))]
    wanted = [take for take in takes if take.role in PACK_ROLES]
    for take in wanted:
        for media in take.media:
            place = target.media_path(media.digest)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source.path(media), place)  # with its time, by which the store knows what it wrote itself
        target.commit(take)
    return len(wanted)


def _rendered(delivered: Delivered, seconds: float) -> Rendered:
    report = delivered.report
    return Rendered(
        seconds=seconds,
        cpu_seconds=_cpu_seconds(),
        duration=report.film.duration,
        frames=report.film.frames,
        computed=report.totals.computed,
        cached=report.totals.cached,
        peak_rss_mb=report.totals.peak_rss_mb,
        sha256=delivered.metadata.technical.sha256,
        verdict=report.verdict,
    )


def _cpu_seconds() -> float:
    """Processor time of this process and of all that it started, whether they have ended or, as a fork server, wait on."""
    spent = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in spent) + sum(map(_seconds_of, _children()))


def _children() -> list[int]:
    """Living children, where the system lists them; elsewhere there is no fork server."""
    listed = Path(f"/proc/self/task/{os.getpid()}/children")
    return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []


def _seconds_of(pid: int) -> float:
    """Processor time of a process and of its ended children (proc(5), fields 14 to 17 of stat)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
