#!/usr/bin/env bash
# The longer proofs, run before an issue is closed; results go to docs/proofs.md. Takes about forty minutes on two cores.
#
#   tools/long.sh [SECONDS_OF_FUZZING_EACH]      120 if not given
#   SWEEP=. tools/long.sh                        with the elementary functions that SWEEP, a regular expression, names, over all float32
#   KILLS=10000 MNIST_KILLS=200 DAMAGES=100000 FUZZ=50000000 SPARSE=20 tools/long.sh
#                                                with so many processes ended by SIGKILL, damages of checkpoints, mutations for each of two parsers, and
#                                                a file of so many GB, in place of 300, 10, 20000, 1000000 and 20: an hour and a half more
#   PROGRAMS=0-100000 tools/long.sh              with so many random programs, ten minutes more; a later range goes on where one stopped
set -euo pipefail
cd "$(dirname "$0")/.."
fuzz=${1:-120}

say() { printf '\n== %s\n' "$*"; }

say "derivatives of all ops to order 4, both float types, forward and reverse, batched"
go run ./cmd/kedja gradcheck --order 4 | tail -1

say "everything on plain Go kernels"
KEDJA_NOASM=1 go test -count=1 ./... | grep -v 'no test files' | grep -v '^ok' || echo "all ok"

if command -v cc >/dev/null; then
	say "race detector, whole tests"
	go test -race -count=1 ./graph ./exec ./internal/workers ./train ./rl/... | grep -v 'no test files' | grep -v '^ok' || echo "all ok"
fi

say "same bits for 1, 2, 3 and 8 workers, every case of the benchmark, 20 steps"
KEDJA_STEPS=20 go test -count=1 -timeout 1h -run '^TestSameBits$' ./bench

if [ -n "${PROGRAMS:-}" ]; then
	say "random programs, optimised against node by node, saved and loaded against fresh; verbs against each other"
	KEDJA_PROGRAMS=$PROGRAMS go test -count=1 -timeout 2h -run '^(TestPrograms|TestVerbs)$' -v ./internal/programs | grep '^programs\|^verbs\|seed\|^ok\|FAIL'
fi

say "every case of every op, saved, loaded and run to the same bits, with derivatives to order 2"
KEDJA_EVERY=1 go test -count=1 -timeout 1h -run '^TestEveryOp$' ./graphfile

if [ -n "${SWEEP:-}" ]; then
	say "elementary functions over all float32 (about a minute each): name | instruction sets | largest error in ulp | at | share of the bound | at"
	KEDJA_SWEEP=$SWEEP go test -count=1 -timeout 2h -run '^TestSweep$' -v ./internal/kernel/vec | grep '^|\|FAIL'
fi

kills=${KILLS:-300} mnist_kills=${MNIST_KILLS:-10} damages=${DAMAGES:-20000} mutations=${FUZZ:-1000000} sparse=${SPARSE:-20}

say "a run that is ended by SIGKILL and resumed, $kills times"
go run ./tools/kill -kills "$kills"

say "kedja train mnist, ended by SIGKILL and resumed, $mnist_kills times"
bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
go build -o "$bin/kedja" ./cmd/kedja
go run ./tools/kill -kills "$mnist_kills" -kedja "$bin/kedja"

# long PACKAGE TEST prints what a test counts.
long() { go test -count=1 -timeout 12h -run "^$2\$" -v "$1" | grep -a '_test.go\|^ok\|FAIL'; }

say "$damages flipped bits and cuts of checkpoints"
KEDJA_DAMAGES=$damages long ./checkpoint TestAllDamageIsFound

say "every fault at every operation of a file system"
long ./checkpoint TestEveryFaultAtEveryOperation
KEDJA_FAULTS=all long ./train TestEveryFaultLeavesTheSameBytes

say "$mutations mutations for each parser of checkpoints"
KEDJA_FUZZ=$mutations long ./safetensors TestMutations
KEDJA_FUZZ=$mutations long ./checkpoint TestMutations

say "training on a file of $sparse GB"
KEDJA_SPARSE=$sparse long ./train TestTrainsOnAFileLargerThanMemory

say "how long a run stands still for its checkpoints, and what augmentation takes"
go test -run '^$' -bench Halt -benchtime 1x ./train | grep Benchmark
go test -run '^$' -bench Loader ./vision/augment | grep Benchmark
go test -run '^$' -bench 'Epoch|Halt' -benchtime 200x ./vision/recipe | grep Benchmark

say "fuzzing the readers, $fuzz s each"
grep -rl --include=*_test.go '^func Fuzz' . | while read -r file; do
	for name in $(grep -o '^func Fuzz[A-Za-z0-9_]*' "$file" | cut -c6-); do
		printf '%s %s: ' "$(dirname "$file")" "$name"
		go test "$(dirname "$file")" -run '^$' -fuzz "^$name\$" -fuzztime "${fuzz}s" | grep -o 'execs: [0-9]*' | tail -1
	done
done

say "learning runs"
tools/figures.sh
