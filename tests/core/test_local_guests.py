"""Whatever a stranger's engine does to its process or says to the studio: it is named, and nobody else is harmed."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from probe_engines import Echo
from rogue_engines import Impatient, Rogue

from filmstudio.core import reception
from filmstudio.core.confinement import landlock_version
from filmstudio.core.dispatch import render
from filmstudio.core.errors import PluginError, StudioError
from filmstudio.core.graph import RenderGraph, Task
from filmstudio.core.guests import GuestWorker, variables_for
from filmstudio.core.hookspecs import hookimpl
from filmstudio.core.inline import InlineDispatcher
from filmstudio.core.local import LocalDispatcher
from filmstudio.core.messages import Report, read_report, report_message
from filmstudio.core.model import digest_of
from filmstudio.core.offers import Offer, Papers
from filmstudio.core.perform import Call, Guest, Outcome
from filmstudio.core.plugins import Plugins
from filmstudio.core.requests import SpeakRequest, Speech
from filmstudio.core.store import Store, Take

PLUGIN = "rogue-plugin"
ROGUE = Offer(Rogue, "rogue", PLUGIN, Papers(PLUGIN))
IMPATIENT = Offer(Impatient, "rogue", PLUGIN, Papers(PLUGIN))
VOICE = {"voice": "v"}


def say(name: str, text: str) -> Task:
    return Task(name, "voice", {"text": text, "voice": VOICE})


House = tuple[Path, LocalDispatcher]


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A store and one worker, for all that guests without permissions do to them: each finds them as the last one left them."""
    with TemporaryDirectory() as store:
        with LocalDispatcher(store, workers=1) as pool:
            yield Path(store), pool
        assert not list(Path(store, "scratch").iterdir())


def made_in(house: House, offer: Offer, *texts: str) -> dict[str, Speech]:
    store, pool = house
    graph = RenderGraph.of([say(f"line-{index}", text) for index, text in enumerate(texts)])
    made = render(graph, {"voice": offer}, Store(store), pool)
    return {task: Speech.model_validate(entry.take.result) for task, entry in made.items()}


def made_of(store: Path, offer: Offer, *texts: str) -> dict[str, Speech]:
    """The same, in a house of its own."""
    with LocalDispatcher(store, workers=1) as pool:
        return made_in((store, pool), offer, *texts)


def outcome_of(store: Path, guest: Guest, text: str) -> Outcome:
    """What becomes of one line spoken by a guest with these permissions."""
    with LocalDispatcher(Store(store).root, workers=1) as pool:
        pool.submit(replace(ROGUE.batch([call_for("line-0", text)]), guest=guest))
        [outcome] = pool.wait()
    return outcome


def spoken_by(store: Path, guest: Guest, text: str) -> Speech:
    outcome = outcome_of(store, guest, text)
    assert outcome.take is not None, outcome.failure
    return Speech.model_validate(outcome.take.result)


def call_for(task: str, text: str) -> Call:
    request = SpeakRequest.model_validate({"text": text, "voice": VOICE}).canonical()
    return Call(task, digest_of([task, request]), request)


DEEDS = [
    ("EXIT", "ended with code 3"),
    ("QUIT", "raised SystemExit"),
    ("CRASH", "was ended by SIGSEGV.*here it ends"),
    ("SHORT", "returned 0 results for 1 requests"),
    ("TEXT", "returned a str; a voice engine makes Speech"),
    ("NONE", "returned 2 results for 1 requests"),
    ("NAN", "numbers that are not finite"),
    ("SILENCE", "sample 7 of the sound is not a finite number"),
    ("LONG", "3 samples long, and 48000 were promised"),
    ("INVENTED", "refers to media that it did not make"),
    ("MISNAMED", "by another digest than their own"),
    ("LINKED", "refers to media that it did not make"),
    ("BABBLE", "a message of 20.0 MB was sent; at most 16 MB"),
    ("WIRE HUGE", "at most 16 MB are taken"),
    ("WIRE", "sent what is no report"),
    ("FAIL", r"no \[31m way way"),
]


@pytest.mark.parametrize(("deed", "told"), DEEDS, ids=[deed for deed, _ in DEEDS])
def test_what_a_guest_does_is_told_with_its_plugin_and_task(house: House, deed: str, told: str) -> None:
    takes = set(house[0].glob("takes/**/*.json"))
    with pytest.raises(StudioError) as caught:
        made_in(house, ROGUE, deed)
    said = " ".join(str(caught.value).split())
    assert PLUGIN in said and "task line-0" in said
    assert re.search(told, said), said
    assert "\x1b" not in said and len(said) < 5_000
    assert set(house[0].glob("takes/**/*.json")) == takes


def test_a_guest_that_hangs_is_ended_at_its_engines_own_deadline(tmp_path: Path) -> None:
    with pytest.raises(StudioError, match=rf"{PLUGIN} gave no answer in 1.5 s and was ended.*raise deadline_s"):
        made_of(tmp_path, IMPATIENT, "HANG")


def test_a_guest_that_takes_far_more_memory_than_it_declares_is_ended_and_told_how_much(tmp_path: Path) -> None:
    with pytest.raises(
        StudioError, match=rf"{PLUGIN} held \d+ MB and was ended: it declares 64 MB, and 384 MB are allowed.*raise memory_mb"
    ):
        made_of(tmp_path, ROGUE, "HOG")


def test_what_a_guest_started_ends_with_it(tmp_path: Path) -> None:
    outcome = outcome_of(tmp_path / "store", Guest(PLUGIN, folders=(str(tmp_path),)), f"CHILD {tmp_path / 'child'}")
    assert outcome.failure is not None and "ended with code 9" in outcome.failure.message
    state = Path("/proc", (tmp_path / "child").read_text(), "stat")
    patience = time.monotonic() + 10  # a process that is killed goes on for a moment
    while (alive := state.exists() and state.read_text().split()[2] != "Z") and time.monotonic() < patience:
        time.sleep(0.02)
    assert not alive


def test_files_that_are_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reception, "LARGEST_MEDIA", 50)
    with pytest.raises(StudioError, match="made a file of 0 MB; at most"):
        made_of(tmp_path, ROGUE, "words")


@pytest.mark.skipif(landlock_version() < 1, reason="this kernel has no Landlock")
def test_a_guest_writes_nowhere_but_at_its_desk(house: House, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="PermissionError"):
        made_in(house, ROGUE, f"OUTSIDE {tmp_path / 'elsewhere'}")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(landlock_version() < 1, reason="this kernel has no Landlock")
def test_a_guest_writes_where_its_manifest_says(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    guest = Guest(PLUGIN, folders=(str(tmp_path / "models"),))
    assert spoken_by(tmp_path / "store", guest, f"OUTSIDE {tmp_path / 'models' / 'one'}").samples == 4
    assert (tmp_path / "models" / "one").read_text() == "was here"


@pytest.mark.skipif(landlock_version() < 4, reason="this kernel's Landlock does not hold connections")
def test_a_guest_connects_only_if_it_may(house: House, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        deed = f"CONNECT {server.getsockname()[1]}"
        with pytest.raises(StudioError, match="PermissionError"):
            made_in(house, ROGUE, deed)
        assert spoken_by(tmp_path, Guest(PLUGIN, network=True), deed).samples == 4


@pytest.mark.skipif(landlock_version() < 6, reason="this kernel's Landlock does not hold signals")
def test_a_guest_signals_nobody_outside(house: House) -> None:
    with pytest.raises(StudioError, match="PermissionError"):
        made_in(house, ROGUE, f"KILL {os.getpid()}")


def test_a_guest_is_given_no_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hush")
    monkeypatch.setenv("MY_VOICE_KEY", "asked for")
    assert "hush" not in str(made_of(tmp_path, ROGUE, "SECRET")["line-0"].degraded)
    given = variables_for(Guest(PLUGIN, variables=("MY_VOICE_KEY",)), tmp_path)
    assert given["MY_VOICE_KEY"] == "asked for" and "hush" not in given.values()


def test_a_batch_finds_nothing_that_another_left_in_the_process(house: House) -> None:
    speech = made_in(house, ROGUE, "TELL", "UNSETTLE 7", "TELL again")
    before, after = speech["line-0"].degraded, speech["line-2"].degraded
    assert before == after, "the same state, the same random numbers, and the same process"
    assert before[0].startswith("(False, None, None, True, False, '0o22')")


def test_a_worker_with_a_thread_left_in_it_is_not_used_again(tmp_path: Path) -> None:
    speech = made_of(tmp_path, ROGUE, "TELL", "THREAD", "TELL again")
    assert speech["line-0"].degraded[1] != speech["line-2"].degraded[1]


def test_what_a_guest_prints_is_nobodys_message(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert made_of(tmp_path, ROGUE, "PRINT")["line-0"].samples == 4
    assert "junk" not in "".join(capfd.readouterr())


def test_the_lines_of_its_neighbours_are_spoken(tmp_path: Path) -> None:
    """While one plugin's engine crashes and another hangs, the studio's own makes what it was asked, in workers that live on."""
    house, own = Offer(Echo, "test"), [f"line {index}" for index in range(6)]
    with LocalDispatcher(Store(tmp_path).root, workers=2) as pool:
        calls: dict[str, Any] = {}
        for offer, texts in ((IMPATIENT, ["HANG"]), (ROGUE, ["CRASH"]), (house, own)):
            for text in texts:
                pool.submit(offer.batch([call_for(f"{offer.engine.name}: {text}", text)]))
        while len(calls) < 8:
            calls.update({outcome.task: outcome for outcome in pool.wait()})
    assert all(calls[f"echo: {text}"].take is not None for text in own)
    assert PLUGIN in calls["rogue: CRASH"].failure.message and PLUGIN in calls["impatient: HANG"].failure.message


def test_the_lines_of_one_batch_fail_alone(house: House) -> None:
    store, pool = house
    pool.submit(ROGUE.batch([call_for("a", "good"), call_for("b", "SILENCE"), call_for("c", "good too")]))
    a, b, c = pool.wait()
    assert a.take and c.take and b.failure and "not a finite number" in b.failure.message
    assert Store(store).take(a.take.digest) == a.take


def test_a_short_task_of_a_guest_does_not_run_in_the_studios_process(tmp_path: Path) -> None:
    pool = InlineDispatcher(tmp_path)
    with pytest.raises(StudioError, match="ended with code 3"):
        render(RenderGraph.of([say("a", "EXIT")]), {"voice": ROGUE}, Store(tmp_path), pool)


def test_a_guests_worker_ends_with_a_studio_that_was_killed(tmp_path: Path) -> None:
    """Even while its engine hangs: the kernel closes the wire, and the worker sees it."""
    worker = GuestWorker(Guest(PLUGIN, folders=(str(tmp_path),)), Store(tmp_path / "store"))
    worker.give(ROGUE.batch([call_for("a", f"HANG {tmp_path / 'hangs'}")]))
    until = time.monotonic() + 60
    while not (tmp_path / "hangs").exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert (tmp_path / "hangs").exists()
    worker.wire.close()
    until = time.monotonic() + 10
    while worker.alive() and time.monotonic() < until:
        time.sleep(0.02)
    assert not worker.alive()
    worker.end(gone=True)


def test_a_guest_that_is_not_there_is_told_and_the_others_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILMSTUDIO_PLUGINS", str(tmp_path / "plugins"))
    lost = Offer(Rogue, "rogue", PLUGIN, Papers(PLUGIN, environment="gone"))
    with pytest.raises(StudioError, match="no environment called gone"):
        made_of(tmp_path / "store", lost, "words")


def test_a_take_of_a_worker_that_lies_about_its_task_is_refused(tmp_path: Path) -> None:
    batch = ROGUE.batch([call_for("a", "x")])
    other = Take(digest="34" * 32, role="music", engine="composer", version="1", result={}, seconds=0)
    for report, told in (
        (Report((Outcome("a", other),)), "take of another task"),
        (Report((Outcome("b", None),)), "calls of its own choice"),
        (Report(()), "calls of its own choice"),
        (Report((Outcome("a", None),)), "neither a take nor a failure"),
    ):
        with pytest.raises(PluginError, match=told):
            read_report(report_message(report), batch)


def test_hooks_that_raise_end_no_film(capsys: pytest.CaptureFixture[str]) -> None:
    class Watcher:
        @hookimpl
        def filmstudio_task_started(self, task: str) -> None:
            raise SystemExit("by design")

        @hookimpl
        def filmstudio_voice_packs(self) -> Any:
            return 7

    plugins = Plugins(discover=False)
    plugins.register(Watcher(), "watcher")
    plugins.tell("filmstudio_task_started", task="a", role="voice", engine="e")
    plugins.tell("filmstudio_task_started", task="b", role="voice", engine="e")
    assert plugins.voice_packs() == ()
    assert [str(problem.place) for problem in plugins.mishaps] == ["plugin watcher"] * 2
    assert signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN
