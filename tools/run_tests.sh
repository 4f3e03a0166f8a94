#!/usr/bin/env bash
# Runs every test that this machine can run, and says what it did not run and why. Called by `make test`.
set -uo pipefail
cd "$(dirname "$0")/.."
left_out=()

# System packages: as root on Debian they are installed, elsewhere named in one line.
wanted=(git wrk)
missing=()
for package in "${wanted[@]}"; do
    command -v "$package" >/dev/null || missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing system packages: ${missing[*]}"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"; } >/dev/null 2>&1
    else
        echo "system packages that the tests want and that are missing: ${missing[*]}"
    fi
fi
for package in "${missing[@]+"${missing[@]}"}"; do
    command -v "$package" >/dev/null && continue
    case "$package" in
        git) left_out+=("the first minute from a clean clone: no git") ;;
        wrk) left_out+=("the bench's load: no wrk") ;;
    esac
done

# The AWS CLI v1 pins dependencies of its own, so it gets an environment of its own.
cli=.venvs/awscli
if [ ! -e "$cli/.done" ] || [ requirements/awscli.txt -nt "$cli/.done" ]; then
    echo "installing the AWS CLI v1 in $cli"
    { python -m venv "$cli" && "$cli/bin/python" -m pip --disable-pip-version-check --quiet install \
        --require-hashes --requirement requirements/awscli.txt && touch "$cli/.done"; } ||
        left_out+=("the AWS CLI story and the README's first minute: requirements/awscli.txt could not be installed")
fi
if [ -e "$cli/.done" ]; then
    export WATCHWORD_TEST_AWS="$PWD/$cli/bin/aws"
else
    # Half an installation would look like a CLI.
    export WATCHWORD_TEST_AWS=/dev/null
fi

python -m pytest tests --deep -ra "$@"
status=$?
for what in "${left_out[@]+"${left_out[@]}"}"; do
    echo "not run: $what"
done
exit "$status"
