"""Parentheticals and extensions: how a line is said, to whom, in which language, and where the voice is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from filmstudio.core.film import Presence
from filmstudio.plugins.breakdown.emotions import PARENTHETICAL, score_words
from filmstudio.plugins.breakdown.lexicon import Delivery, extension_key, lexicon
from filmstudio.plugins.breakdown.people import Cast
from filmstudio.plugins.breakdown.words import clean, fold, tokens

BRACKETS = "()\uff08\uff09[]\u3010\u3011"

LANGUAGES: dict[str, str] = {
    "hindi": "hi", "tamil": "ta", "telugu": "te", "kannada": "kn", "malayalam": "ml", "marathi": "mr", "gujarati": "gu",
    "punjabi": "pa", "bengali": "bn", "bangla": "bn", "urdu": "ur", "sanskrit": "sa", "nepali": "ne", "sinhala": "si",
    "french": "fr", "spanish": "es", "german": "de", "italian": "it", "portuguese": "pt", "dutch": "nl", "swedish": "sv",
    "polish": "pl", "greek": "el", "latin": "la", "english": "en", "irish": "ga", "welsh": "cy", "russian": "ru", "ukrainian": "uk",
    "arabic": "ar", "hebrew": "he", "persian": "fa", "farsi": "fa", "turkish": "tr", "japanese": "ja", "chinese": "zh",
    "mandarin": "zh", "cantonese": "yue", "korean": "ko", "vietnamese": "vi", "thai": "th", "indonesian": "id", "malay": "ms",
    "swahili": "sw", "yoruba": "yo", "zulu": "zu", "amharic": "am", "hausa": "ha",
}  # fmt: skip
"""Language tags (BCP 47) by their English names, for (in Hindi)."""

_ADDRESS = re.compile(r"^(?:(?:in|speaking)\s+\S+\s+)?(?:to|at|towards?|zu|an|à|a|al|إلى)\s+(?P<name>.+)$")
_ADDRESS_AFTER = re.compile(r"^(?P<name>.+?)\s*(?:से|に|へ|에게)$|^[对對](?P<before>.+)$")
_SPLIT = re.compile(r"\s*[,;、，；]\s*|\s+and\s+|\s+then\s+|\s+y\s+|\s+et\s+|\s+und\s+")
_PRESENCE: dict[str, Presence] = {"vo": "vo", "os": "os", "phone": "phone", "pre_lap": "vo"}


@dataclass
class Aside:
    """What the asides of a speech ask for, gathered one after another."""

    delivery: list[str] = field(default_factory=list)
    feelings: list[tuple[str, float]] = field(default_factory=list)
    listener: str | None = None
    language: str | None = None
    presence: Presence | None = None
    pause: float = 0.0
    actions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    sung: bool = False
    silent: bool = False

    @property
    def asks(self) -> bool:
        """Whether there is anything here but notes."""
        told = (self.delivery, self.feelings, self.listener, self.language, self.presence, self.pause, self.actions)
        return any(told) or self.sung or self.silent


def read_aside(text: str, cast: Cast, aside: Aside, language: str = "en") -> None:
    """Add to ``aside`` what a parenthetical says. What nothing is known of is kept as a note."""
    bare = clean(text).strip().strip(BRACKETS).strip()
    if not bare:
        return
    whole = lexicon().deliveries.exact(bare)
    if whole is not None:
        _apply(whole, fold(bare), aside)
        return
    for part in _SPLIT.split(bare):
        if part.strip():
            _read_part(part.strip(), cast, aside, language)


def _read_part(part: str, cast: Cast, aside: Aside, language: str) -> None:
    words = lexicon()
    folded = fold(part)
    known = words.deliveries.exact(part)
    if known is not None:
        _apply(known, folded, aside)
        return
    kind = words.extensions.get(extension_key(part))
    if kind in _PRESENCE:
        aside.presence = _PRESENCE[kind]
        return
    spoken = [LANGUAGES[word] for _, _, word in tokens(folded) if word in LANGUAGES]
    if spoken and folded.startswith(("in ", "speaks ", "speaking ", "sings in ", *LANGUAGES)):
        aside.language = spoken[0]
        return
    listener = _address(folded, cast)
    if listener is not None:
        aside.listener = listener
        return
    found = words.deliveries.find(folded)
    feelings = score_words(part, language)
    for hit in found:
        if hit.value.kind != "language":
            _apply(hit.value, hit.key, aside)
    if found:
        return
    aside.feelings.extend((emotion, score * PARENTHETICAL) for emotion, score in sorted(feelings.items()))
    spotted = words.actions.get(language, words.actions["en"]).find(folded)
    aside.actions.extend(hit.value.action for hit in spotted)
    if not feelings and not spotted:
        aside.notes.append(part)


def _address(folded: str, cast: Cast) -> str | None:
    matched = _ADDRESS.match(folded) or _ADDRESS_AFTER.match(folded)
    if matched is None:
        return None
    named = next((name for name in matched.groupdict().values() if name), "")
    if named in ("himself", "herself", "self", "themselves", "audience", "camera"):
        return None
    mentions = cast.mentions(named)
    return mentions[0].person if mentions else None


def _apply(delivery: Delivery, written: str, aside: Aside) -> None:
    kind = delivery.kind
    if kind == "language":
        aside.language = next((LANGUAGES[word] for word in delivery.word.split() if word in LANGUAGES), aside.language)
        return
    aside.pause += max(0.0, delivery.pause) if kind in ("pause", "delivery") else 0.0
    if kind == "extension":
        aside.presence = "vo" if delivery.narration else "os"
    elif kind == "filtered":
        aside.presence = "phone"
    elif kind == "acting":
        aside.actions.append(delivery.action)
    elif kind == "silent":
        aside.silent = True
    elif kind == "song":
        aside.sung = True
    elif kind in ("delivery", "reading", "phone", "overlap") and delivery.word not in aside.delivery:
        aside.delivery.append(delivery.word)
    if kind in ("reading", "phone"):
        aside.actions.append(delivery.action)
    elif delivery.action == "laugh" and written.split(" ", maxsplit=1)[0].endswith("s"):
        # (laughs) is done before the line; (laughing) is how the line is said.
        aside.actions.append("laugh")
    if delivery.emotion and kind != "song":
        aside.feelings.append((delivery.emotion, PARENTHETICAL * delivery.strength))


def read_extensions(extensions: Sequence[str], cast: Cast, aside: Aside) -> None:
    """Add to ``aside`` what stands in brackets after a cue. CONT'D changes nothing."""
    for extension in extensions:
        for part in re.split(r"\)\s*\(|[/,;]", extension.strip().strip(BRACKETS)):
            key = extension_key(part)
            kind = lexicon().extensions.get(extension_key(extension)) or lexicon().extensions.get(key)
            if kind in _PRESENCE:
                if aside.presence != "vo" or kind != "os":
                    aside.presence = _PRESENCE[kind]
            elif kind is None and key and not key.isdigit():
                read_aside(part, cast, aside)
