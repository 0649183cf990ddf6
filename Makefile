# Set up, serve, test, measure, train. Needs Python 3.11 or newer and make; `make` alone lists the targets.
.DEFAULT_GOAL := help

VENV := .venv
PYTHON := $(VENV)/bin/python
PIP := $(PYTHON) -m pip --disable-pip-version-check
BROWSERS := chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable

.PHONY: help install install-dev chromium demo test lint bench reports clean

help:  ## list the targets
	@grep -hE '^[a-z%-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/ ·/'

# A virtual environment that is there already is kept, with the build of torch that it holds.
$(PYTHON):
	@for python in python3.11 python3; do \
	    if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	        echo "Making $(VENV) with $$python"; \
	        $$python -m venv $(VENV) && exit 0; rm -rf $(VENV); exit 1; \
	    fi; \
	done; echo "SeqLens needs Python 3.11 or newer." >&2; exit 1

# Stamps: pip runs again only when the file that lists the packages has changed.
# Python compiles a module when it is first imported; most of them never are.
$(VENV)/.installed: requirements.txt | $(PYTHON)
	$(PIP) install --no-compile -r requirements.txt
	@touch $@

$(VENV)/.installed-dev: requirements-dev.txt requirements.txt | $(PYTHON)
	$(PIP) install --no-compile -r requirements-dev.txt
	@touch $@ $(VENV)/.installed

install: $(VENV)/.installed  ## set up what the page needs
install-dev: $(VENV)/.installed-dev  ## add what training, tests and benchmarks need

demo: install  ## serve the page on http://127.0.0.1:7860
	$(PYTHON) app.py

# A system Chromium if there is one, the lightest first; as root on Debian, the distribution's; else
# Playwright's own.
chromium: install-dev  ## a browser for the tests
	@for name in $(BROWSERS); do command -v $$name >/dev/null && exit 0; done; \
	if command -v apt-get >/dev/null && [ "$$(id -u)" = 0 ] && apt-get update -q \
	    && DEBIAN_FRONTEND=noninteractive \
	        apt-get install -y -q --no-install-recommends $(firstword $(BROWSERS)); \
	then exit 0; fi; \
	$(PYTHON) -m playwright install --only-shell chromium

lint: install-dev  ## ruff and the type check
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy core

test: chromium lint  ## everything that must pass before a commit
	$(PYTHON) -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

bench: install-dev  ## measure speed and memory on this machine
	$(PYTHON) -m tests.benchmarks

reports: install-dev  ## repeat the stored comparisons, hours of a core; QUICK=1 in minutes
	$(PYTHON) -m core data stats $(if $(QUICK),--no-store)
	$(PYTHON) -m core study --all $(if $(QUICK),--quick)

train-%: install-dev  ## train a recipe: make train-translate-de-en
	$(PYTHON) -m core train $*

clean:  ## remove the environments and caches; runs/ and checkpoints/ stay
	rm -rf $(VENV) $(VENV)-joey .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
