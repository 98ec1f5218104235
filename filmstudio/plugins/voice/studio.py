"""A line from words to finished sound: phrases, source, joining, chain, level, and the times of what was said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Phoneme, SpeakRequest, SpokenWord
from filmstudio.plugins.voice import alignment, assembly, chain, kana
from filmstudio.plugins.voice.espeak_call import Espeak, Job
from filmstudio.plugins.voice.languages import espeak_language, primary, runs, sanskrit_in_kannada
from filmstudio.plugins.voice.loudness import DIALOGUE_LUFS, levelled, speech_lufs
from filmstudio.plugins.voice.performance import Performance, perform
from filmstudio.plugins.voice.phrases import Phrase, phrases
from filmstudio.plugins.voice.reading import read_aloud
from filmstudio.plugins.voice.voices import Voice, voices_for
from filmstudio.plugins.voice.wording import Wording, in_short_words

SILENT_SAMPLES: Final = SAMPLE_RATE // 100
"""Length of a line in which nothing has a sound."""
_RUN_GAP: Final = 0.02
_PAUSE_SPREAD: Final = 0.12
_PITCH_TOLERANCE_ST: Final = 0.5


@dataclass(frozen=True, slots=True)
class SpokenLine:
    """A finished line: mono float32 at 48 kHz with the times of its sounds and words in samples."""

    samples: NDArray[np.float32]
    phonemes: tuple[Phoneme, ...]
    words: tuple[SpokenWord, ...]
    degraded: tuple[str, ...]
    measured: dict[str, float]


@dataclass(frozen=True, slots=True)
class _Part:
    """A run of a phrase on its way through the source: ``gap`` is the silence after it, in seconds of the finished line."""

    wording: Wording
    job: Job
    gap: float


class VoiceStudio:
    """Speaks lines. Holds nothing but where eSpeak NG lies; every line is made from its request alone."""

    def __init__(self) -> None:
        self._espeak = Espeak()

    def speak(self, request: SpeakRequest, voice: Voice) -> SpokenLine:
        """Speak one line with a voice.

        Raises:
            Unsupported: eSpeak does not speak the language.
            EngineError: eSpeak failed.
        """
        notes: list[str] = []
        seed = (request.seed ^ voice.seed) % (1 << 63)
        random = np.random.Generator(np.random.PCG64(seed))
        acted = perform(
            voice,
            request.voice,
            emotion=request.emotion,
            strength=request.strength,
            delivery=request.delivery,
            phone=request.presence == "phone",
            sung=request.sung,
        )
        if abs(acted.missed_semitones) > _PITCH_TOLERANCE_ST:
            notes.append(f"the voice {voice.id} could not be shifted by the last {acted.missed_semitones:+.1f} semitones")
        if request.sung:
            notes.append("a sung line is spoken slowly on a narrow tune: eSpeak NG has no melody")
        said = self._said(request, notes)
        parts = self._parts(phrases(said), request.language, voice, acted, random, notes)
        if not parts:
            return _silence(notes)
        spoken = self._espeak.speak([part.job for part in parts], seed)
        rate = spoken[0].rate * acted.shape.formant_ratio
        trimmed = [assembly.trim(one) for one in spoken]
        if not any(len(one.samples) for one in trimmed):
            return _silence([*notes, f"eSpeak NG found nothing to say in a line of {request.language}: is its script right?"])
        source = assembly.join(trimmed, [round(part.gap * rate) for part in parts])
        samples, clock = self._finished(source, rate, acted, random)
        told = [
            alignment.Part(part.wording, one.events, start, len(one.samples), part.job.bridge is not None)
            for part, one, start in zip(parts, trimmed, source.starts, strict=True)
        ]
        tokens = alignment.grouped_words(said) if primary(request.language) == "ja" else alignment.written_words(request.text)
        return SpokenLine(
            samples=samples,
            phonemes=alignment.phonemes(told, clock),
            words=alignment.words(tokens, told, clock),
            degraded=tuple(dict.fromkeys(notes)),
            measured={
                "speech_lufs": round(speech_lufs(samples.astype(np.float64)), 2),
                "peak": round(float(np.abs(samples).max()), 4),
            },
        )

    def _said(self, request: SpeakRequest, notes: list[str]) -> Wording:
        said = read_aloud(request.text, request.language)
        language = primary(request.language)
        if language == "sa":
            said = sanskrit_in_kannada(said)
        if language == "ja":
            said, complete = kana.in_kana(said)
            if not complete:
                notes.append("a Japanese character has no known reading and was not spoken right: write it in kana")
        return in_short_words(said)

    def _parts(
        self, spoken: tuple[Phrase, ...], language: str, voice: Voice, acted: Performance, random: np.random.Generator, notes: list[str]
    ) -> list[_Part]:
        """The phrases as jobs, each phrase a little different by seed, each change of script a job of its own."""
        parts: list[_Part] = []
        same = primary(voice.language) == _catalogue_primary(language)
        line_language, weak = (voice.source.voice, "") if same else espeak_language(language, self._espeak.languages)
        if weak:
            notes.append(weak)
        if not voices_for(language) and not weak:
            notes.append(f"no voice was made for {language}: {voice.name} speaks it by eSpeak's rules")
        for phrase in spoken:
            pitch = acted.pitch + random.uniform(-1, 1) * voice.jitter.pitch
            rate = acted.rate * (1 + random.uniform(-1, 1) * voice.jitter.rate)
            gap = phrase.pause * acted.pause * random.uniform(1 - _PAUSE_SPREAD, 1 + _PAUSE_SPREAD)
            cut = runs(phrase.wording, language)
            for number, run in enumerate(cut):
                last = number + 1 == len(cut)
                wording, name = run.wording, line_language
                if run.language:
                    name, _ = espeak_language(run.language, self._espeak.languages)
                if run.language == "ja":
                    wording, _ = kana.in_kana(wording)
                job = Job(
                    text=wording.text,
                    language=name,
                    variant=acted.variant,
                    rate=round(min(max(rate, 80.0), 449.0)),
                    pitch=round(min(max(pitch, 0.0), 99.0)),
                    range=round(acted.range),
                    volume=round(acted.volume),
                    bridge=voice.bridge if same and not run.language else None,
                    tail=phrase.mark if last else "",
                )
                parts.append(_Part(wording, job, gap if last else _RUN_GAP))
        return parts

    def _finished(
        self, source: assembly.Source, rate: float, acted: Performance, random: np.random.Generator
    ) -> tuple[NDArray[np.float32], assembly.Clock]:
        """The source through resampling, drift, chain and level, cut to its sound; and the clock of its events."""
        clock = assembly.Clock(rate)
        line, positions = assembly.drifted(assembly.resampled(source.samples, rate), acted.shape.drift, random)
        if positions is not None:
            clock.warped(positions)
        line = chain.shaped(line, acted.shape, acted.band, random)
        first, last = assembly.ends(line)
        line = line[first:last] if last > first else np.zeros(SILENT_SAMPLES)
        clock.cut(first, len(line))
        line = assembly.faded(levelled(line, DIALOGUE_LUFS + acted.gain_db))
        return line.astype(np.float32), clock


def _silence(notes: list[str]) -> SpokenLine:
    return SpokenLine(np.zeros(SILENT_SAMPLES, np.float32), (), (), tuple(dict.fromkeys(notes)), {})


def _catalogue_primary(language: str) -> str:
    """The primary subtag as the catalogue writes it, so that zh is cmn."""
    near = voices_for(language)
    return primary(near[0].language) if near else primary(language)
