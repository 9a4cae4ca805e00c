# The project's commands. "make help" lists them.
#
# Nothing has to be installed beforehand but Go, make, bash and a C compiler (for
# the race detector). Modules come from the module proxy, tools are built from it
# into .tools/ at the versions below. Servers that the tests need are fetched there,
# too, where npm or Debian's apt-get is at hand; what cannot be had is listed.

GOLANGCI_LINT_VERSION := v2.15.0
GREMLINS_VERSION      := v0.6.0
GOVULNCHECK_VERSION   := v1.8.0

# Packages whose own tests have to cover at least COVER_MIN % of their statements.
COVER_MIN      := 90
COVER_PACKAGES := calendar session booking withdrawal rota rota/desk rota/keeper rota/store/memory notify notify/notifytest

# Packages in which at least MUTATE_MIN % of the covered mutants have to be killed.
MUTATE_MIN      := 80
MUTATE_PACKAGES := calendar session booking withdrawal rota

# How many times as many cases a property gets in "make soak".
SOAK_FACTOR := 20

# A checkout that another user owns makes git, and so the version stamp, fail. No
# program here needs the stamp.
export GOFLAGS := $(strip $(GOFLAGS) -buildvcs=false)

# Half of what the tests take on a machine that has compiled nothing yet is compiling, with the race detector and
# without. SQLite in C takes 22 s each time so, and 51 s by cgo's own settings; without the debugger's information all
# the rest takes a quarter less. What is to be vetted, lint vets. Nothing that is measured is built like this, or spares
# the garbage collector.
test race full lint: export CGO_CFLAGS := -O1
test servers race full: export GOGC := 200
test servers untested race full cover: export GOFLAGS := $(GOFLAGS) -gcflags=all=-dwarf=false -vet=off

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
EACH        := internal/tools/each-module
LARGE       := . internal/integration
OUT         := .out

.DEFAULT_GOAL := help
# One target at a time: each keeps the processors busy by itself.
.NOTPARALLEL:
.PHONY: help test servers untested race full cover rules format-check tidy-check lint vuln soak bench mutate fmt clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

test: servers format-check tidy-check race full cover rules untested ## everything that has to hold, in every module

servers: ## fetch the servers that tests need and the machine lacks, and compile meanwhile
	@internal/tools/servers & servers=$$!; internal/tools/peers & peers=$$!; \
	(cd internal/integration && CGO_ENABLED=1 go list -race -export -test -deps ./... >/dev/null); \
	wait $$servers; wait $$peers

# Last, so that nobody overlooks it. go test shows nothing of a package that passes.
untested: ## list the servers that cannot be had here; under CI that is a failure
	@cd internal/integration && go run ./untested
	@cd notify/transport && go run ./internal/untested
	@cd notify/transport/relay/internal/brokers && go run ./untested

# One package more at a time than there are processors: there is always one that waits for a server or a disk.
AT_ONCE := $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))

# Two passes over all tests, since the race detector makes them five to ten times as
# slow. Here every test runs under it, the long ones shortened (testing.Short: fewer
# repetitions, never none); in "full" these run at full length, and the coverage is
# measured.
race: ## every test under the race detector, long properties shortened
	@CGO_ENABLED=1 $(EACH) -large '$(LARGE)' go test -race -short -p $(AT_ONCE) -timeout 10m ./...

full: ## every test that "race" shortens at full length, and the coverage
	@mkdir -p $(OUT)
	@cd examples && go list -export -test -deps ./... >/dev/null # what modules share, before two of them would compile it
	@AT_ONCE=$(AT_ONCE) COVER_PACKAGES='$(COVER_PACKAGES)' $(EACH) -large '$(LARGE)' $(CURDIR)/internal/tools/full

cover: ## check the coverage that "make full" measured
	@go run ./internal/tools/coverage -min $(COVER_MIN) $(OUT)/cover-root.out $(COVER_PACKAGES)

rules: ## every rule in docs/rules.md has its test
	@internal/tools/rules

format-check: ## fail on files that gofmt would change
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted, run make fmt:"; echo "$$files"; exit 1; fi

tidy-check: ## fail on a go.mod or go.sum that go mod tidy would change
	@$(EACH) go mod tidy -diff

lint: ## go vet and golangci-lint, in every module
	@$(EACH) go vet ./...
	@lint=$$(internal/tools/tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint $(GOLANGCI_LINT_VERSION)); \
	$(EACH) bash -c '"$$0" run --config "$$TOP/.golangci.yml" ./...' "$$lint"

# Not part of lint: it needs https://vuln.go.dev, and its answer changes without a
# change here. Point GOVULNDB at a mirror where that host cannot be reached.
vuln: ## known vulnerabilities in what is really called, in every module (needs the network)
	@check=$$(internal/tools/tool golang.org/x/vuln/cmd/govulncheck $(GOVULNCHECK_VERSION)); \
	$(EACH) "$$check" $(if $(GOVULNDB),-db $(GOVULNDB)) ./...

soak: ## the long run: properties with many more cases, SESSIONAL_SOAK set
	@SOAK_FACTOR=$(SOAK_FACTOR) $(EACH) $(CURDIR)/internal/tools/soak

bench: ## benchmarks in every module; fails when a promised ratio is missed
	@mkdir -p $(OUT)
	@$(EACH) go test -run '^$$' -bench . -benchmem -timeout 30m ./... | tee $(OUT)/bench.txt
	@go run ./internal/tools/ratios $(OUT)/bench.txt

mutate: ## mutation testing: would a test notice if the code were wrong?
	@gremlins=$$(internal/tools/tool github.com/go-gremlins/gremlins/cmd/gremlins $(GREMLINS_VERSION)); \
	internal/tools/mutate "$$gremlins" $(MUTATE_MIN) $(MUTATE_PACKAGES)

fmt: ## format the code, and tidy every go.mod
	@lint=$$(internal/tools/tool github.com/golangci/golangci-lint/v2/cmd/golangci-lint $(GOLANGCI_LINT_VERSION)); \
	$(EACH) bash -c '"$$0" fmt --config "$$TOP/.golangci.yml" ./...' "$$lint"
	@$(EACH) go mod tidy

clean: ## remove what runs leave behind; the tools stay
	@rm -rf $(OUT)
	@find . -name '*.test' -type f -not -path './.*' -delete
