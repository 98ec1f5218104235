"""What is wrong with manifests, images and network rules: each function returns faults, in words; none means sound."""

from __future__ import annotations

import copy
import ipaddress
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
from dockerfile_parse import DockerfileParser

Manifest = dict[str, Any]

KUBERNETES = "1.31"
RAYSERVICE = json.loads((Path(__file__).parent / "rayservice.schema.json").read_text())
WORLD = ("0.0.0.0/0", "::/0")
SMALLEST_PREFIX = 8
"""A block that is wider than this is a good part of the internet."""


def schema_faults(manifest: Manifest) -> list[str]:
    """Fields that Kubernetes or KubeRay does not know, or knows otherwise."""
    if manifest.get("kind") == "RayService":
        faults = [f"{'.'.join(map(str, error.path))}: {error.message}" for error in _validator().iter_errors(manifest)]
        for where, template in ray_templates(manifest):
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {**template.get("metadata", {}), "name": "pod"}, "spec": template["spec"]}
            faults += [f"{where}: {fault}" for fault in schema_faults(pod)]
        return faults
    try:
        kubernetes_validate.validate(copy.deepcopy(manifest), KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        return [f"{manifest.get('kind')} {'.'.join(map(str, error.path))}: {error.message}"]
    return []


def _validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(RAYSERVICE)


def ray_templates(service: Manifest) -> Iterator[tuple[str, Manifest]]:
    """The pod templates of a RayService, each with its name."""
    cluster = service["spec"]["rayClusterConfig"]
    yield "head", cluster["headGroupSpec"]["template"]
    for group in cluster.get("workerGroupSpecs", ()):
        yield group["groupName"], group["template"]


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, Manifest]]:
    """Every pod template, with the name of what makes it."""
    for manifest in manifests:
        if manifest["kind"] == "RayService":
            yield from ray_templates(manifest)
        elif "template" in manifest.get("spec", {}):
            yield manifest["metadata"]["name"], manifest["spec"]["template"]


def pod_faults(name: str, template: Manifest) -> list[str]:
    """Pods that may be root, may take all of a node, may change their image, or hold a secret in plain sight."""
    spec, faults = template["spec"], []
    security = spec.get("securityContext", {})
    if not (security.get("runAsNonRoot") and security.get("runAsUser", 0) > 0):
        faults.append(f"{name} may run as root")
    if security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        faults.append(f"{name} has no seccomp profile")
    for container in [*spec.get("initContainers", ()), *spec["containers"]]:
        who = f"{name}/{container['name']}"
        own = container.get("securityContext", {})
        if own.get("allowPrivilegeEscalation") is not False or own.get("capabilities", {}).get("drop") != ["ALL"]:
            faults.append(f"{who} may gain rights")
        for kind in ("requests", "limits"):
            if not {"cpu", "memory"} <= container.get("resources", {}).get(kind, {}).keys():
                faults.append(f"{who} has no {kind}")
        image = container["image"]
        if ":" not in image.rsplit("/", 1)[-1] or image.endswith(":latest"):
            faults.append(f"{who} takes whatever image is latest")
        for variable in container.get("env", ()):
            if any(word in variable["name"] for word in ("PASSWORD", "SECRET", "TOKEN", "ACCESS_KEY")) and "value" in variable:
                faults.append(f"{who} holds {variable['name']} in plain sight")
    return faults


def labels_of(template: Manifest) -> dict[str, str]:
    """The labels that network policies and budgets select pods by."""
    return dict(template.get("metadata", {}).get("labels", {}))


def selects(selector: Manifest, labels: dict[str, str]) -> bool:
    """Whether a label selector selects a pod; https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/."""
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    for rule in selector.get("matchExpressions", ()):
        value, among = labels.get(rule["key"]), rule.get("values", ())
        held = {"In": value in among, "NotIn": value not in among, "Exists": value is not None, "DoesNotExist": value is None}
        if not held[rule["operator"]]:
            return False
    return True


def policies_of(manifests: list[Manifest], labels: dict[str, str]) -> list[Manifest]:
    """The specs of all network policies that select a pod."""
    return [each["spec"] for each in manifests if each["kind"] == "NetworkPolicy" and selects(each["spec"]["podSelector"], labels)]


def egress_of(manifests: list[Manifest], labels: dict[str, str]) -> list[Manifest]:
    """Every egress rule that holds for a pod: policies add up."""
    return [rule for spec in policies_of(manifests, labels) if "Egress" in spec["policyTypes"] for rule in spec.get("egress", ())]


def open_egress(manifests: list[Manifest], labels: dict[str, str]) -> list[str]:
    """Ways out of the cluster that a pod has."""
    policies = policies_of(manifests, labels)
    if not any("Egress" in spec["policyTypes"] for spec in policies):
        return ["no policy holds its egress"]
    faults = []
    for rule in egress_of(manifests, labels):
        if not rule.get("to"):
            faults.append("a rule lets it go anywhere")
        for peer in rule.get("to", ()):
            block = peer.get("ipBlock", {}).get("cidr")
            if block is not None and ipaddress.ip_network(block).prefixlen < SMALLEST_PREFIX:
                faults.append(f"a rule lets it go to {block}")
            if block is None and peer.get("namespaceSelector") == {} and not peer.get("podSelector"):
                faults.append("a rule lets it go to every pod of the cluster")
    return faults


def image_faults(text: str, folder: Path) -> list[str]:
    """What is wrong with a Dockerfile: root, bases that move, secrets, no health check, installs that keep their caches."""
    (folder / "Dockerfile").write_text(text)
    steps = DockerfileParser(path=str(folder), env_replace=False).structure
    by_name: dict[str, list[str]] = {}
    for step in steps:
        by_name.setdefault(step["instruction"], []).append(step["value"])
    faults = []
    arguments = dict(value.split("=", 1) for value in by_name.get("ARG", ()) if "=" in value)
    stages = {value.split()[2] for value in by_name.get("FROM", ()) if len(value.split()) == 3}
    for base in by_name.get("FROM", ()):
        image = base.split()[0]
        image = arguments.get(image[2:-1], image) if image.startswith("${") else image
        if image not in stages and (":" not in image or image.endswith(":latest")):
            faults.append(f"its base {image} is not pinned by a tag")
    final = steps[max(index for index, step in enumerate(steps) if step["instruction"] == "FROM") :]
    users = [step["value"] for step in final if step["instruction"] == "USER"]
    if not users or users[-1].split(":")[0] in ("root", "0"):
        faults.append("it runs as root: the last USER is " + (users[-1] if users else "missing"))
    if "HEALTHCHECK" not in {step["instruction"] for step in final}:
        faults.append("it has no HEALTHCHECK")
    for name in (*by_name.get("ARG", ()), *by_name.get("ENV", ())):
        if any(word in name.upper() for word in ("PASSWORD", "SECRET", "TOKEN", "API_KEY")):
            faults.append(f"it bakes in {name.split('=')[0]}")
    if "ADD" in by_name:
        faults.append("ADD fetches and unpacks on its own: COPY does what it says")
    for command in by_name.get("RUN", ()):
        if "apt-get install" in command and "rm -rf /var/lib/apt/lists" not in command:
            faults.append("it keeps apt's lists")
        if "pip install" in command and "--no-cache-dir" not in command:
            faults.append("it keeps pip's cache")
    return faults
