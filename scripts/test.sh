#!/bin/sh
# make test: checks, then all tests. ARGS goes to pytest and then replaces the whole run: ARGS="tests/core -k surplus".
# TEST_WORKERS: processes side by side (default: the cores, 4 at most; 0: none); twice as many for the tests from end to end,
# which mostly wait.
set -u
cd "$(dirname "$0")/.." || exit 1
scripts/bootstrap.sh dev || exit 1
scripts/services.sh
scripts/schemas.sh
PATH=$PATH:/usr/sbin:/sbin
export PATH
if [ -n "${ARGS:-}" ]; then
  # shellcheck disable=SC2086
  exec .venv/bin/python -m pytest $ARGS
fi

cores=$(nproc 2>/dev/null || echo 1)
workers=${TEST_WORKERS:-$((cores < 4 ? cores : 4))}
status=0
said=.cache/tests-stderr.txt # what no test captured: above all where a test stood that hung
mkdir -p .cache && : >$said
rm -f .pytest_cache/v/cache/lastfailed
# Which tests failed, and the part of each dump that is about them: last, since often only the end of a long output is kept.
failed() {
  grep -v -E '/(_pytest|pluggy|xdist|execnet|pytest_asyncio)/|^  File "<' $said | tail -n 120
  [ -f .pytest_cache/v/cache/lastfailed ] && grep -o '"tests.*"' .pytest_cache/v/cache/lastfailed
}
trap 'echo; echo "Stopped from outside."; failed; exit 143' TERM
# worksteal: the one way to share that goes on when a worker has died, and that leaves a module's tests together.
pytest_run() {
  .venv/bin/python -m pytest -q --dist worksteal "$@" 2>>$said
  code=$?
  [ $code -eq 0 ] || status=1 # 5, no test was run, too: all processes died before they had found one
}
scripts/check.sh || status=1
.venv/bin/python -m tests.house.sizes 2>/dev/null # the numbers; the tests judge them
echo
echo "Tests that measure time or load, alone:"
pytest_run -m serial -n "$((workers > 0))"
echo "From end to end, $((2 * workers)) side by side:"
pytest_run -m "not serial" -n "$((2 * workers))" tests/end_to_end
echo "All other tests, $workers side by side:"
pytest_run -m "not serial" -n "$workers" --ignore=tests/end_to_end

echo
if [ $status -eq 0 ]; then
  echo "All good. What was skipped, and why, is listed above. Next:  make demo   (a whole site on this computer)"
  echo "or  CONTRIBUTING.md  (how to change something),  make bench  (how fast it is)."
else
  failed
  echo "Something failed: see above. One test again:  make test ARGS='tests/path.py -k name'"
fi
exit $status
