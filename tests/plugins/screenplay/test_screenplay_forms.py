"""The other forms: Final Draft, podcasts, prose; which is which; encodings and languages."""

from __future__ import annotations

import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filmstudio.core.screenplay import Element, Screenplay, plain_text
from filmstudio.plugins.screenplay.detect import find_form
from filmstudio.plugins.screenplay.dialogue import read_dialogue
from filmstudio.plugins.screenplay.encoding import clean, decode
from filmstudio.plugins.screenplay.fdx import read_fdx
from filmstudio.plugins.screenplay.fountain import parse_fountain, write_fountain
from filmstudio.plugins.screenplay.headings import is_heading, read_heading, split_number
from filmstudio.plugins.screenplay.language import language_of
from filmstudio.plugins.screenplay.prose import read_prose
from filmstudio.plugins.screenplay.reader import read_script


def shape(screenplay: Screenplay | None) -> list[tuple[str, str]]:
    assert screenplay is not None
    return [(element.kind, element.text) for element in screenplay.elements]


def speeches(elements: tuple[Element, ...]) -> list[tuple[str, str]]:
    parts = [element for element in elements if element.kind != "parenthetical"]
    return [(cue.text, line.text) for cue, line in itertools.pairwise(parts) if cue.kind == "character" and line.kind == "dialogue"]


FDX = """<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<FinalDraft DocumentType="Script" Version="5">
<Content>
<Paragraph Number="1A" Type="Scene Heading"><SceneProperties Length="1/8"/><Text>INT. LAB - DAY</Text></Paragraph>
<Paragraph Type="Action"><ScriptNote><Paragraph><Text>Check this.</Text></Paragraph></ScriptNote>
<Text>Asha reads </Text><Text Style="Bold+Italic">slowly</Text><Text> 5 * 3.</Text></Paragraph>
<Paragraph><DualDialogue>
<Paragraph Type="Character"><Text>ASHA (V.O.)</Text></Paragraph>
<Paragraph Type="Parenthetical"><Text>(softly)</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Wait!</Text></Paragraph>
<Paragraph Type="Character"><Text>RAVI</Text></Paragraph>
<Paragraph Type="Dialogue"><Text>Stop!</Text></Paragraph>
</DualDialogue></Paragraph>
<Paragraph Type="Transition"><Text>CUT TO:</Text></Paragraph>
</Content>
<TitlePage><Content>
<Paragraph Type="General"><Text>THE LAMP</Text></Paragraph>
<Paragraph Type="General"><Text>written by</Text></Paragraph>
<Paragraph Type="General"><Text>Asha Rao</Text></Paragraph>
</Content></TitlePage>
</FinalDraft>"""


def test_final_draft_paragraphs_keep_their_types_numbers_styles_and_lines() -> None:
    screenplay, problems = read_fdx(FDX)
    assert not problems
    assert shape(screenplay) == [
        ("heading", "INT. LAB - DAY"),
        ("action", "Asha reads ***slowly*** 5 \\* 3."),
        ("note", "Check this."),
        ("character", "ASHA"),
        ("parenthetical", "softly"),
        ("dialogue", "Wait!"),
        ("character", "RAVI"),
        ("dialogue", "Stop!"),
        ("transition", "CUT TO:"),
    ]
    assert screenplay is not None
    assert screenplay.title == "THE LAMP"
    assert screenplay.titled("author") == ("Asha Rao",)
    assert [element.line for element in screenplay.elements] == [4, 5, 5, 8, 9, 10, 11, 12, 14]
    assert (screenplay.elements[0].scene_number, screenplay.elements[3].extensions, screenplay.elements[6].dual) == ("1A", ("V.O.",), True)


def test_final_draft_becomes_fountain_and_stays_itself() -> None:
    screenplay, _ = read_fdx(FDX)
    assert screenplay is not None
    again, _ = parse_fountain(write_fountain(screenplay))
    assert [(each.kind, plain_text(each.text)) for each in again.elements] == [
        (each.kind, plain_text(each.text)) for each in screenplay.elements
    ]


def test_broken_xml_is_told_with_line_and_column() -> None:
    screenplay, problems = read_fdx("<FinalDraft>\n<Content>\n  <Paragraph></Text>\n</FinalDraft>")
    assert screenplay is None
    assert [(problem.line, problem.column) for problem in problems] == [(3, 16)]


def test_entity_bombs_are_refused() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>\n'
    bomb += "<FinalDraft><Content><Paragraph><Text>&b;</Text></Paragraph></Content></FinalDraft>"
    screenplay, problems = read_fdx(bomb)
    assert screenplay is None
    assert "entities" in problems[0].message


def test_other_xml_and_absurd_nesting_are_refused() -> None:
    assert read_fdx("<html/>")[0] is None
    assert read_fdx("<FinalDraft>" + "<a>" * 5000 + "</a>" * 5000 + "</FinalDraft>")[0] is None


PODCAST = """# The Lamp Show

Host: not a label here
**MIA:** Welcome back! [music]
- **Sam** (softly): Thanks. See [our site](https://example.org).
[00:12:30] MIA: And we go on,
over two lines.

A second paragraph of hers.

[laughs]

## Part two

> SAM: Quoted.
Note: bring milk
"""


def test_podcast_turns_in_all_their_dress() -> None:
    screenplay, _ = read_dialogue(PODCAST)
    assert screenplay.title == "The Lamp Show"
    assert shape(screenplay) == [
        ("heading", "INT. PODCAST STUDIO - DAY"),
        ("character", "Host"),
        ("dialogue", "not a label here"),
        ("character", "MIA"),
        ("dialogue", "Welcome back!"),
        ("parenthetical", "music"),
        ("character", "Sam"),
        ("parenthetical", "softly"),
        ("dialogue", "Thanks. See our site."),
        ("character", "MIA"),
        ("dialogue", "And we go on,\nover two lines.\n\nA second paragraph of hers."),
        ("action", "laughs"),
        ("section", "Part two"),
        ("character", "Sam"),
        ("dialogue", "Quoted."),
        ("note", "Note: bring milk"),
    ]


SHOW = """Mia: Welcome. <!-- smile
here --> Hello?

- milk
- eggs

And cheese.

Sam: Three:
- one

> A saying
> of old.

| a | b |
|---|---|
| 1 | 2 |

```python
print(1)
```

Mia: Bye.
"""


def test_lists_quotations_tables_code_and_comments_between_turns_are_notes() -> None:
    screenplay, _ = read_dialogue(SHOW)
    assert [(element.kind, element.text, element.line) for element in screenplay.elements[1:]] == [
        ("character", "Mia", 1),
        ("dialogue", "Welcome.", 1),
        ("note", "smile\nhere", 1),
        ("dialogue", "Hello?", 2),
        ("note", "- milk\n- eggs", 4),
        ("dialogue", "And cheese.", 7),
        ("character", "Sam", 9),
        ("dialogue", "Three:\none", 9),
        ("note", "> A saying\n> of old.", 12),
        ("note", "| a | b |\n|---|---|\n| 1 | 2 |", 15),
        ("note", "print(1)", 19),
        ("character", "Mia", 23),
        ("dialogue", "Bye.", 23),
    ]
    again, _ = parse_fountain(write_fountain(screenplay))
    assert speeches(again.elements) == [("Mia", "Welcome.\nHello?\nAnd cheese."), ("Sam", "Three:\none"), ("Mia", "Bye.")]


def test_a_comment_that_is_closed_may_have_blank_lines() -> None:
    screenplay, _ = read_dialogue("Mia: Hi.\n\n<!-- cut\n\nSam: No. -->\n\nSam: Yes.\n\n<!-- slip\n\nMia: Well.\n\n<!-- a --> Mia: Bye.\n")
    assert speeches(screenplay.elements) == [("Mia", "Hi."), ("Sam", "Yes."), ("Mia", "Well."), ("Mia", "Bye.")]
    assert [element.text for element in screenplay.elements if element.kind == "note"] == ["cut\n\nSam: No.", "slip", "a"]


def test_a_list_that_a_turn_leads_to_is_spoken() -> None:
    screenplay, _ = read_dialogue("Mia:\n\n> Hello there.\n\nSam: Two rules:\n\n1. Rest.\n2. Eat.\n\n- a note\n\nMia: Bye.\n")
    assert speeches(screenplay.elements) == [("Mia", "Hello there."), ("Sam", "Two rules:\n\nRest.\nEat."), ("Mia", "Bye.")]
    assert [element.text for element in screenplay.elements if element.kind == "note"] == ["- a note"]


PAGE = """<!-- a draft -->
# The Lamp

Long ago there was a boy. <!-- his
name? --> He saw [a lamp](https://example.org/lamp). ![lamp](lamp.png)

| Hour | Topic |
|------|-------|
| 0:00 | Intro |

> The river took him,
> they said.

```
code
```

<!-- never closed

“Who are you?” asked Arjun.
"""


def test_what_markdown_hides_or_tabulates_is_not_of_the_story() -> None:
    screenplay, _ = read_prose(PAGE)
    assert screenplay.title == "The Lamp"
    assert [(element.kind, element.text, element.line) for element in screenplay.elements if element.kind in ("dialogue", "note")] == [
        ("note", "a draft", 1),
        ("dialogue", "Long ago there was a boy. He saw a lamp.", 4),
        ("note", "his\nname?", 4),
        ("note", "| Hour | Topic |\n|------|-------|\n| 0:00 | Intro |", 7),
        ("dialogue", "The river took him, they said.", 11),
        ("note", "code", 14),
        ("note", "never closed", 18),
        ("dialogue", "Who are you?", 20),
        ("note", "asked Arjun.", 20),
    ]


TALE = """# The Lamp of Khari

Long ago, in a village by the river, there lived a boy named Arjun. He had no father. The old people said that the river had taken him.

“Who are you?” asked Arjun.

“I am the keeper of the lamp,” said the old woman, smiling. “Come closer.”

“Are you not afraid?” he asked.

“Of what?”

“Of the dark.”

She laughed. “The dark, Arjun, is only a door.”

***

The next morning, in the market, Meera was selling mangoes. Arjun ran to her and said, “Meera, did you see the old woman?”

“There is no old woman,” Meera said quietly, “and there never was.”

He called it "home".
"""


def test_a_tale_is_cast_narrated_and_divided_into_scenes() -> None:
    screenplay, problems = read_prose(TALE)
    assert not problems
    assert screenplay.title == "The Lamp of Khari"
    assert [text for kind, text in shape(screenplay) if kind == "heading"] == ["EXT. VILLAGE - DAY", "EXT. MARKET - MORNING"]
    assert [speech for speech in speeches(screenplay.elements) if speech[0] != "NARRATOR"] == [
        ("ARJUN", "Who are you?"),
        ("OLD WOMAN", "I am the keeper of the lamp,"),
        ("OLD WOMAN", "Come closer."),
        ("ARJUN", "Are you not afraid?"),
        ("OLD WOMAN", "Of what?"),
        ("ARJUN", "Of the dark."),
        ("OLD WOMAN", "The dark, Arjun, is only a door."),
        ("ARJUN", "Meera, did you see the old woman?"),
        ("MEERA", "There is no old woman, and there never was."),
    ]
    narration = [text for name, text in speeches(screenplay.elements) if name == "NARRATOR"]
    assert narration[0] == "Long ago, in a village by the river, there lived a boy named Arjun. He had no father."
    assert narration[-1] == 'He called it "home".'
    assert [text for kind, text in shape(screenplay) if kind == "action"] == ["smiling.", "She laughed.", "Arjun ran to her"]


def said(text: str, language: str = "en") -> list[tuple[str, str]]:
    return [speech for speech in speeches(read_prose(text, language=language)[0].elements) if speech[0] != "NARRATOR"]


def test_somebody_who_is_called_does_not_say_it() -> None:
    assert said("“I am here,” said Ravi. Meera sat.\n\n“Go,” said Meera.\n\n“Ravi, run!”")[-1] == ("VOICE", "Ravi, run!") or said(
        "“I am here,” said Ravi.\n\n“Go,” said Meera.\n\n“Ravi, run!”"
    )[-1] == ("MEERA", "Ravi, run!")


def test_two_women_are_not_told_apart_by_she() -> None:
    told = said("“Sit,” said Asha.\n\n“No,” said Meera.\n\n“Stay,” she said.")
    assert told[-1] == ("ASHA", "Stay,")  # by turns, not by the pronoun


def test_a_speech_goes_on_over_paragraphs_that_open_again() -> None:
    assert said("“It was long ago,” said Asha. “Nobody knew.\n\n“Then the river came.”") == [
        ("ASHA", "It was long ago,"),
        ("ASHA", "Nobody knew."),
        ("ASHA", "Then the river came."),
    ]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        (
            "en",
            'The fox said: "I am thirsty." The crow answered: "Do not drink."',
            [("FOX", "I am thirsty."), ("CROW", "Do not drink.")],
        ),
        ("en", '"I am thirsty." The crow said, "Do not drink."', [("VOICE", "I am thirsty."), ("CROW", "Do not drink.")]),
        ("en", '"Come," Asha said. "Let us go."', [("ASHA", "Come,"), ("ASHA", "Let us go.")]),
        (
            "hi",
            'लोमड़ी ने कहा, "मुझे प्यास लगी है।" कौवे ने जवाब दिया, "पानी मत पियो।"',
            [("लोमड़ी", "मुझे प्यास लगी है।"), ("कौवे", "पानी मत पियो।")],
        ),
        ("ar", "قال الثعلب: «أنا عطشان». أجاب الغراب: «لا تشرب».", [("الثعلب", "أنا عطشان"), ("الغراب", "لا تشرب")]),
        ("zh", "小明说：“天气很好。”小红回答道：“我们走吧。”", [("小明", "天气很好。"), ("小红", "我们走吧。")]),
    ],
)
def test_a_sentence_that_leads_to_a_quotation_is_not_the_last_ones(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text, language) == expected


def test_thoughts_are_heard_and_not_seen() -> None:
    screenplay, _ = read_prose('I thought, "Run."')
    assert [(element.text, element.extensions) for element in screenplay.elements if element.kind == "character"] == [("I", ("V.O.",))]


def test_a_speaker_nobody_tells_of_is_flagged() -> None:
    screenplay, problems = read_prose("It was dark.\n\n“Who is there?”")
    assert speeches(screenplay.elements)[-1] == ("VOICE", "Who is there?")
    assert [(problem.line, problem.column) for problem in problems] == [(3, 2)]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("fr", "— Reste, dit Claire.\n\n— Non, répondit-il. Jamais.", [("CLAIRE", "Reste")]),
        ("ru", "— Привет, — сказал Иван. — Заходи.", [("ИВАН", "Привет,"), ("ИВАН", "Заходи.")]),
        ("de", "»Komm«, sagte die alte Frau.", [("ALTE FRAU", "Komm")]),
        ("ja", "おじいさんは「よく来たね」と言った。\n\n「はい」と健二が答えた。", [("おじいさん", "よく来たね"), ("健二", "はい")]),
        ("ja", "「喉が渇いた」と狐は言いました。\n\n「飲むな」とカラスは答えました。", [("狐", "喉が渇いた"), ("カラス", "飲むな")]),
        ("ja", "「助けて」と叫んで、狐は走りました。", [("狐", "助けて")]),
        (
            "ja",
            "狐は言いました：「喉が渇いた」\n\nカラスは答えました：「飲むな」\n\n狐は走った。",
            [("狐", "喉が渇いた"), ("カラス", "飲むな")],
        ),
        ("ko", "여우가 말했다: “목이 말라.”\n\n“마시지 마.” 까마귀가 대답했습니다.", [("여우", "목이 말라."), ("까마귀", "마시지 마.")]),
        ("ar", "وقال الثعلب: «أنا عطشان».\n\nثم أجاب الغراب: «لا تشرب».", [("الثعلب", "أنا عطشان"), ("الغراب", "لا تشرب")]),
        ("de", "Der Fuchs sagte: „Ich habe Durst.“\n\nDer Rabe rief: „Nein.“\n\nEnde.", [("FUCHS", "Ich habe Durst."), ("RABE", "Nein.")]),
        ("ko", "여우가 까마귀에게 말했다: “목이 말라.”\n\n“왜?” 까마귀가 웃으며 물었다.", [("여우", "목이 말라."), ("까마귀", "왜?")]),
        ("zh", "狐狸对乌鸦说：“我渴了。”\n\n“为什么？”乌鸦向狐狸问道。", [("狐狸", "我渴了。"), ("乌鸦", "为什么？")]),
        ("ar", "فرد عليه الغراب: «لا تشرب».\n\n«لماذا؟» سأل للغراب الثعلب.", [("الغراب", "لا تشرب"), ("الثعلب", "لماذا؟")]),
        ("hi", "कौवा हँसकर बोला: “मत पियो।”", [("कौवा", "मत पियो।")]),
        ("fr", "Alors le corbeau lui répondit : « Ne bois pas. »", [("CORBEAU", "Ne bois pas.")]),
        ("ru", "Тогда старая ворона ответила: «Не пей».\n\n— Почему? — спросила лиса.", [("ВОРОНА", "Не пей"), ("ЛИСА", "Почему?")]),
        ("ru", "— Идём, — сказал Иван, улыбаясь.\n\n— Да, — сказал громко Пётр.", [("ИВАН", "Идём,"), ("ПЁТР", "Да,")]),
        ("en", "“Stay,” said the **old woman**.", [("OLD WOMAN", "Stay,")]),
        (
            "zh",
            "“好。”狐狸笑着对乌鸦说。\n\n老师大声地说：“坐。”\n\n“是。”小明小心翼翼地回答道。\n\n李向阳说：“走。”",
            [("狐狸", "好。"), ("老师", "坐。"), ("小明", "是。"), ("李向阳", "走。")],
        ),
        ("fr", "— Et puis, répondit alors Marie.\n\n— Oui, dit-il alors.", [("MARIE", "Et puis"), ("VOICE", "Oui")]),
        ("ja", "狐は言った。「やあ」\n\n「おはよう」と烏は言った。", [("狐", "やあ"), ("烏", "おはよう")]),
        ("ko", '여우가 까마귀에게 말했다. "안녕."\n\n까마귀는 웃었다.', [("여우", "안녕.")]),
        ("de", "»Sing«, sagte da der Fuchs.", [("FUCHS", "Sing")]),
        ("de", "Leise antwortete Hans: »Warum?«\n\nDa sagte Otto: »Darum.«", [("HANS", "Warum?"), ("OTTO", "Darum.")]),
        ("fr", "— Je pars, dit Marie, et je reviens.", [("MARIE", "Je pars, et je reviens.")]),
        ("fr", "— Parce que, dit Marie en souriant, il pleut.", [("MARIE", "Parce que, il pleut.")]),
        ("fr", "— Bon, dit Marie, les yeux fermés. Je dors.", [("MARIE", "Bon"), ("MARIE", "Je dors.")]),
        ("fr", "— Viens ! cria Marie. Vite !", [("MARIE", "Viens !"), ("MARIE", "Vite !")]),
        ("fr", "— Bon, dit Marie, en fermant la porte. Elle sortit.", [("MARIE", "Bon")]),
        ("es", "—¿Vas? —preguntó Luis—. ¡Qué bien!", [("LUIS", "¿Vas? ¡Qué bien!")]),
        ("ru", "— Ты где? — встрепенулась Маша.\n\n— Тут, — буркнул Егор.", [("МАША", "Ты где?"), ("ЕГОР", "Тут,")]),
        ("ru", "— Весной, — сказал Егор. — Всё проснётся. — И погладил кота.", [("ЕГОР", "Весной,"), ("ЕГОР", "Всё проснётся.")]),
        ("ru", "«Спи», — будто ответила гора.", [("ГОРА", "Спи")]),
        ("it", "– Buonasera, luna – diceva Beppe. – Hai fame?", [("BEPPE", "Buonasera, luna"), ("BEPPE", "Hai fame?")]),
        (
            "it",
            "Il vecchio Beppe remava.\n\n«Ciao» disse Beppe.\n\n«Allora siediti», mormorò il vecchio, «te ne racconto una.»",
            [("BEPPE", "Ciao"), ("BEPPE", "Allora siediti, te ne racconto una.")],
        ),
        ("pl", "— Koty nie spadają — odparł kot. — Koty lądują.", [("KOT", "Koty nie spadają"), ("KOT", "Koty lądują.")]),
        (
            "de",
            "Emil buk. »Mehl«, sagte Emil.\n\nEine alte Frau trat ein.\n\n»Haben Sie Brot?«, fragte sie leise.\n\n»Noch nicht«, antwortete "
            "Emil, »aber bald.«",
            [("EMIL", "Mehl"), ("ALTE FRAU", "Haben Sie Brot?"), ("EMIL", "Noch nicht, aber bald.")],
        ),
        (
            "ar",
            "اقترب طفل وقال: «لماذا؟»\n\nقال الحكيم: «اسأل البحر».\n\nضحك الطفل وسأل: «أي بحر؟»\n\n«أنت»، أجاب الحكيم.",
            [("طفل", "لماذا؟"), ("الحكيم", "اسأل البحر"), ("طفل", "أي بحر؟"), ("الحكيم", "أنت")],
        ),
        ("hi", 'एक कौआ था। कौए ने कहा, "पानी कहाँ है?"', [("कौआ", "पानी कहाँ है?")]),
        (
            "en",
            "“’Tis I,” a woman's voice replied,\n“Whose ship went down in May.”",
            [("WOMAN'S VOICE", "’Tis I,"), ("WOMAN'S VOICE", "Whose ship went down in May.")],
        ),
        (
            "es",
            "Una niña vivía allí. Su madre le dijo:\n\n—Lleva este pan.\n\n—Sí, mamá —prometió la niña.",
            [("MADRE", "Lleva este pan."), ("NIÑA", "Sí, mamá")],
        ),
        (
            "en",
            "My mother used to say, “The sea takes,” and I believed her.\n\n“Early,” said Pete.\n\n“Couldn't sleep.” I sat down. “You?”",
            [("MOTHER", "The sea takes,")],
        ),
        (
            "tr",
            "“Suyumu bulandırıyorsun,” dedi kurt.\n\n“Ben aşağıdayım,” diye cevap verdi kuzu.",
            [("KURT", "Suyumu bulandırıyorsun,"), ("KUZU", "Ben aşağıdayım,")],
        ),
        ("ja", "狐は井戸にいた。\n\n太郎は言った。\n「おはよう」\n\n狐が答えた。\n「やあ」", [("太郎", "おはよう"), ("狐", "やあ")]),
        ("en", "“Bring it,” Da Vinci said. “It is late,” said De Luca.", [("DA VINCI", "Bring it,"), ("DE LUCA", "It is late,")]),
        ("zh", "“你是谁？”老人问道。\n\n小明低声说：“我迷路了。”", [("老人", "你是谁？"), ("小明", "我迷路了。")]),
        ("hi", "माँ बोली, “घर चलो।”\n\n“नहीं,” रवि ने कहा।", [("माँ", "घर चलो।"), ("रवि", "नहीं,")]),
    ],
)
def test_attributions_of_many_languages(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text, language)[: len(expected)] == expected


PIECES = [
    "“Stay,” said Asha.", " She laughed. ", "“Why?”", "“No", "»Ja«", " sagte Karl", "—Hola —dijo Ana—. Pasa.", "— Reste, dit Claire.",
    "「待って」と花子は言った。", "小明说：“等一下。”", "\n\n", "\n", "***", "Chapter 1",
    "He called it \"home\".", "\"Go,\" he said, \"now.\"",
    "Mr. Rao sat.", "The next morning,", " in the village", "'Tis", "I thought, \"Run.\"", "आशा ने कहा, \"रुको।\"",
    "قالت ليلى: «ابقَ هنا».",
    "<!-- x", "-->", "| a |\n| b |", "```\n", "> ", "[a](/)",
    "—", "...", "*", "_", "“", "”", "\"", "«", "»", "[[", "/*", "NAME: hi",
]  # fmt: skip
PROSE = st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=14).map(" ".join)
KEPT = ("dialogue", "action", "note", "section")


def letters(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


@settings(max_examples=100, deadline=None)
@given(PROSE, st.sampled_from(["en", "fr", "ja", "zh", "ar", "hi", "es", "de", "ru"]))
def test_every_word_of_prose_stands_in_the_title_or_in_exactly_one_element(text: str, language: str) -> None:
    screenplay, _ = read_prose(text, language=language)
    title = "".join(letters(value) for entry in screenplay.title_page for value in entry.values)
    kept = title + "".join(letters(element.text) for element in screenplay.elements if element.kind in KEPT)
    assert Counter(kept) == Counter(letters(clean(text)))


@settings(max_examples=100, deadline=None)
@given(PROSE, st.sampled_from(["en", "fr", "ja", "es"]))
def test_spoken_narrated_and_seen_text_keeps_the_order_of_prose(text: str, language: str) -> None:
    screenplay, _ = read_prose(text, language=language)
    source = iter(letters(clean(text)))
    shown = "".join(letters(element.text) for element in screenplay.elements if element.kind in ("dialogue", "action", "section"))
    assert all(char in source for char in shown)  # each is found after the one before it


@pytest.mark.parametrize(
    ("name", "text", "form"),
    [
        ("a.fountain", "anything", "fountain"),
        ("a.txt", "INT. KITCHEN - DAY\n\nA door.", "fountain"),
        ("a.txt", "ASHA\nHi.\n\nRAVI\nHo.", "fountain"),
        ("a.txt", "@花子\n待って。\n\n@健二\nはい。", "fountain"),
        ("a.txt", "राम\nमैं यहाँ हूँ।\n\nसीता\nतुम कहाँ थे?", "fountain"),
        ("a.txt", "太郎\n待って。\n\n花子\nはい。", "fountain"),
        ("a.txt", "चाँद निकला\nरात हुई।\n\nचाँद निकला\nदिन गया।\n\nफूल खिले\nहवा चली।", "prose"),
        ("a.txt", "春天\n花开了。\n\n妈妈\n在唱歌。\n\n春天\n鸟又叫。", "prose"),
        ("a.txt", "外景。竹林。夜\n\n风吹。", "fountain"),
        ("a.md", "# Show\n\n**MIA:** Hello.\n\n**SAM:** Hi.\n\n**MIA:** So.", "dialogue"),
        (
            "a.md",
            "---\ntitle: Cats\n---\n# Cats\n\nIn this episode we talk about cats.\n\n- Cats\n- Work\n\n**Maya:** Hello!\n\n"
            "**Leo:** Hi Maya.\n\n## Links\n\n- https://example.com\n- https://example.org\n",
            "dialogue",
        ),
        ("a.txt", "Le renard dit : « J'ai soif. »\n\nLe corbeau répondit : « Ne bois pas. »\n\nLe renard dit : « Pourquoi ? »", "prose"),
        ("a.txt", "قال الثعلب: «أنا عطشان».\n\nفأجاب الغراب: «لا تشرب».\n\nقال الثعلب: «لماذا؟»", "prose"),
        ("a.txt", "狐狸说：“我渴了。”\n\n乌鸦回答：“不要喝。”\n\n狐狸问：“为什么？”", "prose"),
        ("a.txt", "太郎「おはよう」\n花子「おはよう。いい天気だね」\n太郎（笑って）「そうだね」", "dialogue"),
        ("a.txt", "狐は「渇いた」\n\nカラスも「飲むな」\n\n狐は聞いた「なぜ」\n\n狐が「そうか」", "prose"),
        ("a.txt", "太郎「おはよう」と花子に言った。\n\n花子「おはよう」と答えた。\n\n太郎「いい天気だ」と続けた。", "prose"),
        ("a.txt", "狐は言いました：「渇いた」\n\nカラスは答えました：「飲むな」\n\n狐は聞きました：「なぜ」", "prose"),
        ("a.txt", 'The fox said: "I am thirsty."\n\nThe crow answered: "Do not drink."\n\nThe fox asked: "Why?"', "prose"),
        ("a.txt", "MIA: “Welcome,” he told me.\n\nSAM: Good.\n\nEdward Said: “Yes.”", "dialogue"),
        ("a.txt", "小明：“你好。”\n\n王道明：“你好吗？”\n\n小明：“很好。”", "dialogue"),
        (
            "a.md",
            "# Show\n\nMia: Hi.\n\n- milk\n- eggs\n\nSam: Ho.\n\n> A saying.\n\nMia: Look.\n\n```\nprint(1)\nprint(2)\n```\n\nSam: So.",
            "dialogue",
        ),
        ("a.md", "A list.\n\n- Milk\n- Eggs\n\nWhat: nothing.", "prose"),
        ("a.md", "**Note:** It rained.\n\nThe king was old. He had a son, and the son had a horse.", "prose"),
        ("a.txt", "10:32 Mia: See https://example.org for notes.", "dialogue"),
        ("a.txt", "Title: X\nAuthor: Y\n\nINT. A - DAY\n\nA: b", "fountain"),
        ("a.txt", TALE, "prose"),
        ("a.txt", FDX, "fdx"),
        ("a.txt", "Roses are red\nViolets are blue", "prose"),
        ("a.txt", "Once there was a king: he was old.\nHe had a son.", "prose"),
    ],
)
def test_the_form_is_found(name: str, text: str, form: str) -> None:
    assert find_form(text, name) == form


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        ("\ufeffé".encode(), "é", "utf-8"),
        ("é ü\nआशा".encode("utf-16"), "é ü\nआशा", "utf-16"),
        ("INT. HOUSE - DAY\n\nA door.".encode("utf-16-le"), "INT. HOUSE - DAY\n\nA door.", "utf-16-le"),
        ("a\r\nb\rc\u2028d".encode(), "a\nb\nc\nd", "utf-8"),
        ("e\u0301\u200b".encode(), "é", "utf-8"),
    ],
)
def test_encodings(data: bytes, text: str, encoding: str) -> None:
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.problems) == (text, encoding, ())


LEGACY = {
    "cp1251": "Однажды ночью старик вышел на берег реки и увидел огонь. Он долго стоял и смотрел на него.\n" * 6,
    "shift_jis": "昔々、あるところにおじいさんとおばあさんが住んでいました。おじいさんは山へ行きました。\n" * 6,
    "cp1252": "Où êtes-vous allé, mon frère ? Le café était fermé, et la forêt déjà très noire.\n" * 6,
}


LATIN = {
    "tr": "Köyün ağası erkenden kalktı ve şöyle dedi: “Dün gece hiç uyumadım.” Işığı söndürdü, güneş doğuyordu.",
    "pl": "Stary człowiek usiadł na ławce i powiedział: Wczoraj widziałem księżyc nad rzeką. Śnieg spadł, źrebię piło.",
    "cs": "Starý muž si sedl na lavičku a řekl: Včera jsem viděl měsíc nad řekou. Šel dál a uviděl loďku u břehu.",
    "hu": "Az öregember leült a padra, és így szólt: Tegnap láttam a holdat a folyó fölött. Őszintén, tűz égett.",
    "hr": "Starac je sjeo i rekao: Sinoć sam vidio mjesec nad rijekom. Đaci su čekali, a žaba je šutjela u šumi.",
    "lt": "Senis atsisėdo ant suolo ir pasakė: Vakar mačiau mėnulį virš upės. Žąsys šaukė, šį kartą ėjo į namus.",
    "fr": "Le vieil homme s’assit et dit : « J’ai vu la lune. » La fille éclata de rire. Ça va, là-bas ? Où ça ?",
    "is": "Gamli maðurinn settist á bekkinn og sagði: Í gær sá ég tunglið yfir ánni. Þú ert góð, ætíð.",
    "de": "Der Mann setzte sich und sagte: „Gestern sah ich den Mond.“ Das Mädchen lachte. Größe, Äpfel, süß.",
    "short": "AYŞE\nŞimdi değil, ağabey.",
    "short pl": "ŁUKASZ\nŚwięty spokój, źle się czuję.",
    "guests": "INT. DŮM - DAY\n\nA dark room. The rain falls on the roof.\n\nJIŘÍ\nKdo je tam?\n\nBOŽENA\nTo jsem já, Jiří.",
    "guests tr": "INT. EV - DAY\n\nA dark room. Ayşe waits for the rain to stop and the day to come.\n\nAYŞE\nYağmur yağıyor.",
    "names": "The end of the road. Dvořák plays in the hall, and Antonín is at the door of the house.",
    "English": "She said, “I don’t know — maybe it’s fine…” and he left the café.",
}


@pytest.mark.parametrize(
    ("text", "encoding", "letters"),
    [
        ("tr", "cp1254", "Turkish"),
        ("pl", "cp1250", "Central European"),
        ("pl", "iso8859_2", "Central European"),
        ("cs", "cp1250", "Central European"),
        ("cs", "iso8859_2", "Central European"),
        ("hu", "iso8859_2", "Central European"),
        ("hr", "iso8859_2", "Central European"),
        ("lt", "cp1257", "Baltic"),
        ("fr", "cp1252", "Western European"),
        ("fr", "mac_roman", "Western European"),
        ("is", "cp1252", "Western European"),
        ("de", "cp1252", "Western European"),
        ("short", "cp1254", "Turkish"),
        ("short pl", "cp1250", "Central European"),
        ("short pl", "iso8859_2", "Central European"),
        ("guests", "cp1250", "Central European"),
        ("guests", "iso8859_2", "Central European"),
        ("guests tr", "cp1254", "Turkish"),
        ("names", "cp1250", "Central European"),
        ("English", "cp1252", "Western European"),
        ("English", "mac_roman", "Western European"),
    ],
)
def test_of_encodings_of_latin_letters_that_of_the_language_is_taken(text: str, encoding: str, letters: str) -> None:
    decoded = decode(LATIN[text].encode(encoding))
    assert decoded.text == LATIN[text]
    assert letters in decoded.problems[0].message


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Старик сел на скамью и сказал: Вчера я видел луну над рекой.", "iso8859_5"),
        ("Старик сел на скамью и сказал: Вчера я видел луну над рекой.", "cp866"),
        ("Старик сел на скамью и сказал: Вчера я видел луну над рекой.", "koi8_r"),
        ("INT. HOUSE - DAY\n\nИван сидит.\n\nИВАН\nКто там?\n", "cp1251"),
        ("جلس الرجل العجوز على المقعد وقال: رأيت القمر فوق النهر ليلة أمس.", "iso8859_6"),
        ("老人は椅子に座って言った。「昨夜、川の上に月を見た。」", "iso2022_jp"),
        ("老人は椅子に座って言った。「昨夜、川の上に月を見た。」", "euc_jp"),
        ("老人坐在长凳上说：“昨晚我看见河上的月亮。”女孩大声笑了。", "gb18030"),
        ("ชายชรานั่งบนม้านั่งแล้วพูดว่า เมื่อคืนฉันเห็นดวงจันทร์เหนือแม่น้ำ เด็กหญิงหัวเราะเสียงดัง", "cp874"),
        ("노인은 벤치에 앉아 말했다. 어젯밤 강 위에 뜬 달을 보았다.", "euc_kr"),
    ],
)
def test_other_letters_in_old_encodings_are_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)).text == text


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=80).filter(lambda text: not text.isascii()))
def test_what_is_utf8_is_never_guessed(text: str) -> None:
    data = clean(text).encode()
    if not data.startswith(b"\x1f\x8b"):
        assert decode(data).encoding in ("utf-8", "utf-16", "")
        assert not any("read as" in problem.message for problem in decode(data).problems)


@pytest.mark.parametrize("encoding", sorted(LEGACY))
def test_legacy_encodings_are_guessed_and_told(encoding: str) -> None:
    decoded = decode(LEGACY[encoding].encode(encoding))
    assert decoded.text == clean(LEGACY[encoding])
    assert "not UTF-8" in decoded.problems[0].message


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello there, how are you my friend? I am fine and the day is long, thank you.", "en"),
        ("À bientôt mon ami, je t'aime beaucoup et je reviens demain matin à la maison.", "fr"),
        ("नमस्ते, आप कैसे हैं? मैं ठीक हूँ।", "hi"),
        ("धर्मक्षेत्रे कुरुक्षेत्रे समवेता युयुत्सवः । मामकाः पाण्डवाश्चैव किमकुर्वत सञ्जय ॥", "sa"),
        ("كيف حالك يا صديقي", "ar"),
        ("آپ کیسے ہیں میرے دوست", "ur"),
        ("それは本当ですか", "ja"),
        ("我不知道", "zh"),
        ("안녕하세요", "ko"),
        ("😀", "en"),
        ("“Stop!”", "en"),
        ("Yippee. Left. Right. La la la. Привет. こんにちは。", "en"),
        ("Où es-tu ?", "fr"),
    ],
)
def test_languages(text: str, language: str) -> None:
    assert language_of(text) == language


def test_a_tale_knows_its_title_and_goes_where_its_sentences_go() -> None:
    told = "The Fox and the Well\n\nA fox came to the well by day. He drank.\n\n***\n\nThat night the fox ran to the village. "
    screenplay, _ = read_prose(told + "In the morning he came back to the well, and the jar went down, and the jar came up.")
    assert screenplay.title_page[0].values == ("The Fox and the Well",)
    headings = [element.text for element in screenplay.elements if element.kind == "heading"]
    assert headings[-2:] == [
        "EXT. VILLAGE - NIGHT",
        "EXT. WELL - MORNING",
    ]
    assert all("Fox and the Well" not in element.text for element in screenplay.elements)


def test_words_in_corner_brackets_behind_a_name_are_a_turn() -> None:
    screenplay, problems = read_dialogue("太郎「おはよう」\n花子（小声で）『まだ「夜」だよ』\n太郎「えっ」\n")
    said = [(element.kind, element.text) for element in screenplay.elements[1:]]
    assert said == [
        ("character", "太郎"), ("dialogue", "おはよう"),
        ("character", "花子"), ("parenthetical", "小声で"), ("dialogue", "まだ「夜」だよ"),
        ("character", "太郎"), ("dialogue", "えっ"),
    ]  # fmt: skip
    assert not problems


def test_a_narrator_is_not_spoken_by_whom_he_tells_of() -> None:
    assert ("MARIE", "Elle sortit.") not in said("— Bon, dit Marie, en fermant la porte. Elle sortit.", "fr")


def test_turns_in_corner_brackets_stand_under_headings_too() -> None:
    text = "INT. 家 - 昼\n\n太郎「おはよう」\n花子（小声で）「まだ夜だよ」\n\n犬が走る。\n"
    screenplay, _ = parse_fountain(text)
    assert shape(screenplay) == [
        ("heading", "INT. 家 - 昼"), ("character", "太郎"), ("dialogue", "おはよう"),
        ("character", "花子"), ("parenthetical", "小声で"), ("dialogue", "まだ夜だよ"), ("action", "犬が走る。"),
    ]  # fmt: skip
    action = Screenplay(elements=(Element(kind="action", text="太郎「おはよう」", line=1),))
    assert shape(parse_fountain(write_fountain(action))[0]) == [("action", "太郎「おはよう」")]


def test_a_paragraph_that_begins_with_a_number_is_spoken_and_a_list_is_not() -> None:
    screenplay, _ = read_dialogue("ANNA: Why?\n\nBEN: Hm.\n\n42. That is the answer.\n\nANNA: See.\n\n1. Links\n2. Thanks\n")
    assert speeches(screenplay.elements) == [("ANNA", "Why?"), ("BEN", "Hm.\n\n42. That is the answer."), ("ANNA", "See.")]


def test_comments_of_markdown_are_hidden_in_a_script_with_headings() -> None:
    result = read_script(b"# The Walk\n\nINT. HOUSE - DAY\n\nMIRA\nHello. <!-- louder -->\n\n<!-- a note\nto self -->\n", "walk.md")
    assert [kind for kind, text in shape(result.screenplay) if "<!--" in text] == []
    assert [text for kind, text in shape(result.screenplay) if kind == "boneyard"] == ["louder", "a note\nto self"]


def read(text: str, name: str = "a.txt") -> Screenplay:
    screenplay = read_script(text.encode(), name).screenplay
    assert screenplay is not None
    return screenplay


@pytest.mark.parametrize(
    ("text", "headings", "spoken"),
    [
        ("外景 河边 夜\n\n小梅（20岁）坐着。\n\n小梅：你来了。\n阿强：我说过。\n小梅（笑）：你每次都迟到。\n", ["外景 河边 夜"],
         [("小梅", "你来了。"), ("阿强", "我说过。"), ("小梅", "你每次都迟到。")]),
        ("S#1. 골목 / 밤\n\n눈이 내린다. 지은(24)이 서 있다.\n\n지은: 늦었어.\n민호: (웃으며) 미안.\n지은: 봐.\n\n"
         "S#2. 카페 안 / 아침\n\n민호: 커피.\n",
         ["골목 / 밤", "카페 안 / 아침"], [("지은", "늦었어."), ("민호", "미안."), ("지은", "봐."), ("민호", "커피.")]),
        ("○公園（夜）\n\n健太「遅いな」\n美咲「ごめん」\n", ["公園（夜）"], [("健太", "遅いな"), ("美咲", "ごめん")]),
        ("INT. CAFE - DAY\n\nNORA (30) waits.\n\nNORA: It is late,\nand cold.\nGUARD: Go home.\n\nShe goes.\n\nSUPER: Dawn\n\nNORA: No.\n",
         ["INT. CAFE - DAY"], [("NORA", "It is late,\nand cold."), ("GUARD", "Go home."), ("NORA", "No.")]),
        ("INT. CAFE - DAY\n\nNORA: Late.\n(beat)\nVery late.\nGUARD: Go.\nNORA: No.\n", ["INT. CAFE - DAY"],
         [("NORA", "Late."), ("GUARD", "Go."), ("NORA", "No.")]),
        ("## INT. DEN - NIGHT\n\n**FOX:** Soup.\n\n**CUB:** *(sighing)* Again.\n\n**FOX:** Yes.\n", ["INT. DEN - NIGHT"],
         [("FOX", "Soup."), ("CUB", "Again."), ("FOX", "Yes.")]),
    ],
)  # fmt: skip
def test_names_with_colons_take_turns_under_headings(text: str, headings: list[str], spoken: list[tuple[str, str]]) -> None:
    screenplay = read(text)
    assert [element.text for element in screenplay.elements if element.kind == "heading"] == headings
    assert speeches(screenplay.elements) == spoken


def test_colons_in_the_action_of_a_script_with_cues_are_nobody() -> None:
    text = "INT. CAFE - DAY\n\nClose on: a hand.\nClose on: a cup.\n\nNORA\nYes.\n\nGUARD\nNo.\n"
    assert speeches(read(text).elements) == [("NORA", "Yes."), ("GUARD", "No.")]
    silent = "INT. CAFE - DAY\n\nInsert: a letter.\n\nSUPER: 1947\n\nThen: nothing.\n"
    assert speeches(read(silent).elements) == []
    action = Screenplay(
        elements=(Element(kind="heading", text="INT. A - DAY", line=1), Element(kind="action", text="ANNA: hm\nBEN: hm\nANNA: ah", line=3))
    )
    assert shape(parse_fountain(write_fountain(action))[0]) == shape(action)


@pytest.mark.parametrize(
    ("line", "number", "setting", "place", "time"),
    [
        ("第一场 茶馆 日 内", "一", "INT", "茶馆", "day"),
        ("2. 餐厅 夜 内", "2", "INT", "餐厅", "night"),
        ("S#12 카페 안 / 아침", "12", None, "카페 안", "morning"),
        ("씬 3. 옥상, 낮", "3", None, "옥상", "day"),
        ("○　公園・夜", None, None, "公園", "night"),
        ("ИНТ. КУХНЯ - НОЧЬ", None, "INT", "КУХНЯ", "night"),
        ("НАТ. УЛИЦА. УТРО", None, "EXT", "УЛИЦА", "morning"),
        ("INTERNO. CUCINA - NOTTE", None, "INT", "CUCINA", "night"),
        ("EXT. PRAIA - MANHÃ", None, "EXT", "PRAIA", "morning"),
        ("WNĘTRZE. KUCHNIA - NOC", None, "INT", "KUCHNIA", "night"),
        ("EXT. CALLE, NOCHE", None, "EXT", "CALLE", "night"),
        ("Scene 1: INT. KITCHEN - DAY", "1", "INT", "KITCHEN", "day"),
    ],
)
def test_headings_as_many_countries_write_them(line: str, number: str | None, setting: str | None, place: str, time: str) -> None:
    heading = read_heading(line)
    assert is_heading(line) and split_number(line)[1] == number
    assert (heading.setting, heading.place, heading.time) == (setting, place, time)


@pytest.mark.parametrize(
    "line", ["○ということだ。", "第一场# Deep Water", "○ 오늘의 소식", "Scene 2: the fight", "S# of the day", "Сцена 3: ссора"]
)
def test_what_only_looks_like_a_scene_mark_is_no_heading(line: str) -> None:
    assert not is_heading(line)


def test_a_play_has_scenes_and_its_action_is_not_spoken() -> None:
    text = (
        "LES DEUX VOISINS\n\nScène 1\n\nUn village, la nuit. MADAME DUVAL attend.\n\nMADAME DUVAL : Encore !\nMONSIEUR PETIT, à part : "
        "Quelle femme !\n\nIl sort.\n\nScène 2\n\nLa cave.\n\nMADAME DUVAL (bas) : « Bonsoir », dit-on.\n"
    )
    screenplay = read(text)
    assert (screenplay.form, screenplay.title) == ("dialogue", "LES DEUX VOISINS")
    assert speeches(screenplay.elements) == [
        ("MADAME DUVAL", "Encore !"),
        ("MONSIEUR PETIT", "Quelle femme !"),
        ("MADAME DUVAL", "« Bonsoir », dit-on."),
    ]
    assert next(element.text for element in screenplay.elements if element.kind == "heading") == "EXT. VILLAGE - NIGHT"
    assert [element.text for element in screenplay.elements if element.kind == "action"][1] == "Il sort."


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("THE LAST TRAIN\n\nINT. STATION - NIGHT\n\nRain.\n", "THE LAST TRAIN"),
        ("# The Fox\n\nINT. DEN - NIGHT\n\nA fire.\n", "The Fox"),
        ("雨の約束\n\n○公園（夜）\n\n健太が来る。\n", "雨の約束"),
        ("BLACK SCREEN\n\nINT. STATION - NIGHT\n\nRain.\n", "A"),
        ("A bell rings.\n\nINT. STATION - NIGHT\n\nRain.\n", "A"),
        ("# Act one\n\nINT. A - DAY\n\nRain.\n\n# Act two\n\nINT. B - DAY\n\nSun.\n", "A"),
        ("Why Cats Fall\n\nMAYA: Hm.\nTOM: Hm.\nMAYA: So.\n", "Why Cats Fall"),
    ],
)
def test_the_line_over_the_first_scene_is_the_title(text: str, title: str) -> None:
    screenplay = read(text)
    assert screenplay.title == title
    assert any(element.text == text.partition("\n")[0] for element in screenplay.elements) == (title == "A" and not text.startswith("#"))


def test_plays_as_they_were_printed_have_points_behind_the_names() -> None:
    text = (
        "ACT I\n\nSCENE 1\n\nA garden. Night.\n\nLYSANDER. How now!\n\nHERMIA (softly). Belike for want of rain.\n\n"
        "LYSANDER. [Aside] Alas.\n\nHERMIA. What?\n\nExit LYSANDER.\n"
    )
    screenplay = read(text)
    assert speeches(screenplay.elements) == [
        ("LYSANDER", "How now!"), ("HERMIA", "Belike for want of rain."), ("LYSANDER", "Alas."), ("HERMIA", "What?")
    ]  # fmt: skip
    assert [element.text for element in screenplay.elements if element.kind == "heading"] == ["EXT. GARDEN - NIGHT"]
    assert screenplay.elements[-1].text == "Exit LYSANDER."


def test_a_sentence_that_begins_in_capitals_is_nobody() -> None:
    assert speeches(read("INT. A - DAY\n\nRAIN. It falls.\n\nANNA\nHm.\n\nRAIN. Again.\n\nWIND. Too.\n").elements) == [("ANNA", "Hm.")]


def test_a_first_person_narrator_says_what_stands_beside_what_he_does() -> None:
    text = "I went down. “You're early,” said Pete.\n\n“Couldn't sleep.” I sat down.\n\n“But I heard it,” I whispered.\n"
    assert ("I", "Couldn't sleep.") in said(text)
