"""Preflight: whether what is asked for can be made with the engines that were chosen; known before any work, and told all at once.

``core.vocabulary`` tells of words that engines pass over. Here are those that no engine can do without: a language, a voice, a stage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Final

from filmstudio.core.errors import ConfigError, InputError, Place, Problem, Severity
from filmstudio.core.film import LANGUAGE_TAG, Film
from filmstudio.core.plugins import Plugins
from filmstudio.core.vocabulary import INDISPENSABLE, Kind, Known, is_known, unknown_words, words_in, words_near
from filmstudio.core.wishes import Wishes

_ROLE: Final[Mapping[Kind, str]] = {
    "language": "voice", "voice": "voice", "stage": "backdrop", "pack": "portrait", "style": "casting", "culture": "breakdown"
}  # fmt: skip
"""The role whose engine must know a word of the kind."""
_LISTED: Final = 160
"""Most words that are all named where none is near: every language, but not every voice."""
_REMEDIES: Final = 100
"""Problems of a film that are told with what is near: to find that takes some milliseconds, and a film may have thousands."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish that cannot be met: ``option`` leads to it, such as ``language`` or ``voice``, ``ASHA``."""

    option: tuple[str, ...]
    problem: Problem


class Preflight:
    """Holds wishes and films against what the installed engines offer. What they offer is asked once: keep one for many films."""

    def __init__(self, plugins: Plugins) -> None:
        self._plugins = plugins

    def of_wishes(self, wishes: Wishes, engines: Mapping[str, str] | None = None) -> tuple[Problem, ...]:
        """``unmet`` as the command line tells it: messages begin with the option, such as ``--language`` or ``--voice ASHA``."""
        found = self.unmet(wishes, engines)
        return tuple(Problem(f"--{' '.join(each.option)}: {each.problem.message}", each.problem.remedy) for each in found)

    def unmet(self, wishes: Wishes, engines: Mapping[str, str] | None = None) -> tuple[Unmet, ...]:
        """Every wish that the chosen engines, by role, cannot meet, and every choice of an engine that is not there.

        Whether the names of ``wishes.voices`` are in the script is known when it is read.
        """
        return tuple(self._unmet(wishes, engines or {}))

    def of_film(
        self, film: Film, engines: Mapping[str, str] | None = None, name: str = "film.json", *, looks: bool = True
    ) -> tuple[Problem, ...]:
        """Everything in ``film`` that the chosen engines, by role, would refuse in the middle of rendering; ``name`` is the file's.

        That is languages that nobody speaks, voices, stages and art packs that are not there, and looks that cannot be drawn, each
        with its place in the film. ``looks`` is False of a film whose looks were cast here.
        """
        words = ((where, kind, word, self._known(kind, engines or {})) for kind, word, where in words_in(film) if kind in INDISPENSABLE)
        told = ((where, kind, word, known) for where, kind, word, known in words if known is not None and not is_known(word, (known,)))
        flaws = self._flaws(film, engines or {}, Severity.ERROR) if looks else ()
        return (
            *(
                Problem(f"{where}: {_missing(kind, word, known)}.", _remedy(kind, word, known) if n < _REMEDIES else "", Place(file=name))
                for n, (where, kind, word, known) in enumerate(told)
            ),
            *(replace(flaw, place=Place(file=name)) for flaw in flaws),
        )

    def passed_over(self, film: Film, engines: Mapping[str, str] | None = None, *, looks: bool = True) -> tuple[str, ...]:
        """What is said of the words of ``film`` that nobody knows and that engines pass over, those of looks among them."""
        flaws = self._flaws(film, engines or {}, Severity.WARNING) if looks else ()
        return (*unknown_words(film, self._offered.values()), *(str(flaw) for flaw in flaws))

    def check_wishes(self, wishes: Wishes, engines: Mapping[str, str] | None = None) -> None:
        """See that the wishes can be met.

        Raises:
            ConfigError: with every problem of ``of_wishes``.
        """
        if problems := self.of_wishes(wishes, engines):
            raise ConfigError(problems[0].message, remedy=problems[0].remedy, problems=problems)

    def check_film(self, film: Film, engines: Mapping[str, str] | None = None, name: str = "film.json", *, looks: bool = True) -> Film:
        """See that the film can be made.

        Raises:
            InputError: with every problem of ``of_film``.
        """
        if problems := self.of_film(film, engines, name, looks=looks):
            raise InputError(f"{name} cannot be made with the engines that are here.", problems=problems)
        return film

    def _unmet(self, wishes: Wishes, engines: Mapping[str, str]) -> Iterator[Unmet]:
        for role, engine in engines.items():
            try:
                self._plugins.engine(role, engine)
            except ConfigError as error:
                yield Unmet(("engine", role), error.problem)
        wanted: list[tuple[Kind, tuple[str, ...], str | None]] = [
            ("language", ("language",), wishes.language), ("culture", ("culture",), wishes.culture), ("style", ("style",), wishes.style),
            *(("voice", ("voice", who), voice) for who, voice in wishes.voices.items()),
        ]  # fmt: skip
        for kind, option, word in wanted:
            known = self._known(kind, engines)
            if kind == "language" and word is not None and not re.fullmatch(LANGUAGE_TAG, word):
                yield Unmet(option, Problem(f"{word!r} is no tag of a language.", "Write en, hi, pt-BR or zh-Hant."))
            elif word is not None and known is not None and not is_known(word, (known,)):
                yield Unmet(option, Problem(f"{_missing(kind, word, known)}.", _remedy(kind, word, known)))

    def _known(self, kind: Kind, engines: Mapping[str, str]) -> Known | None:
        """What the plugin of the chosen engine knows; None where it offers no words of the kind, or is not there."""
        role = _ROLE[kind]
        try:
            plugin = self._plugins.engine(role, engines.get(role)).plugin
        except ConfigError:
            return None
        return self._offered.get(plugin, {}).get(kind)

    def _flaws(self, film: Film, engines: Mapping[str, str], severity: Severity) -> tuple[Problem, ...]:
        """What the chosen portrait engine has to say of the looks of those who play."""
        try:
            plugin = self._plugins.engine("portrait", engines.get("portrait")).plugin
        except ConfigError:
            return ()
        playing = {performer.character for _, shot in film.shots() for performer in shot.performers}
        told = (
            replace(flaw, message=f"character {character.name}, {flaw.message}")
            for character in film.characters
            if character.id in playing
            for flaw in self._plugins.flaws(plugin, character.identity)
            if flaw.severity is severity
        )
        return tuple(islice(told, _REMEDIES))

    @cached_property
    def _offered(self) -> dict[str, Mapping[Kind, Known]]:
        return dict(self._plugins.words_by_plugin())


def _missing(kind: Kind, word: str, known: Known) -> str:
    if kind == "language":
        return f"there is no voice for the language {word!r}"
    if kind == "voice" and not word:
        return "speaks, and has no voice"
    if kind == "stage":
        pack, _, stage = word.partition("/")
        return f"the art pack {pack!r} has no stage {stage!r}" if _stages(pack, known) else f"there is no art pack {pack!r} with stages"
    return f"there is no {'art pack' if kind == 'pack' else kind} {word!r}"


def _remedy(kind: Kind, word: str, known: Known) -> str:
    if kind == "stage":
        pack, _, stage = word.partition("/")
        stages, packs = _stages(pack, known), {each.partition("/")[0] for each in known.words}
        word, known = (stage, Known(stages)) if stages else (pack, Known(packs))
    more = " `studio voices` lists all." if kind == "voice" else ""
    if near := words_near(word, (known,)):
        return f"Near it: {', '.join(near)}.{more}"
    words = sorted(known.words)
    return f"There {'is' if len(words) == 1 else 'are'}: {', '.join(words)}." if len(words) <= _LISTED else more.strip()


def _stages(pack: str, known: Known) -> list[str]:
    return [stage for name, _, stage in (each.partition("/") for each in known.words) if name == pack]
