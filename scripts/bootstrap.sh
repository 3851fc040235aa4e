#!/bin/sh
# bootstrap.sh [demo|dev]: makes .venv as the hash lock says. Does nothing, in well under a second, when it already is.
# Needs Python 3.11+; everything else it fetches itself, once, into .venv and .cache/wheels (then no network is needed).
set -eu
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh

kind=${1:-demo}
case $kind in demo | dev) ;; *) die "bootstrap.sh: unknown kind '$kind' (demo or dev)" ;; esac
lock=requirements-$kind.lock

# What .venv was made from: the lock, the project's own metadata, the place (scripts hold absolute paths) and the Python.
key() {
  { pwd; cat "requirements-$1.lock" pyproject.toml; .venv/bin/python -c 'import sys; print(sys.version)'; } | sha256sum
}
is_made() {
  [ -f ".venv/.made-$1" ] && [ "$(cat ".venv/.made-$1")" = "$(key "$1")" ]
}

# A .venv that is a link belongs to another checkout: it is used as it is, and never emptied from here.
if [ -L .venv ]; then
  is_python_311 .venv/bin/python && exit 0
  die "$(t ".venv is a link to a place without Python 3.11; make it there:" \
    ".venv menunjuk ke tempat tanpa Python 3.11; buat di sana:") $(readlink .venv)"
fi

if is_python_311 .venv/bin/python && { is_made "$kind" || is_made dev; }; then exit 0; fi

[ -w . ] || die "$(t "This folder cannot be written to:" "Folder ini tidak dapat ditulisi:") $(pwd)
$(t "Copy it to a folder of your own, and run it there." "Salin ke folder milik sendiri, lalu jalankan di sana.")"
mkdir -p .cache
if command -v flock >/dev/null 2>&1 && [ "${TIRTA_BOOTSTRAP_LOCKED:-}" != yes ]; then
  exec env TIRTA_BOOTSTRAP_LOCKED=yes flock .cache/bootstrap.busy scripts/bootstrap.sh "$kind"
fi

python=$(find_python) || die "$(t "Python 3.11 or newer is needed. On Debian 12 or Raspberry Pi OS:" \
  "Perlu Python 3.11 ke atas. Di Debian 12 atau Raspberry Pi OS:")  sudo apt-get install python3 python3-venv"
started=$(date +%s)
if ! is_python_311 .venv/bin/python || [ ! -x .venv/bin/pip ] || ! head -n 3 .venv/bin/pip | grep -qF "$(pwd)/"; then
  say "$(t "Making .venv with" "Membuat .venv dengan") $python ..."
  make_venv "$python" .venv
fi
say "$(t Installing Memasang) $(grep -c '==' "$lock") $(t "Python packages, checked by hash (once)" \
  "paket Python, diperiksa dengan hash (sekali saja)") ..."
install_locked .venv/bin/python "$lock" .cache/wheels ||
  die "$(t "The packages could not be fetched. The first time needs the network; run the same command again." \
    "Paket tidak dapat diambil. Pertama kali perlu jaringan; jalankan lagi perintah yang sama.")"
quiet_pip .venv/bin/python install --no-index --no-deps --no-build-isolation -e .
key "$kind" >".venv/.made-$kind"
say "$(t "Ready after" "Siap setelah") $(($(date +%s) - started)) s."
