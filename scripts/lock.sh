#!/bin/sh
# Writes the hash locks that pip installs from: the daemon, the same with GPIO or with the report, the demo, the developers. For all platforms and Python 3.11+.
# Versions agree between them (the development lock leads), and no index is named: the public one is the default everywhere.
set -eu
cd "$(dirname "$0")/.." || exit 1
compile() {
  out=$1
  shift
  env -u UV_FIND_LINKS -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL -u UV_DEFAULT_INDEX .venv/bin/uv --no-config \
    pip compile -q --generate-hashes --universal --python-version 3.11 --no-annotate --custom-compile-command 'make lock' \
    -o "$out" pyproject.toml "$@"
}
compile requirements-dev.lock --extra dev "$@"
versions=$(mktemp)
trap 'rm -f "$versions"' EXIT
sed -n 's/^\([a-zA-Z0-9._-]*==[^\\]*\).*/\1/p' requirements-dev.lock >"$versions"
compile requirements-demo.lock --extra build --extra demo -c "$versions"
compile requirements.lock --extra build -c "$versions"
compile requirements-gpio.lock --extra build --extra gpio -c "$versions"
compile requirements-report.lock --extra build --extra report -c "$versions"
grep -c '==' requirements*.lock
