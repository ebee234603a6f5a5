# Heard: env demo test test-all check fix bench

SHELL := /bin/sh
PYTHON ?= python3
BIN := .venv/bin
# Everything stays inside the checkout.
export PIP_CACHE_DIR := $(CURDIR)/.cache/pip
export UV_CACHE_DIR := $(CURDIR)/.cache/uv
export UV_PYTHON_DOWNLOADS := never
export UV_LINK_MODE := copy
export VIRTUAL_ENV := $(CURDIR)/.venv
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: env demo test test-all check fix bench lock docs schema debian

env: .venv/.ready

.venv/.ready: requirements.lock bootstrap.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Heard needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Making the environment in .venv"
	@$(BIN)/python -m pip install --quiet --require-hashes -r bootstrap.lock
	@$(BIN)/uv pip sync --quiet --require-hashes requirements.lock 2>/dev/null || \
		$(BIN)/uv pip sync --quiet --require-hashes --system-certs requirements.lock
	@$(BIN)/uv pip install --quiet --no-deps --no-build-isolation --offline -e .
	@touch .venv/.ready

demo: env
	@$(BIN)/heard demo

# As root on Debian, the packages in debian-packages.txt are installed where they are missing.
debian:
	@sh .ci/debian-packages

test: env debian check
	$(BIN)/python -m pytest -n 2 --dist loadscope -m "not slow"
	$(BIN)/python .ci/on_debian_postgres.py -m "not slow and not browser" tests/integration

test-all: env debian check
	$(BIN)/python -m pytest -n 2 --dist loadscope
	$(BIN)/python .ci/on_debian_postgres.py tests/integration

check: env
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/squawk migrations/0*.sql
	$(BIN)/deptry service surveys analytics
	$(BIN)/python .ci/audit.py

fix: env
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: env
	$(BIN)/python -m tests.perf.bench

# For those who change dependencies or migrations.
lock: env
	$(BIN)/uv pip compile --universal --generate-hashes --python-version 3.11 --no-header \
		--no-emit-index-url --no-emit-find-links --group dev pyproject.toml -o requirements.lock

docs: env
	$(BIN)/python -m tests.house.codes docs/codes.md

schema: env
	$(BIN)/python -m tests.house.schema docs/schema.sql
