"""The embedded voice: what a listener would hear of it, and what the rest of the studio relies on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from filmstudio.core.character import VoiceChoice
from filmstudio.core.engine import Failure
from filmstudio.core.requests import SpeakRequest, Speech
from filmstudio.core.store import Store, StoreDesk
from filmstudio.plugins.voice.espeak import EspeakVoice
from filmstudio.plugins.voice.loudness import speech_lufs
from filmstudio.plugins.voice.voices import load_test_sentences, load_voices

RAIN = "The rain has stopped, and the children are running to the river."


class Booth:
    """An engine with its store."""

    def __init__(self, root: Path) -> None:
        self.desk = StoreDesk(Store(root))
        self.engine = EspeakVoice()
        self.engine.load()

    def ask(self, text: str, language: str = "en", voice: str = "en-us-claire", **options: object) -> Speech | Failure:
        choice = VoiceChoice(voice=voice, **{key: options.pop(key) for key in ("pitch_semitones", "rate", "formant") if key in options})  # type: ignore[arg-type]
        request = SpeakRequest(text=text, language=language, voice=choice, **{"seed": 7, **options})  # type: ignore[arg-type]
        return self.engine.run([request], self.desk)[0]

    def say(self, text: str, language: str = "en", voice: str = "en-us-claire", **options: object) -> Speech:
        result = self.ask(text, language, voice, **options)
        assert isinstance(result, Speech), result
        return result

    def samples(self, speech: Speech) -> NDArray[np.float64]:
        data = self.desk.path(speech.audio).read_bytes()
        assert data[:4] == b"RIFF" and data[8:12] == b"WAVE"
        body = data.index(b"data") + 8
        return np.frombuffer(data[body:], "<f4").astype(np.float64)


@pytest.fixture(scope="module")
def booth(tmp_path_factory: pytest.TempPathFactory) -> Booth:
    return Booth(tmp_path_factory.mktemp("booth"))


def pitch_of(sound: NDArray[np.float64]) -> float:
    """Median F0 in Hz by autocorrelation of the louder 40 ms windows."""
    found = []
    for at in range(0, len(sound) - 1920, 960):
        window = sound[at : at + 1920] * np.hanning(1920)
        if np.sqrt(np.mean(window**2)) < 0.04:
            continue
        spectrum = np.abs(np.fft.rfft(window, 4096)) ** 2
        echo = np.fft.irfft(spectrum)[:1920]
        lag = 96 + int(np.argmax(echo[96:640]))
        if echo[lag] > 0.4 * echo[0]:
            found.append(48000 / lag)
    return float(np.median(found))


def words_of(text: str, speech: Speech) -> list[str]:
    return [text[word.first : word.last] for word in speech.words]


def test_the_same_request_gives_the_same_bytes_in_another_process(booth: Booth, tmp_path: Path) -> None:
    here = booth.say(RAIN, emotion="happy")
    script = (
        "import sys; from pathlib import Path; from filmstudio.core.store import Store, StoreDesk;"
        "from filmstudio.plugins.voice.espeak import EspeakVoice; from filmstudio.core.requests import SpeakRequest;"
        "engine = EspeakVoice(); engine.load();"
        "print(engine.run([SpeakRequest.model_validate_json(sys.argv[1])], StoreDesk(Store(Path(sys.argv[2]))))[0].model_dump_json())"
    )
    request = SpeakRequest(text=RAIN, voice=VoiceChoice(voice="en-us-claire"), emotion="happy", seed=7)
    done = subprocess.run([sys.executable, "-c", script, request.model_dump_json(), str(tmp_path)], capture_output=True, check=True)
    assert json.loads(done.stdout) == here.model_dump(mode="json")


def test_another_seed_is_another_take(booth: Booth) -> None:
    assert booth.say(RAIN, seed=1).audio != booth.say(RAIN, seed=2).audio


def test_events_lie_in_the_sound_and_rise(booth: Booth) -> None:
    speech = booth.say(RAIN)
    for events in (speech.phonemes, speech.words):
        times = [time for event in events for time in (event.start, event.end)]
        assert times == sorted(times)
        assert times[0] >= 0 and times[-1] <= speech.samples
    assert all(phoneme.start < phoneme.end for phoneme in speech.phonemes)


def test_phonemes_sound_when_they_are_said_to(booth: Booth) -> None:
    """Hiss of every s lies above 4 kHz within its time, and the vowel after it does not."""
    speech = booth.say("See a sea so sad.", voice="en-us-claire")
    sound = booth.samples(speech)
    for this, following in zip(speech.phonemes, speech.phonemes[1:], strict=False):
        if this.sign != "s":
            continue
        hiss, vowel = (_high_share(sound[phoneme.start : phoneme.end]) for phoneme in (this, following))
        assert hiss > 4 * vowel


def _high_share(sound: NDArray[np.float64]) -> float:
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
    edge = int(4000 * len(sound) / 48000)
    return float(power[edge:].sum() / power.sum())


def test_there_is_silence_between_phrases_and_none_at_the_ends(booth: Booth) -> None:
    sound = booth.samples(booth.say(RAIN))
    loud = np.flatnonzero(np.abs(sound) > 10 ** (-50 / 20) * np.abs(sound).max())
    assert loud[0] < 480 and len(sound) - loud[-1] < 480
    quiet = np.convolve(np.abs(sound) < 0.004, np.ones(4800), "valid")
    assert quiet.max() == 4800


@pytest.mark.parametrize("voice", ["en-us-claire", "en-us-grant", "en-us-junie", "en-gb-lionel", "ar-layla", "hi-baba-harish"])
def test_every_line_of_every_voice_has_one_loudness(booth: Booth, voice: str) -> None:
    language = load_voices()[voice].language
    texts = [load_test_sentences()[language], load_test_sentences()[language].split()[0]]
    for text in texts:
        for emotion in ("neutral", "angry", "sad"):
            sound = booth.samples(booth.say(text, language, voice, emotion=emotion))
            assert speech_lufs(sound) == pytest.approx(-20, abs=0.5)
            assert np.abs(sound).max() < 0.9


def test_loudness_agrees_with_an_independent_meter(booth: Booth) -> None:
    pyloudnorm = pytest.importorskip("pyloudnorm")
    # BS.1770 counts some of the pauses, so it reads a little lower than the level of the speech alone.
    sound = booth.samples(booth.say(RAIN + " " + RAIN))
    assert pyloudnorm.Meter(48000).integrated_loudness(sound) == pytest.approx(-20.7, abs=0.6)


@pytest.mark.parametrize(
    ("language", "voice", "text", "wanted"),
    [
        (
            "en",
            "en-us-claire",
            "“Go!” she said…  Dr. O'Neil paid $5.50, well-known.",
            ["Go", "she", "said", "Dr", "O'Neil", "paid", "$5.50", "well-known"],
        ),
        ("hi", "hi-baba-harish", "बारिश रुक गई है, चलें?", ["बारिश", "रुक", "गई", "है", "चलें"]),
        ("ar", "ar-tariq", "توقف المطر، والأطفال.", ["توقف", "المطر", "والأطفال"]),
        ("zh-CN", "cmn-yating", "雨停了，走吧。", ["雨", "停", "了", "走", "吧"]),
        ("ja", "ja-sora", "雨が止んだ。行こう！", ["雨が", "止んだ", "行こう"]),
        ("ko", "ko-jiwoo", "비가 그쳤고, 같이 갈까요?", ["비가", "그쳤고", "같이", "갈까요"]),
        ("ta", "ta-kathir", "மழை நின்றுவிட்டது, போகலாமா?", ["மழை", "நின்றுவிட்டது", "போகலாமா"]),
        ("bn", "bn-apu", "বৃষ্টি থেমে গেছে।", ["বৃষ্টি", "থেমে", "গেছে"]),
        ("sa", "hi-baba-harish", "धर्मक्षेत्रे कुरुक्षेत्रे।", ["धर्मक्षेत्रे", "कुरुक्षेत्रे"]),
        ("es", "es-es-alvaro", "¿Vamos juntos? ¡Sí!", ["Vamos", "juntos", "Sí"]),
        ("fr", "fr-margaux", "M. Dupont n'est pas là : on y va ?", ["M", "Dupont", "n'est", "pas", "là", "on", "y", "va"]),
        ("de", "de-jonas", "Grüß Gott, z. B. am 3. Mai.", ["Grüß", "Gott", "z", "B", "am", "3", "Mai"]),
        ("en-IN", "en-in-meera", "The children of the river, are here.", ["The", "children", "of", "the", "river", "are", "here"]),
        ("en", "en-us-claire", "She said नमस्ते to me 😀 😀.", ["She", "said", "नमस्ते", "to", "me"]),
    ],
)
def test_words_cover_the_text_in_order_in_every_script(booth: Booth, language: str, voice: str, text: str, wanted: list[str]) -> None:
    speech = booth.say(text, language, voice)
    assert words_of(text, speech) == wanted
    assert all(word.end - word.start > 480 for word in speech.words)
    assert len(speech.phonemes) > len(wanted)


def test_decomposed_letters_keep_their_places(booth: Booth) -> None:
    text = "Cafe\u0301 noir, s'il vous plai\u0302t"
    assert words_of(text, booth.say(text, "fr", "fr-margaux")) == ["Cafe\u0301", "noir", "s'il", "vous", "plai\u0302t"]


@pytest.mark.parametrize("text", ["", "…", "!?", "😀", "— — —", "***"])
def test_a_line_without_sound_is_a_very_short_silence(booth: Booth, text: str) -> None:
    speech = booth.say(text)
    assert 1 <= speech.samples <= 4800
    assert not speech.words and not speech.phonemes
    assert not booth.samples(speech).any()


def test_a_word_of_any_length_is_spoken_to_its_end(booth: Booth) -> None:
    text = f"So: {'badorimuko' * 60}!"
    speech, tenth = booth.say(text), booth.say("badorimuko" * 6)
    assert words_of(text, speech) == ["So", "badorimuko" * 60]
    assert len(speech.phonemes) > 9.5 * len(tenth.phonemes)


def test_emoji_and_markup_are_not_read_out(booth: Booth) -> None:
    plain = booth.say("Hello there friend.")
    marked = booth.say("*Hello* 😀 _there_ friend.")
    assert [p.sign for p in marked.phonemes] == [p.sign for p in plain.phonemes]


def test_brackets_in_a_script_are_not_phoneme_codes(booth: Booth) -> None:
    assert [p.sign for p in booth.say("[[h@l'oU]] you").phonemes] != [p.sign for p in booth.say("hello you").phonemes]


def test_a_cast_shift_raises_the_voice_by_its_semitones(booth: Booth) -> None:
    plain, raised = (pitch_of(booth.samples(booth.say(RAIN, voice="en-gb-imogen", pitch_semitones=shift))) for shift in (0, 3))
    assert 12 * np.log2(raised / plain) == pytest.approx(3, abs=0.6)


def test_a_formant_shift_leaves_the_pitch_where_it_was(booth: Booth) -> None:
    plain, longer = (pitch_of(booth.samples(booth.say(RAIN, voice="en-us-claire", formant=ratio))) for ratio in (1.0, 1.08))
    assert abs(12 * np.log2(longer / plain)) < 0.5


def test_a_cast_rate_shortens_the_line(booth: Booth) -> None:
    assert booth.say(RAIN, rate=1.3).samples < 0.85 * booth.say(RAIN).samples


def test_emotion_changes_the_tune_and_the_pace(booth: Booth) -> None:
    happy, sad = booth.say(RAIN, emotion="happy"), booth.say(RAIN, emotion="sad")
    assert pitch_of(booth.samples(happy)) > pitch_of(booth.samples(sad)) * 1.08
    assert sad.samples > 1.15 * happy.samples


def test_strength_nought_is_neutral(booth: Booth) -> None:
    assert booth.say(RAIN, emotion="sad", strength=0).audio == booth.say(RAIN).audio


def test_a_whisper_has_no_pitch_and_is_softer(booth: Booth) -> None:
    spoken, whispered = booth.samples(booth.say(RAIN)), booth.samples(booth.say(RAIN, delivery=("whispering",)))
    assert _periodicity(whispered) < 0.5 * _periodicity(spoken)
    assert speech_lufs(whispered) == pytest.approx(-25, abs=0.5)


def _periodicity(sound: NDArray[np.float64]) -> float:
    """Share of loud 40 ms windows that repeat themselves."""
    hits = []
    for at in range(0, len(sound) - 1920, 960):
        window = sound[at : at + 1920] * np.hanning(1920)
        if np.sqrt(np.mean(window**2)) < 0.02:
            continue
        echo = np.fft.irfft(np.abs(np.fft.rfft(window, 4096)) ** 2)[:1920]
        hits.append(echo[120:640].max() > 0.5 * echo[0])
    return float(np.mean(hits))


def test_a_telephone_carries_only_its_band(booth: Booth) -> None:
    sound = booth.samples(booth.say(RAIN, presence="phone"))
    power = np.abs(np.fft.rfft(sound)) ** 2
    hz = np.fft.rfftfreq(len(sound), 1 / 48000)
    assert power[(hz < 200) | (hz > 5000)].sum() < 0.01 * power.sum()


def test_a_sung_line_is_slower_and_owns_that_it_has_no_melody(booth: Booth) -> None:
    sung = booth.say(RAIN, sung=True)
    assert sung.samples > 1.15 * booth.say(RAIN).samples
    assert any("sung" in note for note in sung.degraded)


@settings(max_examples=25, deadline=None)
@given(
    st.text(
        alphabet=st.sampled_from("abc ABC 12.3,4?!…—'\"()[]{}&@#$€%*_|नमस्तेمرحباשלום你好こ漢字한국สวЖя😀\u200d\u0301\x00\ufeff"), max_size=30
    ),
    st.sampled_from(["en", "hi", "ja", "sa", "ar", "zh", "ko"]),
)
def test_whatever_is_written_is_spoken_or_silent_and_never_an_error(booth: Booth, text: str, language: str) -> None:
    speech = booth.say(text, language)
    times = [time for word in speech.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert all(0 <= time <= speech.samples for time in times)
    assert all(0 <= word.first < word.last <= len(text) for word in speech.words)
    assert np.abs(booth.samples(speech)).max() < 0.9


def test_a_voice_speaks_a_language_it_was_not_made_for_and_says_so(booth: Booth) -> None:
    speech = booth.say("Moien, wéi geet et?", "lb", "en-us-claire")
    assert words_of("Moien, wéi geet et?", speech) == ["Moien", "wéi", "geet", "et"]
    assert any("lb" in note for note in speech.degraded)


def test_an_unknown_voice_is_refused_with_voices_that_are_there(booth: Booth) -> None:
    refused = booth.ask("Hello.", voice="en-us-nobody")
    assert isinstance(refused, Failure)
    assert refused.kind == "unsupported"
    assert "en-us-nobody" in refused.message and "en-us-claire" in refused.remedy


@pytest.mark.parametrize("language", ["xx", "fo"])  # eSpeak names Faroese, but its dictionary is missing
def test_a_language_that_espeak_cannot_read_is_refused_with_a_remedy(booth: Booth, language: str) -> None:
    refused = booth.ask("Hello.", language)
    assert isinstance(refused, Failure)
    assert refused.kind == "unsupported" and refused.remedy


def test_an_unknown_variant_is_refused_though_espeak_would_ignore_it(booth: Booth) -> None:
    from filmstudio.core.errors import Unsupported
    from filmstudio.plugins.voice.espeak_call import Espeak, Job

    job = Job("Hello", "en", "nobody", 160, 50, 50, 88)
    with pytest.raises(Unsupported, match="nobody"):
        Espeak().speak([job], 1)


def test_an_unknown_espeak_voice_is_an_error_not_the_default_voice() -> None:
    from filmstudio.core.errors import Unsupported
    from filmstudio.plugins.voice.espeak_call import Espeak, Job

    with pytest.raises(Unsupported, match="xx"):
        Espeak().speak([Job("Hello", "xx", "f2", 160, 50, 50, 88)], 1)


FIRST = {voice.language: name for name, voice in reversed(load_voices().items())}
"""The first voice of every language."""


@pytest.mark.slow
@pytest.mark.parametrize("voice", FIRST.values())
def test_every_language_of_the_catalogue_is_spoken(booth: Booth, voice: str) -> None:
    language = load_voices()[voice].language
    speech = booth.say(load_test_sentences()[language], language, voice)
    assert 2 * 48000 < speech.samples < 9 * 48000
    assert len(speech.phonemes) >= 20
    well_spoken(speech)


@pytest.mark.slow
@pytest.mark.parametrize("voice", [voice for voice in load_voices() if voice not in FIRST.values()])
def test_every_voice_of_the_catalogue_speaks(booth: Booth, voice: str) -> None:
    language = load_voices()[voice].language
    speech = booth.say(" ".join(load_test_sentences()[language].split()[:3]), language, voice)
    assert speech.samples > 24000
    well_spoken(speech)


def well_spoken(speech: Speech) -> None:
    assert not speech.degraded
    assert speech.measured["speech_lufs"] == pytest.approx(-20, abs=0.5)
    assert speech.measured["peak"] < 0.9
