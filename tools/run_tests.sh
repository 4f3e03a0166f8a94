#!/usr/bin/env bash
# Runs every test that this machine can run, and says what it did not run and why. Called by `make test`.
set -uo pipefail
cd "$(dirname "$0")/.."
left_out=()
PIP_INSTALL=(-m pip --disable-pip-version-check --quiet install --require-hashes --requirement)
NODE_MAJOR_MIN=20 # what the AWS SDK for JavaScript asks for

# System packages: as root on Debian they are installed, elsewhere named in one line.

node_is_new() {
    local version
    version=$(node --version 2>/dev/null) && version=${version#v} && [ "${version%%.*}" -ge "$NODE_MAJOR_MIN" ]
}

is_here() {
    case "$1" in
        # Other things are called `aws`: the CLI v1, and what a version manager puts in front of it.
        awscli) /usr/bin/aws --version 2>&1 | grep -q '^aws-cli/2' ;;
        npm) command -v npm >/dev/null && node_is_new ;;
        softhsm2) [ -e /usr/lib/softhsm/libsofthsm2.so ] && command -v softhsm2-util >/dev/null ;;
        opensc) command -v pkcs11-tool >/dev/null ;;
        # A compiler with the system's headers, for the library that stands before SoftHSM and fails when it is told to.
        gcc) command -v cc >/dev/null && echo '#include <stdlib.h>' | cc -E - >/dev/null 2>&1 ;;
        libc6-dev) is_here gcc ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

can_be_had() {
    local version
    case "$1" in
        # Not an older one: it comes with hundreds of packages and runs nothing of ours.
        npm) version=$(apt-cache policy nodejs | sed -n 's/^ *Candidate: \([0-9]*\).*/\1/p') &&
            [ "${version:-0}" -ge "$NODE_MAJOR_MIN" ] ;;
    esac
}

wanted=(git wrk awscli npm softhsm2 opensc gcc libc6-dev)
missing=()
for package in "${wanted[@]}"; do
    is_here "$package" || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get update -qq >/dev/null 2>&1
        for package in "${missing[@]}"; do
            can_be_had "$package" || continue
            echo "installing a system package: $package"
            DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1
        done
    else
        echo "system packages that the tests want and that are missing: ${missing[*]}"
    fi
fi
for package in "${missing[@]+"${missing[@]}"}"; do
    is_here "$package" && continue
    case "$package" in
        git) left_out+=("the first minute from a clean clone: no git") ;;
        wrk) left_out+=("the bench's load: no wrk") ;;
        awscli) left_out+=("the story of the AWS CLI v2: /usr/bin/aws is not one") ;;
        softhsm2 | opensc | gcc) left_out+=("Regions with an HSM: no $package") ;;
        npm) left_out+=("what needs packages of npm: no npm with Node $NODE_MAJOR_MIN or newer") ;;
    esac
done

# Clients pin dependencies that clash with each other's, so each group gets an environment of its own. Its stamp is written
# last: tests take no environment without one, for half an installation would look like a client.

python_environment() { # FOLDER LOCK WHAT-IS-LEFT-OUT-WITHOUT-IT
    local folder=.venvs/$1 lock=requirements/$2.txt
    [ -e "$folder/.done" ] && [ ! "$lock" -nt "$folder/.done" ] && return
    echo "installing $2 in $folder"
    rm -rf "$folder"
    { python -m venv "$folder" && "$folder/bin/python" "${PIP_INSTALL[@]}" "$lock" && touch "$folder/.done"; } ||
        left_out+=("$3: $lock could not be installed")
}

node_environment() { # FOLDER WHERE-PACKAGE.JSON-IS WHAT-IS-LEFT-OUT-WITHOUT-IT
    local folder=.venvs/$1
    is_here npm || return # said above
    [ -e "$folder/.done" ] && [ ! "$2/package-lock.json" -nt "$folder/.done" ] && return
    echo "installing $2 in $folder"
    rm -rf "$folder"
    { mkdir -p "$folder" && cp "$2/package.json" "$2/package-lock.json" "$folder" &&
        (cd "$folder" && npm ci --ignore-scripts --no-audit --no-fund --silent) && touch "$folder/.done"; } ||
        left_out+=("$3: $2 could not be installed")
}

python_environment awscli awscli "the AWS CLI v1's story and the README's first minute"
python_environment aioboto3 clients-aioboto3 "the story of aioboto3"
python_environment ansible clients-ansible "the stories of Ansible"
python_environment custodian clients-custodian "the stories of cloud-custodian"
python_environment python clients-python "the stories of the caching client, Powertools and pydantic-settings"
node_environment node requirements/clients-node "the story of the AWS SDK for JavaScript"
node_environment simulate tests/differential "policy decisions beside a simulator's"
if [ -e .venvs/awscli/.done ]; then
    export WATCHWORD_TEST_AWS="$PWD/.venvs/awscli/bin/aws"
else
    export WATCHWORD_TEST_AWS=/dev/null
fi

python -m pytest tests --deep -ra "$@"
status=$?
for what in "${left_out[@]+"${left_out[@]}"}"; do
    echo "not run: $what"
done
exit "$status"
