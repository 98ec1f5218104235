"""What holds for any script at all: it is broken down, its words are kept, and ids stay with what they name."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from filmstudio.core.character import Character, Identity
from filmstudio.core.film import Beat, Line
from filmstudio.core.requests import BreakdownRequest, BreakdownResult
from filmstudio.core.screenplay import SPOKEN, Element, Screenplay, spoken_text
from filmstudio.plugins.breakdown.analysis import analyse
from filmstudio.plugins.breakdown.identifiers import character_ids, slug
from filmstudio.plugins.breakdown.speech import divide
from filmstudio.plugins.breakdown.words import clean, fold, sentences_of

BEAT: TypeAdapter[Any] = TypeAdapter(Beat)
KINDS = [
    "heading",
    "action",
    "character",
    "parenthetical",
    "dialogue",
    "lyric",
    "transition",
    "centered",
    "note",
    "section",
    "synopsis",
    "page_break",
]
ODDMENTS = (
    "ASHA Asha RAVI and the sits runs rain INT. KITCHEN - NIGHT (beat) [music] never happy not well... Dr. 9 BOTH A V.O. *so* "
    "https://x.org He her old fox 花子 走る。 आशा बैठती ليلى تضحك 🙂 -- ! «ja» SUPER: LATER 's voice's"
)
WORDS = ODDMENTS.split()
texts = st.one_of(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.text(max_size=40))
elements = st.builds(
    Element,
    kind=st.sampled_from(KINDS),
    text=texts,
    line=st.integers(1, 99),
    dual=st.booleans(),
    extensions=st.lists(st.sampled_from(["V.O.", "O.S.", "CONT'D", "whispering", "", ")("]), max_size=2).map(tuple),
)


def broken_down(*parts: Element, language: str = "en", **fields: Any) -> BreakdownResult:
    return analyse(BreakdownRequest(screenplay=Screenplay(elements=parts, language=language, **fields)))


def all_ids(result: BreakdownResult) -> list[str]:
    return [scene.id for scene in result.scenes] + [BEAT.validate_python(beat).id for scene in result.scenes for beat in scene.beats]


def spoken(result: BreakdownResult) -> list[Line]:
    found = [BEAT.validate_python(beat) for scene in result.scenes for beat in scene.beats]
    return [beat for beat in found if isinstance(beat, Line)]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(elements, max_size=14),
    st.sampled_from(["en", "hi", "ja", "ar", "zh-Hant", "xx"]),
    st.sampled_from(["fountain", "dialogue", "prose"]),
)
def test_any_elements_have_a_breakdown_with_unique_ids_and_known_people(parts: list[Element], language: str, form: str) -> None:
    result = broken_down(*parts, language=language, form=form)
    ids = all_ids(result)
    people = [note.id for note in result.cast]
    assert len(set(ids)) == len(ids)
    assert len(set(people)) == len(people)
    for person in people:
        Character(id=person, name="x", identity=Identity(seed=0, pack="house"))
    named = {line.character for line in spoken(result)} | {line.listener for line in spoken(result)} - {None}
    named |= {
        deed.character for scene in result.scenes for beat in scene.beats for deed in getattr(BEAT.validate_python(beat), "business", ())
    }
    assert named <= set(people)
    assert {person for scene in result.scenes for person in scene.present} <= set(people)


@settings(max_examples=100, deadline=None)
@given(st.lists(elements, max_size=10))
def test_the_same_script_has_the_same_breakdown(parts: list[Element]) -> None:
    assert broken_down(*parts).canonical() == broken_down(*parts).canonical()


sentences = st.lists(
    st.sampled_from(
        ["I will go.", "Where is *she*?", "Dr. Rao came at nine!", "No...", "बारिश हो रही है।", "待って。", "He said -- no", "so,"]
    ),
    min_size=1,
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["ASHA", "RAVI", "花子"]), sentences), min_size=1, max_size=5))
def test_every_spoken_word_is_kept_in_order(speeches: list[tuple[str, list[str]]]) -> None:
    parts = []
    for name, said in speeches:
        parts += [Element(kind="character", text=name, line=1), Element(kind="dialogue", text=" ".join(said), line=2)]
    words = [re.sub(r"\s", "", spoken_text(part.text)) for part in parts if part.kind in SPOKEN]
    assert re.sub(r"\s", "", "".join(line.text for line in spoken(broken_down(*parts)))) == "".join(words)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 6), st.sampled_from(["dialogue", "action"]))
def test_an_inserted_line_leaves_all_other_ids_alone(position: int, kind: Any) -> None:
    parts: list[Element] = []
    for number, text in enumerate(["I will go.", "She sits.", "You stay.", "He waits.", "Then come.", "Rain.", "Goodbye."]):
        if number % 2:
            parts.append(Element(kind="action", text=text, line=number + 1))
        else:
            parts += [Element(kind="character", text="ASHA", line=number + 1), Element(kind="dialogue", text=text, line=number + 1)]
    before = broken_down(
        Element(kind="heading", text="INT. ROOM - DAY", line=1), *parts, Element(kind="heading", text="EXT. SEA - DAY", line=9), *parts
    )
    new = [Element(kind=kind, text="Something new.", line=1)]
    if kind == "dialogue":
        new.insert(0, Element(kind="character", text="ASHA", line=1))
    starts = [index for index, part in enumerate(parts) if part.kind != "dialogue"]
    at = starts[position]
    changed = [*parts[:at], *new, *parts[at:]]
    after = broken_down(
        Element(kind="heading", text="INT. ROOM - DAY", line=1), *changed, Element(kind="heading", text="EXT. SEA - DAY", line=9), *parts
    )
    assert set(all_ids(before)) < set(all_ids(after))
    assert len(all_ids(after)) == len(all_ids(before)) + 1


def test_an_inserted_scene_leaves_the_ids_of_the_others_alone() -> None:
    def scene(heading: str, words: str) -> list[Element]:
        return [
            Element(kind="heading", text=heading, line=1),
            Element(kind="character", text="ASHA", line=2),
            Element(kind="dialogue", text=words, line=3),
        ]

    before = all_ids(broken_down(*scene("INT. A - DAY", "One."), *scene("INT. B - DAY", "Two.")))
    after = all_ids(broken_down(*scene("INT. NEW - DAY", "Zero."), *scene("INT. A - DAY", "One."), *scene("INT. B - DAY", "Two.")))
    assert set(before) < set(after)


@given(st.text(max_size=300))
def test_sentences_join_to_their_text(text: str) -> None:
    assert "".join(sentences_of(text)) == text


@given(
    st.lists(
        st.sampled_from(["Go.", "Why not?", "three little words", "Mr. Tan", "待って。", "राम आया।", "long-winded,", "“Yes!”"]), max_size=60
    ).map(" ".join)
)
def test_a_divided_speech_keeps_every_sign(text: str) -> None:
    assert re.sub(r"\s", "", "".join(divide(text, "en"))) == re.sub(r"\s", "", text)


@given(st.text(max_size=60))
def test_folding_keeps_positions(text: str) -> None:
    assert len(fold(text)) == len(clean(text))


@given(st.text(min_size=1, max_size=80))
def test_a_slug_is_safe_in_a_file_name(text: str) -> None:
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", slug(text, prefix="c"))


@given(st.lists(st.text(min_size=1, max_size=12), unique=True, max_size=12))
def test_every_name_has_its_own_id(names: list[str]) -> None:
    ids = character_ids(names)
    assert len(set(ids.values())) == len(set(names))
