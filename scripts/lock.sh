#!/usr/bin/env bash
# lock.sh [--upgrade]: writes both lock files from pyproject.toml, good for every Python from 3.11 to 3.13.
#
# What is pinned already stays, unless --upgrade asks for the newest that fits. requirements.lock is what running
# needs; requirements-dev.lock is the same, in the same versions, and the tools of the checks and tests.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools"
"$tools/bin/pip" --disable-pip-version-check --quiet install uv

compile() {
  "$tools/bin/uv" pip compile --quiet --universal --generate-hashes --no-annotate --python-version 3.11 \
    --custom-compile-command 'make lock' --group build --extra postgresql "$@" pyproject.toml
}

compile "$@" --output-file requirements.lock
compile "$@" --extra dev --constraint requirements.lock --output-file requirements-dev.lock
# For letters in an S3-compatible store: installed besides requirements.lock, where [store] letters says s3://.
compile "$@" --extra s3 --constraint requirements.lock --output-file requirements-s3.lock
