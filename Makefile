# The front door. Each target installs and builds what it needs; see CONTRIBUTING.md.
#
#   make run UPSTREAM=http://127.0.0.1:3000 [LISTEN=localhost:8443] [HOST=name] [STATE=folder]

LISTEN ?= localhost:8443
FUZZ_SECONDS ?= 600

# Many shells export HOST as the name of the machine; only what was asked for counts.
asked_host = $(if $(filter command line,$(origin HOST)),$(HOST))
run_flags = --listen $(LISTEN) $(if $(UPSTREAM),--to $(UPSTREAM)) $(if $(asked_host),--host $(asked_host)) \
  $(if $(STATE),--state $(STATE)) $(ARGS)

.PHONY: build run test bench fuzz soak lint fmt clean help package test-package
.DEFAULT_GOAL := help

build: ## builds the program: build/gatehouse
	@tools/build.sh release gatehouse

run: build ## HTTPS in front of UPSTREAM=http://..., or a welcome page; also LISTEN= HOST= STATE= ARGS="..."
	@exec build/gatehouse run $(run_flags)

test: ## every test; STAGES="unit program" for some of them
	@tools/test.sh $(STAGES)

soak: build ## what is long or large: gigabytes, thousands of connections
	@tools/setup.sh test
	@GATEHOUSE=$(CURDIR)/build/gatehouse /usr/bin/python3 -m pytest tests -m soak -v $(PYTEST_ARGS)

fuzz: ## each fuzz target for FUZZ_SECONDS=600 of CPU; TARGETS="..." for some of them
	@tools/fuzz.sh $(FUZZ_SECONDS) $(TARGETS)

package: ## the Debian package for Debian 12 and 13: build/package/gatehouse_*.deb
	@tools/setup.sh build
	@tools/package.sh

test-package: ## installs, upgrades and removes it in clean Debian 12 and 13 roots, as root
	@tools/setup.sh build bench
	@tools/test_package.sh

bench: build ## beside the newest haproxy and nginx that Debian has, as root; QUICK=1 to try it
	@tools/setup.sh bench
	@bench/run $(ARGS)

lint: ## layers, formatting, clang-tidy, scripts; FILES="..." for some sources
	@tools/lint.sh $(FILES)

fmt: ## formats all sources
	@tools/setup.sh lint
	@find src -name '*.h' -o -name '*.cc' | xargs clang-format-19 -i

clean: ## removes the build folder, keeps the user's cache
	@rm -rf build

help:
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 16
