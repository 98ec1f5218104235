"""A Ray that is to be joined: what can be known of its address is told before anything is started, with the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from filmstudio.core.errors import ConfigError
from filmstudio.serve import cluster


def test_rays_client_protocol_is_refused_with_the_address_to_give_instead() -> None:
    with pytest.raises(ConfigError, match="client protocol") as refused, cluster.cluster("ray://head.example:10001"):
        pass
    assert "head.example:6379" in refused.value.problem.remedy


@pytest.mark.parametrize("address", ["somewhere", "host:", ":6379", "host:port"])
def test_what_is_no_address_is_told(address: str) -> None:
    with pytest.raises(ConfigError, match="is no address of a Ray"):
        cluster.check_address(address)


@pytest.mark.parametrize("address", ["auto", "127.0.0.1:6379", "[::1]:6379", "head.example:6379"])
def test_addresses_of_a_ray_are_taken(address: str) -> None:
    cluster.check_address(address)


@pytest.mark.parametrize(
    ("address", "mode", "token", "said"),
    [
        ("auto", "", False, "ray start --head. If it asks for a token: RAY_AUTH_MODE=token"),
        ("auto", "", True, "another than the one that is here"),
        ("h:1", "", True, "ray start --address=h:1. If it asks for a token: RAY_AUTH_MODE=token"),
        ("h:1", "token", True, "another than the one that is here"),
    ],
)
def test_a_token_that_ray_would_not_send_is_named_as_the_remedy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, address: str, mode: str, token: bool, said: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("RAY_AUTH_MODE", mode)
    for name in ("RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    if token:
        (tmp_path / ".ray").mkdir()
        (tmp_path / ".ray" / "auth_token").write_text("t")
    assert said in cluster._join_remedy(address)


@pytest.mark.parametrize(("mode", "said"), [("token", "RAY_AUTH_MODE=disabled"), ("disabled", ""), ("", "")])
def test_a_token_that_may_be_one_too_many_is_named_where_engines_are_silent(monkeypatch: pytest.MonkeyPatch, mode: str, said: str) -> None:
    monkeypatch.setenv("RAY_AUTH_MODE", mode)
    assert said in cluster.silence_remedy() and bool(cluster.silence_remedy()) == bool(said)
