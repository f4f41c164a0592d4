# ExoDrive. `make run` and `make test` do everything on a fresh machine; `make help` lists the rest.

# The first of these that runs and is new enough; the last one, to say so, where none is.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && exit; done; echo python3)
BIN := .venv/bin
# Tests run side by side, each with a database of its own.
WORKERS ?= $(shell cores=$$(nproc); [ $$cores -gt 4 ] && echo 4 || echo $$cores)
# More for pytest: make test ARGS="-k deposit"
ARGS ?=
# Three of a suite may be tried once more, and are named with what went wrong: docs/decisions/tried-once-more.md.
ONCE_MORE := --reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks -raR
TRAFFIC := var/conformance/traffic.jsonl

.DEFAULT_GOAL := help
.PHONY: help setup setup-test run test test-fast pytest lint types format lock fuzz conformance genuine replay chaos bench restore-drill image-steps plans clock lighthouse diagrams screenshots demo doctor clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup ## Open the house on this machine: http://localhost:8000
	@exec $(BIN)/exodrive up

test: setup-test lint types pytest ## Check everything: style, types, import contracts, all tests

# By folder, not by mark: only to read the other thousands of tests takes half of the minute.
test-fast: setup-test ## Run the tests of rules, tables, words and papers, and the guards of the code: a minute
	$(BIN)/pytest -n $(WORKERS) -m "not slow" $(or $(ARGS),tests/unit tests/guards)

# All of them also measure the coverage of exodrive/, of the programs that they start too (tests/unmeasured.py says
# where not). Each worker has one half of the suites, and whoever is done takes from the other: so a house that a
# suite opens once is mostly opened by one worker, and nobody waits at the end.
pytest: setup-test
	@rm -rf var/coverage && mkdir -p var/coverage
	$(BIN)/pytest -n $(WORKERS) --dist worksteal $(if $(ARGS),$(ARGS),--cov --cov-report=term $(ONCE_MORE))

lint: setup-test ## Check style and the import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup-test ## Check types
	@# From scratch, in seconds: with its cache mypy overlooks modules that are new in a known package.
	$(BIN)/mypy --cache-dir=/dev/null

format: setup-test ## Put the code into its one format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: setup-test ## Call the whole API with made-up requests, for long: EXAMPLES=100 of each kind, and chains
	FUZZ=$(or $(EXAMPLES),100) $(BIN)/pytest -q tests/web/api/test_conformance.py $(ARGS)

conformance: setup-test ## Compare recorded traffic with the providers' OpenAPI files: SPECS=folder
	@test -d "$(SPECS)" || { echo 'Name the folder of the OpenAPI files: make conformance SPECS=folder' >&2; exit 2; }
	@mkdir -p $(dir $(TRAFFIC)) && rm -f $(TRAFFIC)
	SIMULATORS_RECORD=$(abspath $(TRAFFIC)) $(BIN)/pytest -q -n $(WORKERS) $(ONCE_MORE) tests/providers tests/simulators $(wildcard tests/journeys)
	$(BIN)/python -m tests.conformance.check "$(SPECS)" $(TRAFFIC)

genuine: setup-test ## Verify messages that PayPal really signed: VECTORS=folder
	@test -d "$(VECTORS)" || { echo 'Name the folder of the messages: make genuine VECTORS=folder' >&2; exit 2; }
	$(BIN)/python -m tests.genuine.check "$(VECTORS)"

replay: setup-test ## Replay the log of all kinds of rentals in many orders: SEEDS=200
	REPLAY_SEEDS=$(or $(SEEDS),200) $(BIN)/pytest -q tests/replay $(ARGS)

chaos: setup-test ## Kill processes at every failpoint while rentals go on: ARGS="--seed 7", see docs/failpoints.md
	$(BIN)/python -m tests.chaos $(ARGS)

clock: setup-test ## Live through half a year of rentals by a leaping clock: BOOKINGS=10000 SEED=1 PROCESSES=2
	$(BIN)/python -m tests.clockwork --bookings $(or $(BOOKINGS),10000) --seed $(or $(SEED),1) $(addprefix --processes ,$(PROCESSES))

bench: setup-test ## Measure latency, crowds and pages, a quarter of an hour: see bench/README.md
	-$(BIN)/python -m bench.outbox_latency
	-$(BIN)/python -m bench.hold_race
	-$(BIN)/python -m bench.pages

lighthouse: setup-test ## Score the customers' pages as a phone shows them, by Lighthouse
	@cd bench/lighthouse && test -d node_modules || PUPPETEER_SKIP_DOWNLOAD=1 npm ci --ignore-scripts
	$(BIN)/python -m bench.scores $(ARGS)

plans: setup-test ## Explain every statement against 100,000 bookings instead of 20,000; some minutes
	PLANS_BOOKINGS=100000 $(BIN)/pytest -q tests/plans $(ARGS)

restore-drill: setup-test ## Back up a house in use, restore it elsewhere, and compare every row: see docs/deploy.md
	$(BIN)/python -m tests.restoring

image-steps: setup-test ## Take the Dockerfile's steps in an empty folder, without a container engine
	$(BIN)/python bin/try_image.py

diagrams: setup ## Draw the state tables into the documents
	$(BIN)/python bin/diagrams.py

screenshots: setup-test ## Take the pictures of README and docs
	$(BIN)/python bin/screenshots.py

demo: setup ## Add bookings to the demo house: BOOKINGS=1000
	$(BIN)/exodrive demo --bookings $(or $(BOOKINGS),1000)

doctor: setup ## Say what is configured, reachable and missing
	@$(BIN)/exodrive doctor

lock: setup-test ## Pin the newest packages that requirements*.in and package.json allow
	@# The development set first: it narrows what both may hold.
	$(BIN)/uv pip compile $(LOCK) requirements-dev.in -o requirements-dev.txt
	$(BIN)/uv pip compile $(LOCK) -c requirements-dev.txt requirements.in -o requirements.txt
	$(BIN)/uv pip compile $(LOCK) requirements-node.in -o requirements-node.txt
	npm update --package-lock-only --ignore-scripts
LOCK := --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

setup:
	@$(PYTHON) bin/setup.py run

setup-test:
	@$(PYTHON) bin/setup.py test

clean: ## Remove what set-up made; your data in var/ stay
	rm -rf .venv node_modules exodrive/static/vendor .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
