#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# What the outside verifiers (tests/outside) need, each fetched by its own package manager and checked against a hash kept here:
#   1. programs of the distribution: go, java, mvn, openssl, pdfsig, certutil, qpdf   installed by root where they are missing
#   2. Python packages, in an environment of their own                           requirements/outside.txt
#   3. the Go project's packages for transparency logs                           tests/outside/go/go.sum
#   4. veraPDF                                                                   tests/outside/java/SHA256SUMS
# All of it in .outside of this clone and in the caches of Go and Maven. What fails is said loudly; with CI=true it is a failure.
set -eu

cd "$(dirname "$0")/.."
place=.outside
mkdir -p "$place"
log=$place/install.log
: >"$log"
failed=

step() { # step NAME FILE...: do NAME, unless it was done for the same files before; remember the failure
    name=$1
    shift
    wanted=$(cat "$@" "tools/$(basename "$0")" | cksum)
    if [ "$(cat "$place/.done-$name" 2>/dev/null)" = "$wanted" ]; then
        return 0
    fi
    echo "Installing the outside verifiers: $name."
    rm -f "$place/.done-$name"
    # A second time: registries have bad moments.
    if "$name" >>"$log" 2>&1 || { sleep 5 && "$name" >>"$log" 2>&1; }; then
        echo "$wanted" >"$place/.done-$name"
    else
        failed="$failed $name"
    fi
}

missing() {
    list=
    command -v go >/dev/null 2>&1 || list="$list golang-go"
    command -v javac >/dev/null 2>&1 || list="$list default-jdk-headless"
    command -v mvn >/dev/null 2>&1 || list="$list maven"
    command -v openssl >/dev/null 2>&1 || list="$list openssl"
    command -v certutil >/dev/null 2>&1 || list="$list libnss3-tools"
    command -v pdfsig >/dev/null 2>&1 || list="$list poppler-utils"
    command -v qpdf >/dev/null 2>&1 || list="$list qpdf"
    echo "$list"
}

apt() {
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=2 -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0 "$@"
}

python_packages() {
    rm -rf "$place/venv"
    .venv/bin/python -m uv venv --quiet --python .venv/bin/python "$place/venv" &&
        .venv/bin/python -m uv pip install --quiet --python "$place/venv/bin/python" --require-hashes --no-deps -r requirements/outside.txt
}

go_packages() {
    # Checked against go.sum; the toolchain is the one at hand, none is fetched.
    (cd tests/outside/go && GOTOOLCHAIN=local GOFLAGS=-mod=readonly go mod download && GOTOOLCHAIN=local go mod verify)
}

java_packages() {
    rm -rf "$place/java"
    mvn --batch-mode --strict-checksums --file tests/outside/java/pom.xml \
        dependency:copy-dependencies "-DoutputDirectory=$(pwd)/$place/java" &&
        (cd "$place/java" && sha256sum --check --strict ../../tests/outside/java/SHA256SUMS) &&
        [ "$(ls "$place/java" | wc -l)" = "$(grep -c . tests/outside/java/SHA256SUMS)" ]
}

# 1.
packages=$(missing)
if [ -n "$packages" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$packages from the distribution, for the outside verifiers."
    # shellcheck disable=SC2086 # a list of words
    { apt update && apt install --no-install-recommends $packages; } >>"$log" 2>&1 || true
fi
failed=$(missing)

# 2. to 4.
step python_packages requirements/outside.txt
step go_packages tests/outside/go/go.mod tests/outside/go/go.sum
step java_packages tests/outside/java/pom.xml tests/outside/java/SHA256SUMS

[ -n "$failed" ] || exit 0
tail -n 12 "$log" >&2
bar=----------------------------------------------------------------------------------------------------
{
    echo "$bar"
    echo "NOT ALL OUTSIDE VERIFIERS WILL RUN. Not installed:$failed"
    echo "(what the package managers said: $place/install.log)"
    echo "$bar"
} >&2
[ "${CI:-}" != true ] || exit 1
