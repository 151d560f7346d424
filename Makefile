# The ways into this repository. `make help` lists them; CONTRIBUTING.md says when to use which.

SHELL       := bash
.SHELLFLAGS := -eu -o pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

GO        ?= go
FUZZTIME  ?= 30s
CRASHES   ?= 100
VERSION   ?= 0.0.0+git$(shell git show -s --format=%cd.%h --date=format:%Y%m%d)
TESTFLAGS ?= -timeout 15m
TOOLS     := $(CURDIR)/.cache/tools
TARGETS   := linux/amd64 linux/386 linux/arm linux/arm64 linux/ppc64le darwin/arm64 darwin/amd64
CI_STEPS  := lint generated race cross

# Without cgo everywhere, as Holdfast ships, so that lint, tests and builds share what they compile. Only the race
# detector needs it.
export CGO_ENABLED := 0

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: deps
deps: ## Install what the tests need: Debian packages, npm peers (nothing to do: done at once)
	@tools/deps.sh

.PHONY: build
build: ## Build the programs into bin/
	@mkdir -p bin
	$(GO) build -o bin/ ./cmd/...

# What runs once at the start, when somebody asks, or as seldom as a substation changes: small code is worth more than fast
# code there.
COLD := github.com/alecthomas/kong github.com/danielgtaylor/huma/v2/... github.com/goccy/go-yaml/... \
	github.com/prometheus/... go.opentelemetry.io/... github.com/go-logr/... google.golang.org/grpc/... ./protocols/iec104/... ./protocols/iec61850/... \
	./protocols/bacnet/... ./protocols/s7/... ./protocols/enip/...

.PHONY: lean
lean: ## Build the small program for gateways (linux/arm, v7) into bin/, and fail where it has grown
	@mkdir -p bin
	GOOS=linux GOARCH=arm GOARM=7 $(GO) build -tags "lean grpcnotrace" -trimpath -ldflags "-s -w" $(COLD:%=-gcflags=%=-l) -o bin/holdfast-lean-armv7 ./cmd/holdfast
	@size=$$(stat -c %s bin/holdfast-lean-armv7); echo "bin/holdfast-lean-armv7: $$size bytes"; [ "$$size" -lt 33000000 ]

.PHONY: deb
deb: ## Make Debian packages of VERSION for amd64, arm64 and armhf (the small program) into bin/
	@mkdir -p bin
	GOOS=linux GOARCH=amd64 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/holdfast-amd64 ./cmd/holdfast
	GOOS=linux GOARCH=arm64 $(GO) build -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/holdfast-arm64 ./cmd/holdfast
	GOOS=linux GOARCH=arm GOARM=7 $(GO) build -tags "lean grpcnotrace" -trimpath -ldflags "-s -w -X main.version=$(VERSION)" -o bin/holdfast-armhf ./cmd/holdfast
	@for arch in amd64 arm64 armhf; do tools/deb.sh $$arch $(VERSION) bin/holdfast-$$arch bin/holdfast_$(VERSION)_$$arch.deb; done

.PHONY: test
test: deps ## Run every test, those against real peers too
	$(GO) test $(TESTFLAGS) ./...

.PHONY: race
race: deps ## Run every test under the race detector, shuffled, uncached
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -count=1 $(TESTFLAGS) ./...

.PHONY: lint
lint: $(TOOLS)/.stamp ## Check formatting, vet and lint with the pinned golangci-lint
	$(TOOLS)/golangci-lint run ./...

.PHONY: fmt
fmt: $(TOOLS)/.stamp ## Format the code the way lint wants it
	$(TOOLS)/golangci-lint fmt ./...

.PHONY: generate
generate: ## Write the generated files again (reference pages, schema)
	$(GO) generate ./...

.PHONY: generated
generated: ## Fail if a generated file, go.mod or go.sum is stale
	$(GO) mod tidy -diff
	@tools/generated.sh

.PHONY: fuzz
fuzz: differential ## Run each fuzz target for FUZZTIME (30s), after what SQLite says of random SQL
	@tools/fuzz.sh $(FUZZTIME)

.PHONY: differential
differential: ## Compare 100,000 expressions and 10,000 queries with SQLite, from SEED (random) on
	$(GO) test -count=1 ./streamsql/streamsqltest -run SQLite -expressions 100000 -queries 10000 -seed $(or $(SEED),$(shell date +%s))

.PHONY: crash
crash: deps ## Kill, cut the power, fill the disk, fail the far end, CRASHES (100) times; figures into docs/benchmarks
	HOLDFAST_CRASH=$(CRASHES) HOLDFAST_CRASH_PAGE=$(CURDIR)/docs/benchmarks/crash.md $(GO) test -count=1 -v -timeout 60m -run TestNothingCommittedIsLost ./test/crash
	HOLDFAST_CRASH=$(CRASHES) $(GO) test -count=1 -v -timeout 60m -run TestWindowsOfADurableRuleAreThoseOfAnUndisturbedRunHoweverOftenItIsKilled ./actors/rule
	HOLDFAST_CRASH=$(CRASHES) $(GO) test -count=1 -v -timeout 60m -run 'TestThePowerIsCutAnywhereInAChange|TestANodeStartsWithWhateverIsLeftOfItsDisk' ./test/acceptance

.PHONY: chaos
chaos: deps ## Kill, pause and cut off members of a cloud and its etcd, cut the power and the link in upgrades, ROUNDS (10) times over (root: network namespaces)
	HOLDFAST_CHAOS=$(or $(ROUNDS),10) $(GO) test -count=1 -v -timeout 60m ./test/cloud/members ./test/cloud/upgrade

.PHONY: soak
soak: ## Live through an outage of six hours with 10,000 tags, in minutes; figures into docs/benchmarks
	$(GO) run ./test/soak -o docs/benchmarks/outage.md

.PHONY: bench-store
bench-store: ## Measure the store beside its references (a module of its own: it needs Prometheus' tsdb), into docs/benchmarks
	$(GO) -C test/storebench run . $(CURDIR)/docs/benchmarks/store.md

.PHONY: bench
bench: bench-plant bench-broker bench-sql bench-mqtt ## Run every benchmark
	$(GO) test -p 1 -run '^$$' -bench . -benchmem ./...

.PHONY: bench-plant
bench-plant: ## Measure a node with 100 and 1,000 devices, into docs/benchmarks
	@mkdir -p docs/benchmarks
	$(GO) run ./test/bench -devices 100 -o docs/benchmarks/plant-100.md
	$(GO) run ./test/bench -devices 1000 -o docs/benchmarks/plant-1000.md
	$(GO) run ./test/bench -buses 10 -o docs/benchmarks/dead-unit.md

.PHONY: bench-idle
bench-idle: ## Measure a small node that is left alone, into docs/benchmarks
	@mkdir -p docs/benchmarks
	$(GO) run ./test/bench -idle -devices 1 -tags 10 -for 60s -o docs/benchmarks/idle.md

.PHONY: bench-broker
bench-broker: deps ## Measure the broker beside mosquitto, into docs/benchmarks
	@mkdir -p .cache docs/benchmarks
	$(GO) test -run '^$$' -bench Broker -benchtime 3x -count 3 ./broker/mqttd > .cache/bench-broker.txt
	$(GO) run ./test/bench/broker -o docs/benchmarks/broker.md < .cache/bench-broker.txt

.PHONY: bench-sql
bench-sql: ## Measure stream SQL beside loops by hand, into docs/benchmarks
	$(GO) run ./streamsql/streamsqltest/benchpage -o docs/benchmarks/streamsql.md

.PHONY: bench-mqtt
bench-mqtt: ## Measure a rule between two MQTT clients beside the bare broker, into docs/benchmarks
	$(GO) run ./test/bench/mqtt -o docs/benchmarks/mqtt-rule.md

.PHONY: bench-sinks
bench-sinks: ## Measure sinks beside the drivers they are made of, into docs/benchmarks
	$(GO) run ./test/bench/sinks -o docs/benchmarks/sinks.md

.PHONY: screenshot
screenshot: ## Take the picture of the console again, into docs/images
	HOLDFAST_SCREENSHOT=$(CURDIR)/docs/images/console.png HOLDFAST_SCHEME=dark $(GO) test ./cmd/holdfast -count=1 -run TestTheConsolesPictureIsTaken

.PHONY: bench-iec104
bench-iec104: ## Measure the decoding of IEC 60870-5-104, and a change's way from a station to a row, into docs/benchmarks
	@mkdir -p docs/benchmarks
	@{ printf '# IEC 60870-5-104\n\n`make bench-iec104`. Decode takes a frame with 16 measured values and their times (M_ME_TF_1) apart, object by object.\nThe other has the outstation of the tests send changes one by one over TCP, and takes the rows: both ends are in one\nprocess, and in the figures.\n\n```text\n'; \
	   $(GO) test -run '^$$' -bench 'Decode|AChange' ./protocols/iec104/...; printf '```\n'; } > docs/benchmarks/iec104.md
	@cat docs/benchmarks/iec104.md

.PHONY: peer-enip
peer-enip: deps ## Try the EtherNet/IP driver at the server of gologix, a module of its own (root: a network namespace)
	HOLDFAST_GOLOGIX=1 $(GO) test -count=1 -v -run Gologix ./protocols/enip

.PHONY: bench-query
bench-query: deps ## Ask six hours of a tag by PromQL, here and of Debian's Prometheus, into docs/benchmarks
	@mkdir -p docs/benchmarks
	@{ printf '# Six hours of a tag by the minute, in PromQL\n\nBoth APIs over HTTP, in one run, with a sample a second: `make bench-query`. `last` is `temperature`, `avg` is\n`avg_over_time(temperature[1m])`. The goal is 3 ms.\n\n```text\n'; \
	   $(GO) test -run '^$$' -bench SixHoursOfATagByMinute -benchtime 200x ./console/promapi; printf '```\n'; } > docs/benchmarks/query.md
	@cat docs/benchmarks/query.md

.PHONY: bench-cloud
bench-cloud: ## Measure a cloud with 1,000 to 10,000 sites, into docs/benchmarks
	@mkdir -p docs/benchmarks
	$(GO) run ./test/cloud/bench -o docs/benchmarks/cloud.md

.PHONY: bench-catchup
bench-catchup: ## Have a site that was cut off for a day catch up over the link, into docs/benchmarks
	@mkdir -p docs/benchmarks
	$(GO) run ./test/cloud/catchup -o docs/benchmarks/catchup.md

.PHONY: demo
demo: build ## Start a whole plant in one process, with its console
	bin/holdfast demo

.PHONY: demo-cloud
demo-cloud: build ## Start a cloud and three sites with their plants, and tell its story
	bin/holdfast-cloud demo

.PHONY: cross
cross: $(addprefix cross/,$(TARGETS)) lean test386 ## Build for every target, lean too, then run the unit tests on 386

.PHONY: $(addprefix cross/,$(TARGETS))
$(addprefix cross/,$(TARGETS)): cross/%:
	GOOS=$(*D) GOARCH=$(*F) GOARM=7 $(GO) build ./...

.PHONY: test386
test386: deps ## Run the unit tests as a 32-bit program
	GOARCH=386 $(GO) test -short $(TESTFLAGS) ./...

.PHONY: test-arm
test-arm: ## Run the tests of store, streamsql and supervisor as 32-bit ARM programs, under qemu-user (Debian package qemu-user)
	GOARCH=arm GOARM=7 $(GO) test -short $(TESTFLAGS) -exec qemu-arm ./store/... ./streamsql/... ./supervisor/...

.PHONY: ci
ci: ## What CI runs: lint, stale files, race tests against real peers, cross-builds
	@for step in $(CI_STEPS); do \
		echo "== $$step (after $${SECONDS} s)"; \
		$(MAKE) --no-print-directory $$step; \
	done; \
	echo "== done (after $${SECONDS} s)"

# The linter is built from its pinned source, once per version: tools/go.sum says what it is made of.
$(TOOLS)/.stamp: tools/go.mod tools/go.sum
	@mkdir -p $(@D)
	GOBIN=$(@D) $(GO) -C tools install tool
	@touch $@
