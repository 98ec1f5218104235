"""Checking an installed plugin: the contract kit is run apart, in the plugin's own environment and within its permissions."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from filmstudio.core.environments import command_of
from filmstudio.core.errors import ConfigError
from filmstudio.core.offers import HOUSE, Offer
from filmstudio.core.perform import Guest
from filmstudio.core.plugins import Plugins
from filmstudio.testing import Finding, sample_requests

CHECK_SECONDS: Final = 900
"""Longest that the kit may take with one engine."""
_LAST_WORDS: Final = 500

PAPERS: Final = "It has a manifest, and if it is sealed, its files are as they were."
ENDS: Final = "It ends: the kit comes to its last rule."


@dataclass(frozen=True, slots=True)
class Checked:
    """An engine and what was found of it."""

    plugin: str
    engine: str
    role: str
    findings: tuple[Finding, ...]

    @property
    def kept(self) -> bool:
        """Whether it keeps every rule."""
        return not any(finding.broken for finding in self.findings)


def offers_of(plugins: Plugins, name: str | None) -> list[Offer]:
    """The engines of a plugin, by the name of its distribution, its entry point or one of its engines; without a name, of all guests.

    Raises:
        ConfigError: nobody is called so, or who is was turned away.
    """
    if name is None:
        return [offer for offer in plugins.engines() if offer.distribution not in ("", HOUSE)]
    found = [offer for offer in plugins.engines() if name in (offer.distribution, offer.plugin, offer.engine.name)]
    if not found:
        turned_away = [problem for problem in plugins.problems if problem.place.plugin == name]
        if turned_away:
            raise ConfigError(f"{name} was turned away: it {turned_away[0].message}", remedy=turned_away[0].remedy)
        there = ", ".join(sorted({offer.distribution for offer in plugins.engines()}))
        raise ConfigError(f"no plugin called {name} is installed, or it has no engines.", remedy=f"There are: {there}.")
    return found


def check(offer: Offer) -> Checked:
    """Hold one engine to every rule. Nothing of it runs in this process."""
    papers = offer.papers
    findings = []
    if offer.distribution != HOUSE:
        missing = ("it has no filmstudio-plugin.toml: publisher, licence and permissions are unknown",) if papers.manifest is None else ()
        findings.append(Finding(PAPERS, missing))
    with tempfile.TemporaryDirectory(prefix="studio-check-") as folder:
        findings += _examine(offer, Path(folder))
    return Checked(offer.distribution or offer.plugin, offer.engine.name, offer.engine.role, tuple(findings))


def _examine(offer: Offer, root: Path) -> list[Finding]:
    from filmstudio.core.guests import variables_for

    guest = offer.guest
    may = guest or Guest(HOUSE, network=True, gpu=True, folders=("/",))
    order = {
        "address": offer.address,
        "role": offer.engine.role,
        "requests": [request.canonical() for request in sample_requests(offer.engine.role, root / "store")],
        "root": str(root),
        "folders": [str(Path(each).expanduser()) for each in may.folders],
        "network": may.network,
        "gpu": may.gpu,
    }
    (root / "tmp").mkdir()
    environment = guest.environment if guest is not None else ""
    try:
        ran = subprocess.run(  # noqa: S603 - an interpreter of this installation, and fixed arguments
            [*command_of(environment), "-m", "filmstudio.testing"],
            input=json.dumps(order), capture_output=True, text=True, errors="replace", check=False, timeout=CHECK_SECONDS, cwd=root,
            env=dict(os.environ) if guest is None else variables_for(guest, root),
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return [Finding(ENDS, (f"it had not after {CHECK_SECONDS} s",))]
    written = root / "findings.json"
    if not written.is_file() or written.stat().st_size > 1 << 20:
        said = " ".join((ran.stdout + ran.stderr).split())[-_LAST_WORDS:]
        return [Finding(ENDS, (f"its process ended with code {ran.returncode}: {said}",))]
    try:
        found = json.loads(written.read_text(encoding="utf-8"))
        return [Finding(str(each["rule"]), tuple(map(str, each["broken"]))) for each in found]
    except (ValueError, KeyError, TypeError):
        return [Finding(ENDS, ("what its process wrote is no list of findings",))]
