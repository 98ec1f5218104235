# The studio with Ray, for heads, CPU workers and the API. Build from the root of the repository:
#   docker build -f cluster/images/cpu.Dockerfile -t filmstudio:0.1.0-cpu .
# All nodes of a Ray cluster need one Python (to the minor version) and one Ray: gpu.Dockerfile takes the same two.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS wheels
WORKDIR /source
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY filmstudio ./filmstudio
# /wheelhouse may be filled beforehand: then nothing is fetched (docs/operations/air-gapped.md).
COPY cluster/wheelhouse* /wheelhouse/
ARG EXTRAS=serve,platform,s3
ARG RAY_VERSION=2.60.0
ARG OFFLINE=
RUN pip wheel --no-cache-dir --disable-pip-version-check ${OFFLINE:+--no-index} --find-links /wheelhouse \
    --wheel-dir /wheels ".[${EXTRAS}]" "ray[serve]==${RAY_VERSION}"

FROM ${BASE}
# KubeRay asks nodes for their health with wget; tini reaps what engines leave. Debian keeps one version of each a release.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tini wget \
    && rm -rf /var/lib/apt/lists/*
RUN groupadd --gid 1000 ray && useradd --uid 1000 --gid 1000 --create-home ray \
    && install --directory --owner=ray --group=ray /cache /data
COPY --from=wheels /wheels /wheels
ARG EXTRAS=serve,platform,s3
# hadolint ignore=DL3013
RUN pip install --no-cache-dir --disable-pip-version-check --no-index --find-links /wheels "filmstudio[${EXTRAS}]" \
    && rm -rf /wheels
USER 1000:1000
WORKDIR /home/ray
ENV PYTHONUNBUFFERED=1 \
    NUMBA_CACHE_DIR=/home/ray/.compiled \
    FILMSTUDIO_CACHE=/data \
    FILMSTUDIO_NODE_CACHE=/cache \
    RAY_USAGE_STATS_ENABLED=0
# What engines compile is compiled here, once, not in the first film of every pod.
RUN ["studio", "prepare"]
EXPOSE 8000
# For one host (compose.yaml). Kubernetes has probes of its own and ignores this line.
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=3 \
    CMD ["wget", "--quiet", "--tries=1", "--timeout=4", "--output-document=/dev/null", "http://127.0.0.1:8000/healthz"]
ENTRYPOINT ["tini", "--"]
CMD ["studio", "--help"]
