#!/usr/bin/env bash
# boto3, botocore's own model of API Gateway and the AWS CLI against a real server.
#   tests/aws_face/run.sh BINARY     the built `postern`
# Needs a python3 with boto3 and awscli: `bash .ci/run tools` installs them.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
work=$(mktemp -d)
servers=()
end() {
    for server in "${servers[@]}"; do
        kill "$server" 2> /dev/null && wait "$server" 2> /dev/null || true
    done
    rm -rf "$work"
}
trap end EXIT

serve() { # NAME FLAGS...
    local name=$1
    shift
    "$binary" serve --data-dir "$work/$name" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 \
        --aws-listen 127.0.0.1:0 --workers 1 "$@" > "$work/$name.log" 2> "$work/$name.err" &
    servers+=($!)
    for _ in $(seq 400); do
        if grep -q '^ready ' "$work/$name.log"; then return; fi
        kill -0 "${servers[-1]}" 2> /dev/null || break
        sleep 0.05
    done
    cat "$work/$name.err" "$work/$name.log" >&2
    exit 1
}
address() { # NAME FACE
    sed -n 's/^ready //p' "$work/$1.log" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$2"
}

serve open
# A signature is verified once there is a key.
POSTERN_AWS_CALLER_KEY=AKIDTEST:the-secret-of-the-test serve keyed
if ! python3 tests/aws_face/run.py "http://$(address open aws)" "http://$(address keyed aws)"; then
    echo "the servers' logs:"
    tail -n 20 "$work/open.err" "$work/keyed.err"
    exit 1
fi
