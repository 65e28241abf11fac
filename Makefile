# The two commands: `make run` measures the reference app, `make test` runs every test.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# In the C locale Python < 3.13 can't read its own list of packages in a path with letters beyond ASCII.
export LC_ALL := $(filter-out C POSIX,$(LC_ALL))

.PHONY: help run test test-protocols fuzz check lint types format bench docs clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/'

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit("wswarm needs Python 3.11 or newer, $(PYTHON) is " + sys.version.split()[0] + "; set PYTHON=python3.12, say") if sys.version_info < (3, 11) else None'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

run: $(STAMP)  ## measure the reference app end to end and write a report
	$(BIN)/python -m wswarm run

# Hundreds of processes are started, which must not compile wswarm each; and most of the time is spent waiting.
test: export PYTHONDONTWRITEBYTECODE =
test: $(STAMP)  ## run every test
	$(BIN)/python -m pytest --numprocesses=7 --dist=loadgroup --ignore=tests/protocols

test-protocols: export PYTHONDONTWRITEBYTECODE =
test-protocols: $(STAMP)  ## run the tests of the profiles against real servers, of Node.js and Python
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[protocols]'
	$(BIN)/python -m pytest --numprocesses=4 --dist=loadgroup tests/protocols

# `make fuzz FUZZ_SEED=7` plays the same again.
fuzz: export FUZZ_SECONDS ?= 600
fuzz: export FUZZ_SHARE ?= 1
fuzz: export FUZZ_SEED ?= $(shell date +%s)
fuzz: $(STAMP)  ## send the reference app bytes of every kind for ten minutes
	$(BIN)/python -m pytest -s --timeout=1200 tests/target_app/fuzz

lint: $(STAMP)
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .

types: $(STAMP)
	$(BIN)/python -m mypy

check: lint types test  ## what CI runs: format, lint, types, tests

format: $(STAMP)  ## format and mend what ruff can mend
	$(BIN)/python -m ruff check --fix --quiet . || true
	$(BIN)/python -m ruff format .

bench: $(STAMP)  ## run the benchmarks and their yardsticks
	$(BIN)/python -m pytest benchmarks --benchmark-only

docs: $(STAMP)  ## build the documentation as a site, with a reference made from the code
	$(BIN)/python -m website
	@echo build/docs/site/index.html

clean:  ## remove the environment and caches, keep the reports
	rm -rf $(VENV) .mypy_cache .ruff_cache .benchmarks build dist *.egg-info
