"""Live progress of a render: a bar for each stage, and the time left for the whole."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from filmstudio.core.dispatch import Event
from filmstudio.core.graph import RenderGraph
from filmstudio.core.stages import STAGE_OF, STAGES


class _TimeLeft(ProgressColumn):
    """Time left for the whole film, from the work done so far."""

    def __init__(self, display: RenderProgress) -> None:
        super().__init__()
        self._display = display

    def render(self, task: Task) -> Text:
        if task.id != self._display.last_id:
            return Text("")
        left = self._display.seconds_left()
        return Text("" if left is None else f"{left:.0f} s left", style="cyan")


class RenderProgress:
    """Shows a render on a terminal; on anything else it prints one line when a stage is done."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description:<18}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            _TimeLeft(self),
            console=console,
            transient=False,
        )
        self._bars: dict[str, object] = {}
        self._counts: dict[str, list[int]] = {}
        self._started = time.monotonic()
        self._weight_done = self._weight_all = self._weight_found = 0.0
        self.last_id: object = None

    def __enter__(self) -> RenderProgress:
        self._started = time.monotonic()
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._console.is_terminal:
            self._progress.stop()

    def plan(self, graph: RenderGraph) -> None:
        """Show the stages of a graph."""
        self._weight_all = sum(task.weight for task in graph.tasks.values())
        for stage, roles in STAGES.items():
            total = sum(1 for task in graph.tasks.values() if task.role in roles)
            if total:
                self._counts[stage] = [0, total]
                self.last_id = self._bars[stage] = self._progress.add_task(stage, total=total)

    def show(self, event: Event) -> None:
        """Move the bars on."""
        if event.kind == "started":
            return
        stage = STAGE_OF[event.task.role]
        count = self._counts[stage]
        count[0] += 1
        self._weight_done += event.task.weight
        if event.kind == "cached":
            self._weight_found += event.task.weight
        if self._console.is_terminal:
            self._progress.advance(self._bars[stage])  # type: ignore[arg-type]
        elif count[0] == count[1]:
            self._console.print(f"{stage}: {count[1]} done, {time.monotonic() - self._started:.1f} s")

    def seconds_left(self) -> float | None:
        """Seconds until the end at the pace so far; None before there is a pace."""
        worked = self._weight_done - self._weight_found
        if worked < 1:
            return None
        return (time.monotonic() - self._started) * (self._weight_all - self._weight_done) / worked
