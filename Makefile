# Each target installs what it needs, once, into .venv. You can set on the command line or in the environment:
#   PYTHON  makes .venv; 3.11 or newer        TORCH  cuda: the package registry's build, gigabytes of CUDA
#   HOST, PORT  where to serve                ARTIFACTS  where the trainer publishes and the service reads
PYTHON ?= python3
TORCH ?= cpu
HOST ?= 127.0.0.1
PORT ?= 8000
ARTIFACTS ?= artifacts
CORPUS ?= .venv/fuzz
export TORCH HOST PORT ARTIFACTS

bin := .venv/bin
pip := $(bin)/python -m pip install --disable-pip-version-check --quiet --no-deps
compile := $(bin)/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest --generate-hashes \
	--no-emit-index-url --no-emit-package torch --no-emit-package gan-ainm-client --annotation-style line \
	--custom-compile-command "make lock"
# One torch thread per test process: two processes with two threads each slow each other down on two cores.
pytest := OMP_NUM_THREADS=1 $(bin)/python -m pytest --numprocesses auto
reliability := throughput soak overload reindexing kills damage disks descriptors clock

.PHONY: help install serve train bench bench-quality reliability test test-all fuzz lint lint-page types docs reference pictures lock

help:     ## show this list
	@awk -F ' *## ' '/^[a-z-]+:.*## / { sub(/:.*/, "", $$1); printf "make %-13s %s\n", $$1, $$2 }' Makefile

install: .venv/run-$(TORCH)  ## install what the trainer and the service need

serve: install  ## serve on http://HOST:PORT, after training if there is no usable artifact
	$(bin)/gan-ainm fit --if-needed
	OMP_NUM_THREADS=1 exec $(bin)/gan-ainm serve

train: install  ## train on the three books and publish the artifact
	$(bin)/gan-ainm fit

bench: install  ## measure the published artifact's own figures again
	$(bin)/gan-ainm evaluate

bench-quality: .venv/dev  ## compare all systems on the three books and renew docs/results*
	$(bin)/gan-ainm benchmark --corpus oneills1850 --corpus ryansMammoth --corpus airdsAirs \
		--foreign essenFolksong --audited docs/audited/public-domain.txt --name public-domain --out docs

reliability: .venv/dev  ## measure how the service holds: load, attacks, kills, damage (an hour, quiet machine)
	$(bin)/gan-ainm fit --if-needed
	@failed=; for tool in $(reliability); do \
		timeout 40m $(bin)/python -m tests.reliability.$$tool --artifacts $(ARTIFACTS) || failed="$$failed $$tool"; \
	done; test -z "$$failed" || { echo "limits not met:$$failed"; exit 1; }

test: .venv/dev  ## run all tests except those that train on all three books
	$(pytest) -m "not slow"

test-all: .venv/dev  ## run every test
	$(pytest)

fuzz: .venv/dev  ## look for texts that break the reader, for ten minutes; CORPUS keeps what it finds
	$(bin)/python -m pip install --disable-pip-version-check --quiet atheris
	mkdir -p $(CORPUS)
	$(bin)/python -m tests.fuzz.fuzz reader -max_total_time=600 $(CORPUS)

lint: .venv/dev  ## check style and format
	$(bin)/ruff check
	$(bin)/ruff format --check

lint-page:  ## check types, style and format of the page; npx fetches the two programs
	npx --yes --package typescript@7.0.2 tsc -p tests/page
	npx --yes @biomejs/biome@2.6.8 ci --config-path tests/page service/page

types: .venv/dev  ## check types
	$(bin)/mypy

docs: .venv/dev  ## check that the documents say what the code does
	$(bin)/python -m pytest tests/test_docs.py

reference: .venv/dev  ## write the pages that are made from code: commands, settings, routes, artifact, openapi.json
	$(bin)/python -m cli.reference > docs/commands.md
	$(bin)/python -m service.reference_settings > docs/settings.md
	$(bin)/python -m service.reference_routes > docs/routes.md
	$(bin)/python -m service.openapi > docs/openapi.json
	$(bin)/python -m index.reference > docs/artifact.md
	$(bin)/python -m service.reference_third_party > docs/third-party.md
	$(bin)/python -m service.reference_third_party page > service/page/third-party.txt

pictures: .venv/dev  ## draw docs/how-it-works/ from the artifact of the three books
	$(bin)/gan-ainm fit --if-needed
	$(bin)/python -m training.lab.pictures --artifacts $(ARTIFACTS)

lock: .venv/dev  ## pin what pyproject.toml asks for; UPGRADE=--upgrade takes newer releases
	$(compile) $(UPGRADE) pyproject.toml --extra train --extra listen -o requirements.lock
	$(compile) $(UPGRADE) pyproject.toml --extra train --extra listen --extra lab --extra sentence --group dev \
		-c requirements.lock -o requirements-dev.lock

.venv/run-$(TORCH): pyproject.toml client/pyproject.toml requirements.lock scripts/install-torch
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: set PYTHON")'
	@$(bin)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	scripts/install-torch $(bin)/python
	$(pip) --require-hashes -r requirements.lock
	$(pip) --no-build-isolation -e client -e .
	touch $@

.venv/dev: .venv/run-$(TORCH) requirements-dev.lock
	$(pip) --require-hashes -r requirements-dev.lock
	touch $@
