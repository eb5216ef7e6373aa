# What the benchmarks share: a release build, a place for files, one core, medians of processor
# time, gates. Sourced by bash with `set -euo pipefail` in force; takes lib.sh along.

# shellcheck source=scripts/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
# lib.sh takes the script's parent for the root; benchmarks stand a level deeper.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
python=$root/.build-python/bin/python3

gates=1 failures=0

# Makes what all of them need: `scratch`, removed at the end, `salc` (what SALC names, else a release
# build), `cpu`, the core that everything is measured on, and the stop watch.
prepare() {
	scratch=$(mktemp -d)
	trap 'rm -rf "$scratch"' EXIT
	trap 'exit 130' INT TERM
	salc=${SALC:-}
	if [ -z "$salc" ]; then
		need_swift
		(cd "$root" && swift build -c release --product salc) >&2
		salc=$root/.build/release/salc
	fi
	cc -O2 -Wall -Wextra -o "$scratch/host" "$root/scripts/benchmarks/host.c"
	cpu=$(taskset -pc $$ | sed 's/.*[:,-] *//')
	processor=$(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -n 1)
}

# One run on one core: "processor-seconds passed-seconds kibibytes"; what the command says goes to a
# file.
stopwatch() {
	taskset -c "$cpu" "$scratch/host" time "$@" 2>"$scratch/said" >/dev/null ||
		die "failed: $* ($(cat "$scratch/said"))"
	tail -n 1 "$scratch/said"
}

# The middle one of the numbers in the first column.
median() { sort -n | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }

# measure TIMES COMMAND…: runs it so many times and sets `seconds` and `passed` (medians) and `memory`
# (KiB, the largest).
measure() {
	local times=$1 index
	shift
	: >"$scratch/times"
	for ((index = 0; index < times; index++)); do stopwatch "$@" >>"$scratch/times"; done
	seconds=$(cut -d ' ' -f 1 "$scratch/times" | median)
	passed=$(cut -d ' ' -f 2 "$scratch/times" | median)
	memory=$(cut -d ' ' -f 3 "$scratch/times" | sort -n | tail -n 1)
}

# calculate FORMAT EXPRESSION
calculate() { awk "BEGIN { printf \"$1\", $2 }"; }

# tell NAME VALUE UNIT: a line without a gate.
tell() { printf '%-46s %12s %-14s\n' "$@"; }

# gate NAME VALUE UNIT at-least|at-most LIMIT
gate() {
	local verdict=ok
	if ! awk -v v="$2" -v kind="$4" -v limit="$5" \
		'BEGIN { exit !(kind == "at-least" ? v >= limit : v <= limit) }'; then
		verdict=MISSED
		failures=$((failures + 1))
	fi
	printf '%-46s %12s %-14s %s %s  %s\n' "$1" "$2" "$3" "$4" "$5" "$verdict"
}

# Ends with 1 where a gate was missed, unless --no-gates was given.
finish() {
	[ "$failures" = 0 ] || say "$failures gates missed"
	[ "$failures" = 0 ] || [ "$gates" = 0 ]
}
