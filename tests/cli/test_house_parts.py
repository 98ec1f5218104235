"""What ``studio serve`` keeps its processes and its port with."""

from __future__ import annotations

import socket

import pytest

from filmstudio.cli import kept
from filmstudio.cli.house import bound, held
from filmstudio.core.errors import ConfigError


def test_a_process_that_dies_at_once_is_waited_for_longer_each_time_and_one_that_had_worked_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(kept.time, "monotonic", lambda: clock[0])
    patience, waited = kept.Patience(), []
    for lived in (1, 1, 1, 600, 1):
        patience.begin()
        clock[0] += lived
        waited.append(patience.seconds())
    assert waited == [0.5, 1, 2, 0.5, 1]


def test_a_port_that_is_held_is_listened_at_by_who_shares_it_and_by_nobody_else() -> None:
    with held("127.0.0.1", 0) as holding:
        where = holding.getsockname()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(where, timeout=5)
        with socket.socket() as proxy:
            proxy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            proxy.bind(where)
            proxy.listen()
            socket.create_connection(where, timeout=5).close()
            with pytest.raises(ConfigError, match="cannot be listened at"), held("127.0.0.1", where[1]):
                pass


def test_a_port_where_somebody_listens_is_not_taken() -> None:
    with bound("127.0.0.1", 0) as listening, pytest.raises(ConfigError, match="Choose another --port"), held(*listening.getsockname()):
        pass
