"""The commands. Each gathers its options, calls the studio, and prints; what takes time to import is imported inside."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from filmstudio.cli import serving
from filmstudio.cli.arguments import (
    AsJson,
    Aspect,
    CacheDir,
    Config,
    Culture,
    Duration,
    EngineChoice,
    FilmFile,
    Language,
    Script,
    Seed,
    Style,
    Title,
    Voice,
)
from filmstudio.cli.plugin_commands import add_commands_of_plugins, own_commands, plugin_app
from filmstudio.cli.suggesting import Commands

if TYPE_CHECKING:
    from rich.console import Console

    from filmstudio.app import Studio
    from filmstudio.core.dispatch import Dispatcher
    from filmstudio.core.film import Film
    from filmstudio.core.options import RenderOptions
    from filmstudio.core.store import Store

app = typer.Typer(
    name="studio",
    cls=Commands,
    help="A screenplay goes in, a finished film comes out.\n\nStart with: ./studio render examples/the-last-lamp.fountain",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    rich_markup_mode="rich",
)
cache_app = typer.Typer(help="Look at the store of finished takes, or make room in it.", no_args_is_help=True)
app.add_typer(cache_app, name="cache")
app.add_typer(plugin_app, name="plugin")


@app.command()
def render(
    script: Script = None,
    film: FilmFile = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="The delivery folder.", show_default="renders/TITLE")] = None,
    size: Annotated[str | None, typer.Option(help="480p, 720p, 1080p or 4k.", show_default="1080p")] = None,
    aspect: Aspect = None,
    fps: Annotated[int | None, typer.Option(help="24, 25 or 30.", show_default="24")] = None,
    preset: Annotated[str | None, typer.Option(help="draft, standard or master.", show_default="standard")] = None,
    voice: Voice = None,
    engine: EngineChoice = None,
    duration: Duration = None,
    culture: Culture = None,
    style: Style = None,
    language: Language = None,
    seed: Seed = None,
    title: Title = None,
    captions: Annotated[
        str | None,
        typer.Option(
            help="Burn captions in: burn, or a list such as size=large,position=top. Keys: font (sans, serif), size (small, medium, "
            "large), color (#RRGGBB), position (bottom, top), background (none, translucent, solid).",
            show_default="off",
        ),
    ] = None,
    watermark: Annotated[str | None, typer.Option(help="Words in the corner of the picture.", show_default=False)] = None,
    stems: Annotated[
        bool | None, typer.Option("--stems", help="Deliver dialogue, music and effects apart as well.", show_default=False)
    ] = None,
    loudness: Annotated[str | None, typer.Option(help="youtube, podcast, broadcast or cinema.", show_default="youtube")] = None,
    fallback: Annotated[
        bool | None,
        typer.Option("--fallback", help="Let an embedded engine play where a chosen one cannot; the report says so.", show_default=False),
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Worker processes.", show_default="one a core")] = None,
    dispatch: Annotated[str | None, typer.Option(help="Where engines run: local, or ray.", show_default="local")] = None,
    ray_address: Annotated[
        str | None,
        typer.Option(help="A Ray that runs: auto or HOST:PORT; see docs/ray.md.", show_default="one of this machine"),
    ] = None,
    config: Config = None,
    cache_dir: CacheDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a film from a screenplay and deliver it into a folder.

    After an edit only what depends on it is made again. A render that was stopped goes on.
    """
    with _reporting() as console:
        from filmstudio.core import nursery

        if dispatch in (None, "local") and not engine:
            nursery.begin()  # engines load while the rest of the studio is imported

        from filmstudio.app import load_film
        from filmstudio.cli import show
        from filmstudio.cli.progress import RenderProgress
        from filmstudio.core.delivery import check_folder
        from filmstudio.core.finishing import record_json
        from filmstudio.core.options import folder_name

        given = dict(
            size=size, aspect=aspect, fps=fps, preset=preset, voice=voice, engine=engine, duration=duration, culture=culture, style=style,
            language=language, seed=seed, title=title, captions=captions, watermark=watermark, stems=stems, loudness=loudness,
            fallback=fallback, workers=workers, dispatch=dispatch, ray_address=ray_address, cache_dir=cache_dir, output=output,
        )  # fmt: skip
        source = _one_source(script, film)
        _see_film_options(film, given)
        values, options, studio = _prepare(given, config, script)
        if values.get("output"):
            check_folder(Path(values["output"]))
        planned = load_film(source) if film is not None else None
        if planned is not None:
            show.passed_over(console, studio.passed_over(planned, options.engines))
            studio.check(planned, options.engines, source.name)
            options = options.model_copy(update={"aspect": values.get("aspect") or planned.aspect})
        with _crew(studio, console, values, options) as crew:
            picture = planned or _develop(studio, console, source, values, options)
            folder = Path(values.get("output") or Path("renders") / folder_name(picture.title))
            show.edited(console, folder, picture)
            with RenderProgress(console) as progress:
                delivered = studio.render(picture, options, folder, dispatcher=crew, watch=progress.show, planned=progress.plan)
        if as_json:
            sys.stdout.write(record_json(delivered.report))
        else:
            show.report(_page(), delivered.report)
            _page().print(f"\nThe film is in [bold]{folder / 'film.mp4'}[/]", highlight=False, soft_wrap=True)
        if delivered.report.verdict == "failed":
            raise typer.Exit(3)


@app.command()
def plan(
    script: Script = None,
    film: FilmFile = None,
    voice: Voice = None,
    engine: EngineChoice = None,
    duration: Duration = None,
    culture: Culture = None,
    style: Style = None,
    language: Language = None,
    seed: Seed = None,
    title: Title = None,
    aspect: Aspect = None,
    save: Annotated[
        Path | None, typer.Option(help="Write the film to this file, to be edited and rendered with --film.", show_default=False)
    ] = None,
    config: Config = None,
    cache_dir: CacheDir = None,
    as_json: AsJson = False,
) -> None:
    """Show scenes, shots, cast, estimated length and credits. Nothing is rendered."""
    with _reporting() as console:
        from filmstudio.app import load_film
        from filmstudio.cli import show
        from filmstudio.core.delivery import save_film
        from filmstudio.core.errors import ConfigError
        from filmstudio.core.finishing import record_json

        given = dict(
            voice=voice, engine=engine, duration=duration, culture=culture, style=style, language=language, seed=seed, title=title,
            aspect=aspect, cache_dir=cache_dir,
        )  # fmt: skip
        source = _one_source(script, film)
        _see_film_options(film, given)
        if save is not None and script is not None and save.exists() and save.samefile(script):
            raise ConfigError(f"--save {save} would write over the script.", remedy=f"Name another file: {script.with_suffix('.json')}")
        values, options, studio = _prepare(given, config, script)
        picture = load_film(source) if film is not None else _develop(studio, console, source, values, options)
        show.passed_over(console, studio.passed_over(picture, options.engines))
        if save is not None:
            show.kept(console, save, save_film(save, picture, record_json(picture)))
        if as_json:
            sys.stdout.write(record_json(picture))
        else:
            show.plan(_page(), picture)
        studio.check(picture, options.engines, source.name)


@app.command()
def inspect(folder: Annotated[Path, typer.Argument(help="A delivery folder.")], as_json: AsJson = False) -> None:
    """Show the report of a delivered film: what made it, what was measured, what fell short."""
    with _reporting():
        from filmstudio.cli import show
        from filmstudio.core.finishing import record_json

        facts = show.load_report(folder)
        if as_json:
            sys.stdout.write(record_json(facts))
        else:
            show.report(_page(), facts)


@app.command()
def plugins(
    role: Annotated[str | None, typer.Option(help="Only this role.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List every engine with its role, version and needs."""
    with _reporting():
        import json

        from filmstudio.cli import show
        from filmstudio.core.plugins import Plugins

        found = Plugins()
        if role is not None:
            found.engine(role)
        if as_json:
            rows = [
                {
                    "role": offer.engine.role,
                    "name": offer.engine.name,
                    "version": offer.engine.version,
                    "plugin": offer.distribution or offer.plugin,
                    "summary": offer.engine.summary,
                    "needs": offer.engine.needs.canonical(),
                    "publisher": offer.papers.manifest.publisher if offer.papers.manifest else None,
                    "environment": offer.papers.environment,
                    "ready": offer.ready() or True,
                }
                for offer in found.engines(role)
            ]
            sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        else:
            show.engines(_page(), found, role)


@app.command()
def voices(
    language: Annotated[str | None, typer.Option(help="Only voices of this language, such as hi or en-GB.", show_default=False)] = None,
    as_json: AsJson = False,
) -> None:
    """List the voices that characters can speak with."""
    with _reporting():
        import json

        from filmstudio.cli import show
        from filmstudio.core.plugins import Plugins
        from filmstudio.core.voicepack import read_voice_packs, voices_of

        entries = read_voice_packs(Plugins().voice_packs())
        if language is not None:
            entries = voices_of(entries, language)
        if as_json:
            sys.stdout.write(json.dumps([voice.model_dump() for voice in entries], indent=2, ensure_ascii=False) + "\n")
        else:
            show.voices(_page(), entries)


@cache_app.command("stats")
def cache_stats(cache_dir: CacheDir = None, as_json: AsJson = False) -> None:
    """Show how much the store holds."""
    with _reporting():
        import dataclasses
        import json

        store = _store(cache_dir)
        usage = store.usage()
        if as_json:
            sys.stdout.write(json.dumps(dataclasses.asdict(usage)) + "\n")
        else:
            _page().print(f"{usage.takes} takes, {usage.media} media files, {usage.bytes / 1e9:.2f} GB")
            if store.prunes:
                _page().print(store.prunes)


@cache_app.command("prune")
def cache_prune(
    keep: Annotated[float, typer.Option(help="Gigabytes to keep; takes used longest ago go first.", min=0)] = 5.0,
    cache_dir: CacheDir = None,
    as_json: AsJson = False,
) -> None:
    """Remove the takes used longest ago until the rest fit. What a render uses that runs now is kept."""
    with _reporting():
        import dataclasses
        import json

        store = _store(cache_dir)
        gone = store.prune(int(keep * 1e9))
        if as_json:
            sys.stdout.write(json.dumps(dataclasses.asdict(gone)) + "\n")
        else:
            _page().print(f"removed {gone.takes} takes and {gone.media} media files, {gone.bytes / 1e9:.2f} GB")
            if gone.running:
                _page().print("A render is running; what it uses was kept.")
            if store.prunes:
                _page().print(store.prunes)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def bench(context: typer.Context, what: Annotated[str, typer.Argument(help="film")] = "film") -> None:
    """Measure speed on this machine; prints figures and ratios from one run."""
    if what in ("-h", "--help"):
        known = _scripts_in("benchmarks")
        typer.echo(f"Usage: studio bench WHAT [OPTIONS]\n\n{bench.__doc__}\n\nWHAT: {known}. Their options: studio bench WHAT --help.")
        return
    raise typer.Exit(_run_in_checkout("benchmarks", f"{what}.py", context.args))


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []})
def test(context: typer.Context) -> None:
    """Run all tests of the studio. Words after the command go to pytest."""
    raise typer.Exit(_run_in_checkout("tests", "run.py", context.args))


@app.command(hidden=True)
def prepare() -> None:
    """Load every default engine once, so that what they compile is ready before the first film."""
    with _reporting():
        from filmstudio.core.plugins import Plugins

        for offer in Plugins().cast_for({}).values():
            offer.engine().load()


def _run_in_checkout(folder: str, name: str, arguments: list[str]) -> int:
    import subprocess

    home = _checkout()
    script = home / folder / name
    if not script.is_file():
        typer.echo(f"error: there is no {folder}/{name}. There are: {_scripts_in(folder)}.", err=True)
        return 2
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, cwd=home, check=False).returncode  # noqa: S603 - this interpreter, a script of this checkout


def _scripts_in(folder: str) -> str:
    return ", ".join(sorted(path.stem for path in (_checkout() / folder).glob("*.py"))) or "none: this is not a checkout"


def _checkout() -> Path:
    return Path(__file__).resolve().parents[2]


def _one_source(script: Path | None, film: Path | None) -> Path:
    from filmstudio.core.errors import InputError

    if (script is None) == (film is None):
        raise InputError("one script or one --film is needed.", remedy="For example: studio render examples/the-last-lamp.fountain")
    if script is not None and script.suffix.lower() == ".json":
        raise InputError(f"{script} looks like a film, not like a script.", remedy=f"Give it as: --film {script}")
    return script if script is not None else Path(film or "")


_OF_SCRIPTS: Final = ("voice", "duration", "culture", "style", "language", "seed", "title")
"""Options that decide how a film is planned."""


def _see_film_options(film: Path | None, given: dict[str, Any]) -> None:
    """What a film.json has itself is not asked for beside it."""
    from filmstudio.core.errors import ConfigError

    asked = [f"--{name}" for name in _OF_SCRIPTS if given.get(name) not in (None, [])]
    if film is not None and asked:
        raise ConfigError(f"{', '.join(asked)}: a film has been planned already.", remedy=f"Change it in {film.name}, or give the script.")


def _prepare(given: dict[str, Any], config: Path | None, script: Path | None) -> tuple[dict[str, Any], RenderOptions, Studio]:
    from filmstudio.app import Studio
    from filmstudio.cli import settings
    from filmstudio.core.options import RenderOptions

    values, together = settings.read_config(settings.find_config(config, script)), settings.Together()
    for key, form in (("voice", "NAME=VOICE"), ("engine", "ROLE=NAME")):
        if given.get(key):
            written, given[key] = given[key], None
            with together.part():
                given[key] = {**dict(values.get(key) or {}), **settings.pairs(written, f"--{key}", form)}
    values.update({key: value for key, value in given.items() if value is not None and value != []})
    options, studio = RenderOptions(), Studio(values.get("cache_dir") or None)
    with together.part():
        options = settings.render_options(values)
    with together.part():
        settings.dispatch(values)
    with together.part():
        settings.wishes(values)
    with together.part():
        studio.preflight.check_wishes(settings.wishes({**values, "seed": None, "duration": None}), values.get("engine"))
    together.tell()
    return values, options, studio


def _crew(studio: Studio, console: Console, values: dict[str, Any], options: RenderOptions) -> AbstractContextManager[Dispatcher]:
    from filmstudio.cli import settings

    if settings.dispatch(values) == "local":
        return studio.crew(options, values.get("workers"))

    def tell(line: str) -> None:
        console.print(line, highlight=False, markup=False)

    return studio.crew_on_ray(options, values.get("workers"), values.get("ray_address"), tell)


def _develop(studio: Studio, console: Console, script: Path, values: dict[str, Any], options: RenderOptions) -> Film:
    from filmstudio.cli import settings, show

    wishes = settings.wishes(values)
    screenplay, problems = studio.read(script, options.engines, wishes.language)
    show.warnings(console, problems)
    return studio.develop(screenplay, wishes, options)


def _store(cache_dir: str | None) -> Store:
    from filmstudio.core.errors import ConfigError
    from filmstudio.core.storage import default_cache, open_store

    if cache_dir is not None and "://" not in cache_dir and not (Path(cache_dir) / "takes").is_dir():  # opening it would make it
        raise ConfigError(f"--cache-dir {cache_dir} is no cache.", remedy="Check the name, or leave it out for your own cache folder.")
    return open_store(cache_dir or default_cache())


def _page() -> Console:
    """Standard output: what a command was asked for. Progress and trouble go to standard error."""
    from rich.console import Console

    return Console()


class _reporting:  # noqa: N801 - reads as a statement: with _reporting() as console
    """Turns what goes wrong into messages and exit codes: 1 for an error, 2 for a wrong option, 130 when stopped by hand."""

    def __enter__(self) -> Console:
        from rich.console import Console

        self._console = Console(stderr=True)
        return self._console

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        from filmstudio.core.errors import ConfigError, StudioError

        if isinstance(error, StudioError):
            from filmstudio.cli import show

            show.error(self._console, error)
            raise typer.Exit(2 if isinstance(error, ConfigError) else 1) from None
        if isinstance(error, KeyboardInterrupt):
            self._console.print("\nStopped. Finished takes are kept: run the same command to go on.")
            raise typer.Exit(130) from None


serving.register(app)


def main() -> None:
    """Run the command line."""
    if sys.platform != "win32":
        import signal

        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    os.environ.setdefault("PYTHONUTF8", "1")
    if not own_commands(app) & set(sys.argv[1:2]):  # the studio's own commands start without a look at anybody's
        add_commands_of_plugins(app)
    if any(name.startswith("OTEL_EXPORTER_OTLP") for name in os.environ):
        _export_traces()
    app(prog_name="studio")


def _export_traces() -> None:
    from filmstudio.core.errors import ConfigError
    from filmstudio.core.telemetry import export_traces

    try:
        export_traces("filmstudio")
    except ConfigError as error:
        sys.exit(f"error: {error}")
