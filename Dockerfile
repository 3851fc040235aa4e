# The controller from this repository: hash-locked packages, no compiler, its own user. Two targets: tirta (a site) and
# demo (the same with the simulators' broker). Build from the top of the tree: docker build --target tirta .
ARG PYTHON=3.13-slim-bookworm

FROM python:${PYTHON} AS base
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN groupadd --gid 10001 tirta \
 && useradd --uid 10001 --gid tirta --home-dir /var/lib/tirtasurya --shell /usr/sbin/nologin tirta \
 && install -d -o tirta -g tirta -m 0750 /var/lib/tirtasurya

FROM base AS packages
RUN python -m venv /opt/venv
WORKDIR /src
# The daemon's packages and the report's (PDF and spreadsheet): one list, so that `tirta report` has every format here too.
COPY requirements-report.lock ./
RUN /opt/venv/bin/pip install --require-hashes -r requirements-report.lock
COPY pyproject.toml README.md LICENSE ./
COPY drivers drivers
COPY schedules schedules
COPY controller controller
COPY simulators simulators
RUN /opt/venv/bin/pip install --no-index --no-deps --no-build-isolation .

FROM packages AS demo-packages
COPY requirements-demo.lock ./
RUN /opt/venv/bin/pip install --require-hashes -r requirements-demo.lock

FROM base AS demo
COPY --from=demo-packages /opt/venv /opt/venv
COPY deploy/demo.sh /opt/tirtasurya/demo.sh
USER tirta
WORKDIR /var/lib/tirtasurya
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["/opt/venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["/bin/sh", "/opt/tirtasurya/demo.sh"]

FROM base AS tirta
COPY --from=packages /opt/venv /opt/venv
COPY deploy/first_start.py /opt/tirtasurya/first_start.py
COPY config.yaml /opt/tirtasurya/config.yaml
COPY schedules/programs /opt/tirtasurya/schedules/programs
USER tirta
WORKDIR /var/lib/tirtasurya
VOLUME /var/lib/tirtasurya
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["/opt/venv/bin/python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["/opt/venv/bin/tirta"]
CMD ["run", "-c", "/etc/tirtasurya/config.yaml", "--state", "/var/lib/tirtasurya"]
