"""What the operations guides say: their policies are complete, their files exist, their commands name what is there."""

from __future__ import annotations

import importlib.util
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto.server import ThreadedMotoServer

GUIDES = ("storage", "kubernetes", "aws", "air-gapped")


@pytest.fixture(scope="module")
def guides(cluster: Path) -> dict[str, str]:
    return {name: (cluster.parent / "docs" / "operations" / f"{name}.md").read_text(encoding="utf-8") for name in GUIDES}


def blocks(text: str) -> list[dict[str, Any]]:
    """The JSON that a guide shows."""
    return [json.loads(block) for block in re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)]


@pytest.fixture(scope="module")
def bucket_script(cluster: Path) -> Any:
    spec = importlib.util.spec_from_file_location("bucket_script", cluster / "helm" / "filmstudio" / "bucket.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_file_that_a_guide_names_is_there(guides: dict[str, str], cluster: Path) -> None:
    for name, text in guides.items():
        for path in re.findall(r"`((?:cluster|examples|docs)/[^`\s]+?|ray-cluster\.yaml)`", text):
            if "wheelhouse" not in path:
                assert (cluster.parent / path).exists(), f"{name}: {path}"
        for path in re.findall(r"\]\(([a-z-]+\.md)\)", text):
            assert (cluster.parent / "docs" / "operations" / path).is_file(), f"{name}: {path}"


def test_the_policy_of_the_store_allows_what_its_errors_ask_for(guides: dict[str, str], cluster: Path) -> None:
    allowed = {action for each in blocks(guides["storage"])[0]["Statement"] for action in each["Action"]}
    source = (cluster.parent / "filmstudio" / "core" / "objects.py").read_text()
    asked = set(re.findall(r"s3:[A-Z]\w+", source))
    assert asked and asked <= allowed
    assert not any("*" in action for action in allowed)


def test_the_head_may_end_only_machines_of_this_cluster(guides: dict[str, str], cluster: Path) -> None:
    statements = blocks(guides["aws"])[0]["Statement"]
    ending = next(each for each in statements if "ec2:TerminateInstances" in each["Action"])
    launcher = yaml.safe_load((cluster.parent / "ray-cluster.yaml").read_text())
    from ray.autoscaler.tags import TAG_RAY_CLUSTER_NAME

    assert ending["Condition"]["StringEquals"] == {f"ec2:ResourceTag/{TAG_RAY_CLUSTER_NAME}": launcher["cluster_name"]}
    passed = next(each for each in statements if each["Action"] == ["iam:PassRole"])["Resource"].rsplit("/", 1)[-1]
    others = {
        node["node_config"]["IamInstanceProfile"]["Name"] for name, node in launcher["available_node_types"].items() if name != "head"
    }
    assert others == {passed}


def test_the_rules_of_the_guide_are_those_that_the_script_sets(guides: dict[str, str], bucket_script: Any) -> None:
    assert blocks(guides["storage"])[1] == bucket_script.rules(30)
    assert [rule["ID"] for rule in bucket_script.rules(0)["Rules"]] == ["parts-of-killed-uploads"]


def test_the_images_of_the_guides_are_those_of_the_chart(guides: dict[str, str], cluster: Path) -> None:
    images = yaml.safe_load((cluster / "helm" / "filmstudio" / "values.yaml").read_text())["images"]
    composed = {service["image"] for service in yaml.safe_load((cluster / "compose.yaml").read_text())["services"].values()}
    saved = set(re.search(r"docker save (.*?) -o", guides["air-gapped"])[1].split())  # type: ignore[index]
    assert saved == {images[name] for name in ("cpu", "gpu", "postgres", "redis", "minio")}
    assert composed - {"prom/prometheus:v3.6.0"} <= saved


@pytest.fixture
def endpoint() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_the_script_makes_the_bucket_once_and_its_rules(
    bucket_script: Any, endpoint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y", "BUCKET": "films", "ENDPOINT": endpoint}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert bucket_script.main() == 0 and bucket_script.main() == 0
    client = boto3.client("s3", endpoint_url=endpoint, region_name="us-east-1")
    rules = client.get_bucket_lifecycle_configuration(Bucket="films")["Rules"]
    assert [rule.get("Expiration", {}).get("Days") for rule in rules] == [None, 30]
    monkeypatch.setenv("EXPIRE_DAYS", "3")
    assert bucket_script.main() == 2 and "at least 14" in capsys.readouterr().err
