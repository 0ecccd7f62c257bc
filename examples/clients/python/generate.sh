#!/usr/bin/env bash
# Makes a Python client of the admin API:  generate.sh OUT
# Needs a python3 with grpcio-tools on the path.
set -euo pipefail
out=$(realpath -m "${1:?where to put the client}")
cd "$(dirname "$0")/../../.."
mkdir -p "$out"
python3 -m grpc_tools.protoc -Iproto --python_out="$out" --pyi_out="$out" --grpc_python_out="$out" \
    proto/postern/admin/v1/*.proto
