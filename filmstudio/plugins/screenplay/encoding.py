"""Bytes become clean text: the encoding is found, and what no script needs (NULs, control characters) is removed and told."""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from filmstudio.core.errors import Severity
from filmstudio.core.requests import ReadProblem
from filmstudio.plugins.screenplay.latin import find_latin_encoding

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_OTHER_FILES = (
    (b"%PDF", "a PDF"),
    (b"PK\x03\x04", "a Word, Pages or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old Word file"),
    (b"{\\rtf", "a rich text file"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
)
_LEGACY = (
    "cp1252", "cp1250", "cp1251", "koi8_r", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258", "cp874",
    "shift_jis", "cp932", "euc_jp", "gb18030", "big5", "euc_kr", "cp949", "mac_roman",
    "iso8859_5", "cp866", "iso8859_6", "iso8859_7",
)  # fmt: skip
_ESCAPED_JAPANESE = re.compile(rb"\x1b\$[@B]")
"""How ISO-2022-JP goes over to Japanese; to UTF-8 it is a control character, which no text has."""
_LETTERS_OF = {
    "cp1252": "Western European", "iso8859_15": "Western European", "mac_roman": "Western European, of old Macs",
    "cp1250": "Central European", "iso8859_2": "Central European", "cp1254": "Turkish", "cp1257": "Baltic", "iso8859_13": "Baltic",
    "cp1251": "Cyrillic", "koi8_r": "Cyrillic", "iso8859_5": "Cyrillic", "cp866": "Cyrillic", "cp1253": "Greek", "iso8859_7": "Greek",
    "cp1255": "Hebrew", "cp1256": "Arabic", "iso8859_6": "Arabic", "cp1258": "Vietnamese",
    "cp874": "Thai", "shift_jis": "Japanese", "cp932": "Japanese", "euc_jp": "Japanese", "gb18030": "Chinese", "big5": "Chinese",
    "euc_kr": "Korean", "cp949": "Korean",
}  # fmt: skip
"""What a person knows an encoding by, for those that are guessed."""
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")
_INVISIBLE = re.compile("[\ufeff\u200b\u2060\u00ad\u202a-\u202e\ufff9-\ufffb\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_SAVE_AS_UTF8 = "Save the script as UTF-8 text and try again."
_MOST_CONTROL = 0.01
_LONGEST_TELLING = 3


@dataclass(frozen=True, slots=True)
class Decoded:
    """Clean text (line feeds only, NFC, no control characters) and how it was encoded; or the problems that prevent it."""

    text: str
    encoding: str
    problems: tuple[ReadProblem, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether the text can be read on."""
        return not any(problem.severity is Severity.ERROR for problem in self.problems)


def decode(data: bytes) -> Decoded:
    """Find the encoding of ``data``: its byte order mark, UTF-8, UTF-16 by its zeros, else the legacy encoding that fits best."""
    for magic, what in _OTHER_FILES:
        if data.startswith(magic):
            return _refused(f"This is {what}, not a script's text.", "Export it as Fountain, Final Draft FDX or plain text.")
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _strictly(data, name)
    if b"\0" in data[:4096]:
        wide = _wide(data)
        if wide:
            return _strictly(data, wide)
    if _ESCAPED_JAPANESE.search(data):
        return _strictly(data, "iso2022_jp")
    try:
        return _cleaned(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        return _legacy(data, error)


def clean(text: str) -> str:
    """NFC text with line feeds only, without control characters, byte order marks, zero-width spaces and direction overrides.

    Joiners stay: Indic and Persian spelling and emoji need them. Cleaning twice changes nothing.
    """
    return unicodedata.normalize("NFC", _INVISIBLE.sub("", _CONTROL.sub("", _LINE_ENDS.sub("\n", text))))


def _strictly(data: bytes, encoding: str) -> Decoded:
    try:
        return _cleaned(data.decode(encoding), encoding.removesuffix("-sig"))
    except UnicodeDecodeError as error:
        line, column = _place(data[: error.start].decode(encoding, "ignore"))
        return _refused(
            f"The bytes here are not {encoding.removesuffix('-sig').upper()}, which the file says it is.", _SAVE_AS_UTF8, line, column
        )


def _wide(data: bytes) -> str | None:
    """UTF-16 without a byte order mark: nearly all zeros at one parity (for text with spaces and line ends in any script)."""
    head = data[: 4096 & ~1]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if len(data) % 2 or max(even, odd) < max(4, len(head) // 24) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _legacy(data: bytes, error: UnicodeDecodeError) -> Decoded:
    damaged = data.decode("utf-8", "replace")
    bad = damaged.count("\ufffd")
    wide_letters = sum(1 for char in damaged if char > "\x7f") - bad
    line, column = _place(damaged[: damaged.index("\ufffd")] if "\ufffd" in damaged else "")
    if wide_letters > 2 * bad:
        return _refused(f"{bad} bytes are not valid UTF-8; the first is here.", _SAVE_AS_UTF8, line, column)
    if _control_share(data.decode("latin-1")[:65536]) > _MOST_CONTROL:
        return _refused("This file is binary, not text.", "Give a script as Fountain, Final Draft FDX or plain text.")
    latin = find_latin_encoding(data)
    if latin is not None:
        return _guessed(data.decode(latin), latin, line, column)
    from charset_normalizer import from_bytes

    matches = list(from_bytes(data, cp_isolation=list(_LEGACY), preemptive_behaviour=False))
    # Sister encodings differ in a few letters and score alike: of those, the commonest.
    near = [match for match in matches if match.chaos <= matches[0].chaos + 0.08 and match.coherence >= matches[0].coherence - 0.1]
    best = min(near, key=lambda match: _LEGACY.index(match.encoding) if match.encoding in _LEGACY else len(_LEGACY), default=None)
    if best is None or best.chaos > 0.2:
        return _refused(
            f"The encoding of this file cannot be told: byte {data[error.start]:#04x} here is not UTF-8.", _SAVE_AS_UTF8, line, column
        )
    if best.encoding == "cp874" and (paired := _paired_letters(data)):
        return _guessed(data.decode(paired), paired, line, column)
    return _guessed(str(best), best.encoding, line, column)


def _paired_letters(data: bytes) -> str | None:
    """EUC-JP or GB 18030, where a text that may be Thai reads as kana, or as the commonest characters of Chinese, nearly throughout.

    A short text of theirs scores as Thai does. Kana have the first bytes A4 and A5; GB 2312 has punctuation at A1 to A3 and its
    3,755 commonest characters at B0 to D7, and Thai writes its vowels beyond.
    """
    leads = [pair[0] for run in re.findall(rb"[\x80-\xff]+", data) for pair in re.findall(rb"..", run, re.DOTALL)]
    for encoding, common, least in (("euc_jp", {0xA4, 0xA5}, 0.35), ("gb18030", {0xA1, 0xA2, 0xA3, *range(0xB0, 0xD8)}, 0.95)):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if sum(lead in common for lead in leads) >= least * len(leads):
            return encoding
    return None


def _guessed(text: str, encoding: str, line: int, column: int) -> Decoded:
    decoded = _cleaned(text, encoding)
    letters = _LETTERS_OF.get(encoding)
    told = ReadProblem(
        message=f"The file is not UTF-8; it is read as {encoding}{f' ({letters} letters)' if letters else ''}.",
        remedy="If letters look wrong, save it as UTF-8.",
        line=line,
        column=column,
        severity=Severity.WARNING,
    )
    return Decoded(decoded.text, decoded.encoding, (told, *decoded.problems))


def _cleaned(text: str, encoding: str) -> Decoded:
    found = list(_CONTROL.finditer(_LINE_ENDS.sub("\n", text)))
    if len(found) > 8 and len(found) > _MOST_CONTROL * len(text):
        return _refused("This file is binary, not text.", "Give a script as Fountain, Final Draft FDX or plain text.")
    problems: list[ReadProblem] = []
    unified = _LINE_ENDS.sub("\n", text)
    for match in found[:_LONGEST_TELLING]:
        line, column = _place(unified[: match.start()])
        code = f"U+{ord(match.group()):04X}"
        problems.append(
            ReadProblem(
                message=f"The control character {code} was removed." + (f" There are {len(found)} in all." if len(found) > 1 else ""),
                remedy="Delete it from the script.",
                line=line,
                column=column,
                severity=Severity.WARNING,
            )
        )
    return Decoded(clean(text), encoding, tuple(problems))


def _control_share(text: str) -> float:
    return len(re.findall("[\x00-\x08\x0e-\x1a\x1c-\x1f]", text)) / max(1, len(text))


def _place(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def _refused(message: str, remedy: str, line: int | None = None, column: int | None = None) -> Decoded:
    return Decoded("", "", (ReadProblem(message=message, remedy=remedy, line=line, column=column),))
