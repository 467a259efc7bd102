# Every path is relative, so that the folder's own name may be anything.
SHELL = /bin/sh
PYTHON ?= python3
PORT ?= 5000
SIZE ?=
TESTS ?=
TRIAL ?=
BIN = .venv/bin
COMPILE = uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url
export PYTHON

.DEFAULT_GOAL = help
.PHONY: help setup tools browser demo test check format bench ordeal lock clean

help: ## say what each of these does
	@sed -n 's/^\([a-z]*\):[^#]*## /  make \1	/p' Makefile | expand -t 17

setup: ## prepare .venv with what the site needs to run
	@.ci/venv requirements.txt

tools: setup
	@.ci/venv requirements-dev.txt

browser: tools
	@$(BIN)/python tests/browser.py

demo: setup ## start the demonstration on http://127.0.0.1:5000 (PORT=…); Ctrl-C stops it
	@exec $(BIN)/consult demo --serve --port $(PORT)

test: tools browser ## run every test, on SQLite and PostgreSQL, in a real browser (TESTS=…)
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(TESTS)

check: tools ## look for mistakes without running: form, types, templates
	@status=0; \
	$(BIN)/ruff format --check --quiet . || { echo "make format mends these"; status=1; }; \
	$(BIN)/ruff check --quiet . || status=1; \
	$(BIN)/python -m mypy || status=1; \
	$(BIN)/python -m djlint --quiet --lint templates || status=1; \
	exit $$status

format: tools
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: tools ## measure pages and acts at 500, 20,000 and 200,000 contributions (SIZE=…), then 200 plans
	@$(BIN)/python -m tests.bench $(if $(SIZE),--size $(SIZE))
	@$(if $(SIZE),,$(BIN)/python -m tests.bench_desk)

ordeal: tools ## try hard and long, on both engines: kill -9 under load (TRIAL="kill --kills 20")
	@$(BIN)/python -m tests.ordeal $(TRIAL)

lock: ## pin the packages again, by hash (UPGRADE=1 takes the newest)
	$(COMPILE) $(if $(UPGRADE),--upgrade) requirements.in -o requirements.txt
	$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean: ## remove what can be made again; never the town's own data
	rm -rf .venv .cache dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find consult tests -name __pycache__ -type d -prune -exec rm -rf {} +
