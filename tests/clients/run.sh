#!/usr/bin/env bash
# Generates a Python and a TypeScript client from proto/ and runs each, and `buf curl` with reflection alone, against a
# real server.
#   tests/clients/run.sh BINARY     the built `postern`
# The examples of examples/clients are run as well.
# Needs buf, curl, node with npm, and a python3 with grpcio-tools: `bash .ci/run tools` installs them.
set -euo pipefail
cd "$(dirname "$0")/../.."
binary=$(realpath "$1")
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server" 2> /dev/null; wait "$server" 2> /dev/null; } || true; rm -rf "$work"' EXIT

# ---- the clients --------------------------------------------------------------------------------------------------
bash examples/clients/python/generate.sh "$work/python"

typescript=$PWD/tests/clients/typescript
(cd "$typescript" && npm ci --silent && rm -rf gen build)
cp examples/clients/typescript/example.ts "$typescript/example.ts"
PATH="$typescript/node_modules/.bin:$PATH" buf generate --output "$typescript"
(cd "$typescript" && npx --no-install tsc)
echo "  generated and type-checked"

# ---- the server ---------------------------------------------------------------------------------------------------
"$binary" serve --data-dir "$work/data" --listen 127.0.0.1:0 --admin-listen 127.0.0.1:0 --ops-listen 127.0.0.1:0 \
    --workers 1 > "$work/server.log" 2> "$work/server.err" &
server=$!

# The line for scripts: ready {"data": "127.0.0.1:…", "admin": …}
for _ in $(seq 400); do
    if grep -q '^ready ' "$work/server.log"; then break; fi
    kill -0 "$server" 2> /dev/null || { cat "$work/server.err" "$work/server.log" >&2; exit 1; }
    sleep 0.05
done
address() { # FACE
    sed -n 's/^ready //p' "$work/server.log" | python3 -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"
}
admin=$(address admin) data=$(address data)

passed=0 failed=0
run() { # NAME COMMAND...
    local name=$1
    shift
    if "$@"; then
        echo "  $name: right"
        passed=$((passed + 1))
    else
        echo "  $name: FAILED"
        failed=$((failed + 1))
    fi
}
run "Python (grpcio)" env PYTHONPATH="$work/python" python3 tests/clients/python/client.py "$admin" "$data"
run "TypeScript (protoc-gen-es, gRPC and gRPC-Web)" node "$typescript/build/client.js" "$admin" "$data"
run "the Python example" env PYTHONPATH="$work/python" python3 examples/clients/python/example.py "$admin" > "$work/example"
run "the TypeScript example" node "$typescript/build/example.js" "http://$admin" >> "$work/example"
grep -h '^  the ' "$work/example" || cat "$work/example"
run "buf curl (reflection)" bash tests/clients/curl/client.sh "$admin" "$data"
if [ "$failed" -gt 0 ]; then
    echo "the server's log:"
    tail -n 40 "$work/server.err"
fi
echo "clients: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
