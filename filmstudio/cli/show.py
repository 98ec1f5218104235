"""Tables and pages that the commands print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from filmstudio.core.delivery import MARK, holds_another_film
from filmstudio.core.errors import InputError, Problem, Severity, StudioError
from filmstudio.core.estimate import film_seconds, scene_seconds, shot_seconds
from filmstudio.core.film import Film
from filmstudio.core.options import credits_for
from filmstudio.core.plugins import Plugins
from filmstudio.core.report import Report
from filmstudio.core.roles import ROLES
from filmstudio.core.voicepack import VoiceEntry

_COLOURS = {"passed": "green", "degraded": "yellow", "failed": "red"}


def error(console: Console, trouble: StudioError) -> None:
    """An error as a person reads it: every problem with its place and remedy."""
    for problem in trouble.problems:
        _problem(console, problem, "red", "error")


def warnings(console: Console, problems: Iterable[Problem]) -> None:
    """Warnings of an input."""
    for problem in problems:
        if problem.severity is Severity.WARNING:
            _problem(console, problem, "yellow", "warning")


def passed_over(console: Console, words: Iterable[str]) -> None:
    """Words of a film that mean nothing to any engine."""
    warnings(console, (Problem(word, severity=Severity.WARNING) for word in words))


def edited(console: Console, folder: Path, film: Film) -> None:
    """What becomes of a ``film.json`` that was edited where ``film`` is going to be delivered."""
    if holds_another_film(folder, film):
        message = f"{folder / MARK} was edited, and this film is not made from it. It is kept beside the new one."
        remedy = f"To make the edited film, stop this one and give --film {folder / MARK}"
        warnings(console, [Problem(message, remedy, severity=Severity.WARNING)])


def kept(console: Console, file: Path, before: Path | None) -> None:
    """Where the film is that was in ``file`` before another one was saved there."""
    if before is not None:
        message = f"{file} held something else. That is kept as {before.name}."
        warnings(console, [Problem(message, f"To go on with it, give --film {before}", severity=Severity.WARNING)])


def _problem(console: Console, problem: Problem, colour: str, word: str) -> None:
    where = f"{problem.place}: " if str(problem.place) else ""
    remedy = f"\n  [dim]{escape(problem.remedy)}[/]" if problem.remedy else ""
    console.print(f"[bold {colour}]{word}:[/] {escape(where + problem.message)}{remedy}", highlight=False, soft_wrap=True)


def clock(seconds: float) -> str:
    """``M:SS``."""
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"


def plan(console: Console, film: Film) -> None:
    """What ``studio plan`` shows: scenes, shots, cast, length and credits."""
    seconds = float(film_seconds(film))
    console.print(f"[bold]{escape(film.title)}[/]" + (f" by {escape(', '.join(film.authors))}" if film.authors else ""))
    if film.logline:
        console.print(escape(film.logline), style="italic")
    scenes = Table("No.", "Scene", "Stage", "Light", "Mood", "Shots", "Lines", "Length", title="Scenes", title_justify="left")
    for scene in film.scenes:
        lines = sum(len(shot.lines) for shot in scene.shots)
        stage = scene.set.stage + (" *" if scene.set.stand_in else "")
        weather = "" if scene.set.weather == "clear" else f", {scene.set.weather}"
        length = clock(float(scene_seconds(scene)))
        row = (scene.number, scene.heading or scene.place, stage, scene.set.light + weather, scene.mood)
        scenes.add_row(*(escape(cell) for cell in row), str(len(scene.shots)), str(lines), length)
    console.print(scenes)
    for scene in film.scenes:
        shots_of = ", ".join(f"{shot.size.replace('_', ' ')} {float(shot_seconds(shot)):.1f}" for shot in scene.shots)
        console.print(f"[dim]Shots of {escape(scene.number)}, seconds: {shots_of}[/]", highlight=False)
    cast = Table("Name", "Age", "Gender", "Voice", "Lines", title="Cast", title_justify="left")
    for character in film.characters:
        count = sum(1 for line in film.lines() if line.character == character.id)
        voice = character.identity.voice.voice if character.identity.voice else ""
        cast.add_row(escape(character.name), character.age, character.gender, voice, str(count))
    console.print(cast)
    shots = sum(len(scene.shots) for scene in film.scenes)
    told = (_count(len(film.scenes), "scene"), _count(shots, "shot"), f"about {clock(seconds)}", _count(credits_for(seconds), "credit"))
    console.print(f"{', '.join(told)}.")
    for remark in film.remarks:
        colour = "yellow" if remark.degraded else "dim"
        console.print(f"[{colour}]{escape(remark.about)}: {escape(remark.text)}[/]", highlight=False)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def load_report(folder: Path) -> Report:
    """The report of a delivery folder.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    path = folder / "report.json"
    try:
        return Report.model_validate_json(path.read_bytes())
    except OSError as trouble:
        raise InputError(f"{folder} holds no report.json.", remedy="Name a delivery folder.") from trouble
    except ValidationError as trouble:
        raise InputError(f"{path} is not a report of this version.", remedy="Render the film again.") from trouble


def report(console: Console, facts: Report) -> None:
    """A report, readable."""
    film, totals = facts.film, facts.totals
    colour = _COLOURS[facts.verdict]
    console.print(f"[bold]{escape(film.title)}[/]  [{colour}]{facts.verdict}[/]")
    console.print(f"{clock(film.duration)}, {film.width} x {film.height} at {film.fps} fps, {film.size / 1e6:.1f} MB")
    console.print(
        f"made in {totals.seconds:.1f} s on {totals.workers} workers, {totals.realtime_factor:.2f}x real time; "
        f"{totals.computed} tasks made, {totals.cached} found; peak {totals.peak_rss_mb:.0f} MB"
    )
    checks = Table("Check", "", "Measured", title="Checks", title_justify="left")
    for check in facts.checks:
        checks.add_row(check.name, "[green]✓[/]" if check.passed else "[red]✗[/]", escape(check.detail))
    console.print(checks)
    roles = Table("Role", "Engine", "Tasks", "Found", "Seconds", title="Work", title_justify="left")
    for role in dict.fromkeys(task.role for task in facts.tasks):
        tasks = [task for task in facts.tasks if task.role == role]
        names = ", ".join(dict.fromkeys(f"{task.engine} {task.version}" for task in tasks))
        found, spent = sum(task.cached for task in tasks), sum(task.seconds for task in tasks if not task.cached)
        roles.add_row(role, escape(names), str(len(tasks)), str(found), f"{spent:.1f}")
    console.print(roles)
    for note in facts.notes:
        console.print(f"[yellow]{escape(note)}[/]", highlight=False)
    for name in facts.kept:
        console.print(f"kept of the delivery before, where a person edited it: {escape(name)}", highlight=False)
    for violation in facts.captions.violations:
        console.print(f"[red]caption: {escape(violation)}[/]", highlight=False)


def engines(console: Console, plugins: Plugins, role: str | None) -> None:
    """Every engine, its role, version and needs, and whether it can run here."""
    shown = ""
    for offer in plugins.engines(role):
        engine, needs = offer.engine, offer.engine.needs
        if engine.role != shown:
            shown = engine.role
            console.print(f"\n[bold]{shown}[/]  [dim]{escape(ROLES[shown].does)}[/]", highlight=False)
        default = "[cyan] default[/]" if ROLES[shown].default == engine.name else ""
        console.print(f"  [green]{engine.name}[/] {engine.version}{default}  {escape(engine.summary)}", highlight=False)
        wants = f"{needs.cpu:g} CPU, {needs.memory_mb} MB" + (f", {needs.gpu:g} GPU" if needs.gpu else "")
        batch = f", batches of {needs.batch_size}" if needs.batch_size > 1 else ""
        console.print(f"    [dim]needs {wants}{batch}; {needs.licence}; from {offer.distribution or offer.plugin}[/]", highlight=False)
        if trouble := offer.ready():
            console.print(f"    [yellow]cannot run here: {escape(trouble)}[/]", highlight=False)
    if plugins.papers or plugins.problems or plugins.mishaps:
        from filmstudio.cli.plugin_commands import show_plugins

        console.print("\n[bold]Plugins from others[/]")
        show_plugins(plugins)


def voices(console: Console, entries: Sequence[VoiceEntry]) -> None:
    """The voice catalogue."""
    table = Table(box=None, pad_edge=False)
    for heading in ("Voice", "Language", "Age", "Gender", "Character", "Good for"):
        table.add_column(heading, no_wrap=heading in ("Voice", "Language"))
    for voice in entries:
        table.add_row(*(escape(cell) for cell in (voice.id, voice.language, voice.age, voice.gender, voice.character, voice.use)))
    console.print(table)
    console.print(f"{len(entries)} voices. Choose one with --voice NAME=VOICE.")
