# Everything here works from a fresh clone on Debian 12 or Raspberry Pi OS with python3 (3.11+), make and git.
.DEFAULT_GOAL := help
.PHONY: help demo test check bench install lock
export ARGS

help:  ## what can be done here
	@sed -n 's/^\([a-z]*\):.*##/  make \1\t/p' Makefile | expand -t 18

demo:  ## a whole site on this computer: simulators, the daemon and its page, until Ctrl-C
	@scripts/demo.sh

test:  ## all checks and tests; installs what they need
	@scripts/test.sh

check:  ## the quick ones: style, types, who imports whom, sizes (under a minute)
	@scripts/bootstrap.sh dev
	@s=0; scripts/check.sh || s=1; .venv/bin/python -m pytest -q -m "not slow" tests/house || s=1; exit $$s

bench:  ## benchmarks against the budgets and against others
	@scripts/bootstrap.sh dev
	@.venv/bin/python scripts/bench.py $(ARGS)

install:  ## put it on this Raspberry Pi: own user, service at boot (asks for root)
	@scripts/install.sh $(ARGS)

lock:  ## remake the requirements*.lock; ARGS=--upgrade takes newer versions
	@scripts/bootstrap.sh dev
	@scripts/lock.sh $(ARGS)
