# Two commands: `make demo` goes from a new machine to recorded units of real photographs, `make test` to green tests.
# Each installs what it needs on Debian or Ubuntu; everything else they use is in this folder.

SWIFT ?= swift
BUILD := .build/release/activation-dump

.PHONY: demo test build install dist setup lint format bench fuzz sanitize clean help

help:  ## What can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

setup:  ## Install the system libraries (apt), if any is missing
	@scripts/setup.sh

build: setup  ## Build activation-dump in release
	$(SWIFT) build -c release --product activation-dump
	@echo "built $(BUILD)"

demo: build  ## Fetch small real weights and photographs, classify them, record every unit and show them
	@scripts/demo.sh $(BUILD)

lint:  ## Check formatting, that C headers include what they use, that imports go down, and who names options
	@scripts/setup.sh lint
	$(SWIFT) format lint --strict -r Package.swift Sources Tests Fuzz/Package.swift Fuzz/Sources
	@scripts/lint-c.sh
	@python3 scripts/lint-imports.py
	@python3 scripts/lint-flags.py
	@python3 scripts/lint-version.py

format:  ## Format all Swift and C sources
	@scripts/setup.sh lint
	$(SWIFT) format -i -r Package.swift Sources Tests Fuzz/Package.swift Fuzz/Sources
	git ls-files -z '*.c' '*.h' | xargs -0 clang-format -i

test: lint  ## Build with warnings as errors, in release (debug would run the C kernels unoptimised), and run every test
	@scripts/setup.sh test
	$(SWIFT) build -c release --build-tests -Xswiftc -enable-testing
	$(SWIFT) test -c release --skip-build -Xswiftc -enable-testing
	@scripts/test-python.sh $(BUILD)
	@Fuzz/fuzz.sh 10

FUZZ_SECONDS ?= 60
fuzz: setup  ## Fuzz every reader of files from anywhere, FUZZ_SECONDS each (docs/testing.md)
	@Fuzz/fuzz.sh $(FUZZ_SECONDS)

sanitize:  ## Look for data races and errors of memory (half an hour)
	@scripts/setup.sh test
	scripts/sanitize.sh thread
	scripts/sanitize.sh address

BENCH := .build/bench
bench: build  ## Compare with PyTorch, ONNX Runtime and OpenVINO, installed in a folder of their own (an hour)
	@scripts/setup.sh bench
	python3 -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet -r Weights/requirements.txt -r Benchmarks/requirements.txt
	rm -f $(BENCH)/speed.json
	$(BENCH)/bin/python Benchmarks/compare.py --output $(BENCH)/speed.json
	$(BENCH)/bin/python Benchmarks/render.py $(BENCH)/speed.json --plot $(BENCH)/speed.svg

PREFIX ?= /usr/local
install: build  ## Copy the binary to $(PREFIX)/bin
	install -D $(BUILD) $(DESTDIR)$(PREFIX)/bin/activation-dump

dist:  ## Make what is released: the program that stands alone, its tarball, Debian package and Python wheel (docs/distribution.md)
	@scripts/setup.sh dist
	@scripts/dist/build.sh
	@scripts/dist/tarball.sh
	@scripts/dist/check.sh
	@scripts/dist/deb.sh
	@scripts/dist/licences.sh .build/static/archives.txt .build/wheel-licences
	@scripts/wheel.sh .build/dist/activation-dump .build/dist .build/wheel-licences
	@scripts/dist/sums.sh

clean:  ## Remove what was built
	rm -rf .build .build-* Fuzz/.build demo
