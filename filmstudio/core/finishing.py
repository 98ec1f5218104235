"""Finishing: from the takes of a render to the delivery folder with its report."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeVar

from filmstudio.core.captionfiles import WRITERS, TimedCaption
from filmstudio.core.delivery import delivering, digests_in, keep_edits
from filmstudio.core.dispatch import Made
from filmstudio.core.engine import Result
from filmstudio.core.exchange import film_otio
from filmstudio.core.film import Film
from filmstudio.core.graph import RenderGraph
from filmstudio.core.model import Record
from filmstudio.core.options import LOUDNESS, RenderOptions, credits_for
from filmstudio.core.planner import parts_of, segment_id
from filmstudio.core.plugins import Offer
from filmstudio.core.report import (
    CaptionFacts,
    Check,
    EngineFacts,
    FilmFacts,
    LipsyncFacts,
    LoudnessFacts,
    Metadata,
    Report,
    TaskFacts,
    Totals,
    Verdict,
    VideoFacts,
)
from filmstudio.core.requests import Captions, FilmTiming, Master, Movie, Segment, Speech, Thumbnail
from filmstudio.core.roles import ROLES
from filmstudio.core.store import Store
from filmstudio.core.sync import SyncReading, read_sync

LOUDNESS_TOLERANCE_LU = 0.3
SILENT_MOTION_LIMIT = 2.0
"""Share of open-mouth frames, in percent, that may fall outside speech: laughs and gasps are acting, more is a fault."""
MOST_NAMED = 3
"""Tasks that a note names when more say the same."""

ResultT = TypeVar("ResultT", bound=Result)


@dataclass(frozen=True, slots=True)
class Rendering:
    """A finished walk: the film, how it was made, and every take."""

    film: Film
    options: RenderOptions
    graph: RenderGraph
    made: Mapping[str, Made]
    engines: Mapping[str, Offer]
    notes: tuple[str, ...]
    started: float
    """``time.perf_counter()`` when the render began."""
    peak_rss_mb: float
    workers: int

    def result(self, task_id: str, model: type[ResultT]) -> ResultT:
        """The result of a task, as its model."""
        return model.model_validate(self.made[task_id].take.result)


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivery in its place."""

    folder: Path
    report: Report
    metadata: Metadata


def deliver(rendering: Rendering, store: Store, folder: Path) -> Delivered:
    """Write the delivery folder, atomically.

    Raises:
        DeliveryError: the folder cannot be written; whatever was there before is still there.
    """
    film, timing = rendering.film, rendering.result("timing", FilmTiming)
    movie, master = rendering.result("conform", Movie), rendering.result("master", Master)
    captions = {scene.id: rendering.result(f"captions:{scene.id}", Captions) for scene in film.scenes}
    timed = timed_captions(film, timing, captions)
    with delivering(folder) as fresh:
        shutil.copyfile(store.path(movie.video), fresh / "film.mp4")
        for suffix, write in WRITERS.items():
            _write(fresh / f"captions.{film.language}.{suffix}", write(timed, film.language, film.title))
        for index in range(1, 4):
            if f"thumbnail:{index}" in rendering.made:
                shutil.copyfile(store.path(rendering.result(f"thumbnail:{index}", Thumbnail).image), fresh / f"thumbnail-{index}.jpg")
        for stem, media in master.stems.items():
            (fresh / "stems").mkdir(exist_ok=True)
            shutil.copyfile(store.path(media), fresh / "stems" / f"{stem}.wav")
        _write(fresh / "film.json", record_json(film))
        cues = {scene_id: entry.cues for scene_id, entry in captions.items()}
        _write(fresh / "film.otio", film_otio(film, timing, cues, tuple(master.stems)))
        metadata = _metadata(rendering, movie)
        _write(fresh / "metadata.json", record_json(metadata))
        report = _report(rendering, movie, master, captions, _sync(rendering, timing))
        report = report.model_copy(update={"files": digests_in(fresh), "kept": keep_edits(folder, fresh, film)})
        _write(fresh / "report.json", record_json(report))
    return Delivered(folder, report, metadata)


def record_json(record: Record) -> str:
    """A record as the JSON text that people read and edit: two spaces, keys in the model's order, letters as they are."""
    return json.dumps(record.canonical(), indent=2, ensure_ascii=False) + "\n"


def timed_captions(film: Film, timing: FilmTiming, captions: Mapping[str, Captions]) -> list[TimedCaption]:
    """All captions of the film in seconds, in order."""
    timed = []
    for scene in film.scenes:
        begin = timing.scene_starts[scene.id]
        for cue in captions[scene.id].cues:
            start, end = Fraction(begin + cue.start, timing.fps), Fraction(begin + cue.end, timing.fps)
            timed.append(TimedCaption(start, end, cue.lines, cue.speaker))
    return sorted(timed, key=lambda caption: caption.start)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _sync(rendering: Rendering, timing: FilmTiming) -> SyncReading:
    speeches: dict[str, Speech] = {}
    beats = {}
    mouths: dict[str, list[int]] = {}
    for _, shot in rendering.film.shots():
        for part in range(parts_of(shot, rendering.options.fps)):
            segment = rendering.result(segment_id(shot, part), Segment)
            for line_id, frames in segment.mouth_frames.items():
                mouths.setdefault(line_id, []).extend(frames)
        for line in shot.lines:
            if line.id in mouths:
                speeches[line.id] = rendering.result(f"voice:{line.id}", Speech)
                beats[line.id] = timing.shots[shot.id].beats[line.id]
    return read_sync(speeches, beats, mouths, timing.fps)


def _metadata(rendering: Rendering, movie: Movie) -> Metadata:
    film, (width, height) = rendering.film, rendering.options.frame
    seconds = round(float(movie.seconds), 3)
    cast = [character.name for character in film.characters if character.seen]
    description = film.logline or f"{film.title}, a film by {', '.join(film.authors) or 'AI Film Studio'}."
    if cast:
        description += f"\n\nWith {', '.join(cast)}."
    return Metadata(
        title=film.title,
        description=description,
        tags=film.tags,
        authors=film.authors,
        language=film.language,
        culture=film.culture,
        kind=film.kind,
        cast=tuple(cast),
        captions=(film.language,),
        credits=credits_for(seconds),
        seed=film.seed,
        technical=VideoFacts(
            width=width, height=height, fps=rendering.options.fps, duration=seconds, size=movie.video.size, sha256=movie.video.digest
        ),
        engines=tuple(
            EngineFacts(
                role=role,
                name=offer.engine.name,
                version=offer.engine.version,
                plugin=offer.distribution or offer.plugin,
                licence=offer.engine.needs.licence,
            )
            for role, offer in rendering.engines.items()
        ),
    )


def _report(rendering: Rendering, movie: Movie, master: Master, captions: Mapping[str, Captions], sync: SyncReading) -> Report:
    film, options = rendering.film, rendering.options
    target, ceiling = LOUDNESS[options.loudness]
    silent = master.integrated_lufs < -70  # the absolute gate of BS.1770: nothing above it was ever heard
    offset_ms = round(1000 * float(movie.audio_seconds - movie.video_seconds), 2)
    violations = tuple(text for entry in captions.values() for text in entry.violations)
    checks = [
        Check(
            name="loudness",
            passed=silent or abs(master.integrated_lufs - target) <= LOUDNESS_TOLERANCE_LU,
            detail=f"{master.integrated_lufs:.2f} LUFS, target {target:g} ±{LOUDNESS_TOLERANCE_LU:g}",
        ),
        Check(name="true peak", passed=master.true_peak_dbtp <= ceiling, detail=f"{master.true_peak_dbtp:.2f} dBTP, ceiling {ceiling:g}"),
        Check(name="length", passed=abs(offset_ms) <= 1000 / options.fps, detail=f"sound is {offset_ms:+.1f} ms against the picture"),
        Check(name="captions", passed=not violations, detail=f"{len(violations)} violations of the timing rules"),
        Check(name="lip-sync", passed=sync.worst_offset_ms <= 1000 / options.fps + 0.1, detail=f"worst line {sync.worst_offset_ms:g} ms"),
        Check(
            name="still mouths",
            passed=sync.moving_in_silence_percent <= SILENT_MOTION_LIMIT,
            detail=f"{sync.moving_in_silence_percent:g} % of open-mouth frames outside speech",
        ),
    ]
    tasks = tuple(_task_facts(rendering, task_id) for task_id in rendering.graph.order)
    notes = _notes(rendering, tasks)
    seconds = time.perf_counter() - rendering.started
    cached = sum(1 for task in tasks if task.cached)
    return Report(
        verdict=_verdict(checks, notes),
        film=FilmFacts(
            title=film.title,
            duration=round(float(movie.seconds), 3),
            width=options.frame[0],
            height=options.frame[1],
            fps=options.fps,
            size=movie.video.size,
            frames=movie.frames,
            audio_offset_ms=offset_ms,
        ),
        loudness=LoudnessFacts(
            integrated_lufs=None if silent else round(master.integrated_lufs, 2),
            true_peak_dbtp=None if silent else round(master.true_peak_dbtp, 2),
            range_lu=None if silent else round(master.loudness_range_lu, 2),
            target_lufs=target,
            ceiling_dbtp=ceiling,
        ),
        captions=CaptionFacts(count=sum(len(entry.cues) for entry in captions.values()), violations=violations),
        lipsync=LipsyncFacts(
            worst_offset_ms=sync.worst_offset_ms, moving_in_silence_percent=sync.moving_in_silence_percent, lines=sync.lines
        ),
        checks=tuple(checks),
        notes=notes,
        tasks=tasks,
        totals=Totals(
            seconds=round(seconds, 3),
            realtime_factor=round(float(movie.seconds) / seconds, 3),
            cached=cached,
            computed=len(tasks) - cached,
            peak_rss_mb=round(rendering.peak_rss_mb, 1),
            workers=rendering.workers,
        ),
    )


def _task_facts(rendering: Rendering, task_id: str) -> TaskFacts:
    made = rendering.made[task_id]
    result = ROLES[made.take.role].result.model_validate(made.take.result)
    return TaskFacts(
        task=task_id,
        role=made.take.role,
        engine=made.take.engine,
        version=made.take.version,
        digest=made.take.digest,
        cached=made.cached,
        seconds=made.take.seconds,
        verdict="degraded" if result.degraded else "passed",
        notes=result.degraded,
    )


def _notes(rendering: Rendering, tasks: Sequence[TaskFacts]) -> tuple[str, ...]:
    notes = list(rendering.notes)
    notes += [f"{remark.about}: {remark.text}" for remark in rendering.film.remarks if remark.degraded]
    return tuple(dict.fromkeys((*notes, *notes_of_tasks(tasks))))


def notes_of_tasks(tasks: Sequence[TaskFacts]) -> tuple[str, ...]:
    """What tasks tell, each note once, with the tasks that say it by name as far as a person would read on."""
    told: dict[str, list[str]] = {}
    for task in tasks:
        for note in task.notes:
            told.setdefault(note, []).append(task.task)
    return tuple(
        f"{', '.join(names[:MOST_NAMED])}{f' and {len(names) - MOST_NAMED} more' if len(names) > MOST_NAMED else ''}: {note}"
        for note, names in told.items()
    )


def _verdict(checks: Sequence[Check], notes: Sequence[str]) -> Verdict:
    if not all(check.passed for check in checks):
        return "failed"
    return "degraded" if notes else "passed"
