"""Words about the whole film: its title, authors, logline, tags and kind, all taken from the script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Literal

from filmstudio.core.requests import CastNote, SceneNote
from filmstudio.core.screenplay import SPOKEN, Screenplay, plain_text
from filmstudio.plugins.breakdown.cultures import CULTURES, Evidence
from filmstudio.plugins.breakdown.lexicon import lexicon
from filmstudio.plugins.breakdown.people import Cast
from filmstudio.plugins.breakdown.words import count_words, fold, sentences_of, tokens, word_set
from filmstudio.plugins.screenplay.dialogue import STUDIO

FEWEST_TAGS, MOST_TAGS = 5, 12

_AUTHOR_KEYS = (
    "author",
    "authors",
    "written by",
    "writer",
    "writers",
    "by",
    "autor",
    "autora",
    "auteur",
    "autorin",
    "लेखक",
    "作者",
    "脚本",
    "编剧",
    "المؤلف",
    "تأليف",
    "कवि",
    "poet",
)
_LOGLINE_KEYS = ("logline", "log line", "summary", "synopsis", "tagline")
_TITLE_KEYS = ("title", "titel", "titre", "título", "titulo", "शीर्षक", "عنوان", "العنوان", "タイトル", "题名", "标题")
_JOIN = re.compile(r"\s*(?:&|;|\n|,(?!\s*(?:jr|sr)\b))\s*|\s+(?:and|und|y|et|और)\s+", re.IGNORECASE)
_SANSKRIT_END = re.compile("(?:\u0903|\u094d|\u0902|\u0964|\u0965)$")
_EVERYDAY = word_set(
    "really should would could people always never nothing something anything everything because before little better around another "
    "thought through without please listen already themselves yourself myself welcome thanks having exactly actually"
)
_PLAIN_ROLES = frozenset({"", "man", "woman", "boy", "girl", "child", "host", "guest", "friend"})
_PADDING = ("animated film", "short film", "animation", "drama", "story", "screenplay")


def title_of(screenplay: Screenplay, wanted: str | None) -> str:
    """The user's title, the title page's, the file's name, or Untitled."""
    if wanted and wanted.strip():
        return wanted.strip()
    for key in _TITLE_KEYS:
        title = " ".join(plain_text(" ".join(screenplay.titled(key))).split())
        if title:
            return title
    stem = re.sub(r"[_\-\s]+", " ", PurePath(screenplay.source_name.replace("\\", "/")).stem).strip()
    if not stem or stem.lower() in ("script", "screenplay", "stdin"):
        return "Untitled"
    return stem.title() if stem == stem.lower() and stem.isascii() else stem


def authors_of(screenplay: Screenplay) -> tuple[str, ...]:
    """The authors of the title page, one by one."""
    names: list[str] = []
    for key in _AUTHOR_KEYS:
        for value in screenplay.titled(key):
            plain = re.sub(r"^\s*(?:written\s+)?by\s+", "", plain_text(value), flags=re.IGNORECASE)
            names += [name.strip() for name in _JOIN.split(plain) if name.strip()]
    return tuple(dict.fromkeys(names))


def logline_of(screenplay: Screenplay, scenes: Iterable[Sequence[str]], cast: Cast, lines: Sequence[str]) -> str:
    """The writer's logline or synopsis; else the first strong sentence of action, the first sentence, the first line."""
    for key in _LOGLINE_KEYS:
        told = " ".join(plain_text(" ".join(screenplay.titled(key))).split())
        if told:
            return told
    synopsis = next((element.text for element in screenplay.elements if element.kind == "synopsis" and count_words(element.text) >= 4), "")
    if synopsis:
        return " ".join(plain_text(synopsis).split())
    sentences = [" ".join(sentence.split()) for plays in scenes for text in plays for sentence in sentences_of(text)]
    spoken = [" ".join(sentence.split()) for text in lines for sentence in sentences_of(text)]
    table = lexicon().actions.get(screenplay.language.split("-")[0], lexicon().actions["en"])
    named = [s for s in sentences if 7 <= count_words(s) <= 40 and cast.mentions(s)]
    acted = [s for s in named if table.find(fold(s))]
    choices = (
        [s for s in acted if count_words(s) >= 10],
        acted,
        named,
        [s for s in (sentences if screenplay.form != "prose" else spoken) if count_words(s) >= 5],
        [s for s in spoken if 8 <= count_words(s) <= 40],
        sentences,
        spoken,
    )
    return next((choice[0] for choice in choices if choice), "")


def kind_of(screenplay: Screenplay, spoken: Sequence[str], sung: int) -> Literal["film", "podcast", "poem", "silent"]:
    """What is being made. ``spoken`` are all spoken texts, ``sung`` is how many of their letters are lyrics."""
    letters = sum(len(text) for text in spoken)
    if not letters:
        return "silent"
    if sung * 2 > letters or is_verse(spoken, screenplay.language):
        return "poem"
    scenes = any(element.kind == "heading" and element.text != STUDIO for element in screenplay.elements)
    return "podcast" if screenplay.form == "dialogue" and not scenes else "film"


def is_verse(texts: Sequence[str], language: str) -> bool:
    """Whether most of a script is Sanskrit verse, told by its language or by double dandas and Sanskrit word ends."""
    joined = " ".join(texts)
    if not any("\u0900" <= char <= "\u097f" for char in joined):
        return False
    if language.split("-", maxsplit=1)[0] == "sa":
        return True
    words = [word for word in re.split(r"[\s\u0964\u0965,]+", joined) if word]
    endings = sum(bool(_SANSKRIT_END.search(word)) for word in words)
    return "\u0965" in joined and len(words) > 3 and endings / len(words) > 0.3


def tags_of(
    *,
    kind: str,
    scenes: Sequence[SceneNote],
    cast: Sequence[CastNote],
    evidence: Sequence[Evidence],
    culture: str,
    texts: Sequence[str],
    spoken: Sequence[str],
) -> tuple[str, ...]:
    """Five to twelve search words: culture, kind, moods, places, festivals, seasons, roles and creatures of the film."""
    found: list[str] = []
    if kind != "film":
        found.append({"silent": "silent film", "poem": "poem", "podcast": "podcast"}[kind])
    group = CULTURES[culture].group
    if group != "western":
        found.append(group.replace("_", " "))
    found += _most_frequent([scene.mood for scene in scenes if scene.mood != "neutral"], 2)
    found += _most_frequent([_place_tag(scene.place) for scene in scenes if scene.place.lower() not in ("", "limbo")], 3)
    found += _most_frequent([cue.words.lower() for cue in evidence if cue.category == "festivals"], 2)
    found += [note.creature for note in cast if note.creature]
    found += [note.role_word for note in cast if note.role_word not in _PLAIN_ROLES and not note.narrator][:3]
    seasons = [hit.value for text in texts for hit in lexicon().seasons.find(fold(text), "en")]
    found += _most_frequent(seasons, 1)
    if any(scene.light == "night" for scene in scenes):
        found.append("night")
    if any(scene.rain or scene.weather == "storm" for scene in scenes):
        found.append("rain")
    if any(note.age == "child" for note in cast):
        found.append("family")
    tags = list(dict.fromkeys(tag.strip().lower() for tag in found if tag.strip()))[:MOST_TAGS]
    if len(tags) < MOST_TAGS - 4:
        tags += [topic for topic in _topics(spoken) if topic not in tags][:4]
    for padding in _PADDING:
        if len(tags) >= FEWEST_TAGS:
            break
        if padding not in tags:
            tags.append(padding)
    return tuple(tags)


def _topics(spoken: Sequence[str]) -> list[str]:
    """Long words that are said again and again."""
    words = [word for text in spoken for _, _, word in tokens(fold(text)) if len(word) >= 6 and word.isalpha() and word not in _EVERYDAY]
    often = [word for word in dict.fromkeys(words) if words.count(word) >= 3]
    return sorted(often, key=lambda word: -words.count(word))


def _most_frequent(words: Iterable[str], most: int) -> list[str]:
    counts: dict[str, int] = {}
    for word in words:
        if word:
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts, key=lambda word: -counts[word])[:most]


def _place_tag(place: str) -> str:
    return " ".join(re.split(r"\s[-\u2013\u2014]\s|,", place)[0].lower().split()[:3])


def spoken_texts(screenplay: Screenplay) -> tuple[list[str], int]:
    """All spoken texts with letters, and the letters of the lyrics among them."""
    spoken = [element for element in screenplay.elements if element.kind in SPOKEN and any(char.isalnum() for char in element.text)]
    return [element.text for element in spoken], sum(len(element.text) for element in spoken if element.kind == "lyric")
