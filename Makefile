# The one door for newcomers and developers. `make help` lists what it does.
#
# PYTHON=/path/to/python3.12 make setup   chooses another interpreter
# make test ARGS="-k token"               hands arguments to pytest

ARGS ?=
bin := .venv/bin
# Tests in as many processes as there are processors, up to four, each with servers of its own.
parallel := -n auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: fuzz help setup demo test check crash-test format lock bench

## help     what can be made
help:
	@sed -n 's/^## /make /p' Makefile

## setup    install what is missing, and run nothing
setup:
	@scripts/setup.sh run

## demo     the whole example campaign: letters, mails, replies, report
demo: setup
	$(bin)/invite -C . demo

## test     all tests, and before that what they need
test:
	@scripts/setup.sh test
	$(bin)/pytest $(parallel) $(ARGS)

## fuzz     a million altered tokens; none may open anything
fuzz:
	@scripts/setup.sh test
	INVITE_FUZZ_TOKENS=1000000 $(bin)/pytest tests/web/test_revoked_links.py -k token

## check    format, lint, types, import direction and all tests: exactly what CI runs
check:
	@scripts/setup.sh test
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/pytest $(parallel) $(ARGS)

## crash-test  kill senders a thousand times and compare the mail server's record with the store
crash-test:
	@scripts/setup.sh test
	$(bin)/python -m tests.crash_harness $(or $(ARGS),1000)

## format   put the code into its one format
format:
	@scripts/setup.sh test
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

## lock     pin the dependencies of pyproject.toml (ARGS=--upgrade: the newest that fit)
lock:
	scripts/lock.sh $(ARGS)

## bench    run every benchmark
bench:
	@scripts/setup.sh test
	@set -e; for file in benchmarks/[a-z]*.py; do \
		[ -e "$$file" ] || continue; \
		name=$${file#benchmarks/}; echo "== $${name%.py}"; $(bin)/python -m "benchmarks.$${name%.py}"; \
	done
