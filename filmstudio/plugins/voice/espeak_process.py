"""eSpeak NG in a process of its own: jobs as JSON on stdin, speech as one line of JSON and 16-bit PCM on stdout.

Run as ``python -I -S espeak_process.py LIBRARY DATA``. It imports nothing but the standard library and nothing of the
studio: the process is the border to the library's licence, and a fresh process is what makes its speech repeatable.

In:  {"seed": int, "jobs": [{"text", "voice", "rate", "pitch", "range", "volume", "bridge": null | {"reader", "map", "tail"}}]}
Out: {"rate": Hz, "jobs": [{"samples": int, "events": [[kind, sample, position, length, sign]]}]} newline, PCM of all jobs in turn;
     or {"error": text, "voice": text} newline. Kinds: "word" (position from 1, length, in code points of the text), "phoneme".
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
from typing import Any

# Values of espeak-ng/speak_lib.h.
_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_DONT_EXIT = 0x8000
_UTF8 = 1
_PHONEMES = 0x100
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_LIST_TERMINATED, _WORD, _PHONEME = 0, 1, 7


_Told = tuple[str, int, int, int, str]


class _Id(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique", ctypes.c_uint),
        ("position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("milliseconds", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user", ctypes.c_void_p),
        ("id", _Id),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


class _Refused(Exception):
    """eSpeak would not do what a job asks."""

    def __init__(self, message: str, voice: str = "") -> None:
        super().__init__(message)
        self.voice = voice


def main(library: str, data: str) -> None:
    """Speak the jobs on stdin and write the speech to stdout."""
    order = json.load(sys.stdin.buffer)
    out = sys.stdout.buffer
    try:
        rate, spoken = _speak(library, data, order["seed"], order["jobs"])
    except _Refused as refusal:
        out.write(json.dumps({"error": str(refusal), "voice": refusal.voice}).encode() + b"\n")
        return
    out.write(json.dumps({"rate": rate, "jobs": [{"samples": len(pcm) // 2, "events": events} for pcm, events in spoken]}).encode())
    out.write(b"\n")
    for pcm, _ in spoken:
        out.write(pcm)


def _speak(library: str, data: str, seed: int, jobs: list[dict[str, Any]]) -> tuple[int, list[tuple[bytes, list[_Told]]]]:
    lib = ctypes.CDLL(library)
    lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
    pcm: list[bytes] = []
    events: list[_Told] = []

    def heard(wave: Any, count: int, event: Any) -> int:
        if count > 0:
            pcm.append(ctypes.string_at(wave, count * 2))
        index = 0
        while event[index].type != _LIST_TERMINATED:
            one = event[index]
            if one.type == _WORD:
                events.append(("word", one.sample, one.position, one.length, ""))
            elif one.type == _PHONEME:
                events.append(("phoneme", one.sample, one.position, one.length, one.id.string.decode("utf-8", "replace")))
            index += 1
        return 0

    # eSpeak keeps its path in 160 bytes: a relative one fits however deep the installation lies.
    os.chdir(os.path.dirname(data))  # noqa: PTH120
    rate: int = lib.espeak_Initialize(_SYNCHRONOUS, 0, b".", _PHONEME_EVENTS | _DONT_EXIT)
    if rate <= 0:
        raise _Refused("eSpeak NG cannot read its data")
    callback = _Callback(heard)
    lib.espeak_SetSynthCallback(callback)
    lib.espeak_ng_SetRandSeed(ctypes.c_long(seed % 0x7FFFFFFF))
    spoken: list[tuple[bytes, list[_Told]]] = []
    for job in jobs:
        text, flags = job["text"], _UTF8
        bridge = job.get("bridge")
        if bridge:
            _choose(lib, bridge["reader"])
            text, flags = _bridged(lib, text, bridge), _UTF8 | _PHONEMES
        _choose(lib, job["voice"])
        for parameter, name in ((_RATE, "rate"), (_VOLUME, "volume"), (_PITCH, "pitch"), (_RANGE, "range")):
            if lib.espeak_SetParameter(parameter, job[name], 0) != 0:
                raise _Refused(f"eSpeak NG does not take {name} {job[name]}", job["voice"])
        pcm.clear()
        events.clear()
        raw = text.encode("utf-8")
        code = lib.espeak_Synth(raw, ctypes.c_size_t(len(raw) + 1), 0, 1, 0, flags, None, None)
        if code != 0:
            raise _Refused(f"eSpeak NG stopped with code {code}", job["voice"])
        lib.espeak_Synchronize()
        spoken.append((b"".join(pcm), list(events)))
    return rate, spoken


def _choose(lib: ctypes.CDLL, voice: str) -> None:
    # An unknown variant is not told of here: the caller checks it against the files of the data.
    if lib.espeak_SetVoiceByName(voice.encode("utf-8")) != 0:
        raise _Refused(f"eSpeak NG has no voice {voice}", voice)


def _bridged(lib: ctypes.CDLL, text: str, bridge: dict[str, Any]) -> str:
    """The text as the reader would say it, in the mnemonics of the speaker, between eSpeak's phoneme brackets."""
    buffer = ctypes.create_string_buffer(text.encode("utf-8"))
    rest = ctypes.c_void_p(ctypes.addressof(buffer))
    said: list[str] = []
    while rest.value:
        said.append((lib.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, 0) or b"").decode("utf-8", "replace"))
    keys = sorted(bridge["map"], key=len, reverse=True)
    mapped: str = re.sub("|".join(map(re.escape, keys)), lambda match: str(bridge["map"][match.group()]), " ".join(said))
    whole = mapped.replace("|", "")
    return f"[[{whole}]]{bridge['tail']}"


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
