# Two commands are all a newcomer needs: make demo, make test.
# Needs Python 3.11 or newer and make; everything else is set up here, from the package index, by hash.

PYTHON ?= python3
PROCESSES ?= 2
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.DEFAULT_GOAL := help
.PHONY: help setup dev demo serve test test-fast lint bench bench-fast bench-seals bench-service story samples lock clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.runtime: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo "certlight needs Python 3.11, 3.12 or 3.13; set PYTHON=…"; exit 1; }
	@echo "Setting up $(VENV) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --only-binary=:all: --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@$(BIN)/python -c 'import cv2' || { echo "OpenCV misses system libraries; on Debian or Ubuntu: apt-get install libgl1 libglib2.0-0"; exit 1; }
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@$(PIP) install --require-hashes --only-binary=:all: --requirement requirements-dev.lock
	@touch $@

$(VENV)/.assets: pipeline/assets/manifest.py $(VENV)/.runtime
	@$(BIN)/certlight models install
	@$(BIN)/certlight samples fonts
	@touch $@

setup: $(VENV)/.runtime $(VENV)/.assets  ## Install the product, its models and fonts

dev: setup $(VENV)/.dev  ## Also the tools that check it

demo: setup  ## Verify the committed samples; seal, validate and forge one; reports in out/demo
	@$(BIN)/certlight samples demo --out out/demo

serve: setup  ## The whole service with a demonstration tenant, at http://127.0.0.1:8000
	@$(BIN)/certlight serve --demo

test: dev  ## All tests: in PROCESSES (2) at a time, then those that read with the real engine, which uses every core
	@$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile -m "not engine"
	@$(BIN)/python -m pytest -m engine

test-fast: dev  ## Tests that need no model weights and no browser
	@$(BIN)/python -m pytest -n $(PROCESSES) --dist loadfile -m "not engine and not browser"

lint: dev  ## ruff, mypy strict, one-way imports
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: dev  ## Accuracy and cost over generated samples and real scans; writes out/bench
	@$(BIN)/python -m tests.bench.run --out out/bench

bench-fast: dev  ## The same over a tenth of the samples
	@$(BIN)/python -m tests.bench.run --out out/bench --fast

bench-seals: dev  ## Sealing and validating beside bare endesive and pyHanko; writes out/bench
	@$(BIN)/python -m tests.bench.seals --out out/bench

bench-service: dev  ## The service under load and its workers beside the bare pipeline; writes out/bench
	@$(BIN)/python -m tests.bench.service --out out/bench

story: dev  ## Tell the whole story, scan to digital certificate, to the demonstration that `make serve` runs
	@$(BIN)/python -m tests.service.end_to_end

samples: setup  ## Draw the committed sample set anew
	@$(BIN)/certlight samples make --committed

lock: dev  ## Renew the hashed locks from pyproject.toml
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --upgrade \
		--python-version 3.11 pyproject.toml build-requirements.in --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --upgrade \
		--python-version 3.11 pyproject.toml build-requirements.in --group dev --constraints requirements.lock --output-file requirements-dev.lock

clean:  ## Remove everything that was built here
	@rm -rf $(VENV) out .mypy_cache .ruff_cache .pytest_cache .hypothesis
