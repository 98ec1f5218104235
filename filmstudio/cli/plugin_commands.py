"""``studio plugin``: making, checking, installing and allowing plugins. What takes time to import is imported inside."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from filmstudio.cli.arguments import AsJson

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from typer.models import CommandInfo, TyperInfo

    from filmstudio.core.offers import Papers
    from filmstudio.core.plugins import Plugins

plugin_app = typer.Typer(help="Make, check, install and allow plugins.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The plugin's distribution.")]


@plugin_app.command()
def new(
    name: Annotated[str, typer.Argument(help="Lower-case words joined by hyphens, such as my-voice.")],
    role: Annotated[str, typer.Option(help="What its engine does: voice, music, picture …; see studio plugins.")],
    into: Annotated[Path, typer.Option(help="The folder to make it in.", show_default="here")] = Path(),
    publisher: Annotated[str | None, typer.Option(help="Who makes it; stands in its licence.", show_default="your login")] = None,
) -> None:
    """Write a new plugin, whole: an engine that works, its manifest, tests, licence and README."""
    with _reporting():
        from filmstudio.cli.scaffold.writing import write_plugin

        folder = write_plugin(name, role, into, publisher or _login())
        _print(f"{folder} is a plugin that works. Its engine: [bold]{folder / name.replace('-', '_') / 'engine.py'}[/]\n")
        _print(f"Next:\n  ./studio plugin add {folder} --editable\n  ./studio plugin check {name}")


@plugin_app.command()
def check(
    name: Annotated[str | None, typer.Argument(help="A plugin or an engine.", show_default="all that are not the studio's own")] = None,
    as_json: AsJson = False,
) -> None:
    """Hold the engines of a plugin to the contract, apart from the studio; prints each rule, kept or broken."""
    with _reporting():
        import dataclasses
        import json

        from filmstudio.cli.plugin_check import check as hold
        from filmstudio.cli.plugin_check import offers_of
        from filmstudio.core.plugins import Plugins

        checked = [hold(offer) for offer in offers_of(Plugins(), name)]
        if as_json:
            rows = [{**dataclasses.asdict(each), "kept": each.kept} for each in checked]
            sys.stdout.write(json.dumps(rows, indent=2) + "\n")
        elif not checked:
            _print("There are no plugins here but the studio's own. ./studio plugin check filmstudio holds those to the contract.")
        for each in () if as_json else checked:
            _print(f"[bold]{each.role} {each.engine}[/] of {each.plugin}: {'[green]kept[/]' if each.kept else '[red]broken[/]'}")
            for finding in each.findings:
                _print(f"  {'[red]✗' if finding.broken else '[green]✓'}[/] {_escaped(finding.rule)}")
                for how in finding.broken:
                    _print(f"      [red]{_escaped(how)}[/]")
        if not all(each.kept for each in checked):
            raise typer.Exit(1)


@plugin_app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the plugins that are not the studio's own: publisher, licence, permissions, environment; and who was turned away."""
    with _reporting():
        import json

        from filmstudio.core.plugins import Plugins

        plugins = Plugins()
        if as_json:
            rows = [facts_of(papers, plugins) for papers in plugins.papers.values()]
            sys.stdout.write(json.dumps(rows, indent=2) + "\n")
            return
        show_plugins(plugins)
        if not plugins.papers:
            _print("There are no plugins here but the studio's own.")


@plugin_app.command()
def add(
    what: Annotated[str, typer.Argument(help="A folder, a wheel, or the name of a distribution, such as my-voice==1.2.")],
    isolated: Annotated[bool, typer.Option("--isolated", help="Give it a virtual environment of its own.")] = False,
    editable: Annotated[bool, typer.Option("--editable", help="Use the folder itself, while you work on it.")] = False,
) -> None:
    """Install a plugin, beside the studio or, with --isolated, in an environment of its own where its needs conflict with nobody's."""
    with _reporting():
        from filmstudio.core import environments
        from filmstudio.core.errors import ConfigError

        if isolated and editable:
            raise ConfigError("a plugin is either isolated or editable.", remedy="Leave one of them away.")
        name = environments.add(what).name if isolated else environments.add_beside(what, editable=editable)
        _tell_of(name)


@plugin_app.command()
def remove(name: Name) -> None:
    """Delete a plugin that has an environment of its own, with that environment."""
    with _reporting():
        from filmstudio.core import environments

        environments.remove(environments.canonical(name))
        _print(f"{name} and its environment are gone.")


@plugin_app.command()
def allow(
    name: Name,
    any_version: Annotated[bool, typer.Option("--any-version", help="Whatever its files are, now and later.")] = False,
) -> None:
    """Put a plugin on this installation's allow-list, as it is now. The first one makes the list: then only those on it are loaded."""
    with _reporting():
        from filmstudio.core.allowlist import ANY, write_allowlist
        from filmstudio.core.environments import canonical
        from filmstudio.core.errors import ConfigError
        from filmstudio.core.plugins import Plugins

        allowed = _own_list()
        found = {canonical(known): papers for known, papers in Plugins().papers.items()}.get(canonical(name))
        if found is None:
            raise ConfigError(f"no plugin called {name} is installed.", remedy="See ./studio plugin list.")
        mark = ANY if any_version else found.fingerprint
        path = write_allowlist({**(allowed or {}), canonical(name): mark})
        first = " It is the first on the list: every other plugin but the studio's own is turned away now." if allowed is None else ""
        _print(f"{name} is allowed ({mark[:12]}), in {path}.{first}")


@plugin_app.command()
def disallow(name: Name) -> None:
    """Take a plugin off the allow-list. An empty list allows none but the studio's own."""
    with _reporting():
        from filmstudio.core.allowlist import write_allowlist
        from filmstudio.core.environments import canonical
        from filmstudio.core.errors import ConfigError

        allowed = _own_list()
        if allowed is None or canonical(name) not in allowed:
            raise ConfigError(f"{name} is not on the allow-list.", remedy="See ./studio plugin list.")
        path = write_allowlist({known: mark for known, mark in allowed.items() if known != canonical(name)})
        _print(f"{name} is not allowed any more, in {path}.")


@plugin_app.command()
def seal(folder: Annotated[Path, typer.Argument(help="The plugin's folder.", show_default="here")] = Path()) -> None:
    """Write the digest of every file of a plugin into its manifest, so that a changed file is told."""
    with _reporting():
        from filmstudio.core.errors import ConfigError
        from filmstudio.core.manifest import FILE_NAME
        from filmstudio.core.manifest import seal as write_seal

        found = [path for pattern in (FILE_NAME, f"*/{FILE_NAME}", f"src/*/{FILE_NAME}") for path in sorted(folder.glob(pattern))]
        if len(found) != 1:
            message = f"{folder} holds {len(found)} manifests; one is needed."
            raise ConfigError(message, remedy=f"Name the folder of one plugin: {FILE_NAME} lies in its package.")
        sealed = write_seal(found[0])
        _print(f"{sealed.name} is sealed: {len(sealed.seal)} files, in {found[0]}.")


# --- what is shown -----------------------------------------------------------------------------------------------------------


def facts_of(papers: Papers, plugins: Plugins) -> dict[str, Any]:
    """What is known of a plugin, for programs."""
    manifest = papers.manifest
    turned_away = [str(problem) for problem in plugins.problems if problem.place.plugin == papers.distribution]
    return {
        "plugin": papers.distribution,
        "version": papers.version,
        "publisher": manifest.publisher if manifest else None,
        "licence": manifest.licence if manifest else None,
        "permissions": manifest.permissions.canonical() if manifest else None,
        "environment": papers.environment,
        "sealed": papers.sealed,
        "fingerprint": papers.fingerprint,
        "engines": [f"{o.engine.role}={o.engine.name}" for o in plugins.engines() if o.distribution == papers.distribution],
        "turned_away": turned_away[0] if turned_away else None,
    }


def show_plugins(plugins: Plugins) -> None:
    """Every plugin that is not the studio's own."""
    for papers in plugins.papers.values():
        facts, manifest = facts_of(papers, plugins), papers.manifest
        _print(f"[bold]{_escaped(papers.distribution)}[/] {_escaped(papers.version)}  {', '.join(facts['engines'])}")
        if manifest is None:
            _print("  [yellow]no manifest: publisher and licence are unknown[/]")
        else:
            _print(f"  by {_escaped(manifest.publisher)}; {_escaped(manifest.licence)}; may: {_escaped(manifest.permissions.in_words())}")
        where = f"in its own environment {papers.environment}" if papers.environment else "beside the studio"
        _print(f"  [dim]{where}; {'sealed' if papers.sealed else 'not sealed'}; fingerprint {papers.fingerprint[:12]}[/]")
    for problem in (*plugins.problems, *plugins.mishaps):
        word = "[yellow]turned away[/]" if problem in plugins.problems else "[yellow]told[/]"
        _print(f"{word}: {_escaped(str(problem))}")
    from filmstudio.core.confinement import landlock_version

    if plugins.papers and not landlock_version():
        _print("[yellow]This system cannot hold plugins to their permissions: they are only told.[/]")


def _tell_of(name: str) -> None:
    from filmstudio.core.environments import canonical
    from filmstudio.core.plugins import Plugins

    plugins = Plugins()
    plugins.papers = {known: papers for known, papers in plugins.papers.items() if canonical(known) == canonical(name)}
    plugins.problems = [problem for problem in plugins.problems if canonical(problem.place.plugin or "") == canonical(name)]
    plugins.mishaps = []
    show_plugins(plugins)
    if not plugins.papers:
        _print(f"{name} is installed, and offers nothing to the studio.")


def _own_list() -> dict[str, str] | None:
    """The list in the configuration folder, when no variable stands before it."""
    import os

    from filmstudio.core.allowlist import VARIABLE, read_allowlist
    from filmstudio.core.errors import ConfigError

    if os.environ.get(VARIABLE, "").strip():
        raise ConfigError(f"{VARIABLE} is set, and decides who is allowed.", remedy="Change it, or unset it to use a list.")
    allowed = read_allowlist().allowed
    return None if allowed is None else dict(allowed)


def add_commands_of_plugins(app: typer.Typer) -> None:
    """Add the commands that plugins offer; none takes the place of the studio's own. Costs a look when there are no such plugins."""
    from importlib.metadata import entry_points

    if all(point.dist is not None and point.dist.name == "filmstudio" for point in entry_points(group="filmstudio")):
        return
    from filmstudio.core.plugins import Plugins

    offered = typer.Typer()
    Plugins().tell("filmstudio_commands", app=offered)
    taken = own_commands(app)
    app.registered_commands += [each for each in offered.registered_commands if _may_stand(taken, commands=[each])]
    app.registered_groups += [each for each in offered.registered_groups if _may_stand(taken, groups=[each])]


def _may_stand(taken: AbstractSet[str], commands: Sequence[CommandInfo] = (), groups: Sequence[TyperInfo] = ()) -> bool:
    """Whether this can be made into commands, with names that are free: Typer knows the names, those of a group without one too."""
    from typer.main import get_group

    line = typer.Typer()
    line.registered_commands, line.registered_groups = list(commands), list(groups)
    try:
        return taken.isdisjoint(get_group(line).commands)
    except Exception as error:  # else Typer would raise it in place of every command
        sys.stderr.write(f"A command of a plugin cannot be added: {type(error).__name__}: {error}\n")
        return False


def own_commands(app: typer.Typer) -> set[str]:
    """Names of an application's commands and groups."""
    return {_called(each) for each in app.registered_commands} | {each.name for each in app.registered_groups if each.name}


def _called(command: Any) -> str:
    return str(command.name or command.callback.__name__.replace("_", "-"))


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # an account without a name, as in some containers
        return "Unknown"


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _print(text: str) -> None:
    from filmstudio.cli.commands import _page

    _page().print(text, highlight=False, soft_wrap=True)


def _reporting() -> Any:
    from filmstudio.cli.commands import _reporting as reporting

    return reporting()
