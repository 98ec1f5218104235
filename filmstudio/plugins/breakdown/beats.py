"""A scene's beats: its speeches as lines and its action as happenings, in the order of the script."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from filmstudio.core.film import Business, Happening, Line, Presence
from filmstudio.core.screenplay import Element, plain_text
from filmstudio.plugins.breakdown.actions import ActionReading, read_action
from filmstudio.plugins.breakdown.asides import Aside, read_aside, read_extensions
from filmstudio.plugins.breakdown.cultures import language_of
from filmstudio.plugins.breakdown.durations import FRAMES, INTERRUPTED, one_after_another, pause_after, seconds_of
from filmstudio.plugins.breakdown.emotions import ACTION_BEFORE, Mood, Reading, emoji_feelings, has_letters, read_emotion, score_words
from filmstudio.plugins.breakdown.identifiers import Numbering, short_hash
from filmstudio.plugins.breakdown.listeners import give_listeners
from filmstudio.plugins.breakdown.movers import Stage
from filmstudio.plugins.breakdown.people import Cast, is_voice, read_cue
from filmstudio.plugins.breakdown.script import Act, Caption, Play, Speech
from filmstudio.plugins.breakdown.speech import divide, pieces_of, words_to_speak
from filmstudio.plugins.breakdown.words import count_words, fold, sentences_of

LONGEST_HAPPENING = 30
"""Words of a stretch of action that is still one happening."""

Remark = tuple[str, str, bool]


@dataclass
class SceneBeats:
    """What a scene's events become."""

    beats: list[Line | Happening] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    ambience: list[str] = field(default_factory=list)
    emotions: list[tuple[str, float]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    captions: list[tuple[int, Caption]] = field(default_factory=list)
    """Words on the picture, each with the number of beats before it."""


@dataclass(frozen=True)
class Setup:
    """What all scenes of a film share."""

    cast: Cast
    alone: frozenset[str]
    narrators: frozenset[str]
    language: str
    silent: bool
    orphan: str
    """Id of the person who speaks words that no cue gives to anybody."""
    verse: bool = False
    """Whether the words are a poem, each verse of which is a line of its own."""
    story: bool = False
    """Whether the narrator's words describe what is seen, as those of a prose story do."""


class BeatMaker:
    """Makes the beats of one scene."""

    def __init__(self, setup: Setup, scene: str, numbering: Numbering) -> None:
        self._setup = setup
        self._scene = scene
        self._ids = numbering
        self._mood = Mood()
        self._stage = Stage(setup.cast)
        self._voices = frozenset(person.id for person in setup.cast.people if is_voice(person.key))
        self._made = SceneBeats()
        self._speakers: list[str] = []
        self._pause = Fraction(0)

    def make(self, act: Act) -> SceneBeats:
        """The beats of the scene, with who is present and what is heard throughout."""
        for event in act.events:
            if isinstance(event, Speech):
                self._speech(event)
            elif isinstance(event, Play):
                self._play(event)
            else:
                self._made.captions.append((len(self._made.beats), event))
        give_listeners(self._made.beats, self._setup.cast, self._made.present, self._setup.narrators)
        return self._made

    # --- action ---------------------------------------------------------------------------------------------------------

    def _play(self, play: Play) -> None:
        if fold(play.text).strip(" .!") in ("beat", "a beat", "pause", "silence", "long pause"):
            pause = Fraction(2) if "silence" in fold(play.text) or "long" in fold(play.text) else Fraction(1)
            self._happening(play.text, (), (), pause)
            return
        group: list[str] = []
        readings: list[ActionReading] = []
        for sentence in sentences_of(play.text):
            reading = read_action(sentence, self._stage, language_of(sentence, self._setup.language))
            full = count_words("".join([*group, sentence])) > LONGEST_HAPPENING
            busy = bool(reading.deeds) and any(earlier.deeds for earlier in readings)
            if group and (full or busy):
                self._close(group, readings)
                group, readings = [], []
            group.append(sentence)
            readings.append(reading)
        if group:
            self._close(group, readings)

    def _close(self, group: Sequence[str], readings: Sequence[ActionReading]) -> None:
        text = "".join(group).strip()
        business = tuple(deed for reading in readings for deed in reading.business)
        for reading in readings:
            for person in (*(deed.character for deed in reading.business), *reading.mentioned):
                self._appear(person)
            for deed in reading.business:
                if deed.target:
                    self._appear(deed.target)
        heard = {sound.name: sound for reading in readings for sound in reading.sounds}
        for sound in heard.values():
            if sound.bus == "ambience" and sound.name not in self._made.ambience:
                self._made.ambience.append(sound.name)
        sounds = tuple(sound.name for sound in heard.values() if sound.bus != "ambience")
        actions = one_after_another(business)
        self._happening(text, business, sounds, seconds_of(text, actions, caption=self._setup.silent))

    def _happening(self, text: str, business: tuple[Business, ...], sounds: tuple[str, ...], seconds: Fraction) -> None:
        # Two hashes would hide that one beat of a scene is the other's repetition; the numbering tells them apart.
        wanted = f"{self._scene}-h-{short_hash(text, *(deed.action for deed in business))}"
        self._made.beats.append(
            Happening(
                id=self._ids.take(wanted),
                text=text,
                business=business,
                sounds=sounds,
                caption=self._setup.silent and bool(text),
                seconds=seconds,
            )
        )

    def _appear(self, person: str) -> None:
        if person not in self._made.present and person not in self._setup.narrators and person not in self._voices:
            self._made.present.append(person)

    # --- speech ---------------------------------------------------------------------------------------------------------

    def _speech(self, speech: Speech) -> None:
        speaker = self._speaker(speech.cue)
        base = Aside()
        if speech.cue is not None:
            read_extensions(speech.cue.extensions, self._setup.cast, base)
            if base.presence is None and read_cue(speech.cue.text, self._setup.alone).voice:
                base.presence = "os"
        aside = replace(base, delivery=list(base.delivery), feelings=list(base.feelings), actions=[], notes=[])
        self._act_out(base.actions, speaker, " ".join(speech.cue.extensions) if speech.cue is not None else "")
        dual = speech.cue is not None and speech.cue.dual and any(isinstance(beat, Line) for beat in self._made.beats)
        started = False
        pending = ""
        for kind, text in self._parts(speech.parts):
            if kind == "aside":
                if not self._is_aside(text):
                    continue
                if pending:
                    started = self._say(pending, "dialogue", speaker, aside, dual and not started) or started
                    pending = ""
                aside = self._next_aside(text, base, aside, speaker)
            elif kind == "lyric":
                if pending:
                    started = self._say(pending, "dialogue", speaker, aside, dual and not started) or started
                    pending = ""
                started = self._say(text, "lyric", speaker, aside, dual and not started) or started
            else:
                pending = f"{pending}\n{text}" if pending else text
        if pending:
            self._say(pending, "dialogue", speaker, aside, dual and not started)
        self._end_speech()

    def _parts(self, elements: Sequence[Element]) -> list[tuple[str, str]]:
        """Asides, dialogue and lyrics in order, as plain text; each line of a lyric by itself."""
        parts: list[tuple[str, str]] = []
        for element in elements:
            if element.kind == "parenthetical":
                parts.append(("aside", plain_text(element.text)))
            elif element.kind == "lyric":
                parts.extend(("lyric", line) for line in plain_text(element.text).split("\n") if line.strip())
            else:
                parts.extend(("aside" if piece.aside else "dialogue", piece.text) for piece in pieces_of(element.text, self._is_aside))
        return parts

    def _is_aside(self, bracketed: str) -> bool:
        aside = Aside()
        read_aside(bracketed, self._setup.cast, aside, self._setup.language)
        return aside.asks

    def _next_aside(self, text: str, base: Aside, before: Aside, speaker: str) -> Aside:
        """A parenthetical rules to the end of the speech or to the next; what only pauses or acts leaves the delivery as it is."""
        fresh = Aside(
            delivery=list(base.delivery), feelings=list(base.feelings), presence=base.presence, language=base.language, sung=base.sung
        )
        read_aside(text, self._setup.cast, fresh, self._setup.language)
        self._pause += Fraction(str(fresh.pause))
        self._act_out(fresh.actions, speaker, text)
        changes = fresh.delivery != base.delivery or fresh.feelings != base.feelings or fresh.silent or fresh.sung != base.sung
        if "interrupting" in fresh.delivery:
            self._cut_off_last_line()
        if changes:
            fresh.language = fresh.language or before.language
            fresh.listener = fresh.listener or before.listener
            fresh.presence = fresh.presence or before.presence
            return fresh
        return replace(
            before,
            language=fresh.language or before.language,
            listener=fresh.listener or before.listener,
            presence=fresh.presence or before.presence,
        )

    def _act_out(self, actions: Sequence[str], speaker: str, text: str) -> None:
        """Actions of a parenthetical, done before the words that follow it."""
        known = tuple(dict.fromkeys(action for action in actions if action in FRAMES))
        if not known or not speaker or speaker in self._setup.narrators:
            return
        business = tuple(Business(character=speaker, action=action) for action in known)
        sounds = tuple(
            {"laugh": "laughter", "cry": "sob", "clap": "applause", "drink": "sip"}[a]
            for a in known
            if a in ("laugh", "cry", "clap", "drink")
        )
        self._appear(speaker)
        self._happening(plain_text(text).strip("()[]\uff08\uff09 "), business, sounds, seconds_of("", known))

    def _speaker(self, cue: Element | None) -> str:
        if cue is None:
            return self._speakers[-1] if self._speakers else self._setup.orphan
        reading = read_cue(cue.text, self._setup.alone)
        people = [self._setup.cast.by_key[key].id for key in reading.keys if key in self._setup.cast.by_key]
        if reading.everybody and self._made.present:
            people = list(self._made.present)
            self._made.remarks.append((self._scene, f"{cue.text} is spoken by {people[0]} for all who are present", False))
        elif len(people) > 1:
            self._made.remarks.append((self._scene, f"{cue.text} speak together: {people[0]} speaks for all", False))
            for person in people[1:]:
                self._appear(person)
        return people[0] if people else self._setup.orphan

    def _say(self, text: str, kind: str, speaker: str, aside: Aside, dual: bool) -> bool:
        """Add the lines of one stretch of words. Says whether there were any."""
        language = aside.language or language_of(text, self._setup.language)
        words = words_to_speak(text, language)
        if not has_letters(words) and not any(char.isdigit() for char in words):
            self._pause += 1 if "..." in words or "\u2026" in words else 0
            return False
        presence: Presence = aside.presence or "on"
        if speaker in self._setup.narrators and presence != "phone":
            presence = "vo"
        if aside.silent:
            self._happening(words, (), (), seconds_of(words, (), caption=True))
            return True
        aside = replace(aside, feelings=[*aside.feelings, *emoji_feelings(text)])
        reading = self._reading(words, language, speaker, aside)
        said = divide(words, language) if not self._setup.verse else _verses(text, language)
        for position, part in enumerate(said):
            felt = reading if len(said) == 1 else self._reading(part, language, speaker, aside)
            shown = self._mood.settle(speaker, felt)
            self._made.emotions.append((shown.emotion, shown.strength))
            self._made.beats.append(
                Line(
                    id=self._ids.take(f"{self._scene}-l-{short_hash(speaker, part)}"),
                    character=speaker,
                    text=part,
                    language=language,
                    emotion=shown.face,
                    strength=shown.strength if shown.emotion != "neutral" else 0.5,
                    delivery=tuple(aside.delivery),
                    presence=presence,
                    listener=aside.listener if aside.listener != speaker else None,
                    with_previous=dual and position == 0,
                    sung=kind == "lyric" or aside.sung,
                    pause_before=self._pause if position == 0 else Fraction(0),
                    pause_after=pause_after(part, last=position == len(said) - 1),
                )
            )
            self._pause = Fraction(0)
        if presence == "on":
            self._appear(speaker)
        if self._setup.story and speaker in self._setup.narrators:
            for mention in self._setup.cast.mentions(words):
                self._appear(mention.person)
        self._stage.name(speaker)
        self._speakers.append(speaker)
        return True

    def _reading(self, words: str, language: str, speaker: str, aside: Aside) -> Reading:
        others = list(aside.feelings)
        before = self._made.beats[-1] if self._made.beats else None
        if isinstance(before, Happening) and before.text and any(deed.character == speaker for deed in before.business):
            spoken = language_of(before.text, self._setup.language)
            others += [(emotion, score * ACTION_BEFORE) for emotion, score in sorted(score_words(before.text, spoken).items())]
        return read_emotion(words, language, others)

    def _end_speech(self) -> None:
        """A pause that nothing follows belongs after the last line."""
        if self._pause and self._made.beats and isinstance(last := self._made.beats[-1], Line):
            self._made.beats[-1] = last.model_copy(update={"pause_after": last.pause_after + self._pause})
            self._pause = Fraction(0)

    def _cut_off_last_line(self) -> None:
        if self._made.beats and isinstance(last := self._made.beats[-1], Line):
            self._made.beats[-1] = last.model_copy(update={"pause_after": INTERRUPTED})


def _verses(text: str, language: str) -> list[str]:
    """Verses as written, each line and each sentence of it by itself."""
    rows = [words_to_speak(row, language) for row in text.split("\n")]
    return [verse.strip() for row in rows for verse in sentences_of(row) if has_letters(verse)]
