"""The commands that serve films to others: ``studio serve``, ``studio keys`` and ``studio dead-letters``."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator, Mapping

    from filmstudio.platform.keys import Keys
    from filmstudio.platform.settings import Settings

keys_app = typer.Typer(help="Make, list and revoke the API keys of tenants.", no_args_is_help=True)

Data = Annotated[Path | None, typer.Option("--data", help="Folder of jobs, keys and finished films.", show_default="your data folder")]
DatabaseAddress = Annotated[
    str | None,
    typer.Option(
        "--database", envvar="FILMSTUDIO_DATABASE", help="postgresql://USER@HOST/NAME, to share jobs between machines.",
        show_default="SQLite in the data folder", show_envvar=False,
    ),
]  # fmt: skip


_LOOK_SECONDS = 2.0
"""Between two looks whether Ray is still there."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(serve)
    app.command(hidden=True)(crew)
    app.command(hidden=True)(front)
    app.command("dead-letters")(dead_letters)
    app.add_typer(keys_app, name="keys")


def serve(
    host: Annotated[str, typer.Option(help="Address to listen at. Any but loopback needs keys.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 = any that is free.")] = 8000,
    no_ray: Annotated[bool, typer.Option("--no-ray", help="On this machine's own workers, without Ray: for development.")] = False,
    ray_address: Annotated[
        str | None,
        typer.Option(help="A Ray that runs, which this machine is a node of: auto or HOST:PORT.", show_default="one of this machine"),
    ] = None,
    data: Data = None,
    database: DatabaseAddress = None,
    cache_dir: Annotated[
        str | None, typer.Option("--cache-dir", help="Where finished takes are kept.", show_default="your cache folder")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, max=256, help="Worker processes.", show_default="one a core")] = None,
    films_at_once: Annotated[int, typer.Option(min=1, max=64, help="Films in work at the same time.")] = 4,
    crew: Annotated[int, typer.Option(min=0, max=1, help="0 = take orders and make nothing.")] = 1,
    drain: Annotated[float, typer.Option(min=0, max=3600, help="Seconds that films may go on when the studio is stopped.")] = 5.0,
) -> None:
    """Serve the studio over HTTP: order films, follow them, fetch what was made. Prints the address when it is ready."""
    from filmstudio.cli.commands import _reporting

    with _reporting():
        from filmstudio.cli.house import House, bound, held

        if no_ray and ray_address is not None:
            from filmstudio.core.errors import ConfigError

            raise ConfigError("--no-ray and --ray-address exclude each other.", remedy="Leave one of them out.")
        if ray_address is not None:
            from filmstudio.serve.cluster import check_address

            check_address(ray_address)
        settings = _settings(data, database, cache_dir, open_house=_is_loopback(host), log=True)
        from filmstudio.platform.crew import CrewTerms

        if not settings.open_house:
            _see_keys(settings, host)
        terms = CrewTerms(workers, not no_ray, ray_address, films_at_once=films_at_once, drain_seconds=drain)
        listened_by_serve = terms.on_ray and ray_address is None
        with (held if listened_by_serve else bound)(host, port) as listening:
            House(settings, terms, listening, making=crew > 0).run()


def crew(
    workers: Annotated[int | None, typer.Option()] = None,
    films_at_once: Annotated[int, typer.Option()] = 4,
    drain: Annotated[float, typer.Option()] = 5.0,
    ray: Annotated[bool, typer.Option("--ray")] = False,
    ray_address: Annotated[str | None, typer.Option()] = None,
    application: Annotated[str, typer.Option()] = "",
) -> None:
    """Make the films of jobs, with the settings in FILMSTUDIO_SERVE, until told to stop or left alone: what ``serve`` starts."""
    from filmstudio.cli.commands import _reporting

    with _reporting():
        from filmstudio.app import run_crew
        from filmstudio.platform.crew import CrewTerms

        settings, leave, listen = _kept()
        terms = CrewTerms(workers, ray, ray_address, application, films_at_once, drain)
        run_crew(settings, terms, leave, listen)  # Ray listens to signals too: again


def front(
    fd: Annotated[int, typer.Option()],
    workers: Annotated[int | None, typer.Option()] = None,
    ray_address: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Keep a Ray with engines and the API in front, at the socket ``fd``, until told to stop or left alone: what ``serve`` starts.

    Tells its keeper as JSON where crews join, or why it could not open.
    """
    from filmstudio.cli.commands import _reporting

    with _reporting() as console:
        import json
        import socket

        from filmstudio.app import front_on_ray
        from filmstudio.core.errors import StudioError
        from filmstudio.platform.crew import CrewTerms
        from filmstudio.serve.cluster import answers

        def show(line: str) -> None:
            console.print(line, highlight=False, soft_wrap=True)

        def tell(**facts: str | bool) -> None:
            sys.stdout.write(json.dumps(facts) + "\n")
            sys.stdout.flush()

        settings, leave, listen = _kept()
        terms = CrewTerms(workers, on_ray=True, ray_address=ray_address)
        try:
            with (
                socket.socket(fileno=fd) as listening,
                front_on_ray(settings, terms, listening, lambda: tell(open=True), show) as joined,
            ):
                listen()
                tell(ray=joined.ray, application=joined.application, auth_mode=joined.auth_mode)
                while not leave.wait(_LOOK_SECONDS):
                    if not answers():
                        sys.stderr.write("Ray has ended; another one is started.\n")
                        os._exit(1)  # nothing of it can be ended in order; whoever keeps this process ends its session
        except StudioError as error:
            tell(error=error.problem.message, remedy=error.problem.remedy)
            raise typer.Exit(1) from error


def _kept() -> tuple[Settings, threading.Event, Callable[[], None]]:
    """For a process that ``serve`` keeps: its settings, when it is to leave, and what makes it listen to signals once more."""
    import signal
    import threading

    from filmstudio.platform.logs import log_to
    from filmstudio.platform.settings import settings_from_environment

    settings, leave = settings_from_environment(), threading.Event()

    def listen() -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)  # a worker that dies must not take its caller along
        signal.signal(signal.SIGTERM, lambda *_: leave.set())

    listen()
    threading.Thread(target=_when_left_alone, args=(leave,), daemon=True).start()
    log_to(settings.log)
    return settings, leave, listen


def _when_left_alone(leave: threading.Event) -> None:
    """Whoever started the crew holds the other end of its standard input; when that closes, nobody will stop it."""
    while os.read(0, 1024):
        pass
    leave.set()


@keys_app.command("add")
def keys_add(
    tenant: Annotated[str, typer.Argument(help="Name of the tenant: lower-case letters, digits and hyphens.")],
    tier: Annotated[str, typer.Option(help="free, pro or enterprise.")] = "free",
    data: Data = None,
    database: DatabaseAddress = None,
) -> None:
    """Make a key and print it. It is shown this once; only its SHA-256 is kept."""
    from filmstudio.cli.commands import _reporting

    with _reporting() as console:
        from filmstudio.core.errors import ConfigError
        from filmstudio.scheduler.tiers import Tier

        if tier not in list(Tier):
            raise ConfigError(f"there is no tier {tier!r}.", remedy=f"Tiers: {', '.join(Tier)}.")
        key = _keys(data, database).add(tenant, Tier(tier))
        sys.stdout.write(key + "\n")
        console.print(f"The key of {tenant} ({tier}). Keep it now: it cannot be shown again.", highlight=False)


@keys_app.command("list")
def keys_list(data: Data = None, database: DatabaseAddress = None) -> None:
    """List keys by their first letters, with tenant and tier."""
    from filmstudio.cli.commands import _reporting

    with _reporting():
        import time

        for key in _keys(data, database).all():
            made = time.strftime("%Y-%m-%d", time.gmtime(key.created))
            gone = "" if key.revoked is None else f"  revoked {time.strftime('%Y-%m-%d', time.gmtime(key.revoked))}"
            sys.stdout.write(f"{key.hint}…  {key.tenant}  {key.tier}  {made}{gone}\n")


@keys_app.command("revoke")
def keys_revoke(
    key: Annotated[str, typer.Argument(help="The first twelve letters of the key, as studio keys list shows them.")],
    data: Data = None,
    database: DatabaseAddress = None,
) -> None:
    """Refuse a key from now on; servers that run notice within seconds."""
    from filmstudio.cli.commands import _reporting

    with _reporting():
        _keys(data, database).revoke(key.rstrip("…"))
        sys.stdout.write("revoked\n")


def dead_letters(
    tenant: Annotated[str | None, typer.Option(help="Of this tenant alone.", show_default="of all tenants")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Films to show, the newest.")] = 20,
    before: Annotated[str | None, typer.Option(help="Only films older than this one: the last id of what was shown before.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    data: Data = None,
    database: DatabaseAddress = None,
) -> None:
    """Show films that were given up: every attempt, what went wrong in which task, and whose crew made it."""
    from filmstudio.cli.commands import _reporting

    with _reporting() as console:
        import json

        settings = _settings(data, database, None)
        from filmstudio.platform.deadletters import letter_of
        from filmstudio.scheduler.database import Database
        from filmstudio.scheduler.jobs import Jobs

        found = Jobs(Database(settings.database_address)).dead_letters(limit, before, tenant)
        for job in found:
            letter = letter_of(job)
            if as_json:
                sys.stdout.write(json.dumps({"tenant": job.tenant, "tier": job.tier, **letter}, ensure_ascii=False) + "\n")
            else:
                for line in _told(job.tenant, letter):  # words of tenants, which may hold what steers a terminal
                    sys.stdout.write("".join(sign if sign.isprintable() else " " for sign in line) + "\n")
        if not found and not as_json:
            console.print("No film was given up." if before is None else "None before that.", highlight=False)


def _told(tenant: str, letter: Mapping[str, Any]) -> Iterator[str]:
    import time

    yield f"{letter['id']}  {tenant}  {letter['title']}"
    for attempt in letter["attempts"]:
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(attempt["at"]))
        yield f"  attempt {attempt['attempt']}  {at}  {attempt['worker']}  {attempt['kind']}"
        said = [attempt["where"] and f"{attempt['where']}:", attempt["problem"], attempt["remedy"]]
        yield "    " + " ".join(part for part in said if part)
        for error in attempt["errors"]:
            place = ":".join(str(error[part]) for part in ("line", "column") if error.get(part))
            yield "    " + " ".join(part for part in (place, error["detail"], error.get("remedy")) if part)


def _keys(data: Path | None, database: str | None) -> Keys:
    settings = _settings(data, database, None)
    from filmstudio.platform.keys import Keys
    from filmstudio.scheduler.database import Database

    return Keys(Database(settings.database_address))


def _settings(data: Path | None, database: str | None, cache: str | None, *, open_house: bool = False, log: bool = False) -> Settings:
    from filmstudio.core.errors import ConfigError

    try:
        from filmstudio.platform.http import create_app as _  # noqa: F401 - sees whether all that serving needs is installed
        from filmstudio.platform.settings import Settings, default_data
    except ModuleNotFoundError as error:
        raise ConfigError(f"serving needs {error.name}, which is not installed.", remedy="Install filmstudio[platform].") from error
    folder = (data or default_data()).absolute()
    given = {"cache": cache} if cache else {}
    return Settings(
        data=str(folder), database=database or "", open_house=open_house, log=str(folder / "logs" / "studio.log") if log else "", **given
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _see_keys(settings: Settings, host: str) -> None:
    from filmstudio.core.errors import ConfigError
    from filmstudio.platform.keys import Keys
    from filmstudio.scheduler.database import Database

    database = Database(settings.database_address)
    try:
        if not Keys(database).exist():
            message = f"{host} can be reached by others, and there are no keys yet."
            raise ConfigError(message, remedy="Make one with: studio keys add TENANT --tier pro. Or serve on 127.0.0.1.")
    finally:
        database.close()
