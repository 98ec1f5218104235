"""Images and the compose file: nobody is root, nothing moves by itself, no secret is inside."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from manifest_rules import image_faults

IMAGES = ("cpu", "gpu", "engines")
ONCE = ("bucket", "engines")
"""Services that make or deploy something, and end."""


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_is_sound(cluster: Path, tmp_path: Path, name: str) -> None:
    assert image_faults((cluster / "images" / f"{name}.Dockerfile").read_text(), tmp_path) == []


@pytest.mark.parametrize(
    ("pattern", "instead", "told"),
    [
        (r"^USER .*$", "", "root"),
        (r"^USER .*$", "USER root", "root"),
        (r"^ARG BASE=.*$", "ARG BASE=python", "not pinned"),
        (r"^ARG BASE=.*$", "ARG BASE=python:latest", "not pinned"),
        (r"(?s)^HEALTHCHECK.*?\]$", "", "HEALTHCHECK"),
        (r"^EXPOSE 8000$", "ENV API_KEY=abc", "bakes in"),
        (r"^COPY --from", "ADD --from", "ADD"),
        (r" --no-cache-dir", "", "pip's cache"),
    ],
)
def test_a_fault_in_an_image_is_found(cluster: Path, tmp_path: Path, pattern: str, instead: str, told: str) -> None:
    planted, count = re.subn(pattern, instead, (cluster / "images" / "cpu.Dockerfile").read_text(), flags=re.MULTILINE)
    assert count
    assert any(told in fault for fault in image_faults(planted, tmp_path))


def test_an_image_is_made_of_nothing_that_is_not_named(cluster: Path) -> None:
    ignored = (cluster.parent / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    let_in = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        source.rstrip("*")
        for name in IMAGES
        for line in (cluster / "images" / f"{name}.Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == let_in
    assert {"**/.env*", "**/*.pem", "**/*.key"} <= set(ignored)


def test_nothing_is_fetched_offline(cluster: Path) -> None:
    for name in IMAGES:
        text = (cluster / "images" / f"{name}.Dockerfile").read_text()
        installs = re.findall(r"^RUN (?:.|\\\n)*?$(?<!\\)", text, flags=re.MULTILINE)
        for step in installs:
            if "pip" in step and "/wheels " not in step:
                assert "OFFLINE:+" in step or "--no-index" in step, name


# --- one host -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def compose(cluster: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((cluster / "compose.yaml").read_text())
    return loaded


def test_the_back_network_has_no_way_out_and_only_this_machine_is_served(compose: dict[str, Any]) -> None:
    assert compose["networks"]["back"] == {"internal": True}
    for name, service in compose["services"].items():
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name
        if name != "ray":
            assert service.get("networks", ["back"]) == ["back"], name


def test_every_service_is_checked_bounded_and_without_rights(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["security_opt"] == ["no-new-privileges:true"] and service["cap_drop"] == ["ALL"], name
        if name not in ONCE:
            assert service["healthcheck"]["test"] and service["mem_limit"] and service["restart"] == "unless-stopped", name
        image = service["image"]
        assert ":" in image and not image.endswith(":latest"), name
        for other, condition in service.get("depends_on", {}).items():
            assert "healthcheck" in compose["services"][other] or condition["condition"] == "service_completed_successfully"


def test_secrets_are_asked_for_and_never_written_down(compose: dict[str, Any], cluster: Path) -> None:
    asked = set()
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            if any(word in key for word in ("PASSWORD", "SECRET", "TOKEN")):
                found = re.fullmatch(r"\$\{([A-Z_]+):\?.+\}", value)
                assert found, f"{name} {key}"
                asked.add(found[1])
    example = dict(line.split("=", 1) for line in (cluster / ".env.example").read_text().splitlines() if "=" in line and line[0] != "#")
    assert example.keys() == asked and not any(example.values())


def test_files_that_are_mounted_exist(compose: dict[str, Any], cluster: Path) -> None:
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.split(":")[0]
            assert (cluster / source).exists() if source.startswith(".") else source in compose["volumes"], volume
