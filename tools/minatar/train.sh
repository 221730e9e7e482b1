#!/usr/bin/env bash
# Lets agents learn MinAtar's games, each run in a folder of its own below DIR, and prints the table of the scores so far after each:
#
#	tools/minatar/train.sh DIR [GAME:ALGORITHM:SEED…]
#
# Without runs it does those of docs/rl.md. Halt it at any time: called again, it leaves out what is done and goes on with what is not, to the
# same bits. The program lies in DIR too, so that a run that goes on is that of the same program; remove it to build it anew. WORKERS (1) is the
# number of cores, on which the scores do not depend.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DIR [GAME:ALGORITHM:SEED...]" >&2; exit 2; }
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
[ -x "$dir/kedja" ] || (cd "$(dirname "$0")/../.." && go build -o "$dir/kedja" ./cmd/kedja)
if [ $# = 0 ]; then
	set -- breakout:pqn:1 breakout:rainbow:1
	for seed in 1 2 3; do
		for game in breakout spaceinvaders asterix freeway seaquest; do
			set -- "$@" $game:pqn:$seed
		done
	done
	set -- "$@" breakout:dqn:1
fi

table() {
	printf '%-14s %-8s %4s %9s %8s %13s\n' game algo seed frames greedy 'epsilon 0.1'
	for file in "$dir"/*/evaluation.json; do
		[ -f "$file" ] || continue
		value() { sed -n "s/^\t\"$1\": \"*\([^\",]*\)\"*,*\$/\1/p" "$file"; }
		printf '%-14s %-8s %4s %9s %8.1f %13.1f\n' "$(value env | cut -d- -f2)" "$(value algo)" "$(value seed)" "$(value steps)" \
			"$(value mean)" "$(value mean_with_epsilon)"
	done
}

for run; do
	IFS=: read -r game algorithm seed <<<"$run"
	out=$dir/$game-$algorithm-$seed
	[ -f "$out/evaluation.json" ] && continue
	if compgen -G "$out/checkpoints/step-*" >/dev/null; then
		"$dir/kedja" resume "$out" --workers "${WORKERS:-1}"
	else
		"$dir/kedja" train "minatar-$game" --algo "$algorithm" --seed "$seed" --every 250000 --workers "${WORKERS:-1}" --out "$out"
	fi
	table
done
table
