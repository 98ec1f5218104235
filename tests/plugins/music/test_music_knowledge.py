"""What the composer knows: every mood has a language in every tradition, and the data fit together."""

from __future__ import annotations

import pytest

from filmstudio.plugins.music import moods
from filmstudio.plugins.music.knowledge import (
    african_modes,
    asian_modes,
    ensembles,
    iqaat,
    maqamat,
    ragas,
    stroke_recipes,
    strokes,
    talas,
    timelines,
    western_moods,
)
from filmstudio.plugins.music.motif import motif_of
from filmstudio.plugins.music.raga import choose
from filmstudio.plugins.music.situation import Situation

TABLES = [
    (moods.WESTERN, western_moods()),
    (moods.HINDUSTANI, ragas()),
    (moods.CARNATIC, ragas()),
    (moods.MAQAM, maqamat()),
    (moods.JAPAN, asian_modes()),
    (moods.CHINA, asian_modes()),
    (moods.KOREA, asian_modes()),
    *((table, african_modes()) for table in moods.AFRICA.values()),
]


@pytest.mark.parametrize(("table", "known"), TABLES)
def test_every_mood_has_a_mode_in_every_tradition(table: dict[str, str], known: dict[str, object]) -> None:
    assert set(table) == set(moods.FAMILIES)
    assert {name for names in table.values() for name in names.split()} <= set(known)


def test_the_moods_of_the_lexicon_are_families_of_their_own() -> None:
    for mood in [
        "joyful",
        "tender",
        "mysterious",
        "tense",
        "sad",
        "epic",
        "comic",
        "devotional",
        "romantic",
        "calm",
        "eerie",
        "triumphant",
        "neutral",
    ]:
        assert moods.family(mood) == mood


def test_ragas_are_hindustani_or_carnatic_as_their_table_says() -> None:
    assert {ragas()[name].tradition for names in moods.HINDUSTANI.values() for name in names.split()} == {"hindustani"}
    assert {ragas()[name].tradition for names in moods.CARNATIC.values() for name in names.split()} == {"carnatic"}


def scene(mood: str, light: str, theme: int = 0) -> Situation:
    return Situation(30, "underscore", "hindustani", mood, 0.5, 50, "", "", light, (), (), 1, theme)


def test_a_raga_is_chosen_by_mood_first_and_the_hour_second() -> None:
    assert choose(scene("devotional", "dusk")).name == "Yaman"
    assert choose(scene("devotional", "dawn")).name == "Ahir Bhairav"
    assert choose(scene("grief", "noon")).id in moods.HINDUSTANI["grief"].split()


@pytest.mark.parametrize("name", sorted(talas()))
def test_a_tala_holds_its_strokes_inside_its_cycle(name: str) -> None:
    tala = talas()[name]
    assert tala.strokes[0][0] == 0
    assert all(0 <= beat < tala.beats for beat, _ in tala.strokes)
    for _, bol in tala.strokes:
        about = strokes()[bol]
        for part in about.get("combine", [bol]):
            assert strokes()[part]["synth"] in stroke_recipes()


def test_the_empty_stroke_of_jhaptal_and_keherwa_rings_open() -> None:
    assert dict(talas()["jhaptal"].strokes)[5.0] == "Tin"
    assert dict(talas()["keherwa"].strokes)[3.0] == "Tin"


def test_rhythms_lie_in_their_cycles() -> None:
    assert iqaat()["Maqsum"].strokes == ((0.0, "D"), (0.5, "T"), (1.5, "T"), (2.0, "D"), (3.0, "T"))
    assert all(beat < iqa.beats for iqa in iqaat().values() for beat, _ in iqa.strokes)
    assert all(max(line.onsets) < line.pulses for line in timelines().values())


def test_every_ensemble_has_ranges_that_hold_an_octave_of_tune() -> None:
    for name, band in ensembles().items():
        for player in band.values():
            assert player.low <= player.high, name
            assert player.role != "melody" or player.high - player.low >= 12


def test_the_motif_is_three_to_seven_notes_and_belongs_to_its_film() -> None:
    motifs = {motif_of(seed) for seed in range(60)}
    assert len(motifs) > 15
    assert all(3 <= len(motif.steps) == len(motif.beats) <= 7 for motif in motifs)
    assert motif_of(5) == motif_of(5)
