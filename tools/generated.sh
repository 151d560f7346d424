#!/usr/bin/env bash
# Fails if `go generate` changes a file: what is generated must be committed as the generators write it.
# Compares the tree with itself, so that work not yet committed does not count as stale.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

state() {
  git status --porcelain
  git diff
}

before=$(state)
go generate ./...
after=$(state)
if [ "$before" != "$after" ]; then
  echo "generated: these files were stale; they are written now, commit them:" >&2
  diff <(echo "$before") <(echo "$after") >&2 || true
  exit 1
fi
