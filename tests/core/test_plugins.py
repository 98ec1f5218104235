"""The plugin manager: our engines come in by the same door as anyone's, and the door is kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from filmstudio.core.character import VoiceChoice
from filmstudio.core.engine import Needs, SingleEngine, batch_key
from filmstudio.core.errors import ConfigError, PluginError
from filmstudio.core.plugins import Plugins
from filmstudio.core.requests import SpeakRequest
from filmstudio.core.roles import ROLES, has_field


def plugin(**changes: Any) -> SimpleNamespace:
    fields: dict[str, Any] = {"name": "guest", "version": "1", "role": "voice", "needs": Needs(), "make": lambda self, request, desk: None}
    engine = type("Guest", (SingleEngine,), {**fields, **changes})
    return SimpleNamespace(filmstudio_engines=lambda: (engine,))


def test_every_role_has_its_embedded_engine_and_no_plugin_was_turned_away() -> None:
    plugins = Plugins()
    assert plugins.problems == []
    assert set(plugins.cast_for({})) == set(ROLES)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"role": "stunts"}, "plays 'stunts', which is no role"),
        ({"name": "Bad Name"}, "is no engine name"),
        ({"api_version": 99}, "built for API 99"),
        ({"version": None}, "has no version"),
        ({"needs": "plenty"}, "has no needs"),
        ({"needs": Needs(batch_by=("voice.voice", "voice.vioce"))}, "names voice.vioce in batch_by, which no voice request has"),
        ({"needs": Needs(batch_by=("text.voice",))}, "names text.voice in batch_by"),
        ({"batch_key": lambda self, request: ""}, "has a batch_key, which nobody asks"),
    ],
)
def test_a_plugin_that_breaks_a_rule_is_named_and_nothing_of_it_is_kept(change: dict[str, Any], told: str) -> None:
    plugins = Plugins(discover=False)
    with pytest.raises(PluginError, match=told) as caught:
        plugins.register(plugin(**change), "guest-plugin")
    assert caught.value.problem.place.plugin == "guest-plugin"
    assert plugins.engines() == []


def test_two_engines_of_one_name_are_refused() -> None:
    plugins = Plugins(discover=False)
    plugins.register(plugin(), "first")
    with pytest.raises(PluginError, match="first has one"):
        plugins.register(plugin(), "second")
    plugins.unregister("first")
    plugins.register(plugin(), "second")


def test_requests_share_a_batch_when_what_an_engine_declares_is_equal() -> None:
    def key(fields: tuple[str, ...], voice: str, text: str) -> str:
        return batch_key(fields, SpeakRequest(text=text, voice=VoiceChoice(voice=voice)))

    assert key((), "anna", "one") == key((), "ben", "two") == ""
    assert key(("voice.voice",), "anna", "one") == key(("voice.voice",), "anna", "two") != key(("voice.voice",), "ben", "one")
    assert key(("voice", "text"), "anna", "one") != key(("voice", "text"), "anna", "two")
    assert has_field("lipsync", "speech.audio.digest")
    assert not has_field("lipsync", "speech.words.first"), "a field of each of many is no value of the request"


def test_a_hook_that_does_not_exist_is_refused() -> None:
    from filmstudio.core.hookspecs import hookimpl

    class Watcher:
        @hookimpl
        def filmstudio_task_finished(self, everything: object) -> None: ...

    with pytest.raises(PluginError):
        Plugins(discover=False).register(Watcher(), "watcher")


def test_an_unknown_engine_is_answered_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no music engine called 'mozart'.*composer"):
        Plugins().engine("music", "mozart")
    with pytest.raises(ConfigError, match="no role 'stunts'"):
        Plugins().engine("stunts")


class _Loud(SingleEngine[Any, Any]):
    name: ClassVar[str] = "loud"
