#!/bin/sh
# SPDX-License-Identifier: EUPL-1.2
# Install Bierger into .venv of this clone. usage: tools/install.sh demo|dev
#
# Needs Python >= 3.11 with its venv module, and the network for packages that no cache holds. Every package is checked
# against the hash in requirements/. What is installed is remembered in .venv/.installed-KIND, as a checksum of what was
# asked for, so that a second call costs nothing. `dev` holds everything `demo` does, in the same versions.
set -eu

kind=${1:?usage: tools/install.sh demo|dev}
cd "$(dirname "$0")/.."
clone=$(pwd -P)
venv=$clone/.venv
log=$venv/install.log

fail() {
    echo "bierger: $1" >&2
    exit 1
}

wanted() { # what an installation of kind $1 consists of
    { echo "$clone"; cat requirements/uv.txt "requirements/$1.txt"; } | cksum
}

holds() { # is kind $1 installed, exactly as asked for, and does its Python still run?
    [ -f "$venv/.installed-$1" ] && [ "$(cat "$venv/.installed-$1")" = "$(wanted "$1")" ] &&
        "$venv/bin/python" -c '' 2>/dev/null
}

if holds "$kind" || { [ "$kind" = demo ] && holds dev; }; then
    exit 0
fi

suits() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; }

find_python() {
    for candidate in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
        if command -v "$candidate" >/dev/null 2>&1 && suits "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    fail "Python 3.11 or later was not found: install it, or name it with \`make PYTHON=/path/to/python ...\`."
}

# 1. The virtual environment. One of another place or a vanished Python is of no use: it is made anew.
if ! [ -x "$venv/bin/python" ] || ! suits "$venv/bin/python" ||
    [ "$("$venv/bin/python" -c 'import sys; print(sys.prefix)')" != "$venv" ]; then
    python=$(find_python)
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        fail "Python's venv module is missing ($python): install it, on Debian and Ubuntu with \`apt-get install python3-venv\`."
    echo "Installing Bierger into $venv."
    rm -rf "$venv"
    "$python" -m venv "$venv" || fail "The virtual environment $venv could not be made: is the folder writable, and is there space?"
fi
rm -f "$venv"/.installed-*
: >"$log" || fail "The folder $venv cannot be written."

step() { # run a command quietly; when it fails say the sentence $1 and its last words
    sentence=$1
    shift
    if ! "$@" >>"$log" 2>&1; then
        tail -n 12 "$log" >&2
        fail "$sentence (all of it in $log)"
    fi
}

# 2. uv, itself checked against a hash.
network="Is the package index reachable from here? If it is behind a proxy or a mirror, pip's and uv's own settings say so."
# uv brings certificates of its own; where the system has some (perhaps with an organisation's own authority), they decide.
for file in /etc/ssl/certs/ca-certificates.crt /etc/pki/tls/certs/ca-bundle.crt /etc/ssl/cert.pem; do
    [ ! -s "$file" ] || export UV_SYSTEM_CERTS="${UV_SYSTEM_CERTS:-1}"
done
step "The installer uv could not be fetched. $network" \
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements/uv.txt

# 3. The packages.
echo "Installing packages ($kind)."
step "The packages could not be installed. $network" \
    "$venv/bin/python" -m uv pip install --quiet --python "$venv/bin/python" \
    --require-hashes --no-deps -r requirements/uv.txt -r "requirements/$kind.txt"

# 4. Our own source, found by every Python of the environment.
step "The source folder could not be made known." \
    "$venv/bin/python" -c 'import sys, sysconfig, pathlib
pathlib.Path(sysconfig.get_path("purelib"), "bierger.pth").write_text(sys.argv[1] + "\n")' "$clone/src"

wanted "$kind" >"$venv/.installed-$kind"
