# Ringscope.  `make run` plays a scenario at http://127.0.0.1:5000; `make test` runs every test.
# Both begin with `make setup`, which does nothing when nothing has changed.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 5000
PLAY ?= read

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PAGE := backend/ringscope/server/static/index.html
PAGE_SOURCES := $(shell find frontend -path '*/node_modules' -prune -o -type f -print)
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: run setup test check types lock clean

run: setup
	@ringscope serve --host $(HOST) --port $(PORT) --demo $(PLAY)

setup: .venv/installed .venv/compiled $(PAGE)

# The environment: pinned packages, then the `ringscope` command itself.
.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Ringscope needs Python 3.11 or newer; this is " + sys.version.split()[0] + ".  Try: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	@echo "Creating the environment in .venv ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --editable .
	@touch $@

# The first run of the kernels compiles them; later runs find them in the cache.  The cache knows
# only the file that a kernel stands in, not those of the kernels it calls: so away with it.
.venv/compiled: .venv/installed $(shell grep -l '^@kernel' -r backend/ringscope --include '*.py')
	@echo "Compiling the kernels ..."
	@find backend -name '*.nbi' -delete -o -name '*.nbc' -delete
	@ringscope grade testcases/multifailure.conf --json > /dev/null
	@touch $@

# The page.  Vite 8 needs Node 20.19 or newer; without one, Node comes from a Python package.
$(PAGE): .venv/installed $(PAGE_SOURCES)
	@node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2> /dev/null \
		|| (echo "Installing Node ..." && $(PIP) install --require-hashes -r frontend/node-requirements.txt)
	@echo "Building the page ..."
	@cd frontend && npm ci --silent --no-audit --no-fund && npm run --silent build -- --logLevel warn
	@touch $@

.venv/test-installed: .venv/installed tests/requirements.txt
	@echo "Installing what the tests need ..."
	@$(PIP) install --require-hashes -r tests/requirements.txt
	@touch $@

test: setup .venv/test-installed
	@ruff check . && ruff format --check . && mypy
	@cd frontend && npm run --silent check && npm test --silent
	@RINGSCOPE_CHROMIUM="$$(python tests/browser/chromium.py)" && export RINGSCOPE_CHROMIUM \
		&& pytest -n 2 --cov=ringscope --cov-report=term:skip-covered

# The TypeScript form of the types that travel between server and page.
types: .venv/installed
	@python -m ringscope.server.typescript > frontend/src/wire.ts

# Pin the newest versions anew (needs uv); the files carry hashes and no address of a registry.
LOCK := uv pip compile --quiet --generate-hashes --universal --python-version 3.11 --no-header --no-annotate
lock:
	@$(LOCK) pyproject.toml --output-file requirements.txt
	@$(LOCK) pyproject.toml --extra test --output-file tests/requirements.txt

clean:
	@rm -rf .venv frontend/node_modules backend/ringscope/server/static
