"""Admission: what is known of a plugin before any of it is imported, and whether it may come in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import Distribution, EntryPoint
from pathlib import Path
from typing import Any, ClassVar

from filmstudio.core.allowlist import Allowlist
from filmstudio.core.engine import Desk, Engine, Failure
from filmstudio.core.environments import Environment, canonical, python_of
from filmstudio.core.errors import ConfigError, Place, PluginError
from filmstudio.core.manifest import DeclaredEngine, Manifest, broken_seal, files_of, fingerprint, manifest_path, read_manifest
from filmstudio.core.model import digest_of
from filmstudio.core.offers import Offer, Papers


class _Elsewhere(Engine[Any, Any]):
    """An engine of another environment, as its manifest tells of it."""

    home: ClassVar[str] = ""

    def ready(self) -> str:
        try:
            python_of(self.home)
        except ConfigError as error:
            return str(error)
        return ""

    def run(self, requests: Sequence[Any], desk: Desk) -> Sequence[Any | Failure]:
        raise PluginError(f"{self.name} runs in the environment {self.home}, and not in this process.")


def elsewhere(declared: DeclaredEngine, manifest: Manifest, papers: Papers) -> Offer:
    """The offer of an engine that lives in another environment, from what its manifest declares."""
    needs = declared.needs.model_copy(update={"environment": papers.environment, "licence": manifest.licence})
    facts = {"name": declared.name, "version": declared.version, "role": declared.role, "summary": declared.summary}
    engine = type("Elsewhere", (_Elsewhere,), {**facts, "needs": needs, "home": papers.environment, "__module__": __name__})
    return Offer(engine, papers.distribution, papers.distribution, papers, declared.engine)


def papers_of(point: EntryPoint) -> Papers:
    """The papers of a plugin of the studio's environment, from its files. Nothing of it is imported.

    Raises:
        PluginError: its manifest is wrong, or speaks of another distribution.
    """
    distribution = point.dist
    if distribution is None:
        return Papers("")
    path = manifest_path(distribution, point.value)
    if path is None:
        return Papers(distribution.name, distribution.version, fingerprint=_recorded(distribution))
    return _with_manifest(Papers(distribution.name, distribution.version), read_manifest(path), path)


def papers_elsewhere(environment: Environment) -> Papers:
    """The papers of a plugin that has an environment of its own.

    Raises:
        PluginError: its files cannot be read, or its manifest speaks of another distribution.
    """
    papers = Papers(environment.name, environment.version, environment=environment.name)
    return _with_manifest(papers, environment.manifest, environment.manifest_path)


def admit(papers: Papers, allowlist: Allowlist) -> None:
    """See that a plugin may come in.

    Raises:
        PluginError: it is not allowed here, or its files are not as its publisher sealed them.
    """
    allowlist.check(papers.distribution, papers.fingerprint)
    if papers.manifest is not None and papers.path is not None and papers.manifest.seal:
        changed = broken_seal(papers.manifest, files_of(papers.path))
        if changed:
            more = f" and {len(changed) - 3} more" if len(changed) > 3 else ""
            remedy = "Install it again; or, if you changed it yourself, seal it: ./studio plugin seal."
            message = f"is not as it was sealed: {', '.join(changed[:3])}{more}."
            raise PluginError(message, remedy=remedy, place=Place(plugin=papers.distribution))


def check_declared(distribution: str, manifest: Manifest, offers: Sequence[Offer]) -> None:
    """See that a plugin offers what its manifest declares.

    Raises:
        PluginError: it does not.
    """
    declared = {(each.role, each.name, each.version, each.engine) for each in manifest.engines}
    offered = {(offer.engine.role, offer.engine.name, offer.engine.version, offer.address) for offer in offers}
    for what, which in (("offers", offered - declared), ("does not offer", declared - offered)):
        for role, name, version, address in sorted(which):
            other = "its manifest does not declare it so" if what == "offers" else "its manifest declares it"
            raise PluginError(
                f"{what} the {role} engine {name} {version} ({address}), and {other}.",
                remedy="The manifest and the engine's class must say the same.",
                place=Place(plugin=distribution),
            )


def _with_manifest(papers: Papers, manifest: Manifest, path: Path) -> Papers:
    if canonical(manifest.name) != canonical(papers.distribution):
        raise PluginError(f"its manifest is that of {manifest.name}.", place=Place(plugin=papers.distribution))
    mark = fingerprint(manifest, files_of(path))
    return Papers(papers.distribution, papers.version, manifest, path, mark, papers.environment)


def _recorded(distribution: Distribution) -> str:
    """A fingerprint for a plugin without a manifest: of the files that its installer wrote down."""
    digests: dict[str, str] = {}
    for file in distribution.files or ():
        path = Path(str(file.locate()))
        if path.suffix == ".py" and path.is_file():
            digests[file.as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return digest_of({"name": distribution.name, "files": digests})
