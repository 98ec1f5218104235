"""Prose becomes a Screenplay: quoted speech is spoken by whom the text says, what can be seen becomes action, the rest is narrated.

Every word of the text under its title stands in exactly one element, in its order: as dialogue, action, or (attributions such as
``said Asha``) as a note. Only headings and cues are added.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from dataclasses import dataclass, field, replace
from functools import lru_cache

from filmstudio.core.errors import Severity
from filmstudio.core.requests import ReadProblem
from filmstudio.core.screenplay import Element, ElementKind, Screenplay, TitleEntry, plain_text
from filmstudio.plugins.screenplay.attribution import after_quote, before_quote, is_determiner
from filmstudio.plugins.screenplay.attribution_words import Attribution
from filmstudio.plugins.screenplay.company import FIRST_PERSON, UNKNOWN, Company
from filmstudio.plugins.screenplay.encoding import clean
from filmstudio.plugins.screenplay.grammar import NOT_AFTER_WORD, NOT_BEFORE_WORD, fold, grammar
from filmstudio.plugins.screenplay.markdown import take_asides, take_quote_marks, without_links
from filmstudio.plugins.screenplay.paragraphs import HASHED, RULED, SENTENCE, Paragraph, is_break, split_paragraphs
from filmstudio.plugins.screenplay.places import Where, find_where
from filmstudio.plugins.screenplay.quotes import Span, find_marks, split_speech, starts_with_quote

NARRATOR = "NARRATOR"
MOST_SENTENCES = 2
"""Sentences of narration in one line of the narrator."""

_CRIES = frozenset("!?…؟！？")
"""What ends a speech even where it goes on behind its attribution."""
_PROPER = re.compile(r"(?<!\w)[^\W\d_]{4,} ((?:[^\W\d_a-zа-яёіїєґ](?:[^\W\d_])*[^\W\d_уюеоы])|[A-Z][a-z]+)(?!\w)")
"""A name right behind its verb, in the case of a subject."""
_LONGEST_CLAUSE = 6
"""Words of a clause that may be an attribution without a verb of saying."""
_ABBREVIATION = re.compile(r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|St|Prof|Capt|Sr|Jr|vs|etc|e\.g|i\.e|[A-Z])\.$")
_UNSEEN = re.compile(r"\b(?:had|would|could|never|always|used to|not|n't|might|if|because|remembered|knew|thought|felt|wished|wanted)\b")
_LONGEST_ACTION = 16
_ENDS, _STOPS = frozenset(".!?…。！？।॥؟"), frozenset(".…。।॥")
_COLONS, _QUOTED = (":", "："), " \n\"'“”«»‘’"


def read_prose(text: str, source_name: str = "", language: str = "en") -> tuple[Screenplay, tuple[ReadProblem, ...]]:
    """Read prose in ``language`` (BCP 47). Nothing raises; lines whose speaker is not told are said by VOICE, with a warning."""
    reader = _Reader(clean(text), language.partition("-")[0])
    reader.read()
    page = (TitleEntry(key="Title", values=(reader.title,)),) if reader.title else ()
    screenplay = Screenplay(title_page=page, elements=tuple(reader.elements), form="prose", source_name=source_name, language=language)
    return screenplay, tuple(reader.problems)


def split_sentences(text: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of ``text``; spaces between them belong to none."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in SENTENCE.finditer(text):
        if match.group()[0] == "." and _ABBREVIATION.search(text[: match.end()][-12:]):
            continue
        if text[start : match.end()].strip():
            spans.append((start, match.end()))
        start = match.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return [(begin + len(text[begin:end]) - len(text[begin:end].lstrip()), begin + len(text[begin:end].rstrip())) for begin, end in spans]


@dataclass
class _Reader:
    text: str
    language: str
    elements: list[Element] = field(default_factory=list)
    problems: list[ReadProblem] = field(default_factory=list)
    title: str = ""
    where: Where = field(default_factory=Where)
    sentence: int = 0
    narrated: int = 0
    """Sentences in the narrator's line that is open; 0 when none is."""
    open_quote: str | None = None
    """Who is quoted in a quotation that the last paragraph left open."""
    lead: Attribution | None = None
    """What the last paragraph ended with, and its colon leads to the quotation in this one: ``Su madre le dijo:``."""
    quoted_next: bool = False
    """Whether the next paragraph begins with a quotation."""
    hanging: str | None = None
    """Who goes on speaking in the next paragraph, for a comma ends the attribution: a line of verse."""

    def read(self) -> None:
        self.line_starts = [0, *(match.end() for match in re.finditer("\n", self.text))]
        self.text, asides = take_asides(take_quote_marks(self.text))
        self.asides = deque(asides)
        self.marks = find_marks(self.text)
        self.company = Company(self.language)
        paragraphs = split_paragraphs(self.text, self.marks, self.language)
        if len(paragraphs) > 2 and self._is_title(paragraphs[0], paragraphs[1]):
            self.title = _joined(paragraphs[0].text)
            paragraphs = paragraphs[1:]
        self._meet_everyone(paragraphs)
        self.first_person = any(cue == FIRST_PERSON for cue in self.met)
        starts = self._scene_starts(paragraphs)
        for number, paragraph in enumerate(paragraphs):
            self._add_asides(paragraph.start)
            if number in starts:
                self._begin_scene(paragraphs[number : starts[number]], number == 0)
            self.quoted_next = self._begins_quoted(paragraphs, number + 1)
            self._read_paragraph(paragraph)
        self._add_asides(len(self.text))

    def _add_asides(self, end: int) -> None:
        """Add as notes what Markdown has beside the story before offset ``end``."""
        while self.asides and self.asides[0].offset < end:
            aside = self.asides.popleft()
            self._add("note", aside.text, aside.offset)

    def _is_title(self, first: Paragraph, second: Paragraph) -> bool:
        """Whether the text begins with a title: a short line without a full stop, apart from the story under it."""
        line = first.text.strip()
        apart = self.text[first.start + len(first.text) : second.start].count("\n") > 1
        short = "\n" not in line and len(line) <= 80 and len(line.split()) <= 12
        unended = line[-1:] not in ".!?…:;,。！？।\"'”’»“」』›" and not starts_with_quote(line, self.marks)
        return apart and short and unended and not is_break(line)

    # --- before reading ---------------------------------------------------------------------------------------------------

    def _begins_quoted(self, paragraphs: list[Paragraph], number: int) -> bool:
        return number < len(paragraphs) and starts_with_quote(paragraphs[number].text, self.marks)

    def _leads(self, text: str) -> Attribution | None:
        """The attribution that ``text`` ends with, where its colon leads to a quotation in the next paragraph."""
        return before_quote(text, self.language) if text.rstrip().endswith(_COLONS) else None

    def _meet_everyone(self, paragraphs: list[Paragraph]) -> None:
        """Learn every name that the text ever gives to a speaker, so that it is known from the first page on."""
        self.met: set[str] = set()
        beats: list[str] = []
        for number, paragraph in enumerate(paragraphs):
            spans = split_speech(paragraph.text, self.marks)
            lead = self._leads(paragraph.text) if self._begins_quoted(paragraphs, number + 1) else None
            if lead and self.company.pronoun(lead.subject) is None and self._plausible(lead.subject):
                self.company.learn(lead.subject)
            for at, span in enumerate(spans):
                if span.kind == "text" and len(spans) > 1:
                    beats += _sentences_of(paragraph.text[span.start : span.end])
                found = self._told(paragraph.text, spans, at) if span.kind == "speech" else None
                if found is None or not found[1].subject:
                    continue
                sex = self.company.pronoun(found[1].subject)
                if sex is None and self._plausible(found[1].subject):
                    self.company.learn(found[1].subject)
                elif sex == "i":
                    self.met.add(FIRST_PERSON)
        self.company.learn_names(self.text, beats)
        self.company.unite(self.text)

    def _plausible(self, subject: str) -> bool:
        words = subject.split()
        return bool(words) and len(subject) <= 40 and not all(is_determiner(word) for word in words)

    def _scene_starts(self, paragraphs: list[Paragraph]) -> dict[int, int]:
        """Paragraph numbers at which scenes begin, each with the number after its last."""
        begins: list[int] = []
        fresh = True
        empty = True
        for number, paragraph in enumerate(paragraphs):
            if is_break(paragraph.text):
                fresh = True
                continue
            jump = not empty and self._jumps(paragraph.text)
            if fresh or jump:
                begins.append(number)
            fresh, empty = False, False
        return {begin: (begins[at + 1] if at + 1 < len(begins) else len(paragraphs)) for at, begin in enumerate(begins)}

    def _jumps(self, text: str) -> bool:
        folded = fold(text[:80])
        jumps = grammar().time_jumps
        return any(folded.startswith(phrase) for phrase in (*jumps.get(self.language, ()), *jumps["en"]))

    # --- reading ------------------------------------------------------------------------------------------------------------

    def _begin_scene(self, paragraphs: list[Paragraph], first: bool) -> None:
        opening = [sentence for paragraph in paragraphs[:3] for sentence in _sentences_of(paragraph.text)]
        found = find_where(opening)
        if not found.place and first:
            found = Where(*_place_of(find_where([sentence for each in paragraphs for sentence in _sentences_of(each.text)])), found.hour)
        heading = found.heading(self.where)
        self.where = found.after(self.where)
        self.company.begin_scene()
        self.narrated = 0
        self._add("heading", heading, paragraphs[0].start, forced=True)

    def _read_paragraph(self, paragraph: Paragraph) -> None:
        stripped = paragraph.text.strip()
        if is_break(stripped):
            self._read_break(stripped, paragraph)
            return
        spans = split_speech(paragraph.text, self.marks)
        if self.open_quote and not starts_with_quote(paragraph.text, self.marks):
            self.open_quote = None
        at = 0
        while at < len(spans):
            if spans[at].kind == "text":
                self._tell(paragraph, spans[at].start, spans[at].end)
                at += 1
            else:
                at = self._speak(paragraph, spans, at)

    def _read_break(self, stripped: str, paragraph: Paragraph) -> None:
        hashed = HASHED.match(stripped)
        self.narrated = 0
        self.open_quote = self.hanging = self.lead = None
        if hashed and len(hashed.group(1)) == 1 and not self.title and all(element.kind == "note" for element in self.elements):
            self.title = plain_text(hashed.group(2))
        elif hashed:
            self._add("section", hashed.group(2), paragraph.start, level=len(hashed.group(1)))
        elif RULED.match(stripped):
            self._add("page_break", "", paragraph.start)
        else:
            self._add("section", stripped, paragraph.start, level=1)

    def _told(self, text: str, spans: list[Span], at: int) -> tuple[str, Attribution] | None:
        """The attribution of the speech at ``at``: after it, before it, or (within one paragraph) beside its other part."""
        if at + 1 < len(spans) and spans[at + 1].kind == "text" and not _leads_on(text, spans, at):
            found = after_quote(text[spans[at + 1].start : spans[at + 1].end], self.language)
            if found is not None and not found.subject and at > 0 and spans[at - 1].kind == "text":
                lead = before_quote(text[spans[at - 1].start : spans[at - 1].end], self.language)
                found = replace(found, subject=lead.subject) if lead else found
            if found is not None:
                return "after", found
        if at > 0 and spans[at - 1].kind == "text":
            found = before_quote(text[spans[at - 1].start : spans[at - 1].end], self.language)
            if found is not None:
                return "before", found
        if at + 1 < len(spans) and spans[at + 1].kind == "text" and self.marks.dashes:
            return self._told_small(text[spans[at + 1].start : spans[at + 1].end])
        return None

    def _told_small(self, after: str) -> tuple[str, Attribution] | None:
        """An attribution without a verb of saying, as dashes set it off: ``— Где ты? — встрепенулась Маша.``"""
        ends = [end for _, end in split_sentences(after)]
        clause = after[: ends[0]] if ends else after
        if not clause[:1].islower() or len(clause.split()) > _LONGEST_CLAUSE:
            return None
        subject = _PROPER.search(clause)
        named = self.company.named_in(clause) or ([subject[1]] if subject else [])
        return "after", Attribution(named[0] if named else "", 0, len(clause))

    def _speak(self, paragraph: Paragraph, spans: list[Span], at: int) -> int:
        """Add the speech at ``at``, with what of it follows its attribution; return the number of the span after."""
        text = paragraph.text
        told = self._told(text, spans, at) or (("before", self.lead) if self.lead else None)
        self.lead = None
        speech = _joined(text[spans[at].start : spans[at].end])
        end = at + 1
        note: tuple[int, int] | None = None
        if told and told[0] == "after":
            after = spans[at + 1]
            rest = text[after.start + told[1].end : after.end].strip(" ,—–-\n")
            whole = not rest or not (SENTENCE.search(rest) or rest[:1].isupper() or self._does_something(rest))
            if whole:
                note = (after.start, after.end)
                end = at + 2
                goes_on = text[after.start : after.end].rstrip()[-1:] not in (".", "!", "?", "。", "।")
                if goes_on and end < len(spans) and spans[end].kind == "speech":
                    more = _joined(text[spans[end].start : spans[end].end])
                    if speech[-1:] in _CRIES:
                        more = more.lstrip(".,;: ")  # "¿Vas? —preguntó Luis—. ¡Qué bien!": the point ends the attribution
                    if speech[-1:].isalnum() and text[after.start : after.end].lstrip()[:1] == "," and more[:1].isalnum():
                        speech += ","  # »Noch nicht«, antwortete Emil, »aber bald.« The comma is the speaker's too
                    speech = f"{speech}{'' if more[:1] in '.,;:!?…' or _dense(more) else ' '}{more}"
                    end += 1
        self.sentence += 1
        cue = self._speaker(paragraph, spans, at, told[1] if told else None, speech)
        self.open_quote = cue if spans[end - 1].open or spans[at].open else None
        thought = ("V.O.",) if told and told[1].thought else ()
        self.narrated = 0
        start = paragraph.start + spans[at].start
        last = self._last_speech()
        if (
            last is not None
            and self.elements[last - 1].text == cue
            and self.elements[last - 1].extensions == thought
            and at > 0
            and spans[at - 1].kind == "speech"
        ):
            self.elements[last] = self.elements[last].model_copy(update={"text": f"{self.elements[last].text} {speech}"})
        else:
            self._add("character", cue, start, extensions=thought)
            self._add("dialogue", speech, start)
        if note:
            self._add("note", _joined(text[note[0] : note[1]]), paragraph.start + note[0])
            self.hanging = cue if end == len(spans) and text[: note[1]].rstrip().endswith(",") else None
        elif told and told[0] == "after":
            after = spans[at + 1]
            self._add("note", _joined(text[after.start : after.start + told[1].end]), paragraph.start + after.start)
            self._tell(paragraph, after.start + told[1].end, after.end, fragment=True)
            end = at + 2
        return end

    def _last_speech(self) -> int | None:
        last = len(self.elements) - 1
        return last if last > 0 and self.elements[last].kind == "dialogue" and self.elements[last - 1].kind == "character" else None

    def _speaker(self, paragraph: Paragraph, spans: list[Span], at: int, told: Attribution | None, speech: str) -> str:
        company = self.company
        cue: str | None = None
        addressed = company.addressed_in(speech)
        sex: str | None = None
        if told is not None and told.subject:
            sex = company.pronoun(told.subject)
            if sex is None and self._plausible(told.subject):
                cue = company.learn(told.subject)
        if cue is None and (self.open_quote or (at == 0 and told is None and self.hanging)):
            cue = self.open_quote or self.hanging
        if cue is None and sex is not None:
            cue = company.by_pronoun(sex, self.sentence, addressed)
        if cue is None and sex is None:
            cue = self._said_by_beat(paragraph, spans, at, addressed) or self._same_paragraph(spans, at, addressed)
        if cue is None:
            cue = company.by_turn(addressed)
        if cue is None and sex is None and len(company.named_at) == 1 and not company.speakers:
            cue = next((name for name in company.named_at if name not in addressed), None)
        if cue is None:
            cue = UNKNOWN
            line, column = self._place(paragraph.start + spans[at].start)
            remedy = "Name the speaker beside the quotation, as in: “…,” said Asha."
            message = "The text does not tell who says this; an unknown voice says it."
            self.problems.append(ReadProblem(message=message, remedy=remedy, line=line, column=column, severity=Severity.WARNING))
        self.hanging = None
        company.spoke(cue, self.sentence)
        for name in addressed:
            company.named_at.setdefault(name, self.sentence)
        return cue

    def _said_by_beat(self, paragraph: Paragraph, spans: list[Span], at: int, addressed: set[str]) -> str | None:
        """Somebody who does something in the same paragraph: the subject of the sentence before or after the quotation."""
        for neighbour in (at - 1, at + 1):
            if not 0 <= neighbour < len(spans) or spans[neighbour].kind != "text":
                continue
            sentences = _sentences_of(paragraph.text[spans[neighbour].start : spans[neighbour].end])
            nearest = sentences[-1:] if neighbour < at else sentences[:1]
            for sentence in nearest:
                names = [cue for key, cue in self.company.cast.items() if fold(sentence).startswith(key)]
                if names and names[0] not in addressed:
                    return names[0]
                first = next(iter(sentence.split()), "")
                sex = self.company.pronoun(first)
                found = self.company.by_pronoun(sex, self.sentence, addressed) if sex in ("m", "f") else None
                if found or (sex == "i" and self.first_person):
                    return found or FIRST_PERSON
        return None

    def _same_paragraph(self, spans: list[Span], at: int, addressed: set[str]) -> str | None:
        """A second quotation of a paragraph has the speaker of the first."""
        if any(span.kind == "speech" for span in spans[:at]) and self.company.speakers:
            last = self.company.speakers[-1]
            return last if last not in addressed and last != UNKNOWN else None
        return None

    def _tell(self, paragraph: Paragraph, start: int, end: int, fragment: bool = False) -> None:
        """Add what stands outside quotations: attributions as notes, what is seen as action, the rest as narration."""
        text = paragraph.text[start:end]
        self.hanging = None
        tail: Attribution | None = None
        following = paragraph.text[end : end + 2].strip()
        self.lead = None
        if following and not fragment:
            tail = before_quote(text, self.language)
        elif not following and not fragment and self.quoted_next:
            tail = self.lead = self._leads(text)
        body = text[: tail.start] if tail else text
        sentences = split_sentences(body)
        for number, (first, last) in enumerate(sentences):
            words = _joined(body[first:last])
            self.sentence += 1
            self.company.note_names(words, self.sentence)
            leads = tail is not None and number == len(sentences) - 1 and not SENTENCE.search(body[last - 1 : last])
            hangs = fragment and number == 0 and not words[:1].isupper()
            if (hangs or leads) and not self._does_something(words):
                self._add("note", words, paragraph.start + start + first)
            elif hangs or leads or self._is_seen(words):
                self._add("action", words, paragraph.start + start + first)
                self.narrated = 0
            elif any(char.isalnum() for char in words):
                self._move_on(words, paragraph.start + start + first)
                self._narrate(words, paragraph.start + start + first)
            elif words:
                self._add("note", words, paragraph.start + start + first)
        if tail and text[tail.start :].strip():
            self._add("note", _joined(text[tail.start :]), paragraph.start + start + tail.start)

    def _move_on(self, words: str, offset: int) -> None:
        """Begin a scene where a sentence of the telling goes to another place at another hour: in the morning he was at the well."""
        found = find_where([words])
        last = self.elements[-1] if self.elements else None
        if not (found.place and found.hour) or last is None or last.kind == "heading":
            return
        if found.place == self.where.place or found.hour == self.where.hour:
            return
        heading = found.heading(self.where)
        self.where = found.after(self.where)
        self.company.begin_scene()
        self.narrated = 0
        self._add("heading", heading, offset, forced=True)

    def _narrate(self, words: str, offset: int) -> None:
        if 0 < self.narrated < MOST_SENTENCES and self.elements[-1].kind == "dialogue":
            last = self.elements[-1]
            self.elements[-1] = last.model_copy(update={"text": f"{last.text}{'' if _dense(words) else ' '}{words}"})
            self.narrated += 1
            return
        self._add("character", FIRST_PERSON if self.first_person else NARRATOR, offset, extensions=("V.O.",))
        self._add("dialogue", words, offset)
        self.narrated = 1

    def _does_something(self, fragment: str) -> bool:
        """Whether a piece of an attribution (``wiping her hands``, ``at last``) is more than its manner."""
        folded = fold(fragment)
        return len(folded.split()) > 4 or bool(_actions(self.language).search(folded)) or bool(re.search(r"\w(?:ing|ed|ndo)\b", folded))

    def _is_seen(self, sentence: str) -> bool:
        """Whether a sentence is something to see: short, its subject known and present, its verb an action of the grammar."""
        folded = fold(sentence)
        if len(folded.split()) > _LONGEST_ACTION or (_dense(folded) and len(folded) > 30) or _UNSEEN.search(folded):
            return False
        first = next(iter(sentence.split()), "")
        subject = self.company.pronoun(first) in ("m", "f") or any(
            folded.startswith(key) or (is_determiner(first) and key in folded[: len(key) + 6]) for key in self.company.cast
        )
        return subject and _actions(self.language).search(folded) is not None

    # --- emitting -----------------------------------------------------------------------------------------------------------

    def _place(self, offset: int) -> tuple[int, int]:
        line = bisect_right(self.line_starts, offset)
        return line, offset - self.line_starts[line - 1] + 1

    def _add(self, kind: ElementKind, text: str, offset: int, **more: object) -> None:
        line, column = self._place(offset)
        self.elements.append(Element.model_validate({"kind": kind, "text": text, "line": line, "column": column, **more}))


def _leads_on(text: str, spans: list[Span], at: int) -> bool:
    """Whether what stands after the speech at ``at`` is a sentence of its own that leads to the next one: ``The crow answered:``."""
    if at + 2 >= len(spans) or spans[at + 2].kind != "speech":
        return False
    said, between = text[spans[at].start : spans[at].end].rstrip(_QUOTED), text[spans[at + 1].start : spans[at + 1].end].strip()
    begins = between.lstrip(".。। ")[:1]
    if begins.islower() or not between.endswith((*_COLONS, ",", "،", "，")):
        return False
    stopped = said[-1:] in _STOPS or between[:1] in _STOPS
    # Where no capital tells, "Come!" Asha said, "Let us go." is one person's.
    return stopped or (said[-1:] in _ENDS and (begins.isupper() or between.endswith(_COLONS)))


def _sentences_of(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


def _place_of(found: Where) -> tuple[str, str]:
    return found.setting, found.place


def _joined(text: str) -> str:
    """``text`` on one line, links as their words; line ends between letters of scripts without spaces leave none."""
    text = without_links(text)
    text = re.sub(r"(?<=[\u3000-\u9fff\uff00-\uffef])[ \t]*\n[ \t]*(?=[\u3000-\u9fff\uff00-\uffef])", "", text.strip())
    return re.sub(r"\s*\n\s*| {2,}", " ", text)


def _dense(text: str) -> bool:
    return any("\u3040" <= char <= "\u9fff" for char in text[:8])


@lru_cache(maxsize=16)
def _actions(language: str) -> re.Pattern[str]:
    patterns = grammar().actions.get(language) or grammar().actions["en"]
    written = [re.escape(fold(pattern)).replace(r"\*", r"\w*") for pattern in patterns]
    if language in ("ja", "zh"):
        return re.compile("|".join(written))
    return re.compile(NOT_AFTER_WORD + "(?:" + "|".join(written) + ")" + NOT_BEFORE_WORD)
