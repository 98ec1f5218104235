# The studio with Ray and a CUDA build of PyTorch, for GPU workers. The driver is the host's, by NVIDIA's container toolkit;
# PyTorch's wheels bring the CUDA libraries, so the base is the same as the CPU image's.
#   docker build -f cluster/images/gpu.Dockerfile -t filmstudio:0.1.0-gpu .
ARG CPU_IMAGE=filmstudio:0.1.0-cpu

FROM ${CPU_IMAGE}
USER 0
COPY cluster/wheelhouse* /wheelhouse/
ARG TORCH=torch==2.13.0
ARG OFFLINE=
# TORCH is pinned by its default.
# hadolint ignore=DL3013
RUN pip install --no-cache-dir --disable-pip-version-check ${OFFLINE:+--no-index} --find-links /wheelhouse "${TORCH}" \
    && rm -rf /wheelhouse
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility,video
USER 1000:1000
HEALTHCHECK --interval=30s --timeout=15s --start-period=90s --retries=3 \
    CMD ["ray", "health-check"]
