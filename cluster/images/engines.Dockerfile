# An image with plugins in environments of their own, for engines whose libraries conflict with the studio's: beside their replicas
# run workers with that interpreter. PLUGIN is a distribution, pinned; repeat the build on top for more.
#   docker build -f cluster/images/engines.Dockerfile --build-arg PLUGIN=filmstudio-xtts==1.2.0 -t filmstudio:0.1.0-xtts .
ARG BASE_IMAGE=filmstudio:0.1.0-gpu

FROM ${BASE_IMAGE}
ARG PLUGIN
ARG OFFLINE=
USER 0
COPY cluster/wheelhouse* /wheelhouse/
ENV FILMSTUDIO_PLUGINS=/opt/plugins \
    FILMSTUDIO_CONFIG=/etc/filmstudio
# Environments belong to root: what runs in them cannot change them. The plugin is allowed by name, in the image's own list.
RUN test -n "${PLUGIN}" \
    && mkdir -p /opt/plugins /etc/filmstudio \
    && PIP_FIND_LINKS=/wheelhouse PIP_NO_CACHE_DIR=1 PIP_NO_INDEX="${OFFLINE:+1}" studio plugin add "${PLUGIN}" --isolated \
    && studio plugin allow "${PLUGIN%%[=<>!~]*}" \
    && rm -rf /wheelhouse
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=15s --start-period=90s --retries=3 \
    CMD ["ray", "health-check"]
