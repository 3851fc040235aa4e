#!/bin/sh
# make demo: a whole site on this computer, until Ctrl-C. ARGS goes to `tirta-sim demo`.
set -u
cd "$(dirname "$0")/.." || exit 1
. scripts/lib.sh
scripts/bootstrap.sh demo || exit 1
trap : INT # Ctrl-C stops the demo, which cleans up; this script then says what to do next
# shellcheck disable=SC2086
.venv/bin/tirta-sim demo ${ARGS:-}
status=$?
[ $status -eq 130 ] && status=0
if [ $status -eq 0 ]; then
  t "Next:  docs/wiring.md (a first site);  .venv/bin/tirta check -c config.yaml;  make test
" "Lanjut:  docs/wiring.id.md (lokasi pertama);  .venv/bin/tirta check -c config.yaml;  make test
"
fi
exit $status
