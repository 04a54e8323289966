#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Pin what requirements/*.in ask for, with hashes. The development set is solved first, the others follow its versions,
# so that the demonstration runs what was tested. No address of a package index is written down.
# usage: tools/lock.sh [--upgrade | --upgrade-package NAME ...]
set -eu

cd "$(dirname "$0")/.."
[ -x .venv/bin/uv ] || { echo "bierger: run \`make install-dev\` first." >&2; exit 1; }

compile() { # compile NAME [constraints]
    name=$1
    shift
    echo "requirements/$name.txt"
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --custom-compile-command "make lock" "$@" -o "requirements/$name.txt" "requirements/$name.in"
}

compile dev "$@"
compile demo -c requirements/dev.txt
compile runtime -c requirements/dev.txt
compile s3 -c requirements/dev.txt
compile bench-rules "$@"
compile uv "$@"
compile outside "$@" # on its own: what verifies us must not decide what we run on

if grep -nE '^ *(-i|--index-url|--extra-index-url|--find-links|-f)|https?://' requirements/*.txt; then
    echo "bierger: an address of a package index stands in the lines above." >&2
    exit 1
fi
