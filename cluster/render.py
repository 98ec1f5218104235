"""Write cluster/kuberay/filmstudio.yaml: the chart as plain manifests, for `kubectl apply` and for reading. Run it after a change.

The chart is the source. Helm itself renders it, through its SDK (the `helm-python-sdk` of the dev extra), as `helm template` would.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

CHART = Path(__file__).parent / "helm" / "filmstudio"
MANIFESTS = Path(__file__).parent / "kuberay" / "filmstudio.yaml"
HEAD = "# Made by cluster/render.py from cluster/helm/filmstudio: change the chart, not this file.\n"


def render(values: dict[str, Any] | None = None, *, name: str = "filmstudio", namespace: str = "filmstudio") -> dict[str, str]:
    """The chart's objects as YAML, by template; checked against values.schema.json first."""
    import helm_python as helm

    with helm.Chart.load(str(CHART)) as chart:
        chart.validate_schema(values or {})
        rendered = chart.render(values or {}, name=name, namespace=namespace)
    return {Path(path).name: text for path, text in sorted(rendered.items())}


def manifests() -> str:
    """Everything in one file, in the order of the templates."""
    parts = [text.strip().removeprefix("---").strip() for name, text in render().items() if name.endswith(".yaml") and text.strip()]
    return HEAD + "".join(f"---\n{part}\n" for part in parts)


if __name__ == "__main__":
    MANIFESTS.write_text(manifests(), encoding="utf-8")
