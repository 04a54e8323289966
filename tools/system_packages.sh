#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# What the test suite needs beside Python: a browser, a pooler, two PDF tools, another PostgreSQL. Root gets them from the distribution;
# for everybody else, and where that fails, this says loudly which tests will not run. With CI=true that is a failure.
set -eu

missing() {
    list=
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || list="$list chromium"
    command -v pgbouncer >/dev/null 2>&1 || [ -x /usr/sbin/pgbouncer ] || list="$list pgbouncer"
    command -v pdftoppm >/dev/null 2>&1 || list="$list poppler-utils"
    command -v qpdf >/dev/null 2>&1 || list="$list qpdf"
    ls /usr/lib/postgresql/*/bin/initdb /usr/pgsql-*/bin/initdb 2>/dev/null | grep -q . || list="$list postgresql"
    echo "$list"
}

apt() {
    # RUNLEVEL=1: the packages' services must not start, the tests start their own.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 -o Acquire::Retries=2 -o DPkg::Lock::Timeout=120 \
        -o Dpkg::Use-Pty=0 "$@"
}

packages=$(missing)
[ -n "$packages" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing$packages from the distribution, for the tests."
    log=$(mktemp)
    # shellcheck disable=SC2086 # a list of words
    if { apt update && apt install --no-install-recommends $packages; } >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 8 "$log"
        echo "(all of it in $log)"
    fi
fi

packages=$(missing)
[ -n "$packages" ] || exit 0

bar=----------------------------------------------------------------------------------------------------
{
    echo "$bar"
    echo "NOT ALL TESTS WILL RUN. Missing on this machine:$packages"
    for package in $packages; do
        case $package in
            chromium) echo "  chromium       every journey in a real browser, accessibility (axe), pictures of the screens" ;;
            pgbouncer) echo "  pgbouncer      rights and principals through a pooler in transaction mode" ;;
            poppler-utils) echo "  poppler-utils  what a PDF reader draws of the acts and receipts" ;;
            qpdf) echo "  qpdf           the structure of the PDF files" ;;
            postgresql) echo "  postgresql     the migrations and some stories on the distribution's PostgreSQL" ;;
        esac
    done
    echo "As root, on Debian or Ubuntu: apt-get install$packages"
    echo "$bar"
} >&2
[ "${CI:-}" != true ] || exit 1
