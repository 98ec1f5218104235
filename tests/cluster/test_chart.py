"""The Helm chart: sound by Kubernetes' and KubeRay's schemas, closed to the world, and the same as the plain manifests."""

from __future__ import annotations

import copy
import importlib
import json
import re
import shlex
from pathlib import Path
from typing import Any

import helm_python
import pytest
import typer
import yaml
from manifest_rules import labels_of, open_egress, pod_faults, pods, policies_of, schema_faults, selects

pytestmark = pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20")  # Ray's own models

Objects = list[dict[str, Any]]


def test_helm_finds_no_fault_in_the_chart(renderer: Any) -> None:
    found = helm_python.lint(str(renderer.CHART))
    assert found["errors"] == [] and [each for each in found["messages"] if each["severity"] > 1] == []


def test_every_object_fits_its_schema(manifests: Objects) -> None:
    assert {"RayService", "Deployment", "StatefulSet", "NetworkPolicy", "PodDisruptionBudget"} <= {each["kind"] for each in manifests}
    assert [fault for each in manifests for fault in schema_faults(each)] == []


@pytest.mark.parametrize(
    ("kind", "path", "told"),
    [
        ("RayService", ("spec", "rayClusterConfig", "headGroupSpecs"), "headGroupSpecs"),
        ("RayService", ("spec", "rayClusterConfig", "gcsFaultToleranceOptions", "redisAdress"), "redisAdress"),
        ("RayService", ("spec", "rayClusterConfig", "headGroupSpec", "template", "spec", "nodeSelectors"), "nodeSelectors"),
        ("Deployment", ("spec", "replica"), "replica"),
        ("NetworkPolicy", ("spec", "egres"), "egres"),
        ("PodDisruptionBudget", ("spec", "maxUnavailible"), "maxUnavailible"),
    ],
)
def test_a_wrong_field_is_found(manifests: Objects, kind: str, path: tuple[str, ...], told: str) -> None:
    planted = copy.deepcopy(next(each for each in manifests if each["kind"] == kind))
    at: Any = planted
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = "x"
    assert any(told in fault for fault in schema_faults(planted))


def test_the_plain_manifests_are_what_the_chart_renders(renderer: Any) -> None:
    assert renderer.MANIFESTS.read_text(encoding="utf-8") == renderer.manifests(), "run cluster/render.py"


def test_a_wrong_value_is_refused_before_anything_is_rendered(renderer: Any) -> None:
    for wrong in (
        {"studios": {}},
        {"images": {"cpu": "filmstudio:latest"}},
        {"store": {"address": "s3://key:secret@bucket/takes"}},
        {"store": {"expireDays": 3}},
        {"networkPolicy": {"apiServer": {"cidrs": ["0.0.0.0/0"]}}},
    ):
        with pytest.raises(helm_python.HelmError):
            renderer.render(wrong)
    with pytest.raises(helm_python.HelmError, match="ReadWriteMany"):
        renderer.render({"studio": {"replicas": 2}})


# --- pods -----------------------------------------------------------------------------------------------------------------


def test_no_pod_is_root_boundless_or_shows_a_secret(manifests: Objects) -> None:
    assert [fault for name, template in pods(manifests) for fault in pod_faults(name, template)] == []


def test_root_missing_limits_moving_images_and_plain_secrets_are_found(manifests: Objects) -> None:
    template = copy.deepcopy(next(template for name, template in pods(manifests) if name == "workers"))
    container = template["spec"]["containers"][0]
    template["spec"]["securityContext"]["runAsUser"] = 0
    del container["resources"]["limits"]
    container["image"] = "filmstudio"
    container["env"].append({"name": "AWS_SECRET_ACCESS_KEY", "value": "x"})
    faults = " ".join(pod_faults("workers", template))
    for told in ("root", "no limits", "latest", "plain sight"):
        assert told in faults


def test_whoever_serves_is_probed_and_guarded_against_eviction(manifests: Objects) -> None:
    for each in manifests:
        if each["kind"] in ("Deployment", "StatefulSet"):
            container = each["spec"]["template"]["spec"]["containers"][0]
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= container.keys(), each["metadata"]["name"]
    budgets = [each["spec"]["selector"] for each in manifests if each["kind"] == "PodDisruptionBudget"]
    for name, template in pods(manifests):
        if "bucket" not in name:
            assert any(selects(budget, labels_of(template)) for budget in budgets), name


def test_every_secret_that_pods_name_is_told_in_the_notes(renderer: Any) -> None:
    rendered = renderer.render()
    named = set(re.findall(r"secretKeyRef: {name: ([a-z-]+),", "".join(rendered.values())))
    assert named == {"filmstudio-database", "filmstudio-ray", "filmstudio-redis", "filmstudio-store"}
    assert all(f"generic {name} " in rendered["NOTES.txt"] for name in named)


def test_ray_takes_calls_only_with_a_token_and_the_studio_has_it(manifests: Objects, cluster: Path) -> None:
    service = next(each for each in manifests if each["kind"] == "RayService")
    auth = service["spec"]["rayClusterConfig"]["authOptions"]
    assert auth["mode"] == "token"
    studio = next(template for name, template in pods(manifests) if name == "filmstudio-studio")
    for container in studio["spec"]["containers"]:
        given = {each["name"]: each.get("value") or each["valueFrom"]["secretKeyRef"]["name"] for each in container["env"]}
        assert (given["RAY_AUTH_MODE"], given["RAY_AUTH_TOKEN"]) == ("token", auth["secretName"])
    for name in ("ray", "engines", "studio"):
        given = yaml.safe_load((cluster / "compose.yaml").read_text())["services"][name]["environment"]
        assert given["RAY_AUTH_MODE"] == "token" and given["RAY_AUTH_TOKEN"].startswith("${RAY_AUTH_TOKEN:?")


# --- command lines ------------------------------------------------------------------------------------------------------


def command_lines(manifests: Objects, cluster: Path) -> list[list[str]]:
    """What containers run and are asked, of Ray and of the studio: by the chart, the compose file and the launcher."""
    lines: list[list[str]] = []
    for _, template in pods(manifests):
        for container in template["spec"]["containers"]:
            lines.append([*container.get("command", ()), *container.get("args", ())])
            for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
                lines.append(container.get(probe, {}).get("exec", {}).get("command", []))
            lines.append(container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", []))
    for service in yaml.safe_load((cluster / "compose.yaml").read_text())["services"].values():
        lines += [service.get("command", []), service.get("healthcheck", {}).get("test", ["CMD"])[1:]]
    launcher = yaml.safe_load((cluster.parent / "ray-cluster.yaml").read_text())
    for step in (*launcher["setup_commands"], *launcher["head_start_ray_commands"], *launcher["worker_start_ray_commands"]):
        lines.append(shlex.split(step.split(";")[-1]))
    tools = ("ray", "studio", "serve")
    return [line[next(i for i, word in enumerate(line) if word in tools) :] for line in lines if set(line) & set(tools)]


def parsed(words: list[str]) -> None:
    """Read a command line as the tool itself would, without running it.

    Raises:
        Exception: the tool does not know an option or a value; AssertionError: it does not know the command.
    """
    if words[0] == "ray":
        from ray.scripts.scripts import cli as found
    elif words[0] == "serve":
        from ray.serve.scripts import cli as found
    else:
        from filmstudio.cli.commands import app

        found = typer.main.get_command(app)
    context = found.make_context(words[0], ["--help"], resilient_parsing=True)
    command = found.get_command(context, words[1])
    assert command is not None, f"there is no command {words[1]}"
    command.make_context(words[1], list(words[2:]), parent=context)


def test_every_command_line_is_one_that_its_tool_knows(manifests: Objects, cluster: Path) -> None:
    lines = command_lines(manifests, cluster)
    assert {line[0] for line in lines} == {"ray", "studio", "serve"}
    for line in lines:
        parsed(line)


def test_a_command_line_that_its_tool_does_not_know_is_found() -> None:
    for wrong in (["ray", "start", "--head", "--num-cpu=0"], ["studio", "serve", "--hosts=0.0.0.0"], ["studio", "server"]):
        with pytest.raises(Exception, match=r"(?i)no such option|no command"):
            parsed(wrong)


# --- the network ----------------------------------------------------------------------------------------------------------


def test_nothing_leaves_the_cluster(manifests: Objects) -> None:
    for name, template in pods(manifests):
        assert open_egress(manifests, labels_of(template)) == [], name


def test_plugins_reach_ray_names_and_the_store_and_nothing_else(manifests: Objects) -> None:
    plugin = labels_of(next(template for name, template in pods(manifests) if name == "plugins"))
    reached = {name for name, template in pods(manifests) if _reaches(manifests, plugin, labels_of(template))}
    assert reached == {"head", "workers", "gpu", "plugins", "filmstudio-studio", "filmstudio-minio"}
    peers = [peer for spec in policies_of(manifests, plugin) for rule in spec.get("egress", ()) for peer in rule["to"]]
    assert not any("ipBlock" in peer for peer in peers)
    abroad = [peer for peer in peers if "namespaceSelector" in peer]
    assert [peer["podSelector"]["matchLabels"] for peer in abroad] == [{"k8s-app": "kube-dns"}]


def test_engines_of_third_parties_are_placed_on_plugins_nodes(manifests: Objects, cluster: Path) -> None:
    service = next(each for each in manifests if each["kind"] == "RayService")
    groups = service["spec"]["rayClusterConfig"]["workerGroupSpecs"]
    having = {group["groupName"]: group["rayStartParams"].get("resources", "") for group in groups}
    where = serve_configs(manifests, cluster)[0]["applications"][0]["args"]["guests_on"]
    assert [name for name, resources in having.items() if f'\\"{where}\\": 1' in resources] == ["plugins"], having


def test_the_database_is_reached_by_the_studio_alone(manifests: Objects) -> None:
    everyone = dict(pods(manifests))
    database = labels_of(everyone["filmstudio-postgres"])
    assert {name for name, template in everyone.items() if _reaches(manifests, labels_of(template), database)} == {"filmstudio-studio"}


def _reaches(manifests: Objects, source: dict[str, str], target: dict[str, str]) -> bool:
    def allowed(labels: dict[str, str], other: dict[str, str], way: str, peers: str) -> bool:
        specs = [spec for spec in policies_of(manifests, labels) if way in spec["policyTypes"]]
        rules = [rule for spec in specs for rule in spec.get(way.lower(), ())]
        at = [peer for rule in rules for peer in rule.get(peers, ()) if "namespaceSelector" not in peer and "podSelector" in peer]
        return not specs or any(selects(peer["podSelector"], other) for peer in at)

    return allowed(source, target, "Egress", "to") and allowed(target, source, "Ingress", "from")


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"ports": [{"port": 443}]},
        {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]},
        {"to": [{"ipBlock": {"cidr": "0.0.0.0/1"}}]},
        {"to": [{"ipBlock": {"cidr": "::/0"}}]},
        {"to": [{"namespaceSelector": {}}]},
    ],
)
def test_egress_that_is_left_open_is_found(manifests: Objects, rule: dict[str, Any]) -> None:
    plugin = labels_of(next(template for name, template in pods(manifests) if name == "plugins"))
    planted = copy.deepcopy(manifests)
    nodes = next(each for each in planted if each["metadata"]["name"] == "filmstudio-nodes")
    nodes["spec"]["egress"].append(rule)
    assert open_egress(planted, plugin)


def test_pods_that_no_policy_holds_are_found(manifests: Objects) -> None:
    without = [each for each in manifests if each["kind"] != "NetworkPolicy"]
    assert open_egress(without, {"app.kubernetes.io/component": "ray-plugins"}) == ["no policy holds its egress"]


def test_an_outside_store_opens_its_address_and_no_more(objects: Any) -> None:
    values = {
        "store": {"address": "s3://films/takes?region=eu-west-1", "egress": [{"ipBlock": {"cidr": "10.1.2.0/24"}}], "egressPorts": [443]},
        "minio": {"enabled": False},
    }
    made = objects(values)
    assert not any("minio" in each["metadata"]["name"] or each["kind"] == "Job" for each in made)
    nodes = next(each for each in made if each["metadata"]["name"] == "filmstudio-nodes")
    assert nodes["spec"]["egress"][-1] == {"to": [{"ipBlock": {"cidr": "10.1.2.0/24"}}], "ports": [{"protocol": "TCP", "port": 443}]}


# --- Serve ----------------------------------------------------------------------------------------------------------------


def serve_configs(manifests: Objects, cluster: Path) -> list[dict[str, Any]]:
    service = next(each for each in manifests if each["kind"] == "RayService")
    files = (cluster / "aws" / "engines.yaml", cluster / "engines.yaml")
    return [yaml.safe_load(service["spec"]["serveConfigV2"]), *(yaml.safe_load(path.read_text()) for path in files)]


def test_serve_itself_accepts_the_configurations_and_what_they_import_is_there(manifests: Objects, cluster: Path) -> None:
    from ray.serve.schema import ServeDeploySchema

    from filmstudio.serve.applications import EnginesArgs, engines
    from filmstudio.serve.company import APPLICATION

    for config in serve_configs(manifests, cluster):
        checked = ServeDeploySchema.model_validate(config)
        for application in checked.applications:
            module, _, name = application.import_path.partition(":")
            assert callable(getattr(importlib.import_module(module), name))
            assert application.name == APPLICATION
            EnginesArgs.model_validate(application.args)
        assert engines(checked.applications[0].args)


def test_an_import_path_or_argument_that_is_not_there_would_be_found(manifests: Objects, cluster: Path) -> None:
    from pydantic import ValidationError

    from filmstudio.serve.applications import EnginesArgs

    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("filmstudio.serve.application")
    args = serve_configs(manifests, cluster)[0]["applications"][0]["args"]
    with pytest.raises(ValidationError):
        EnginesArgs.model_validate({**args, "stores": "x"})


def test_the_studio_and_its_engines_open_one_store(manifests: Objects, cluster: Path) -> None:
    studio = next(template for name, template in pods(manifests) if name == "filmstudio-studio")["spec"]["containers"][0]
    compose = yaml.safe_load((cluster / "compose.yaml").read_text())["services"]["studio"]
    kubernetes, _, one_host = serve_configs(manifests, cluster)
    for words, config in ((studio["args"], kubernetes), (compose["command"], one_host)):
        assert f"--cache-dir={config['applications'][0]['args']['store']}" in words


def test_engines_that_are_loaded_early_exist(manifests: Objects, cluster: Path) -> None:
    from filmstudio.core.plugins import Plugins

    known = {f"{offer.engine.role}/{offer.engine.name}" for offer in Plugins().engines()}
    for config in serve_configs(manifests, cluster):
        assert set(config["applications"][0]["args"]["preload"]) <= known


def test_all_nodes_run_one_ray(cluster: Path, manifests: Objects) -> None:
    service = next(each for each in manifests if each["kind"] == "RayService")
    version = service["spec"]["rayClusterConfig"]["rayVersion"]
    assert f"ARG RAY_VERSION={version}\n" in (cluster / "images" / "cpu.Dockerfile").read_text()
    launcher = yaml.safe_load((cluster.parent / "ray-cluster.yaml").read_text())
    images = {launcher["docker"]["image"]} | {
        node["docker"]["worker_image"] for node in launcher["available_node_types"].values() if "docker" in node
    }
    assert all(f":{version}-" in image for image in images), json.dumps(sorted(images))
