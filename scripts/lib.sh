# shellcheck shell=sh
# Shared by the scripts beside it; POSIX sh, sourced from the top of the tree.

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# t ENGLISH INDONESIAN: the one that the environment speaks.
t() {
  case ${LC_ALL:-${LC_MESSAGES:-${LANG:-}}} in id* | in_*) printf '%s' "$2" ;; *) printf '%s' "$1" ;; esac
}

# "", "sudo -n" or "no": how this user may become root without being asked.
how_to_be_root() {
  if [ "$(id -u)" -eq 0 ]; then echo ""
  elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then echo "sudo -n"
  else echo no; fi
}

# apt_install PACKAGE...: installs without asking and without starting or enabling a service; 1 when it may not or cannot.
apt_install() {
  command -v apt-get >/dev/null 2>&1 || return 1
  root=$(how_to_be_root)
  [ "$root" != no ] || return 1
  policy=/usr/sbin/policy-rc.d
  made_policy=no
  if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' | $root tee "$policy" >/dev/null && $root chmod 755 "$policy"
    trap '$root rm -f "$policy"' EXIT INT TERM
  fi
  apt_log=$(mktemp)
  quiet_apt "$@" || { $root apt-get -qq update >>"$apt_log" 2>&1 && quiet_apt "$@"; }
  result=$?
  [ $result -eq 0 ] || tail -n 5 "$apt_log" >&2
  rm -f "$apt_log"
  if [ "$made_policy" = yes ]; then $root rm -f "$policy"; trap - EXIT INT TERM; fi
  return $result
}

quiet_apt() {
  $root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install "$@" >>"$apt_log" 2>&1
}

is_python_311() {
  "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

# The first Python that is new enough: $PYTHON when given, then the system's own, then any by version.
find_python() {
  for candidate in ${PYTHON:-} python3 python3.11 python3.12 python3.13 python3.14; do
    if is_python_311 "$candidate"; then command -v "$candidate"; return 0; fi
  done
  return 1
}

# make_venv PYTHON DIR: installs python3-venv first where Debian left it out.
make_venv() {
  if ! "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; then
    package=python3-venv
    say "$(t "Python's venv module is missing. Trying to install the Debian package" \
      "Modul venv Python belum ada. Memasang paket Debian") $package ..."
    apt_install "$package" || die "$(t "Cannot install it from here. Run:" \
      "Tidak dapat dipasang dari sini. Jalankan:")  sudo apt-get install $package"
  fi
  "$1" -m venv --clear "$2"
}

# Environment variables and files that would let pip take packages from elsewhere do not count here.
quiet_pip() {
  venv_python=$1
  shift
  env -u PIP_FIND_LINKS -u PIP_NO_INDEX -u PIP_CONSTRAINT -u PIP_REQUIREMENT -u PIP_TARGET -u PIP_USER -u PYTHONPATH \
    "$venv_python" -m pip --disable-pip-version-check --no-input -q "$@"
}

# install_locked PYTHON LOCK WHEELS: what the lock says, by hash. From the files kept in WHEELS when they are all there (so it
# can be repeated without a network), else fetched into it first.
install_locked() {
  mkdir -p "$3"
  if [ -n "$(ls "$3")" ] && install_kept "$@" 2>/dev/null; then return 0; fi
  quiet_pip "$1" download --prefer-binary --require-hashes -r "$2" -d "$3" && install_kept "$@"
}

install_kept() {
  quiet_pip "$1" install --no-index --find-links "$3" --require-hashes -r "$2"
}
