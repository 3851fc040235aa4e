#!/bin/sh
# In the demo's container: simulators and controller in real time, so that Grafana's "now" is the site's.
set -eu
mkdir -p /tmp/tirta-demo
exec /opt/venv/bin/tirta-sim demo -c /etc/tirtasurya/config.yaml --state /var/lib/tirtasurya/demo --no-browser --rate 1 \
  --start "$(TZ=Asia/Jakarta date +%Y-%m-%dT%H:%M:%S)"
