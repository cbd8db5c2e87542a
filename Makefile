# Everything a developer or operator does here, one word each. `make help` lists the words.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test check deep bench docs install lock

PYTHON ?= $(shell for name in python3.11 python3; do $$name -c "" 2>/dev/null && command -v $$name && break; done)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := ../$(BIN)/pip-compile --quiet --allow-unsafe --generate-hashes --strip-extras \
	--no-emit-index-url --no-emit-trusted-host --no-emit-find-links

help: ## list these words
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1 \t\2/p' $(MAKEFILE_LIST) | expand -t 15

demo: .venv/.runtime ## play the whole story on this machine, then leave the server running (DEMO_EXIT=1 ends it)
	@$(BIN)/consentry demo

test: .venv/.dev .venv/.debian ## run every test but the long ones; the last line is pytest's own
	@$(BIN)/python -m pytest -n auto --dist loadfile

check: .venv/.dev ## what needs no server: lint, format, types, imports, generated pages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/consentry docs check

deep: .venv/.dev .venv/.debian ## mutation of the core, then every test at length, fuzzing and random kills included
	$(BIN)/mutmut run
	$(BIN)/python tools/mutants.py
	CONSENTRY_DEEP=1 $(BIN)/python -m pytest -m "deep or not deep" -o timeout=7200

bench: .venv/.dev ## measure (benchmarks/gate.py runs what else is named gate_*, and soak.py)
	@set -e; for script in $(filter-out benchmarks/gate_%.py benchmarks/plots.py benchmarks/soak.py,$(sort $(wildcard benchmarks/*.py))); do echo "== $$script"; $(BIN)/python "$$script"; done

docs: .venv/.runtime ## write the generated pages of docs/ anew
	$(BIN)/consentry docs build

install: .venv/.dev .venv/.debian ## make .venv with everything for working on Consentry

lock: .venv/.dev ## pin the newest versions that requirements/*.in allow, with their hashes
	cd requirements && set -e; for name in build runtime dev; do $(COMPILE) --upgrade --output-file=$$name.txt $$name.in; done

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Consentry needs CPython 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || tools/debian python3-venv
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements/build.txt requirements/runtime.txt pyproject.toml | $(BIN)/python
	$(PIP) install --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: .venv/.runtime requirements/dev.txt
	$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

# Go and golang.org/x/mod check the log independently; Chromium reads the public pages as a person would.
.venv/.debian: | $(BIN)/python
	@if tools/debian chromium golang-go golang-golang-x-mod-dev libseccomp2; then touch $@; fi
