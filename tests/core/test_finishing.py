"""What the report tells."""

from __future__ import annotations

from filmstudio.core.finishing import notes_of_tasks
from filmstudio.core.report import TaskFacts


def facts(task: str, *notes: str) -> TaskFacts:
    return TaskFacts(
        task=task, role="picture", engine="cutout", version="1", digest="0" * 64, cached=False, seconds=1.0, verdict="degraded", notes=notes
    )


def test_what_many_tasks_tell_is_noted_once() -> None:
    tasks = [facts("picture:s1", "dark", "a box"), facts("picture:s2", "a box"), *(facts(f"thumbnail-{n}", "no title") for n in range(5))]
    assert notes_of_tasks(tasks) == (
        "picture:s1: dark",
        "picture:s1, picture:s2: a box",
        "thumbnail-0, thumbnail-1, thumbnail-2 and 2 more: no title",
    )
