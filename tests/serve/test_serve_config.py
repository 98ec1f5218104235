"""The configuration file: what is written is what Serve takes, an operator's changes hold, and a wrong one is told in words."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from servebench.probes import Probe

from filmstudio.core.errors import ConfigError
from filmstudio.core.plugins import Offer, Papers, Plugins
from filmstudio.serve.config import check, main


def test_the_written_file_has_every_post_and_passes(tmp_path: Path) -> None:
    file = tmp_path / "serve.yaml"
    assert main(["--store", str(tmp_path), str(file)]) == 0
    values = check(file)
    (application,) = values["applications"]
    assert application["import_path"] == "filmstudio.serve.applications:engines"
    assert application["deployments"][0]["name"] == "house"
    assert len(Plugins().engines()) >= 17


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": "nobody"}, "no post called nobody"),
        ({"max_ongoing_requests": 0}, "max_ongoing_requests"),
        ({"health_check_period_s": -1}, "health_check_period_s"),
    ],
)
def test_a_wrong_change_is_told(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = tmp_path / "serve.yaml"
    main(["--store", str(tmp_path), str(file)])
    values = yaml.safe_load(file.read_text())
    values["applications"][0]["deployments"][0].update(change)
    file.write_text(yaml.safe_dump(values))
    with pytest.raises(ConfigError, match=said):
        check(file)


def test_wrong_arguments_are_told_when_it_is_built() -> None:
    from filmstudio.serve.applications import engines

    with pytest.raises(ConfigError, match=r"store of filmstudio\.serve\.applications:engines"):
        engines({})
    with pytest.raises(ConfigError, match="typo"):
        engines({"store": "/s", "typo": 1})


def test_the_written_file_places_third_parties_where_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = Offer(Probe, "guest", "someone-elses", Papers("someone-elses"))
    monkeypatch.setattr(Plugins, "engines", lambda self: [stranger])
    main(["--store", str(tmp_path), "--guests-on", "plugins", str(tmp_path / "serve.yaml")])
    (application,) = yaml.safe_load((tmp_path / "serve.yaml").read_text())["applications"]
    actors = {entry["name"]: entry["ray_actor_options"].get("resources") for entry in application["deployments"]}
    assert actors == {"house": None, "voice-probe": {"plugins": 0.001}}
    assert application["args"]["guests_on"] == "plugins"
