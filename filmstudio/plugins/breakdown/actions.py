"""What people do in action text: actions of the motion data with their performers, and the sounds that are heard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from filmstudio.core.film import Business
from filmstudio.plugins.breakdown.lexicon import ActionPattern, Sound, lexicon
from filmstudio.plugins.breakdown.people import Cast, Mention
from filmstudio.plugins.breakdown.words import Hit, clean, count_words, fold, is_letter, tokens, word_set

MOTION_FPS = 24
BLOCKING = 2
"""Words before an action in which a blocker (not, almost, wants to) cancels it."""

LOOP_SECONDS = Fraction(3)
"""How long a looping action plays when nothing else ends it (grammar, section 7)."""

FRAMES: dict[str, int] = {
    "walk": 0, "run": 0, "idle": 0, "clap": 0, "dance": 0, "sleep": 0,
    "wave": 48, "point": 40, "nod": 26, "shake_head": 32, "shrug": 40, "think": 72, "laugh": 60, "cry": 84, "bow": 56, "namaste": 56,
    "salaam": 52, "sit": 44, "stand_up": 40, "kneel": 40, "jump": 44, "pick_up": 56, "give": 48, "strike_match": 44, "hold_lamp": 60,
    "read": 72, "drink": 60, "phone": 72, "embrace": 60, "fall": 48, "look_around": 84, "cower": 60, "sit_floor": 48, "kneel_seiza": 52,
    "present": 33, "both_open": 38, "beat": 20, "count": 50, "point_you": 28, "point_self": 31, "point_there": 35, "heart": 45,
    "dismiss": 28, "stop": 33, "size": 36, "hush": 41, "idea": 36, "cup_ear": 42, "refuse": 32, "beckon": 37, "resolve": 32,
    "temple": 44, "weigh": 43, "listen_tilt": 41,
}  # fmt: skip
"""Frames of every action and gesture of motion.json at 24 a second; 0 = loops."""

SECONDS_A_WORD = Fraction(35, 100)
SHORTEST, LONGEST = Fraction(3, 2), Fraction(6)
CAPTION_SECONDS_A_WORD, CAPTION_EXTRA = Fraction(3, 10), Fraction(1)

_SHE = word_set("she her elle ella sie वह هي 彼女 她")
_HE = word_set("he him il él er हे هو 彼 他")
_THEY = word_set("they both everyone all ils elles ellos ellas sie वे दोनों هم 彼ら 他们 她们 二人")
_PRONOUNS = (_SHE - {"her"}) | (_HE - {"him"}) | _THEY | {"i", "we", "ich", "je", "yo", "मैं", "उसने", "वह"}
_PREPOSITIONS = word_set(
    "to at from with by of for past toward towards beside behind near after into onto on over under against around before "
    "between among like about through across without than as zu mit von bei con a de à avec vers sur"
)
_ABSENT = frozenset({"of", "for", "about", "without", "like", "than", "named", "called"})
_LIGHT = word_set("then slowly quickly gently suddenly and but now still again finally quietly softly carefully")
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
    "carta": "letter", "buch": "book", "brief": "letter",
}  # fmt: skip
_PATTERN_PROPS = {"lamp": "lamp", "cup": "cup", "match": "match", "paper": "letter", "phone": "phone"}


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


class Stage:
    """Who was named last, for pronouns and sentences without a subject. One for each scene."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.named: list[str] = []

    def name(self, person: str) -> None:
        """Take note that a person was named or spoke."""
        if person in self.named:
            self.named.remove(person)
        self.named.append(person)

    def last(self, gender: str = "") -> str | None:
        """The person named last, of a gender (f, m) when one is given; someone of unknown gender if nobody is known to fit."""
        for person in reversed(self.named):
            if not gender or self.cast.genders.get(person) == gender:
                return person
        return next((person for person in reversed(self.named) if not self.cast.genders.get(person)), None)


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
        movers = _movers(folded, clean(sentence), hit, mentions, hits, stage, language, moved)
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


def _movers(
    folded: str,
    cleaned: str,
    hit: Hit[ActionPattern],
    mentions: Sequence[Mention],
    hits: Sequence[Hit[ActionPattern]],
    stage: Stage,
    language: str,
    moved: tuple[str, ...],
) -> tuple[str, ...] | None:
    """Who does it: ids of the cast; an empty tuple for a person outside it; None when no person does."""
    left = [mention for mention in mentions if mention.end <= hit.start and not mention.possessive]
    left = [mention for mention in left if not _is_object(folded, mention, hits)] or left[:1]
    pronoun = _last_pronoun(folded[: hit.start])
    inside = _last_pronoun(folded[hit.start : hit.end])
    if inside and not left and pronoun is None:
        pronoun = inside
    if left and (pronoun is None or pronoun[0] < left[-1].start):
        return () if _stranger(folded[left[-1].end : hit.start], language) else _joined(folded, left)
    if pronoun is not None:
        return _resolve(pronoun[1], stage, moved, folded[hit.start : hit.end])
    between = [word for _, _, word in tokens(folded[: hit.start])]
    if hit.value.explicit:
        return () if _described(folded[: hit.start], language) else None
    if not between or all(word in _LIGHT or word.endswith("ly") for word in between):
        last = stage.last()
        return moved or ((last,) if last else ())
    if _described(folded[: hit.start], language) or _named(cleaned[: hit.start]):
        return ()
    if not folded[hit.start].isascii() and is_letter(folded[hit.start]):
        # Scripts without capitals: a name the lists do not hold cannot be told from a thing.
        return ()
    return None


def _is_object(folded: str, mention: Mention, hits: Sequence[Hit[ActionPattern]]) -> bool:
    """Whether a name stands behind a preposition or directly behind a verb: looks at RAVI, hands RAVI the cup."""
    before = tokens(folded[: mention.start])
    if before and before[-1][2] in _PREPOSITIONS:
        return True
    if any(hit.start >= mention.end and not folded[mention.end : hit.start].strip() for hit in hits):
        return False  # "Asha watches Ravi walk away": Ravi walks
    return any(hit.end <= mention.start and not folded[hit.end : mention.start].strip() for hit in hits)


def _is_here(folded: str, mention: Mention) -> bool:
    """Whether a mention shows the person: not "a picture of Ravi", "Ravi's coat", "without Ravi"."""
    before = tokens(folded[: mention.start])
    return not mention.possessive and not (before and before[-1][2] in _ABSENT)


def _joined(folded: str, left: Sequence[Mention]) -> tuple[str, ...]:
    """The last name to the left, with those joined to it by and or a comma."""
    group = [left[-1].person]
    for index in range(len(left) - 2, -1, -1):
        link = folded[left[index].end : left[index + 1].start].strip()
        if link not in ("and", "&", ",", ", and", "y", "et", "und", "और", "و", "と", "和"):
            break
        group.insert(0, left[index].person)
    return tuple(dict.fromkeys(group))


def _last_pronoun(before: str) -> tuple[int, str] | None:
    found = [(start, word) for start, _, word in tokens(before) if word in _PRONOUNS]
    if found:
        return found[-1]
    for word in ("彼女", "她们", "他们", "她", "他", "彼"):
        position = before.rfind(word)
        if position >= 0:
            return position, word
    return None


def _stranger(between: str, language: str) -> bool:
    """Whether somebody outside the cast stands directly before the verb: Asha sees [a man] running."""
    words = lexicon()
    found = [hit.end for hit in words.relations.find(between, language)] + [hit.end for hit in words.creatures.find(between, language)]
    return bool(found) and not between[max(found) :].strip()


def _resolve(pronoun: str, stage: Stage, moved: tuple[str, ...], verb: str) -> tuple[str, ...]:
    if pronoun in _THEY and pronoun not in _SHE:
        return tuple(stage.named[-2:])
    gender = "f" if pronoun in _SHE and pronoun != "वह" else "m" if pronoun in _HE else ""
    if pronoun in ("वह", "वे", "उसने"):
        # Hindi pronouns have no gender; its verbs do.
        gender = "f" if "ती" in verb else "m" if "ता" in verb else ""
    if moved and (not gender or stage.cast.genders.get(moved[-1], gender) == gender):
        return moved[-1:]
    person = stage.last(gender)
    return (person,) if person else ()


def _described(before: str, language: str) -> bool:
    words = lexicon()
    return bool(
        [
            hit
            for hit in words.relations.find(before, language)
            if not hit.value.narrator and hit.value.word not in ("sun", "moon", "wind", "tree")
        ]
        or words.roles.find(before)
        or [hit for hit in words.creatures.find(before, language) if hit.value not in ("sun", "moon", "wind", "tree")]
    )


def _named(before: str) -> bool:
    """Whether a word to the left is a name: one of the list, or a capital inside the sentence."""
    names = lexicon().names
    found = tokens(fold(before))
    if any(word in names for _, _, word in found):
        return True
    if any(not name.isascii() and name in before for name in names if len(name) > 1):
        return True
    return any(start > 0 and before[start].isupper() and end - start > 1 for start, end, _ in found[1:])


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
    if not hit.value.prop:
        return None
    clause = re.split(r"[,;.!?]", folded[hit.start :])[0]
    named = next((_PROPS[word] for _, _, word in tokens(clause) if word in _PROPS), None)
    return named or _PATTERN_PROPS.get(hit.value.prop)


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


def seconds_of(text: str, actions: Sequence[str], *, caption: bool = False) -> Fraction:
    """How long a stretch of action lasts: its actions one after another, or the time its words take."""
    words = count_words(text)
    if actions:
        lasting = sum((Fraction(FRAMES[action], MOTION_FPS) if FRAMES.get(action) else LOOP_SECONDS for action in actions), Fraction(0))
        lasting = max(SHORTEST, lasting)
    else:
        lasting = min(LONGEST, max(SHORTEST, SECONDS_A_WORD * words))
    return max(lasting, CAPTION_SECONDS_A_WORD * words + CAPTION_EXTRA) if caption else lasting
