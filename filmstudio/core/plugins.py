"""The plugin manager: finds engines through entry points, checks them at the door, and names whoever breaks a rule."""

from __future__ import annotations

import contextlib
import re
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pluggy

from filmstudio.core import hookspecs
from filmstudio.core.engine import API_VERSION, Engine, Needs
from filmstudio.core.errors import ConfigError, Place, PluginError, Problem, Severity
from filmstudio.core.offers import HOUSE, Offer, Papers
from filmstudio.core.places import plugins_folder
from filmstudio.core.roles import ROLES, has_field
from filmstudio.core.vocabulary import Kind, Known

if TYPE_CHECKING:
    from filmstudio.core.allowlist import Allowlist
    from filmstudio.core.character import Identity

__all__ = ["GROUP", "Offer", "Papers", "Plugins"]

GROUP: Final = "filmstudio"
"""Entry point group in which plugins are found."""
SLOW_IMPORT_SECONDS: Final = 0.5
"""A plugin whose import takes longer slows every command down, and is told so."""

_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Plugins:
    """Every plugin of this installation, and the engines they offer."""

    def __init__(self, *, discover: bool = True, guests: bool = True) -> None:
        """Find every plugin, or only the studio's own without ``guests``, or none without ``discover``."""
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._offers: dict[tuple[str, str], Offer] = {}
        self._voices_elsewhere: list[Path] = []
        self.papers: dict[str, Papers] = {}
        """What is known of every plugin that is not the studio's own, by distribution; of those turned away too."""
        self.problems: list[Problem] = []
        """Plugins that were turned away, and why. They harm nobody else."""
        self.mishaps: list[Problem] = []
        """What plugins that came in did wrong since: a slow import, a hook that raised."""
        if discover:
            self._discover(guests)

    def _discover(self, with_guests: bool) -> None:
        points = sorted(entry_points(group=GROUP), key=lambda point: (_distribution(point) != HOUSE, point.name))
        for point in points:
            if _distribution(point) == HOUSE:
                self._let_in(point.name, lambda point=point: self.register(point.load(), point.name, HOUSE))  # type: ignore[misc]
        guests = [point for point in points if _distribution(point) != HOUSE]
        if with_guests and (guests or plugins_folder().is_dir()):
            self._discover_guests(guests)

    def _discover_guests(self, guests: list[EntryPoint]) -> None:
        from filmstudio.core.admission import papers_elsewhere
        from filmstudio.core.allowlist import Allowlist, read_allowlist
        from filmstudio.core.environments import environments

        try:
            allowlist = read_allowlist()
        except ConfigError as error:
            self.problems.append(error.problem)
            allowlist = Allowlist({}, "which cannot be read")
        for point in guests:
            self._let_in(_distribution(point) or point.name, lambda point=point: self._admit(point, allowlist))  # type: ignore[misc]
        for environment in environments():
            if isinstance(environment, PluginError):
                self.problems.append(environment.problem)
                continue
            name = environment.name
            self._let_in(name, lambda found=environment: self._admit_elsewhere(papers_elsewhere(found), allowlist))  # type: ignore[misc]

    def _let_in(self, plugin: str, come_in: Callable[[], None]) -> None:
        """Let a plugin in; one that cannot come in is told of by name, and the others are."""
        try:
            come_in()
        except PluginError as error:
            problem = error.problem
            place = problem.place if problem.place.plugin else Place(plugin=plugin)
            self.problems.append(Problem(problem.message, problem.remedy, place))
        except (Exception, SystemExit) as error:  # a stranger's module may raise anything while it is imported
            reason = f"{type(error).__name__}: {error}"
            self.problems.append(Problem(f"could not be loaded: {reason}.", "Update or uninstall it.", Place(plugin=plugin)))

    def _admit(self, point: EntryPoint, allowlist: Allowlist) -> None:
        from filmstudio.core.admission import admit, papers_of
        from filmstudio.core.surroundings import Surroundings

        papers = papers_of(point)
        self.papers[papers.distribution] = papers
        admit(papers, allowlist)
        here, began = Surroundings.now(), time.perf_counter()
        try:
            with contextlib.redirect_stdout(sys.stderr):  # what it prints does not belong into anybody's --json
                plugin = point.load()
                seconds = time.perf_counter() - began
                self.register(plugin, point.name, papers.distribution, papers)
        finally:
            here.restore(seeds=False)
        if seconds > SLOW_IMPORT_SECONDS:
            message = f"takes {seconds:.1f} s to import, which slows every command down."
            remedy = "Its publisher must import what is heavy in load()."
            self.mishaps.append(Problem(message, remedy, Place(plugin=papers.distribution), Severity.WARNING))

    def _admit_elsewhere(self, papers: Papers, allowlist: Allowlist) -> None:
        from filmstudio.core.admission import admit, elsewhere

        self.papers[papers.distribution] = papers
        admit(papers, allowlist)
        if papers.manifest is None or papers.path is None:
            raise PluginError("has no manifest, and without one it cannot live apart.", remedy="See docs/plugins.md.")
        fresh = [elsewhere(declared, papers.manifest, papers) for declared in papers.manifest.engines]
        self._keep([self._check(offer.engine, offer) for offer in fresh])
        self._voices_elsewhere += [papers.path.parent / name for name in papers.manifest.voice_packs if ".." not in Path(name).parts]

    def register(self, plugin: object, name: str, distribution: str = "", papers: Papers | None = None) -> None:
        """Take in a plugin and the engines it offers.

        Raises:
            PluginError: it breaks a rule; nothing of it is kept.
        """
        papers = papers or Papers(distribution)
        if self._manager.has_plugin(name):
            raise PluginError("there is a plugin of this name already.", remedy="Rename it.", place=Place(plugin=name))
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except (ValueError, pluggy.PluginValidationError) as error:
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            raise PluginError(f"{error}", remedy="See docs/plugins.md.", place=Place(plugin=name)) from error
        try:
            offer_engines = getattr(plugin, "filmstudio_engines", None)
            offered = offer_engines() if offer_engines else ()
            fresh = [self._check(cls, Offer(cls, name, distribution, papers)) for cls in offered]
            _check_declared(papers, fresh)
            self._keep(fresh)
        except BaseException:
            self._manager.unregister(name=name)
            raise

    def unregister(self, name: str) -> None:
        """Forget a plugin and its engines."""
        self._manager.unregister(name=name)
        self._offers = {key: offer for key, offer in self._offers.items() if offer.plugin != name}

    def _keep(self, fresh: list[Offer]) -> None:
        for offer in fresh:
            self._offers[offer.engine.role, offer.engine.name] = offer

    def _check(self, cls: object, offer: Offer) -> Offer:
        place = Place(plugin=offer.plugin)
        if not (isinstance(cls, type) and issubclass(cls, Engine)):
            raise PluginError(
                f"offers {cls!r}, which is not an Engine class.", remedy="Subclass filmstudio.core.engine.Engine.", place=place
            )
        for attribute, kind in (("name", str), ("version", str), ("role", str), ("needs", Needs), ("api_version", int)):
            if not isinstance(getattr(cls, attribute, None), kind):
                raise PluginError(f"engine {cls.__name__} has no {attribute} ({kind.__name__}).", place=place)
        if cls.api_version != API_VERSION:
            raise PluginError(
                f"engine {cls.name} is built for API {cls.api_version}; this studio has {API_VERSION}.",
                remedy="Update one of them.",
                place=place,
            )
        if cls.role not in ROLES:
            raise PluginError(f"engine {cls.name} plays {cls.role!r}, which is no role.", remedy=f"Roles: {', '.join(ROLES)}.", place=place)
        if (unknown := [field for field in cls.needs.batch_by if not has_field(cls.role, field)]) or hasattr(cls, "batch_key"):
            what = f"names {unknown[0]} in batch_by, which no {cls.role} request has" if unknown else "has a batch_key, which nobody asks"
            raise PluginError(f"engine {cls.name} {what}.", remedy="Name fields of the request in batch_by of its needs.", place=place)
        if not _NAME.fullmatch(cls.name):
            raise PluginError(f"{cls.name!r} is no engine name.", remedy="Use lower-case words joined by hyphens.", place=place)
        if (taken := self._offers.get((cls.role, cls.name))) is not None:
            raise PluginError(
                f"offers a second {cls.role} engine called {cls.name}; {taken.plugin} has one.", remedy="Rename it.", place=place
            )
        return offer

    # --- engines ----------------------------------------------------------------------------------------------------------

    def engines(self, role: str | None = None) -> list[Offer]:
        """All engines, or those of one role, in order of role and name."""
        roles = list(ROLES)
        offers = [offer for offer in self._offers.values() if role in (None, offer.engine.role)]
        return sorted(offers, key=lambda offer: (roles.index(offer.engine.role), offer.engine.name))

    def engine(self, role: str, name: str | None = None) -> Offer:
        """The engine called ``name``, or the default of the role.

        Raises:
            ConfigError: there is no such role or engine.
        """
        if role not in ROLES:
            raise ConfigError(f"there is no role {role!r}.", remedy=f"Roles: {', '.join(ROLES)}.")
        wanted = name or ROLES[role].default
        offer = self._offers.get((role, wanted))
        if offer is None:
            names = ", ".join(offer.engine.name for offer in self.engines(role)) or "none installed"
            because = " ".join(str(problem) for problem in self.problems)
            raise ConfigError(f"there is no {role} engine called {wanted!r}.", remedy=f"There are: {names}. {because}".strip())
        return offer

    def cast_for(self, chosen: Mapping[str, str]) -> dict[str, Offer]:
        """One engine for every role: those chosen, and the defaults for the rest.

        Raises:
            ConfigError: a chosen role or engine does not exist.
        """
        for role in chosen:
            self.engine(role, chosen[role])
        return {role: self.engine(role, chosen.get(role)) for role in ROLES}

    # --- hooks ------------------------------------------------------------------------------------------------------------

    def art_packs(self) -> tuple[Path, ...]:
        """Folders of every art pack offered."""
        return tuple(path for answer in self.ask("filmstudio_art_packs", _paths) for path in answer)

    def words(self) -> list[Mapping[Kind, Known]]:
        """Words of a film that plugins know, from each that offers any."""
        return [words for _, words in self.words_by_plugin()]

    def words_by_plugin(self) -> list[tuple[str, Mapping[Kind, Known]]]:
        """Words of a film that plugins know, with the name of who offers them."""
        return self._answers("filmstudio_words", dict, {"packs": self.art_packs()})

    def flaws(self, plugin: str, identity: Identity) -> tuple[Problem, ...]:
        """What of an identity the portrait engine of a plugin cannot draw, or passes over."""
        told = self._answers("filmstudio_flaws", _problems, {"identity": identity}, only=plugin)
        return tuple(problem for _, problems in told for problem in problems)

    def voice_packs(self) -> tuple[Path, ...]:
        """Voice catalogues offered."""
        return (*(path for answer in self.ask("filmstudio_voice_packs", _paths) for path in answer), *self._voices_elsewhere)

    def ask(self, hook: str, form: Callable[[Any], Any] = lambda answer: answer, /, **facts: object) -> list[Any]:
        """What every plugin answers to a hook. One that raises, or answers in another form, is passed over and noted in ``mishaps``."""
        return [answer for _, answer in self._answers(hook, form, facts)]

    def _answers(
        self, hook: str, form: Callable[[Any], Any], facts: Mapping[str, object], only: str | None = None
    ) -> list[tuple[str, Any]]:
        answers = []
        for call in reversed(getattr(self._manager.hook, hook).get_hookimpls()):
            if only not in (None, call.plugin_name):
                continue
            try:
                answer = call.function(*(facts[name] for name in call.argnames))
                if answer is not None:
                    answers.append((call.plugin_name, form(answer)))
            except (Exception, SystemExit) as error:  # a hook of a stranger's must not end a film
                said = Problem(f"{hook} raised {type(error).__name__}: {error}.", "Update or uninstall it.", Place(plugin=call.plugin_name))
                if said not in self.mishaps:
                    self.mishaps.append(said)
        return answers

    def tell(self, hook: str, **facts: object) -> None:
        """Tell every plugin that watches."""
        self.ask(hook, lambda answer: answer, **facts)


def _check_declared(papers: Papers, offers: list[Offer]) -> None:
    if papers.manifest is not None:
        from filmstudio.core.admission import check_declared

        check_declared(papers.distribution, papers.manifest, offers)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist is not None else ""


def _paths(answer: Any) -> tuple[Path, ...]:
    return tuple(Path(path) for path in answer)


def _problems(answer: Any) -> tuple[Problem, ...]:
    return tuple(Problem(str(each.message), str(each.remedy), severity=Severity(each.severity)) for each in answer)
