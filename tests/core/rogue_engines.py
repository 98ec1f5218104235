"""A plugin of a stranger's whose engine does to its process, and says to the studio, whatever the line it is given tells it to."""

from __future__ import annotations

import ctypes
import locale
import os
import random
import signal
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar

from filmstudio.core.engine import Desk, Engine, Failure, Needs
from filmstudio.core.media import MediaRef
from filmstudio.core.requests import SpeakRequest, Speech
from filmstudio.core.wavefile import wave_bytes


class Rogue(Engine[SpeakRequest, Speech]):
    """Speaks one sample a letter, unless it is told otherwise."""

    name: ClassVar[str] = "rogue"
    version: ClassVar[str] = "1"
    role: ClassVar[str] = "voice"
    needs: ClassVar[Needs] = Needs(batch_size=4, memory_mb=64, deadline_s=20)

    def run(self, requests: Sequence[SpeakRequest], desk: Desk) -> Sequence[Any]:
        """Do as the first word of each line says."""
        results: list[Any] = []
        for request in requests:
            word, _, rest = request.text.partition(" ")
            deed = DEEDS.get(word)
            results.append(deed(desk, rest) if deed is not None else speak(desk, request.text))
        return "ab" if results == [None] else results[: len(results) - results.count("SHORT")]


class Impatient(Rogue):
    """The same, and it says that it is quick."""

    name: ClassVar[str] = "impatient"
    needs: ClassVar[Needs] = Needs(memory_mb=64, deadline_s=1.5)


def speak(desk: Desk, text: str, *notes: str) -> Speech:
    """A speech as it should be."""
    audio = desk.keep_bytes(wave_bytes([0.1] * len(text)), "audio/wav")
    return Speech(audio=audio, samples=len(text), degraded=notes)


def _crash(desk: Desk, rest: str) -> None:
    print("here it ends", flush=True)
    ctypes.string_at(0)


def _hang(desk: Desk, rest: str) -> None:
    if rest:
        Path(rest).touch()
    time.sleep(600)


def _hog(desk: Desk, rest: str) -> None:
    held = []
    while True:
        held.append(bytearray(os.urandom(1 << 20)) * 16)
        time.sleep(0.01)


def _child(desk: Desk, rest: str) -> None:
    if os.fork() == 0:
        Path(rest).write_text(str(os.getpid()))
        time.sleep(600)
    time.sleep(0.3)
    os._exit(9)


def _not_a_number(desk: Desk, rest: str) -> Speech:
    return Speech.model_construct(audio=speak(desk, "x").audio, samples=1, measured={"peak_dbfs": float("nan")}, degraded=())


def _sound_of_nothing(desk: Desk, rest: str) -> Speech:
    data = bytearray(wave_bytes([0.1] * 9))
    data[-8:-4] = b"\x00\x00\xc0\x7f"
    return Speech(audio=desk.keep_bytes(bytes(data), "audio/wav"), samples=9)


def _invented(desk: Desk, rest: str) -> Speech:
    return Speech(audio=MediaRef(digest="ab" * 32, media_type="audio/wav", size=44), samples=1)


def _misnamed(desk: Desk, rest: str) -> Speech:
    made = speak(desk, "abc")
    [handed_in] = Path.cwd().glob("media/*")
    handed_in.write_bytes(handed_in.read_bytes()[:-4] + b"\0\0\0\0")
    return made


def _linked(desk: Desk, rest: str) -> Speech:
    (Path.cwd() / "media" / ("cd" * 32)).symlink_to("/etc/passwd")
    return Speech(audio=MediaRef(digest="cd" * 32, media_type="audio/wav", size=Path("/etc/passwd").stat().st_size), samples=1)


def _outside(desk: Desk, rest: str) -> Speech:
    Path(rest).write_text("was here")
    return speak(desk, "done")


def _connect(desk: Desk, rest: str) -> Speech:
    with socket.create_connection(("127.0.0.1", int(rest)), timeout=5):
        return speak(desk, "done")


def _kill(desk: Desk, rest: str) -> Speech:
    os.kill(int(rest), signal.SIGTERM)
    return speak(desk, "done")


def _onto_the_wire(desk: Desk, rest: str) -> Speech:
    for handle in range(3, 64):
        try:
            if stat.S_ISSOCK(os.fstat(handle).st_mode):
                os.write(handle, (1 << 40).to_bytes(8, "big") if rest == "HUGE" else (4).to_bytes(8, "big") + b"lies")
        except OSError:
            continue
    return speak(desk, "done")


def _unsettle(desk: Desk, rest: str) -> Speech:
    os.chdir("/")
    os.environ["ROGUE"] = "was here"
    os.environ.pop("PYTHONUTF8", None)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    locale.setlocale(locale.LC_ALL, "C")
    sys.path.insert(0, "/nowhere")
    os.umask(0o777)
    random.seed(rest)
    return speak(desk, "done")


def _tell(desk: Desk, rest: str) -> Speech:
    mask = os.umask(0o022)
    os.umask(mask)
    handled = signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    state = (Path.cwd() == Path("/"), os.environ.get("ROGUE"), os.environ.get("SECRET"), handled, "/nowhere" in sys.path, oct(mask))
    return speak(desk, "x", f"{state} {random.random()}", str(os.getpid()))


def _leave_a_thread(desk: Desk, rest: str) -> Speech:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    return speak(desk, "done")


def _quit(desk: Desk, rest: str) -> None:
    raise SystemExit(0)


DEEDS: dict[str, Callable[[Desk, str], Any]] = {
    "EXIT": lambda desk, rest: os._exit(3),
    "QUIT": _quit,
    "CRASH": _crash,
    "CHILD": _child,
    "HANG": _hang,
    "HOG": _hog,
    "SHORT": lambda desk, rest: "SHORT",
    "TEXT": lambda desk, rest: "speech",
    "NONE": lambda desk, rest: None,
    "NAN": _not_a_number,
    "SILENCE": _sound_of_nothing,
    "BABBLE": lambda desk, rest: speak(desk, "x", "x" * (20 << 20)),
    "LONG": lambda desk, rest: Speech(audio=speak(desk, "abc").audio, samples=48_000),
    "INVENTED": _invented,
    "MISNAMED": _misnamed,
    "LINKED": _linked,
    "OUTSIDE": _outside,
    "CONNECT": _connect,
    "KILL": _kill,
    "WIRE": _onto_the_wire,
    "UNSETTLE": _unsettle,
    "TELL": _tell,
    "THREAD": _leave_a_thread,
    "PRINT": lambda desk, rest: print("junk " * 100_000) or speak(desk, "done"),
    "FAIL": lambda desk, rest: Failure(message="no\x1b[31m\n" + "way " * 2_000, kind="nonsense"),
    "SECRET": lambda desk, rest: speak(desk, "x", str(dict(os.environ))),
}
