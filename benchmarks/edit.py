"""``./studio bench edit``: what a one-line edit of a five-minute film costs, against making the film.

Prints, from one run: seconds of the full render, seconds of the render after the edit, the part of those that only joins
(master and conform, which any change of sound needs), and the ratio without it.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from pathlib import Path

from filmstudio.app import Studio, Wishes
from filmstudio.core.options import RenderOptions
from filmstudio.core.report import Report

PLACES = (
    "INT. KITCHEN - DAY", "EXT. PARK - DUSK", "INT. LIVING ROOM - NIGHT",
    "EXT. BEACH - GOLDEN HOUR", "INT. OFFICE - DAY", "EXT. HARBOUR - NIGHT",
    "INT. CAFE - DAY", "EXT. CITY STREET - DUSK", "INT. BEDROOM - NIGHT", "EXT. FOREST - DAWN",
)  # fmt: skip
TALK = (
    ("NORA", "I have been thinking about what you said to me on the bridge, number {n}."),
    ("SAM", "I said many things on that bridge. Most of them I would like to take back."),
    ("NORA", "Not this one. You said that people only leave once, and after that they are visiting."),
    ("SAM", "It sounded better in the dark. But I still believe it, I think. Most days I do."),
    ("NORA", "Then tell me honestly. Is this a visit?"),
    ("SAM", "Ask me in the morning. I am never honest before breakfast."),
)
EDITED = ("Then tell me honestly. Is this a visit?", "Then tell me honestly. Is this only a visit?")


def script(scenes: int) -> str:
    """A screenplay of about half a minute a scene."""
    parts = ["Title: Only Once\n\nNORA (30), a teacher in a red coat, and SAM (34), a sailor in a blue sweater.\n"]
    for number in range(scenes):
        parts.append(f"{PLACES[number % len(PLACES)]}\n")
        parts += [f"{name}\n{words.format(n=number)}\n" for name, words in TALK]
    return "\n".join(parts)


def render(text: str, root: Path, workers: int, options: RenderOptions) -> Report:
    """Make the film of a script with the cache in ``root``."""
    path = root / "only-once.fountain"
    path.write_text(text, encoding="utf-8")
    studio = Studio(root / "cache")
    with studio.crew(options, workers) as crew:  # as the command does
        film = studio.develop(studio.read(path)[0], Wishes(), options)
        return studio.render(film, options, root / "out", dispatcher=crew).report


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="studio bench edit", description=__doc__)
    parser.add_argument("--scenes", type=int, default=10, help="about half a minute each")
    parser.add_argument("--size", default="1080p")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    options = RenderOptions(size=arguments.size)
    with tempfile.TemporaryDirectory() as folder:
        text = script(arguments.scenes)
        full = render(text, Path(folder), arguments.workers, options)
        # The line as it stands in the middle scene alone is changed.
        before, after = text.rsplit(PLACES[arguments.scenes // 2 % len(PLACES)], 1)
        edited = render(
            before + PLACES[arguments.scenes // 2 % len(PLACES)] + after.replace(*EDITED, 1), Path(folder), arguments.workers, options
        )
    joining = sum(task.seconds for task in edited.tasks if not task.cached and task.role in ("mastering", "conform"))
    figures = {
        "film_seconds": full.film.duration,
        "full_seconds": full.totals.seconds,
        "edit_seconds": edited.totals.seconds,
        "joining_seconds": round(joining, 3),
        "ratio_without_joining": round(max(0.0, edited.totals.seconds - joining) / full.totals.seconds, 4),
        "computed": edited.totals.computed,
        "cached": edited.totals.cached,
        "computed_tasks": [task.task for task in edited.tasks if not task.cached],
        "peak_rss_mb": full.totals.peak_rss_mb,
        "workers": arguments.workers,
    }
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<24} {value}")


if __name__ == "__main__":
    main()
