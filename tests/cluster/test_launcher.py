"""The AWS launcher file, by Ray's own validation: what `ray up` checks before it calls AWS."""

from __future__ import annotations

import copy
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

SHAPES = {
    # vCPUs and GPUs; https://aws.amazon.com/ec2/instance-types/
    "m7i.xlarge": (4, 0),
    "c7i.2xlarge": (8, 0),
    "g4dn.xlarge": (4, 1),
    "g5.2xlarge": (8, 1),
    "g6e.4xlarge": (16, 1),
}


@pytest.fixture(scope="module")
def config(cluster: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((cluster.parent / "ray-cluster.yaml").read_text())
    return loaded


def prepared(config: dict[str, Any]) -> dict[str, Any]:
    """As `ray up` does it: defaults filled in, then checked."""
    from ray.autoscaler._private.util import prepare_config, validate_config

    ready: dict[str, Any] = prepare_config(copy.deepcopy(config))
    validate_config(ready)
    return ready


def workers(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: node for name, node in config["available_node_types"].items() if name != config["head_node_type"]}


def test_ray_accepts_it(config: dict[str, Any]) -> None:
    ready = prepared(config)
    assert ready["head_setup_commands"][0].startswith("pip install")
    assert ready["available_node_types"]["head"]["max_workers"] == 0


def test_the_second_autoscaler_which_knows_priorities_reads_it(
    config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ray").mkdir()
    (tmp_path / ".ray" / "auth_token").write_text("the operator's")  # it is copied to the machines
    monkeypatch.setenv("HOME", str(tmp_path))
    from ray.autoscaler.v2.instance_manager.config import AutoscalingConfig

    read = AutoscalingConfig(prepared(config)).get_node_type_configs()
    assert read["t4-spot"].priority > read["t4-on-demand"].priority
    assert any("RAY_enable_autoscaler_v2=1" in line for line in config["head_start_ray_commands"])


@pytest.mark.parametrize(
    "fault",
    [
        lambda config: config.update(max_worker=3),
        lambda config: config["available_node_types"]["t4-spot"].update(min_worker=1),
        lambda config: config["available_node_types"]["t4-spot"]["resources"].update(GPU="one"),
        lambda config: config.update(head_node_type="heads"),
        lambda config: config["available_node_types"]["cpu-spot"].update(min_workers=99),
    ],
)
def test_a_wrong_field_is_found(config: dict[str, Any], fault: Any) -> None:
    planted = copy.deepcopy(config)
    fault(planted)
    with pytest.raises((jsonschema.ValidationError, ValueError)):
        prepared(planted)


def test_what_is_copied_to_the_machines_is_here_and_all_that_an_install_needs(config: dict[str, Any], cluster: Path) -> None:
    mounts = {path: source for path, source in config["file_mounts"].items() if path != "/home/ray/.ray/auth_token"}
    copied = set(mounts.values())
    assert all((cluster.parent / path).exists() for path in copied)
    project = tomllib.loads((cluster.parent / "pyproject.toml").read_text())["project"]
    assert {"pyproject.toml", "filmstudio", project["readme"], *project["license-files"]} <= copied
    for path, source in mounts.items():
        assert path == f"/home/ray/filmstudio/{source}"


def test_every_type_counts_what_its_machine_has(config: dict[str, Any]) -> None:
    for name, node in workers(config).items():
        cpus, gpus = SHAPES[node["node_config"]["InstanceType"]]
        assert node["resources"] == {"CPU": cpus} | ({"GPU": gpus} if gpus else {}), name
        assert ("docker" in node) == bool(gpus), name
    assert config["available_node_types"]["head"]["resources"] == {"CPU": 0}


def test_every_spot_type_falls_back_to_the_same_machine_on_demand(config: dict[str, Any]) -> None:
    types = workers(config)
    spot = {name.removesuffix("-spot"): node for name, node in types.items() if name.endswith("-spot")}
    assert {"cpu", "t4", "a10g"} <= spot.keys()
    for name, node in spot.items():
        other = types[f"{name}-on-demand"]
        assert node["node_config"]["InstanceMarketOptions"] == {"MarketType": "spot"}
        assert "InstanceMarketOptions" not in other["node_config"]
        assert node["node_config"]["InstanceType"] == other["node_config"]["InstanceType"]
        assert (node["resources"], node.get("labels")) == (other["resources"], other.get("labels"))
        assert node["priority"] > other["priority"]
    assert sum(node["min_workers"] for node in types.values()) <= config["max_workers"]


def test_nodes_take_calls_only_with_a_token(config: dict[str, Any]) -> None:
    assert config["file_mounts"]["/home/ray/.ray/auth_token"] == "~/.ray/auth_token"
    assert "--env RAY_AUTH_MODE=token" in config["docker"]["run_options"]


def test_machines_hold_no_keys_and_their_disks_are_encrypted(config: dict[str, Any]) -> None:
    text = yaml.safe_dump(config)
    assert not any(word in text for word in ("AWS_SECRET", "AKIA", "password"))
    for name, node in config["available_node_types"].items():
        facts = node["node_config"]
        assert facts["IamInstanceProfile"]["Name"].startswith("filmstudio-"), name
        assert facts["MetadataOptions"]["HttpTokens"] == "required", name
        assert all(disk["Ebs"]["Encrypted"] for disk in facts["BlockDeviceMappings"]), name
    assert not config["provider"]["cache_stopped_nodes"]
    assert any("--dashboard-host=127.0.0.1" in line for line in config["head_start_ray_commands"])
