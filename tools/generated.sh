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
if ! difference=$(diff <(echo "$before") <(state)); then
  echo "generated: these files were stale; they are written now, commit them:" >&2
  echo "$difference" >&2
  exit 1
fi
