# make setup, train, test, test-slow, lint, benchmark, benchmark-peers, reproduce, reproduce-gpu.
# Each sets up .venv first if it is not there.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/.ready

.PHONY: setup train test test-slow lint benchmark benchmark-peers reproduce reproduce-gpu clean
.DEFAULT_GOAL := setup

setup: $(READY)

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "twinprop needs Python 3.11 or later; run make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[dev]'
	@touch $(READY)

train: $(READY)
	$(BIN)/python train.py

test: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m 'not slow'

test-slow: $(READY)
	$(BIN)/python -m pytest -n 2 --dist worksteal -m slow

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# minutes on two cores, which nothing else should use: beside scripts; and with Keras, skorch and Lightning installed
benchmark: $(READY)
	$(BIN)/python benchmarks/peers.py $(ARGS)

benchmark-peers: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[peers]'
	$(BIN)/python benchmarks/peers.py $(ARGS)

# every published system: two hours on two cores; interrupt it and go on as you like. ARGS='--cifar FOLDER --only hw4'
reproduce: $(READY)
	$(BIN)/python benchmarks/reproduce.py $(ARGS)

reproduce-gpu: $(READY)
	$(BIN)/python benchmarks/reproduce.py --gpu $(ARGS)

clean:
	rm -rf .venv
