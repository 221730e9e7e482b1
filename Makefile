.PHONY: check test bench generate long

# What CI runs on a pull request, apart from the cross-builds.
check:
	bash .ci/run quick

test:
	go test ./...

# Longer proofs, run before a release: see docs/proofs.md.
long:
	bash tools/long.sh

generate:
	go generate ./...

bench:
	go run ./bench
