# The one definition of every task. CI and pre-commit call these targets and define nothing of their own.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
KOOSEND := $(BIN)/koosend
PYTEST := $(BIN)/pytest
PO := $(wildcard pipeline/locale/*/LC_MESSAGES/koosend.po)
MO := $(PO:.po=.mo)
RELEASE := build/release
HOUSE := dist/wheelhouse
PROOF := build/wheelhouse-proof

.PHONY: help setup fix check format lint types contracts house test unit contract fault e2e crash kills faults signals channels encodings sheets mutants model simulation settings fuzz browser office units cron nights sbom audit wheel wheelhouse bench demo emulator words docs lock clean

help: ## print this help
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# Two stamps: the demo needs only what koosend itself needs; tests and checks need the rest.
$(VENV)/.runtime: pyproject.toml .ci/lock/runtime.txt .ci/lock/build.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing koosend into $(VENV) ..."
	@$(PIP) install --require-hashes --only-binary :all: -r .ci/lock/build.txt
	@$(PIP) install --require-hashes --only-binary :all: -r .ci/lock/runtime.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

# The build makes these as well; here they follow a translator's change.
%.mo: %.po | $(VENV)/.runtime
	@$(BIN)/pybabel --quiet compile

$(VENV)/.dev: $(VENV)/.runtime .ci/lock/dev.txt | $(MO)
	@echo "installing test and check tools into $(VENV) ..."
	@$(PIP) install --require-hashes --only-binary :all: --no-binary odfpy -r .ci/lock/dev.txt
	@touch $@

setup: $(VENV)/.dev ## create .venv with everything that work on koosend needs

fix: $(VENV)/.dev ## format and mend what ruff can mend
	@$(BIN)/ruff format pipeline tests
	@$(BIN)/ruff check --fix pipeline tests

check: format lint types contracts house ## format, lint, types, import contracts, house budgets

format: $(VENV)/.dev
	@$(BIN)/ruff format --check pipeline tests

lint: $(VENV)/.dev
	@$(BIN)/ruff check pipeline tests

types: $(VENV)/.dev
	@$(BIN)/mypy

contracts: $(VENV)/.dev
	@$(BIN)/lint-imports

house: $(VENV)/.dev
	@$(PYTEST) -q tests/house

test: check ## everything that must hold, bounded to a few minutes
	@$(PYTEST) -q -n 2 tests/unit tests/property tests/contract
	@$(PYTEST) -q -n 4 tests/fault tests/e2e tests/browser  # they wait as much as they work

unit: $(VENV)/.dev ## the parts by themselves
	@$(PYTEST) -q -n 2 tests/unit tests/property

contract: $(VENV)/.dev ## one suite per port; the official SDK against the emulator
	@$(PYTEST) -q -n 2 tests/contract

fault: $(VENV)/.dev ## kills, lost answers, full disks
	@$(PYTEST) -q -n 2 tests/fault

e2e: $(VENV)/.dev ## the command itself, as its users call it
	@$(PYTEST) -q -n 2 tests/e2e

crash: $(VENV)/.dev ## kill the process at every kill point; writes docs/reference/generated/crash-matrix.md (long)
	@$(BIN)/python -m tests.campaigns.crash $(addprefix --channel=,$(CHANNEL)) $(addprefix --kills=,$(KILLS)) \
	  $(addprefix --keep=,$(KEEP))  # CHANNEL=aim: that alone; KILLS=3: of each; KEEP=file: go on

kills: $(VENV)/.dev ## kill runs of every channel at random moments, over a bad wire (long)
	@$(BIN)/python -m tests.campaigns.crash.kills

faults: $(VENV)/.dev ## every fault of the wire and the provider, singly and in pairs (long)
	@$(BIN)/python -m tests.campaigns.network

signals: $(VENV)/.dev ## every signal at every phase of a run, once and twice (long)
	@$(BIN)/python -m tests.campaigns.signals

channels: $(VENV)/.dev ## every channel, fallback policy and way of receipts, 10 000 rows each (long)
	@$(BIN)/python -m tests.campaigns.channels

sheets: $(VENV)/.dev ## random workbooks, read as LibreOffice shows them, and spoilt ones (long)
	@$(BIN)/python -m tests.campaigns.sheets

mutants: $(VENV)/.dev ## apply the seeded bugs one at a time; each must be caught (long)
	@$(BIN)/python -m tests.campaigns.mutants

encodings: $(VENV)/.dev ## read drawn lists in every encoding; none may be read wrongly (long)
	@$(BIN)/python -m tests.campaigns.encodings

model: $(VENV)/.dev ## the model and the order of receipts, at full length (long)
	@KOOSEND_MODEL=full $(PYTEST) -q -n 2 --timeout=0 tests/property/test_model.py \
	  tests/property/test_model_receipts.py tests/property/test_reconciler_news.py

simulation: $(VENV)/.dev ## ten thousand worlds played by numbers (long)
	@$(BIN)/python -m tests.campaigns.simulation

fuzz: $(VENV)/.dev ## a hundred thousand bodies, lists and requests of random bytes (long)
	@KOOSEND_FUZZ=full $(PYTEST) -q -n 2 --timeout=0 tests/property/test_random_bytes.py

browser: ## install what the browser test needs, where it is missing (Debian, Ubuntu)
	@command -v chromium chromium-browser google-chrome >/dev/null && command -v pdftotext >/dev/null || { \
	  as_root=$$(test "$$(id -u)" = 0 || echo sudo); $$as_root apt-get -qq update \
	  && $$as_root apt-get -qq install --yes --no-install-recommends chromium poppler-utils fonts-noto-cjk; }

office: ## install LibreOffice, the judge of what a spreadsheet shows, where it is missing (Debian, Ubuntu)
	@command -v soffice >/dev/null || { \
	  as_root=$$(test "$$(id -u)" = 0 || echo sudo); $$as_root apt-get -qq update \
	  && $$as_root apt-get -qq install --yes --no-install-recommends libreoffice-calc-nogui; }

units: ## install systemd-analyze, the judge of units, where it is missing (Debian, Ubuntu)
	@command -v systemd-analyze >/dev/null || { \
	  as_root=$$(test "$$(id -u)" = 0 || echo sudo); $$as_root apt-get -qq update \
	  && $$as_root apt-get -qq install --yes --no-install-recommends systemd; }

cron: ## install cron and libfaketime, which run nights in fast motion, where they are missing (Debian, Ubuntu)
	@command -v cron >/dev/null && ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || { \
	  as_root=$$(test "$$(id -u)" = 0 || echo sudo); $$as_root apt-get -qq update \
	  && $$as_root apt-get -qq install --yes --no-install-recommends cron libfaketime; }

nights: $(VENV)/.dev ## five nights with a real cron daemon, in fast motion; needs root and cron (long)
	@KOOSEND_NIGHTS=full $(PYTEST) -q -rs --timeout=0 tests/e2e/test_five_nights.py

settings: $(VENV)/.dev ## ten thousand campaign files, spoiled by numbers, checked by the command (long)
	@$(BIN)/python -m tests.campaigns.settings

# In an environment of their own: what makes and checks a release is no part of it.
$(RELEASE)/.made: .ci/lock/release.txt .ci/lock/runtime.txt
	@test -x $(RELEASE)/tools/bin/python || $(PYTHON) -m venv $(RELEASE)/tools
	@test -x $(RELEASE)/parts/bin/python || $(PYTHON) -m venv --without-pip $(RELEASE)/parts
	@echo "installing the tools of a release into $(RELEASE) ..."
	@$(RELEASE)/tools/bin/pip --disable-pip-version-check --quiet install --require-hashes --only-binary :all: -r .ci/lock/release.txt
	@$(RELEASE)/tools/bin/pip --disable-pip-version-check --quiet --python $(RELEASE)/parts install --require-hashes --only-binary :all: -r .ci/lock/runtime.txt
	@touch $@

sbom: $(RELEASE)/.made ## write dist/koosend.cdx.json: every part koosend runs with (CycloneDX)
	@mkdir -p dist && $(RELEASE)/tools/bin/cyclonedx-py environment --pyproject pyproject.toml --mc-type application \
	  --output-reproducible --output-file dist/koosend.cdx.json $(RELEASE)/parts && echo dist/koosend.cdx.json

audit: $(VENV)/.dev $(RELEASE)/.made ## ask whether an advisory is known for a part; fails where it cannot be asked
	@$(BIN)/python -m tests.support.advisories $(RELEASE)/tools/bin/pip-audit .ci/lock/runtime.txt

wheel: $(VENV)/.runtime ## write dist/koosend-*.whl: all that koosend is, to be installed anywhere
	@mkdir -p dist && rm -f dist/koosend-*.whl
	@$(PIP) wheel --no-deps --no-build-isolation --no-index --wheel-dir dist . && ls dist/koosend-*.whl

# The folder is proved where it is made: installed from, into an empty environment, with no index to ask.
wheelhouse: wheel ## write dist/wheelhouse: every part as a wheel, for machines without internet; and prove it
	@rm -rf $(HOUSE) $(PROOF) && mkdir -p $(HOUSE) && cp dist/koosend-*.whl $(HOUSE) && cp .ci/lock/extras.txt $(HOUSE)/requirements.txt
	@$(PIP) download --require-hashes --only-binary :all: --dest $(HOUSE) -r $(HOUSE)/requirements.txt
	@$(PYTHON) -m venv $(PROOF)
	@$(PROOF)/bin/pip --disable-pip-version-check --quiet install --no-index --find-links $(HOUSE) --require-hashes --only-binary :all: -r $(HOUSE)/requirements.txt
	@$(PROOF)/bin/pip --disable-pip-version-check --quiet install --no-index --no-deps $(HOUSE)/koosend-*.whl
	@cd $(PROOF) && env -i bin/koosend --version && env -i bin/python -c "import apprise, prometheus_client"
	@echo "$(HOUSE): docs/howto/install-offline.md says how to install from it"

bench: $(VENV)/.dev ## reading, sending, receipts, polling and the report, measured here
	@$(BIN)/python -m tests.campaigns.bench

demo: $(VENV)/.runtime $(MO) ## send a 12 000 row spreadsheet through the embedded emulator
	@$(BIN)/python -m pipeline demo .

emulator: $(VENV)/.runtime ## run a local KooMessage at 127.0.0.1:8088
	@$(KOOSEND) emulator --port 8088

words: $(VENV)/.dev ## bring the catalogues in step with the texts in the code; new ones are empty
	@pot=$$(mktemp) && trap 'rm -f "$$pot"' EXIT \
	  && PYTHONPATH=. $(BIN)/pybabel --quiet extract --mapping-file pyproject.toml --output-file "$$pot" pipeline \
	  && $(BIN)/pybabel --quiet update --input-file "$$pot" && $(BIN)/pybabel --quiet compile

docs: $(VENV)/.dev ## write the pages in docs/ that are drawn from the code
	@$(BIN)/python -m tests.support.pages

lock: $(VENV)/.dev ## resolve the locked versions again from pyproject.toml
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' | $(BIN)/uv pip compile -q - --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o .ci/lock/build.txt
	@$(BIN)/uv pip compile -q pyproject.toml --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o .ci/lock/runtime.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra metrics --extra notify --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o .ci/lock/extras.txt
	@$(BIN)/uv pip compile -q pyproject.toml --extra dev --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o .ci/lock/dev.txt
	@$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["dependency-groups"]["release"], sep="\n")' | $(BIN)/uv pip compile -q - --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links -o .ci/lock/release.txt

clean: ## remove .venv, caches and the demo's state
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis var
