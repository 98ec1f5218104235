"""What a delivered film was made of: the film, its takes, and what its picture was asked for, from the store that rendered it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import JsonValue

    from filmstudio.core.film import Film
    from filmstudio.core.graph import RenderGraph
    from filmstudio.core.options import RenderOptions
    from filmstudio.core.requests import SegmentRequest
    from filmstudio.core.store import Take


@dataclass(frozen=True, slots=True)
class Makings:
    """A film as it was rendered, with the options of the benchmark; it may be smaller."""

    film: Film
    options: RenderOptions
    graph: RenderGraph
    takes: Mapping[str, Take]

    @property
    def results(self) -> dict[str, JsonValue]:
        """What the engines gave, by task."""
        return {task: take.result for task, take in self.takes.items()}

    def segments(self) -> Iterator[SegmentRequest]:
        """What was asked of the picture engine, in the film's order."""
        from filmstudio.core.planner import parts_of, segment_id

        for _, shot in self.film.shots():
            for part in range(parts_of(shot, self.options.fps)):
                yield self.segment(segment_id(shot, part))

    def segment(self, task: str) -> SegmentRequest:
        """What one picture task was asked for."""
        from filmstudio.core.graph import resolve
        from filmstudio.core.requests import SegmentRequest

        return SegmentRequest.model_validate(resolve(self.graph.tasks[task].request, self.results))


def makings_of(delivery: Path, cache: Path) -> Makings:
    """Read a delivery beside the store that rendered it."""
    from filmstudio.app import load_film
    from filmstudio.core.artpack import pack_versions
    from filmstudio.core.options import RenderOptions
    from filmstudio.core.planner import plan
    from filmstudio.core.plugins import Plugins
    from filmstudio.core.report import Report
    from filmstudio.core.store import Store

    film, store = load_film(delivery / "film.json"), Store(cache)
    report = Report.model_validate_json((delivery / "report.json").read_bytes())
    options = RenderOptions.model_validate({"size": f"{report.film.height}p"})
    takes = {task.task: take for task in report.tasks if (take := store.take(task.digest)) is not None}
    return Makings(film, options, plan(film, options, pack_versions(Plugins().art_packs())), takes)
