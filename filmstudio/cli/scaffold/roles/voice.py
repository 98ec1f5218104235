"""A voice of tones: every letter has a pitch, vowels sing and consonants tick, and a comma is a breath."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import ClassVar

from filmstudio.core.engine import Desk, Needs, SingleEngine
from filmstudio.core.errors import Unsupported
from filmstudio.core.rational import SAMPLE_RATE
from filmstudio.core.requests import Phoneme, SpeakRequest, Speech, SpokenWord
from filmstudio.core.wavefile import wave_bytes

LONGEST = 2_000
"""Letters of the longest line that it speaks."""
_VOWELS = frozenset("aeiouy")


class Newcomer(SingleEngine[SpeakRequest, Speech]):
    """Hums a line, letter by letter."""

    name: ClassVar[str] = "newcomer"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"
    summary: ClassVar[str] = "Hums every line: a tone a letter, with the times of words and phonemes."
    needs: ClassVar[Needs] = Needs(memory_mb=128, licence="MIT")

    def make(self, request: SpeakRequest, desk: Desk) -> Speech:
        """Hum one line.

        Raises:
            Unsupported: it is too long.
        """
        if len(request.text) > LONGEST:
            raise Unsupported(f"this line is longer than {LONGEST} letters.", remedy="Divide it, or use --engine voice=espeak.")
        wave: list[float] = []
        phonemes: list[Phoneme] = []
        words: list[SpokenWord] = []
        for first, last in _words(request.text):
            begin = len(wave)
            for letter in request.text[first:last].lower():
                start = len(wave)
                wave += self._tone(letter, request)
                phonemes.append(Phoneme(sign=letter, start=start, end=len(wave), stressed=start == begin))
            words.append(SpokenWord(first=first, last=last, start=begin, end=len(wave)))
        audio = desk.keep_bytes(wave_bytes(wave), "audio/wav")
        return Speech(audio=audio, samples=len(wave), phonemes=tuple(phonemes), words=tuple(words))

    def _tone(self, letter: str, request: SpeakRequest) -> list[float]:
        vowel = letter in _VOWELS
        samples = round(SAMPLE_RATE * (0.09 if vowel else 0.05) / request.voice.rate)
        pitch = 180 * 2 ** ((ord(letter) % 12 + request.voice.pitch_semitones) / 12)
        level = 0.4 if vowel else 0.15
        # Each tone rises and falls within itself, so that none begins with a click.
        return [level * math.sin(math.pi * at / samples) * math.sin(2 * math.pi * pitch * at / SAMPLE_RATE) for at in range(samples)]


def _words(text: str) -> Iterator[tuple[int, int]]:
    """First and last character of every word: a run of letters and figures."""
    begin = None
    for index, letter in enumerate(f"{text} "):
        if letter.isalnum():
            begin = index if begin is None else begin
        elif begin is not None:
            yield begin, index
            begin = None
