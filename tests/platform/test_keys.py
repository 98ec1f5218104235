"""Keys: shown once, kept as a digest, refused when revoked."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from filmstudio.cli.commands import app
from filmstudio.core.errors import ConfigError
from filmstudio.platform.keys import Keys, Principal
from filmstudio.scheduler.database import Database
from filmstudio.scheduler.tiers import Tier


@pytest.fixture
def database(tmp_path: Path) -> Database:
    return Database(f"sqlite:///{tmp_path / 'studio.db'}")


def test_a_key_names_its_tenant_and_is_nowhere_in_the_database(database: Database, tmp_path: Path) -> None:
    keys = Keys(database)
    assert not keys.exist()
    key = keys.add("ada", Tier.PRO)
    assert Keys(database).exist()
    assert keys.principal(key) == Principal("ada", Tier.PRO)
    assert keys.principal(key[:-1]) is None
    database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert key.encode() not in stored and key[12:].encode() not in stored


def test_a_revoked_key_is_refused_and_the_tenants_others_are_not(database: Database) -> None:
    keys = Keys(database)
    first, second = keys.add("ada", Tier.PRO), keys.add("ada", Tier.PRO)
    keys.revoke(first)
    assert Keys(database).principal(first) is None
    assert Keys(database).principal(second) == Principal("ada", Tier.PRO)
    with pytest.raises(ConfigError):
        keys.revoke(first)


@pytest.mark.parametrize("name", ["", "Ada", "a/b", "../x", "-a", "a" * 64, "a b"])
def test_a_tenant_has_a_plain_name(database: Database, name: str) -> None:
    with pytest.raises(ConfigError, match="no name of a tenant"):
        Keys(database).add(name, Tier.PRO)


def test_the_command_prints_a_key_once_and_lists_only_its_beginning(tmp_path: Path) -> None:
    data = ["--data", str(tmp_path)]
    made = CliRunner().invoke(app, ["keys", "add", "ada", "--tier", "pro", *data])
    assert made.exit_code == 0, made.output
    key = made.stdout.strip()
    listed = CliRunner().invoke(app, ["keys", "list", *data]).stdout
    assert key[:12] in listed and "ada" in listed and "pro" in listed and key not in listed
    assert CliRunner().invoke(app, ["keys", "revoke", key[:12], *data]).exit_code == 0
    assert "revoked" in CliRunner().invoke(app, ["keys", "list", *data]).stdout
    assert CliRunner().invoke(app, ["keys", "add", "ada", "--tier", "gold", *data]).exit_code == 2


def test_an_address_that_others_reach_needs_a_key_first(tmp_path: Path) -> None:
    refused = CliRunner().invoke(app, ["serve", "--no-ray", "--host", "0.0.0.0", "--port", "0", "--data", str(tmp_path)])
    assert refused.exit_code == 2
    assert "there are no keys yet" in refused.output
