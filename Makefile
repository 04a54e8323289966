# SPDX-License-Identifier: EUPL-1.2
# Everything a person does with this clone. Needs git, make and Python >= 3.11 with venv; the rest is installed into .venv.

SHELL := /bin/sh
PYTHON ?=
PORT ?= 8000
HOST ?= 127.0.0.1
JOBS ?= 2
BENCH ?=
RUN := PYTHONPATH=src:. .venv/bin/python
# The type checker reads Django's settings, and these ask for a configuration; nothing is connected to.
SETTINGS := BIERGER_ENV=test DATABASE_URL=postgresql:///none BIERGER_SECRET_KEY=none BIERGER_DATA=var

export PYTHON

.DEFAULT_GOAL := help
.PHONY: help demo test test-slow test-outside check bench bench-rules bench-interview bench-proofs lock install install-dev messages system-packages outside clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' Makefile

demo: install messages ## start the demonstration (PORT=8000 HOST=127.0.0.1)
	@./bierger demo --port '$(PORT)' --host '$(HOST)'

test: check system-packages ## all checks and tests, without the slow ones
	$(RUN) -m pytest -n $(JOBS) --dist worksteal --durations 15 -m "not slow"
	@echo "NOT RUN HERE: the slow suites, and the verifiers that are not ours (Go, veraPDF, ...): make test-slow"

test-slow: install-dev messages system-packages outside ## the slow suites, and the verifiers that are not ours
	$(RUN) -m pytest -n $(JOBS) --dist worksteal --durations 15 -p tests.outside.verdicts -m slow

test-outside: install-dev messages outside ## the verifiers that are not ours, alone
	$(RUN) -m pytest -n $(JOBS) -p tests.outside.verdicts -m outside tests/outside

check: install-dev messages ## style, types, architecture, templates, packages
	.venv/bin/python -m ruff check
	$(SETTINGS) $(RUN) -m mypy
	PYTHONPATH=src:. .venv/bin/lint-imports
	.venv/bin/djlint --lint --quiet src
	./bierger check procedures/ situations/

bench: install-dev messages ## measure, and print one table (BENCH=--quick for a rough one)
	$(RUN) -m benchmarks $(BENCH)

bench-rules: install-dev ## measure decision tables beside their peers, and the proof of a large one (BENCH=--quick)
	@.venv/bin/uv venv --quiet --allow-existing --python .venv/bin/python .venv-peers
	@.venv/bin/uv pip install --quiet --python .venv-peers/bin/python --require-hashes --no-deps -r requirements/bench-rules.txt
	$(RUN) -m benchmarks.rules $(BENCH)

bench-interview: install-dev ## count the questions that each order asks (BENCH=--quick)
	$(RUN) -m benchmarks.interview $(BENCH)

bench-proofs: install-dev ## measure log, seals, letters, photographs, and print one table (BENCH=--quick, or --page to publish it)
	$(RUN) -m benchmarks.proofs $(BENCH)

lock: install-dev ## pin requirements/*.in with hashes (UPGRADE=1: to the newest)
	@tools/lock.sh $(if $(UPGRADE),--upgrade)

install: ## install what the demonstration runs on
	@tools/install.sh demo

install-dev: ## install what the tests need
	@tools/install.sh dev

messages: # compile the translations of the screens
	@[ ! -d locale ] || PYTHONPATH=src .venv/bin/python tools/messages.py compile

system-packages: install-dev # a browser, a pooler and PDF tools for the tests, where root may install them
	@tools/system_packages.sh

outside: install-dev # verifiers that are not ours, each from its own package manager
	@tools/outside.sh

clean: ## remove what was installed and every cache; the demonstration's data in var/ stay
	rm -rf .venv .venv-peers .outside .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .grimp_cache
