# Needs Python 3.11 or newer and make; everything else comes with the first verb.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

UV_VERSION := 0.13.8
PYTEST_ARGS ?= -n 2 --dist loadfile --no-loadscope-reorder
VENV := .venv
PY := $(VENV)/bin/python
FLASK := $(PY) -m flask --app wsgi
READY := $(VENV)/.ready
LANGUAGE := zh_Hant_TW
PO_FILES := $(wildcard */translations/*/LC_MESSAGES/messages.po */*/translations/*/LC_MESSAGES/messages.po)
MO_FILES := $(PO_FILES:.po=.mo)
TRANSLATED := $(patsubst %/translations/,%,$(wildcard */translations/ */*/translations/))

export UV_PYTHON_DOWNLOADS := never
export UV_PROJECT_ENVIRONMENT := $(VENV)

.PHONY: help run test test-all check fix demo bench bench-operators openapi vendor messages setup test-tools

help:  ## show the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: setup  ## start everything on this machine and say where to look; ctrl-C ends it
	@$(PY) -m devtools.run

test: setup test-tools  ## run all tests (PYTEST_ARGS="-k otp" chooses)
	$(PY) -m pytest $(PYTEST_ARGS)

test-all: setup test-tools  ## the same, every case on both databases, in both languages and with all rounds
	AUTHSVC_TESTS=all $(PY) -m pytest $(PYTEST_ARGS)

check: setup  ## lint, format, types, layers, and whether the migrations match the tables
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/lint-imports
	@devtools/check_migrations.sh $(PY)

fix: setup  ## let ruff repair and format what it can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

demo: setup  ## walk the whole chain from card to portal, then three attacks that must fail
	@$(PY) -m devtools.demo

bench: setup  ## measure OTP login, QR start, 10,000 streams beside bare ones, and files of 1,000 and 50,000 rows
	@$(PY) -m devtools.bench
	@$(PY) -W ignore:XDG_RUNTIME_DIR -m devtools.bench_streams
	@$(PY) -W ignore:XDG_RUNTIME_DIR -m devtools.bench_batch

bench-operators: setup  ## measure what four operators notice of a fifth that is down, slow or mad (seven minutes)
	@$(PY) -m tests.devicebind.telco.apart

openapi: setup  ## write docs/openapi.json
	@mkdir -p docs
	$(FLASK) openapi docs/openapi.json

vendor:  ## fetch the browser files again from npm, by the lock
	@devtools/vendor.sh

messages: setup  ## extract the texts and update the translations
	@devtools/messages.sh $(PY) $(LANGUAGE) $(TRANSLATED)

setup: $(READY) $(MO_FILES)  ## prepare .venv and the translations (every verb does it)

test-tools: setup
	@devtools/setup_tests.sh

# uv lives in an environment of its own, so that `uv sync` can make .venv exactly what the lock says.
$(READY): pyproject.toml uv.lock
	@python="$$(devtools/find_python.sh)"; \
	[ -x $(PY) ] || "$$python" -m venv --without-pip $(VENV); \
	[ -x $(VENV)/uv/bin/uv ] || "$$python" -m venv $(VENV)/uv; \
	$(VENV)/uv/bin/uv --version 2>/dev/null | grep -q '^uv $(UV_VERSION)\b' \
	  || $(VENV)/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	$(VENV)/uv/bin/uv sync --frozen --quiet
	@touch $@

%.mo: %.po | $(READY)
	@$(PY) -m babel.messages.frontend --quiet compile -i $< -o $@
