"""What people do in action text: actions of the motion data with their performers, and the sounds that are heard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from filmstudio.core.film import Business
from filmstudio.plugins.breakdown.lexicon import ActionPattern, Sound, lexicon
from filmstudio.plugins.breakdown.movers import Stage, find_movers
from filmstudio.plugins.breakdown.people import Mention
from filmstudio.plugins.breakdown.words import Hit, clean, fold, tokens

BLOCKING = 2
"""Words before an action in which a blocker (not, almost, wants to) cancels it."""

_ABSENT = frozenset({"of", "for", "about", "without", "like", "than", "named", "called"})
_STOPPED = re.compile(r"^\W*(?:has |have |had )?(?:stopped|stops|stop|fades|faded|dies away|died away|ceases|ended|ends)\b")
_NO_SOUND = frozenset(["no", "not", "never", "without"])
_PROPS: dict[str, str] = {
    "lamp": "lamp", "lantern": "lamp", "diya": "lamp", "candle": "lamp", "torch": "lamp", "flashlight": "lamp",
    "book": "book", "letter": "letter", "map": "letter", "paper": "letter", "note": "letter", "newspaper": "letter", "scroll": "letter",
    "tablet": "tablet", "phone": "phone", "telephone": "phone", "mobile": "phone",
    "cup": "cup", "glass": "cup", "mug": "cup", "tea": "cup", "coffee": "cup", "bowl": "bowl", "key": "key", "keys": "key",
    "bag": "bag", "basket": "basket", "box": "box", "flower": "flower", "flowers": "flower", "rose": "flower", "sword": "sword",
    "stone": "stone", "coin": "coin", "stick": "stick", "umbrella": "umbrella", "bread": "bread", "apple": "apple", "ball": "ball",
    "दीया": "lamp", "दीपक": "lamp", "किताब": "book", "चिट्ठी": "letter", "livre": "book", "lettre": "letter", "libro": "book",
    "carta": "letter", "buch": "book", "brief": "letter", "चाय": "cup", "thé": "cup", "té": "cup", "tee": "cup",
}  # fmt: skip
_ACTION_PROPS = {"drink": "cup", "read": "letter", "hold_lamp": "lamp", "strike_match": "match", "phone": "phone"}
"""What an action is done with where the words do not say it."""
_UNSPACED_PROPS = {"本": "book", "书": "book", "책": "book", "手紙": "letter", "信": "letter", "편지": "letter", "كتاب": "book"}
_PATTERN_PROPS = {"lamp": "lamp", "cup": "cup", "match": "match", "paper": "letter", "phone": "phone"}

PROPS = frozenset({*_PROPS.values(), *_ACTION_PROPS.values(), *_UNSPACED_PROPS.values(), *_PATTERN_PROPS.values()})
"""Everything that can be held; what has no drawing is mimed."""


@dataclass(frozen=True, slots=True)
class Deed:
    """An action found in a sentence: its motion, where it stands, and who does it (empty: somebody the cast does not hold)."""

    action: str
    start: int
    movers: tuple[str, ...] = ()
    target: str | None = None
    prop: str | None = None


@dataclass(frozen=True, slots=True)
class ActionReading:
    """What one sentence of action holds, in text order."""

    deeds: tuple[Deed, ...] = ()
    sounds: tuple[Sound, ...] = ()
    mentioned: tuple[str, ...] = ()

    @property
    def business(self) -> tuple[Business, ...]:
        """The deeds of the cast, as business."""
        return tuple(
            Business(character=mover, action=deed.action, target=deed.target if deed.target != mover else None, prop=deed.prop)
            for deed in self.deeds
            for mover in deed.movers
        )


def read_action(sentence: str, stage: Stage, language: str = "en") -> ActionReading:
    """Read one sentence of action and move the stage on."""
    words = lexicon()
    folded = fold(sentence)
    mentions = stage.cast.mentions(sentence)
    taken = bytearray(len(folded))
    ignored = words.actions_ignored.find(folded, language, taken)
    table = words.actions.get(language.split("-", maxsplit=1)[0], words.actions["en"])
    for mention in mentions:
        # A name that is also a verb (Chase, Will) names the person.
        taken[mention.start : mention.end] = b"\x01" * (mention.end - mention.start)
    found = table.find(folded, language, taken)
    hits = [hit for hit in found if not _blocked(folded, hit)]
    deeds: list[Deed] = []
    used: list[Hit[ActionPattern]] = []
    moved: tuple[str, ...] = ()
    for hit in hits:
        movers = find_movers(folded, clean(sentence), hit, mentions, hits, stage, language, moved)
        if movers is None:
            continue
        used.append(hit)
        moved = movers or moved
        target = _target(hit, mentions, movers)
        if hit.value.pair and len(movers) == 1:
            target = target or _partner(folded, hit, stage, movers[0])
        if deeds and (deeds[-1].action, deeds[-1].movers) == (hit.value.action, movers) and movers:
            continue  # "picks up the phone and dials" is one action
        if hit.value.pair and len(movers) == 2:
            deeds += [Deed(hit.value.action, hit.start, (one,), other) for one, other in (movers, movers[::-1])]
            continue
        deeds.append(Deed(hit.value.action, hit.start, movers, target, _prop(folded, hit)))
        if hit.value.pair and target and len(movers) == 1:
            deeds.append(Deed(hit.value.action, hit.start, (target,), movers[0]))
    for mention in mentions:
        if not mention.possessive:
            stage.name(mention.person)
    return ActionReading(
        tuple(deeds),
        _sounds(folded, used, found, ignored, language),
        tuple(dict.fromkeys(mention.person for mention in mentions if _is_here(folded, mention))),
    )


def _blocked(folded: str, hit: Hit[ActionPattern]) -> bool:
    """Whether a negation, a wish or an article before the words makes them no action."""
    words = lexicon()
    clause = re.split(r"[,;:.!?]", folded[: hit.start])[-1]
    before = tokens(clause)
    if hit.value.one_word and before and before[-1][2] in words.nouns_before:
        return True
    window = clause[before[-BLOCKING][0] :] if len(before) >= BLOCKING else clause
    if words.blockers.find(window):
        return True
    # "not" of other languages: no duerme, nickt nicht, ne pleure pas, नहीं बैठता
    following = tokens(folded[hit.end :])[:1]
    behind = bool(following) and following[0][2] in {"nicht", "pas"}
    return behind or (bool(before) and before[-1][2] in {"no", "nicht", "नहीं", "لا", "ne"})


def _is_here(folded: str, mention: Mention) -> bool:
    """Whether a mention shows the person: not "a picture of Ravi", "Ravi's coat", "without Ravi"."""
    before = tokens(folded[: mention.start])
    return not mention.possessive and not (before and before[-1][2] in _ABSENT)


def _target(hit: Hit[ActionPattern], mentions: Sequence[Mention], movers: tuple[str, ...]) -> str | None:
    if not (hit.value.receives or hit.value.pair or hit.value.action in ("walk", "run", "give", "point", "wave", "bow")):
        return None
    return next((mention.person for mention in mentions if mention.start >= hit.end and mention.person not in movers), None)


def _partner(folded: str, hit: Hit[ActionPattern], stage: Stage, mover: str) -> str | None:
    """The other half of an embrace that the text calls her or him."""
    following = {word for _, _, word in tokens(folded[hit.start :])[:4]}
    gender = "f" if following & {"her"} else "m" if following & {"him"} else ""
    others = [person for person in reversed(stage.named) if person != mover]
    fitting = [person for person in others if not gender or stage.cast.genders.get(person) in (gender, None)]
    return fitting[0] if fitting else None


def _prop(folded: str, hit: Hit[ActionPattern]) -> str | None:
    usual = _ACTION_PROPS.get(hit.value.action)
    if not hit.value.prop:
        return next((prop for word, prop in _UNSPACED_PROPS.items() if usual and word in folded), usual)
    clause = re.split(r"[,;.!?]", folded[hit.start :])[0]
    named = next((_PROPS[word] for _, _, word in tokens(clause) if word in _PROPS), None)
    return named or _PATTERN_PROPS.get(hit.value.prop, usual)


def _sounds(
    folded: str,
    used: Sequence[Hit[ActionPattern]],
    hits: Sequence[Hit[ActionPattern]],
    ignored: Sequence[Hit[None]],
    language: str,
) -> tuple[Sound, ...]:
    words = lexicon()
    found: list[tuple[int, Sound]] = [
        (hit.start, words.sound_by_name[hit.value.sound]) for hit in used if hit.value.sound in words.sound_by_name
    ]
    taken = bytearray(len(folded))
    for hit in [*hits]:
        taken[hit.start : hit.end] = b"\x01" * (hit.end - hit.start)
    for skipped in ignored:
        taken[skipped.start : skipped.end] = b"\x01" * (skipped.end - skipped.start)
    words.weather_ignored.find(folded, language, taken)
    for sound in words.sounds.find(folded, language, taken):
        before = [word for _, _, word in tokens(folded[: sound.start])][-3:]
        if not _STOPPED.match(folded[sound.end :]) and not _NO_SOUND.intersection(before):
            found.append((sound.start, sound.value))
    found.sort(key=lambda pair: (pair[0], pair[1].name))
    return tuple({sound.name: sound for _, sound in found}.values())
