#!/usr/bin/env bash
# Runs every test that this machine can run, and says what it did not run and why. Called by `make test`.
set -uo pipefail
cd "$(dirname "$0")/.."
left_out=()

# System packages: as root on Debian they are installed, elsewhere named in one line.
missing=()
command -v wrk >/dev/null || missing+=(wrk)
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "installing system packages: ${missing[*]}"
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"; } >/dev/null 2>&1 ||
            left_out+=("the bench: system packages could not be installed: ${missing[*]}")
    else
        echo "system packages that the tests want and that are missing: ${missing[*]}"
        left_out+=("the bench: missing system packages: ${missing[*]}")
    fi
fi

# The AWS CLI v1 pins dependencies of its own, so it gets an environment of its own.
cli=.venvs/awscli
if [ ! -e "$cli/.done" ] || [ requirements/awscli.txt -nt "$cli/.done" ]; then
    echo "installing the AWS CLI v1 in $cli"
    { python -m venv "$cli" && "$cli/bin/python" -m pip --disable-pip-version-check --quiet install \
        --require-hashes --requirement requirements/awscli.txt && touch "$cli/.done"; } ||
        left_out+=("the AWS CLI story: requirements/awscli.txt could not be installed")
fi
[ -e "$cli/.done" ] && export WATCHWORD_TEST_AWS="$PWD/$cli/bin/aws"

python -m pytest tests --deep -ra
status=$?
for what in "${left_out[@]+"${left_out[@]}"}"; do
    echo "not run: $what"
done
exit "$status"
