# The front door: each target installs what is missing, builds what has changed, and says what it does.
# CMake does the building (CMakePresets.json); this file only saves typing.

PROGRAMS := proxy namerd namerctl helloworld
JOBS ?= $(shell nproc)
# Ninja where present; a build folder keeps the generator that it was made with.
GENERATOR = $(if $(shell command -v ninja),-G Ninja,)

# Objects of one checkout serve another.
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1

.DEFAULT_GOAL := build
.PHONY: build demo test asan tsan fuzz bench bench-instructions bench-mesh soak vectors-runner clean help packages

build: packages build/release/CMakeCache.txt  ## Build the programs into build/release/bin (default)
	@echo "==> building $(PROGRAMS) ($(JOBS) at a time)"
	@cmake --build build/release -j $(JOBS) --target $(PROGRAMS)
	@echo "==> built: $(PROGRAMS:%=build/release/bin/%)"

demo: build  ## Run the whole mesh on this machine and shift live traffic from v1 to v2; KEEP=1 leaves it running
	@echo "==> the demo"
	@/usr/bin/python3 tests/demo/demo.py --bin build/release/bin $(if $(filter-out 0,$(KEEP)),--keep)

test: packages  ## Build everything and run every test
	@$(MAKE) --no-print-directory test-release
asan: packages  ## Every test with the address and undefined-behaviour sanitizers (in build/asan)
	@$(MAKE) --no-print-directory test-asan
tsan: packages  ## Every test with the thread sanitizer (in build/tsan)
	@$(MAKE) --no-print-directory test-tsan

FUZZ_SECONDS ?= 60
fuzz:  ## Search for inputs that break the parsers or the naming, FUZZ_SECONDS=60 with each of FUZZ="dtab delegation ..."
	@third_party/install.sh --with fuzz
	@$(MAKE) --no-print-directory build/fuzz/CMakeCache.txt
	@echo "==> building the fuzzers ($(JOBS) at a time)"
	@cmake --build build/fuzz -j $(JOBS) --target fuzzers
	@/usr/bin/python3 tests/fuzz/run.py --bin build/fuzz/tests --work build/fuzz --seconds $(FUZZ_SECONDS) $(FUZZ)

bench: build  ## Compare with HAProxy and nginx; ROUNDS=7 SECONDS=1.2 CASES="..." QUICK=1; JSON=file writes the figures; then naming, start-up, idle
	@third_party/install.sh --with bench
	@cmake --build build/release -j $(JOBS) --target bench_peer naming_bench
	@echo "==> naming"
	@build/release/tests/naming_bench --json build/naming-bench.json
	@echo "==> idle memory and start-up time"
	@/usr/bin/python3 -B tests/bench/idle.py --bin build/release/bin
	@echo "==> the HTTP/1.1 data plane beside HAProxy and nginx"
	@/usr/bin/python3 -B tests/bench/bench.py --bin build/release/bin --tests build/release/tests --naming build/naming-bench.json \
	    $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(CASES),--cases "$(CASES)") \
	    $(if $(filter-out 0,$(QUICK)),--quick) $(if $(JSON),--json $(JSON))

bench-instructions: build  ## User instructions a request, by component, against the recorded figure; RECORD=1 records, TOP=n lists functions
	@cmake --build build/release -j $(JOBS) --target bench_peer
	@/usr/bin/python3 -B tests/bench/instructions.py --bin build/release/bin --tests build/release/tests --objects build/release \
	    $(if $(REQUESTS),--requests $(REQUESTS)) $(if $(TOP),--top $(TOP)) $(if $(filter-out 0,$(RECORD)),--record)

bench-mesh: build  ## Namerd with a fleet: a change until it is in force everywhere, churn, a restart; PROXIES="10 100 1000" UPDATES=50 JSON=file
	@cmake --build build/release -j $(JOBS) --target mesh_bench_fleet
	@/usr/bin/python3 -B tests/bench/mesh_bench.py --bin build/release/bin --tests build/release/tests \
	    $(if $(PROXIES),--proxies "$(PROXIES)") $(if $(UPDATES),--updates $(UPDATES)) $(if $(JSON),--json $(JSON))

MINUTES ?= 10
SANITIZED = $(or $(SANITIZE),release)
soak: packages  ## Everything at once on a proxy for MINUTES=10, and nothing may be missing, kept or lost; SANITIZE=asan or tsan
	@$(MAKE) --no-print-directory build/$(SANITIZED)/CMakeCache.txt
	@echo "==> building the proxy in build/$(SANITIZED) ($(JOBS) at a time)"
	@cmake --build build/$(SANITIZED) -j $(JOBS) --target proxy
	@UBSAN_OPTIONS=print_stacktrace=1 TSAN_OPTIONS=suppressions=$(CURDIR)/cmake/tsan.supp /usr/bin/python3 -B tests/soak/soak.py \
	    --bin build/$(SANITIZED)/bin --minutes $(MINUTES) $(if $(SANITIZE),--sanitizer)

vectors-runner: packages build/release/CMakeCache.txt
	@cmake --build build/release -j $(JOBS) --target run_vectors >build/vectors-runner.log || { cat build/vectors-runner.log; exit 1; }

clean:  ## Remove everything that was built
	rm -rf build

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 27

packages:
	@third_party/install.sh

test-%: build/%/CMakeCache.txt
	@echo "==> building everything, tests included, in build/$* ($(JOBS) at a time; the first time takes minutes)"
	@cmake --build build/$* -j $(JOBS)
	@echo "==> running every test of build/$*"
	@ctest --preset $* -j $(JOBS)

.PRECIOUS: build/%/CMakeCache.txt
build/%/CMakeCache.txt: | packages
	@echo "==> configuring build/$*"
	@mkdir -p build && cmake --preset $* $(GENERATOR) >build/$*.log 2>&1 || { cat build/$*.log; rm -f $@; exit 1; }
