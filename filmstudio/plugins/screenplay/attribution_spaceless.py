"""Attributions in languages written without spaces: Japanese ``「…」と花子は言った`` and Chinese ``小明说：“…”``."""

from __future__ import annotations

import re

from filmstudio.plugins.screenplay.attribution_words import Attribution, verbs_of

_JAPANESE_NAME = r"(?P<name>[^\s、。，！？「」『』はがも]{1,10})"
_JAPANESE_AFTER = re.compile(rf"^\s*(?:と|って)?\s*[、,]?\s*{_JAPANESE_NAME}(?:は|が|も)(?P<mid>[^。]{{0,24}})")
_JAPANESE_BEFORE = re.compile(rf"(?:^|[、。，！？\s]){_JAPANESE_NAME}(?:は|が|も)(?P<mid>[^。]{{0,16}})$")
_JAPANESE_LATER = re.compile(rf"^、?{_JAPANESE_NAME}(?:は|が|も)")
"""Whoever speaks may be named behind the verb: ``「…」と言って、狐は走りました``."""
_JAPANESE_THOUGHTS = ("と思", "と考")
_CHINESE_THOUGHTS = ("心想", "想道", "心里想", "心裡想")
_CHINESE_TO = re.compile(r"(?:(?<=^[我你您他她它咱])|(?<=..)|(?<=.)(?=[对對跟]|.[我你您他她它咱]|.{3}))[对對向跟朝].*$")
"""To whom: 李向阳 is a name, and 他向我 is not."""
_CHINESE_MANNER = re.compile(
    r"(?:低声|轻声|轻轻地?|大声|高声|又|就|也|便|却|连忙|赶紧|忽然|突然|回头|很|非常|十分|[微大苦冷狂]笑[着著]|[颤顫]抖[着著]"
    r"|(?:小心翼翼|得意洋洋|慢吞吞|气呼呼|氣呼呼|气冲冲|氣沖沖|笑嘻嘻|笑眯眯|乐呵呵|樂呵呵|.{2})地|.[着著])+$"
)
"""How it is said: 笑着, 高兴地. What is unknown is taken to be short, so that the name before it stays whole."""


def _spaceless_verb(text: str, language: str) -> tuple[int, int, str] | None:
    """The first verb of saying in ``text``: its offsets and itself. Longest first at one place."""
    found: tuple[int, int, str] | None = None
    for words in verbs_of(language):
        verb = "".join(words)
        at = text.find(verb)
        if at >= 0 and (found is None or (at, -len(verb)) < (found[0], found[0] - found[1])):
            found = (at, at + len(verb), verb)
    return found


def japanese_after(text: str) -> Attribution | None:
    """``と花子は言った``: the attribution at the head of ``text``."""
    sentence = re.split(r"(?<=[。！？\n])", text, maxsplit=1)[0]
    verb = _spaceless_verb(sentence, "ja")
    if verb is None or not re.match(r"\s*(?:と|って|、)", sentence):
        return None
    match = _JAPANESE_AFTER.match(sentence)
    subject = match.group("name") if match and match.start("mid") <= verb[0] else ""
    if not subject and (later := _JAPANESE_LATER.match(sentence[verb[1] :])):
        subject = later.group("name")
    end = verb[1] + (1 if sentence[verb[1] : verb[1] + 1] in "。、" else 0)
    return Attribution(subject, 0, end, verb[2].startswith(_JAPANESE_THOUGHTS))


def japanese_before(sentence: str) -> Attribution | None:
    """``花子は``: the attribution at the end of ``sentence``."""
    match = _JAPANESE_BEFORE.search(sentence.rstrip("、 　:："))
    if match is None:
        return None
    plain = not match.group("mid").strip("、 　") or _spaceless_verb(sentence, "ja") is not None
    return Attribution(match.group("name"), match.start("name") if plain else len(sentence), len(sentence))


def chinese_after(text: str) -> Attribution | None:
    """``小明说``: the attribution at the head of ``text``."""
    clause = re.split(r"(?<=[。！？\n：:])", text, maxsplit=1)[0]
    head = clause.lstrip("，, 、")
    skipped = len(clause) - len(head)
    verb = _spaceless_verb(head, "zh")
    if verb is None or verb[0] > 8 or "，" in head[: verb[0]]:
        return None
    subject = _chinese_subject(head[: verb[0]])
    end = skipped + verb[1]
    mark = re.match(r"[。，：:、,.]", clause[end:])
    return Attribution(subject, 0, end + (mark.end() if mark else 0), verb[2] in _CHINESE_THOUGHTS)


def chinese_before(sentence: str) -> Attribution | None:
    """``小明说：``: the attribution at the end of ``sentence``."""
    match = re.search(r"(?:^|[，。,、])(?P<lead>[^，。,、：:]{0,16})[：:，,]\s*$", sentence)
    if match is None:
        return None
    lead = match.group("lead")
    verb = None
    for words in verbs_of("zh"):
        if lead.endswith("".join(words)):
            verb = "".join(words)
            break
    if verb is None:
        return (
            Attribution(lead, match.start("lead"), len(sentence))
            if sentence.rstrip().endswith(("：", ":")) and 1 <= len(lead) <= 4
            else None
        )
    subject = _chinese_subject(lead.removesuffix(verb))
    return Attribution(subject, match.start("lead"), len(sentence), verb in _CHINESE_THOUGHTS)


def _chinese_subject(words: str) -> str:
    """Whoever speaks, without manner and without whom it is said to."""
    return _CHINESE_MANNER.sub("", _CHINESE_TO.sub("", _CHINESE_MANNER.sub("", words.strip())))
