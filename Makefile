# Everything that a fresh machine needs: `make run`, `make test`. See CONTRIBUTING.md.

VENV ?= .venv
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo $$p; break; }; done)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := --require-hashes --requirement requirements
CLIENTS := clients-aioboto3 clients-ansible clients-custodian clients-python
UP ?=

.DEFAULT_GOAL := help
.PHONY: help run install dev check rules quick test bench lock clean

help:
	@echo "make run      start two Regions and the front door (data in ./data)"
	@echo "make install  set up $(VENV) with what the server and the tour need"
	@echo "make check    format, lint, types, import contracts, generated code, unit and contract tests, and the page that they make"
	@echo "make test     every test, on a machine that it sets up itself"
	@echo "make bench    measure; one table"

run: install
	@exec $(BIN)/watchword up $(UP)

install: $(VENV)/.run

dev: $(VENV)/.dev

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it, or name it: make PYTHON=/path/to/python3"; exit 2; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) || { echo "$(PYTHON) can't make a virtual environment; on Debian: apt-get install python3-venv"; exit 2; }

$(VENV)/.run: $(VENV)/bin/python requirements/run.txt pyproject.toml
	@echo "installing pinned dependencies"
	@$(PIP) install $(LOCK)/run.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements/dev.txt
	@echo "installing what the checks and tests need"
	@$(PIP) install $(LOCK)/dev.txt
	@touch $@

# Two things at once: neither needs more than one core.
check: dev
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=line rules quick

rules:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generate_api.py --check

quick:
	$(BIN)/python -m pytest tests/unit tests/contract
	$(BIN)/python tools/generate_compatibility.py --check

test: dev
	@PATH="$(abspath $(BIN)):$$PATH" tools/run_tests.sh

bench: dev
	@$(BIN)/python -m bench

# Rewrites the locks from pyproject.toml; review the difference.
lock: dev
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --upgrade pyproject.toml --extra tour --group build --output-file requirements/run.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --upgrade pyproject.toml --extra tour --group build --group dev --output-file requirements/dev.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --upgrade pyproject.toml --extra hsm --output-file requirements/hsm.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	    --no-emit-index-url --upgrade --group awscli --output-file requirements/awscli.txt
	for group in $(CLIENTS); do \
	    $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	        --no-emit-index-url --upgrade --group $$group --output-file requirements/$$group.txt || exit; \
	done
	cd requirements/clients-node && npm update --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved --silent

clean:
	rm -rf $(VENV) .venvs build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis src/*.egg-info
