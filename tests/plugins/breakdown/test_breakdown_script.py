"""What the breakdown of a whole script holds: cast, scenes and beats."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from pydantic import TypeAdapter

from filmstudio.core.film import Beat, Business, Happening, Line
from filmstudio.core.requests import BreakdownRequest, BreakdownResult, SceneNote
from filmstudio.core.screenplay import Element, Screenplay, TitleEntry
from filmstudio.plugins.breakdown.analysis import analyse

BEAT: TypeAdapter[Any] = TypeAdapter(Beat)


def script(*rows: str, title: dict[str, str] | None = None, **fields: Any) -> Screenplay:
    """A screenplay from rows: "# heading", "@CUE (EXT)", "(aside)", "~lyric", "> transition", "- dialogue", anything else action."""
    kinds = {
        "#": "heading",
        "@": "character",
        "(": "parenthetical",
        "~": "lyric",
        ">": "transition",
        "-": "dialogue",
        "=": "synopsis",
        "+": "centered",
    }
    elements = []
    for number, row in enumerate(rows, start=1):
        kind = kinds.get(row[0], "action")
        text = row if kind == "action" else row.strip("()") if kind == "parenthetical" else row[1:].strip()
        extra: dict[str, Any] = {}
        if kind == "character":
            text, _, bracket = text.removesuffix("^").strip().partition(" (")
            extra = {"extensions": (bracket.rstrip(")"),) if bracket else (), "dual": row.endswith("^")}
        elements.append(Element.model_validate({"kind": kind, "text": text, "line": number, **extra}))
    page = tuple(TitleEntry(key=key, values=(value,)) for key, value in (title or {}).items())
    return Screenplay(elements=tuple(elements), title_page=page, **fields)


def broken_down(*rows: str, culture: str | None = None, wanted: str | None = None, **fields: Any) -> BreakdownResult:
    return analyse(BreakdownRequest(screenplay=script(*rows, **fields), culture=culture, title=wanted))


def beats(scene: SceneNote) -> list[Line | Happening]:
    return [BEAT.validate_python(beat) for beat in scene.beats]


def lines(result: BreakdownResult) -> list[Line]:
    return [beat for scene in result.scenes for beat in beats(scene) if isinstance(beat, Line)]


def happenings(result: BreakdownResult) -> list[Happening]:
    return [beat for scene in result.scenes for beat in beats(scene) if isinstance(beat, Happening)]


# --- speech -------------------------------------------------------------------------------------------------------------


def test_a_speech_over_several_lines_is_one_line_without_its_emphasis() -> None:
    result = broken_down("@ASHA", "-I *will* go\nto the **river**.")
    assert [line.text for line in lines(result)] == ["I will go to the river."]


def test_a_long_speech_is_divided_at_sentence_ends_and_not_after_dr() -> None:
    words = (
        "Dr. Rao came at nine in the morning with his old brown bag in his hand. Nobody in the house knew why he had come. "
        "It was the year of the long rain, and the river stood at the third step of the ghat!"
    )
    said = [line.text for line in lines(broken_down("@ASHA", f"-{words}"))]
    assert len(said) == 2
    assert said[0].endswith("why he had come.")
    assert " ".join(said) == words


def test_japanese_speech_is_divided_without_spaces_lost_or_made() -> None:
    words = "今日はとても長い一日でした。朝から雨が降っていて、川の水はどんどん増えていきました。誰もそれを止めることはできませんでした。"
    said = [line.text for line in lines(broken_down("@花子", f"-{words}", language="ja"))]
    assert len(said) > 1
    assert "".join(said) == words


def test_addresses_notes_and_asides_are_not_spoken() -> None:
    result = broken_down("@SAM", "-(laughs) No. See https://example.org for more [music] today.")
    assert [line.text for line in lines(result)] == ["No. See for more today."]
    assert happenings(result)[0].business == (Business(character="sam", action="laugh"),)


def test_brackets_within_a_sentence_stay_the_writers_words() -> None:
    result = broken_down("@ASHA", "-He said (and I believe him) that it rains.")
    assert [line.text for line in lines(result)] == ["He said (and I believe him) that it rains."]


def test_a_beat_is_a_pause_of_one_second_before_the_next_words() -> None:
    first, second = lines(broken_down("@ASHA", "-Yes.", "(beat)", "-No."))
    assert (first.pause_before, second.pause_before) == (0, 1)


def test_a_beat_at_the_end_is_a_pause_after_the_last_words() -> None:
    (line,) = lines(broken_down("@ASHA", "-Yes.", "(beat)"))
    assert line.pause_after == Fraction(5, 4)


def test_a_cut_off_line_leaves_no_silence_and_an_ellipsis_a_long_one() -> None:
    cut, trailing = lines(broken_down("@ASHA", "-But I --", "@RAVI", "-Well..."))
    assert (cut.pause_after, trailing.pause_after) == (0, Fraction(7, 10))


def test_two_asides_in_one_bracket_both_count() -> None:
    (line,) = lines(broken_down("@ASHA", "(whispering, afraid)", "-The train leaves at nine."))
    assert (line.delivery, line.emotion) == (("whispering", "afraid"), "afraid")


def test_a_delivery_lasts_to_the_next_aside() -> None:
    soft, loud = lines(broken_down("@ASHA", "(whispering)", "-The train.", "(shouting)", "-The bus."))
    assert (soft.delivery, loud.delivery) == (("whispering",), ("shouting",))


def test_an_aside_names_listener_and_language() -> None:
    first, second, third = lines(broken_down("@ASHA", "(to Meera)", "-Come.", "@RAVI", "(in Hindi)", "-Chalo.", "@MEERA", "-Yes."))
    assert (first.listener, second.language, third.language) == ("meera", "hi", "en")


def test_a_called_name_is_the_listener() -> None:
    assert lines(broken_down("@ASHA", "-Hello.", "@MEERA", "-Hi.", "@ASHA", "-Ravi, run!", "@RAVI", "-Yes."))[2].listener == "ravi"


def test_extensions_place_the_voice() -> None:
    result = broken_down(
        "@ASHA (V.O.)", "-I was nine.", "@RAVI (O.S.)", "-Who is it?", "@MEERA (ON PHONE)", "-It is me.", "@OM (CONT'D)", "-Sit."
    )
    assert [line.presence for line in lines(result)] == ["vo", "os", "phone", "on"]


def test_dual_dialogue_starts_together() -> None:
    assert [line.with_previous for line in lines(broken_down("@ASHA", "-Wait!", "@RAVI ^", "-Stop!"))] == [False, True]


def test_a_chorus_is_spoken_by_the_first_named_and_remarked() -> None:
    result = broken_down("@ASHA", "-Hello.", "@RAVI", "-Hello.", "@ASHA AND RAVI", "-Goodbye!")
    assert [line.character for line in lines(result)] == ["asha", "ravi", "asha"]
    assert [note.id for note in result.cast] == ["asha", "ravi"]
    assert result.remarks and not result.remarks[0][2]


def test_a_firm_of_two_names_that_never_part_is_one_person() -> None:
    assert [note.name for note in broken_down("@SALT AND PEPPER", "-Hello.").cast] == ["SALT AND PEPPER"]


def test_somebodys_voice_is_that_person_out_of_sight() -> None:
    result = broken_down("@ASHA", "-Hello.", "@ASHA'S VOICE", "-Come up.")
    assert [(line.character, line.presence) for line in lines(result)] == [("asha", "on"), ("asha", "os")]


def test_an_unknown_mans_voice_is_a_man_who_is_heard_and_not_seen() -> None:
    result = broken_down("@MAN'S VOICE", "-Open up.")
    assert (result.cast[0].gender, result.cast[0].seen, result.cast[0].narrator) == ("male", False, False)
    assert lines(result)[0].presence == "os"


def test_an_announcer_on_television_is_filtered() -> None:
    assert lines(broken_down("@ANNOUNCER (ON TV)", "-We interrupt this program."))[0].presence == "phone"


def test_three_dots_are_a_silence_before_the_next_words() -> None:
    (line,) = lines(broken_down("@ASHA", "-...", "@ASHA", "-Yes."))
    assert line.pause_before == 1


def test_each_verse_of_a_poem_is_a_line() -> None:
    result = broken_down("@ऋषि", "-असतो मा सद्गमय।\nतमसो मा ज्योतिर्गमय॥", language="sa")
    assert [line.text for line in lines(result)] == ["असतो मा सद्गमय।", "तमसो मा ज्योतिर्गमय॥"]


def test_lyrics_are_sung_line_by_line() -> None:
    sung = lines(broken_down("@ASHA", "~Row, row, row\ndown the river"))
    assert [(line.text, line.sung) for line in sung] == [("Row, row, row", True), ("down the river", True)]


def test_words_without_a_cue_belong_to_an_unseen_narrator() -> None:
    result = broken_down("# INT. ROOM - DAY", "-And so it began.")
    assert [(note.id, note.seen, note.narrator) for note in result.cast] == [("narrator", False, True)]
    assert lines(result)[0].presence == "vo"


def test_a_script_inside_a_line_tells_its_language() -> None:
    english, hindi = lines(broken_down("@ASHA", "-Come here.", "@RAVI", "-मैं बहुत खुश हूँ"))
    assert (english.language, hindi.language, hindi.emotion) == ("en", "hi", "happy")


def test_an_emotion_lingers_two_lines_at_half_strength_and_then_ends() -> None:
    said = lines(broken_down("@ASHA", "-I hate you!", "@ASHA", "-The train.", "@ASHA", "-The bus.", "@ASHA", "-The boat."))
    assert [line.emotion for line in said] == ["angry", "angry", "angry", "neutral"]
    assert said[1].strength == pytest.approx(said[0].strength / 2, abs=0.02)


def test_an_emoji_colours_a_line_and_is_not_spoken() -> None:
    (line,) = lines(broken_down("@ASHA", "-The train 😢"))
    assert (line.text, line.emotion) == ("The train", "sad")


def test_tender_words_show_a_warm_face() -> None:
    assert lines(broken_down("@ASHA", "-I love you, my dear."))[0].emotion == "warm"


# --- action -------------------------------------------------------------------------------------------------------------


def test_pronouns_find_the_last_named_of_their_gender() -> None:
    result = broken_down("ASHA, 9, waits. RAVI, 12, reads. She sits. He runs.", "@ASHA", "-Hello.", "@RAVI", "-Hello.")
    done = [(deed.character, deed.action) for beat in happenings(result) for deed in beat.business]
    assert done == [("asha", "idle"), ("ravi", "read"), ("asha", "sit"), ("ravi", "run")]


def test_the_object_of_a_look_does_not_do_the_walking() -> None:
    result = broken_down("Asha looks at Ravi and walks away.", "@ASHA", "-Bye.", "@RAVI", "-Bye.")
    assert [(deed.character, deed.action) for deed in happenings(result)[0].business] == [("asha", "walk")]


def test_people_are_found_by_what_they_are() -> None:
    result = broken_down(
        "KING VIKRAM (50) waits. MEERA, 9, runs.", "The king kneels. The girl laughs.", "@KING VIKRAM", "-Hm.", "@MEERA", "-Hm."
    )
    done = [(deed.character, deed.action) for beat in happenings(result)[2:] for deed in beat.business]
    assert done == [("king-vikram", "kneel"), ("meera", "laugh")]


def test_what_may_mean_two_people_means_neither() -> None:
    result = broken_down("MEERA, 9, and ASHA, 8, wait. The girl laughs.", "@ASHA", "-Hm.", "@MEERA", "-Hm.")
    assert "laugh" not in [deed.action for beat in happenings(result) for deed in beat.business]


def test_two_joined_names_both_move() -> None:
    result = broken_down("Asha and Ravi sit.", "@ASHA", "-Bye.", "@RAVI", "-Bye.")
    assert [deed.character for deed in happenings(result)[0].business] == ["asha", "ravi"]


def test_an_embrace_is_done_by_both() -> None:
    result = broken_down("Asha hugs Ravi.", "@ASHA", "-Bye.", "@RAVI", "-Bye.")
    assert [(deed.character, deed.target) for deed in happenings(result)[0].business] == [("asha", "ravi"), ("ravi", "asha")]


def test_giving_has_a_receiver_and_a_prop() -> None:
    result = broken_down("Asha gives Ravi the letter.", "@ASHA", "-Here.", "@RAVI", "-Thanks.")
    assert happenings(result)[0].business == (Business(character="asha", action="give", target="ravi", prop="letter"),)


@pytest.mark.parametrize(
    "text", ["He hopes for rain.", "The site is huge.", "She is ready.", "The waiter is sober.", "Bowls of rice. Dialogue."]
)
def test_words_that_only_look_like_actions_move_nobody(text: str) -> None:
    assert not [deed for beat in happenings(broken_down(text, "@ASHA", "-Hm.")) for deed in beat.business]


def test_a_silent_actions_length_follows_its_words_between_bounds() -> None:
    short, long = happenings(broken_down("The gate.", "The old gate of the garden " * 6, "@ASHA", "-Hm."))
    assert (short.seconds, long.seconds) == (Fraction(3, 2), 6)


def test_ambience_runs_through_the_scene_and_effects_sit_on_their_beat() -> None:
    result = broken_down("# EXT. PARK - DAY", "Rain. A dog barks.", "@ASHA", "-Hm.")
    assert result.scenes[0].ambience == ("rain",)
    assert happenings(result)[0].sounds == ("dog",)


def test_what_has_stopped_is_not_heard() -> None:
    result = broken_down("# EXT. PARK - DAY", "The rain has stopped.", "@ASHA", "-Hm.")
    assert (result.scenes[0].ambience, result.scenes[0].rain) == ((), False)


def test_a_super_is_set_on_the_picture_and_not_played() -> None:
    result = broken_down("# EXT. PARK - DAY", 'SUPER: "1947"', "MARCH 4, 1950", "@ASHA", "-Hm.")
    assert result.scenes[0].captions == ("1947", "MARCH 4, 1950")
    assert happenings(result) == []


@pytest.mark.parametrize(
    ("text", "moving"),
    [
        ("Asha watches Ravi walk away.", [("asha", "idle"), ("ravi", "walk")]),
        ("Asha sees a man running.", []),
        ("He almost cries.", []),
        ("Asha picks up the phone and dials.", [("asha", "phone")]),
        ("The lamp falls.", []),
        ("Without looking up, Asha reads.", [("asha", "read")]),
        ("Asha's hand waves from the window.", []),
    ],
)
def test_the_one_who_acts_is_the_one_who_moves(text: str, moving: list[tuple[str, str]]) -> None:
    result = broken_down(text, "@ASHA", "-Hm.", "@RAVI", "-Hm.")
    assert [(deed.character, deed.action) for beat in happenings(result) for deed in beat.business] == moving


def test_a_storm_of_applause_is_applause_and_no_storm() -> None:
    result = broken_down("# INT. HALL - DAY", "A storm of applause.", "@ASHA", "-Hm.")
    assert (happenings(result)[0].sounds, result.scenes[0].weather, result.scenes[0].ambience) == (("applause",), "clear", ())


# --- scenes -------------------------------------------------------------------------------------------------------------


def test_later_moves_the_day_on_and_continuous_keeps_light_and_weather() -> None:
    result = broken_down("# EXT. PARK - DAWN", "Snow falls.", "# EXT. PARK - LATER", "Birds.", "# INT. HUT - CONTINUOUS", "@ASHA", "-Hm.")
    assert [scene.light for scene in result.scenes] == ["dawn", "day", "day"]
    kept = broken_down("# EXT. ROAD - NIGHT", "Snow.", "# INT. HUT - CONTINUOUS", "@ASHA", "-Hm.").scenes[1]
    assert (kept.light, kept.weather, kept.setting) == ("night", "snow", "interior")


def test_rain_is_not_a_storm() -> None:
    rain, storm = broken_down("# EXT. ROAD - DAY", "Rain.", "# EXT. SEA - DAY", "A storm. Lightning.", "@ASHA", "-Hm.").scenes
    assert (rain.weather, rain.rain) == ("clear", True)
    assert (storm.weather, storm.rain) == ("storm", False)


def test_a_transition_is_how_the_next_scene_enters() -> None:
    result = broken_down(
        "> FADE IN:", "# EXT. A - DAY", "X.", "> DISSOLVE TO:", "# EXT. B - DAY", "Y.", "> FADE OUT.", "# EXT. C - DAY", "Z."
    )
    assert [scene.entry for scene in result.scenes] == ["fade", "dissolve", "fade"]


def test_those_only_heard_are_not_present() -> None:
    result = broken_down(
        "# INT. ROOM - DAY",
        "@ASHA",
        "-Who is it?",
        "@RAVI (O.S.)",
        "-Me.",
        "Meera watches from the stairs.",
        "# INT. X - DAY",
        "@MEERA",
        "-Hm.",
    )
    assert result.scenes[0].present == ("asha", "meera")
    assert {note.id: note.seen for note in result.cast} == {"asha": True, "ravi": False, "meera": True}


def test_a_script_without_headings_is_one_scene() -> None:
    (scene,) = broken_down("Two people wait in the old station.", "@ASHA", "-Hm.").scenes
    assert (scene.id, scene.place) == ("opening", "old station")


def test_the_scene_has_the_culture_of_its_cues_and_the_rest_that_of_the_film() -> None:
    result = broken_down("# INT. KYOTO TEA HOUSE - DAY", "Tatami. A kimono.", "# EXT. ROAD - DAY", "@YUKI", "-Hm.")
    assert (result.culture, [scene.culture for scene in result.scenes]) == ("japanese", ["japanese", "japanese"])


@pytest.mark.parametrize(
    ("text", "culture"),
    [
        ("Istanbul. A simit on the table.", "turkish"),
        ("Isfahan at Nowruz.", "persian"),
        ("Bangkok during Songkran.", "southeast_asian"),
        ("Nairobi. A matatu. Ugali.", "east_african"),
        ("A dosa. A rasgulla.", "indian_north"),
        ("Nothing in particular.", "western"),
        ("A kimono in Paris. A croissant. A sushi.", "western"),
    ],
)
def test_cues_of_one_group_stand_together_and_divided_cues_decide_nothing(text: str, culture: str) -> None:
    assert broken_down("# EXT. STREET - DAY", text, "@X", "-Hm.").culture == culture


def test_the_users_culture_and_title_win() -> None:
    result = broken_down("# INT. KYOTO - DAY", "A kimono.", "@YUKI", "-Hm.", culture="Indian", wanted="Mine", title={"Title": "Theirs"})
    assert (result.title, result.culture, result.scenes[0].culture, result.cast[0].culture) == (
        "Mine",
        "indian_north",
        "indian_north",
        "indian_north",
    )


# --- cast ---------------------------------------------------------------------------------------------------------------


def test_the_introduction_gives_age_gender_role_and_description() -> None:
    result = broken_down(
        "The old weaver SALIM sits at his loom.", "MEERA, 9, in a red scarf, runs. She laughs.", "@SALIM", "-Hm.", "@MEERA", "-Hm."
    )
    salim, meera = result.cast
    assert (salim.age, salim.gender, salim.role_word) == ("elder", "male", "weaver")
    assert (meera.age, meera.gender) == ("child", "female")
    assert meera.description == "MEERA, 9, in a red scarf, runs. She laughs."


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("MAYA (34) waits.", "adult"),
        ("MAYA, in her late sixties, waits.", "elder"),
        ("MAYA, a nine-year-old girl, waits.", "child"),
        ("A sixteen-year-old girl, MAYA, waits.", "teen"),
        ("MAYA (20s) waits.", "young"),
        ("MAYA waits in an old house.", None),
        ("MAYA waits 10 minutes.", None),
        ("Beside her grandmother, MAYA waits.", None),
        ("MAYA and JOHN, 70, wait.", None),
    ],
)
def test_an_age_belongs_to_the_person_it_is_said_of(text: str, age: str | None) -> None:
    result = broken_down(text, "@MAYA", "-Hm.", "@JOHN", "-Hm.")
    assert result.cast[0].age == age


@pytest.mark.parametrize(
    ("name", "creature"), [("THE FOX", "fox"), ("ROBOT 7", "robot"), ("OLD OWL", "owl"), ("DR. WOLF", ""), ("SUNITA", ""), ("राजा", "")]
)
def test_a_creature_is_known_by_its_name(name: str, creature: str) -> None:
    assert broken_down(f"@{name}", "-Hm.").cast[0].creature == creature


@pytest.mark.parametrize(
    ("text", "creature"),
    [
        ("OSCAR the cat sleeps on the desk.", "cat"),
        ("OSCAR, an old tabby cat, yawns.", "cat"),
        ("Her dog OSCAR barks.", "dog"),
        ("She strokes her cat, OSCAR.", "cat"),
        ("OSCAR, a dog walker, comes in.", ""),
        ("OSCAR the cat burglar climbs in.", ""),
        ("She gives OSCAR the cat.", ""),
        ("OSCAR (40), a bear of a man, eats.", ""),
        ("OSCAR, a cook in a bear costume, eats.", ""),
    ],
)
def test_an_animal_may_have_a_persons_name(text: str, creature: str) -> None:
    made = broken_down("#INT. HUT - DAY", text, "@OSCAR", "-Hello.")
    assert next(person for person in made.cast if person.id == "oscar").creature == creature


def test_a_word_is_a_family_name_behind_a_title() -> None:
    made = broken_down("A PARK BENCH stands there.", "@DR. PARK", "-Sit.", "@GENERAL OKORO", "-No.")
    assert [(person.name, person.culture) for person in made.cast] == [("DR. PARK", "korean"), ("GENERAL OKORO", "african")]


def test_relatives_are_of_one_culture_that_all_their_names_know() -> None:
    made = broken_down("AMINA (34) mends a net. Her father YUSUF (70) watches.", "@YUSUF", "-Good.", "@AMINA", "-Yes.")
    assert {(person.culture, bool(person.family)) for person in made.cast} == {("middle_eastern", True)}


def test_a_role_without_an_age_has_the_usual_one() -> None:
    ages = [note.age for note in broken_down("REPORTER #1 runs.", "@REPORTER #1", "-Hm.", "@GRANDMOTHER", "-Hm.", "@SALLY", "-Hm.").cast]
    assert ages == ["adult", "elder", None]


def test_a_host_who_gives_a_name_has_its_gender() -> None:
    host, guest = broken_down("@HOST", "-Welcome! I'm Laura.", "@GUEST", "-I'm glad to be here.", form="dialogue").cast
    assert (host.gender, guest.gender) == ("female", None)


def test_words_beside_a_name_speak_of_it_and_not_of_a_role_of_the_cast() -> None:
    result = broken_down("SALIM, a thin man in his forties, works.", "@SALIM", "-Hm.", "@MAN (O.S.)", "-Open up!")
    salim, man = result.cast
    assert (salim.age, salim.role_word, man.description, man.seen) == ("adult", "man", "", False)


def test_relations_in_any_language_have_an_english_role_word() -> None:
    assert [note.role_word for note in broken_down("@माँ", "-Hm.", "@おじいさん", "-Hm.", "@PROFESSOR", "-Hm.").cast] == [
        "mother",
        "grandfather",
        "professor",
    ]


def test_a_picture_of_somebody_does_not_bring_them_on_stage() -> None:
    result = broken_down("# INT. A - DAY", "Asha holds a picture of Ravi.", "@ASHA", "-Hm.", "# INT. B - DAY", "@RAVI", "-Hm.")
    assert result.scenes[0].present == ("asha",)


def test_a_card_at_the_end_of_a_scene_announces_the_next() -> None:
    result = broken_down("# INT. A - DAY", "@ASHA", "-Hm.", 'SUPER: "LATER"', "# INT. B - DAY", "@ASHA", "-Hm.")
    assert [scene.captions for scene in result.scenes] == [(), ("LATER",)]


def test_centred_words_stand_where_the_script_has_them() -> None:
    result = broken_down(
        "# INT. A - DAY", "+ONE", "@ASHA", "-Hm.", "+END OF ACT ONE", "# INT. B - DAY", "@ASHA", "-Hm.", "+A YEAR", "+PASSES", "@ASHA",
        "-So.", "+THE END",
    )  # fmt: skip
    assert [scene.captions for scene in result.scenes] == [("ONE",), ()]
    assert [[(card.after, card.lines) for card in scene.cards] for scene in result.scenes] == [
        [(1, ("END OF ACT ONE",))],
        [(1, ("A YEAR", "PASSES")), (2, ("THE END",))],
    ]


@pytest.mark.parametrize("row", ["THE END", "Fin.", ">THE END", "+THE END", "終"])
def test_the_end_is_a_card_however_it_is_written(row: str) -> None:
    (scene,) = broken_down("# INT. A - DAY", "@ASHA", "-Hm.", row).scenes
    assert [(card.after, card.lines) for card in scene.cards] == [(1, (row.strip(">+"),))]
    assert len(scene.beats) == 1


def test_a_super_behind_everything_is_the_last_card() -> None:
    (scene,) = broken_down("# INT. A - DAY", "SUPER: 1947", "@ASHA", "-Hm.", "SUPER: In memory of Ravi").scenes
    assert (scene.captions, [(card.after, card.lines) for card in scene.cards]) == (("1947",), [(1, ("In memory of Ravi",))])


def test_a_super_in_the_middle_stands_there_on_the_picture() -> None:
    (scene,) = broken_down("# INT. A - DAY", "SUPER: 1947", "@ASHA", "-Hm.", "SUPER: Two hours later", "@ASHA", "-Still here.").scenes
    assert scene.captions == ("1947",)
    assert [(card.after, card.over, card.lines) for card in scene.cards] == [(1, True, ("Two hours later",))]


def test_a_title_does_not_make_another_person_unless_two_titles_share_a_name() -> None:
    result = broken_down("DR. RAO, 50, waits.", "@DR. RAO", "-Hm.", "@RAO", "-Hm.")
    assert [(note.id, note.name, note.lines, note.age, note.role_word) for note in result.cast] == [
        ("rao", "DR. RAO", 2, "adult", "doctor")
    ]
    assert len(broken_down("@MR. RAO", "-Hm.", "@MRS. RAO", "-Hm.", "@RAO", "-Hm.").cast) == 3


def test_only_long_jumps_in_time_are_written_on_the_picture() -> None:
    result = broken_down("# EXT. A - MOMENTS LATER", "X.", "# EXT. A - 5 YEARS LATER - DUSK", "X.", "@ASHA", "-Hm.")
    assert [scene.captions for scene in result.scenes] == [(), ("5 YEARS LATER",)]


def test_young_asha_is_another_person_than_asha() -> None:
    young, grown = broken_down("@YOUNG ASHA", "-Hm.", "@ASHA", "-Hm.").cast
    assert (young.id, young.age, grown.id, grown.age) == ("young-asha", "child", "asha", None)


def test_a_person_introduced_in_capitals_who_never_speaks_is_cast() -> None:
    result = broken_down("KENJI (70) sleeps. A LOUD KNOCK.", "@ASHA", "-Hm.")
    assert [(note.name, note.lines) for note in result.cast] == [("ASHA", 1), ("KENJI", 0)]


def test_names_in_other_scripts_have_safe_ids_of_their_own() -> None:
    ids = [
        note.id for note in broken_down("@花子", "-待って。", "@ليلى", "-تعال", "@आशा", "-रुको", "@MAN #2", "-Hm.", "@MAN 2", "-Hm.").cast
    ]
    assert len(set(ids)) == 5
    assert all(name.isascii() and name == name.lower() and " " not in name for name in ids)


# --- the whole ----------------------------------------------------------------------------------------------------------


def test_kinds_of_film() -> None:
    assert broken_down("@ASHA", "-Hello.").kind == "film"
    assert broken_down("@HOST", "-Hello.", form="dialogue").kind == "podcast"
    assert broken_down("@ASHA", "~Row, row, row your boat").kind == "poem"
    assert broken_down("@ऋषि", "-असतो मा सद्गमय तमसो मा ज्योतिर्गमय मृत्योर्मामृतं गमय॥", language="sa").kind == "poem"
    assert broken_down("# EXT. SEA - DAY", "A girl runs.").kind == "silent"


def test_a_silent_film_captions_its_action_and_casts_whom_it_shows() -> None:
    result = broken_down("# EXT. SEA - DAY", "A girl runs to the water. She sits.", "An old man waves.")
    assert [note.name for note in result.cast] == ["girl", "old man"]
    assert all(beat.caption for beat in happenings(result))
    assert [(deed.character, deed.action) for beat in happenings(result) for deed in beat.business] == [
        ("girl", "run"),
        ("girl", "sit"),
        ("old-man", "wave"),
    ]


def test_title_authors_and_logline_come_from_the_title_page() -> None:
    page = {"Title": "The *Lamp*", "Author": "A. Rao and B. Sen", "Logline": "A girl finds a lamp."}
    result = broken_down("@ASHA", "-Hm.", title=page)
    assert (result.title, result.authors, result.logline) == ("The Lamp", ("A. Rao", "B. Sen"), "A girl finds a lamp.")


def test_without_a_title_page_the_files_name_is_the_title() -> None:
    assert broken_down("@ASHA", "-Hm.", source_name="the_last-lamp.fountain").title == "The Last Lamp"


def test_there_are_five_to_twelve_tags_and_none_twice() -> None:
    for rows in (("@ASHA", "-Hm."), ("# INT. KYOTO - NIGHT", "Hanami. Rain. A fox waits.", "@THE FOX", "-Hm.", "@OLD WEAVER", "-Hm.")):
        tags = broken_down(*rows).tags
        assert 5 <= len(tags) == len(set(tags)) <= 12


# --- what a viewer would stumble over -------------------------------------------------------------------------------------


def test_a_cue_is_short_for_the_fuller_name_of_the_action() -> None:
    result = broken_down(
        "# INT. WARD - DAY",
        "Stars. CAPTAIN IMANI OBI (44) and DR. LENA WEISS (41) stand at the window.",
        "@DR. WEISS",
        "-Sleep.",
        "@CAPTAIN OBI",
        "-No.",
    )
    assert sorted((note.name, note.gender) for note in result.cast) == [("CAPTAIN IMANI OBI", "female"), ("DR. LENA WEISS", "female")]


def test_mist_is_fog_in_a_heading_and_a_clear_dawn_in_the_action() -> None:
    passing = broken_down("# EXT. RIVER - DAWN", "Mist on the river.")
    thick = broken_down("# EXT. RIVER - DAWN", "A thick mist.")
    headed = broken_down("# EXT. MISTY RIVER - DAWN", "Nobody.")
    assert [result.scenes[0].weather for result in (passing, thick, headed)] == ["clear", "fog", "fog"]


def test_no_scene_is_without_a_mood_for_its_music() -> None:
    plain = broken_down("# INT. OFFICE - DAY", "@ANN", "-The form is on the desk.")
    smile = broken_down("# EXT. PARK - DUSK", "@ANN", "(smiling)", "-Come here.", "@BOB", "(happy)", "-Gladly.")
    assert plain.scenes[0].mood == "calm"
    assert smile.scenes[0].mood == "tender"


def test_a_scene_has_the_mood_it_comes_to() -> None:
    result = broken_down(
        "# INT. KITCHEN - DAY", "@EMMA", "(sad)", "-Nothing works.", "@ROB", "(happy)", "-It does now!", "@EMMA", "(happy)", "-Oh, lovely!"
    )
    assert result.scenes[0].mood == "joyful"


@pytest.mark.parametrize(
    ("action", "deed"),
    [
        ("UNIT rolls in.", "walk"),
        ("UNIT comes out of the bushes.", "walk"),
        ("UNIT runs out.", "run"),
        ("UNIT leans back in a pointed hat.", None),
        ("Time runs out for UNIT.", None),
    ],
)
def test_people_come_and_go_in_many_words(action: str, deed: str | None) -> None:
    result = broken_down("# EXT. FOREST - DAY", action, "@UNIT", "-Here.")
    assert [business.action for beat in happenings(result) for business in beat.business] == ([deed] if deed else [])


def test_two_people_with_their_ages_sit_down_together() -> None:
    result = broken_down("# EXT. MEADOW - DAY", "PIP (6) and WREN (10), two children, sit.", "@PIP", "-Look.", "@WREN", "-Where?")
    assert [(business.character, business.action) for beat in happenings(result) for business in beat.business] == [
        ("pip", "sit"),
        ("wren", "sit"),
    ]


def test_a_korean_script_has_places_hours_and_deeds() -> None:
    result = broken_down("# 내부. 궁궐 - 밤", "왕(55)이 왕좌에 앉아 있다.", "@왕", "-누구냐?", language="ko")
    scene = result.scenes[0]
    assert (scene.place, scene.setting, scene.light) == ("궁궐", "interior", "night")
    assert (result.cast[0].role_word, result.cast[0].gender) == ("king", "male")
    assert [business.action for beat in happenings(result) for business in beat.business] == ["sit"]


def test_baba_is_a_man_and_a_banyan_stands_in_india() -> None:
    result = broken_down("# EXT. BANYAN TREE - DAY", "Old BABA SENE (78) follows her.", "@BABA SENE", "-Wait.")
    assert (result.cast[0].gender, result.cast[0].age) == ("male", "elder")
    assert result.culture == "indian_north"


def test_in_arabic_the_one_behind_the_verb_comes() -> None:
    result = broken_down(
        "# خارجي. السوق - نهار",
        "سليم (45)، تاجر، يقف أمام دكانه. تأتي ليلى (24).",
        "@ليلى",
        "-بكم هذا؟",
        "@سليم",
        "-بدينار.",
        language="ar",
    )
    names = {note.id: note.name for note in result.cast}
    deeds = [(names[deed.character], deed.action) for beat in happenings(result) for deed in beat.business]
    assert deeds == [("سليم", "stand_up"), ("ليلى", "walk")]


def test_when_all_laugh_everybody_of_the_scene_laughs() -> None:
    result = broken_down(
        "# EXT. TREE - DAWN", "ASHA and RAVI sit with MEERA.", "@ASHA", "-There.", "@MEERA", "-Here.", "@RAVI", "-Good.", "They all laugh."
    )
    last = happenings(result)[-1]
    assert {business.character for business in last.business if business.action == "laugh"} == {"asha", "ravi", "meera"}


def test_sorrow_lingers_into_the_next_line_and_surprise_does_not() -> None:
    result = broken_down(
        "# EXT. GHAT - DAWN",
        "@ASHA",
        "(surprised)",
        "-Ravi!",
        "@RAVI",
        "(sad)",
        "-I am here.",
        "@ASHA",
        "-Blow it out.",
        "@RAVI",
        "-Take it.",
    )
    assert [line.emotion for line in lines(result)] == ["surprised", "sad", "neutral", "sad"]


# --- other languages, voices --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "light"),
    [
        ("外景 河边 夜", "night"), ("餐厅 夜 内", "night"), ("公園（夜）", "night"), ("카페 안, 밤", "night"),
        ("ИНТ. КУХНЯ - НОЧЬ", "night"),
        ("INTERNO. CUCINA - NOTTE", "night"), ("EXT. PRAIA - ALVORADA", "dawn"), ("WNĘTRZE. KUCHNIA - NOC", "night"),
        ("EXT. CALLE, NOCHE", "night"),
    ],
)  # fmt: skip
def test_headings_have_the_hours_that_the_reader_knows(heading: str, light: str) -> None:
    (scene,) = broken_down(f"#{heading}", "@ANNA", "-Hm.").scenes
    assert (scene.heading, scene.light) == (heading, light)


@pytest.mark.parametrize(
    ("action", "language", "weather", "rain"),
    [
        ("Идёт снег.", "ru", "snow", False), ("Piove.", "it", "clear", True), ("Chove sem parar.", "pt", "clear", True),
        ("눈이 내린다.", "ko", "snow", False), ("Nad rzeką mgła.", "pl", "fog", False),
    ],
)  # fmt: skip
def test_weather_is_read_in_more_languages(action: str, language: str, weather: str, rain: bool) -> None:
    (scene,) = broken_down("#EXT. A - DAY", action, "@ANNA", "-Hm.", language=language).scenes
    assert (scene.weather, scene.rain) == (weather, rain)


def test_dust_in_the_light_of_a_room_is_no_fog() -> None:
    (inside,) = broken_down("#INT. THEATRE - NIGHT", "Dust in the light.", "@ANNA", "-Hm.").scenes
    (outside,) = broken_down("#EXT. PLAIN - DAY", "Dust in the light.", "@ANNA", "-Hm.").scenes
    assert (inside.weather, outside.weather) == ("clear", "fog")


@pytest.mark.parametrize("label", ["INTERTÍTULO", "ТИТР", "CARTON", "Einblendung", "字幕", "CARTELLO"])
def test_words_on_the_picture_are_told_in_many_languages(label: str) -> None:
    (scene,) = broken_down("#EXT. A - DAY", f'{label}: "1947"', "@ANNA", "-Hm.").scenes
    assert scene.captions == ("1947",)


def test_a_voice_on_the_phone_is_heard_and_not_seen() -> None:
    result = broken_down(
        "#INT. A - DAY",
        "@ANNA",
        "-Hm.",
        "@VOICE ON PHONE (FILTERED)",
        "-Jo?",
        "Her PHONE SCREEN lights up. The VOICE ON PHONE laughs.",
        "@ANNA",
        "-Yes.",
    )
    (scene,) = result.scenes
    assert scene.present == ("anna",)
    assert not next(note for note in result.cast if note.id == "voice-on-phone").seen


def test_a_surname_behind_a_nickname_is_nobody_else() -> None:
    result = broken_down(
        'JO-ANNE "JOJO" MCALLISTER (41) drives. In the back seat, HER SON, TEDDY (6), sleeps.', "@JO-ANNE", "-Hm.", "@TEDDY", "-Mum?"
    )
    assert [(note.id, note.gender, note.age) for note in result.cast] == [("jo-anne", "female", "adult"), ("teddy", "male", "child")]


@pytest.mark.parametrize(
    ("row", "language", "age", "gender"),
    [
        ("Входит СТАРИК.", "ru", "elder", "male"), ("Entra la NONNA.", "it", "elder", "female"),
        ("Uma MENINA corre.", "pt", "child", "female"),
        ("Wchodzi BABCIA.", "pl", "elder", "female"),
    ],
)  # fmt: skip
def test_what_somebody_is_tells_age_and_gender_in_more_languages(row: str, language: str, age: str, gender: str) -> None:
    name = next(word for word in row.strip(".").split() if word.isupper() and len(word) > 1)
    (note,) = broken_down("#INT. A - DAY", row, f"@{name}", "-Hm.", language=language).cast
    assert (note.age, note.gender) == (age, gender)


def test_somebody_is_he_whom_the_next_sentence_calls_so() -> None:
    told = "A fox came to the well. An old woman sat there. That night the fox ran away. He stole a rope."
    result = broken_down("#EXT. WELL - DAY", "@NARRATOR (V.O.)", f"-{told}", "@FOX", "-Hm.", "@OLD WOMAN", "-Hm.", form="prose")
    assert {note.id: note.gender for note in result.cast if note.id != "narrator"} == {"fox": "male", "old-woman": "female"}
