# make run    set everything up and open the chat page
# make test   set everything up and run the tests

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH := torch==2.13.0
PACKAGES := assistant corpus index evals tests bench app.py

.DEFAULT_GOAL := help
.PHONY: help setup run test check evals bench lock clean

help: ## list what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/'

setup: $(VENV)/.ready ## the virtual environment, in .venv

# Every package is pinned with its hashes, so nothing has to be resolved. torch stands apart, because its build, and
# what it needs beside it, differ from platform to platform.
$(VENV)/.ready: constraints.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed, and $(PYTHON) is `$(PYTHON) --version`: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r constraints.txt
	$(BIN)/python -m pip install --quiet $(TORCH)
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

run: setup ## set everything up and open the chat page
	$(BIN)/ml-career-assistant web

test: setup ## set everything up and run the tests
	$(BIN)/python -m pytest

check: setup ## format, lint and types
	$(BIN)/ruff format --check $(PACKAGES)
	$(BIN)/ruff check $(PACKAGES)
	$(BIN)/mypy

evals: setup ## measure answers against our own cases
	$(BIN)/python -m evals

bench: setup ## speed and memory, beside a peer
	$(BIN)/python -m bench

lock: setup ## pin every package again, with hashes
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra dev --generate-hashes \
		--no-annotate --no-header --no-emit-package torch --no-emit-package ml-career-assistant --upgrade -o constraints.txt

clean: ## remove the virtual environment
	rm -rf $(VENV)
