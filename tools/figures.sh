#!/usr/bin/env bash
# Repeats the figures of docs/benchmarks.md and docs/recipes.md on this machine: MNIST by all recipes, and CartPole, by seed, last weights, wall
# time from process start.
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
go build -o "$out/kedja" ./cmd/kedja
for what in mnist "mnist --recipe fast" cartpole "mnist --recipe tiny" "mnist --recipe best"; do
	for seed in 1 2 3 4 5; do
		start=$(date +%s.%N)
		last=$("$out/kedja" train $what --seed "$seed" --out "$out/$what-$seed" 2>/dev/null | tail -1)
		printf '%s seed %s: %s, %.1f s\n' "$what" "$seed" "$last" "$(echo "$(date +%s.%N) - $start" | bc)"
	done
done
