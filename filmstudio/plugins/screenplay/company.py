"""The company of a piece of prose: who is in it, and who speaks where the text does not say so outright."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field

from filmstudio.core.screenplay import plain_text
from filmstudio.plugins.screenplay.attribution import is_determiner, pronoun_of
from filmstudio.plugins.screenplay.grammar import continues_word, fold, grammar, has_capitals

UNKNOWN = "VOICE"
"""The cue of a line whose speaker the text does not tell."""

FIRST_PERSON = "I"
"""The cue of a first person narrator, whose sex and age are not known."""

_HONORIFICS = re.compile(r"(?:さん|ちゃん|くん|君|様|さま|先生)$")


def cue_name(subject: str) -> str:
    """The cue for a subject as written: ``the old man`` is OLD MAN, ``Asha`` is ASHA, ``花子さん`` is 花子."""
    words = plain_text(subject).replace("’", "'").strip(" ,.'").split()
    while len(words) > 1 and is_determiner(words[0]):
        words.pop(0)
    name = " ".join(words)
    bare = _HONORIFICS.sub("", name)
    name = bare if len(bare) >= 2 and fold(name) not in grammar().relations else name
    return name.upper() if has_capitals(name) else name


def gender_of(name: str) -> str:
    """m or f when the grammar knows the name or role word; else empty. The first word of a name decides, then the last."""
    given, relations = _genders()
    words = fold(name).split()
    for word in (fold(name), *words[:1], *words[-1:]):
        found = given.get(word) or relations.get(word)
        if found:
            return found
    return {"man": "m", "boy": "m", "king": "m", "woman": "f", "girl": "f", "queen": "f", "mr.": "m", "mrs.": "f", "ms.": "f"}.get(
        words[-1] if words else "", {"mr.": "m", "mrs.": "f", "ms.": "f", "sir": "m", "lady": "f"}.get(words[0] if words else "", "")
    )


def _genders() -> tuple[dict[str, str], dict[str, str]]:
    if not _CACHE:
        _CACHE.append(
            ({fold(name): sex for name, sex in grammar().genders.items()}, {fold(word): sex for word, sex in grammar().relations.items()})
        )
    return _CACHE[0]


_CACHE: list[tuple[dict[str, str], dict[str, str]]] = []


@dataclass
class Company:
    """Everyone named so far in a scene, and when. Sentences are numbered through the text."""

    language: str
    cast: dict[str, str] = field(default_factory=dict)
    """Cue by the folded name as the text writes it: everyone whom the text ever lets speak by name."""
    genders: dict[str, str] = field(default_factory=dict)
    named_at: dict[str, int] = field(default_factory=dict)
    seen: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Sex, and when, of those who are there without having a name or a word yet: *eine alte Frau*."""
    speakers: list[str] = field(default_factory=list)
    """Who spoke in this scene, in order, without immediate repeats."""

    def begin_scene(self) -> None:
        """Forget who is present."""
        self.named_at.clear()
        self.seen.clear()
        self.speakers.clear()

    def learn(self, subject: str) -> str:
        """The cue of a subject that is no pronoun; it belongs to the cast from now on."""
        cue = cue_name(subject)
        known = self.cast.get(fold(cue)) or (self.cast.get(_arabic_other(fold(cue))) if self.language == "ar" else None)
        if known:
            self.cast.setdefault(fold(cue), known)
            return known
        first = cue.split()[0] if cue.split() else cue
        whole = next(
            (
                other
                for other in self.cast.values()
                if other.split()[0] == first and first != "OLD" and len(other.split()) != len(cue.split())
            ),
            None,
        )
        if whole and gender_of(first):
            cue = whole
        self.cast[fold(cue_name(subject))] = cue
        self.genders.setdefault(cue, gender_of(subject) or gender_of(cue))
        return cue

    def learn_names(self, text: str, beats: list[str]) -> None:
        """Learn names of people from ``text`` as a whole: capitalised words that are never written small, and are either known given names
        or do something beside a quotation (the sentences of ``beats`` begin with them)."""
        words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text)
        small = {fold(word) for word in words if word[:1].islower()}
        counts = Counter(word for word in words if word[:1].isupper() and word[1:2].islower())
        given, _ = _genders()
        speech = grammar().speech
        for word, count in counts.items():
            key = fold(word)
            if key in small or key in speech.phrase_ends or key in speech.determiners or self.pronoun(word) is not None:
                continue
            acts = any(re.match(rf"{re.escape(word)}\s+[^\W\d_]", beat) and not beat[len(word) :].strip()[:1].isupper() for beat in beats)
            if (key in given and (count > 1 or acts)) or (acts and count > 1):
                self.learn(word)

    def unite(self, text: str) -> None:
        """One person for a name and what the text says before it: ``il vecchio`` is Beppe in the story of ``il vecchio Beppe``.

        Hindi writes who does something in another case: ``कौए ने`` and ``कौआ`` are one.
        """
        for key, cue in list(self.cast.items()):
            named = re.search(rf"(?<!\w){re.escape(key)} ((?!\s)[^\W\d_]+)", text, re.IGNORECASE)
            other = self.cast.get(fold(named[1])) if named and named[1][:1].isupper() else None
            if other is not None and other != cue:
                self._become(cue, other)
        if self.language == "hi":
            for cue in dict.fromkeys(self.cast.values()):
                direct = re.sub("े$", "ा", re.sub("ए$", "आ", cue))
                if direct != cue and _find_word(text, direct) >= 0:
                    self._become(cue, direct)

    def _become(self, cue: str, other: str) -> None:
        self.cast = {key: other if known == cue else known for key, known in self.cast.items()}
        self.cast.setdefault(fold(other), other)
        sex = self.genders.pop(cue, "")
        self.genders[other] = self.genders.get(other) or sex

    def named_in(self, clause: str) -> list[str]:
        """Names of the cast in ``clause``, as they are learned, in its order."""
        folded = fold(clause)
        found = sorted((at, cue) for key, cue in self.cast.items() if (at := _find_word(folded, key)) >= 0)
        return [cue for _, cue in found]

    def note_names(self, sentence: str, number: int) -> list[str]:
        """Everyone of the cast whom ``sentence`` names, in its order; they are present from now on."""
        found: list[tuple[int, str]] = []
        folded = fold(sentence)
        for key, cue in self.cast.items():
            at = _find_word(folded, key)
            if at >= 0:
                found.append((at, cue))
        for _, cue in sorted(found):
            self.named_at[cue] = number
        self._see(sentence, number)
        return list(dict.fromkeys(cue for _, cue in sorted(found)))

    def _see(self, sentence: str, number: int) -> None:
        """Note who is there by what they are: an article, two words at most, and a woman, a boy, a king."""
        words = re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", sentence)
        _, relations = _genders()
        for at, word in enumerate(words):
            end = next((end for end in range(at + 1, min(at + 4, len(words))) if fold(words[end]) in relations), None)
            if end is not None and is_determiner(word):
                self.seen[cue_name(" ".join(words[at + 1 : end + 1]))] = relations[fold(words[end])], number

    def spoke(self, cue: str, number: int) -> None:
        """``cue`` has spoken."""
        self.named_at[cue] = number
        if not self.speakers or self.speakers[-1] != cue:
            self.speakers.append(cue)

    def by_pronoun(self, sex: str, number: int, addressed: set[str]) -> str | None:
        """The one person of this sex named within three sentences; with two, the one whose turn it is, else nobody."""
        if sex == "i":
            return FIRST_PERSON
        if sex == "n":
            return UNKNOWN  # a letter or a sign "says" it
        recent = [
            cue for cue, at in self.named_at.items() if number - at <= 4 and self.genders.get(cue, "") in ("", sex) and cue not in addressed
        ]
        agreeing = [cue for cue in recent if self.genders.get(cue) == sex]
        there = [cue for cue, (own, at) in self.seen.items() if own == sex and number - at <= 4 and fold(cue) not in self.cast]
        if not agreeing and len(there) == 1 and there[0] not in addressed:
            return self.learn(there[0])
        agreeing = agreeing or recent
        if len(agreeing) == 1:
            self.genders[agreeing[0]] = sex or self.genders.get(agreeing[0], "")
            return agreeing[0]
        turn = self.by_turn(addressed)
        return turn if turn in agreeing else None

    def by_turn(self, addressed: set[str]) -> str | None:
        """With two people talking, the one who did not speak last."""
        last = self.speakers[-1] if self.speakers else None
        pair = list(dict.fromkeys(reversed(self.speakers)))[:2]
        if len(pair) < 2:
            pair += [cue for cue in sorted(self.named_at, key=lambda cue: (-self.named_at[cue], cue)) if cue not in pair]
            if len(pair) > 2:
                return None
        others = [cue for cue in pair[:2] if cue != last and cue not in addressed]
        return others[0] if len(others) == 1 else None

    def addressed_in(self, speech: str) -> set[str]:
        """Everyone whom ``speech`` calls by name: set off by commas at its beginning or end. They do not say it."""
        found: set[str] = set()
        for sentence in re.split(r"[.!?…。！？]+", fold(speech)):
            parts = [part.strip() for part in re.split(r"[,،、，]", sentence)]
            for part in (parts[:1] + parts[-1:]) if len(parts) > 1 else parts:
                words = " ".join(word for word in part.split() if word not in ("oh", "o", "my", "dear", "hey"))
                if words in self.cast:
                    found.add(self.cast[words])
        return found

    def pronoun(self, subject: str) -> str | None:
        """What the pronoun ``subject`` stands for, or None when it is none."""
        return pronoun_of(subject, self.language)


def _arabic_other(word: str) -> str:
    """``word`` with the article where it has none, and without where it has: *a child* is *the child* from then on."""
    return word[2:] if word.startswith("ال") else f"ال{word}"


def _find_word(text: str, word: str) -> int:
    dense = any("\u3040" <= char <= "\u9fff" for char in word)
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if dense or not (continues_word(before) or continues_word(after)):
            return at
        at = text.find(word, at + 1)
    return -1
