#!/usr/bin/env bash
# Real functions and services behind AWS_PROXY and AWS integrations: a Python function run by Amazon's own runtime client
# (awslambdaric) under cargo-lambda's emulator of the Lambda API, SQS and DynamoDB of moto's server, and botocore, which
# checks every signature anew.
#   tests/aws/run.sh BINARY     the built `postern`
# Needs python3 with venv. What it installs stays below target/tools/aws. Everything listens on loopback, on free ports.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
tools=$PWD/target/tools/aws
[ -x "$tools/bin/python" ] || python3 -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check -r tests/aws/requirements.txt
exec timeout --kill-after=10 240 "$tools/bin/python" tests/aws/check.py "$binary" "$tools/bin"
