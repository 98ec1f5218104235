"""Who a piece of prose says is speaking: the clause with a verb of saying beside a quotation, in eight languages and their like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from filmstudio.plugins.screenplay.attribution_spaceless import chinese_after, chinese_before, japanese_after, japanese_before
from filmstudio.plugins.screenplay.attribution_words import ARABIC_JOINS, Attribution, verbs_of
from filmstudio.plugins.screenplay.grammar import fold, grammar

_TOKEN = re.compile(r"[^\s,;:!?…。，、：；！？،؛؟।॥()\"“”„«»「」『』—–]+")
_ABBREVIATIONS = frozenset({"mr.", "mrs.", "ms.", "dr.", "st.", "prof.", "capt.", "sr.", "jr.", "sra.", "m.", "mme.", "fr."})
_PARTICLES = frozenset({"de", "van", "von", "al", "bin", "ibn", "del", "della", "da", "di", "el", "la", "le", "du", "ben"})
_OBJECTS = {
    "fr": frozenset({"me", "te", "lui", "nous", "vous", "leur"}), "es": frozenset({"me", "te", "le", "les", "nos", "os", "se"}),
    "it": frozenset({"mi", "ti", "gli", "le", "ci", "vi", "si"}), "pt": frozenset({"me", "te", "lhe", "lhes", "nos", "se"}),
}  # fmt: skip
"""Whom something is said to, written before the verb."""
_ARABIC_TO = frozenset({"له", "لها", "لهم", "لهما", "لي", "لك", "لنا", "عليه", "عليها", "عليهم", "إليه", "إليها"})
_SUBJECT_LATER = frozenset({"fr", "es", "it", "pt", "de", "nl"})
_THEN = frozenset(
    {"alors", "puis", "ensuite", "enfin", "aussitôt", "entonces", "luego", "dann", "da", "darauf", "leise", "allora", "então", "toen"}
)
_VERB_SECOND = frozenset({"de", "nl", "sv"})
"""Languages in which *then* or *softly* before the verb sends its subject behind it: ``Da sagte Hans:``."""
_SLAVIC_OTHERS = frozenset(
    {"при", "без", "для", "под", "над", "про", "через", "из-за", "ещё", "еще", "уже", "вслух", "вновь", "опять", "мне", "нам"}
)
_SLAVIC_ENDS = re.compile("(?:[оуюе]|сь|ми|им|ым|нув|[аиы]в)$")
"""Endings of adverbs, of other cases, and of what is done besides."""
_POLISH_OTHERS = frozenset(
    {"się", "przez", "bardzo", "cicho", "głośno", "nagle", "jeszcze", "już", "potem", "znów", "znowu", "wreszcie", "wtedy", "tylko", "mnie"}
    | {
        "jego",
        "jej",
        "ich",
        "nim",
        "nią",
        "niego",
        "niej",
        "który",
        "która",
        "zaraz",
        "tak",
        "nie",
        "bez",
        "dla",
        "pod",
        "nad",
        "przy",
        "ale",
    }
)
_POLISH_ENDS = re.compile("(?:[ąę]|ąc|ąco|owi|iem|em|nie|ch)$")
"""Endings of other cases, of adverbs, and of what is done besides."""
_TURKISH_OTHERS = frozenset(
    {"ona", "bana", "sana", "bize", "onlara", "sonra", "yine", "tekrar", "hemen", "bir", "ama", "diye", "sessizce", "usulca"}
)
_KOREAN_SUBJECT = re.compile(r"(?<=.)(?:께서|은|는|이|가)$")
"""The particle that Korean writes on the subject."""
_ARABIC_LEADS = frozenset({"ثم", "ولكن", "لكن", "عندها", "عندئذ", "حينئذ", "هنا", "وهنا", "بعدها", "وبعدها"})
"""*Then*, *but*, *here*: what stands before the verb and is nobody."""
_SLAVIC_MANNER = frozenset(
    {"будто", "словно", "как", "точно", "вдруг", "тут", "снова", "опять", "наконец", "лишь", "только", "наче", "ніби"}
)
"""What stands before the verb in ``— будто ответила гора``."""
_LEADING = re.compile(r"[\s,،—–-]*")
_SENTENCE_END = re.compile(r"(?:[.!?…]+[\"”’)]*\s+|[。！？।॥؟]\s*)")


def after_quote(text: str, language: str) -> Attribution | None:
    """The attribution at the head of ``text``, which follows a quotation: ``said Asha``, ``Asha said softly``, ``と花子は言った``."""
    if language == "ja":
        return japanese_after(text)
    if language == "zh":
        return chinese_after(text)
    marks = _LEADING.match(text)
    lead = marks.end() if marks else 0  # «Привет», — сказал Иван.
    sentence = text[:lead] + _first_sentence(text[lead:])
    tokens = _tokens(sentence)
    if not tokens:
        return None
    if language == "ko":
        return _korean(sentence, tokens)
    first = 0
    while first < min(len(tokens) - 1, 2) and _comes_between(tokens[first].word, language):
        first += 1
    verb = _verb_at(sentence, tokens, first, language)
    if verb:
        start = _after_verb(tokens, first + verb, language)
        phrase = _noun_phrase(tokens, start, language)
        subject = sentence[tokens[start].start : tokens[phrase - 1].end] if phrase else ""
        return _finished(text, sentence, tokens, subject, phrase or first + verb, _is_thought(tokens, first, verb))
    if language == "hi":
        return _hindi(sentence, tokens, language)
    phrase = _noun_phrase(tokens, 0, language)
    if not phrase:
        return None
    at = phrase
    while at < len(tokens) and at < phrase + 2 and _comes_between(tokens[at].word, language):
        at += 1
    verb = _verb_at(sentence, tokens, at, language)
    if not verb:
        return None
    subject = sentence[tokens[0].start : tokens[phrase - 1].end]
    return _finished(text, sentence, tokens, subject, at + verb, _is_thought(tokens, at, verb))


def before_quote(text: str, language: str) -> Attribution | None:
    """The attribution at the end of ``text``, which a quotation follows: ``Asha said,``, ``आशा ने कहा,``, ``قالت ليلى:``."""
    said = text.rstrip()
    if language in ("ja", "ko") and said.endswith(("。", ".")) and any(said[:-1].endswith("".join(verb)) for verb in verbs_of(language)):
        said = said[:-1]  # 狐は言った。「…」
    elif said.rstrip("\"'").rstrip().endswith((".", "!", "?", "…", "。", "！", "？", "।", "॥", "؟")):
        return None
    start = 0
    for match in _SENTENCE_END.finditer(said):
        if (
            match.group().startswith(".")
            and text[: match.start() + 1].split()[-1:]
            and text[: match.start() + 1].rsplit(maxsplit=1)[-1].lower() in _ABBREVIATIONS
        ):
            continue
        start = match.end()
    sentence = said[start:]
    if not sentence.strip():
        return None
    found: Attribution | None
    if language == "ja":
        found = japanese_before(sentence)
    elif language == "zh":
        found = chinese_before(sentence)
    else:
        found = _worded_before(sentence, language)
    return None if found is None else Attribution(found.subject, start + found.start, len(text), found.thought)


def _worded_before(sentence: str, language: str) -> Attribution | None:
    tokens = _tokens(sentence)
    introduces = sentence.rstrip().endswith((",", ":", "،"))
    for at in range(len(tokens) - 1, -1, -1):
        verb = _verb_at(sentence, tokens, at, language)
        if not verb or not (introduces or at + verb == len(tokens)) or len(tokens) - at > 8:
            continue
        thought = _is_thought(tokens, at, verb)
        if language == "hi":
            found = _hindi(sentence, tokens[: at + verb], language)
            return found and Attribution(found.subject, found.start, len(sentence), thought)
        if language == "ko":
            found = _korean(sentence, tokens[: at + verb])
            return found and Attribution(found.subject, found.start, len(sentence), thought)
        before = at
        inverted = language in _VERB_SECOND and at == 1 and (fold(tokens[0].word) in _THEN or _is_adverb(tokens[0].word))
        while before > 0 and _comes_between(tokens[before - 1].word, language):
            before -= 1
        for first in range(max(0, before - 4), 0 if inverted else before):
            if _noun_phrase(tokens, first, language) == before and (first == 0 or not _noun_phrase_covers(tokens, first, language)):
                subject = sentence[tokens[first].start : tokens[before - 1].end]
                besides = language == "ar" and first > 0 and tokens[at].word.startswith(ARABIC_JOINS)  # ضحك الطفل, وسأل
                return Attribution(subject, tokens[at if besides else first].start, len(sentence), thought)
        behind = _after_verb(tokens, at + verb, language)
        after = _noun_phrase(tokens, behind, language)
        if after and (language == "ar" or before == 0 or inverted):
            begin = tokens[0 if inverted else at].start
            return Attribution(sentence[tokens[behind].start : tokens[after - 1].end], begin, len(sentence), thought)
        head = _noun_phrase(tokens, 0, language)
        if head and head < at:
            joint = at - 1 if before == at and at > head and fold(tokens[at - 1].word) in ("and", "y", "et", "und", "e") else at
            return Attribution(sentence[tokens[0].start : tokens[head - 1].end], tokens[joint].start, len(sentence), thought)
        return Attribution("", tokens[at].start, len(sentence), thought)
    if sentence.rstrip().endswith((":", "：")) and (phrase := _noun_phrase(tokens, 0, language)) == len(tokens) and phrase:
        return Attribution(sentence[tokens[0].start : tokens[-1].end], 0, len(sentence))
    return None


@dataclass(frozen=True, slots=True)
class _Token:
    word: str
    start: int
    end: int


def _tokens(text: str) -> list[_Token]:
    tokens = []
    for match in _TOKEN.finditer(text):
        word = match.group()
        kept = word if fold(word) in _ABBREVIATIONS else word.rstrip(".-'’")
        if kept:
            tokens.append(_Token(kept, match.start(), match.start() + len(kept)))
    return tokens


def _first_sentence(text: str) -> str:
    for match in re.finditer(r"[.!?…]+(?=\s|$)|[。！？।॥؟\n]|[;:—–]", text):
        head = text[: match.end()].split()
        if head and head[-1].lower() in _ABBREVIATIONS:
            continue
        if match.start() > 0:
            return text[: match.end()]
    return text


def _verb_at(sentence: str, tokens: list[_Token], at: int, language: str) -> int:
    """How many tokens from ``at`` on are a verb of saying; 0 for none. French ``dit-il`` is one token with its subject."""
    if at >= len(tokens):
        return 0
    for verb in verbs_of(language):
        words = tuple(fold(token.word) for token in tokens[at : at + len(verb)])
        if words == verb or (language == "ar" and words[0].startswith(ARABIC_JOINS) and (words[0][1:], *words[1:]) == verb):
            return len(verb)
        if language == "fr" and len(verb) == 1 and re.fullmatch(rf"{re.escape(verb[0])}(?:-t)?-\w+", words[0]):
            return len(verb)
    return 0


def _is_thought(tokens: list[_Token], at: int, count: int) -> bool:
    words = " ".join(fold(token.word) for token in tokens[at : at + count])
    return words in {fold(verb) for verb in grammar().speech.thought_verbs}


def _is_adverb(word: str) -> bool:
    folded = fold(word)
    return (
        folded in grammar().speech.adverbs
        or (folded.endswith("ly") and len(folded) > 4)
        or (folded.endswith(("mente", "ment")) and len(folded) > 7)
    )


def pronoun_of(word: str, language: str) -> str | None:
    """What a pronoun stands for: m, f, i (the narrator), n (a thing), or empty for anybody; None when ``word`` is no pronoun."""
    pronouns = grammar().speech.pronouns
    return pronouns.get(language, pronouns["en"]).get(fold(word))


def is_determiner(word: str) -> bool:
    """Whether ``word`` is an article or possessive that begins a phrase for a person."""
    return fold(word) in grammar().speech.determiners


def _noun_phrase(tokens: list[_Token], at: int, language: str) -> int:
    """The index after the phrase for a person that begins at ``at``; 0 when none does."""
    if at >= len(tokens):
        return 0
    word = tokens[at].word
    if pronoun_of(word, language) is not None:
        return at + 1
    if language == "fr" and at > 0 and re.search(r"-(?:il|elle|je)$", tokens[at - 1].word):
        return 0
    if language == "ar":
        if word in _ARABIC_LEADS:
            return 0
        qualified = at + 1 < len(tokens) and tokens[at + 1].word.startswith("ال") and not _does_arabic(word)
        return min(len(tokens), at + (2 if qualified else 1))
    end = at
    if fold(word) in grammar().speech.determiners:
        end = at + 1
        while end < len(tokens) and end <= at + 3 and not _ends_phrase(tokens, end, language):
            end += 1
        return end if end > at + 1 else 0
    if _is_phrase_end(tokens, at):
        return 0
    while end < len(tokens) and end < at + 4 and _is_name(tokens, end, at, language):
        end += 1
    while end > at and fold(tokens[end - 1].word) in _PARTICLES:
        end -= 1
    if end == at and (fold(word) in grammar().relations or _is_bare_subject(fold(word), language)):
        return at + 1
    return end if end > at else 0


def _does_arabic(word: str) -> bool:
    """Whether a word is what somebody does, and the one behind it who does it: ``ضحك الطفل وسأل``."""
    return fold(word) in {fold(action) for action in grammar().actions["ar"]}


def _noun_phrase_covers(tokens: list[_Token], first: int, language: str) -> bool:
    """Whether a longer phrase began earlier and takes ``first`` in."""
    return any(_noun_phrase(tokens, earlier, language) > first for earlier in range(max(0, first - 3), first))


def _is_name(tokens: list[_Token], at: int, first: int, language: str) -> bool:
    word = tokens[at].word
    if at > first and tokens[at].start - tokens[at - 1].end > 1:
        return False
    if word[:1].isupper():
        return not _is_phrase_end(tokens, at) and not (at > first and _verb_at("", tokens, at, language))
    return at > first and fold(word) in _PARTICLES


def _is_phrase_end(tokens: list[_Token], at: int) -> bool:
    """Whether a word is none of a name: ``da`` is, but not in ``Da Vinci``."""
    word = tokens[at].word
    begins_name = word[:1].isupper() and fold(word) in _PARTICLES and at + 1 < len(tokens) and tokens[at + 1].word[:1].isupper()
    return fold(word) in grammar().speech.phrase_ends and not begins_name


def _comes_between(word: str, language: str) -> bool:
    """Whether ``word`` may stand between a subject and its verb."""
    if language in ("ru", "uk") and word.islower() and (word in _SLAVIC_MANNER or word.endswith("о")):
        return True
    return _is_adverb(word) or fold(word) in _OBJECTS.get(language, ())


def _after_verb(tokens: list[_Token], at: int, language: str) -> int:
    """Where a subject behind the verb may begin: behind *then*, in Arabic behind those who are spoken to, in Russian how it is said."""
    while at < len(tokens):
        word = tokens[at].word
        spoken_to = language == "ar" and (word in _ARABIC_TO or word.startswith("لل"))
        manner = language in ("ru", "uk") and word.islower() and word.endswith("о")
        if not (spoken_to or manner or (language in _SUBJECT_LATER and _is_then(tokens, at))):
            break
        at += 1
    return at


def _is_then(tokens: list[_Token], at: int) -> bool:
    """Whether a word stands between a verb and its subject: ``répondit alors Marie``, ``sagte da der Fuchs``."""
    before, word = tokens[at - 1], tokens[at]
    joined = word.start - before.end == 1 and at + 1 < len(tokens) and tokens[at + 1].start - word.end == 1
    return joined and "-" not in before.word and (fold(word.word) in _THEN or _is_adverb(word.word))


def _is_bare_subject(word: str, language: str) -> bool:
    """Whether a small word may be somebody, in languages without articles (Russian, Polish, Turkish): a noun as the subject."""
    if language == "pl":
        return len(word) > 2 and word not in _POLISH_OTHERS and not _POLISH_ENDS.search(word)
    if language == "tr":
        return len(word) > 2 and word not in _TURKISH_OTHERS
    if language not in ("ru", "uk"):
        return False
    return len(word) > 2 and word not in _SLAVIC_OTHERS and word not in grammar().speech.phrase_ends and not _SLAVIC_ENDS.search(word)


def _ends_phrase(tokens: list[_Token], at: int, language: str) -> bool:
    word = fold(tokens[at].word)
    apart = tokens[at].start - tokens[at - 1].end > 1
    closes = word in grammar().speech.phrase_ends or _comes_between(word, language) or word.endswith("ing")
    return apart or closes or bool(_verb_at("", tokens, at, language))


def _finished(text: str, sentence: str, tokens: list[_Token], subject: str, at: int, thought: bool) -> Attribution:
    """The attribution up to token ``at``, with manner and listener after it and the mark that ends it."""
    if not subject and (match := re.search(r"-(il|elle|je)$", tokens[at - 1].word)):
        subject = match.group(1)
    while at < len(tokens):
        apart = tokens[at].start - tokens[at - 1].end > 1
        if not apart and _is_adverb(tokens[at].word):
            at += 1
        elif (not apart and fold(tokens[at].word) in ("him", "her", "them", "me", "us")) or (
            not apart
            and fold(tokens[at].word) == "to"
            and at + 1 < len(tokens)
            and (pronounish(tokens[at + 1].word) or tokens[at + 1].word[:1].isupper())
        ):
            at += 2 if fold(tokens[at].word) == "to" else 1
        else:
            break
    end = tokens[min(at, len(tokens)) - 1].end
    mark = re.match(r"[\s]*[,.;:!?…।]+", text[end:])
    return Attribution(subject, 0, end + (mark.end() if mark else 0), thought)


def pronounish(word: str) -> bool:
    """Whether ``word`` is an English pronoun in the objective case."""
    return fold(word) in ("him", "her", "them", "me", "us", "it", "you")


def _hindi(sentence: str, tokens: list[_Token], language: str) -> Attribution | None:
    words = [token.word for token in tokens]
    verb = next((at for at in range(len(tokens)) if _verb_at(sentence, tokens, at, language)), None)
    if verb is None:
        return None
    mark = next((at for at in range(verb) if words[at] == "ने"), None)
    end = mark if mark is not None else verb
    if mark is None and verb and words[verb - 1].endswith("कर"):  # "laughing": done besides
        end = verb - 1
        if not end:
            return None
    first = end
    while (
        first > 0
        and end - first < 3
        and words[first - 1] not in grammar().speech.hindi_leads
        and (first == end or tokens[first].start - tokens[first - 1].end <= 1)
    ):
        first -= 1
    pronoun = next((word for word in words[:verb] if pronoun_of(word, "hi") is not None), None)
    subject = sentence[tokens[first].start : tokens[end - 1].end] if end > first else ""
    stop = tokens[min(verb + _verb_at(sentence, tokens, verb, language), len(tokens)) - 1].end
    tail = re.match(r"\s*[,.:;।॥]+", sentence[stop:])
    return Attribution(pronoun or subject, tokens[first].start if subject else tokens[verb].start, stop + (tail.end() if tail else 0))


def _korean(sentence: str, tokens: list[_Token]) -> Attribution | None:
    """``여우가 까마귀에게 말했다``: the verb is the last word, the subject has its particle."""
    verb = next((at for at in range(len(tokens)) if _verb_at(sentence, tokens, at, "ko")), None)
    if verb is None:
        return None
    pronoun = next((at for at in range(verb) if pronoun_of(_KOREAN_SUBJECT.sub("", tokens[at].word), "ko") is not None), None)
    named = next((at for at in range(verb) if _KOREAN_SUBJECT.search(tokens[at].word)), None)
    at = pronoun if pronoun is not None else named
    subject = _KOREAN_SUBJECT.sub("", tokens[at].word) if at is not None else ""
    tail = re.match(r"\s*[,.:;]+", sentence[tokens[verb].end :])
    return Attribution(subject, tokens[verb if at is None else at].start, tokens[verb].end + (tail.end() if tail else 0))
