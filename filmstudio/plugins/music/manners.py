"""Manners: how the Arab world, East Asia and Africa play in one scene: mode, players, pulse, silence."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from filmstudio.plugins.music.knowledge import african_modes, asian_modes, ensembles, iqaat, maqamat, timelines
from filmstudio.plugins.music.moods import AFRICA, CHINA, JAPAN, KOREA, MAQAM
from filmstudio.plugins.music.score import Instrument
from filmstudio.plugins.music.situation import Situation

_LIVELY = frozenset({"joyful", "comic", "epic", "triumphant", "action", "hopeful", "tense", "menace"})


@dataclass(frozen=True, slots=True)
class Manner:
    """How a tradition plays in one scene."""

    title: str
    rising: tuple[float, ...]
    """Cents of the mode going up, from 0, without the octave."""
    falling: tuple[float, ...]
    rests: tuple[float, ...]
    """Cents of the tones on which phrases rest."""
    lead: Instrument
    second: Instrument | None
    pad: Instrument | None
    drums: Instrument | None
    pulse: tuple[tuple[float, int, int], ...]
    """Strokes of a cycle: beat, drum key, velocity; empty for music without a pulse."""
    cycle: int
    """Beats to a cycle."""
    tempo: tuple[float, float]
    silence: tuple[float, float]
    """Beats of rest after a phrase."""
    lively: bool = False
    figure: Instrument | None = None
    """Who rolls the central tones under the lead."""
    steady: int = 0
    """The drum key whose pattern never changes: the bell."""
    ostinato: bool = False


def manner_of(scene: Situation) -> Manner:
    """The manner of a scene's tradition; what is neither Arab nor East Asian is African."""
    match scene.tradition:
        case "maqam":
            return _arab(scene)
        case "japan" | "china" | "korea":
            return _east_asian(scene)
        case _:
            return _african(scene)


def _pick(words: str, scene: Situation) -> str:
    options = words.split()
    return options[scene.theme % len(options)]


def _arab(scene: Situation) -> Manner:
    maqam = maqamat()[_pick(MAQAM[scene.mood], scene)]
    takht = ensembles()["arab_takht"]
    name = "Ayyub" if scene.mood in {"action", "tense"} else "Maqsum" if scene.mood in _LIVELY else "Wahda"
    iqa = iqaat()[name]
    keys = {"D": (64, 80), "T": (60, 70), "k": (60, 52)}
    lively = scene.mood in _LIVELY or scene.intensity > 0.5
    return Manner(
        title=f"Maqam {maqam.name}",
        rising=tuple(cents for cents in maqam.ascent if cents < 1200),
        falling=tuple(cents for cents in maqam.descent if cents < 1200),
        rests=(0.0, maqam.ghammaz),
        lead=replace(takht["melody"], release=0.35, name="Oud"),
        second=replace(takht["counter"], release=0.3, name="Nay"),
        pad=takht["pad"],
        drums=takht["percussion"],
        pulse=tuple((beat, *keys[stroke]) for beat, stroke in iqa.strokes) if lively else (),
        cycle=max(2, math.ceil(iqa.beats)),
        tempo=iqa.bpm,
        silence=(0.5, 2.0),
        lively=lively,
    )


def _east_asian(scene: Situation) -> Manner:
    table = {"japan": JAPAN, "china": CHINA, "korea": KOREA}[scene.tradition]
    mode = asian_modes()[_pick(table[scene.mood], scene)]
    lively = scene.mood in _LIVELY and scene.intensity > 0.35
    pulse: tuple[tuple[float, int, int], ...]
    drums: Instrument | None
    figure: Instrument | None = None
    if scene.tradition == "japan":
        band = ensembles()["japan_snow"]
        lead, second, pad = band["melody"], band["counter"], band["drone"]
        drums = replace(ensembles()["japan_festival"]["percussion"], level_db=-19.0)
        pulse, silence, tempo = ((0.0, 40, 74), (1.5, 44, 52), (2.0, 40, 60)), (1.5, 3.5), (50.0, 66.0)
    elif scene.tradition == "china":
        band = ensembles()["china_lyric"]
        lead, second, pad, drums = replace(band["melody"], name="Erhu"), replace(band["counter"], name="Dizi"), None, None
        figure = replace(band["arpeggio"], release=0.8, name="Yangqin")
        pulse, silence, tempo = (), (0.5, 2.0), (60.0, 84.0)
        pad = replace(ensembles()["japan_snow"]["drone"], level_db=-27.0)
    else:
        band = ensembles()["korea_court"]
        lead, second, drums = replace(band["melody"], name="Gayageum"), replace(band["counter"], name="Haegeum"), band["percussion"]
        pad = replace(ensembles()["japan_snow"]["drone"], level_db=-27.0)
        pulse, silence, tempo = ((0.0, 43, 66), (1.5, 50, 44), (2.0, 50, 50)), (1.0, 2.5), (54.0, 80.0)
    return Manner(
        title=mode.name,
        rising=mode.cents,
        falling=mode.cents,
        rests=mode.central,
        lead=replace(lead, release=0.9 if lead.program in {106, 107} else 0.3),
        second=replace(second, release=0.4),
        pad=pad,
        drums=drums,
        pulse=pulse if lively else (),
        cycle=4,
        tempo=(tempo[0] * 1.4, tempo[1] * 1.5) if lively else tempo,
        silence=silence if not lively else (0.5, 1.5),
        figure=figure,
        lively=lively,
    )


def _african(scene: Situation) -> Manner:
    where = f"{scene.culture} {scene.place}"
    ethiopian = any(word in where for word in ("ethiopia", "addis", "eritrea", "axum", "lalibela"))
    southern = any(word in where for word in ("zimbabwe", "shona", "harare", "south_africa", "southern_africa"))
    region = "ethiopia" if ethiopian else "southern" if southern else "east" if "east" in where else "mande"
    mode = african_modes()[_pick(AFRICA[region][scene.mood], scene)]
    bell = timelines()["Standard bell (Agbadza)"] if region != "mande" else timelines()["Five-stroke 12/8"]
    mbira = mode.id.startswith("mbira")
    band = ensembles()["southern_africa_mbira" if mbira else "west_africa_kora"]
    lively = scene.mood in _LIVELY
    pulse: tuple[tuple[float, int, int], ...] = ()
    if lively:
        strokes = [(onset / 3, 68, 54) for onset in bell.onsets]
        strokes += [(beat, 82, 30 if beat % 2 else 37) for beat in range(4)]
        strokes += [(0.0, 64, 74), (2.0, 64, 66), (2 + 2 / 3, 63, 60), (1 + 1 / 3, 62, 50), (3 + 1 / 3, 63, 56)]
        pulse = tuple(sorted(strokes))
    melody = replace(band["melody"], release=0.3, level_db=-16.0)
    if region == "ethiopia":
        melody = replace(ensembles()["korea_court"]["counter"], role="melody", name="Masenqo", low=52, high=76, level_db=-16.0)
    return Manner(
        title=mode.name,
        rising=mode.cents,
        falling=mode.cents,
        rests=mode.central,
        lead=melody,
        second=replace(
            band["arpeggio"], release=0.4, level_db=-18.5, name="Mbira" if mbira else "Krar" if region == "ethiopia" else "Kora"
        ),
        pad=band.get("pad") if scene.intensity > 0.55 else None,
        drums=band["percussion"],
        pulse=pulse,
        cycle=4,
        tempo=(88.0, 120.0) if lively else (60.0, 84.0),
        silence=(1.0, 3.0),
        lively=lively,
        ostinato=True,
        steady=68,
    )
