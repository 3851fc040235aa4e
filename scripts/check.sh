#!/bin/sh
# The checks that need no test run: style, types, who may import whom. All run; the exit code is 1 when one fails.
set -u
cd "$(dirname "$0")/.." || exit 1
bin=.venv/bin
status=0
step() {
  name=$1
  shift
  if out=$("$@" 2>&1); then
    printf '%-14s ok\n' "$name"
  else
    printf '%-14s FAILED:  %s\n%s\n' "$name" "$*" "$out"
    status=1
  fi
}
step style $bin/ruff check -q
step format $bin/ruff format -q --diff
step types $bin/mypy --no-error-summary
step imports $bin/lint-imports --no-logo
exit $status
