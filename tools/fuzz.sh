#!/usr/bin/env bash
# Runs every fuzz target of the module for the given time each, and names those that failed at the end.
# A failing input is left by Go under the package's testdata/fuzz: commit it with the fix.
# Usage: tools/fuzz.sh [time, 30s]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fuzztime=${1:-30s}
failed=()

while IFS=: read -r file declaration; do
  target=${declaration#func }
  directory=./$(dirname "$file")
  echo "== $directory $target, $fuzztime"
  go test "$directory" -run '^$' -fuzz "^$target\$" -fuzztime "$fuzztime" || failed+=("$directory $target")
done < <(git grep --untracked -oE '^func Fuzz[A-Za-z0-9_]+' -- '*_test.go')

if [ "${#failed[@]}" -gt 0 ]; then
  printf 'fuzz: failed: %s\n' "${failed[@]}" >&2
  exit 1
fi
