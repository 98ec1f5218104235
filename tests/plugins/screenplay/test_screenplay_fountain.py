"""Fountain: what each mark of the syntax means, and that nothing is lost between text and screenplay."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.errors import Severity
from filmstudio.core.screenplay import Element, Screenplay, plain_text, spoken_text
from filmstudio.plugins.screenplay.encoding import clean
from filmstudio.plugins.screenplay.fountain import parse_fountain, write_fountain


def read(text: str) -> list[Element]:
    return list(parse_fountain(text)[0].elements)


def shape(text: str) -> list[tuple[str, str]]:
    return [(element.kind, element.text) for element in read(text)]


def bare(screenplay: Screenplay) -> list[Element]:
    """Elements without their places and force marks, which writing may change."""
    return [element.model_copy(update={"line": 1, "column": 1, "forced": False}) for element in screenplay.elements]


def test_the_title_page_keeps_indented_lines_as_values() -> None:
    screenplay, problems = parse_fountain(
        "Title:\n    **THE LAST LAMP**\n    A Film\nCredit: by\nAuthor: Asha Rao\nDraft date: 1/2/2026\n\nFADE IN:\n"
    )
    assert screenplay.titled("title") == ("**THE LAST LAMP**", "A Film")
    assert screenplay.titled("AUTHOR") == ("Asha Rao",)
    assert not problems
    assert [element.kind for element in screenplay.elements] == ["transition"]


def test_a_script_without_a_title_page_does_not_lose_its_first_line() -> None:
    assert shape("FADE IN:\n\nA door.") == [("transition", "FADE IN:"), ("action", "A door.")]
    assert shape("He says: no.\n") == [("action", "He says: no.")]


def test_headings_natural_and_forced_with_numbers() -> None:
    elements = read("INT. LAB - DAY #12A#\n\n.SNIPER SCOPE\n\nI/E CAR - NIGHT\n\n12 EXT. ROAD - DUSK 12\n\n...and then\n")
    assert [(element.kind, element.text, element.scene_number, element.forced) for element in elements] == [
        ("heading", "INT. LAB - DAY", "12A", False),
        ("heading", "SNIPER SCOPE", None, True),
        ("heading", "I/E CAR - NIGHT", None, False),
        ("heading", "EXT. ROAD - DUSK", "12", False),
        ("action", "...and then", None, False),
    ]


def test_a_speech_is_a_cue_with_parentheticals_and_dialogue() -> None:
    assert shape("ASHA (V.O.) (CONT'D)\n(whispering)\nStay.\nPlease.\n(beat)\nStay.\n\nShe goes.") == [
        ("character", "ASHA"),
        ("parenthetical", "whispering"),
        ("dialogue", "Stay.\nPlease."),
        ("parenthetical", "beat"),
        ("dialogue", "Stay."),
        ("action", "She goes."),
    ]
    assert read("ASHA (V.O.) (CONT'D)\nStay.")[0].extensions == ("V.O.", "CONT'D")


def test_brackets_at_the_head_of_speech_are_never_spoken() -> None:
    assert shape("ASHA\n(laughs) No.") == [("character", "ASHA"), ("parenthetical", "laughs"), ("dialogue", "No.")]


def test_an_extension_on_its_own_line_belongs_to_the_cue() -> None:
    elements = read("ASHA\n(V.O.)\nI was nine.")
    assert elements[0].extensions == ("V.O.",)
    assert [element.kind for element in elements] == ["character", "dialogue"]


def test_two_spaces_keep_a_speech_going_over_a_blank_line() -> None:
    assert shape("ASHA\nOne.\n  \nTwo.\n\nThree.") == [("character", "ASHA"), ("dialogue", "One.\n\nTwo."), ("action", "Three.")]


def test_a_line_of_stray_spaces_does_not_swallow_the_next_cue() -> None:
    assert shape("ASHA\nOne.\n  \nRAVI\nTwo.")[2:] == [("character", "RAVI"), ("dialogue", "Two.")]


def test_dual_dialogue_marks_the_second_cue() -> None:
    cues = [element for element in read("ASHA\nWait!\n\nRAVI ^\nStop!") if element.kind == "character"]
    assert [(cue.text, cue.dual) for cue in cues] == [("ASHA", False), ("RAVI", True)]


def test_capitals_that_name_nobody_are_action() -> None:
    for line in ("THE END", "STOP!", "THUNDER.", "ASHA:", "FADE IN"):
        assert read(f"A door.\n\n{line}\nIt goes on.")[1].kind != "character", line
    assert shape("A door.\n\nA KNOCK\nShe turns.")[1] == ("action", "A KNOCK\nShe turns.")
    assert shape("A door.\n\nASHA\n\nShe turns.")[1] == ("action", "ASHA")


def test_names_in_scripts_without_capitals() -> None:
    assert shape("@花子\n待って。")[0] == ("character", "花子")
    assert shape("玄奘\n待って。")[0] == ("action", "玄奘\n待って。")
    twice = shape("花子\n待って。\n\n健二\nはい。\n\n花子\n行こう。\n\n健二\nうん。")
    assert [text for kind, text in twice if kind == "character"] == ["花子", "健二", "花子", "健二"]
    known = shape("@आशा\nरुको।\n\nआशा\nसुनो।")
    assert [text for kind, text in known if kind == "character"] == ["आशा", "आशा"]
    arabic = read("ليلى (V.O.)\nكنت صغيرة.")
    assert (arabic[0].text, arabic[0].extensions) == ("ليلى", ("V.O.",))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("अंदर. घर - रात\n\nराम\nमैं यहाँ हूँ।", "राम"),
        ("INT. HOUSE - DAY\n\n太郎\n待って。", "太郎"),
        ("山田花子\n待って。", "山田花子"),
        ("田中さん\nはい。", "田中さん"),
        ("母\nおかえり。", "母"),
        ("김철수\n여기 있어.", "김철수"),
        ("ليلى\nمن هناك؟", "ليلى"),
        ("الملك\nمن هناك؟", "الملك"),
        ("बूढ़ा आदमी\nकौन है?", "बूढ़ा आदमी"),
        ("झुमरू (25) बैठा है।\n\nझुमरू\nमैं यहाँ हूँ।", "झुमरू"),
        ("बूढ़ा झुमरू खिड़की के पास बैठा है।\n\nझुमरू\nमैं यहाँ हूँ।", "झुमरू"),
        ("玄奘は歩く。\n\n玄奘\n遠いな。", "玄奘"),
        ("小李，25岁，坐在窗边。\n\n小李\n你好。", "小李"),
        ("დავითი ზის.\n\nდავითი\nვინ არის?", "დავითი"),
        ("झुमरू\n(धीरे से)\nमैं यहाँ हूँ।", "झुमरू"),
    ],
)
def test_a_name_that_speaks_once_in_such_a_script_is_a_cue(text: str, name: str) -> None:
    assert [said for kind, said in shape(text) if kind == "character"] == [name]
    assert shape(text)[-1][0] == "dialogue"


@pytest.mark.parametrize(
    "text",
    [
        "रात\nबारिश हो रही है।",
        "सन्नाटा\nकोई नहीं बोलता।",
        "रात हुई\nचाँद निकला",
        "बाज़ार\nलोग चल रहे हैं।",
        "बारिश\nसब भीग गया।\n\nबारिश तेज़ होती है।",
        "राम आया\nसीता गई।",
        "राम, सीता\nदोनों चलते हैं।",
        "आशा नदी के पास\nबैठी है।",
        "静寂\n誰も動かない。",
        "翌朝\n雨が降っている。",
        "暗転\n音だけが残る。",
        "雨が降る\nドアが閉まる",
        "太郎と花子\n走っている。",
        "花子、走る\n扉が閉まる。",
        "テロップ\n「三年後」",
        "北京\n街上人很多。",
        "صمت\nلا أحد يتكلم.",
        "دخل رجل\nوجلس.",
        "숲\n바람이 분다.",
    ],
)
def test_action_in_such_a_script_stays_action(text: str) -> None:
    assert {kind for kind, _ in shape(f"INT. A - DAY\n\n{text}")} == {"heading", "action"}


def test_a_lone_word_that_may_be_a_name_in_such_a_script_is_told() -> None:
    problems = parse_fountain("INT. HOUSE - DAY\n\n玄奘\n待って。")[1]
    assert [(problem.line, problem.column, problem.severity) for problem in problems] == [(3, 1, Severity.WARNING)]
    assert "@玄奘" in problems[0].remedy


def test_forced_action_lyrics_transitions_and_centered() -> None:
    assert shape("!INT. NOT A PLACE\n\n~Willy Wonka!\n~Willy Wonka!\n\n> Burn to white.\n\n> THE END <\n\nCUT TO:\n\nSchnitt:\n") == [
        ("action", "INT. NOT A PLACE"),
        ("lyric", "Willy Wonka!\nWilly Wonka!"),
        ("transition", "Burn to white."),
        ("centered", "THE END"),
        ("transition", "CUT TO:"),
        ("transition", "Schnitt:"),
    ]


def test_sections_synopses_and_page_breaks() -> None:
    elements = read("# Act One\n\n## The Lamp\n\n= Asha finds the lamp.\n\n===\n")
    assert [(element.kind, element.text, element.level) for element in elements] == [
        ("section", "Act One", 1),
        ("section", "The Lamp", 2),
        ("synopsis", "Asha finds the lamp.", 0),
        ("page_break", "", 0),
    ]


def test_notes_and_boneyard_are_taken_out_of_speech_wherever_they_stand() -> None:
    text = "ASHA\nI was [[or am\n  \nstill am?]] nine /* no,\n\nten */ then.\n\nShe /* slowly */ sits."
    assert shape(text) == [
        ("character", "ASHA"),
        ("dialogue", "I was nine then."),
        ("note", "or am\n\nstill am?"),
        ("boneyard", "no,\n\nten"),
        ("action", "She sits."),
        ("boneyard", "slowly"),
    ]


def test_places_are_those_of_the_file() -> None:
    elements = read("/* a\nb */\n\nINT. HOUSE - DAY\n\n  ASHA\nHi [[x]] there. [[y]]\n")
    assert [(element.kind, element.line, element.column) for element in elements] == [
        ("boneyard", 1, 1),
        ("heading", 4, 1),
        ("character", 6, 3),
        ("dialogue", 7, 1),
        ("note", 7, 4),
        ("note", 7, 17),
    ]


def test_what_is_never_closed_stays_text_and_is_told() -> None:
    screenplay, problems = parse_fountain("He sees [[ nothing.\n\nMore /* text.")
    assert [plain_text(element.text) for element in screenplay.elements] == ["He sees [[ nothing.", "More /* text."]
    assert [(problem.line, problem.column) for problem in problems] == [(1, 9), (3, 6)]


def test_action_keeps_its_indent_and_tabs_become_four_spaces() -> None:
    assert shape("    Far right.\n\tTab.") == [("action", "    Far right.\n    Tab.")]


def test_a_number_sign_in_speech_is_spoken() -> None:
    assert shape("ASHA\n#1 fan!\n=)\n") == [("character", "ASHA"), ("dialogue", "#1 fan!\n=)")]


def test_a_cue_of_thousands_of_letters_is_told_and_breaks_nothing() -> None:
    natural, problems = parse_fountain(f"{'A' * 5000}\nHi.")
    assert natural.elements[0].kind == "action"
    assert problems[0].line == 1
    assert parse_fountain(f"@{'a' * 5000}\nHi.")[1][0].severity is Severity.ERROR


def test_emphasis_is_kept_in_text_and_left_out_of_speech() -> None:
    assert shape("She *never* came.") == [("action", "She *never* came.")]
    assert plain_text(r"*a* **b** ***c*** _d_ \*e\* 5 * 3 = 15 snake_case_name") == "a b c d *e* 5 * 3 = 15 snake_case_name"
    assert plain_text("*a\nb*") == "*a\nb*"


def test_addresses_and_emoji_are_not_spoken() -> None:
    assert spoken_text("See https://example.org/a_b, *now* 😀!\nQuoi ?") == "See, now! Quoi ?"


MARKS = [
    "INT. HOUSE - DAY", "JOHN", "MARY (V.O.)", "@花子", "花子", "  ", "", "", "Hello there.", "(beat)", "(a", "b)", "[[note]]", "[[", "]]",
    "/*", "*/", "~la", "> THE END <", ">CUT:", "CUT TO:", "# Act", "= syn", "===", "!ACT", "....", "\\", "*em*", "^", "(V.O.)", "Title: x",
    "    indented", "\tTab", "#1A#", "12 INT. LAB 12", "रवि", "JOHN ^", "()", "(x) y", "A KNOCK", "=", "#1", ".x", "．", "\x01", "“",
]  # fmt: skip
LINES = st.lists(st.sampled_from(MARKS) | st.text(max_size=4), max_size=3).map("".join) | st.sampled_from(MARKS)
TEXTS = st.lists(LINES, max_size=14).map("\n".join)


@settings(max_examples=120, deadline=None)
@given(TEXTS)
def test_reading_what_was_written_gives_the_same_elements(text: str) -> None:
    screenplay, _ = parse_fountain(text)
    again, _ = parse_fountain(write_fountain(screenplay))
    assert bare(again) == bare(screenplay)
    assert again.title_page == screenplay.title_page


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_elements_lie_in_the_file_in_their_order(text: str) -> None:
    last = max(1, text.count("\n") + text.count("\r") + 1)
    shown = [element.line for element in read(text) if element.kind not in ("note", "boneyard")]
    assert shown == sorted(shown)
    assert all(1 <= line <= 3 * last for line in shown)


WORDS = st.text(st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\\*_"), min_size=1, max_size=30).filter(
    lambda text: any(char.isalnum() for char in text)
)


@settings(max_examples=120, deadline=None)
@given(st.lists(st.tuples(WORDS, WORDS, st.lists(WORDS, min_size=1, max_size=3)), min_size=1, max_size=4))
def test_a_screenplay_made_elsewhere_keeps_every_spoken_word(scenes: list[tuple[str, str, list[str]]]) -> None:
    elements: list[Element] = []
    for action, name, speeches in scenes:
        elements.append(Element(kind="heading", text="INT. ROOM - DAY", line=1))
        elements.append(Element(kind="action", text=action, line=1))
        elements.append(Element(kind="character", text=name, line=1))
        elements.append(Element(kind="dialogue", text="\n".join(speeches), line=1))
    written = write_fountain(Screenplay(elements=tuple(elements), form="prose"))
    again = read(written)

    def spoken(found: list[Element]) -> str:
        return "".join("".join(plain_text(element.text).split()) for element in found if element.kind == "dialogue")

    heard, meant = clean(spoken(again)), clean(spoken(elements))
    assert [char for char in heard if char.isalnum()] == [char for char in meant if char.isalnum()]
    assert len([element for element in again if element.kind == "character"]) == len(scenes)
