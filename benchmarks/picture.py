"""How much drawing costs beside encoding: the shots of a film, each drawn and encoded frame by frame in this process.

Run it as ``./studio bench picture``. Processor time, not the clock's, so that a busy machine weighs on both alike. Prints
for each kind of shot: frames, milliseconds a frame of setting up, drawing and encoding, and their sum over encoding alone.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from filmstudio.app import Studio, Wishes
from filmstudio.core.artpack import pack_versions
from filmstudio.core.graph import resolve
from filmstudio.core.options import RenderOptions
from filmstudio.core.planner import plan
from filmstudio.core.requests import SegmentRequest
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.picture.encode import segment
from filmstudio.plugins.picture.filming import prepare

SCRIPT = Path(__file__).parent / "one-minute.fountain"


@dataclass(slots=True)
class Cost:
    """Seconds of processor time."""

    frames: int = 0
    setting_up: float = 0.0
    drawing: float = 0.0
    encoding: float = 0.0

    def figures(self) -> dict[str, float]:
        """Milliseconds a frame, and the ratio."""
        each = 1000 / max(1, self.frames)
        whole = self.setting_up + self.drawing + self.encoding
        return {
            "frames": self.frames,
            "setting_up_ms": round(self.setting_up * each, 2),
            "drawing_ms": round(self.drawing * each, 2),
            "encoding_ms": round(self.encoding * each, 2),
            "ratio": round(whole / self.encoding, 3) if self.encoding else 0.0,
        }


def requests(script: Path, root: Path, size: str) -> Iterator[SegmentRequest]:
    """Render a script, and give the segments that its picture was asked for."""
    options = RenderOptions(size=size)
    studio = Studio(root / "cache")
    film = studio.develop(studio.read(script)[0], Wishes(), options)
    report = studio.render(film, options, root / "out", workers=os.cpu_count() or 1).report
    store = Store(root / "cache")
    takes = {facts.task: store.take(facts.digest) for facts in report.tasks}
    results = {name: take.result for name, take in takes.items() if take is not None}
    for name, task in plan(film, options, pack_versions(studio.plugins.art_packs())).tasks.items():
        if name.startswith("picture:"):
            yield SegmentRequest.model_validate(resolve(task.request, results))


def measure(request: SegmentRequest, desk: StoreDesk, path: Path, cost: Cost) -> None:
    """Draw and encode a segment, and add up what each takes."""
    began = time.process_time()
    shoot = prepare(request, desk)
    cost.setting_up += time.process_time() - began
    frames = request.timing.frames
    first, last = frames * request.part // request.parts, frames * (request.part + 1) // request.parts
    with segment(path, request.width, request.height, request.fps, request.preset) as encoder:
        for number in range(first, last):
            began = time.process_time()
            shoot.draw(number, encoder.frame)
            drawn = time.process_time()
            encoder.send()
            cost.encoding += time.process_time() - drawn
            cost.drawing += drawn - began
        drawn = time.process_time()
    # What the encoder still held.
    cost.encoding += time.process_time() - drawn
    cost.frames += last - first


def kind_of(request: SegmentRequest) -> str:
    """Size of the shot, people, and whether the camera moves."""
    shot = request.shot
    moves = "moving" if shot.camera.end is not None or shot.camera.handheld > 0 else "still"
    return f"{shot.size}, {len(shot.performers)}, {moves}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="studio bench picture", description=__doc__)
    parser.add_argument("script", nargs="?", type=Path, default=SCRIPT)
    parser.add_argument("--size", default="1080p")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    costs: dict[str, Cost] = defaultdict(Cost)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        desk = StoreDesk(Store(root / "cache"))
        for request in requests(arguments.script, root, arguments.size):
            measure(request, desk, root / "segment.mp4", costs[kind_of(request)])
    every = Cost()
    for cost in costs.values():
        every.frames += cost.frames
        every.setting_up += cost.setting_up
        every.drawing += cost.drawing
        every.encoding += cost.encoding
    table = {kind: cost.figures() for kind, cost in sorted(costs.items())} | {"all": every.figures()}
    if arguments.json:
        print(json.dumps(table, indent=2))
        return
    for kind, figures in table.items():
        print(f"{kind:<32}" + "  ".join(f"{name} {value:g}" for name, value in figures.items()))


if __name__ == "__main__":
    main()
