"""Direction: every beat in one shot, in order; everyone inside the picture; ids that only change with what they hold."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from filmstudio.core.character import Character, Identity
from filmstudio.core.film import Aspect, Beat, Business, Film, Happening, Line, Shot
from filmstudio.core.options import RenderOptions
from filmstudio.core.planner import plan
from filmstudio.core.requests import BreakdownResult, CardNote, CastNote, DirectRequest, SceneNote
from filmstudio.plugins.backdrop.stage import VIEW_BOX
from filmstudio.plugins.direction.blocking import on_stage, places
from filmstudio.plugins.direction.engine import Director
from filmstudio.plugins.direction.figures import figure_of
from filmstudio.plugins.direction.framing import FRAME_HEIGHT, PICTURES
from filmstudio.plugins.direction.packs import installed_stages
from filmstudio.testing import hold_to_contract

ASPECTS: tuple[Aspect, ...] = ("16:9", "9:16", "1:1")
HEIGHTS = {"asha": 0.69, "dada": 0.89, "meera": 0.97, "ravi": 1.1}
PLACES = ("GHAT", "KITCHEN", "NARROW LANE OF NOWHERE", "PARK", "CAFÉ", "SPACESHIP BRIDGE", "ROOFTOP", "村の広場")


def person(name: str) -> Character:
    look = {"body": {"s": HEIGHTS.get(name, 1.0), "w": 1.0}, "head": {"scale": 1.0}}
    age = "child" if HEIGHTS.get(name, 1.0) < 0.8 else "adult"
    return Character(id=name, name=name.upper(), age=age, identity=Identity(seed=1, pack="house", look=look))


def direct(scenes: Sequence[SceneNote], aspect: Aspect = "16:9", **more: Any) -> Film:
    ids = sorted(HEIGHTS)
    breakdown = BreakdownResult(title="The Lamp", cast=tuple(CastNote(id=i, name=i.upper()) for i in ids), scenes=tuple(scenes), **more)
    request = DirectRequest(breakdown=breakdown, characters=tuple(person(i) for i in ids), aspect=aspect, seed=7)
    return Director().make(request, None).film  # type: ignore[arg-type]


def scene(*beats: Beat, present: tuple[str, ...] = ("asha", "dada"), place: str = "GHAT", number: int = 1, **more: Any) -> SceneNote:
    told = tuple(beat.canonical() for beat in beats)
    return SceneNote(id=f"s{number}", number=str(number), heading=place, place=place, present=present, beats=told, **more)


def line(beat: str, who: str, text: str = "The river remembers.", **more: Any) -> Line:
    return Line(id=beat, character=who, text=text, **more)


TEXTS = ("No.", "Why?", "I came as soon as I heard of it, and I ran all the way here!")
ACTIONS = ("walk", "sit", "nod", "embrace", "hold_lamp", "run", "sleep")
people = st.sampled_from(sorted(HEIGHTS))


@st.composite
def spoken_lines(draw: st.DrawFn, beat: str) -> Line:
    return Line(
        id=beat,
        character=draw(people),
        text=draw(st.sampled_from(TEXTS)),
        emotion=draw(st.sampled_from(("neutral", "sad", "angry"))),
        strength=draw(st.floats(0, 1)),
        presence=draw(st.sampled_from(("on", "on", "on", "vo", "os", "phone"))),
        with_previous=draw(st.integers(0, 9)) == 9,
    )


@st.composite
def happenings(draw: st.DrawFn, beat: str) -> Happening:
    who, action = draw(people), draw(st.sampled_from(ACTIONS))
    business = (Business(character=who, action=action, prop="lamp" if action == "hold_lamp" else None),) if draw(st.booleans()) else ()
    return Happening(
        id=beat, text=draw(st.sampled_from(("Wind.", f"{who} walks in.", f"{who} leaves.", f"{who} moves."))), business=business
    )


@st.composite
def films(draw: st.DrawFn) -> list[SceneNote]:
    scenes = []
    for number in range(1, draw(st.integers(1, 3)) + 1):
        present = tuple(draw(st.lists(people, unique=True, max_size=4)))
        ids = [f"b{number}-{index}" for index in range(draw(st.integers(0, 9)))]
        beats: list[Beat] = [draw(spoken_lines(beat)) if draw(st.booleans()) else draw(happenings(beat)) for beat in ids]
        place, setting = draw(st.sampled_from(PLACES)), draw(st.sampled_from(("interior", "exterior")))
        scenes.append(scene(*beats, present=present, place=place, number=number, setting=setting))
    return scenes


relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(films(), st.sampled_from(ASPECTS))
def test_every_beat_is_in_exactly_one_shot_and_in_the_order_of_the_script(scenes: list[SceneNote], aspect: Aspect) -> None:
    film = direct(scenes, aspect)
    for note, made in zip(scenes, film.scenes, strict=True):
        beats = [(beat.id, beat.text) for shot in made.shots for beat in shot.beats]
        assert beats == [(beat["id"], beat["text"]) for beat in note.beats if isinstance(beat, dict)]
        lines = [beat.canonical() for shot in made.shots for beat in shot.lines]
        assert lines == [beat for beat in note.beats if isinstance(beat, dict) and beat["kind"] == "line"]
    ids = [shot.id for _, shot in film.shots()]
    assert len(ids) == len(set(ids))


@relaxed
@given(films(), st.sampled_from(ASPECTS))
def test_the_camera_never_looks_past_the_drawing(scenes: list[SceneNote], aspect: Aspect) -> None:
    for _, shot in direct(scenes, aspect).shots():
        for pose in (shot.camera.start, shot.camera.end):
            if pose is not None:
                left, top, right, bottom = view(pose.x, pose.y, pose.zoom, aspect)
                assert left >= VIEW_BOX[0] - 0.6 and top >= VIEW_BOX[1] - 0.6
                assert right <= VIEW_BOX[0] + VIEW_BOX[2] + 0.6 and bottom <= VIEW_BOX[1] + VIEW_BOX[3] + 0.6


@relaxed
@given(films(), st.sampled_from(ASPECTS))
def test_whoever_speaks_on_screen_has_their_face_in_the_picture(scenes: list[SceneNote], aspect: Aspect) -> None:
    film = direct(scenes, aspect)
    for _, shot in film.shots():
        for spoken in shot.lines:
            if spoken.presence == "on":
                assert spoken.character in {p.character for p in shot.performers}
                assert face_inside(shot, spoken.character, film, aspect)


@relaxed
@given(films(), st.sampled_from(ASPECTS))
def test_nobody_is_framed_twice_in_a_row_in_the_same_way(scenes: list[SceneNote], aspect: Aspect) -> None:
    for made in direct(scenes, aspect).scenes:
        for before, after in zip(made.shots, made.shots[1:], strict=False):
            if before.focus and before.focus == after.focus and len(before.performers) == len(after.performers) == 1:
                assert before.size != after.size


def view(x: float, y: float, zoom: float, aspect: Aspect) -> tuple[float, float, float, float]:
    height = FRAME_HEIGHT / zoom
    width = height * PICTURES[aspect].width / PICTURES[aspect].height
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def face_inside(shot: Shot, character: str, film: Film, aspect: Aspect) -> bool:
    pose = shot.camera.start
    left, top, right, bottom = view(pose.x, pose.y, pose.zoom, aspect)
    mark = next(p for p in shot.performers if p.character == character)
    figure = figure_of(film.character(character))
    eye = mark.ground - figure.eyes(mark.posture) * mark.scale
    half = 105 * mark.scale
    # The head of somebody who lies down is not above the feet.
    x = mark.x + figure.reach(mark.posture) * mark.scale * (-1 if mark.facing == "right" else 1)
    return left <= x - half and x + half <= right and top <= eye <= bottom - 0.05 * (bottom - top)


@pytest.mark.parametrize("aspect", ASPECTS)
@pytest.mark.parametrize("pair", [("asha", "dada"), ("meera", "ravi"), ("asha", "ravi")])
def test_both_people_of_a_two_shot_are_inside_its_width(aspect: Aspect, pair: tuple[str, str]) -> None:
    film = direct([scene(line("b1", pair[0]), line("b2", pair[1]), present=pair)], aspect)
    two = next(shot for _, shot in film.shots() if shot.size == "two")
    assert {p.character for p in two.performers} == set(pair)
    assert all(face_inside(two, who, film, aspect) for who in pair)


def test_the_two_speakers_face_each_other_in_every_shot_of_the_scene() -> None:
    talk = [line(f"b{n}", "asha" if n % 2 else "dada", "It is a long way home, and the night is dark.") for n in range(12)]
    for _, shot in direct([scene(*talk)]).shots():
        for mark in shot.performers:
            assert mark.facing == ("right" if mark.character == "asha" else "left")


def test_the_two_who_talk_face_each_other_whoever_else_is_there() -> None:
    talk = [line("b1", "ravi"), line("b2", "asha"), line("b3", "ravi")]
    film = direct([scene(*talk, present=("asha", "dada", "ravi"))])
    group = next(shot for _, shot in film.shots() if shot.size == "group")
    at = {p.character: p for p in group.performers}
    assert at["asha"].x < at["ravi"].x < at["dada"].x
    assert [at[who].facing for who in ("asha", "ravi", "dada")] == ["right", "left", "left"]


def test_a_tall_hat_is_in_the_picture() -> None:
    look = {"body": {"s": 1.0, "w": 1.0}, "head": {"scale": 1.0, "front": ["hat_wizard"], "back": []}}
    merlin = Character(id="ravi", name="RAVI", identity=Identity(seed=1, pack="house", look=look))
    breakdown = BreakdownResult(title="Hat", scenes=(scene(line("b1", "ravi", emotion="sad", strength=0.6), present=("ravi",)),))
    film = Director().make(DirectRequest(breakdown=breakdown, characters=(merlin,)), None).film  # type: ignore[arg-type]
    shot = next(shot for _, shot in film.shots() if shot.lines)
    top = shot.camera.start.y - FRAME_HEIGHT / shot.camera.start.zoom / 2
    mark = shot.performers[0]
    assert mark.ground - figure_of(merlin).top * mark.scale >= top


def test_editing_one_line_changes_the_id_of_its_shot_alone() -> None:
    talk = [line(f"b{n}", "asha" if n % 2 else "dada", "It is a long way home, and the night is dark.") for n in range(10)]
    before = {shot.id: shot for _, shot in direct([scene(*talk)]).shots()}
    edited = list(talk)
    edited[4] = line("b4-new", "dada", "It is a long way, and I am tired of the dark now.")
    after = {shot.id: shot for _, shot in direct([scene(*edited)]).shots()}
    assert len(before.keys() - after.keys()) == 1
    assert len(after.keys() - before.keys()) == 1
    assert all(before[shot] == after[shot] for shot in before.keys() & after.keys())


def test_the_same_request_gives_the_same_film() -> None:
    scenes = [scene(line("b1", "asha"), line("b2", "dada"))]
    assert direct(scenes).canonical() == direct(scenes).canonical()


def test_a_film_opens_on_its_title_and_ends_on_a_card_with_fades() -> None:
    film = direct([scene(line("b1", "asha")), scene(line("b2", "dada"), number=2, entry="fade", place="KITCHEN", setting="interior")])
    first, last = film.scenes[0].shots[0], film.scenes[-1].shots[-1]
    assert first.card is not None and first.card.lines[0] == "The Lamp" and first.fade_in > 0
    assert last.card is not None and last.card.style == "credits" and last.fade_out == 1
    assert film.scenes[0].shots[-1].fade_out == film.scenes[1].shots[0].fade_in > 0


def test_a_caption_of_the_script_is_set_on_the_picture() -> None:
    film = direct([scene(line("b1", "asha"), captions=("1947", "Lahore"))])
    cards = [shot.card.lines for _, shot in film.shots() if shot.card and shot.card.style == "super"]
    assert cards == [("1947", "Lahore")]


def test_a_card_of_the_script_stands_where_it_was_written() -> None:
    cards = (CardNote(after=1, lines=("ONE YEAR",)), CardNote(after=2, lines=("END OF ACT ONE",)))
    talk = [Happening(id="h1", text="Rain."), Happening(id="h2", text="A door.")]
    ending = scene(line("b1", "asha"), number=2, cards=(CardNote(after=1, lines=("THE END",)),), place="KITCHEN", setting="interior")
    film = direct([scene(*talk, cards=cards), ending])
    order = [
        [*(beat.id for beat in shot.beats), *(shot.card.lines if shot.card and shot.card.style == "end" else ())]
        for _, shot in film.shots()
    ]
    assert [what for shot in order for what in shot] == ["h1", "ONE YEAR", "h2", "END OF ACT ONE", "b1", "THE END"]
    assert next(shot for _, shot in film.shots() if shot.beats and shot.beats[0].id == "b1").hold > 0
    last = film.scenes[-1].shots[-1]
    assert last.card is not None and last.card.style == "credits"


def test_a_super_in_mid_scene_is_set_on_the_place_with_those_who_are_there() -> None:
    later = CardNote(after=1, lines=("TWO HOURS LATER",), over=True)
    film = direct([scene(line("b1", "asha"), line("b2", "dada"), cards=(later,))])
    shots = [shot for _, shot in film.shots()]
    at = next(number for number, shot in enumerate(shots) if shot.card and shot.card.style == "super")
    assert shots[at].card is not None and shots[at].card.lines == later.lines
    assert {performer.character for performer in shots[at].performers} == {"asha", "dada"}
    assert [beat.id for shot in shots[:at] for beat in shot.beats] == ["b1"]
    assert [beat.id for shot in shots[at:] for beat in shot.beats] == ["b2"]


def test_a_card_stays_until_it_is_read_in_any_script() -> None:
    words = "三日後、雨が降り続いた町のはずれで、だれも知らない物語が静かに始まろうとしていた。"
    film = direct([scene(line("b1", "asha"), line("b2", "dada"), captions=(words,), cards=(CardNote(after=1, lines=(words,)),))])
    shown = [shot for _, shot in film.shots() if shot.card and shot.card.lines == (words,)]
    assert [shot.card.style for shot in shown if shot.card] == ["super", "end"]
    assert all(shot.lead_in > 6 for shot in shown)


def test_a_heavy_line_is_a_close_up_and_movement_is_not() -> None:
    runs = Happening(id="b4", text="Dada runs.", business=(Business(character="dada", action="run"),))
    heavy = line("b3", "asha", "I miss her so much!", emotion="sad", strength=0.6)
    film = direct([scene(line("b1", "asha"), line("b2", "dada"), heavy, runs)])
    sizes = {beat.id: shot.size for _, shot in film.shots() for beat in shot.beats}
    assert sizes["b3"] == "close"
    assert sizes["b4"] in ("wide", "full")


def test_somebody_who_walks_in_is_off_stage_until_then() -> None:
    entrance = Happening(id="b3", text="Meera walks in.", business=(Business(character="meera", action="walk"),))
    film = direct([scene(line("b1", "asha"), line("b2", "dada"), entrance, line("b4", "meera"), present=("asha", "dada", "meera"))])
    shots = [shot for _, shot in film.shots() if shot.beats]
    before = {p.character for shot in shots if shot.beats[0].id in ("b1", "b2") for p in shot.performers}
    coming = next(p for shot in shots if shot.beats[0].id == "b3" for p in shot.performers if p.character == "meera")
    assert "meera" not in before
    assert coming.enters == "right"


def test_a_voice_over_shows_no_speaker_of_its_own_but_somebody_who_listens() -> None:
    film = direct([scene(line("b1", "asha"), line("b2", "ravi", "I was far away.", presence="vo"))])
    shot = next(shot for _, shot in film.shots() if shot.beats and shot.beats[0].id == "b2")
    assert [p.character for p in shot.performers] == ["asha"]


def test_people_sit_on_the_ground_where_no_chair_is_drawn() -> None:
    sits = Happening(id="b1", text="Asha sits down.", business=(Business(character="asha", action="sit"),))
    outside = direct([scene(sits, line("b2", "asha"))])
    assert [b.action for _, shot in outside.shots() for beat in shot.beats if isinstance(beat, Happening) for b in beat.business] == [
        "sit_floor"
    ]
    assert {p.posture for _, shot in outside.shots() if shot.lines for p in shot.performers if p.character == "asha"} == {"sit_floor"}
    inside = direct([scene(sits, line("b2", "asha"), place="KITCHEN", setting="interior")])
    assert {shot.size for _, shot in inside.shots() if shot.beats} <= {"medium", "close", "two", "over_shoulder"}


def test_nobody_gets_up_who_was_not_down() -> None:
    stands = Happening(id="b1", text="Asha stands by the river.", business=(Business(character="asha", action="stand_up"),))
    kneels = Happening(id="b2", text="She kneels.", business=(Business(character="asha", action="kneel"),))
    rises = Happening(id="b3", text="She stands up.", business=(Business(character="asha", action="stand_up"),))
    film = direct([scene(stands, kneels, rises)])
    actions = [b.action for _, shot in film.shots() for beat in shot.beats if isinstance(beat, Happening) for b in beat.business]
    assert actions == ["idle", "kneel", "stand_up"]


def test_a_podcast_sits_in_its_seats_and_opens_on_both_hosts() -> None:
    talk = [line(f"b{n}", "asha" if n % 2 else "dada", "So tell me how all of this began for you, back then.") for n in range(8)]
    film = direct([scene(*talk, place="", setting="interior")], kind="podcast")
    first = next(shot for _, shot in film.shots() if shot.beats)
    assert film.scenes[0].set.stage == "podcast"
    assert first.size == "two" and len(first.performers) == 2
    assert all(p.posture == "sit" for _, shot in film.shots() for p in shot.performers)
    assert {round(p.x) for _, shot in film.shots() for p in shot.performers} == {606, 1316}


@pytest.mark.parametrize("aspect", ASPECTS)
def test_a_podcast_shows_whoever_speaks_in_every_shape_of_picture(aspect: Aspect) -> None:
    talk = [
        line(f"b{n}", "asha" if n % 2 else "dada", "Yes." if n in (3, 4, 5) else "So tell me how all of this began for you.")
        for n in range(9)
    ]
    film = direct([scene(*talk, place="", setting="interior")], aspect, kind="podcast")
    for _, shot in film.shots():
        assert all(face_inside(shot, spoken.character, film, aspect) for spoken in shot.lines)


def test_most_shots_are_held_still() -> None:
    talk = [line(f"b{n}", "asha" if n % 2 else "dada", "It is a long way home.") for n in range(12)]
    shots = [shot for _, shot in direct([scene(*talk)]).shots()]
    assert sum(shot.camera.end is not None for shot in shots) <= len(shots) / 2


def test_short_films_are_scored_and_long_ones_breathe() -> None:
    one = direct([scene(line("b1", "asha"))])
    assert one.scenes[0].music is not None
    many = direct([scene(*[line(f"b{n}-{k}", "asha") for k in range(4)], number=n, mood="calm", intensity=0.1) for n in range(1, 8)])
    assert many.scenes[0].music is not None and many.scenes[-1].music is not None
    assert any(each.music is None for each in many.scenes)


def test_a_speaker_without_a_cast_character_is_an_error() -> None:
    with pytest.raises(Exception, match="nobody-cast speaks but was not cast"):
        direct([scene(line("b1", "nobody-cast"))])


def test_the_director_keeps_the_contract(tmp_path: Path) -> None:
    ids = sorted(HEIGHTS)
    told = [
        BreakdownResult(title="The Lamp", scenes=(scene(line("b1", "asha"), line("b2", "dada")),)),
        BreakdownResult(title="Two", scenes=(scene(line("b1", "meera"), present=("meera",), place="KITCHEN", setting="interior"),)),
    ]
    people_cast = tuple(person(who) for who in ids)
    requests = [DirectRequest(breakdown=each, characters=people_cast, seed=3) for each in told]
    bad = DirectRequest(breakdown=BreakdownResult(title="Bad", scenes=(scene(line("b1", "nobody-cast")),)), characters=people_cast)
    hold_to_contract(Director, requests, tmp_path, bad=bad)


def test_who_sits_when_the_scene_opens_is_seen_sitting_from_the_first_picture_on() -> None:
    sits = Happening(id="b1", text="Asha sits by the river.", business=(Business(character="asha", action="sit"),))
    film = direct([scene(sits, line("b2", "asha"))])
    assert {p.posture for _, shot in film.shots() for p in shot.performers if p.character == "asha"} == {"sit_floor"}


def test_a_seat_is_drawn_for_whoever_sits_where_the_stage_has_none() -> None:
    sits = Happening(id="b1", text="Asha sits at the table.", business=(Business(character="asha", action="sit"),))
    film = direct([scene(sits, line("b2", "asha"), place="KITCHEN", setting="interior")])
    assert {p.props for _, shot in film.shots() for p in shot.performers if p.character == "asha"} == {("stool",)}


def test_nobody_is_there_before_they_roll_in() -> None:
    waits = Happening(id="b1", text="Asha waits.", business=(Business(character="asha", action="idle"),))
    rolls = Happening(id="b2", text="Dada rolls in.", business=(Business(character="dada", action="walk"),))
    film = direct([scene(waits, line("b0", "asha"), rolls, line("b3", "dada"))])
    shots = [shot for _, shot in film.shots() if shot.size != "card"]
    coming = next(index for index, shot in enumerate(shots) if any(beat.id == "b2" for beat in shot.beats))
    assert all(p.character != "dada" for shot in shots[:coming] for p in shot.performers)
    assert [p.enters is not None for p in shots[coming].performers if p.character == "dada"] == [True]


def test_a_laugh_before_the_words_is_in_the_picture_of_the_words() -> None:
    laughs = Happening(id="b2", text="laughs", business=(Business(character="dada", action="laugh"),))
    film = direct([scene(line("b1", "asha"), laughs, line("b3", "dada"), line("b4", "asha"))])
    held = [[beat.id for beat in shot.beats] for _, shot in film.shots()]
    assert ["b2", "b3"] in held


def test_between_two_others_people_turn_to_whom_they_talk() -> None:
    talk = [line("b1", "asha", listener="ravi"), line("b2", "ravi", listener="asha"), line("b3", "ravi", listener="meera")]
    film = direct([scene(*talk, line("b4", "meera", listener="ravi"), present=("asha", "ravi", "meera"))])
    places = {p.character: p.x for _, shot in film.shots() if len(shot.performers) == 3 for p in shot.performers}
    for _, shot in film.shots():
        for spoken in shot.lines[:1]:
            speaker = next((p for p in shot.performers if p.character == spoken.character), None)
            if speaker is not None and spoken.listener:
                assert speaker.facing == ("right" if places[spoken.listener] > places[spoken.character] else "left")


def test_of_words_too_long_for_a_card_the_beginning_is_shown_and_the_report_says_so() -> None:
    spoken = scene(line("b1", "asha"), captions=("many words " * 800,) * 50)
    film = (
        Director()
        .make(
            DirectRequest(
                breakdown=BreakdownResult(title="A long title " * 500, scenes=(spoken,)), characters=(person("asha"), person("dada"))
            ),
            None,
        )
        .film
    )  # type: ignore[arg-type]
    words = [text for _, shot in film.shots() if shot.card for text in shot.card.lines]
    assert all(len(text) <= 300 and text.endswith("…") for text in words)
    assert {(remark.about, remark.degraded) for remark in film.remarks} == {("scene 1", True), ("title", True)}


def crowd(count: int, *beats: Beat, **more: Any) -> Film:
    ids = tuple(f"p{number}" for number in range(count))
    request = DirectRequest(
        breakdown=BreakdownResult(title="All", scenes=(scene(*beats, present=ids, **more),)), characters=tuple(map(person, ids)), seed=7
    )
    return Director().make(request, None).film  # type: ignore[arg-type]


def test_of_a_crowd_as_many_are_drawn_as_fit_and_each_who_speaks_or_acts_is_seen() -> None:
    waves = [Happening(id=f"w{n}", text="Waves.", business=(Business(character=f"p{n}", action="wave"),)) for n in range(150, 160)]
    film = crowd(200, *[line(f"b{n}", f"p{n}") for n in range(140)], *waves, line("b", "p145", listener="p77"))
    shown = [{p.character for p in shot.performers} for _, shot in film.shots()]
    assert max(map(len, shown)) < 30
    for _, shot in film.shots():
        performers = [p.character for p in shot.performers]
        assert len(performers) == len(set(performers))
        acting = {deed.character for beat in shot.beats if isinstance(beat, Happening) for deed in beat.business}
        assert acting | {spoken.character for spoken in shot.lines} <= set(performers)
    assert "p77" in shown[-2]  # of the last line, before the credits
    assert [remark.text for remark in film.remarks if "200 people" in remark.text and not remark.degraded]
    assert {f"p{n}" for n in range(170, 200)}.isdisjoint(set().union(*shown))


def test_no_two_of_a_crowd_stand_in_one_place() -> None:
    for _, shot in crowd(60, *[line(f"b{n}", f"p{n % 60}") for n in range(90)]).shots():
        assert len({(p.x, p.ground) for p in shot.performers}) == len(shot.performers)


def test_seven_people_are_all_seen_on_every_stage() -> None:
    stages, _ = installed_stages()
    order = [f"p{number}" for number in range(7)]
    figures = {who: figure_of(person(who)) for who in order}
    for found in stages:
        assert len(on_stage(places(found.stage, order, figures, found.stage.focal.x or 960))) == 7


def test_a_plan_of_a_crowd_draws_only_those_who_are_in_a_picture_and_is_soon_made() -> None:
    begun = time.process_time()
    film = crowd(200, *[line(f"b{n}", f"p{n}") for n in range(20)])
    graph = plan(film, RenderOptions())
    assert time.process_time() - begun < 5
    drawn = {task.request["character"]["id"] for task in graph.tasks.values() if task.role == "portrait"}  # type: ignore[index]
    assert drawn == {p.character for _, shot in film.shots() for p in shot.performers}
    assert len(drawn) < 50
