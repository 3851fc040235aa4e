#!/bin/sh
# install.sh [--gpio] [--report] [--root DIR]: puts Tirtasurya on this computer as a service, or brings an installed one to this version.
# Own user, own Python environment under /opt, configuration in /etc (never overwritten), state in /var/lib, starts at boot.
# --gpio: with the library for relays and sensors on the computer's own pins. --report: with what `tirta report` needs for PDF and
# spreadsheets. An installation that has either keeps it.
# --root DIR writes everything below DIR and touches neither users nor services: for images, packages and tests.
set -eu
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh

root=
locks=requirements.lock
option=
for argument in "$@"; do
  case $option$argument in
    --root | --gpio | --report) ;;
    --root--*) break ;;
    --root?*) mkdir -p "$argument"; root=$(cd "$argument" && pwd) ;;
    *) die "install.sh: unknown argument '$argument' (--gpio, --report, --root DIR)" ;;
  esac
  case $argument in --gpio | --report) locks="$locks requirements-${argument#--}.lock" ;; esac
  option=$([ "$argument" != --root ] || echo --root)
done
[ -z "$option" ] || die "install.sh: --root needs a folder"
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null 2>&1 || die "Installing needs root. Run:  su -c 'make install'"
  exec sudo scripts/install.sh "$@"
fi

umask 022
PYTHON=${PYTHON:-/usr/bin/python3} # one that the service's user can reach, whatever root's own PATH says
user=tirta
opt=$root/opt/tirtasurya
etc=$root/etc/tirtasurya
state=$root/var/lib/tirtasurya
version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

make_user() {
  getent passwd "$user" >/dev/null ||
    useradd --system --user-group --home-dir /var/lib/tirtasurya --no-create-home --shell /usr/sbin/nologin "$user"
  for group in dialout gpio spi; do
    if getent group "$group" >/dev/null; then usermod -aG "$group" "$user"; fi
  done
}

# Every lock asked for: their versions agree, so that one adds to the other.
install_locks() {
  for lock in $locks; do install_locked "$1" "$lock" .cache/wheels || return 1; done
}

# A release is complete before the link moves to it; the one before stays, so that going back is one `ln -sfn`.
make_release() {
  python=$(find_python) || die "Python 3.11 or newer is needed:  sudo apt-get install python3 python3-venv"
  release=$opt/releases/$version-$(date -u +%Y%m%dT%H%M%SZ)
  say "Installing Tirtasurya $version into $release ..."
  mkdir -p "$opt/releases"
  before=$(readlink "$opt/venv" || true)
  for kept in "$opt"/venv/lib/python*/site-packages/gpiozero; do [ ! -d "$kept" ] || locks="$locks requirements-gpio.lock"; done
  for kept in "$opt"/venv/lib/python*/site-packages/fpdf; do [ ! -d "$kept" ] || locks="$locks requirements-report.lock"; done
  make_venv "$python" "$release"
  if ! install_locks "$release/bin/python" ||
    ! quiet_pip "$release/bin/python" install --no-index --no-deps --no-build-isolation .; then
    rm -rf "$release"
    die "Not installed; what was there before still runs. The first time needs the network; run the same command again."
  fi
  chown -R --reference=Makefile .cache
  ln -sfn "releases/$(basename "$release")" "$opt/venv.new"
  mv -T "$opt/venv.new" "$opt/venv"
  for old in "$opt"/releases/*; do
    [ "$old" = "$release" ] || [ "releases/$(basename "$old")" = "$before" ] || rm -rf "$old"
  done
}

# The group of what the daemon may read and nobody else.
for_daemon() {
  chmod "$1" "$2"
  [ -n "$root" ] || chown "root:$user" "$2"
}

copy_once() {
  if [ -e "$2" ]; then say "Kept: $2"; return; fi
  cp "$1" "$2"
  for_daemon 0640 "$2"
}

make_config() {
  mkdir -p "$etc/schedules/programs"
  for folder in "$etc" "$etc/schedules" "$etc/schedules/programs"; do for_daemon 0750 "$folder"; done
  new_site=$([ -e "$etc/config.yaml" ] && echo no || echo yes)
  copy_once config.yaml "$etc/config.yaml"
  if [ "$new_site" = yes ]; then
    for program in schedules/programs/*.yaml; do copy_once "$program" "$etc/$program"; done
  fi
}

# Six digits for the page on the site's own network; only their scrypt hash is kept.
make_pin() {
  if [ -e "$etc/pin" ]; then return; fi
  umask_before=$(umask)
  umask 027
  pin=$("$opt/venv/bin/python" - "$etc/pin" <<'PYTHON'
import hashlib, secrets, sys
pin, salt = f"{secrets.randbelow(10**6):06d}", secrets.token_bytes(16)
digest = hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)
with open(sys.argv[1], "x", encoding="ascii") as file:
    file.write(f"scrypt${salt.hex()}${digest.hex()}\n")
print(pin)
PYTHON
)
  umask "$umask_before"
  for_daemon 0640 "$etc/pin"
  say "PIN of the page, shown this once (to make another: delete /etc/tirtasurya/pin, run this again): $pin"
}

make_service() {
  mkdir -p "$state" "$root/usr/local/bin" "$root/etc/systemd/system/multi-user.target.wants"
  chmod 0750 "$state"
  ln -sfn /opt/tirtasurya/venv/bin/tirta "$root/usr/local/bin/tirta"
  install -m 0644 deploy/tirtasurya.service "$root/etc/systemd/system/tirtasurya.service"
  ln -sfn ../tirtasurya.service "$root/etc/systemd/system/multi-user.target.wants/tirtasurya.service"
  if [ -n "$root" ]; then return; fi
  chown "$user:$user" "$state"
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    systemctl try-restart tirtasurya.service
  fi
}

[ -n "$root" ] || make_user
make_release
make_config
make_pin
make_service

say "Installed. It starts at every boot."
say "Next: wire the site, describe it in /etc/tirtasurya/config.yaml, then"
say "  sudo tirta check -c /etc/tirtasurya/config.yaml      and when that is content"
say "  sudo systemctl restart tirtasurya && journalctl -fu tirtasurya"
