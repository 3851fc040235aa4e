#!/bin/sh
# Installs the programs that the tests start themselves (a broker, databases, a serial cable, a browser) where they are
# missing and this user may. The tests run them on 127.0.0.1 with their own settings; nothing is left enabled or running.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh

# program -> Debian package
programs='mosquitto:mosquitto mosquitto_pub:mosquitto-clients influxd:influxdb victoria-metrics:victoria-metrics
  mbpoll:mbpoll socat:socat chromium:chromium pdftotext:poppler-utils systemd-analyze:systemd npm:npm'
services='mosquitto influxdb victoria-metrics'

PATH=$PATH:/usr/sbin:/sbin
missing=
for entry in $programs; do
  command -v "${entry%%:*}" >/dev/null 2>&1 || missing="$missing ${entry##*:}"
done
[ -n "$missing" ] || exit 0

say "Installing what the tests need:$missing ..."
# One by one when together fails: a package that this distribution does not have must not cost the others.
# shellcheck disable=SC2086
if ! apt_install $missing; then
  left=
  for package in $missing; do
    [ "$(how_to_be_root)" != no ] && apt_install "$package" || left="$left $package"
  done
  [ -z "$left" ] || say "Not installed, so their tests are skipped. To run them too:  sudo apt-get install$left"
fi
if command -v systemctl >/dev/null 2>&1 && [ "$(how_to_be_root)" != no ]; then
  for package in $missing; do
    case " $services " in *" $package "*) $(how_to_be_root) systemctl -q disable "$package" >/dev/null 2>&1 ;; esac
  done
fi
exit 0
